// Accidental-deletion guards through whole cycles: what is held, what goes on meanwhile, and how it ends.
import { describe, expect, it } from 'vitest';
import { crashingStore } from '../support/crashing-store.ts';
import { DAY, HOUR } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

async function manyPeople(
  count: number,
  guards: Record<string, unknown> = {},
): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld({ guards, group: null });
  world.directory.pageSize = 1000;
  const ids = world.people(count);
  await world.run();
  return { world, ids };
}

async function approve(world: World): Promise<void> {
  await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
}

async function countOf(world: World, status: string): Promise<number> {
  const rows = await world.store.db.selectFrom('change').select('id').where('status', '=', status).execute();
  return rows.length;
}

describe('600 unassigned and one blocked', () => {
  // spec: held-removals
  it('the one is disabled, the 600 are held without requests until they are approved', async () => {
    const { world, ids } = await manyPeople(620);
    world.directory.unassign(...ids.slice(0, 600));
    world.directory.setUser(ids[619] ?? '', { accountEnabled: false });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ disabled: 1, held: 600 });
    expect(world.target.writes()).toHaveLength(1);
    expect(world.userOf(ids[619] ?? '')).toMatchObject({ active: false });
    expect((await world.log()).filter((each) => each.provisioningAction === 'stagedDelete')).toHaveLength(600);

    for (let cycle = 0; cycle < 3; cycle += 1) {
      const later = await world.run();
      expect(later.counts).toMatchObject({ disabled: 0, held: 600 });
      expect(world.target.log).toEqual([]);
    }

    world.directory.assign(ids[0] ?? '');
    const back = await world.run();
    expect(back.counts).toMatchObject({ held: 599, enabled: 0 });
    expect(world.target.writes()).toEqual([]);

    await approve(world);
    const approved = await world.run();
    expect(approved.counts).toMatchObject({ disabled: 599, held: 0 });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ active: true });
    expect(world.userOf(ids[1] ?? '')).toMatchObject({ active: false });
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});

describe('limits', () => {
  it.each([
    { name: 'below the floor', people: 20, leave: 4, guards: {}, held: 0 },
    { name: 'above the percentage', people: 20, leave: 5, guards: {}, held: 5 },
    { name: 'within the percentage', people: 60, leave: 6, guards: {}, held: 0 },
    { name: 'above the count', people: 60, leave: 6, guards: { scopeLosses: { count: 5, percent: 100 } }, held: 6 },
    { name: 'exactly the count', people: 60, leave: 6, guards: { scopeLosses: { count: 6, percent: 100 } }, held: 0 },
  ])('$name', async ({ people, leave, guards, held }) => {
    const { world, ids } = await manyPeople(people, guards);
    world.directory.unassign(...ids.slice(0, leave));
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ held, disabled: leave - held });
  });

  // spec: everybody-at-once
  it('lets an eight-person tenant lose seven people one after the other, but not all of them at once', async () => {
    const { world, ids } = await manyPeople(8, { scopeLosses: { from: 20 } });
    world.directory.unassign(...ids.slice(0, 7));
    expect((await world.run()).counts).toMatchObject({ disabled: 7, held: 0 });
    world.clock.advance(DAY);
    world.directory.assign(ids[0] ?? '');
    expect((await world.run()).counts).toMatchObject({ enabled: 1 });
    world.directory.unassign(...ids);
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 2 });
  });

  it('lets everybody go where percent is 100', async () => {
    const { world, ids } = await manyPeople(3, { scopeLosses: { percent: 100 } });
    world.directory.unassign(...ids);
    expect((await world.run()).counts).toMatchObject({ disabled: 3, held: 0 });
  });

  it('counts what left within 24 hours, and not what left before', async () => {
    const { world, ids } = await manyPeople(60, { scopeLosses: { count: 6, percent: 100 } });
    world.directory.unassign(...ids.slice(0, 4));
    await world.run();
    world.clock.advance(HOUR);
    world.directory.unassign(...ids.slice(4, 7));
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 3 });
    world.directory.assign(ids[4] ?? '');
    world.directory.assign(ids[5] ?? '');
    world.directory.assign(ids[6] ?? '');
    await world.run();
    world.clock.advance(DAY);
    world.directory.unassign(...ids.slice(10, 14));
    expect((await world.run()).counts).toMatchObject({ disabled: 4, held: 0 });
  });

  it('holds deletions of groups of their own', async () => {
    const world = await buildWorld({ guards: {} });
    for (let index = 0; index < 4; index += 1) {
      world.directory.addGroup(`g${index}`);
      world.directory.assign(`g${index}`);
    }
    await world.run();
    world.directory.unassign('g0', 'g1');
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ deleted: 0, held: 2 });
    expect(world.target.resources.Group.size).toBe(4);
  });
});

