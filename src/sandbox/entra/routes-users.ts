/** Reading people: `/users`, `/users/{id or userPrincipalName}`, `/users/{id}/manager` and `$expand=manager`. */
import { demand } from './access.ts';
import { badRequest, notFound } from './graph-fault.ts';
import { type ListSource, orderOf, pageOf } from './list-page.ts';
import type { PropertyBag, UserRecord } from './objects.ts';
import { textOf } from './objects.ts';
import {
  type ExpandItem,
  pageSizeOf,
  parseExpand,
  parseQuery,
  type QueryOptions,
  requireEventual,
  selectedProperties,
  wantsCount,
} from './odata.ts';
import { type FilterNode, isAdvanced, matches, onlyValuesOf, parseFilter } from './odata-filter.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import {
  defaultProperties,
  findProperty,
  type PropertyDefinition,
  plainEntity,
  SCHEMAS,
  storedValue,
} from './schema.ts';
import type { TenantState } from './tenant-state.ts';

const LIST_OPTIONS = ['$select', '$top', '$filter', '$count', '$expand', '$orderby', '$skiptoken'];
const MAX_LEVELS = 1000;

/** Routes of this file. */
export const userRoutes: readonly Route[] = [
  { method: 'GET', path: 'users', handle: listUsers },
  { method: 'GET', path: 'users/*', handle: (state, request, [key = '']) => getUser(state, request, key) },
  { method: 'GET', path: 'users/*/manager', handle: (state, request, [key = '']) => getManager(state, request, key) },
];

/** A live user or Graph's 404. */
export function findUser(state: TenantState, key: string): UserRecord {
  const user = state.directory.user(key);
  if (user === undefined) throw notFound(key);
  return user;
}

function selectionOf(state: TenantState, options: QueryOptions): readonly PropertyDefinition[] | undefined {
  return selectedProperties(options, SCHEMAS.user, state.directory.extensions);
}

/** `#users(id,displayName)`: the fragment of the context that names what was selected. */
export function contextOf(collection: string, selected: readonly PropertyDefinition[] | undefined): string {
  return selected === undefined ? collection : `${collection}(${selected.map((property) => property.name).join(',')})`;
}

function listUsers(state: TenantState, request: GraphRequest): GraphReply {
  demand(request, 'users');
  const options = parseQuery(request.search, LIST_OPTIONS);
  const selected = selectionOf(state, options);
  const expand = expandOf(options, request);
  const orderBy = orderOf(options, 'displayName');
  const filter = filterOf(state, options);
  const count = wantsCount(options);
  if (count || (filter !== undefined && (isAdvanced(filter) || orderBy !== undefined)))
    requireEventual(request.headers, options, true);
  const source = sourceOf(state, filter);
  const page = pageOf(state, request, source, {
    options,
    size: pageSizeOf(options, 100, 999),
    keep: (user) =>
      user.deletedDateTime === null && (filter === undefined || matches(filter, (name) => storedValue(user, name))),
    count,
    orderBy,
  });
  const properties = selected ?? defaultProperties(SCHEMAS.user);
  const rows = page.rows.map((user) => withManager(state, user, plainEntity(user, properties), expand));
  const context = `${request.origin}/v1.0/$metadata#${contextOf('users', selected)}`;
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value: rows } };
}

function filterOf(state: TenantState, options: QueryOptions): FilterNode | undefined {
  const text = options.get('$filter');
  if (text === undefined) return undefined;
  return parseFilter(text, (name) => findProperty(SCHEMAS.user, name, state.directory.extensions)?.name);
}

/** Filters on nothing but ids or userPrincipalNames are answered from the index. */
function sourceOf(state: TenantState, filter: FilterNode | undefined): ListSource<UserRecord> {
  const { directory } = state;
  const position = (user: UserRecord): number => user.ordinal;
  const sortKey = (user: UserRecord): string => textOf(user, 'displayName').toLowerCase();
  const keys =
    filter === undefined ? undefined : (onlyValuesOf(filter, 'id') ?? onlyValuesOf(filter, 'userPrincipalName'));
  if (keys === undefined) return { open: (start) => directory.users.from(start), position, sortKey };
  const found = new Set(keys.map((key) => directory.user(String(key))).filter((user) => user !== undefined));
  const rows = [...found].sort((left, right) => left.ordinal - right.ordinal);
  return { open: (start) => rows.filter((user) => user.ordinal >= start), position, sortKey };
}

/** The `$expand` of a request: only `manager`, and `$levels` only as an advanced query. */
function expandOf(options: QueryOptions, request: GraphRequest): ExpandItem | undefined {
  const text = options.get('$expand');
  if (text === undefined) return undefined;
  const item = parseExpand(text);
  if (item.relation !== 'manager') {
    throw badRequest(
      `Parsing OData Select and Expand failed: '${item.relation}' cannot be expanded on type 'microsoft.graph.user'.`,
    );
  }
  if (item.options.has('$levels')) requireEventual(request.headers, options, true);
  return item;
}

function levelsOf(item: ExpandItem): number {
  const text = item.options.get('$levels');
  if (text === undefined) return 1;
  if (text === 'max') return MAX_LEVELS;
  const levels = /^\d+$/.test(text) ? Number(text) : 0;
  if (levels < 1 || levels > MAX_LEVELS) throw badRequest(`Invalid value '${text.slice(0, 20)}' for $levels.`);
  return levels;
}

function withManager(
  state: TenantState,
  user: UserRecord,
  entity: PropertyBag,
  item: ExpandItem | undefined,
): PropertyBag {
  if (item === undefined) return entity;
  const properties = selectionOf(state, item.options) ?? defaultProperties(SCHEMAS.user);
  const attach = (of: UserRecord, bag: PropertyBag, levels: number): PropertyBag => {
    const manager = levels > 0 ? state.directory.managerOf(of) : undefined;
    if (manager === undefined) return bag;
    const shown = { '@odata.type': '#microsoft.graph.user', ...plainEntity(manager, properties) };
    return { ...bag, manager: attach(manager, shown, levels - 1) };
  };
  return attach(user, entity, levelsOf(item));
}

function getUser(state: TenantState, request: GraphRequest, key: string): GraphReply {
  demand(request, 'users');
  const options = parseQuery(request.search, ['$select', '$expand', '$count']);
  if (wantsCount(options)) requireEventual(request.headers, options, true);
  const selected = selectionOf(state, options);
  const expand = expandOf(options, request);
  const user = findUser(state, key);
  const context = `${request.origin}/v1.0/$metadata#${contextOf('users', selected)}/$entity`;
  const entity = plainEntity(user, selected ?? defaultProperties(SCHEMAS.user));
  return { status: 200, body: { '@odata.context': context, ...withManager(state, user, entity, expand) } };
}

function getManager(state: TenantState, request: GraphRequest, key: string): GraphReply {
  demand(request, 'users');
  const selected = selectionOf(state, parseQuery(request.search, ['$select']));
  const manager = state.directory.managerOf(findUser(state, key));
  if (manager === undefined) throw notFound('manager');
  const context = `${request.origin}/v1.0/$metadata#${contextOf('directoryObjects', selected)}/$entity`;
  const entity = plainEntity(manager, selected ?? defaultProperties(SCHEMAS.user));
  return { status: 200, body: { '@odata.context': context, '@odata.type': '#microsoft.graph.user', ...entity } };
}
