/** One kind of directory objects, by id and in a stable order, with its recycle bin. Knows nothing of rules or logs. */
import type { AnyRecord } from './objects.ts';

/** See the file's comment. */
export interface ObjectTable<T extends AnyRecord> {
  readonly live: ReadonlyMap<string, T>;
  readonly deleted: ReadonlyMap<string, T>;
  /** The ordinal the next object gets. */
  nextOrdinal(): number;
  add(record: T): void;
  /** Moves a live record to the recycle bin. */
  bury(record: T): void;
  /** Moves a record out of the recycle bin. */
  unbury(record: T): void;
  /** Forgets a record, live or deleted. */
  drop(record: T): void;
  /** Records with `ordinal >= start` in their stable order, deleted ones included. */
  from(start: number): Generator<T>;
}

/** An empty table. */
export function makeObjectTable<T extends AnyRecord>(): ObjectTable<T> {
  const live = new Map<string, T>();
  const deleted = new Map<string, T>();
  const order: (T | undefined)[] = [];
  return {
    live,
    deleted,
    nextOrdinal: () => order.length,
    add(record) {
      live.set(record.id, record);
      order[record.ordinal] = record;
    },
    bury(record) {
      live.delete(record.id);
      deleted.set(record.id, record);
    },
    unbury(record) {
      deleted.delete(record.id);
      live.set(record.id, record);
    },
    drop(record) {
      live.delete(record.id);
      deleted.delete(record.id);
      order[record.ordinal] = undefined;
    },
    *from(start) {
      for (let index = start; index < order.length; index += 1) {
        const record = order[index];
        if (record !== undefined) yield record;
      }
    },
  };
}
