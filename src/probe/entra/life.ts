// The life of 20 people and 3 groups, from their first day to the day after the recycle bin is emptied: each step is an edit in the
// tenant, a cycle of the real engine in Entra's dialect, and a comparison of the endpoint with the tenant.
import { type Check, type Observation, observed, Unmet } from '../check.ts';
import { answerName, listed, objectOf, type ProbeExchange, requestLine, succeeded } from '../exchange.ts';
import type { Stage } from '../stage.ts';
import type { CycleFacts, LifeFailure, LifeWorld } from './life-world.ts';
import type { LifeGroup, LifePerson } from './tenant.ts';

interface Step {
  readonly id: string;
  readonly title: string;
  /** Edits the tenant, and says whose accounts and groups are to be looked at afterwards. */
  readonly edit: (
    world: LifeWorld,
  ) => Promise<{ readonly people?: readonly LifePerson[]; readonly groups?: readonly LifeGroup[] }>;
  /** True where nothing is to be sent. */
  readonly quiet?: boolean;
}

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

/** `20 created, 3 updated`: what a cycle did, for people. */
function told({ counts, memberships }: CycleFacts, isNew: boolean): string {
  const parts = (['created', 'updated', 'enabled', 'disabled', 'deleted', 'failed', 'held'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}${name === 'failed' && !isNew ? ' again' : ''}`);
  const members = memberships.added + memberships.removed;
  const all = members === 0 ? parts : [...parts, `memberships +${memberships.added} -${memberships.removed}`];
  return all.length === 0 ? 'nothing to do' : all.join(', ');
}

/**
 * The exchange that shows why something failed: the one whose answer the log quotes, or else the last that was refused, or the
 * last that wrote, where an answer of success was no success.
 */
function evidence({ reason }: LifeFailure, exchanges: readonly ProbeExchange[], id?: string): ProbeExchange | null {
  const refused = exchanges.filter((exchange) => !succeeded(exchange));
  const quoted = refused.find(({ json }) => {
    const detail = objectOf(json)?.['detail'];
    return typeof detail === 'string' && detail !== '' && reason.includes(detail);
  });
  const accepted = exchanges.findLast(
    ({ request }) => request.method !== 'GET' && id !== undefined && request.target.includes(id),
  );
  return quoted ?? refused.findLast(({ request }) => request.method !== 'GET') ?? refused.at(-1) ?? accepted ?? null;
}

async function judge(
  stage: Stage,
  world: LifeWorld,
  facts: CycleFacts,
  step: Step,
  touched: Awaited<ReturnType<Step['edit']>>,
): Promise<Observation> {
  const sent = [...stage.exchanges];
  const failures = world.newFailures(facts);
  const wereHidden = world.membersHidden;
  const differences = await world.differences(stage, touched.people ?? [], touched.groups ?? []);
  const writes = sent.filter(({ request }) => request.method !== 'GET');
  const [failure] = failures;
  const more = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
  return {
    outcome: told(facts, failure !== undefined),
    verdicts: [
      ...(failure === undefined
        ? []
        : [
            {
              finding: 'life-step-failed' as const,
              because: `${failure.action} of ${failure.name}: ${failure.code} (${failure.reason})${more}`,
              exchange: evidence(failure, sent, world.accountOf(stage, failure)),
            },
          ]),
      ...(differences.length === 0
        ? []
        : [
            {
              finding: 'life-differs' as const,
              because: differences
                .slice(0, 5)
                .map(({ text }) => text)
                .join('; '),
              exchange: writes.findLast(({ request }) => request.target.includes(`/${differences[0]?.id}`)) ?? null,
            },
          ]),
      ...(world.membersHidden && !wereHidden
        ? [
            {
              finding: 'members-not-shown' as const,
              because: 'members were added, and GET of the group shows none: what became of them cannot be seen',
              exchange: writes.at(-1) ?? null,
            },
          ]
        : []),
      ...(step.quiet === true && writes.length > 0
        ? [
            {
              finding: 'life-not-quiet' as const,
              because: `nothing changed in the directory, and ${writes
                .map(({ request }) => requestLine(request))
                .slice(0, 3)
                .join(', ')} was sent`,
              exchange: writes[0] ?? null,
            },
          ]
        : []),
    ],
  };
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
      await world.tenant.write('PATCH', `/users/${called.id}`, { mobilePhone: '+1 555 0199' });
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
