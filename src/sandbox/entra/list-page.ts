/**
 * Pages of plain lists: `$filter`, `$orderby=displayName`, `$count`, `$top` and the page token that continues them. Page
 * tokens live minutes, not days; the query options stay in the nextLink.
 */
import { badRequest, GraphFault } from './graph-fault.ts';
import type { QueryOptions } from './odata.ts';
import type { GraphRequest } from './request.ts';
import type { TenantState } from './tenant-state.ts';

/** Rows to page over: `position` is a cursor that survives changes, `open` starts the enumeration at one. */
export interface ListSource<T> {
  readonly open: (start: number) => Iterable<T>;
  readonly position: (row: T) => number;
  /** Total for `$count`; counted over everything when left out. */
  readonly sortKey?: (row: T) => string;
}

/** What a list page is made of. */
interface ListQuery<T> {
  readonly options: QueryOptions;
  readonly size: number;
  readonly keep: (row: T) => boolean;
  readonly count: boolean;
  readonly orderBy: 'asc' | 'desc' | undefined;
}

/** A page of rows and the annotations around it, without `@odata.context`. */
interface ListPage<T> {
  readonly rows: readonly T[];
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** Reads `$orderby`; only `displayName` (and `deletedDateTime` in the recycle bin) can be ordered by. */
export function orderOf(options: QueryOptions, property: string): 'asc' | 'desc' | undefined {
  const text = options.get('$orderby');
  if (text === undefined) return undefined;
  const match = /^\s*([A-Za-z]+)(?:\s+(asc|desc))?\s*$/i.exec(text);
  if (match?.[1]?.toLowerCase() !== property.toLowerCase())
    throw badRequest(`Unsupported $orderby: '${text.slice(0, 60)}'.`);
  return match[2]?.toLowerCase() === 'desc' ? 'desc' : 'asc';
}

/** Cuts the page a request asks for out of a source. */
export function pageOf<T>(
  state: TenantState,
  request: GraphRequest,
  source: ListSource<T>,
  query: ListQuery<T>,
): ListPage<T> {
  const of =
    `${request.path} ${query.options.get('$filter') ?? ''} ${query.options.get('$orderby') ?? ''}`.toLowerCase();
  const start = cursorOf(state, query.options, of);
  const ordered = query.orderBy === undefined ? undefined : sorted(source, query);
  const open = (from: number): Iterable<T> => (ordered === undefined ? source.open(from) : ordered.slice(from));
  const rows: T[] = [];
  let next: number | undefined;
  let index = start;
  for (const row of open(start)) {
    if (ordered === undefined && !query.keep(row)) continue;
    if (rows.length === query.size) {
      next = ordered === undefined ? source.position(row) : index;
      break;
    }
    rows.push(row);
    index += 1;
  }
  const annotations: Record<string, unknown> = {};
  if (query.count && !query.options.has('$skiptoken')) annotations['@odata.count'] = countOf(source, query);
  if (next !== undefined) annotations['@odata.nextLink'] = nextLink(state, request, of, next);
  return { rows, annotations };
}

/** How many rows of a source the query keeps. */
export function countOf<T>(source: ListSource<T>, query: Pick<ListQuery<T>, 'keep'>): number {
  let count = 0;
  for (const row of source.open(0)) if (query.keep(row)) count += 1;
  return count;
}

function sorted<T>(source: ListSource<T>, query: ListQuery<T>): T[] {
  const key = source.sortKey;
  if (key === undefined) throw badRequest('This resource cannot be ordered.');
  const rows = [...source.open(0)].filter(query.keep);
  const sign = query.orderBy === 'desc' ? -1 : 1;
  return rows.sort((left, right) => (key(left) < key(right) ? -sign : key(left) > key(right) ? sign : 0));
}

function cursorOf(state: TenantState, options: QueryOptions, of: string): number {
  const token = options.get('$skiptoken');
  if (token === undefined) return 0;
  const cursor = state.sealer.open(token);
  if (cursor === undefined || cursor.kind !== 'list' || cursor.of !== of) {
    throw badRequest('The specified page token value is invalid.');
  }
  if (state.clock.now().getTime() - cursor.issuedAt > state.settings.pageTokenSeconds * 1000) {
    throw new GraphFault(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    );
  }
  return cursor.position;
}

function nextLink(state: TenantState, request: GraphRequest, of: string, position: number): string {
  const kept = request.search.split('&').filter((part) => part !== '' && !/^(?:\$|%24)skiptoken=/i.test(part));
  const token = state.sealer.seal({ kind: 'list', of, position, issuedAt: state.clock.now().getTime() });
  return `${request.origin}/v1.0${request.path}?${[...kept, `$skiptoken=${token}`].join('&')}`;
}
