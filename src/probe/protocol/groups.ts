// Groups as such: creating, finding and renaming them. Their members are in members.ts.
import { type Check, observed, statusCheck } from '../check.ts';
import { answerName, listed, numberIn, objectOf, succeeded } from '../exchange.ts';
import { GROUP_SCHEMA, pathOf, type Resource, type Stage } from '../stage.ts';

const ENTRA_GROUP_SCHEMA = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** How an endpoint that is not served is answered. */
const ABSENT = new Set([404, 405, 501]);

function groupBody(displayName: string, extra: Resource = {}): Resource {
  return { schemas: [GROUP_SCHEMA], displayName, externalId: displayName, ...extra };
}

function post(stage: Stage, body: Resource) {
  return stage.send({ method: 'POST', path: '/Groups', body });
}

/** Filters on members of a group that has one. */
function memberFilter(id: string, row: string, filter: (personId: string) => string): Check {
  return {
    id,
    theme: 'groups',
    row,
    title: row,
    writes: true,
    async run(stage) {
      const group = stage.madeGroup();
      const person = stage.person(0);
      await stage.patch(pathOf('Groups', group), [{ op: 'add', path: 'members', value: [{ value: person.id }] }]);
      const exchange = await stage.find('Groups', filter(person.id));
      const answered = answerName(exchange);
      if (!succeeded(exchange))
        return observed(answered, { finding: 'group-member-filter', because: `expected 200, came ${answered}` });
      const found = (listed(exchange) ?? []).filter((each) => each['id'] === group.id).length;
      const outcome = `${answered} n=${numberIn(exchange, 'totalResults') ?? found}`;
      return observed(
        outcome,
        found === 0 && { finding: 'group-member-filter', because: 'the group of the member was not found' },
      );
    },
  };
}

export const GROUP_CHECKS: readonly Check[] = [
  {
    id: 'groups.create',
    theme: 'groups',
    row: 'create group',
    title: 'a group without members',
    writes: true,
    async run(stage) {
      stage.person(0);
      const displayName = stage.newGroupName();
      const exchange = await post(stage, groupBody(displayName));
      const answered = answerName(exchange);
      const id = objectOf(exchange.json)?.['id'];
      if (ABSENT.has(exchange.status))
        return observed(answered, { finding: 'no-groups', because: `POST /Groups is answered ${answered}` });
      if (!succeeded(exchange) || typeof id !== 'string' || id === '')
        return observed(answered, {
          finding: 'group-create-refused',
          because: `expected 201 with an id, came ${answered}`,
        });
      stage.group = { id, displayName };
      return observed(answered);
    },
  },
  {
    id: 'groups.duplicate',
    theme: 'groups',
    row: 'duplicate group name',
    title: 'a second group of the same name',
    writes: true,
    async run(stage) {
      const exchange = await post(stage, groupBody(stage.madeGroup().displayName, { externalId: `${stage.prefix}g2` }));
      const answered = answerName(exchange);
      return observed(
        answered,
        succeeded(exchange) && { finding: 'group-duplicate-accepted', because: `expected 409, came ${answered}` },
      );
    },
  },
  {
    id: 'groups.find',
    theme: 'groups',
    row: null,
    title: 'Groups?excludedAttributes=members&filter=displayName eq',
    writes: true,
    async run(stage) {
      const group = stage.madeGroup();
      const exchange = await stage.get('/Groups', {
        excludedAttributes: 'members',
        filter: `displayName eq ${JSON.stringify(group.displayName)}`,
      });
      const answered = answerName(exchange);
      const found = (listed(exchange) ?? []).filter(({ id }) => id === group.id).length;
      return observed(
        succeeded(exchange) ? `${answered} n=${numberIn(exchange, 'totalResults') ?? found}` : answered,
        found !== 1 && {
          finding: 'group-not-found-by-name',
          because: succeeded(exchange) ? 'the group was not found' : `expected 200, came ${answered}`,
        },
      );
    },
  },
  statusCheck(
    {
      id: 'groups.entra-schema',
      theme: 'groups',
      row: null,
      title: "a group with the schema that Entra's default names beside the core one",
      writes: true,
    },
    (stage) => {
      stage.madeGroup();
      const entra = { schemas: [GROUP_SCHEMA, ENTRA_GROUP_SCHEMA], meta: { resourceType: 'Group' } };
      return post(stage, groupBody(stage.newGroupName(), entra));
    },
    'success',
    'group-entra-schema-refused',
  ),
  {
    id: 'groups.create-with-members',
    theme: 'groups',
    row: null,
    title: 'a group with a member from the start',
    writes: true,
    async run(stage) {
      stage.madeGroup();
      const { id: memberId } = stage.person(0);
      const exchange = await post(stage, groupBody(stage.newGroupName(), { members: [{ value: memberId }] }));
      const answered = answerName(exchange);
      const id = objectOf(exchange.json)?.['id'];
      if (!succeeded(exchange) || typeof id !== 'string')
        return observed(answered, {
          finding: 'group-members-at-creation',
          because: `expected 201 with an id, came ${answered}`,
        });
      const read = objectOf((await stage.get(pathOf('Groups', { id }))).json);
      const kept = JSON.stringify(read?.['members'] ?? []).includes(memberId);
      return observed(
        kept ? answered : `${answered} †`,
        !kept && {
          finding: 'group-members-at-creation',
          because: `answered ${answered}, and the group has no members`,
          exchange,
        },
      );
    },
  },
];

export const GROUP_END_CHECKS: readonly Check[] = [
  {
    id: 'groups.rename',
    theme: 'groups',
    row: 'rename group',
    title: 'another displayName',
    writes: true,
    async run(stage) {
      const path = pathOf('Groups', stage.madeGroup());
      const value = stage.newGroupName();
      const exchange = await stage.patch(path, [{ op: 'replace', path: 'displayName', value }]);
      const answered = answerName(exchange);
      const isApplied = succeeded(exchange) && objectOf((await stage.get(path)).json)?.['displayName'] === value;
      return observed(
        succeeded(exchange) && !isApplied ? `${answered} †` : answered,
        !isApplied && {
          finding: 'group-rename',
          because: succeeded(exchange) ? 'accepted, and the name is as before' : `expected 204, came ${answered}`,
          exchange,
        },
      );
    },
  },
  memberFilter(
    'groups.member-filter',
    'Groups?filter=members[value eq]',
    (id) => `members[value eq ${JSON.stringify(id)}]`,
  ),
  memberFilter(
    'groups.member-value-filter',
    'Groups?filter=members.value eq',
    (id) => `members.value eq ${JSON.stringify(id)}`,
  ),
];