describe('somebody held', () => {
  it('is held until somebody approves it, although nothing else is any more and the limits would let it through', async () => {
    const { world, ids } = await manyPeople(60);
    world.directory.unassign(...ids.slice(0, 10));
    await world.run();
    await world.store.db
      .updateTable('change')
      .set({ status: 'approved' })
      .where('source_id', '!=', ids[0] ?? '')
      .where('status', '=', 'staged')
      .execute();
    expect((await world.run()).counts).toMatchObject({ disabled: 9, held: 1 });
    world.directory.setUser(ids[0] ?? '', { displayName: 'Changed while held' });
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 1 });
    world.directory.setUser(ids[0] ?? '', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
  });

  it('who changes stays held with the newest state', async () => {
    const { world, ids } = await manyPeople(20);
    world.directory.unassign(...ids.slice(0, 10));
    await world.run();
    world.directory.setUser(ids[0] ?? '', { displayName: 'New' });
    const summary = await world.run();
    expect(summary.counts.held).toBe(10);
    expect(await countOf(world, 'staged')).toBe(10);
    expect(world.target.writes()).toEqual([]);
  });

  // spec: approvals
  it('who is approved but came back before the next cycle is not disabled', async () => {
    const { world, ids } = await manyPeople(20);
    world.directory.unassign(...ids.slice(0, 10));
    await world.run();
    await approve(world);
    for (const id of ids.slice(0, 10)) world.directory.assign(id);
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ disabled: 0, held: 0 });
    expect(world.target.writes()).toEqual([]);
    expect(await world.openChanges()).toEqual({});
  });

  it('and approved does not make the next leaver look like part of a wave', async () => {
    const { world, ids } = await manyPeople(60);
    world.directory.unassign(...ids.slice(0, 20));
    await world.run();
    await approve(world);
    expect((await world.run()).counts).toMatchObject({ disabled: 20, held: 0 });
    world.directory.unassign(ids[30] ?? '');
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
  });

  it('who is deleted for good after the disabling was approved is judged again', async () => {
    const { world, ids } = await manyPeople(20);
    world.directory.unassign(...ids.slice(0, 10));
    await world.run();
    await approve(world);
    for (const id of ids.slice(0, 10)) world.directory.hardDelete(id);
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ disabled: 0, deleted: 0, held: 10 });
  });

  it('stays held as it is while a changed configuration is held that would do something else', async () => {
    const { world, ids } = await manyPeople(20);
    world.directory.unassign(...ids.slice(0, 10));
    await world.run();
    world.configure({ guards: {}, group: null, lifecycle: { unassigned: 'delete' } });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ deleted: 0, disabled: 0, held: 20 });
    expect(summary.configuration).toMatchObject({ state: 'held', reasons: [{ guardClass: 'scopeLosses' }] });
    expect(await world.openChanges()).toMatchObject({ [ids[0] ?? '']: 'staged disable' });
    expect(world.target.writes()).toEqual([]);
  });
});

describe('people who cannot be planned for a while', () => {
  async function held() {
    const world = await buildWorld({ guards: { scopeLosses: { count: 3, percent: 100, from: 2 } }, group: null });
    world.directory.pageSize = 1000;
    const ids = world.people(20).slice(0, 6);
    await world.run();
    world.directory.unassign(...ids);
    expect((await world.run()).counts).toMatchObject({ held: 6 });
    return { world, ids };
  }

  function failing(world: World): void {
    world.target.disturb = ({ method }) =>
      method === 'get' ? { fault: { code: 'WebExceptionProtocolError', message: 'down' } } : undefined;
  }

  it('are held as before', async () => {
    const { world, ids } = await held();
    failing(world);
    for (const id of ids) world.directory.setUser(id, { displayName: 'New' });
    expect((await world.run()).counts).toMatchObject({ failed: 6, held: 6 });
    world.target.disturb = undefined;
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ failed: 0, held: 6, disabled: 0, escrowed: 0 });
  });

  it('cost nothing any more once they are held', async () => {
    const world = await buildWorld({ guards: { scopeLosses: { count: 3, percent: 100, from: 2 } }, group: null });
    world.directory.pageSize = 1000;
    const ids = world.people(20).slice(0, 6);
    await world.run();
    world.directory.unassign(ids[0] ?? '');
    world.target.disturb = ({ method }) =>
      method === 'patch' ? { fault: { code: 'InvalidValue', message: 'refused' } } : undefined;
    expect((await world.run()).counts).toMatchObject({ failed: 1, escrowed: 1 });
    world.target.disturb = undefined;
    world.directory.unassign(...ids);
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ held: 6, escrowed: 0 });
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ held: 6 });
    expect(world.target.log).toEqual([]);
  });

  it('are approved still when the process dies and the configuration changes', async () => {
    for (let at = 1; at < 30; at += 1) {
      const { world, ids } = await held();
      await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
      const { store } = crashingStore(world.store, { at, committed: true });
      await world.run({}, { store }).catch(() => undefined);
      const before = ids.filter((id) => world.userOf(id)?.['active'] === true).length;
      const lifecycle = { outOfScope: 'nothing' };
      world.configure({ guards: { scopeLosses: { count: 3, percent: 100, from: 2 } }, group: null, lifecycle });
      expect((await world.run()).counts, `died at commit ${at}`).toMatchObject({ held: 0 });
      expect(
        ids.filter((id) => world.userOf(id)?.['active'] === true),
        `${before} were left`,
      ).toEqual([]);
    }
  });

  it('are approved still, and removed as soon as that is possible', async () => {
    const { world, ids } = await held();
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    failing(world);
    await world.run();
    world.directory.assign(ids[0] ?? '');
    await world.run();
    world.target.disturb = undefined;
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 5 });
    expect(await world.openChanges()).toEqual({});
  });
});
