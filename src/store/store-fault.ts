// What SQLite says when it cannot go on, as a fault with a way on (sqlite.org/rescode.html). Whatever it was, the transaction
// that failed has left nothing: the next cycle goes on from what was committed.
import { type ErrorCode, JobFault } from '../model/errors.ts';

type StoreCode = Extract<
  ErrorCode,
  'StoreFull' | 'StoreReadOnly' | 'StoreReplaced' | 'StoreDamaged' | 'StoreUnavailable'
>;

/** Primary result codes, and the extended ones that mean something else; the longest that fits counts. */
const CODES: Readonly<Record<string, readonly [StoreCode, string]>> = {
  SQLITE_FULL: ['StoreFull', 'has no room left on its disk'],
  SQLITE_READONLY: ['StoreReadOnly', 'may not be written'],
  SQLITE_READONLY_DBMOVED: ['StoreReplaced', 'was moved or replaced while it was in use'],
  SQLITE_CORRUPT: ['StoreDamaged', 'is damaged'],
  SQLITE_NOTADB: ['StoreDamaged', 'is no database'],
  SQLITE_PERM: ['StoreReadOnly', 'may not be written'],
  SQLITE_IOERR: ['StoreUnavailable', 'cannot be read or written'],
  SQLITE_CANTOPEN: ['StoreUnavailable', 'cannot be opened'],
};

/** What the operating system says when a file is made or its mode is set, as SQLite would say it. */
const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: 'SQLITE_FULL',
  EDQUOT: 'SQLITE_FULL',
  EROFS: 'SQLITE_READONLY',
  EACCES: 'SQLITE_PERM',
  EPERM: 'SQLITE_PERM',
  EIO: 'SQLITE_IOERR',
};

/** The fault behind an error of SQLite; null for any other error. A JobFault stays what it is. */
export function storeFault(error: unknown, path = 'of the job'): JobFault | null {
  if (error instanceof JobFault) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return faultOf(error.code, error, path);
}

/** The same for whatever else touches the file of the store: making it, setting its mode, copying it. */
export function storeFileFault(error: unknown, path: string): JobFault | null {
  const fault = storeFault(error, path);
  if (fault !== null || !(error instanceof Error) || !('code' in error)) return fault;
  return faultOf(SYSTEM[String(error.code)] ?? '', error, path);
}

function faultOf(code: string, error: Error, path: string): JobFault | null {
  if (!code.startsWith('SQLITE_')) return null;
  const known = Object.keys(CODES)
    .filter((each) => code === each || code.startsWith(`${each}_`))
    .toSorted((a, b) => b.length - a.length)[0];
  const [name, words] = CODES[known ?? ''] ?? (['StoreUnavailable', 'cannot be used'] as const);
  return new JobFault(name, `The store ${path} ${words} (${error.message}).`, { cause: error });
}
