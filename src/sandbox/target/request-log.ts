// What a target was asked, for assertions and for people. Bounded: the oldest entries go, counters stay. Request headers
// are not kept at all, so no Authorization header can leak from here.

/** One request. */
export interface RequestLogEntry {
  /** Counts from 1. */
  readonly seq: number;
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  /** Query as sent, without "?"; empty if there was none. */
  readonly query: string;
  /** Status answered; 0 while unanswered and for good when the connection was cut. */
  readonly status: number;
  /** Milliseconds since 1970 by the target's clock. */
  readonly at: number;
  readonly bodyBytes: number;
  /** The parsed JSON body; only the newest entries keep theirs. */
  readonly body?: unknown;
  /** True if the target carried the request out, whatever was answered afterwards. */
  readonly performed: boolean;
}

/** Counters over everything since the last clear. */
export interface RequestTotals {
  readonly requests: number;
  readonly byMethod: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** The log. */
export interface RequestLog {
  /** Entries that are still kept, oldest first. */
  all(): readonly RequestLogEntry[];
  totals(): RequestTotals;
  clear(): void;
}

/** What the server reports about a request. */
export interface OpenRequest {
  finish(status: number, performed: boolean): void;
}

/** The log with its writing side. */
export interface RequestRecorder extends RequestLog {
  open(
    request: Pick<RequestLogEntry, 'method' | 'path' | 'query' | 'at' | 'bodyBytes'> & { body: unknown },
  ): OpenRequest;
}

type MutableEntry = { -readonly [Name in keyof RequestLogEntry]: RequestLogEntry[Name] };

const KEPT_ENTRIES = 100_000;
const KEPT_BODIES = 5_000;

/** Makes an empty log; the bounds can be lowered for tests. */
export function createRequestLog(keptEntries = KEPT_ENTRIES, keptBodies = KEPT_BODIES): RequestRecorder {
  let ring: MutableEntry[] = [];
  let count = 0;
  const byMethod = new Map<string, number>();
  const byStatus = new Map<string, number>();
  const bump = (counters: Map<string, number>, key: string): void => {
    counters.set(key, (counters.get(key) ?? 0) + 1);
  };

  return {
    all() {
      const start = count > keptEntries ? count % keptEntries : 0;
      return [...ring.slice(start), ...ring.slice(0, start)].map((entry) => ({ ...entry }));
    },
    totals: () => ({ requests: count, byMethod: Object.fromEntries(byMethod), byStatus: Object.fromEntries(byStatus) }),
    clear() {
      ring = [];
      count = 0;
      byMethod.clear();
      byStatus.clear();
    },
    open({ body, ...request }) {
      const entry: MutableEntry = { seq: count + 1, ...request, status: 0, performed: false };
      if (body !== undefined) entry.body = body;
      ring[count % keptEntries] = entry;
      const stale = ring[(((count - keptBodies) % keptEntries) + keptEntries) % keptEntries];
      if (stale && stale !== entry) delete stale.body;
      count += 1;
      bump(byMethod, request.method);
      return {
        finish(status, performed) {
          entry.status = status;
          entry.performed = performed;
          bump(byStatus, String(status));
        },
      };
    },
  };
}
