// Memberships that groups would lose: what is held, what goes on meanwhile, and how it ends.
import { describe, expect, it } from 'vitest';
import { readHeldSets } from '../../src/cli/held-sets.ts';
import { approveHeld } from '../support/decisions.ts';
import { DAY, HOUR } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

/** People who are assigned by themselves, so that leaving a group takes nothing but the membership. */
async function teams(
  sizes: readonly number[],
  guards: Record<string, unknown> = {},
): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld({ guards });
  world.directory.pageSize = 1000;
  const ids = world.people(Math.max(...sizes));
  sizes.forEach((size, index) => {
    world.directory.addGroup(`g${index}`, ids.slice(0, size));
    world.directory.assign(`g${index}`);
  });
  await world.run();
  return { world, ids };
}

function leave(world: World, group: string, ids: readonly string[]): void {
  for (const id of ids) world.directory.removeMember(group, id);
}

async function approveAll(world: World): Promise<void> {
  for (const { set } of await readHeldSets(world.store.db, 'job'))
    expect(await approveHeld(world.store, 'job', { set })).toMatchObject({ ok: true });
}

describe('half of a group', () => {
  // spec: held-memberships
  it('stays in it until that is approved; additions and everything else go on', async () => {
    const { world, ids } = await teams([60, 20]);
    leave(world, 'g0', ids.slice(0, 30));
    world.directory.addUser('new');
    world.directory.assign('new');
    world.directory.addMember('g0', 'new');
    world.directory.setGroup('g0', { displayName: 'Renamed' });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 1, held: 1, memberships: { added: 1, removed: 0 } });
    expect(world.membersOf('g0')).toHaveLength(61);
    expect(world.groupOf('g0')).toMatchObject({ displayName: 'Renamed' });
    expect(await readHeldSets(world.store.db, 'job')).toMatchObject([
      { guardClass: 'memberships', count: 30, changes: [{ objectId: 'g0', amount: 30, action: 'update' }] },
    ]);
    const entry = (await world.log('g0')).find((each) => each.provisioningStatusInfo.status === 'skipped');
    expect(entry?.provisioningSteps.at(-1)?.description).toContain('the removal of 30 members');

    for (let cycle = 0; cycle < 2; cycle += 1) {
      expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { added: 0, removed: 0 } });
      expect(world.target.log).toEqual([]);
    }
    const logged = (await world.log('g0')).filter((each) => each.provisioningStatusInfo.status === 'skipped');
    expect(logged).toHaveLength(1);

    await approveAll(world);
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 30 } });
    expect(world.membersOf('g0')).toEqual([...ids.slice(30), 'new'].toSorted());
    expect((await world.run()).requests.scim).toBe(0);
    expect(await world.openChanges()).toEqual({});
    expect(await world.store.db.selectFrom('held_membership').selectAll().execute()).toEqual([]);
  });

  it('that grows while it is held is another set, and refused as it was shown', async () => {
    const { world, ids } = await teams([60]);
    leave(world, 'g0', ids.slice(0, 30));
    await world.run();
    const [shown] = await readHeldSets(world.store.db, 'job');
    leave(world, 'g0', ids.slice(30, 32));
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { removed: 0 } });
    const refused = await approveHeld(world.store, 'job', { set: shown?.set ?? '' });
    expect(refused).toMatchObject({
      ok: false,
      message: expect.stringContaining('it held 30, now it holds 32 (2 more)'),
    });
    const [now] = await readHeldSets(world.store.db, 'job');
    expect(now).toMatchObject({ count: 32, oldest: shown?.oldest });
  });

  it('of whom somebody came back is another set as well, and that person stays', async () => {
    const { world, ids } = await teams([60]);
    leave(world, 'g0', ids.slice(0, 30));
    await world.run();
    const [shown] = await readHeldSets(world.store.db, 'job');
    world.directory.addMember('g0', ids[0] ?? '');
    await world.run();
    const [now] = await readHeldSets(world.store.db, 'job');
    expect(now).toMatchObject({ count: 29 });
    expect(now?.set).not.toBe(shown?.set);
    await approveAll(world);
    await world.run();
    expect(world.membersOf('g0')).toHaveLength(31);
    expect(world.membersOf('g0')).toContain(ids[0]);
  });

  it('is forgotten when all of them come back, also after the approval', async () => {
    const { world, ids } = await teams([60]);
    leave(world, 'g0', ids.slice(0, 30));
    await world.run();
    await approveAll(world);
    for (const id of ids.slice(0, 30)) world.directory.addMember('g0', id);
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 0 } });
    expect(await world.openChanges()).toEqual({});
    leave(world, 'g0', ids.slice(0, 30));
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { removed: 0 } });
  });

  it('is approved by the id of its group; who leaves after that is judged again', async () => {
    const { world, ids } = await teams([60, 60]);
    leave(world, 'g0', ids.slice(0, 30));
    leave(world, 'g1', ids.slice(0, 30));
    await world.run();
    expect(await approveHeld(world.store, 'job', { objects: ['g0'] })).toMatchObject({ ok: true });
    leave(world, 'g0', ids.slice(30, 40));
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ memberships: { removed: 30 } });
    expect(world.membersOf('g0')).toHaveLength(30);
    expect(world.membersOf('g1')).toHaveLength(60);
    const sets = await readHeldSets(world.store.db, 'job');
    expect(new Set(sets[0]?.changes.map(({ objectId, amount }) => `${objectId} ${amount}`))).toEqual(
      new Set(['g0 10', 'g1 30']),
    );
  });

  it('is approved still when the process dies before it was carried out', async () => {
    const { world, ids } = await teams([60]);
    leave(world, 'g0', ids.slice(0, 30));
    await world.run();
    await approveAll(world);
    world.target.disturb = ({ method }) => (method === 'patch' ? { throws: new Error('killed') } : undefined);
    await expect(world.run()).rejects.toThrow('killed');
    world.target.disturb = undefined;
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { removed: 30 } });
  });

  it.each(['the memberships', 'the people'])('is not forgotten when %s are approved at any moment', async (what) => {
    for (let at = 1; at < 30; at += 1) {
      const { world, ids } = await teams([10], {
        memberships: { count: 2, percent: 100, from: 1 },
        scopeLosses: { count: 2, percent: 100, from: 1 },
      });
      leave(world, 'g0', ids.slice(0, 4));
      if (what === 'the people') world.directory.unassign(...ids.slice(0, 4));
      await world.run();
      world.directory.addUser('new');
      world.directory.assign('new');
      world.directory.addMember('g0', 'new');
      let commits = 0;
      const transaction: typeof world.store.transaction = async (work) => {
        commits += 1;
        if (commits === at) await approveAll(world);
        return world.store.transaction(work);
      };
      await world.run({}, { store: { ...world.store, transaction } });
      if (commits < at) await approveAll(world);
      await world.run();
      expect(world.membersOf('g0'), `approved at commit ${at}`).toEqual([...ids.slice(4), 'new'].toSorted());
      expect(await world.openChanges()).toEqual({});
    }
  });

  it('is shown by a plan as held, and the plan changes nothing', async () => {
    const { world, ids } = await teams([60]);
    leave(world, 'g0', ids.slice(0, 30));
    const plan = await world.run({ dryRun: true });
    expect(plan.counts).toMatchObject({ held: 1, memberships: { added: 0, removed: 0 } });
    expect(await world.store.db.selectFrom('held_membership').selectAll().execute()).toEqual([]);
    expect((await world.run()).counts).toMatchObject({ held: 1 });
  });

  it('is moot when the group itself leaves', async () => {
    const { world, ids } = await teams([60, 60], { groupDeletes: { count: 100, percent: 100 } });
    leave(world, 'g0', ids.slice(0, 30));
    await world.run();
    world.directory.unassign('g0');
    expect((await world.run()).counts).toMatchObject({ deleted: 1, held: 0 });
    expect(await world.openChanges()).toEqual({});
  });
});

