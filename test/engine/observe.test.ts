// Mode observe: every cycle imports and plans, nothing is written, an idle cycle asks the target nothing, and the first
// cycle that writes begins where it would have begun without having been observed.
import { describe, expect, it } from 'vitest';
import { buildWorld, type World } from '../support/world.ts';

const OBSERVE = { mode: 'observe' } as const;

async function jobRow(world: World) {
  return world.store.db.selectFrom('job').selectAll().executeTakeFirstOrThrow();
}

async function observedChanges(world: World): Promise<Record<string, string>> {
  const rows = await world.store.db.selectFrom('change').selectAll().where('status', '=', 'observed').execute();
  return Object.fromEntries(rows.map((row) => [row.source_id, row.action]));
}

describe('a job that is only observed', () => {
  // spec: observe
  it('reads, writes nothing, and then sends the target nothing at all', async () => {
    const world = await buildWorld(OBSERVE);
    const ids = world.people(4);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    world.target.seed('User', { externalId: 'p0001', userName: 'p0001@example.com' });
    const first = await world.run();
    expect(world.target.writes()).toEqual([]);
    expect(first.cycle).toMatchObject({ kind: 'initial', mode: 'observe', dryRun: false });
    expect(first.counts).toMatchObject({ created: 4, adopted: 1, memberships: { added: 4, removed: 0 } });
    const second = await world.run();
    expect(world.target.log).toEqual([]);
    expect(second.cycle.kind).toBe('incremental');
    expect(second.counts).toMatchObject({ created: 4, adopted: 1 });
  });

  it('keeps what it would do for everybody while it looks at one person again', async () => {
    const world = await buildWorld({ ...OBSERVE, group: null });
    world.people(3);
    await world.run();
    world.directory.setUser('p0002', { displayName: 'New' });
    const { counts } = await world.run();
    expect(counts.created).toBe(3);
    world.directory.unassign('p0003');
    expect((await world.run()).counts.created).toBe(2);
    expect(await observedChanges(world)).toEqual({ p0001: 'create', p0002: 'create' });
  });

  it('leaves no link, no provisioning log of successes and no watermark of planning behind', async () => {
    const world = await buildWorld({ ...OBSERVE, group: null });
    world.people(2);
    await world.run();
    expect(await world.store.db.selectFrom('link').selectAll().execute()).toEqual([]);
    expect((await world.log()).filter((entry) => entry.provisioningStatusInfo.status === 'success')).toEqual([]);
    const rows = await world.store.db.selectFrom('source_object').select('planned_seq').execute();
    expect(rows.map((row) => row.planned_seq)).toEqual([0, 0]);
  });

  it('keeps whoever cannot be planned for a later attempt, and asks nothing for them until then', async () => {
    const world = await buildWorld({ ...OBSERVE, group: null });
    world.people(1);
    for (const name of ['a', 'b']) world.target.seed('User', { externalId: 'p0001', userName: name });
    const { counts } = await world.run();
    expect(counts).toMatchObject({ failed: 1, escrowed: 1 });
    expect(await world.escrows()).toEqual({ p0001: 'DuplicateTargetEntries' });
    await world.run();
    expect(world.target.log).toEqual([]);
    world.target.resources.User.clear();
    world.clock.advance(24 * 3_600_000);
    expect((await world.run()).counts).toMatchObject({ created: 1, escrowed: 0 });
  });
});

describe('quiet cycles', () => {
  it('are counted while nothing would change, and begin anew when something would', async () => {
    const world = await buildWorld({ ...OBSERVE, group: null });
    world.directory.addUser('ana');
    await world.run();
    await world.run();
    expect((await jobRow(world)).quiet_cycles).toBe(2);
    world.directory.assign('ana');
    await world.run();
    expect((await jobRow(world)).quiet_cycles).toBe(0);
  });

  it('count an account that is linked without any difference as nothing', async () => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('ana', { userPrincipalName: 'ana@example.com', mail: 'ana@example.com' });
    world.directory.assign('ana');
    await world.run();
    // The accounts that this cycle made, seen by a job that knows nothing of it.
    const other = await buildWorld({ ...OBSERVE, group: null });
    other.directory.addUser('ana', { userPrincipalName: 'ana@example.com', mail: 'ana@example.com' });
    other.directory.assign('ana');
    for (const resource of world.target.resources.User.values()) other.target.seed('User', resource);
    const { counts } = await other.run();
    expect(counts.adopted).toBe(1);
    expect((await jobRow(other)).quiet_cycles).toBe(1);
  });
});

