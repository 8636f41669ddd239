// Members that are added, at services that take a part of them, take them for the whole list, or show a part of the group; and what
// breaks off or happens in between. Nobody else may lose a membership by it, and services that do as they are asked see one look.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TargetProfile } from '../../../src/model/profile.ts';
import type { LearnedFacts } from '../../../src/scim/learned.ts';
import { addMembers, removeMembers } from '../../../src/scim/patch.ts';
import type { PatchOperation } from '../../../src/scim/resource.ts';
import type { Rung } from '../../../src/target/adaptation.ts';
import { type Habits, MisbehavingService, WELL_BEHAVED } from './misbehaving-service.ts';
import { aTarget } from './target-setup.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const NOTHING_SAID = { patch: null, filter: null, filterMaxResults: null, bulk: null, etag: null, attributes: null };

interface Circumstances {
  readonly profile?: Partial<TargetProfile>;
  readonly learned?: LearnedFacts;
  readonly ladders?: boolean;
}

function start(habits: Partial<Habits> = {}, { profile = {}, learned, ladders = true }: Circumstances = {}) {
  const service = new MisbehavingService(habits);
  const rungs: Rung[] = [];
  const setup = aTarget({
    baseUrl: { ...WELL_BEHAVED, ...habits }.root,
    profile,
    ladders,
    adapted: ({ rung }) => rungs.push(rung),
  });
  const { target } = setup;
  if (learned !== undefined) target.remember(NOTHING_SAID, learned);
  const stopping = new AbortController();
  const group = (...ids: string[]): string =>
    service.add({ displayName: 'G', members: ids.map((value) => ({ value })) });
  const patch = (id: string, ...operations: PatchOperation[]) => target.patch('Group', id, operations, stopping.signal);
  const membersOf = (id: string) => service.membersOf(id).toSorted();
  return { ...setup, service, rungs, stopping, group, patch, membersOf };
}