describe('limits', () => {
  it.each([
    { name: 'below the floor', left: 19, removed: 19 },
    { name: 'within the percentage', left: 20, sizes: [60, 40], removed: 20 },
    { name: 'above the percentage', left: 21, sizes: [60, 40], removed: 0 },
    { name: 'above the count', left: 21, guards: { memberships: { count: 20, percent: 100 } }, removed: 0 },
    { name: 'a whole little group', sizes: [60, 3], group: 'g1', left: 3, removed: 3 },
  ])('$name', async ({ left, sizes = [60], guards = {}, group = 'g0', removed }) => {
    const { world, ids } = await teams(sizes, guards);
    leave(world, group, ids.slice(0, left));
    expect((await world.run()).counts).toMatchObject({ memberships: { removed }, held: removed === 0 ? 1 : 0 });
  });

  it('count what was removed within 24 hours, in whatever request, and not what was removed before', async () => {
    const { world, ids } = await teams([100]);
    leave(world, 'g0', ids.slice(0, 15));
    world.directory.setGroup('g0', { displayName: 'Written in the same request' });
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 15 } });
    world.clock.advance(HOUR);
    leave(world, 'g0', ids.slice(15, 25));
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 0 }, held: 1 });
    await approveAll(world);
    await world.run();
    world.clock.advance(DAY);
    leave(world, 'g0', ids.slice(25, 40));
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 15 }, held: 0 });
  });

  it('do not count what was approved', async () => {
    const { world, ids } = await teams([100]);
    leave(world, 'g0', ids.slice(0, 50));
    await world.run();
    await approveAll(world);
    await world.run();
    leave(world, 'g0', ids.slice(50, 55));
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 5 }, held: 0 });
  });
});

