// Answers of the source that are empty, half, without attributes, or end in the middle: nothing is concluded from them.
import { describe, expect, it } from 'vitest';
import { JobFault } from '../../src/model/errors.ts';
import { buildWorld, type World } from '../support/world.ts';

async function people(count: number, variation = {}): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld(variation);
  const ids = world.people(count);
  await world.run();
  return { world, ids };
}

const REAL_GUARDS = { guards: {} };

describe('the assignment list', () => {
  // spec: two-readings
  it.each([
    ['empty', () => []],
    ['half', (rows: never[]) => rows.slice(0, 10)],
  ])('that comes %s once loses nobody', async (_name, answer) => {
    const { world } = await people(20, REAL_GUARDS);
    world.directory.assignmentAnswers.push(answer as never);
    const summary = await world.run();
    expect(world.target.log).toEqual([]);
    expect(summary.counts).toMatchObject({ disabled: 0, held: 0, inScope: 20 });
  });

  it('that comes as two different halves loses nobody', async () => {
    const { world } = await people(20, REAL_GUARDS);
    world.directory.assignmentAnswers.push(
      (rows) => rows.slice(0, 10),
      (rows) => rows.slice(10),
    );
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each([0, 10])(
    'that comes with %i rows twice is held by the guard, and made good by the next one',
    async (rows) => {
      const { world } = await people(20, REAL_GUARDS);
      world.directory.assignmentAnswers.push(
        (list) => list.slice(0, rows),
        (list) => list.slice(0, rows),
      );
      const summary = await world.run();
      expect(summary.counts).toMatchObject({ disabled: 0, held: 20 - rows });
      expect(world.target.writes()).toEqual([]);
      await world.run();
      expect(await world.openChanges()).toEqual({});
      expect(world.target.writes()).toEqual([]);
    },
  );

  // spec: partial-lists
  it('that ends in the middle concludes nothing', async () => {
    const { world } = await people(20);
    world.directory.fault = ({ kind, number }) =>
      kind === 'assignments' && number === 2 ? new JobFault('SourceUnreachable', 'reset') : undefined;
    await expect(world.run()).rejects.toMatchObject({ code: 'SourceUnreachable' });
    expect(world.target.log).toEqual([]);
    world.directory.fault = undefined;
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});

describe('member lists', () => {
  // spec: two-readings
  it.each([1, 2])('that come empty %i times after a resync: believed only the second time', async (times) => {
    const world = await buildWorld();
    const ids = ['a', 'b', 'c'];
    for (const id of ids) world.directory.addUser(id);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.directory.expireTokens();
    for (let time = 0; time < times; time += 1) world.directory.memberAnswers.push(() => []);
    await world.run();
    expect(world.membersOf('g')).toEqual(times === 1 ? ids : []);
    expect(world.userOf('a')).toMatchObject({ active: times === 1 });
  });

  it.each([
    ['empty', () => []],
    ['half', (rows: never[]) => rows.slice(0, 1)],
  ])('that come %s when they are read first are made good by the next cycle', async (_name, answer) => {
    const world = await buildWorld();
    const ids = ['a', 'b', 'c'];
    for (const id of ids) world.directory.addUser(id);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    world.directory.memberAnswers.push(answer as never);
    await world.run();
    expect(world.userOf('c')).toBeUndefined();
    await world.run();
    expect(world.membersOf('g')).toEqual(ids);
    expect(world.userOf('c')).toMatchObject({ active: true });
  });

  it('that leave out somebody who was just restored are made good by the next cycle', async () => {
    const world = await buildWorld();
    world.directory.groupsShowDeletions = false;
    for (const id of ['a', 'b']) world.directory.addUser(id);
    world.directory.softDelete('b');
    world.directory.addGroup('g', ['a', 'b']);
    world.directory.assign('g');
    await world.run();
    await world.run();
    world.directory.restore('b');
    world.directory.memberAnswers.push((rows) => rows.filter(({ id }) => id !== 'b'));
    await world.run();
    await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b']);
  });

  it('are read by two cycles, then only when something is in doubt', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    for (const id of ['g', 'h']) {
      world.directory.addGroup(id, ['a']);
      world.directory.assign(id);
    }
    const asked: number[] = [];
    for (let cycle = 0; cycle < 4; cycle += 1) {
      let lists = 0;
      world.directory.fault = ({ kind }) => {
        if (kind === 'members') lists += 1;
        return undefined;
      };
      await world.run();
      asked.push(lists);
    }
    expect(asked).toEqual([2, 2, 0, 0]);
  });
});

describe('feeds', () => {
  it('without any entry change nothing', async () => {
    const { world } = await people(5);
    world.directory.readDelta = async function* empty() {
      await Promise.resolve();
      yield { entries: [], deltaLink: JSON.stringify({ since: 1_000_000, offset: 0 }) };
    };
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  // spec: limited-rows
  it('with rows without attributes are no evidence, and are said so', async () => {
    const { world, ids } = await people(5);
    world.directory.limited.add(ids[0] ?? '');
    world.directory.setUser(ids[0] ?? '', { displayName: 'New' });
    const summary = await world.run();
    expect(world.target.log).toEqual([]);
    expect(summary.counts.warnings).toBe(1);
  });

  // spec: page-tokens
  it.each(['user', 'group'])('of %ss that end in the middle go on from the last page', async (kind) => {
    const world = await buildWorld();
    world.directory.pageSize = 2;
    const ids = world.people(9);
    for (const id of ids) {
      world.directory.addGroup(`g-${id}`, [id]);
      world.directory.assign(`g-${id}`);
    }
    await world.run();
    for (const id of ids) {
      world.directory.setUser(id, { displayName: `New ${id}` });
      world.directory.addMember(`g-${id}`, ids[0] ?? '');
    }
    world.directory.fault = (page) =>
      page.kind === `${kind}Delta` && page.number === 2 ? new JobFault('SourceUnreachable', 'reset') : undefined;
    await expect(world.run()).rejects.toMatchObject({ code: 'SourceUnreachable' });
    world.directory.fault = undefined;
    await world.run();
    for (const id of ids) {
      expect(world.userOf(id)).toMatchObject({ displayName: `New ${id}` });
      expect(world.membersOf(`g-${id}`)).toContain(ids[0]);
    }
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('a changed membership is not lost while the group itself cannot be read', async () => {
    const world = await buildWorld();
    for (const id of ['a', 'b', 'c']) {
      world.directory.addUser(id);
      world.directory.assign(id);
    }
    world.directory.addGroup('g', ['a']);
    world.directory.assign('g');
    await world.run();
    world.directory.deleteGroup('g');
    await world.run();
    const group = world.directory.groups.get('g');
    if (group !== undefined) group.state = 'present';
    world.directory.assign('g');
    world.directory.hidden.add('g');
    world.directory.addMember('g', 'b');
    await world.run();
    world.directory.addMember('g', 'c');
    world.directory.removeMember('g', 'a');
    await world.run();
    world.directory.hidden.delete('g');
    await world.run();
    expect(world.membersOf('g')).toEqual(['b', 'c']);
  });
});

describe('one person', () => {
  // spec: two-readings
  it.each([1, 2])('who is nowhere to be found %i times when read: believed only the second time', async (times) => {
    const { world } = await people(3);
    world.directory.expireTokens();
    const readObjects = world.directory.readObjects.bind(world.directory);
    let left = times;
    world.directory.readObjects = async (kind, ids) => {
      const outcomes = new Map(await readObjects(kind, ids));
      if (kind === 'user' && left > 0) {
        left -= 1;
        outcomes.set('p0001', { found: false, state: 'hardDeleted' });
      }
      return outcomes;
    };
    await world.run();
    expect(world.userOf('p0001') === undefined).toBe(times === 2);
  });

  it.each([
    { order: ['present', 'removed'], now: 'present' },
    { order: ['removed', 'present'], now: 'present' },
    { order: ['present', 'removed'], now: 'softDeleted' },
    { order: ['removed', 'present'], now: 'softDeleted' },
  ] as const)('of whom one round says $order is read: $now', async ({ order, now }) => {
    const { world } = await people(3);
    if (now === 'softDeleted') world.directory.softDelete('p0001');
    const { properties } = world.directory.users.get('p0001') ?? { properties: {} };
    const entry = { kind: 'user', id: 'p0001' } as const;
    const entries = order.map((each) =>
      each === 'present'
        ? { ...entry, properties, managerId: null }
        : { ...entry, properties: {}, removed: 'changed' as const },
    );
    const readDelta = world.directory.readDelta.bind(world.directory);
    world.directory.readDelta = async function* round(from) {
      if (from.kind === 'group') yield* readDelta(from);
      else yield { entries, deltaLink: JSON.stringify({ since: 1_000_000, offset: 0 }) };
    };
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: now === 'present' });
  });
});

describe('a token that is no longer accepted', () => {
  it.each([false, true])('leads to a full reading without wrong removals (syncAll: %s)', async (syncAll) => {
    const world = await buildWorld({ source: { syncAll } });
    const ids = world.people(12);
    world.directory.addGroup('g', ids.slice(0, 6));
    world.directory.assign('g');
    await world.run();
    world.directory.setUser(ids[0] ?? '', { displayName: 'New' });
    world.directory.softDelete(ids[1] ?? '');
    world.directory.hardDelete(ids[2] ?? '');
    world.directory.removeMember('g', ids[3] ?? '');
    world.directory.expireTokens();
    const summary = await world.run();
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ displayName: 'New', active: true });
    expect(world.userOf(ids[1] ?? '')).toMatchObject({ active: false });
    expect(world.userOf(ids[2] ?? '')).toBeUndefined();
    expect(world.membersOf('g')).toEqual(expect.arrayContaining([ids[0], ids[4], ids[5]]));
    expect(world.membersOf('g')).not.toContain(ids[3]);
    expect(summary.counts).toMatchObject({ disabled: 1, deleted: 1, updated: 2 });
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('deleted for good what was in the recycle bin before, with syncAll too', async () => {
    const world = await buildWorld({ source: { syncAll: true } });
    world.people(3);
    await world.run();
    world.directory.softDelete('p0001');
    await world.run();
    world.directory.hardDelete('p0001');
    world.directory.expireTokens();
    await world.run();
    expect(world.userOf('p0001')).toBeUndefined();
  });

  it('an enumeration that ends in the middle concludes nothing', async () => {
    const world = await buildWorld({ source: { syncAll: true } });
    world.people(12);
    await world.run();
    world.directory.expireTokens();
    world.directory.fault = ({ kind, number }) =>
      kind === 'userDelta' && number === 2 ? new JobFault('SourceUnreachable', 'reset') : undefined;
    await expect(world.run()).rejects.toMatchObject({ code: 'SourceUnreachable' });
    world.directory.fault = undefined;
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});

it('somebody assigned who is not readable yet is created when they are', async () => {
  const world = await buildWorld();
  world.directory.addUser('a');
  world.directory.assign('a');
  world.directory.hidden.add('a');
  await world.run();
  expect(world.target.log).toEqual([]);
  world.directory.hidden.clear();
  await world.run();
  expect(world.userOf('a')).toBeDefined();
});
