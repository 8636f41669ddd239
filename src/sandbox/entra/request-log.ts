/**
 * What the tenant was asked: a bounded ring of requests and counters over all of them. Tokens and bodies are never kept; a
 * token shows as the first digits of its hash, so that a test can count tokens.
 */
import { createHash } from 'node:crypto';

/** One request. `query` is as sent; page tokens in it are shortened. */
interface LoggedRequest {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly durationMs: number;
  readonly tokenHash?: string;
  readonly clientRequestId?: string;
  /** Method and address of the items of a `$batch`. */
  readonly items?: readonly string[];
  /** Text of the fault that was injected. */
  readonly fault?: string;
}

/** See the file's comment. */
export interface RequestLog {
  /** The number the next request gets. */
  nextSeq(): number;
  add(entry: LoggedRequest): void;
  list(): readonly LoggedRequest[];
  counters(): Readonly<Record<string, number>>;
  clear(): void;
}

const CAPACITY = 20_000;
const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** An empty log. */
export function makeRequestLog(): RequestLog {
  let ring: LoggedRequest[] = [];
  let totals = new Map<string, number>();
  let seq = 0;
  return {
    nextSeq() {
      seq += 1;
      return seq;
    },
    add(entry) {
      ring.push(entry);
      if (ring.length >= CAPACITY * 2) ring = ring.slice(-CAPACITY);
      const kind = `${entry.method} ${entry.path.replace(GUID, '{id}').replace(/[^/]*@[^/]*/g, '{upn}')}`;
      totals.set(kind, (totals.get(kind) ?? 0) + 1);
    },
    list: () => ring.slice(-CAPACITY),
    counters: () => Object.fromEntries([...totals].sort(([left], [right]) => (left < right ? -1 : 1))),
    clear() {
      ring = [];
      totals = new Map();
    },
  };
}

/** First digits of a token's hash; `undefined` without a token. */
export function tokenHash(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  return createHash('sha256').update(authorization).digest('hex').slice(0, 12);
}

/** A query with its page tokens shortened to a recognisable start. */
export function shortQuery(search: string): string {
  return search.replace(/((?:skip|delta)token=[^&]{24})[^&]*/gi, '$1…');
}
