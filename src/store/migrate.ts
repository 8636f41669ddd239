// Brings the tables of a store up to date: all missing migrations in one transaction, after a copy of the store as it was.
import { existsSync, rmSync, statfsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { JobFault } from '../model/errors.ts';
import { backupStore } from './backup.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Tables } from './schema.ts';
import { storeFault } from './store-fault.ts';

/** How far a store is. */
export interface SchemaState {
  /** Names of the migrations that it has seen; none in a new file. */
  readonly applied: readonly string[];
  /** Those that this version would add. */
  readonly pending: readonly string[];
  /** Those that it has seen and this version does not know. */
  readonly unknown: readonly string[];
}

/** Larger stores are not copied before a migration: the transaction alone protects them. */
const LARGEST_COPIED = 2_000_000_000;

/** Looks at a store without changing it. */
function schemaState(sqlite: Sqlite.Database): SchemaState {
  const exists = sqlite.prepare("select count(*) from sqlite_master where name = 'kysely_migration'").pluck().get();
  const applied =
    exists === 0 ? [] : (sqlite.prepare('select name from kysely_migration order by name').pluck().all() as string[]);
  return {
    applied,
    pending: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !Object.hasOwn(MIGRATIONS, name)),
  };
}

/**
 * Adds what is missing, or nothing.
 * @throws JobFault StoreNewer when a newer version has used the store; StoreUnavailable and others when it cannot be
 * brought up to date, and then it is as it was.
 */
export async function migrateForward(db: Kysely<Tables>, sqlite: Sqlite.Database, url: string): Promise<void> {
  const { applied, pending, unknown } = schemaState(sqlite);
  if (unknown.length > 0) {
    const message = `The store ${url} was brought up to date by a newer version of scimsync (${unknown.join(', ')}).`;
    throw new JobFault('StoreNewer', message);
  }
  if (pending.length === 0) return;
  const last = applied.at(-1);
  if (last !== undefined) await keepFormer(url, last, pending[0] ?? '');
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw error;
}

/** The name of the copy of a store as it was before the first of these migrations. */
export function formerPath(path: string, pending: string): string {
  return `${path}.before-${pending.slice(0, 4)}`;
}

/** Copies the store, where that is cheap, and removes the copies of earlier migrations: they hold personal data. */
async function keepFormer(url: string, last: string, pending: string): Promise<void> {
  const path = url.slice('sqlite:'.length);
  if (path === ':memory:') return;
  const { size } = statSync(path);
  const { bavail, bsize } = statfsSync(dirname(path));
  if (size > LARGEST_COPIED || size * 2 > bavail * bsize) return;
  const file = formerPath(path, pending);
  // Another process may have brought the store up to date meanwhile; then this would be no copy of what was.
  await backupStore(url, file, { overwrite: true, suits: last });
  for (const each of await formerCopies(path)) if (each !== file) rmSync(each, { force: true });
}

/** Copies that were made before migrations of this store. */
export async function formerCopies(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith(`${basename(path)}.before-`)).map((name) => join(folder, name));
}

/** The fault of a store that could not be brought up to date. */
export function migrationFault(error: unknown, url: string): JobFault {
  const known = storeFault(error, url);
  if (known !== null && known.code !== 'StoreUnavailable') return known;
  const message = error instanceof Error ? error.message : String(error);
  return new JobFault('StoreUnavailable', `The store ${url} cannot be brought up to date: ${message}`, {
    cause: error,
  });
}

/** How far the store at `url` is, without changing it; null when there is none. */
export function inspectSchema(url: string): SchemaState | null {
  const path = url.slice('sqlite:'.length);
  if (!existsSync(path)) return null;
  try {
    const sqlite = new Sqlite(path, { fileMustExist: true, timeout: 10_000 });
    try {
      return schemaState(sqlite);
    } finally {
      sqlite.close();
    }
  } catch (error) {
    throw storeFault(error, path) ?? error;
  }
}
