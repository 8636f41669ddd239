// A cycle that is undone: accounts hold again what they held, and the next cycle does not do it again by itself.
import { describe, expect, it } from 'vitest';
import { imagesOfCycle } from '../../src/store/before-images.ts';
import { DEPARTMENT, type JobVariation } from '../support/build-job.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

async function undo(world: World, cycleId: string, more: { set?: string; dryRun?: boolean } = {}) {
  const images = await imagesOfCycle(world.store.db, 'job', cycleId);
  const { set, dryRun = false } = more;
  const summary = await world.run({
    trigger: 'onDemand',
    dryRun,
    selection: { user: [...new Set(images.map((image) => image.source_id))], group: [] },
    approved: [],
    undo: { cycleId, ...(set === undefined ? {} : { set }) },
  });
  if (summary.undo === undefined) throw new Error('no report');
  return { ...summary, undo: summary.undo };
}

async function linked(count: number, variation: JobVariation = {}) {
  const world = await buildWorld({ group: null, ...variation });
  world.directory.pageSize = 1000;
  const ids = world.people(count, { department: 'Sales' });
  await world.run();
  return { world, ids };
}

function departmentOf(world: World, id: string): unknown {
  return (world.userOf(id)?.[ENTERPRISE] as Record<string, unknown> | undefined)?.['department'];
}

describe('a cycle that is undone', () => {
  // spec: undo
  it('gives values back, holds what would do it again, and lets it through once it is approved', async () => {
    const { world, ids } = await linked(6);
    for (const id of ids.slice(0, 3)) world.directory.setUser(id, { department: 'Slip' });
    const slip = await world.run();
    expect(departmentOf(world, ids[0] ?? '')).toBe('Slip');

    const shown = await undo(world, slip.cycle.id, { dryRun: true });
    expect(shown.undo).toMatchObject({ carriedOut: false, held: [] });
    expect(world.target.writes()).toEqual([]);
    const undone = await undo(world, slip.cycle.id);
    expect(undone.undo.objects).toHaveLength(3);
    expect(undone.undo.objects[0]).toMatchObject({
      outcome: 'restored',
      changes: [{ attribute: DEPARTMENT, oldValue: 'Slip', newValue: 'Sales' }],
    });
    expect(world.target.writes()).toHaveLength(3);
    expect(departmentOf(world, ids[0] ?? '')).toBe('Sales');

    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 3 });
    // Held with the newest values, also when something else changes.
    world.directory.setUser(ids[1] ?? '', { displayName: 'Waits too' });
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 3 });
    // Whoever the directory puts right is not held any longer.
    world.directory.setUser(ids[2] ?? '', { department: 'Sales' });
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 2 });
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    expect((await world.run()).counts).toMatchObject({ updated: 2, held: 0 });
    expect(departmentOf(world, ids[0] ?? '')).toBe('Slip');
  });

  it('leaves alone and names what was changed since', async () => {
    const { world, ids } = await linked(2);
    const [id = '', other = ''] = ids;
    world.directory.setUser(id, { department: 'Slip', displayName: 'Slip' });
    world.directory.setUser(other, { department: 'Slip' });
    const slip = await world.run();
    const account = world.userOf(id);
    if (account !== undefined) account['displayName'] = 'By somebody else';
    const { undo: report } = await undo(world, slip.cycle.id);
    expect(report.objects.find((each) => each.id === id)).toMatchObject({
      outcome: 'restored',
      leftAlone: ['displayName: holds something else than that cycle wrote'],
    });
    expect(world.userOf(id)).toMatchObject({ displayName: 'By somebody else' });
    expect(departmentOf(world, id)).toBe('Sales');
  });

  it('makes whoever was disabled active again, until a more explicit event', async () => {
    const { world, ids } = await linked(5);
    const [id = ''] = ids;
    world.directory.unassign(id);
    await world.run();
    const slip = await world.run();
    const cycleId = (await world.log(id)).findLast((entry) => entry.provisioningAction === 'disable')?.cycleId;
    expect(world.userOf(id)).toMatchObject({ active: false });
    const { undo: report } = await undo(world, cycleId ?? slip.cycle.id);
    expect(report.objects[0]).toMatchObject({ action: 'enable', outcome: 'restored' });
    expect(world.userOf(id)).toMatchObject({ active: true });
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 1 });
    world.directory.setUser(id, { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
  });

  it('disables accounts that were created, never deletes them, and asks when there are many', async () => {
    const world = await buildWorld({ group: null, guards: { leavers: { count: 5, percent: 10, from: 5 } } });
    world.directory.pageSize = 1000;
    world.people(8);
    const first = await world.run();
    const asked = await undo(world, first.cycle.id);
    expect(asked.undo).toMatchObject({ carriedOut: false, held: [expect.stringContaining('removals')] });
    expect(world.target.writes()).toEqual([]);
    expect((await undo(world, first.cycle.id, { set: 'undo-8-0000000000' })).undo.carriedOut).toBe(false);
    const approved = await undo(world, first.cycle.id, { set: asked.undo.set });
    expect(approved.undo.carriedOut).toBe(true);
    expect(world.target.writes().map(({ method }) => method)).toEqual(Array.from({ length: 8 }, () => 'patch'));
    expect(world.userOf('p0001')).toMatchObject({ active: false });
    expect((await world.run()).counts).toMatchObject({ enabled: 0, held: 8 });
  });

  it('touches no protected account and keeps no value that must not be shown', async () => {
    const { USER_ATTRIBUTES } = await import('../support/build-job.ts');
    const { world, ids } = await linked(3);
    for (const id of ids) world.directory.setUser(id, { department: 'Slip' });
    const slip = await world.run();
    world.configure({ group: null, protect: [`userName eq "${ids[0]}@example.com"`] });
    const { undo: report } = await undo(world, slip.cycle.id);
    expect(report.objects.find((each) => each.id === ids[0])).toMatchObject({
      leftAlone: ['the account is protected'],
    });
    expect(departmentOf(world, ids[0] ?? '')).toBe('Slip');
    expect(departmentOf(world, ids[1] ?? '')).toBe('Sales');

    const secret = await buildWorld({
      group: null,
      user: {
        attributeMappings: [
          ...USER_ATTRIBUTES,
          { targetAttributeName: 'title', source: { type: 'Function', expression: 'Redact([jobTitle])' } },
        ],
      },
    });
    const [id = ''] = secret.people(1, { jobTitle: 'before-secret' });
    await secret.run();
    secret.directory.setUser(id, { jobTitle: 'after-secret' });
    const { cycle } = await secret.run();
    const kept = JSON.stringify(await imagesOfCycle(secret.store.db, 'job', cycle.id));
    expect(kept).toContain('title');
    expect(kept).not.toContain('secret');
  });

  // spec: undo
  it('is still held after it was killed, and what was not restored is planned as ever', async () => {
    const { world, ids } = await linked(4);
    for (const id of ids) world.directory.setUser(id, { department: 'Slip' });
    const slip = await world.run();
    let patches = 0;
    world.target.disturb = ({ method }) => {
      patches += method === 'patch' ? 1 : 0;
      return method === 'patch' && patches > 2 ? { throws: new Error('killed'), applied: patches === 3 } : undefined;
    };
    await expect(undo(world, slip.cycle.id)).rejects.toThrow();
    world.target.disturb = undefined;
    const restored = ids.filter((id) => departmentOf(world, id) === 'Sales');
    expect(restored.length).toBeGreaterThanOrEqual(3);
    await world.run();
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: restored.length });
    for (const id of restored) expect(departmentOf(world, id)).toBe('Sales');
  });

  it('is forgotten after the retention', async () => {
    const { world, ids } = await linked(2, { retention: { log: '1d' } });
    world.directory.setUser(ids[0] ?? '', { department: 'Slip' });
    const slip = await world.run();
    world.clock.advance(2 * 86_400_000);
    await world.run();
    expect(await imagesOfCycle(world.store.db, 'job', slip.cycle.id)).toEqual([]);
  });
});

