// Disks that fill up, files that are taken away, stores that may not be written and networks that are lost in mid-cycle, with
// real SQLite files: a clear fault, nothing damaged, and the next run converges.
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineIo } from '../../src/engine/context.ts';
import { JobFault } from '../../src/model/errors.ts';
import { targetProfileSchema } from '../../src/model/profile.ts';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { backupStore } from '../../src/store/backup.ts';
import { openStore, type Store } from '../../src/store/database.ts';
import { bearerAuthorizer } from '../../src/target/authorizer.ts';
import { createScimTarget } from '../../src/target/scim-target.ts';
import { aSecret } from '../support/a-secret.ts';
import { World } from '../support/world.ts';

const PEOPLE = 40;

async function aWorldOnDisk(): Promise<{ world: World; path: string }> {
  const home = mkdtempSync(join(tmpdir(), 'scimsync-trouble-'));
  const path = join(home, 'scimsync.db');
  const store = await openStore(`sqlite:${path}`);
  onTestFinished(async () => {
    await store.close();
    rmSync(home, { recursive: true, force: true });
  });
  const world = new World(store, { group: null });
  world.people(PEOPLE, { department: 'x'.repeat(300) });
  return { world, path };
}

/** Another process on the file that is there now; the directory and the target are the same. */
async function reopened(world: World, path: string): Promise<World> {
  const store = await openStore(`sqlite:${path}`);
  onTestFinished(() => store.close());
  return Object.assign(new World(store, { group: null }), {
    directory: world.directory,
    target: world.target,
    clock: world.clock,
  });
}

async function number(store: Store, pragma: 'page_count' | 'max_page_count'): Promise<number> {
  const { rows } = await sql<Record<string, number>>`pragma ${sql.raw(pragma)}`.execute(store.db);
  return Number(Object.values(rows[0] ?? {})[0]);
}

async function expectSound(store: Store): Promise<void> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db);
  expect(rows).toEqual([{ integrity_check: 'ok' }]);
}

/** Everybody has one account, and a further cycle sends nothing. */
async function expectConverged(world: World): Promise<void> {
  const ids = [...world.target.resources.User.values()].map((each) => String(each['externalId']));
  expect(ids.length).toBe(PEOPLE);
  expect(new Set(ids).size).toBe(PEOPLE);
  await world.run();
  expect(world.target.log).toEqual([]);
}

describe('a disk that is full', () => {
  // spec: store-trouble
  it.each([1, 4, 8, 12, 16, 20, 22, 24])('%i pages later: StoreFull, and the next run converges', async (pages) => {
    const { world } = await aWorldOnDisk();
    const { store } = world;
    const limit = (await number(store, 'page_count')) + pages;
    await sql`pragma max_page_count = ${sql.raw(String(limit))}`.execute(store.db);
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreFull', message: expect.stringContaining('no room') });
    await sql`pragma max_page_count = 1000000`.execute(store.db);
    await expectSound(store);
    expect((await world.run()).counts).toMatchObject({ failed: 0 });
    await expectSound(store);
    await expectConverged(world);
  });
});

describe('a store that may not be written', () => {
  // spec: store-trouble
  it('stops the job, and the next run converges', async () => {
    const { world } = await aWorldOnDisk();
    let asked = 0;
    world.target.before = async () => {
      asked += 1;
      if (asked === 10) await sql`pragma query_only = on`.execute(world.store.db);
    };
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreReadOnly' });
    await sql`pragma query_only = off`.execute(world.store.db);
    world.target.before = undefined;
    await expectSound(world.store);
    expect((await world.run()).counts).toMatchObject({ failed: 0 });
    await expectConverged(world);
  });
});

