// Queries about the objects of a list, in slices of a few fixed sizes: each is compiled once and stays prepared, which
// otherwise takes longer than running it. A slice that is not full is filled up with its last id, which finds the same rows.
import { type Compilable, CompiledQuery, type RawBuilder } from 'kysely';
import type { Db } from './database.ts';

/** The largest fits into a text that is kept prepared (statement-cache.ts). */
const SIZES = [1, 8, 64, 500] as const;
const LARGEST = 500;

/** What stands in for ids and values while a query is compiled, so that their places in it are known. */
type StandIn = symbol;

/** Where a parameter comes from: the n-th id, the n-th value, or the text of the query. */
type Source = { readonly id: number } | { readonly value: number } | { readonly constant: unknown };

interface Compiled {
  readonly text: string;
  readonly sources: readonly Source[];
}

/** See the comment of the file. `V` are the values of a query besides its ids, `R` is a row that it answers. */
export class ListedQuery<V extends readonly unknown[], R = unknown> {
  readonly #build: (db: Db, ids: readonly string[], ...values: V) => Compilable<R>;
  readonly #compiled = new Map<number, Compiled>();

  /** `build` is called once for each size and must use ids and values as parameters only. */
  constructor(build: (db: Db, ids: readonly string[], ...values: V) => Compilable<R>) {
    this.#build = build;
  }

  /** Runs the query for all ids; answers the rows of all slices. */
  async run(db: Db, ids: readonly string[], ...values: V): Promise<R[]> {
    const found: R[][] = [];
    for (let from = 0; from < ids.length; from += LARGEST) {
      const slice = ids.slice(from, from + LARGEST);
      const size = SIZES.find((each) => each >= slice.length) ?? LARGEST;
      const { text, sources } = this.#compile(db, size, values.length);
      const last = slice.at(-1);
      const parameters = sources.map((source) =>
        'id' in source ? (slice[source.id] ?? last) : 'value' in source ? values[source.value] : source.constant,
      );
      const result = await db.executeQuery<R>(CompiledQuery.raw(text, parameters));
      found.push(result.rows);
    }
    return found.flat();
  }

  #compile(db: Db, size: number, valueCount: number): Compiled {
    const known = this.#compiled.get(size);
    if (known !== undefined) return known;
    const [ids, values] = [standIns(size), standIns(valueCount)];
    const query = this.#build(db, ids as readonly unknown[] as string[], ...(values as readonly unknown[] as V));
    const { sql: text, parameters } = query.compile();
    const sources = new Map<unknown, Source>([
      ...ids.map((each, id) => [each, { id }] as const),
      ...values.map((each, value) => [each, { value }] as const),
    ]);
    const compiled = { text, sources: parameters.map((each) => sources.get(each) ?? { constant: each }) };
    this.#compiled.set(size, compiled);
    return compiled;
  }
}

function standIns(count: number): StandIn[] {
  return Array.from({ length: count }, (_, index) => Symbol(index));
}

/** A query that is written as SQL. */
export function compilable<R>(db: Db, query: RawBuilder<R>): Compilable<R> {
  return { compile: () => query.compile(db) };
}
