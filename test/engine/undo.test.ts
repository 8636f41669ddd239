// A cycle that is undone: accounts hold again what they held, and the next cycle does not do it again by itself.
import { describe, expect, it } from 'vitest';
import { readHeldSets } from '../../src/cli/held-sets.ts';
import { forgetImagesOf, imagesOfCycle } from '../../src/store/before-images.ts';
import { groupsOfImages } from '../../src/store/membership-images.ts';
import { DEPARTMENT, type JobVariation } from '../support/build-job.ts';
import { approveHeld, rejectHeld } from '../support/decisions.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

async function undo(world: World, cycleId: string, more: { set?: string; dryRun?: boolean } = {}) {
  const images = await imagesOfCycle(world.store.db, 'job', cycleId);
  const { set, dryRun = false } = more;
  const summary = await world.run({
    trigger: 'onDemand',
    dryRun,
    selection: {
      user: [...new Set(images.flatMap((image) => (image.kind === 'user' ? [image.source_id] : [])))],
      group: await groupsOfImages(world.store.db, 'job', cycleId),
    },
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

/** Five people who are assigned by themselves, and a group of the first three. */
async function team(variation: JobVariation = {}) {
  const world = await buildWorld(variation);
  world.directory.pageSize = 1000;
  const ids = world.people(5);
  world.directory.addGroup('g', ids.slice(0, 3));
  world.directory.assign('g');
  await world.run();
  return { world, ids, first: ids.slice(0, 3) };
}

/** A cycle that adds the fourth and takes the first out. */
async function slipOf(world: World, ids: readonly string[]) {
  world.directory.addMember('g', ids[3] ?? '');
  world.directory.removeMember('g', ids[0] ?? '');
  const slip = await world.run();
  expect(slip.counts.memberships).toEqual({ added: 1, removed: 1 });
  return slip.cycle.id;
}

const holdsOf = (world: World) => world.store.db.selectFrom('held_membership').selectAll().execute();

describe('memberships that are undone', () => {
  // spec: undo
  it('are as before, shown with names, and held until that is approved', async () => {
    const { world, ids, first } = await team();
    const cycleId = await slipOf(world, ids);
    const shown = await undo(world, cycleId, { dryRun: true });
    expect(shown.undo).toMatchObject({ carriedOut: false, groups: [{ id: 'g', outcome: 'planned' }] });
    expect(world.target.writes()).toEqual([]);
    expect(await holdsOf(world)).toEqual([]);

    const { undo: report, counts } = await undo(world, cycleId);
    expect(report.set).toBe(shown.undo.set);
    expect(report).toMatchObject({ carriedOut: true, objects: [], memberships: 2 });
    expect(report.groups).toEqual([
      {
        id: 'g',
        name: 'Group g',
        outcome: 'restored',
        added: [{ id: ids[0], name: expect.any(String) }],
        removed: [{ id: ids[3], name: expect.any(String) }],
        leftAlone: [],
      },
    ]);
    expect(counts).toMatchObject({ memberships: { added: 1, removed: 1 }, updated: 1 });
    expect(world.membersOf('g')).toEqual(first);

    for (let cycle = 0; cycle < 2; cycle += 1) {
      expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { added: 0, removed: 0 } });
      expect(world.target.log).toEqual([]);
    }
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ memberships: { added: 0, removed: 0 } });
    const named = await world.run({ trigger: 'onDemand', selection: { user: [], group: ['g'] } });
    expect(named.counts).toMatchObject({ memberships: { added: 0, removed: 0 } });
    expect(world.membersOf('g')).toEqual(first);
    // The group itself is not held, nor is anybody else.
    world.directory.setGroup('g', { displayName: 'Renamed' });
    world.directory.addMember('g', ids[4] ?? '');
    expect((await world.run()).counts).toMatchObject({ updated: 1, held: 1, memberships: { added: 1, removed: 0 } });
    expect(world.membersOf('g')).toEqual([...first, ids[4]]);

    const [held] = await readHeldSets(world.store.db, 'job');
    expect(held).toMatchObject({ guardClass: 'undone', count: 2, changes: [{ objectId: 'g', amount: 2 }] });
    await approveHeld(world.store, 'job', { set: held?.set ?? '' });
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 1, removed: 1 } });
    expect(world.membersOf('g')).toEqual(ids.slice(1));
    expect(await world.openChanges()).toEqual({});
    expect(await holdsOf(world)).toEqual([]);
    expect((await world.run()).requests.scim).toBe(0);
  });

  // spec: undo
  it('leave alone who left or came meanwhile, and whoever has no account any more', async () => {
    const { world, ids } = await team();
    const cycleId = await slipOf(world, ids);
    const members = world.groupOf('g')?.['members'] as { value: string }[];
    const idOf = (id: string | undefined) => String(world.userOf(id ?? '')?.['id']);
    const kept = members.filter(({ value }) => value !== idOf(ids[3]));
    world.target.resources.Group.set(String(world.groupOf('g')?.['id']), {
      ...world.groupOf('g'),
      members: [...kept, { value: idOf(ids[0]) }],
    });
    const { undo: report } = await undo(world, cycleId);
    expect(report.groups).toMatchObject([
      {
        outcome: 'leftAlone',
        leftAlone: [expect.stringContaining('is a member again'), expect.stringContaining('is no member any more')],
      },
    ]);
    expect(world.target.writes()).toEqual([]);

    const other = await team();
    const second = await slipOf(other.world, ids);
    await other.world.store.db
      .deleteFrom('link')
      .where('source_id', '=', ids[0] ?? '')
      .execute();
    expect((await undo(other.world, second)).undo.groups).toMatchObject([
      { outcome: 'restored', added: [], removed: [{ id: ids[3] }], leftAlone: [expect.stringContaining('no account')] },
    ]);
  });

  it('leave alone a group that is gone, and members that were in a group when it was adopted', async () => {
    const { world, ids } = await team();
    const cycleId = await slipOf(world, ids);
    world.target.resources.Group.clear();
    expect((await undo(world, cycleId)).undo.groups).toMatchObject([
      { outcome: 'leftAlone', added: [], removed: [], leftAlone: ['the group does not exist any more'] },
    ]);

    const adopting = await buildWorld({ profile: { membersPerRequest: 1 } });
    const people = adopting.people(3);
    await adopting.run();
    const accounts = people.map((id) => ({ value: String(adopting.userOf(id)?.['id']) }));
    adopting.target.seed('Group', { displayName: 'Group g', externalId: 'g', members: accounts.slice(0, 1) });
    adopting.directory.addGroup('g', people);
    adopting.directory.assign('g');
    const { cycle } = await adopting.run();
    expect(adopting.membersOf('g')).toEqual(people);
    expect((await undo(adopting, cycle.id)).undo).toMatchObject({ groups: [], memberships: 0 });
  });

  it('are taken out of a group that the cycle created, which stays, also where they went in several requests', async () => {
    const world = await buildWorld({ profile: { membersPerRequest: 2 } });
    const ids = world.people(5);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    const { cycle } = await world.run();
    expect(world.membersOf('g')).toEqual(ids);
    const { undo: report } = await undo(world, cycle.id);
    expect(report.groups).toMatchObject([{ outcome: 'restored', added: [], removed: ids.map((id) => ({ id })) }]);
    expect(world.groupOf('g')).toBeDefined();
    expect(world.membersOf('g')).toEqual([]);
    expect((await world.run()).counts).toMatchObject({ memberships: { added: 0, removed: 0 } });
  });

  it('are not held where the directory agrees, or comes to, and stay out while that is rejected', async () => {
    const { world, ids, first } = await team();
    const cycleId = await slipOf(world, ids);
    await undo(world, cycleId);
    world.directory.addMember('g', ids[0] ?? '');
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { added: 0, removed: 0 } });
    const [held] = await readHeldSets(world.store.db, 'job');
    expect(held).toMatchObject({ guardClass: 'undone', count: 1 });
    await rejectHeld(world.store, 'job', { set: held?.set ?? '' }, world.clock.now().getTime());
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 0 } });
    world.clock.advance(31 * DAY);
    expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { added: 0, removed: 0 } });
    world.directory.removeMember('g', ids[3] ?? '');
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 0 } });
    expect(world.membersOf('g')).toEqual(first);
    expect(await holdsOf(world)).toEqual([]);
    // What was undone once is as usual again.
    world.directory.addMember('g', ids[3] ?? '');
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 1, removed: 0 } });
  });

  it('are counted by the guard, and an undo is undone like any cycle', async () => {
    const { world, ids, first } = await team({ guards: { memberships: { count: 0, percent: 100, from: 1 } } });
    world.directory.addMember('g', ids[3] ?? '');
    const slip = await world.run();
    const asked = await undo(world, slip.cycle.id);
    expect(asked.undo).toMatchObject({
      carriedOut: false,
      held: [expect.stringContaining('guards.memberships.count')],
    });
    expect(world.target.writes()).toEqual([]);
    const undone = await undo(world, slip.cycle.id, { set: asked.undo.set });
    expect(world.membersOf('g')).toEqual(first);
    expect((await undo(world, undone.cycle.id)).undo.groups).toMatchObject([{ added: [{ id: ids[3] }] }]);
    expect(world.membersOf('g')).toEqual(ids.slice(0, 4));
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 0 } });
    expect(await holdsOf(world)).toEqual([]);
  });

  it('that the target refuses stay as they were, and nothing is held', async () => {
    const { world, ids } = await team();
    const cycleId = await slipOf(world, ids);
    world.target.disturb = ({ method }) =>
      method === 'patch' ? { fault: { code: 'WebExceptionProtocolError', message: 'no' } } : undefined;
    const failed = await undo(world, cycleId);
    expect(failed.undo.groups).toMatchObject([{ outcome: 'failed' }]);
    expect(failed.counts).toMatchObject({ failed: 1, memberships: { added: 0, removed: 0 } });
    world.target.disturb = undefined;
    expect(await holdsOf(world)).toEqual([]);
    expect(await world.openChanges()).toEqual({});
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 0 } });
    expect(world.membersOf('g')).toEqual(ids.slice(1, 4));
  });

  // spec: undo
  it.each([true, false])('converge when the process is killed at the request; carried out: %s', async (applied) => {
    const { world, ids, first } = await team();
    const cycleId = await slipOf(world, ids);
    world.target.disturb = ({ method }) => (method === 'patch' ? { throws: new Error('killed'), applied } : undefined);
    await expect(undo(world, cycleId)).rejects.toThrow();
    world.target.disturb = undefined;
    for (let cycle = 0; cycle < 3; cycle += 1)
      expect((await world.run()).counts.memberships).toEqual({ added: 0, removed: 0 });
    expect(world.membersOf('g')).toEqual(applied ? first : ids.slice(1, 4));
    expect(await holdsOf(world)).toHaveLength(applied ? 2 : 0);
    expect((await world.run()).counts.held).toBe(applied ? 1 : 0);
    for (const { set } of await readHeldSets(world.store.db, 'job')) await approveHeld(world.store, 'job', { set });
    await world.run();
    expect(world.membersOf('g')).toEqual(ids.slice(1, 4));
  });

  it('are forgotten with the retention and with the person', async () => {
    const { world, ids } = await team({ retention: { log: '1d' } });
    const cycleId = await slipOf(world, ids);
    await forgetImagesOf(world.store.db, ids.slice(0, 1));
    expect((await undo(world, cycleId, { dryRun: true })).undo.groups).toMatchObject([{ added: [] }]);
    world.clock.advance(2 * DAY);
    await world.run();
    expect(await groupsOfImages(world.store.db, 'job', cycleId)).toEqual([]);
  });
});
