// A dry run says what a cycle would do and moves nothing: no write to the target, no change rows, nothing marked as done.
import { describe, expect, it } from 'vitest';
import type { CycleCounts } from '../../src/model/cycle.ts';
import { DEPARTMENT, direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { HOUR } from '../support/fake-clock.ts';
import type { Json } from '../support/patch-resource.ts';
import { buildWorld, type World } from '../support/world.ts';

type Numbers = Omit<CycleCounts, 'imported'>;

const numbers = ({ imported: _imported, ...counts }: CycleCounts): Numbers => counts;

async function planThenRun(world: World): Promise<{ planned: Numbers; done: Numbers }> {
  const plan = await world.run({ dryRun: true });
  expect(world.target.writes()).toEqual([]);
  const again = await world.run({ dryRun: true });
  expect(numbers(again.counts)).toEqual(numbers(plan.counts));
  const rows = await world.store.db.selectFrom('change').select('id').where('cycle_id', '=', plan.cycle.id).execute();
  expect(rows).toEqual([]);
  const real = await world.run();
  return { planned: numbers(plan.counts), done: numbers(real.counts) };
}

// spec: dry-run
describe('the counts of a dry run are those of the cycle that follows', () => {
  it('at the very beginning', async () => {
    const world = await buildWorld();
    const ids = world.people(6);
    world.directory.setUser('p0006', { accountEnabled: false });
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    world.target.seed('User', { externalId: 'p0001', userName: 'x' });
    const { planned, done } = await planThenRun(world);
    expect(planned).toEqual(done);
    expect(done).toMatchObject({ created: 5, adopted: 1, skipped: 1, memberships: { added: 5, removed: 0 } });
  });

  it('after all kinds of changes', async () => {
    const world = await buildWorld();
    const ids = world.people(8);
    world.directory.addGroup('g', ids.slice(0, 5));
    world.directory.assign('g');
    world.directory.softDelete('p0008');
    await world.run();
    world.directory.setUser('p0001', { displayName: 'New' });
    world.directory.setUser('p0002', { accountEnabled: false });
    world.directory.hardDelete('p0003');
    world.directory.restore('p0008');
    world.directory.removeMember('g', 'p0004');
    world.directory.addMember('g', 'p0006');
    const { planned, done } = await planThenRun(world);
    expect({ ...planned, memberships: null, updated: 0 }).toEqual({ ...done, memberships: null, updated: 0 });
    expect(done).toMatchObject({ disabled: 1, deleted: 1, created: 1 });
  });

  it('after a changed configuration', async () => {
    const world = await buildWorld({ group: null });
    world.people(5, { city: 'Oslo' });
    await world.run();
    world.configure({ group: null, user: { attributeMappings: [...USER_ATTRIBUTES, direct('title', 'city')] } });
    const { planned, done } = await planThenRun(world);
    expect(planned).toEqual(done);
    expect(done).toMatchObject({ updated: 5 });
  });

  it('with failures and held removals', async () => {
    const world = await buildWorld({ group: null, guards: {} });
    world.target.uniqueUserName = false;
    const ids = world.people(20);
    await world.run();
    world.directory.unassign(...ids.slice(0, 10));
    world.directory.addUser('twice');
    world.directory.assign('twice');
    for (let copy = 0; copy < 2; copy += 1) world.target.seed('User', { userName: 'twice@example.com' });
    const { planned, done } = await planThenRun(world);
    expect(planned).toMatchObject({ held: 10, failed: 1, created: 0 });
    expect({ held: done.held, failed: done.failed }).toEqual({ held: 10, failed: 1 });
  });

  it('with an approval', async () => {
    const world = await buildWorld({ group: null, guards: {} });
    const ids = world.people(20);
    await world.run();
    world.directory.unassign(...ids.slice(0, 10));
    await world.run();
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    const plan = await world.run({ dryRun: true });
    expect(plan.counts).toMatchObject({ disabled: 10 });
    expect(Object.values(await world.openChanges())).toEqual(Array.from({ length: 10 }, () => 'approved disable'));
    expect((await world.run()).counts).toMatchObject({ disabled: 10 });
  });

  it('with an escrow that is due', async () => {
    const world = await buildWorld({ group: null });
    world.people(2);
    world.target.disturb = (request) =>
      request.method === 'create' && (request.body as Json)['externalId'] === 'p0001'
        ? { fault: { code: 'InvalidValue', message: 'no' } }
        : undefined;
    await world.run();
    world.clock.advance(7 * HOUR);
    world.target.disturb = undefined;
    const plan = await world.run({ dryRun: true });
    expect(plan.counts).toMatchObject({ created: 1 });
    expect((await world.run()).counts).toMatchObject({ created: 1, escrowed: 0 });
  });
});

it('a dry run after a process died in the middle leaves everything to the next cycle', async () => {
  const world = await buildWorld({ group: null });
  world.people(5);
  world.target.disturb = (request) => (request.method === 'create' ? { throws: new Error('died') } : undefined);
  await expect(world.run()).rejects.toThrow('died');
  world.target.disturb = undefined;
  await world.run({ dryRun: true });
  expect(world.target.writes()).toEqual([]);
  expect((await world.run()).counts).toMatchObject({ created: 5 });
});

// spec: dry-run
it('writes nothing to the provisioning log and keeps links as they are', async () => {
  const world = await buildWorld({ group: null });
  world.people(3);
  await world.run();
  const before = await world.log();
  world.target.resources.User.delete(String(world.userOf('p0001')?.['id'] as string));
  world.directory.setUser('p0001', { department: 'Sales' });
  world.directory.setManager('p0002', 'p0003');
  await world.run({ dryRun: true });
  expect(await world.log()).toEqual(before);
  expect(await world.store.db.selectFrom('link').selectAll().execute()).toHaveLength(3);
  expect(await world.store.db.selectFrom('pending_reference').selectAll().execute()).toEqual([]);
  expect(DEPARTMENT).toMatch(/department$/);
});

it('in the middle of an unfinished cycle shows what the next one would do, each object once', async () => {
  for (let at = 1; at < 30; at += 1) {
    const world = await buildWorld({ group: null });
    const [leaver = '', changed = ''] = world.people(4);
    await world.run();
    world.directory.unassign(leaver);
    world.directory.setUser(changed, { displayName: 'Newer' });
    const { store } = crashingStore(world.store, { at, committed: true });
    await world.run({}, { store }).catch(() => undefined);
    world.directory.setUser(changed, { displayName: 'Newest' });
    const before = world.userOf(leaver)?.['active'] === true ? 1 : 0;
    const plan = await world.run({ dryRun: true, describe: true });
    expect(plan.report?.people, `died at commit ${at}`).toMatchObject({ disable: before, update: 1 });
    expect(plan.counts).toMatchObject({ disabled: before, updated: 1 });
    expect(world.target.writes()).toEqual([]);
    await world.run();
    expect(world.userOf(leaver)).toMatchObject({ active: false });
    expect(world.userOf(changed)).toMatchObject({ displayName: 'Newest' });
  }
});
