// Writes many rows of a table by statements of a few fixed sizes. Their texts are compiled once and stay prepared: for as
// many values as are written here, compiling and preparing a statement takes longer than running it.

import type { Insertable } from 'kysely';
import { CompiledQuery, type InsertQueryBuilder, type InsertResult, type Kysely } from 'kysely';
import type { Db } from './database.ts';
import type { Tables } from './schema.ts';

/** So many values make a text that is kept prepared (statement-cache.ts). */
const MOST_VALUES = 500;
/** What is left over goes in statements of these sizes. */
const FEWER = [32, 8, 2, 1] as const;

type Insertion<T extends keyof Tables> = InsertQueryBuilder<Tables, T, InsertResult>;

/** See the comment of the file. */
export class RowWriter<T extends keyof Tables> {
  readonly #table: T;
  readonly #onConflict: (insertion: Insertion<T>) => Insertion<T>;
  readonly #texts = new Map<string, string>();

  /** `onConflict` says what becomes of rows that exist; without it they are a fault. */
  constructor(table: T, onConflict: (insertion: Insertion<T>) => Insertion<T> = (insertion) => insertion) {
    this.#table = table;
    this.#onConflict = onConflict;
  }

  /** Writes rows, all of which name the same columns. */
  async write(db: Db, rows: readonly Insertable<Tables[T]>[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {}) as (keyof Insertable<Tables[T]>)[];
    const many = Math.max(1, Math.floor(MOST_VALUES / columns.length));
    for (let from = 0; from < rows.length; ) {
      const left = rows.length - from;
      const size = left >= many ? many : (FEWER.find((each) => each <= Math.min(left, many)) ?? 1);
      const slice = rows.slice(from, from + size);
      const values: unknown[] = [];
      for (const row of slice) for (const column of columns) values.push(row[column]);
      await db.executeQuery(CompiledQuery.raw(this.#text(db, slice, columns.join()), values));
      from += size;
    }
  }

  #text(db: Kysely<Tables>, rows: readonly Insertable<Tables[T]>[], columns: string): string {
    const key = `${rows.length} ${columns}`;
    const text = this.#texts.get(key) ?? this.#onConflict(db.insertInto(this.#table).values(rows)).compile().sql;
    this.#texts.set(key, text);
    return text;
  }
}
