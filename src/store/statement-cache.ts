// Prepared statements, kept for reuse: Kysely's driver prepares each query anew, which costs as much as running it, and the
// statements it leaves behind hold memory outside the JavaScript heap until they are collected.
import type Sqlite from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

const KEPT = 200;
/** Longer texts write or look up many rows at once: they are few, and large once prepared. */
const LONGEST_KEPT = 3_000;

/** The database as Kysely's dialect wants it. Queries are run to their end, never iterated: a statement serves one at a time. */
export function keepStatements(sqlite: Sqlite.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => {
      kept.clear();
      sqlite.close();
    },
    prepare: (text) => {
      if (text.length > LONGEST_KEPT) return sqlite.prepare(text);
      const statement = kept.get(text) ?? sqlite.prepare(text);
      kept.delete(text);
      kept.set(text, statement);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
      return statement;
    },
  };
}
