// Random histories of a small tenant: edits of the directory, and cycles with faults of the target and dying processes.
import fc from 'fast-check';
import type { CycleRequest } from '../../../src/model/cycle.ts';
import { JobFault } from '../../../src/model/errors.ts';
import { ambiguous, type Disturbance, type FakeTarget, type LoggedRequest } from '../../support/fake-target.ts';
import type { World } from '../../support/world.ts';

export const PEOPLE = ['a', 'b', 'c', 'd', 'e'] as const;
export const TEAMS = ['g', 'h'] as const;

const person = fc.constantFrom(...PEOPLE);
const team = fc.constantFrom(...TEAMS);

const edit = fc.oneof(
  fc.record({ type: fc.constant('rename' as const), id: person, name: fc.constantFrom('One', 'Two', 'Three') }),
  fc.record({ type: fc.constant('readdress' as const), id: person, mail: fc.constantFrom('1', '2', '3') }),
  fc.record({ type: fc.constantFrom('assign' as const, 'unassign' as const), id: fc.oneof(person, team) }),
  fc.record({ type: fc.constantFrom('block' as const, 'unblock' as const), id: person }),
  fc.record({ type: fc.constantFrom('softDelete' as const, 'restore' as const, 'hardDelete' as const), id: person }),
  fc.record({ type: fc.constantFrom('addMember' as const, 'removeMember' as const), group: team, id: person }),
  fc.record({ type: fc.constant('manager' as const), id: person, managerId: fc.option(person) }),
  fc.record({ type: fc.constantFrom('expire' as const, 'replay' as const) }),
);

const fault = fc.record({
  nth: fc.nat(14),
  what: fc.constantFrom(
    'refused' as const,
    'lost' as const,
    'lostAfterwards' as const,
    'down' as const,
    // A change of members that takes somebody with it who cannot be put back at once.
    'tookOneAlong' as const,
  ),
});

const cycle = fc.record({
  type: fc.constant('cycle' as const),
  faults: fc.array(fault, { maxLength: 3 }),
  crash: fc.option(fc.record({ at: fc.integer({ min: 1, max: 30 }), committed: fc.boolean() })),
  /** Whether the job is only observed in this cycle. */
  observed: fc.boolean(),
  /** A whole cycle, a careful start, or one for a few named objects. */
  request: fc.oneof<fc.MaybeWeightedArbitrary<Partial<CycleRequest>>[]>(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ limit: fc.integer({ min: 1, max: 3 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        trigger: fc.constant('onDemand' as const),
        dryRun: fc.boolean(),
        selection: fc.record({ user: fc.subarray([...PEOPLE]), group: fc.subarray([...TEAMS]) }),
      }),
    },
  ),
});

/** One step of a history. */
export const step = fc.oneof({ weight: 4, arbitrary: edit }, { weight: 2, arbitrary: cycle });

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type Cycle = Extract<Step, { type: 'cycle' }>;
export type Edit = Exclude<Step, { type: 'cycle' }>;

/** Carries out one edit, or leaves it where it makes no sense. */
export function applyEdit({ directory }: World, change: Edit): void {
  const state = 'id' in change ? directory.users.get(change.id)?.state : undefined;
  if ('id' in change && state === 'hardDeleted') return;
  const isPresent = state === 'present';
  switch (change.type) {
    case 'rename':
      directory.setUser(change.id, { displayName: change.name });
      break;
    case 'readdress':
      directory.setUser(change.id, { mail: `${change.id}${change.mail}@example.com` });
      break;
    case 'assign':
      if (directory.assignments.every((each) => each.principalId !== change.id)) directory.assign(change.id);
      break;
    case 'unassign':
      directory.unassign(change.id);
      break;
    case 'block':
    case 'unblock':
      directory.setUser(change.id, { accountEnabled: change.type === 'unblock' });
      break;
    case 'softDelete':
      if (isPresent) directory.softDelete(change.id);
      break;
    case 'restore':
      if (state === 'softDeleted') directory.restore(change.id);
      break;
    case 'hardDelete':
      directory.hardDelete(change.id);
      break;
    case 'addMember':
      if (isPresent) directory.addMember(change.group, change.id);
      break;
    case 'removeMember':
      if (isPresent) directory.removeMember(change.group, change.id);
      break;
    case 'manager':
      if (change.managerId === null || directory.users.get(change.managerId)?.state !== 'hardDeleted')
        directory.setManager(change.id, change.managerId);
      break;
    case 'expire':
      directory.expireTokens();
      break;
    case 'replay':
      directory.replays = 20;
      break;
    default:
      change satisfies never;
  }
}

/** What the target does to the requests of one cycle. */
export function disturbances(
  faults: Cycle['faults'],
  target: FakeTarget,
): (request: LoggedRequest) => Disturbance | undefined {
  let count = 0;
  return (request) => {
    const hit = faults.find((each) => each.nth === count);
    count += 1;
    if (hit === undefined) return undefined;
    if (hit.what === 'down' || request.method === 'list' || request.method === 'discover')
      return { throws: new JobFault('TargetUnreachable', 'down') };
    const group = request.method === 'patch' ? target.resources.Group.get(request.id ?? '') : undefined;
    if (hit.what === 'tookOneAlong' && group !== undefined) {
      const members = group['members'];
      if (Array.isArray(members)) group['members'] = members.slice(1);
      return { fault: { code: 'MembersMissing', message: 'one is missing', ambiguous: true }, applied: true };
    }
    if (hit.what === 'refused') return { fault: { code: 'InvalidValue', message: 'refused' } };
    return { fault: ambiguous(), applied: hit.what === 'lostAfterwards' };
  };
}
