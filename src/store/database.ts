// Opens the store: a SQLite file (0600) behind Kysely, migrated forward. One connection per process; the driver is
// synchronous, so its busy wait is kept short and a busy database is retried outside of it.
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, type Transaction } from 'kysely';
import { JobFault } from '../model/errors.ts';
import { copyLogWhenQuiet } from './log-copying.ts';
import { migrateForward, migrationFault } from './migrate.ts';
import type { Tables } from './schema.ts';
import { StoreDialect } from './sqlite-dialect.ts';
import { keepStatements } from './statement-cache.ts';
import { storeFault, storeFileFault } from './store-fault.ts';

/** A connection or a transaction: every query function takes either. */
export type Db = Kysely<Tables> | Transaction<Tables>;

/** The opened store. */
export interface Store {
  readonly db: Kysely<Tables>;
  /** Runs `work` in one transaction, tried again while another process holds the write lock. */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Fires when the file of the store was removed or replaced: whoever works with it begins anew. */
  readonly gone: AbortSignal;
  close(): Promise<void>;
}

const BUSY_WAIT_MS = 100;
const BUSY_TRIES = 100;

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_BUSY')
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

/**
 * Makes a folder and what leads to it, one by one: `recursive` tries for ever where the kernel says that a folder is
 * missing whose parent exists, as in /proc.
 */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let each = folder; !existsSync(each); each = dirname(each)) missing.unshift(each);
  for (const each of missing) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (error) {
      // Another process may have been quicker.
      if (!existsSync(each)) throw error;
    }
  }
}

function openSqlite(path: string): Sqlite.Database {
  try {
    if (path !== ':memory:') makeFolder(dirname(path));
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a folder');
    const sqlite = new Sqlite(path, { timeout: BUSY_WAIT_MS });
    if (path !== ':memory:') chmodSync(path, 0o600);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    // The disk is only waited for when the log is copied into the file. While one transaction follows another that is once
    // in 128 MB, and in a quiet moment at once (log-copying.ts); docs/adr/0022-the-log-is-copied-in-quiet-moments.md.
    sqlite.pragma('wal_autocheckpoint = 32000');
    sqlite.pragma('journal_size_limit = 16000000');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('cache_size = -16000');
    sqlite.pragma('temp_store = FILE');
    return sqlite;
  } catch (error) {
    const known = storeFileFault(error, path);
    if (known !== null && known.code !== 'StoreUnavailable') throw known;
    throw new JobFault('StoreUnavailable', `The store ${path} cannot be opened: ${describe(error)}`, { cause: error });
  }
}

/**
 * Opens `sqlite:/path/to/file.db` (or `sqlite::memory:`) and brings its tables up to date.
 * @throws JobFault StoreUnavailable when the file cannot be opened or migrated.
 */
export async function openStore(url: string): Promise<Store> {
  if (!url.startsWith('sqlite:'))
    throw new JobFault('StoreUnavailable', `The store ${url} is not supported: use sqlite:<path>.`);
  const sqlite = openSqlite(url.slice('sqlite:'.length));
  const db = new Kysely<Tables>({ dialect: new StoreDialect({ database: keepStatements(sqlite) }) });
  try {
    await retryWhileBusy(() => migrateForward(db, sqlite, url));
  } catch (error) {
    await db.destroy();
    throw migrationFault(error, url);
  }
  const path = url.slice('sqlite:'.length);
  const isInPlace = watchPlace(path);
  const copying = copyLogWhenQuiet(sqlite);
  const gone = new AbortController();
  const refuseReplaced = (): void => {
    if (isInPlace()) return;
    gone.abort();
    throw new JobFault('StoreReplaced', `The store ${path} was removed, moved or replaced while it was in use.`);
  };
  return {
    db,
    async transaction(work) {
      try {
        refuseReplaced();
        const result = await retryWhileBusy(() => db.transaction().execute(work));
        // What was just written would be in a file that nobody finds any more.
        refuseReplaced();
        return result;
      } catch (error) {
        throw storeFault(error, path) ?? error;
      } finally {
        copying.written();
      }
    },
    gone: gone.signal,
    close: () => {
      copying.stop();
      return db.destroy();
    },
  };
}

/** Tells whether a file is still the one that it is now; SQLite would go on writing into a file without a name. */
function watchPlace(path: string): () => boolean {
  if (path === ':memory:') return () => true;
  const opened = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
  };
}

async function retryWhileBusy<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || tries >= BUSY_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