describe('from observe to enforce and back', () => {
  // spec: observe
  it('carries out what was observed, in an initial cycle', async () => {
    const world = await buildWorld({ ...OBSERVE });
    const ids = world.people(3);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    await world.run();
    world.configure({});
    const { cycle, counts } = await world.run();
    expect(cycle).toMatchObject({ kind: 'initial', mode: 'enforce' });
    expect(counts).toMatchObject({ created: 4, memberships: { added: 3 } });
    expect(await observedChanges(world)).toEqual({});
    expect(world.membersOf('g')).toEqual(ids);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('observes a leaver without disabling them, and disables them once it writes again', async () => {
    const world = await buildWorld({ group: null });
    world.people(3);
    await world.run();
    world.configure({ ...OBSERVE, group: null });
    world.directory.setUser('p0002', { accountEnabled: false });
    const { counts } = await world.run();
    expect(counts.disabled).toBe(1);
    expect(world.target.writes()).toEqual([]);
    expect(world.userOf('p0002')?.['active']).toBe(true);
    world.configure({ group: null });
    const enforced = await world.run();
    expect(enforced.cycle.kind).toBe('incremental');
    expect(world.target.writes()).toHaveLength(1);
    expect(world.userOf('p0002')?.['active']).toBe(false);
  });

  it('does not forget whoever failed before it was observed', async () => {
    const world = await buildWorld({ group: null });
    world.people(2);
    world.target.disturb = ({ method }) =>
      method === 'create' ? { fault: { code: 'InvalidValue', message: 'refused' } } : undefined;
    await world.run();
    world.target.disturb = undefined;
    world.configure({ ...OBSERVE, group: null });
    await world.run();
    world.configure({ group: null });
    world.clock.advance(24 * 3_600_000);
    expect((await world.run()).counts).toMatchObject({ created: 2, escrowed: 0 });
  });

  it('says what guards would hold', async () => {
    const world = await buildWorld({ group: null, guards: {} });
    world.people(20);
    await world.run();
    world.configure({ ...OBSERVE, group: null, guards: {} });
    world.directory.unassign('p0001', 'p0002', 'p0003', 'p0004', 'p0005', 'p0006');
    const { counts } = await world.run();
    expect(counts).toMatchObject({ held: 6, disabled: 6 });
    expect(await world.openChanges()).toEqual({});
    expect((await world.run()).counts.held).toBe(6);
  });

  it('shows in a dry run what the first cycle that writes would do', async () => {
    const world = await buildWorld({ ...OBSERVE, group: null });
    world.people(3);
    await world.run();
    expect((await world.run({ dryRun: true })).counts.created).toBe(3);
    await world.run();
    expect(await observedChanges(world)).toMatchObject({ p0001: 'create' });
  });
});

it('what was approved waits for the first cycle that writes, and costs nothing until then', async () => {
  const guarded = { guards: { scopeLosses: { count: 2, percent: 100, from: 1 } }, group: null };
  const world = await buildWorld(guarded);
  const ids = world.people(10).slice(0, 5);
  await world.run();
  world.directory.unassign(...ids);
  expect((await world.run()).counts.held).toBe(5);
  await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
  world.configure({ ...guarded, mode: 'observe' });
  await world.run();
  await world.run();
  expect(world.target.log).toEqual([]);
  world.configure(guarded);
  expect((await world.run()).counts).toMatchObject({ disabled: 5, held: 0 });
});
