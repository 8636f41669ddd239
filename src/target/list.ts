// Reading a whole list (RFC 7644 section 3.4.2.4) from servers that lie about it: one says that totalResults is the page
// size, another repeats the first page for ever, others cap pages silently. So the next page begins after what was received,
// and the end is believed only when more than one sign says so. Cursors (RFC 9865) are followed when a server offers them; where
// the profile says that there is nothing else, a short or empty page is no end, and only an answer without a cursor is.
import type { ListPage } from '../engine/ports.ts';
import { JobFault } from '../model/errors.ts';
import type { TargetProfile } from '../model/profile.ts';
import { resourceId, type ScimKind, type ScimResource } from '../scim/resource.ts';
import { listOf } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatible, listFailed } from './faults.ts';
import { isSuccess } from './success.ts';
import type { ScimRequest } from './transport.ts';

export interface ListOptions {
  readonly exchange: Exchange;
  readonly paging: TargetProfile['paging'];
  readonly pageSize: number;
  readonly maxPages: number;
}

interface Page {
  readonly resources: readonly ScimResource[];
  readonly totalResults: number | undefined;
  readonly itemsPerPage: number | undefined;
  readonly nextCursor: string | undefined;
}

/**
 * All pages of a kind. Throws JobFault when the list cannot be read to its end: an incomplete list must not pass for a
 * complete one. Resources without a usable id are left out; an id may be answered again by a server without stable order.
 */
export async function* listResources(
  kind: ScimKind,
  options: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<ListPage, void, undefined> {
  if (options.paging === 'none') return yield* onePage(kind, options, signal);
  if (options.paging === 'cursor') return yield* byCursor(kind, options, signal);
  let query: Record<string, string> = { startIndex: '1', count: String(options.pageSize) };
  let received = 0;
  let firstIds: ReadonlySet<string> = new Set();
  let lastIds: ReadonlySet<string> = new Set();
  for (let number = 1; number <= options.maxPages; number += 1) {
    const page = await readPage({ method: 'GET', path: `/${kind}s`, query }, options.exchange, signal);
    const usable = page.resources.filter((resource) => resourceId(resource) !== undefined);
    const fresh = usable.filter((resource) => {
      const id = resourceId(resource) ?? '';
      return !firstIds.has(id) && !lastIds.has(id);
    });
    received += page.resources.length;
    if (page.resources.length > 0 && usable.length === 0) throw withoutIds(kind);
    if (fresh.length > 0) yield { resources: fresh, totalResults: page.totalResults ?? received };
    if (fresh.length === 0) return;
    if (page.nextCursor !== undefined) {
      query = { cursor: page.nextCursor, count: String(options.pageSize) };
    } else if (isLast(page, received, options.pageSize) || 'cursor' in query) {
      return;
    } else {
      query = { startIndex: String(received + 1), count: String(options.pageSize) };
    }
    lastIds = new Set(usable.map((resource) => resourceId(resource) ?? ''));
    if (number === 1) firstIds = lastIds;
  }
  throw endless(kind, options);
}

// The first request names the cursor without a value. A cursor that comes again would go round for ever.
async function* byCursor(
  kind: ScimKind,
  options: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<ListPage, void, undefined> {
  const followed = new Set<string>();
  let cursor = '';
  let received = 0;
  for (let number = 1; number <= options.maxPages; number += 1) {
    const query = { cursor, count: String(options.pageSize) };
    const page = await readPage({ method: 'GET', path: `/${kind}s`, query }, options.exchange, signal);
    const usable = page.resources.filter((resource) => resourceId(resource) !== undefined);
    if (page.resources.length > 0 && usable.length === 0) throw withoutIds(kind);
    received += page.resources.length;
    if (usable.length > 0) yield { resources: usable, totalResults: page.totalResults ?? received };
    if (page.nextCursor === undefined) {
      // Only within one answer does a total say for sure that something is missing: people come and go between pages.
      if (number === 1) mustBeWhole(kind, page, 'gives no cursor for the others. Set paging in the profile to index.');
      return;
    }
    if (followed.has(page.nextCursor)) {
      const message = `The list of ${kind}s cannot be read to its end: the target answered the same cursor twice.`;
      throw new JobFault('TargetIncompatible', message);
    }
    followed.add(page.nextCursor);
    cursor = page.nextCursor;
  }
  throw endless(kind, options);
}

async function* onePage(
  kind: ScimKind,
  { exchange }: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<ListPage, void, undefined> {
  const page = await readPage({ method: 'GET', path: `/${kind}s` }, exchange, signal);
  const usable = page.resources.filter((resource) => resourceId(resource) !== undefined);
  if (page.resources.length > 0 && usable.length === 0) throw withoutIds(kind);
  mustBeWhole(kind, page, 'paging in the profile is none. Set it to index or cursor.');
  if (usable.length > 0) yield { resources: usable, totalResults: page.totalResults ?? page.resources.length };
}

// A part must not pass for the whole.
function mustBeWhole(kind: ScimKind, { resources, totalResults, nextCursor }: Page, why: string): void {
  const total = totalResults ?? 0;
  if (total <= resources.length && nextCursor === undefined) return;
  const of = total > resources.length ? ` of ${total}` : '';
  throw new JobFault(
    'TargetIncompatible',
    `The list of ${kind}s is not whole: the target answered ${resources.length}${of}, and ${why}`,
  );
}

function endless(kind: ScimKind, options: ListOptions): JobFault {
  return new JobFault(
    'TargetIncompatible',
    `The list of ${kind}s has not ended after ${options.maxPages} pages. Raise maxPages in the profile if the target is that large.`,
  );
}

function withoutIds(kind: ScimKind): JobFault {
  return new JobFault(
    'TargetIncompatible',
    `The list of ${kind}s holds resources without an id (RFC 7643 section 3.1).`,
  );
}

// A total that equals a full page may be the page size in disguise; one more request tells.
function isLast(page: Page, received: number, pageSize: number): boolean {
  if (page.totalResults === undefined || received < page.totalResults) return false;
  const pageLimit = Math.min(pageSize, page.itemsPerPage ?? pageSize);
  const isFull = page.resources.length >= pageLimit;
  return !isFull || page.totalResults !== page.resources.length;
}

async function readPage(request: ScimRequest, exchange: Exchange, signal: AbortSignal): Promise<Page> {
  const exchanged = await exchange.send(request, signal);
  if (!exchanged.ok) throw listFailed(exchanged.fault);
  const { answer } = exchanged;
  if (answer.status === 404) throw incompatible(exchange.root, request, answer, exchange.redact);
  if (!isSuccess(answer)) throw listFailed(faultOfAnswer(answer, request, exchange.redact));
  const list = answer.status === 204 ? { resources: [], fields: {} } : listOf(answer.json);
  if (list === undefined) throw incompatible(exchange.root, request, answer, exchange.redact);
  const { totalResults, itemsPerPage, nextCursor } = list.fields;
  return {
    resources: list.resources,
    totalResults: count(totalResults),
    itemsPerPage: count(itemsPerPage),
    nextCursor: typeof nextCursor === 'string' && nextCursor !== '' ? nextCursor : undefined,
  };
}

function count(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number.parseInt(value, 10) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
