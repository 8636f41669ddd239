// How long personal data stays in the store, and what of it gets there at all.
import { describe, expect, it } from 'vitest';
import { changesWithContent } from '../../src/store/change-content.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

async function everything(world: World): Promise<string> {
  const { db } = world.store;
  const rows = await Promise.all([
    db.selectFrom('source_object').selectAll().execute(),
    db.selectFrom('link').selectAll().execute(),
    db.selectFrom('change').selectAll().execute(),
    db.selectFrom('provisioning_log').selectAll().execute(),
    db.selectFrom('escrow').selectAll().execute(),
    db.selectFrom('target_resource').selectAll().execute(),
  ]);
  return JSON.stringify(rows);
}

describe('somebody deleted for good', () => {
  // spec: retention
  it('leaves ids only after the retention, and nothing else is done to the account', async () => {
    const retention = { log: '20d', deletedPeople: '10d' };
    const lifecycle = { hardDeleted: 'disable' };
    const world = await buildWorld({ group: null, lifecycle, retention });
    world.people(6);
    world.directory.addUser('gone', { displayName: 'Zita Zauber', mail: 'zita@example.com' });
    world.directory.assign('gone');
    await world.run();
    world.directory.hardDelete('gone');
    expect((await world.run()).counts).toMatchObject({ disabled: 1 });
    world.clock.advance(9 * DAY);
    await world.run();
    expect(await everything(world)).toContain('Zita');
    world.clock.advance(2 * DAY);
    await world.run();
    const { db } = world.store;
    expect(await db.selectFrom('source_object').selectAll().where('id', '=', 'gone').executeTakeFirst()).toMatchObject({
      attributes: '{}',
      display_name: null,
    });
    world.clock.advance(20 * DAY);
    await world.run();
    expect(await everything(world)).not.toMatch(/zita/i);
    const link = await db.selectFrom('link').selectAll().where('source_id', '=', 'gone').executeTakeFirst();
    expect(link).toMatchObject({ exported: '{}', email: null, active: 0 });
    // Everybody is planned anew: nothing is sent for whom nothing is known any more.
    world.configure({ group: null, retention, lifecycle: { ...lifecycle, unassigned: 'nothing' } });
    expect((await world.run()).counts).toMatchObject({ failed: 0, updated: 0, created: 0, deleted: 0, disabled: 0 });
  });

  it('keeps what is needed while the removal of the account is held', async () => {
    const guards = { leavers: { count: 0, percent: 100, from: 1 } };
    const lifecycle = { hardDeleted: 'disable' };
    const world = await buildWorld({ group: null, guards, lifecycle, retention: { log: '180d', deletedPeople: '1d' } });
    world.people(6);
    await world.run();
    world.directory.hardDelete('p0001');
    expect((await world.run()).counts).toMatchObject({ held: 1 });
    world.clock.advance(5 * DAY);
    await world.run();
    const row = await world.store.db
      .selectFrom('source_object')
      .selectAll()
      .where('id', '=', 'p0001')
      .executeTakeFirst();
    expect(row?.attributes).not.toBe('{}');
  });
});

describe('the provisioning log', () => {
  it('is kept for the retention, and forgotten in portions', async () => {
    const world = await buildWorld({ group: null, retention: { log: '30d', deletedPeople: '30d' } });
    world.people(3);
    await world.run();
    const { db } = world.store;
    const [entry] = await db.selectFrom('provisioning_log').selectAll().limit(1).execute();
    if (entry === undefined) throw new Error('the log is empty');
    const { seq: _seq, ...copy } = entry;
    for (let slice = 0; slice < 25; slice += 1)
      await db
        .insertInto('provisioning_log')
        .values(Array.from({ length: 100 }, (_, index) => ({ ...copy, id: `old-${slice}-${index}` })))
        .execute();
    const count = async () => (await db.selectFrom('provisioning_log').select('seq').execute()).length;
    const full = await count();
    world.clock.advance(29 * DAY);
    await world.run();
    expect(await count()).toBe(full);
    world.clock.advance(2 * DAY);
    await world.run();
    expect(await count()).toBe(full - 2000);
    await world.run();
    expect(await count()).toBe(0);
  });
});

// spec: retention
it('a settled change holds no values any more', async () => {
  const world = await buildWorld();
  world.people(5);
  world.target.disturb = (request) =>
    request.method === 'create' ? { fault: { code: 'InvalidValue', message: 'refused' } } : undefined;
  await world.run();
  world.target.disturb = undefined;
  world.clock.advance(DAY);
  await world.run();
  const rows = await changesWithContent(world.store.db).where('settled_at', 'is not', null).execute();
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) expect(row).toMatchObject({ payload: null, steps: null, display_name: null });
});
