// Members at a service of any habits, while others edit its groups and answers get lost: nobody gets in or out but who was to, what
// counts as done is done, and a service that does as it is asked hardly notices.
import fc from 'fast-check';
import nock from 'nock';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { memberIdsOf } from '../../../src/engine/shown-members.ts';
import { addMembers, removeMembers } from '../../../src/scim/patch.ts';
import { type Habits, MisbehavingService } from '../../http/target/misbehaving-service.ts';
import { aTarget } from '../../http/target/target-setup.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const PEOPLE = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const GROUPS = 2;

const people = fc.subarray([...PEOPLE]);
/** Something that happens to the nth request of a change. */
const trouble = fc.record({
  nth: fc.nat(5),
  what: fc.constantFrom<('refused' | 'later' | 'cutOff' | 'joined' | 'left')[]>(
    'refused',
    'later',
    'cutOff',
    'joined',
    'left',
  ),
});
const change = fc.record({
  group: fc.nat(GROUPS - 1),
  add: people,
  remove: people,
  trouble: fc.option(trouble, { freq: 3 }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const habits = fc.record({
  memberAddition: fc.constantFrom<Habits['memberAddition']>('taken', 'taken', 'replaces', 'first'),
  removalByPath: fc.constantFrom<Habits['removalByPath'][]>('taken', 'taken', 'ignored', 400),
  removalByList: fc.constantFrom<Habits['removalByList'][]>('taken', 'ignored', 400, 'removes everybody'),
  memberReplacement: fc.constantFrom<Habits['memberReplacement'][]>('taken', 'merges', 501),
  put: fc.constantFrom<Habits['put'][]>('taken', 'taken', 405),
  answers: fc.constantFrom<Habits['answers'][]>(true, false, 'changed'),
  versions: fc.constantFrom<Habits['versions'][]>('none', 'compared'),
});

const world = fc.record({
  // What takes one of several and says nothing is seen once at most.
  habits: habits.filter(({ memberAddition, answers }) => memberAddition !== 'first' || answers !== false),
  wipesByPath: fc.boolean(),
  unwanted: fc.subarray(['e', 'f']),
  members: fc.tuple(people, people),
  changes: fc.array(change, { minLength: 1, maxLength: 6 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Whether the service does what RFC 7644 asks of it. */
function isWell({ habits: { memberAddition, removalByPath }, wipesByPath, unwanted }: World): boolean {
  return memberAddition === 'taken' && removalByPath === 'taken' && !wipesByPath && unwanted.length === 0;
}

/** What happens to one change; who joined or left meanwhile is told. */
function troubles(service: MisbehavingService, id: string, { trouble: planned, remove }: Change) {
  const meanwhile = { joined: new Set<string>(), left: new Set<string>(), isFailing: false };
  let seen = -1;
  service.answering = (request, stage) => {
    if (stage === 'before') seen += 1;
    if (planned === null || seen !== planned.nth) return undefined;
    if (stage === 'after') return planned.what === 'cutOff' ? failing(502) : undefined;
    const members = service.membersOf(id);
    switch (planned.what) {
      case 'refused':
        return failing(500);
      case 'later':
        return request.startsWith('GET') ? undefined : failing(403);
      case 'joined':
        meanwhile.joined.add('z');
        service.edit(id, { members: [...members.filter((each) => each !== 'z'), 'z'].map((value) => ({ value })) });
        return undefined;
      case 'left':
        // Who is to leave anyway would prove of any form that it works.
        for (const each of members.filter((one) => !remove.includes(one as 'a')).slice(0, 1)) meanwhile.left.add(each);
        service.edit(id, {
          members: members.filter((one) => !meanwhile.left.has(one)).map((value) => ({ value })),
        });
        return undefined;
      case 'cutOff':
        return undefined;
      default:
        return planned.what satisfies never;
    }
  };
  const failing = (status: number): number => {
    meanwhile.isFailing = true;
    return status;
  };
  return meanwhile;
}

async function live(circumstances: World): Promise<void> {
  nock.cleanAll();
  const service = new MisbehavingService(circumstances.habits);
  service.unwanted = circumstances.unwanted;
  if (circumstances.wipesByPath)
    service.interferes = (draft, { path }) => {
      if (path?.startsWith('members[') !== true) return false;
      draft['members'] = [];
      return true;
    };
  const { target, signal } = aTarget({});
  await target.discover(signal);
  const groups = circumstances.members.map((ids) => {
    const held = ids.filter((each) => !circumstances.unwanted.includes(each as 'e'));
    return service.add({ displayName: 'G', members: held.map((value) => ({ value })) });
  });
  service.requests.length = 0;
  let changes = 0;
  for (const each of circumstances.changes) {
    const id = groups[each.group] ?? '';
    const remove = each.remove.filter((one) => !each.add.includes(one));
    const operations = [...addMembers(each.add), ...removeMembers(remove)];
    if (operations.length === 0) continue;
    changes += 1;
    const before = service.membersOf(id);
    const meanwhile = troubles(service, id, each);
    const result = await target.patch('Group', id, operations, signal);
    const after = service.membersOf(id);
    const allowed = new Set<string>([...before, ...each.add, ...meanwhile.joined, ...meanwhile.left]);
    expect(
      after.filter((one) => !allowed.has(one)),
      'nobody gets in',
    ).toEqual([]);
    // Who joins between a look and a request that takes everybody out is seen by nobody.
    const joined = isWell(circumstances) ? [...meanwhile.joined] : [];
    const staying = [...before, ...joined].filter((one) => !remove.includes(one as 'a') && !meanwhile.left.has(one));
    const lost = staying.filter((one) => !after.includes(one));
    const isDisturbed = meanwhile.isFailing || meanwhile.joined.size + meanwhile.left.size > 0;
    if (result.ok || !isDisturbed) expect(lost, 'nobody gets out').toEqual([]);
    if (!result.ok) continue;
    const shown = result.value === null ? null : memberIdsOf(result.value, { membersReadable: true });
    const missing = each.add.filter((one) => !after.includes(one) && !meanwhile.left.has(one));
    if (shown !== null)
      expect(
        missing.filter((one) => shown.has(one)),
        'what counts as done',
      ).toEqual([]);
    else if (circumstances.unwanted.length === 0) expect(missing, 'what counts as done').toEqual([]);
    const present = remove.filter((one) => after.includes(one));
    if (!isDisturbed) expect(present, 'who is to leave').toEqual([]);
  }
  const isQuiet = circumstances.changes.every((each) => each.trouble === null);
  if (isQuiet && isWell(circumstances)) {
    const writes = service.requests.filter((one) => !one.startsWith('GET')).length;
    expect(writes, 'requests').toBeLessThanOrEqual(changes * 2);
  }
}

// spec: additions-are-looked-at
it('change as they are to, and nobody else does', async () => {
  await fc.assert(fc.asyncProperty(world, live), { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 100) });
});
