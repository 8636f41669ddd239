// Links that are found again after the store was lost, from what directory and target say.
import { describe, expect, it } from 'vitest';
import { type RebuildReport, rebuildLinks } from '../../src/engine/rebuild-links.ts';
import { JobFault } from '../../src/model/errors.ts';
import { ensureJob } from '../../src/store/jobs.ts';
import { MINUTE } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** People 1 to count, assigned, with accounts that carry their ids. */
async function lostWorld(count: number, variation = {}): Promise<World> {
  const world = await buildWorld({ group: null, ...variation });
  for (let number = 1; number <= count; number += 1) {
    world.directory.addUser(idOf(number));
    world.directory.assign(idOf(number));
    account(world, number);
  }
  return world;
}

function account(world: World, number: number, more = {}): string {
  const id = idOf(number);
  return world.target.seed('User', {
    externalId: id,
    userName: `${id}@example.com`,
    displayName: `Name ${id}`,
    emails: [{ type: 'work', value: `${id}@example.com` }],
    active: true,
    ...more,
  });
}

async function rebuild(world: World, neighbours: readonly string[] = []): Promise<RebuildReport> {
  world.clock.advance(MINUTE);
  world.target.log.length = 0;
  await ensureJob(world.store.db, world.job.id);
  return rebuildLinks(world.job, neighbours, world.identity(), 0, world.io());
}

const linksOf = async (world: World): Promise<string[]> =>
  (await world.store.db.selectFrom('link').select('source_id').execute()).map((each) => each.source_id).toSorted();

describe('rebuildLinks', () => {
  // spec: lost-store
  it('links everybody and sends no write; the next cycle writes nothing and nothing is adopted anew', async () => {
    const world = await lostWorld(6);
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreLost' });
    expect(await rebuild(world)).toMatchObject({ assigned: 6, unassigned: 0, unknown: 0, ambiguous: 0, kept: 0 });
    expect(world.target.writes()).toEqual([]);
    expect(await linksOf(world)).toHaveLength(6);
    expect((await world.run()).counts).toMatchObject({ adopted: 0, created: 0, disabled: 0, failed: 0, held: 0 });
    expect(world.target.writes()).toEqual([]);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  // spec: lost-store
  it('links who left meanwhile, and the next cycle disables them', async () => {
    const world = await lostWorld(30);
    world.directory.unassign(idOf(1));
    world.directory.softDelete(idOf(2));
    world.directory.setUser(idOf(3), { accountEnabled: false });
    const report = await rebuild(world);
    expect(report).toMatchObject({ assigned: 28, unassigned: 2 });
    expect(report.unassignedAccounts.map((each) => each.sourceId).toSorted()).toEqual([idOf(1), idOf(2)]);
    expect((await world.run()).counts).toMatchObject({ disabled: 3, held: 0, failed: 0 });
    for (const number of [1, 2, 3]) expect(world.userOf(idOf(number))?.['active']).toBe(false);
  });

  it('leaves many leavers to the guard', async () => {
    const world = await lostWorld(30, { guards: { scopeLosses: { count: 100, percent: 10, from: 5 } } });
    for (let number = 1; number <= 12; number += 1) world.directory.unassign(idOf(number));
    expect(await rebuild(world)).toMatchObject({ assigned: 18, unassigned: 12 });
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 12 });
  });

  it('leaves accounts alone whose id the directory does not know, and accounts without one', async () => {
    const world = await lostWorld(4);
    account(world, 99);
    account(world, 98, { externalId: 'somebody-elses' });
    world.target.seed('User', { userName: 'breakglass@example.com', active: true });
    const report = await rebuild(world);
    expect(report).toMatchObject({ assigned: 4, unassigned: 0, unknown: 1 });
    expect(report.unknownAccounts).toMatchObject([{ sourceId: idOf(99), active: true }]);
    const rows = await world.store.db.selectFrom('source_object').select('id').execute();
    expect(rows.map((each) => each.id)).not.toContain(idOf(99));
    expect((await world.run()).counts).toMatchObject({ disabled: 0, deleted: 0 });
  });

  it('links nobody who is not assigned while another job writes to the same target', async () => {
    const world = await lostWorld(6);
    world.directory.unassign(idOf(1));
    expect(await rebuild(world, ['other'])).toMatchObject({
      assigned: 5,
      unassigned: 0,
      unknown: 1,
      sharedWith: ['other'],
    });
    expect(await linksOf(world)).not.toContain(idOf(1));
    const rows = await world.store.db.selectFrom('source_object').select('id').execute();
    expect(rows.map((each) => each.id)).not.toContain(idOf(1));
  });

  it('adds what is missing and changes no link that is there', async () => {
    const world = await lostWorld(4);
    await rebuild(world);
    await world.run();
    const before = await world.store.db.selectFrom('link').selectAll().orderBy('source_id').execute();
    await world.store.db.deleteFrom('link').where('source_id', '=', idOf(2)).execute();
    expect(await rebuild(world)).toMatchObject({ kept: 3, assigned: 1 });
    const after = await world.store.db.selectFrom('link').selectAll().orderBy('source_id').execute();
    const others = (links: typeof before) => links.filter((each) => each.source_id !== idOf(2));
    expect(others(after)).toEqual(others(before));
    expect(after).toHaveLength(4);
  });

  it('guesses nobody when two accounts carry one id', async () => {
    const world = await lostWorld(4);
    account(world, 1, { userName: 'twin@example.com' });
    expect(await rebuild(world)).toMatchObject({ assigned: 3, ambiguous: expect.any(Number) });
    expect(await linksOf(world)).not.toContain(idOf(1));
  });

  it('links assigned groups with their members; a group that is not assigned is left alone', async () => {
    const world = await buildWorld();
    for (const number of [1, 2, 3]) {
      world.directory.addUser(idOf(number));
      account(world, number);
    }
    world.directory.addGroup(idOf(50), [idOf(1), idOf(2), idOf(3)]);
    world.directory.assign(idOf(50));
    world.directory.addGroup(idOf(51), []);
    world.target.seed('Group', { externalId: idOf(50), displayName: 'Group' });
    world.target.seed('Group', { externalId: idOf(51), displayName: 'Former' });
    expect(await rebuild(world)).toMatchObject({ assigned: 4, unassigned: 0, unknown: 1 });
    expect((await world.run()).counts).toMatchObject({ deleted: 0, failed: 0 });
    expect(world.membersOf(idOf(50))).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(world.groupOf(idOf(51))).toBeDefined();
  });

  it('leaves an unfinished job as it was when the target cannot be read', async () => {
    const world = await lostWorld(4);
    world.target.disturb = (request) =>
      request.method === 'list' ? { throws: new JobFault('TargetUnreachable', 'down') } : undefined;
    await expect(rebuild(world)).rejects.toBeDefined();
    world.target.disturb = undefined;
    expect(await world.store.db.selectFrom('cycle').selectAll().where('trigger', '=', 'onDemand').execute()).toEqual(
      [],
    );
    expect(await rebuild(world)).toMatchObject({ assigned: 4 });
  });
});
