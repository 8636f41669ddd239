/**
 * Faults on demand: which requests they hit and what goes wrong. Matched against method and `path?query` as received; a fault
 * with `inBatch` hits the items of a `$batch` instead (there only a status, headers and a body can be injected).
 */
import { z } from 'zod';

const actionSchema = z.strictObject({
  /** Answer with this status without doing anything. */
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  /** Reset the connection before any answer. */
  reset: z.boolean().optional(),
  /** Wait before working on the request. */
  delayMs: z.int().min(0).max(600_000).optional(),
  /** Never answer, or stop in the middle of the body. */
  stall: z.enum(['headers', 'body']).optional(),
  /** Send half of the body and cut the connection. */
  truncate: z.boolean().optional(),
  /** Send half of the body as if it were all. */
  truncateClean: z.boolean().optional(),
  /** A web page with status 200, as captive portals send. */
  html: z.boolean().optional(),
  /** The real answer under another content type; `null` leaves it out. */
  contentType: z.string().nullable().optional(),
  emptyValue: z.boolean().optional(),
  /** The first half of the list and no link to the rest. */
  halfValue: z.boolean().optional(),
  duplicateRows: z.boolean().optional(),
  reverseRows: z.boolean().optional(),
  /** The nextLink points at the request itself. */
  nextLinkLoop: z.boolean().optional(),
  /** Links point at this origin. */
  linkOrigin: z.string().optional(),
  dropLinks: z.boolean().optional(),
  bothLinks: z.boolean().optional(),
});

/** What goes wrong. */
export type FaultAction = z.infer<typeof actionSchema>;

const faultSchema = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      /** Start of the path, or a regular expression over `path?query`. */
      path: z.string().max(500).optional(),
      /** Only the n-th matching request. */
      nth: z.int().min(1).optional(),
      /** Every n-th matching request. */
      every: z.int().min(1).optional(),
      /** Only requests logged after this sequence number. */
      afterSeq: z.int().min(0).optional(),
      inBatch: z.boolean().optional(),
    })
    .default({}),
  /** How often; `null` for ever. */
  times: z.int().min(1).nullable().default(1),
  action: actionSchema,
});

/** The body of `POST /_emu/faults`: one fault or several. */
export const faultsSchema = z.union([z.array(faultSchema), faultSchema.transform((fault) => [fault])]);

/** A fault as posted. */
type Fault = z.infer<typeof faultSchema>;

/** The faults that are waiting to happen. */
export interface FaultBook {
  /** Throws a SyntaxError for a path that is not a regular expression. */
  add(faults: readonly Fault[]): void;
  /** The action for this request, and counts it. */
  take(request: { method: string; url: string; seq: number; inBatch: boolean }): FaultAction | undefined;
  list(): readonly { fault: Fault; hits: number; seen: number }[];
  clear(): void;
}

/** An empty book. */
export function makeFaultBook(): FaultBook {
  let entries: { fault: Fault; pattern: RegExp | undefined; seen: number; hits: number }[] = [];
  return {
    add(faults) {
      const made = faults.map((fault) => ({ fault, pattern: patternOf(fault), seen: 0, hits: 0 }));
      entries.push(...made);
    },
    take(request) {
      for (const entry of entries) {
        const { match, times, action } = entry.fault;
        if (times !== null && entry.hits >= times) continue;
        if ((match.inBatch ?? false) !== request.inBatch) continue;
        if (match.method !== undefined && match.method.toUpperCase() !== request.method) continue;
        if (match.afterSeq !== undefined && request.seq <= match.afterSeq) continue;
        if (
          match.path !== undefined &&
          !request.url.startsWith(match.path) &&
          entry.pattern?.test(request.url) !== true
        )
          continue;
        entry.seen += 1;
        if (match.nth !== undefined && entry.seen !== match.nth) continue;
        if (match.every !== undefined && entry.seen % match.every !== 0) continue;
        entry.hits += 1;
        return action;
      }
      return undefined;
    },
    list: () => entries.map(({ fault, hits, seen }) => ({ fault, hits, seen })),
    clear() {
      entries = [];
    },
  };
}

function patternOf(fault: Fault): RegExp | undefined {
  return fault.match.path === undefined ? undefined : new RegExp(fault.match.path);
}

/** The body of an answer after an action that spoils lists. */
export function spoilBody(action: FaultAction, body: unknown, requestUrl: string): unknown {
  if (typeof body !== 'object' || body === null || !('value' in body) || !Array.isArray(body.value)) return body;
  const rows: readonly unknown[] = body.value;
  const spoiled: Record<string, unknown> = { ...body };
  const next = '@odata.nextLink';
  if (action.emptyValue === true) spoiled['value'] = [];
  if (action.duplicateRows === true) spoiled['value'] = [...rows, ...rows];
  if (action.reverseRows === true) spoiled['value'] = rows.toReversed();
  if (action.halfValue === true) {
    spoiled['value'] = rows.slice(0, Math.ceil(rows.length / 2));
    delete spoiled[next];
  }
  if (action.nextLinkLoop === true) {
    delete spoiled['@odata.deltaLink'];
    spoiled[next] = requestUrl;
  }
  if (action.dropLinks === true) {
    delete spoiled[next];
    delete spoiled['@odata.deltaLink'];
  }
  if (action.bothLinks === true) {
    const link = spoiled[next] ?? spoiled['@odata.deltaLink'] ?? requestUrl;
    spoiled[next] = link;
    spoiled['@odata.deltaLink'] = link;
  }
  if (action.linkOrigin !== undefined) {
    for (const name of [next, '@odata.deltaLink']) {
      const link = spoiled[name];
      if (typeof link === 'string') spoiled[name] = link.replace(/^https?:\/\/[^/]+/, action.linkOrigin);
    }
  }
  return spoiled;
}