// spec: store-trouble
describe('a network that is lost in mid-cycle', () => {
  it.each([0, 1, 20, 39])(
    'towards the target, after %i requests: the store is sound, and the next run converges',
    async (answered) => {
      const { world } = await aWorldOnDisk();
      const endpoint = await startScimTarget({ kind: 'rfc7644' });
      onTestFinished(() => endpoint.close());
      /** A client a cycle, as a program has one. */
      const target = (): Partial<EngineIo> => ({
        target: createScimTarget({
          baseUrl: endpoint.url,
          authorizer: bearerAuthorizer(aSecret(endpoint.token)),
          connection: { privateAddresses: 'allow', environment: {} },
          redact: (text) => text,
          profile: targetProfileSchema.parse({}),
          timeoutSeconds: 10,
          clock: world.clock,
          random: () => 0,
        }),
      });
      const lost = Array.from({ length: 600 }, (_, index) => ({
        match: { nth: answered + index + 1 },
        action: { reset: true },
      }));
      endpoint.faults.add(lost);
      await world.run({}, target()).then(
        ({ counts }) => expect(counts.failed).toBeGreaterThan(0),
        (error: unknown) => expect(error).toMatchObject({ code: 'TargetUnreachable' }),
      );
      await expectSound(world.store);
      expect(endpoint.users().length).toBeLessThan(PEOPLE);

      endpoint.faults.clear();
      expect((await world.run({}, target())).counts).toMatchObject({ failed: 0, escrowed: 0 });
      await expectSound(world.store);
      const ids = endpoint.users().map((each) => each['externalId']);
      expect(ids).toHaveLength(PEOPLE);
      expect(new Set(ids).size).toBe(PEOPLE);
      endpoint.log.clear();
      await world.run({}, target());
      expect(endpoint.log.totals().requests).toBe(0);
    },
  );

  it.each([1, 3, 8])(
    'towards the directory, at page %i: the store is sound, and the next run converges',
    async (page) => {
      const { world } = await aWorldOnDisk();
      world.directory.pageSize = 10;
      let asked = 0;
      world.directory.fault = () => {
        asked += 1;
        return asked >= page ? new JobFault('SourceUnreachable', 'fetch failed') : undefined;
      };
      await expect(world.run()).rejects.toMatchObject({ code: 'SourceUnreachable' });
      await expectSound(world.store);
      world.directory.fault = undefined;
      expect((await world.run()).counts).toMatchObject({ created: PEOPLE, failed: 0 });
      await expectConverged(world);
    },
  );
});

describe('a file that is taken away while a cycle runs', () => {
  // spec: store-trouble
  it('stops the job; what replaces it goes on from there', async () => {
    const { world, path } = await aWorldOnDisk();
    const first = await backupStore(`sqlite:${path}`, `${path}.backup`, { overwrite: false });
    expect(first).not.toHaveProperty('refused');
    let asked = 0;
    world.target.before = async () => {
      asked += 1;
      if (asked !== 10) return;
      renameSync(path, `${path}.away`);
      for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
      cpSync(`${path}.backup`, path);
    };
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreReplaced' });
    world.target.before = undefined;
    // The process that lost its file writes nothing into the one that is there now.
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreReplaced' });
    const next = await reopened(world, path);
    await expectSound(next.store);
    expect(await next.store.db.selectFrom('link').selectAll().execute()).toEqual([]);
    await next.hasWritten();
    expect((await next.run()).counts).toMatchObject({ failed: 0 });
    await expectConverged(next);
  });

  it('and deleted: the empty store that follows does not write before somebody says what is meant', async () => {
    const { world, path } = await aWorldOnDisk();
    let asked = 0;
    world.target.before = () => {
      asked += 1;
      if (asked === 30) for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
      return Promise.resolve();
    };
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreReplaced' });
    world.target.before = undefined;
    const next = await reopened(world, path);
    await expectSound(next.store);
    await expect(next.run()).rejects.toMatchObject({ code: 'StoreLost' });
    next.configure({ group: null, mode: 'observe' });
    await next.run();
    next.configure({ group: null });
    expect((await next.run()).counts).toMatchObject({ failed: 0 });
    await expectConverged(next);
  });
});