describe('people who leave', () => {
  it('take their memberships with them: these were decided with the people', async () => {
    const { world, ids } = await teams([60], { leavers: { count: 1000, percent: 100 } });
    for (const id of ids.slice(0, 30)) world.directory.hardDelete(id);
    expect((await world.run()).counts).toMatchObject({ deleted: 30, held: 0, memberships: { removed: 30 } });
  });

  it('keep their memberships while they are held, and these are counted once', async () => {
    const { world, ids } = await teams([60]);
    for (const id of ids.slice(0, 30)) world.directory.hardDelete(id);
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ deleted: 0, held: 30, memberships: { removed: 0 } });
    expect((await readHeldSets(world.store.db, 'job')).map((each) => each.guardClass)).toEqual(['leavers']);
  });

  it('and are left alone by the lifecycle lose memberships that the guard counts', async () => {
    const world = await buildWorld({ guards: {}, lifecycle: { unassigned: 'nothing' } });
    world.directory.pageSize = 1000;
    const ids = world.people(60);
    world.directory.addGroup('g0', ids);
    world.directory.assign('g0');
    await world.run();
    world.directory.unassign(...ids);
    leave(world, 'g0', ids.slice(0, 30));
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { removed: 0 } });
  });
});

// spec: held-memberships
describe('members that cannot be seen any more', () => {
  it('because only their id and type are answered, are members still', async () => {
    const { world, ids } = await teams([10], { memberships: { count: 0, percent: 0, from: 1 } });
    for (const id of ids) world.directory.limited.add(id);
    for (const id of ids) world.directory.setUser(id, { displayName: 'hidden' });
    await world.store.db.updateTable('source_object').set({ members_read: 0 }).where('kind', '=', 'group').execute();
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ held: 0, failed: 0, memberships: { removed: 0 } });
    expect(world.membersOf('g0')).toHaveLength(10);
  });

  it.each([
    ['with hidden membership are no evidence', 'HiddenMembership', 10],
    ['with public membership left', 'Public', 0],
  ])('because the list of a group %s', async (_name, visibility, left) => {
    const { world } = await teams([10]);
    world.directory.setGroup('g0', { visibility });
    await world.run();
    await world.store.db.updateTable('source_object').set({ members_read: 0 }).where('kind', '=', 'group').execute();
    world.directory.memberAnswers.push(
      () => [],
      () => [],
    );
    const summary = await world.run();
    expect(world.membersOf('g0')).toHaveLength(left);
    expect(summary.counts.warnings).toBe(left === 0 ? 0 : 1);
  });

  it('is believed of a group with hidden membership when a part of it is shown', async () => {
    const { world, ids } = await teams([10]);
    world.directory.setGroup('g0', { visibility: 'HiddenMembership' });
    await world.run();
    await world.store.db.updateTable('source_object').set({ members_read: 0 }).where('kind', '=', 'group').execute();
    world.directory.memberAnswers.push(
      (rows) => rows.slice(1),
      (rows) => rows.slice(1),
    );
    await world.run();
    expect(world.membersOf('g0')).toEqual(ids.slice(1));
  });
});
