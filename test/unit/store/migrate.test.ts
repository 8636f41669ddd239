// Stores of earlier versions, made by their own migrations, on real files.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { pageChanges } from '../../../src/store/changes.ts';
import { openStore } from '../../../src/store/database.ts';
import { findJob } from '../../../src/store/jobs.ts';
import { changedMemberships } from '../../../src/store/membership-images.ts';
import { formerPath, inspectSchema } from '../../../src/store/migrate.ts';
import { MIGRATIONS } from '../../../src/store/migrations.ts';
import type { Tables } from '../../../src/store/schema.ts';
import { World } from '../../support/world.ts';

const NAMES = Object.keys(MIGRATIONS);
const OLD = '0003-bound-targets';
/** The id that buildJob gives. */
const JOB = 'job';
let home: string;
let path: string;
let url: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'scimsync-migrate-'));
  path = join(home, 'scimsync.db');
  url = `sqlite:${path}`;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A store as an earlier version left it, with a job that has an account. */
async function makeOld(upTo: string): Promise<void> {
  const sqlite = new Sqlite(path);
  sqlite.pragma('synchronous = off');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateTo(upTo);
  if (error !== undefined) throw error;
  sqlite.exec(`
    insert into job (id, configuration_hash, select_hash, status, sequence, reading, initial_done, lease_epoch, lease_until, next_attempt)
      values ('${JOB}', 'c', 's', 'Active', 7, 3, 1, 2, 0, 0);
    insert into link (job_id, kind, source_id, target_id, matched_by, exported, active, cycle_id, linked_at)
      values ('${JOB}', 'user', 'ana', 't1', 'userName', '{}', 1, 'cycle', '2026-01-01T00:00:00Z');`);
  await db.destroy();
}

function tablesOf(file: string): string[] {
  const sqlite = new Sqlite(file, { readonly: true });
  const names = sqlite.prepare('select sql from sqlite_master where sql is not null order by name').pluck().all();
  sqlite.close();
  return names as string[];
}

/** Tables, their columns and indexes, whatever the text was that made them. */
function shapeOf(file: string): string[] {
  const sqlite = new Sqlite(file, { readonly: true });
  const columns = sqlite
    .prepare(
      "select m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'",
    )
    .pluck()
    .all();
  const indexes = sqlite.prepare("select name from sqlite_master where type = 'index'").pluck().all();
  sqlite.close();
  return [...columns, ...indexes].map(String).toSorted();
}