// spec: additions-are-looked-at
describe('an addition that is taken for the whole list', () => {
  it.each([true, false, 'changed'] as const)('costs nobody else the group (answers: %s)', async (answers) => {
    const { service, group, patch, membersOf, rungs, target } = start({ memberAddition: 'replaces', answers });
    const [one, two] = [group('a', 'b', 'c'), group('a', 'x')];
    expect(await patch(one, ...addMembers(['d', 'e']))).toMatchObject({ ok: true });
    expect(membersOf(one)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(rungs).toEqual(['membersRestored', 'replacedResource']);

    service.requests.length = 0;
    expect(await patch(two, ...addMembers(['b']))).toMatchObject({ ok: true });
    expect(membersOf(two)).toEqual(['a', 'b', 'x']);
    expect(service.requests).toEqual(['GET Groups', 'PUT Groups']);
    expect(target.learned).toMatchObject({ replaced: ['Group members'], statedWhole: ['Group members addition'] });
  });

  it('is not sent again by the next process', async () => {
    const habits: Partial<Habits> = { memberAddition: 'replaces' };
    const first = start(habits);
    await first.patch(first.group('a', 'b'), ...addMembers(['c']));
    nock.cleanAll();
    const second = start(habits, { learned: structuredClone(first.target.learned) });
    const id = second.group('a', 'b');
    await second.patch(id, ...addMembers(['c']), ...removeMembers(['a']));
    expect(second.membersOf(id)).toEqual(['b', 'c']);
    expect(second.service.bodies.filter((body) => JSON.stringify(body).includes('"add"'))).toEqual([]);
  });

  it('is stated whole where there is no PUT, from what the group holds then', async () => {
    const { service, group, patch, membersOf, rungs } = start({ memberAddition: 'replaces', put: 405, answers: false });
    const id = group('a', 'b');
    expect(await patch(id, ...addMembers(['c']))).toMatchObject({ ok: true });
    expect(membersOf(id)).toEqual(['a', 'b', 'c']);
    service.edit(id, { members: ['a', 'b', 'c', 'z'].map((value) => ({ value })) });
    expect(await patch(id, ...addMembers(['d']))).toMatchObject({ ok: true });
    expect(membersOf(id)).toEqual(['a', 'b', 'c', 'd', 'z']);
    expect(rungs).toContain('wholeList');
  });

  it('is a fault that names the others where nothing puts them back', async () => {
    const { service, group, patch } = start({ memberAddition: 'replaces' });
    const id = group('a', 'b');
    let writes = 0;
    service.answering = (request, stage) => {
      if (request.startsWith('GET') || stage === 'after') return undefined;
      writes += 1;
      return writes === 1 ? undefined : 403;
    };
    const lost = await patch(id, ...addMembers(['c']));
    expect(lost).toMatchObject({ ok: false, fault: { code: 'MembersMissing', ambiguous: true } });
    expect(lost.ok ? '' : lost.fault.message).toContain('2 members are missing since an addition of others');
    expect(lost.ok ? '' : lost.fault.message).toContain(': a, b.');
  });

  it('is noticed although it is cut off', async () => {
    const { service, group, patch, membersOf } = start({ memberAddition: 'replaces' });
    const id = group('a', 'b');
    let cuts = 1;
    service.answering = (request, stage) =>
      request.startsWith('PATCH') && stage === 'after' && cuts-- > 0 ? 502 : undefined;
    await patch(id, ...addMembers(['c']));
    expect(membersOf(id)).toEqual(['a', 'b', 'c']);
  });

  it('is put right although the process is to end', async () => {
    const { service, group, patch, membersOf, stopping } = start({ memberAddition: 'replaces', answers: false });
    const id = group('a', 'b');
    service.answering = (request, stage) => {
      if (request.startsWith('PATCH') && stage === 'after') stopping.abort();
      return undefined;
    };
    await patch(id, ...addMembers(['c']));
    expect(membersOf(id)).toEqual(['a', 'b', 'c']);
  });

  it('is put right after the target asked to wait, and when the version changed meanwhile', async () => {
    const { service, group, patch, membersOf, target, signal } = start({
      memberAddition: 'replaces',
      versions: 'compared',
    });
    await target.discover(signal);
    const id = group('a', 'b');
    const replies = [429, undefined, undefined];
    let puts = 0;
    service.answering = (request, stage) => {
      if (!request.startsWith('PUT') || stage === 'after') return undefined;
      puts += 1;
      if (puts === 2) service.edit(id, { members: [...service.membersOf(id), 'z'].map((value) => ({ value })) });
      return replies[puts - 1];
    };
    expect(await patch(id, ...addMembers(['c']))).toMatchObject({ ok: true });
    expect(membersOf(id)).toEqual(['a', 'b', 'c', 'z']);
  });

  it('is not suspected where somebody else removes one of several members meanwhile', async () => {
    const { service, group, patch, membersOf, target } = start({ answers: false });
    const id = group('a', 'b', 'c');
    service.answering = (request, stage, resource) => {
      if (!request.startsWith('PATCH') || stage === 'before') return undefined;
      const members = service.membersOf(String(resource['id'])).filter((each) => each !== 'b');
      service.edit(id, { members: members.map((value) => ({ value })) });
      return undefined;
    };
    // The engine compares the group, and adds whom the directory states.
    expect(await patch(id, ...addMembers(['d']))).toMatchObject({ ok: false, fault: { code: 'MembersMissing' } });
    expect(membersOf(id)).toEqual(['a', 'c', 'd']);
    expect(target.learned).toMatchObject({ statedWhole: [], replaced: [] });
  });

  it('is not sent where the group cannot be read for now', async () => {
    const { service, group, patch, membersOf } = start({ memberAddition: 'replaces' });
    const id = group('a', 'b');
    service.answering = (request) => (request.startsWith('GET') ? 503 : undefined);
    expect(await patch(id, ...addMembers(['c']))).toMatchObject({ ok: false, fault: { status: 503 } });
    expect(membersOf(id)).toEqual(['a', 'b']);
  });

  it('keeps groups in groups', async () => {
    const { service, patch } = start({ memberAddition: 'replaces', put: 405 });
    const id = service.add({ displayName: 'G', members: [{ value: 'g2', type: 'Group' }, { value: 'a' }] });
    await patch(id, ...addMembers(['c']));
    expect(service.resources.get(id)?.['members']).toEqual([
      { value: 'g2', type: 'Group' },
      { value: 'a' },
      { value: 'c' },
    ]);
  });
});

// spec: additions-are-looked-at
describe('an addition of which a part is taken', () => {
  it.each([true, false])('is completed one by one (answers: %s)', async (answers) => {
    const { group, patch, membersOf, rungs } = start({ memberAddition: 'first', answers });
    const id = group('a');
    expect(await patch(id, ...addMembers(['b', 'c', 'd']))).toMatchObject({ ok: true });
    expect(membersOf(id)).toEqual(['a', 'b', 'c', 'd']);
    expect(rungs).toEqual(['membersOneByOne']);
  });

  it.each([true, 'changed'] as const)('shows who is not taken in any form (answers: %s)', async (answers) => {
    const { service, group, patch, membersOf, target } = start({ answers });
    service.unwanted = ['x'];
    const id = group('a');
    const result = await patch(id, ...addMembers(['b', 'x']), ...removeMembers(['a']));
    expect(result).toMatchObject({ ok: true, value: { members: [{ value: 'b' }] } });
    expect(membersOf(id)).toEqual(['b']);
    expect(service.requests.filter((each) => each === 'PUT Groups')).toEqual([]);
    expect(target.learned).toMatchObject({ replaced: [], statedWhole: [] });
  });

  it('goes by PUT where PATCH was never seen to add anybody, and is looked at then', async () => {
    const { service, group, patch, membersOf, target } = start({ memberAddition: 'ignored', answers: false });
    const id = group('a');
    service.unwanted = ['x'];
    expect(await patch(id, ...addMembers(['x']))).toMatchObject({ ok: true, value: { members: [{ value: 'a' }] } });
    expect(target.learned.replaced).toEqual([]);
    expect(await patch(id, ...addMembers(['b']))).toMatchObject({ ok: true });
    expect(membersOf(id)).toEqual(['a', 'b']);
    expect(target.learned.replaced).toEqual(['Group members']);
  });
});

describe('an addition that does as it is asked', () => {
  it('is looked at once for each target, be many under way', async () => {
    const { service, group, patch } = start({ answers: false });
    const ids = ['1', '2', '3', '4'].map((each) => group('a', each));
    await Promise.all(ids.map((id) => patch(id, ...addMembers(['n']))));
    expect(service.requests.filter((each) => each === 'GET Groups')).toHaveLength(2);
    expect(service.requests.filter((each) => each === 'PATCH Groups')).toHaveLength(4);
  });

  it('is not looked at afterwards where the answer shows the group, and costs nothing from then on', async () => {
    const { service, group, patch, target } = start();
    const id = group('a');
    await patch(id, ...addMembers(['b']));
    await patch(id, ...addMembers(['c']), ...removeMembers(['a']));
    expect(service.requests.slice(0, 2)).toEqual(['GET Groups', 'PATCH Groups']);
    service.requests.length = 0;
    await patch(id, ...addMembers(['d']), ...removeMembers(['b']));
    await patch(id, ...addMembers(['e']));
    expect(service.requests).toEqual(['PATCH Groups', 'PATCH Groups']);
    expect(target.learned.proven).toEqual(expect.arrayContaining(['Group members', 'Group members addition']));
  });

  it('is looked at again while all groups were empty, since nobody could be lost', async () => {
    const { service, group, patch } = start({ memberAddition: 'replaces' });
    const [empty, other] = [group(), group('a', 'b')];
    await patch(empty, ...addMembers(['c']));
    await patch(other, ...addMembers(['c']));
    expect(service.membersOf(other).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, readonly string[], Partial<TargetProfile>, number]>([
    ['the profile says so', [], { membersReadable: false }, 0],
    ['they turn out to be', ['members'], {}, 4],
  ])('is not looked at for ever where members are hidden: %s', async (_why, hidden, profile, reads) => {
    const { service, group, patch } = start({ answers: false }, { profile });
    service.hidden = hidden;
    const id = group('a');
    for (const each of ['b', 'c', 'd', 'e', 'f'])
      expect(await patch(id, ...addMembers([each]))).toMatchObject({ ok: true });
    expect(service.requests.filter((each) => each === 'GET Groups')).toHaveLength(reads);
    expect(service.requests.filter((each) => each === 'PATCH Groups')).toHaveLength(5);
  });

  it('is not looked at without ladders', async () => {
    const { service, group, patch } = start({ answers: false }, { ladders: false });
    await patch(group('a'), ...addMembers(['b']));
    expect(service.requests).toEqual(['PATCH Groups']);
  });
});
