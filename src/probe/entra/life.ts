// The life of 20 people and 3 groups, from their first day to the day after the recycle bin is emptied: each step is an edit in the
// tenant, a cycle of the real engine in Entra's dialect, and a comparison of the endpoint with the tenant.
import { type Check, observed, Unmet } from '../check.ts';
import { answerName, listed, succeeded } from '../exchange.ts';
import { judge, type Step } from './life-verdict.ts';
import type { LifeWorld } from './life-world.ts';
import type { LifeGroup, LifePerson } from './tenant.ts';

function person(world: LifeWorld, number: number): LifePerson {
  const found = world.tenant.people[number - 1];
  if (found === undefined) throw new Error(`there is no person ${number}`);
  return found;
}

function group(world: LifeWorld, number: number): LifeGroup {
  const found = world.tenant.groups[number - 1];
  if (found === undefined) throw new Unmet('the endpoint has no groups');
  return found;
}

const STEPS: readonly Step[] = [
  {
    id: 'life.first-cycle',
    title: 'first day: 20 people and 3 groups are assigned',
    edit: ({ tenant }) => Promise.resolve(tenant),
  },
  {
    id: 'life.quiet',
    title: 'nothing has changed',
    quiet: true,
    edit: () => Promise.resolve({}),
  },
  {
    id: 'life.names',
    title: 'a marriage, another mail address, another userPrincipalName',
    async edit(world) {
      const [married, moved, renamed] = [person(world, 2), person(world, 3), person(world, 4)];
      married.surname = 'Castellan-Ruiz';
      married.displayName = 'Björn Castellan-Ruiz';
      await world.tenant.write('PATCH', `/users/${married.id}`, {
        surname: married.surname,
        displayName: married.displayName,
      });
      moved.mail = moved.mail.replace('.mail@', '.new-mail@');
      await world.tenant.write('PATCH', `/users/${moved.id}`, { mail: moved.mail });
      renamed.userName = renamed.userName.replace('@', '.renamed@');
      await world.tenant.write('PATCH', `/users/${renamed.id}`, { userPrincipalName: renamed.userName });
      return { people: [married, moved, renamed] };
    },
  },
  {
    id: 'life.attributes',
    title: 'another department, a first telephone, another manager',
    async edit(world) {
      const [moved, called, managed] = [person(world, 5), person(world, 6), person(world, 7)];
      moved.department = 'Support';
      await world.tenant.write('PATCH', `/users/${moved.id}`, { department: moved.department });
      called.telephone = '+1 555 0199';
      await world.tenant.write('PATCH', `/users/${called.id}`, { mobilePhone: called.telephone });
      await world.tenant.setManager(managed, moved);
      return { people: [moved, called, managed] };
    },
  },
  {
    id: 'life.groups',
    title: 'somebody joins a group, somebody leaves one, a group is renamed',
    async edit(world) {
      const [joined, renamed] = [group(world, 1), group(world, 2)];
      const [leaver] = joined.members;
      if (leaver !== undefined) await world.tenant.removeMember(joined, leaver);
      await world.tenant.addMember(joined, person(world, 16));
      renamed.displayName = `${renamed.displayName} EMEA`;
      await world.tenant.write('PATCH', `/groups/${renamed.id}`, { displayName: renamed.displayName });
      return { groups: [joined, renamed] };
    },
  },
  {
    id: 'life.blocked',
    title: 'somebody is blocked from signing in',
    edit: (world) =>
      change(world, 8, 'disabled', (id) => world.tenant.write('PATCH', `/users/${id}`, { accountEnabled: false })),
  },
  {
    id: 'life.unblocked',
    title: 'and let in again',
    edit: (world) =>
      change(world, 8, 'active', (id) => world.tenant.write('PATCH', `/users/${id}`, { accountEnabled: true })),
  },
  {
    id: 'life.unassigned',
    title: 'somebody loses the assignment',
    edit: (world) => change(world, 17, 'disabled', (id) => world.tenant.unassign({ id })),
  },
  {
    id: 'life.assigned-again',
    title: 'and gets it again: the same account',
    edit: (world) => change(world, 17, 'active', (id) => world.tenant.assign({ id })),
  },
  {
    id: 'life.recycle-bin',
    title: 'two people are deleted, into the recycle bin',
    async edit(world) {
      const remove = (id: string): Promise<unknown> => world.tenant.write('DELETE', `/users/${id}`);
      const first = await change(world, 18, 'disabled', remove);
      const second = await change(world, 19, 'disabled', remove);
      return { people: [...first.people, ...second.people] };
    },
  },
  {
    id: 'life.restored',
    title: 'one of them is restored: the same account',
    edit: (world) =>
      change(world, 18, 'active', (id) => world.tenant.write('POST', `/directory/deletedItems/${id}/restore`)),
  },
  {
    id: 'life.deleted',
    title: '31 days later the other one is deleted for good',
    edit: (world) => change(world, 19, 'gone', () => world.tenant.pass('31d')),
  },
  {
    id: 'life.group-unassigned',
    title: 'a group loses the assignment',
    async edit(world) {
      const gone = group(world, 3);
      await world.tenant.unassign(gone);
      gone.state = 'gone';
      return { groups: [gone] };
    },
  },
  {
    id: 'life.everybody',
    title: 'in the end everything is as the directory says, and nothing is sent',
    quiet: true,
    edit: ({ tenant }) => Promise.resolve(tenant),
  },
];

async function change(
  world: LifeWorld,
  number: number,
  state: LifePerson['state'],
  edit: (id: string) => Promise<unknown>,
): Promise<{ readonly people: readonly LifePerson[] }> {
  const changed = person(world, number);
  await edit(changed.id);
  changed.state = state;
  // Members that the directory does not show any more are none of their groups'.
  if (state === 'gone') for (const each of world.tenant.groups) each.members.delete(changed);
  return { people: [changed] };
}

function testConnection(world: LifeWorld): Check {
  return {
    id: 'life.test-connection',
    theme: 'life',
    row: null,
    title: 'test connection: a filter on a random value, for people and for groups',
    writes: true,
    async run(stage) {
      const nobody = world.tenant.entra.clientId;
      const users = await stage.find('Users', `userName eq "${nobody}"`);
      const groups = await stage.get('/Groups', {
        excludedAttributes: 'members',
        filter: `displayName eq "${nobody}"`,
      });
      const hasGroups = world.tenant.groups.length > 0;
      const failed = (hasGroups ? [users, groups] : [users]).find(
        (exchange) => !succeeded(exchange) || listed(exchange)?.length !== 0,
      );
      const outcome = [users, groups].map(answerName).join(', ');
      if (failed !== undefined)
        return observed(outcome, {
          finding: 'no-match-refused',
          because: `expected 200 with an empty ListResponse, came ${answerName(failed)}`,
          exchange: failed,
        });
      return observed(
        outcome,
        !hasGroups && {
          finding: 'no-groups',
          because: `GET /Groups is answered ${answerName(groups)}; the rest is about people`,
        },
      );
    },
  };
}

/** The steps, one check each. When nobody got an account the later ones say so instead of failing one by one. */
export function lifeChecks(world: LifeWorld): readonly Check[] {
  const steps = STEPS.map(
    (step, index): Check => ({
      id: step.id,
      theme: 'life',
      row: null,
      title: step.title,
      writes: true,
      async run(stage) {
        if (index > 0 && stage.session.own.remaining().length === 0)
          throw new Unmet('it needs the accounts of the first cycle, and none was made');
        const touched = await step.edit(world);
        return judge(stage, world, await world.cycle(stage), step, touched);
      },
    }),
  );
  return [testConnection(world), ...steps];
}
