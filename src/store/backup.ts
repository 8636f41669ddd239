// A backup of the store while others write to it: one consistent moment, in one file, checked before anybody is told that
// it exists. It is not migrated, so that the version that made the store can read it again.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { JobFault } from '../model/errors.ts';
import { storeFileFault } from './store-fault.ts';

/** What a backup holds. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly jobs: number;
  readonly links: number;
  /** The last migration of the store, which tells what version of scimsync it suits. */
  readonly migration: string;
}

/** Why there is no backup; the present file, if any, is as it was. */
export interface BackupRefusal {
  readonly refused: 'exists' | 'isTheStore' | 'noStore' | 'noFolder' | 'changed';
  readonly file: string;
}

/** How a backup is made. */
export interface BackupOptions {
  /** Replaces a file that is there already. */
  readonly overwrite: boolean;
  /** The last migration that the copy has to have. */
  readonly suits?: string;
}

/**
 * Copies the store at `url` into `file` (0600). The file appears only when the copy has passed SQLite's integrity check;
 * one that is there already is replaced only with `overwrite`. Nobody holds a job in the copy.
 * @throws JobFault StoreUnavailable, StoreFull, StoreDamaged
 */
export async function backupStore(url: string, file: string, options: BackupOptions): Promise<Backup | BackupRefusal> {
  const path = url.slice('sqlite:'.length);
  const target = resolve(file);
  if (!existsSync(path)) return { refused: 'noStore', file: path };
  if (statSync(dirname(target), { throwIfNoEntry: false })?.isDirectory() !== true)
    return { refused: 'noFolder', file: dirname(target) };
  if (isPartOf(path, target)) return { refused: 'isTheStore', file: target };
  if (existsSync(target) && (!options.overwrite || statSync(target).isDirectory()))
    return { refused: 'exists', file: target };
  const partial = `${target}.partial-${process.pid}`;
  const remove = (): void => rmSync(partial, { force: true });
  process.once('exit', remove);
  try {
    // Made here, so that nobody else could ever read it.
    closeSync(openSync(partial, 'wx', 0o600));
    await copyPages(path, partial);
    const content = verify(partial);
    if (options.suits !== undefined && options.suits !== content.migration) return { refused: 'changed', file: path };
    sync(partial);
    if (options.overwrite) renameSync(partial, target);
    else publish(partial, target);
    sync(dirname(target));
    return { file: target, bytes: statSync(target).size, ...content };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      return { refused: 'exists', file: target };
    throw (
      storeFileFault(error, path) ??
      new JobFault('StoreUnavailable', `The backup ${target} cannot be made: ${describe(error)}`, { cause: error })
    );
  } finally {
    remove();
    process.off('exit', remove);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Gives the file its name. Unlike a renaming, a second name is refused when somebody was quicker. */
function publish(partial: string, target: string): void {
  try {
    linkSync(partial, target);
  } catch (error) {
    // File systems of USB sticks know no second names.
    if (existsSync(target)) throw error;
    renameSync(partial, target);
  }
}

/** The store itself, or one of the files beside it that belong to it. */
function isPartOf(path: string, target: string): boolean {
  const real = join(realpathSync(dirname(target)), basename(target));
  const store = realpathSync(path);
  const end = existsSync(target) ? realpathSync(target) : real;
  return ['', '-wal', '-shm', '-journal'].some((suffix) => [real, end].includes(`${store}${suffix}`));
}

/**
 * The pages of one moment. The open read transaction keeps that moment: without it every commit of another process would
 * make the copying begin again.
 */
async function copyPages(path: string, partial: string): Promise<void> {
  const source = new Sqlite(path, { fileMustExist: true, timeout: 10_000 });
  try {
    source.exec('begin');
    source.prepare('select count(*) from sqlite_master').get();
    await source.backup(partial, { progress: () => 1000 });
    source.exec('rollback');
  } finally {
    source.close();
  }
}

/** Makes a file that needs no other one beside it, and reads all of it. */
function verify(partial: string): Pick<Backup, 'jobs' | 'links' | 'migration'> {
  const copy = new Sqlite(partial, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE');
    const verdict = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok')
      throw new JobFault('StoreDamaged', `The copy of the store is damaged, and was removed: ${String(verdict)}`);
    copy.prepare('update job set lease_owner = null, lease_until = 0').run();
    const count = (table: string): number => Number(copy.prepare(`select count(*) from ${table}`).pluck().get());
    const migration = copy.prepare('select max(name) from kysely_migration').pluck().get();
    return { jobs: count('job'), links: count('link'), migration: String(migration) };
  } finally {
    copy.close();
  }
}

/** Waits until a file or the names in a folder are on the disk. */
function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