describe('an undone departure', () => {
  it('starts anew: no deletion is due by the days of before, and what the policy set stays held', async () => {
    const { world, ids } = await linked(6, {
      lifecycle: { unassigned: { deleteAfter: '30d', set: { title: 'left' } } },
    });
    const [id = ''] = ids;
    world.directory.unassign(id);
    const slip = await world.run();
    expect(world.userOf(id)).toMatchObject({ active: false, title: 'left' });
    world.clock.advance(29 * DAY);
    expect((await undo(world, slip.cycle.id)).undo.objects).toMatchObject([{ action: 'enable', outcome: 'restored' }]);
    expect(world.userOf(id)).toMatchObject({ active: true });
    for (const days of [2, 31, 31]) {
      world.clock.advance(days * DAY);
      expect((await world.run()).counts).toMatchObject({ disabled: 0, updated: 0, deleted: 0, held: 1 });
    }
    expect(world.userOf(id)).toMatchObject({ active: true });
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
    world.clock.advance(29 * DAY);
    expect((await world.run()).counts).toMatchObject({ deleted: 0 });
    world.clock.advance(2 * DAY);
    expect((await world.run()).counts).toMatchObject({ deleted: 1 });
  });

  it('of somebody who was not disabled is held as well, and stays rejected', async () => {
    const { world, ids } = await linked(6, {
      lifecycle: { unassigned: { action: 'nothing', set: { title: 'left' } } },
    });
    const [id = ''] = ids;
    world.directory.unassign(id);
    const slip = await world.run();
    await undo(world, slip.cycle.id);
    expect(world.userOf(id)?.['title']).toBeUndefined();
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 1 });
    const until = world.clock.now().getTime() + 10 * DAY;
    await world.store.db
      .updateTable('change')
      .set({ status: 'rejected', decided_until: until })
      .where('status', '=', 'staged')
      .execute();
    world.directory.setUser(id, { displayName: 'Changed' });
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 0 });
    world.clock.advance(11 * DAY);
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 1 });
    expect(world.userOf(id)?.['title']).toBeUndefined();
  });
});
