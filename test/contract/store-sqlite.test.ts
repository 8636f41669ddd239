// The store contract on SQLite, and what is particular to a file.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/database.ts';
import { ensureJob, nextSequence } from '../../src/store/jobs.ts';
import { describeStore } from './store.contract.ts';

describeStore('SQLite', () => openStore('sqlite::memory:'));

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'scimsync-store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it('keeps its file for the owner only, and its content between openings', async () => {
  const file = join(folder(), 'state', 'store.db');
  const first = await openStore(`sqlite:${file}`);
  await ensureJob(first.db, 'job');
  await nextSequence(first.db, 'job');
  await first.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  const second = await openStore(`sqlite:${file}`);
  expect(await nextSequence(second.db, 'job')).toBe(2);
  await second.close();
});

it('lets two processes write in turn', async () => {
  const file = join(folder(), 'store.db');
  const stores = [await openStore(`sqlite:${file}`), await openStore(`sqlite:${file}`)];
  const [first] = stores;
  if (first === undefined) throw new Error('no store');
  await ensureJob(first.db, 'job');
  await Promise.all(
    stores.flatMap((store) =>
      Array.from({ length: 3 }, () =>
        store.transaction(async (trx) => {
          await nextSequence(trx, 'job');
          await new Promise((resolve) => setImmediate(resolve));
        }),
      ),
    ),
  );
  expect(await nextSequence(first.db, 'job')).toBe(7);
  for (const store of stores) await store.close();
});

it.each([
  ['postgres://host/db', 'not supported'],
  ['sqlite:/dev/null/store.db', 'cannot be opened'],
])('says what is wrong with %s', async (url, message) => {
  await expect(openStore(url)).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining(message) as string,
  });
});

it('says so when the file is no database', async () => {
  const file = join(folder(), 'store.db');
  writeFileSync(file, 'this is a text, not a database, and long enough to be noticed as such by anybody who looks');
  await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({ code: 'StoreDamaged' });
});

it('says that a newer version has used the store', async () => {
  const file = join(folder(), 'store.db');
  const store = await openStore(`sqlite:${file}`);
  await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2030-01-01')`.execute(
    store.db,
  );
  await store.close();
  await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({
    code: 'StoreNewer',
    message: expect.stringContaining('9999-from-the-future') as string,
  });
});
