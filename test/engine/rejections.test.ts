// Rejected changes: neither sent nor held for a time, never forgotten, and judged anew when something more explicit happens.
import { describe, expect, it } from 'vitest';
import { readDecided } from '../../src/cli/decided-changes.ts';
import { readHeldSets } from '../../src/cli/held-sets.ts';
import type { JobVariation } from '../support/build-job.ts';
import { approveHeld, rejectHeld } from '../support/decisions.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

async function wave(variation: JobVariation = { guards: {}, group: null }): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld(variation);
  world.directory.pageSize = 1000;
  const ids = world.people(40);
  await world.run();
  const gone = ids.slice(0, 10);
  world.directory.unassign(...gone);
  expect((await world.run()).counts).toMatchObject({ held: 10 });
  return { world, ids: gone };
}

async function rejectAll(world: World): Promise<void> {
  for (const { set } of await readHeldSets(world.store.db, 'job'))
    expect(await rejectHeld(world.store, 'job', { set }, world.clock.now().getTime())).toMatchObject({ ok: true });
}

describe('who is rejected', () => {
  // spec: rejections
  it('is neither sent nor held again, whatever else changes, and the decision is kept', async () => {
    const { world, ids } = await wave();
    await rejectAll(world);
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 0 });
    for (const id of ids) world.directory.setUser(id, { displayName: 'Changed' });
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 0 });
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ held: 0, disabled: 0 });
    expect(world.target.writes()).toEqual([]);
    const [decided] = await readDecided(world.store.db, 'job');
    expect(decided).toMatchObject({ verdict: 'rejected', guardClass: 'scopeLosses', count: 10, by: 'ana' });
    expect(decided).toMatchObject({ reason: 'a slip' });
    const entry = (await world.log(ids[0])).find((each) =>
      each.provisioningSteps.some(({ name }) => name === 'EntryExportRejected'),
    );
    expect(entry?.provisioningSteps[0]?.description).toContain('Rejected by ana: a slip.');
  });

  // spec: rejections
  it('is held again when the time is over, and sent by no cycle before somebody approves it', async () => {
    const { world } = await wave();
    await rejectAll(world);
    await world.run();
    world.clock.advance(31 * DAY);
    expect((await world.run()).counts).toMatchObject({ held: 10, disabled: 0 });
    expect((await world.run()).counts).toMatchObject({ held: 10, disabled: 0 });
    for (const { set } of await readHeldSets(world.store.db, 'job')) await approveHeld(world.store, 'job', { set });
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 10 });
  });

  it('does not make the next leaver wait, nor the next scope loss', async () => {
    const { world } = await wave();
    await rejectAll(world);
    world.directory.setUser('p0020', { accountEnabled: false });
    world.directory.unassign('p0021');
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 2 });
  });

  it('is disabled when somebody blocks the sign-in: that is a word about this person', async () => {
    const { world, ids } = await wave();
    await rejectAll(world);
    world.directory.setUser(ids[0] ?? '', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 1 });
  });

  it('is forgotten when the directory takes it back', async () => {
    const { world, ids } = await wave();
    await rejectAll(world);
    for (const id of ids) world.directory.assign(id);
    expect((await world.run()).counts).toMatchObject({ held: 0 });
    expect(await world.openChanges()).toEqual({});
  });

  it('stays rejected after a restart from the beginning', async () => {
    const { world } = await wave();
    await rejectAll(world);
    await world.store.db
      .updateTable('job')
      .set({ configuration_hash: '', users_link: null, groups_link: null })
      .execute();
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 0 });
    expect(Object.values(await world.openChanges())).toEqual(Array.from({ length: 10 }, () => 'rejected disable'));
  });

  it('is sent when the rejection is taken back', async () => {
    const { world, ids } = await wave();
    await rejectAll(world);
    expect(await approveHeld(world.store, 'job', { objects: [ids[0] ?? ''] })).toMatchObject({ ok: true });
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 1 });
    const step = (await world.log(ids[0])).at(-1)?.provisioningSteps.find(({ name }) => name === 'EntryExportApproved');
    expect(step?.description).toBe('Approved by ana: meant');
  });

  it('as a name: another name is held anew', async () => {
    const world = await buildWorld({ guards: {}, group: null });
    const ids = world.people(40).slice(0, 10);
    await world.run();
    for (const id of ids) world.directory.setUser(id, { userPrincipalName: `${id}@renamed.example` });
    await world.run();
    await rejectAll(world);
    expect((await world.run()).counts).toMatchObject({ held: 0, updated: 0 });
    world.directory.setUser(ids[0] ?? '', { userPrincipalName: 'p0001@another.example' });
    expect((await world.run()).counts).toMatchObject({ held: 1, updated: 0 });
  });

  it('keeps the memberships, as somebody held does', async () => {
    const world = await buildWorld({ guards: {} });
    const ids = world.people(40);
    world.directory.addGroup('g0', ids);
    world.directory.assign('g0');
    await world.run();
    world.directory.unassign(...ids.slice(0, 10));
    for (const id of ids.slice(0, 10)) world.directory.removeMember('g0', id);
    expect((await world.run()).counts).toMatchObject({ held: 10 });
    await rejectAll(world);
    await world.run();
    expect(world.membersOf('g0')).toHaveLength(40);
  });
});

describe('memberships that are rejected', () => {
  it('stay, while additions and later removals go on', async () => {
    const world = await buildWorld({ guards: { memberships: { count: 5, percent: 100, from: 2 } } });
    const ids = world.people(30);
    world.directory.addGroup('g0', ids.slice(0, 20));
    world.directory.assign('g0');
    await world.run();
    for (const id of ids.slice(0, 10)) world.directory.removeMember('g0', id);
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { removed: 0 } });
    await rejectAll(world);
    world.directory.addMember('g0', ids[25] ?? '');
    world.directory.removeMember('g0', ids[15] ?? '');
    const { counts } = await world.run();
    expect(counts).toMatchObject({ held: 0, memberships: { added: 1, removed: 1 } });
    expect(world.membersOf('g0')).toHaveLength(20);
    world.clock.advance(31 * DAY);
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { removed: 0 } });
  });
});