describe('a store of an earlier version', () => {
  // spec: migration
  it.each([
    ['the first one', NAMES.at(0)],
    ['the previous one', NAMES.at(-2)],
  ])('a store from %s migrates, and its job goes on', async (_which, last = '') => {
    await makeOld(last);
    const store = await openStore(url);
    onTestFinished(() => store.close());
    expect(inspectSchema(url)).toEqual({ applied: NAMES, pending: [], unknown: [] });
    const fresh = join(home, 'fresh.db');
    await (await openStore(`sqlite:${fresh}`)).close();
    expect(shapeOf(path)).toEqual(shapeOf(fresh));

    // The account that the earlier version linked is neither made twice nor taken for a sign of a lost store.
    const world = new World(store, { group: null });
    world.directory.addUser('ana');
    world.directory.assign('ana');
    const id = world.target.seed('User', { externalId: 'ana', userName: 'ana@example.com', active: true });
    await store.db.updateTable('link').set({ target_id: id }).execute();
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 0, updated: 1, failed: 0, held: 0 });
    expect(world.target.resources.User.size).toBe(1);
    world.directory.setUser('ana', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ disabled: 1, failed: 0 });
  });

  it('is brought up to date with its content, and kept as it was beside it', async () => {
    await makeOld(OLD);
    const before = tablesOf(path);
    const store = await openStore(url);
    expect(await findJob(store.db, JOB)).toMatchObject({
      sequence: 7,
      contacted: 1,
      has_written: 1,
      mode: 'enforce',
    });
    const link = await store.db.selectFrom('link').selectAll().executeTakeFirstOrThrow();
    expect(link).toMatchObject({ source_id: 'ana', protected: 0 });
    await store.close();
    expect(inspectSchema(url)).toEqual({ applied: NAMES, pending: [], unknown: [] });

    const former = formerPath(path, '0004');
    expect(statSync(former).mode & 0o777).toBe(0o600);
    expect(tablesOf(former)).toEqual(before);
  });

  it('keeps what its open changes carry', async () => {
    await makeOld('0025-learned-targets');
    const sqlite = new Sqlite(path);
    sqlite.exec(`
      insert into change (id, job_id, cycle_id, kind, source_id, phase, action, status, created_at, payload, steps)
        values ('held', '${JOB}', 'c', 'user', 'ana', 1, 'disable', 'staged', 1, '{"desired":[]}', '[1]'),
               ('done', '${JOB}', 'c', 'user', 'bo', 1, 'create', 'success', 1, null, null);`);
    sqlite.close();
    const store = await openStore(url);
    onTestFinished(() => store.close());
    expect(await pageChanges(store.db, JOB, ['staged', 'success'], '', 10)).toMatchObject([
      { id: 'done', payload: null, steps: null },
      { id: 'held', payload: '{"desired":[]}', steps: '[1]' },
    ]);
    // With its change it goes.
    await store.db.deleteFrom('change').where('id', '=', 'held').execute();
    expect(await store.db.selectFrom('change_content').selectAll().execute()).toEqual([]);
  });

  it('keeps who was added to groups and removed from them, by request', async () => {
    await makeOld('0026-content-of-changes');
    const sqlite = new Sqlite(path);
    const images = [
      ['c', 'g', 'ana', 'added', 1],
      ['c', 'g', 'bo', 'added', 1],
      ['c', 'g', 'cleo', 'removed', 1],
      ['c', 'g', 'dan', 'added', 2],
      ['c', 'h', 'ana', 'added', 1],
      ['d', 'g', 'ana', 'removed', 3],
    ];
    const insert = sqlite.prepare(
      `insert into membership_image (job_id, cycle_id, group_id, target_id, member_id, direction, at)
        values ('${JOB}', ?, ?, 't', ?, ?, ?)`,
    );
    for (const image of images) insert.run(image);
    sqlite.close();
    const store = await openStore(url);
    onTestFinished(() => store.close());
    const changed = await changedMemberships(store.db, JOB, 'c');
    expect(changed.map((each) => [each.group_id, each.member_id, each.direction])).toEqual([
      ['g', 'ana', 'added'],
      ['g', 'bo', 'added'],
      ['g', 'cleo', 'removed'],
      ['g', 'dan', 'added'],
      ['h', 'ana', 'added'],
    ]);
    const rows = await store.db.selectFrom('membership_image').select(['cycle_id', 'members', 'at']).execute();
    expect(rows).toHaveLength(5);
    expect(rows).toContainEqual({ cycle_id: 'd', members: '["ana"]', at: 3 });
  });

  it('is only looked at by inspectSchema', async () => {
    await makeOld(OLD);
    const before = tablesOf(path);
    expect(inspectSchema(url)).toEqual({
      applied: NAMES.filter((name) => name <= OLD),
      pending: NAMES.filter((name) => name > OLD),
      unknown: [],
    });
    expect(tablesOf(path)).toEqual(before);
    expect(inspectSchema(`sqlite:${join(home, 'none.db')}`)).toBeNull();
  });

  // spec: migration
  it('is as it was when a step fails: all of them are one transaction', async () => {
    await makeOld(OLD);
    // In the way of the last steps, far behind the first ones.
    const sqlite = new Sqlite(path);
    sqlite.exec('create table installation (id text)');
    sqlite.close();
    const before = tablesOf(path);
    await expect(openStore(url)).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect(tablesOf(path)).toEqual(before);
    const again = new Sqlite(path);
    again.exec('drop table installation');
    again.close();
    await (await openStore(url)).close();
    expect(inspectSchema(url)?.pending).toEqual([]);
  });

  it('leaves one former copy behind, not one of each version', async () => {
    await makeOld('0002-pages-of-changes');
    writeFileSync(formerPath(path, '0001'), 'the copy of an earlier upgrade');
    await (await openStore(url)).close();
    expect(readdirSync(home).filter((name) => name.includes('before'))).toEqual(['scimsync.db.before-0003']);
  });

  it('is brought up to date once by two processes that meet it at once', async () => {
    await makeOld(OLD);
    const stores = await Promise.all([openStore(url), openStore(url)]);
    for (const store of stores) await store.close();
    expect(inspectSchema(url)?.pending).toEqual([]);
  });
});

// spec: migration
it('a store of a newer version is refused and left as it is', async () => {
  await (await openStore(url)).close();
  const sqlite = new Sqlite(path);
  sqlite.exec("insert into kysely_migration values ('9999-later', '2030-01-01')");
  sqlite.close();
  await expect(openStore(url)).rejects.toMatchObject({
    code: 'StoreNewer',
    message: expect.stringContaining('9999-later'),
  });
  expect(inspectSchema(url)?.unknown).toEqual(['9999-later']);
});
