/**
 * The append-only log of everything that happened to the directory since it was generated. Delta rounds are slices of it.
 * App role assignments leave no trace here, as they leave none in any delta of the real service.
 */

/** Directory objects that have a delta query. */
export type ObjectKind = 'user' | 'group' | 'servicePrincipal';

/** What happened to one object. */
export type ChangeWhat =
  | { readonly type: 'created' | 'restored' | 'softDeleted' | 'purged' }
  | { readonly type: 'updated'; readonly properties: readonly string[] }
  | { readonly type: 'manager'; readonly previous: string | null }
  | { readonly type: 'member'; readonly memberId: string; readonly memberKind: ObjectKind; readonly added: boolean };

/** One entry of the log; `at` is in milliseconds on the tenant's clock. */
export interface Change {
  readonly seq: number;
  readonly at: number;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly what: ChangeWhat;
}

/** See the file's comment. */
export interface ChangeLog {
  /** Sequence number of the newest entry, 0 when nothing has happened. */
  readonly head: number;
  append(at: number, kind: ObjectKind, id: string, what: ChangeWhat): void;
  /** Entries with `from < seq <= to`, oldest first. */
  slice(from: number, to: number): readonly Change[];
  /** The newest sequence number that is not younger than `at`: what a replica that lags behind has seen. */
  seenAt(at: number): number;
}

/** An empty log. */
export function makeChangeLog(): ChangeLog {
  const entries: Change[] = [];
  return {
    get head() {
      return entries.length;
    },
    append(at, kind, id, what) {
      entries.push({ seq: entries.length + 1, at, kind, id, what });
    },
    slice: (from, to) => entries.slice(from, to),
    seenAt(at) {
      let seq = entries.length;
      while (seq > 0 && (entries[seq - 1]?.at ?? 0) > at) seq -= 1;
      return seq;
    },
  };
}
