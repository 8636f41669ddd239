/**
 * Reading groups and their members, direct and transitive. Members of a type the caller may not read come as `@odata.type`,
 * `id` and nulls ("limited information for inaccessible member objects"); casts and `$count` are advanced queries.
 */
import { demand, may } from './access.ts';
import { notFound } from './graph-fault.ts';
import { countOf, type ListSource, orderOf, pageOf } from './list-page.ts';
import { type AnyRecord, type GroupRecord, type PropertyBag, textOf } from './objects.ts';
import {
  pageSizeOf,
  parseQuery,
  type QueryOptions,
  requireEventual,
  selectedProperties,
  selectNames,
  wantsCount,
} from './odata.ts';
import { isAdvanced, matches, parseFilter } from './odata-filter.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { contextOf } from './routes-users.ts';
import {
  defaultProperties,
  findProperty,
  type PropertyDefinition,
  plainEntity,
  SCHEMAS,
  selectProperty,
  storedValue,
} from './schema.ts';
import type { TenantState } from './tenant-state.ts';

type Cast = 'user' | 'group' | 'servicePrincipal';
type Reach = 'members' | 'transitiveMembers';

const CASTS: readonly Cast[] = ['user', 'group', 'servicePrincipal'];

/** Routes of this file. */
export const groupRoutes: readonly Route[] = [
  { method: 'GET', path: 'groups', handle: listGroups },
  { method: 'GET', path: 'groups/*', handle: (state, request, [id = '']) => getGroup(state, request, id) },
  ...(['members', 'transitiveMembers'] as const).flatMap((reach) => memberRoutes(reach)),
];

function memberRoutes(reach: Reach): Route[] {
  const at = `groups/*/${reach}`;
  return [
    {
      method: 'GET',
      path: at,
      handle: (state, request, [id = '']) => listMembers(state, request, id, reach, undefined),
    },
    {
      method: 'GET',
      path: `${at}/$count`,
      handle: (state, request, [id = '']) => countMembers(state, request, id, reach, undefined),
    },
    ...CASTS.flatMap((cast): Route[] => [
      {
        method: 'GET',
        path: `${at}/microsoft.graph.${cast}`,
        handle: (state, request, [id = '']) => listMembers(state, request, id, reach, cast),
      },
      {
        method: 'GET',
        path: `${at}/microsoft.graph.${cast}/$count`,
        handle: (state, request, [id = '']) => countMembers(state, request, id, reach, cast),
      },
    ]),
  ];
}

/** A live group or Graph's 404. */
export function findGroup(state: TenantState, id: string): GroupRecord {
  const group = state.directory.groups.live.get(id.toLowerCase());
  if (group === undefined) throw notFound(id);
  return group;
}

function listGroups(state: TenantState, request: GraphRequest): GraphReply {
  demand(request, 'groups');
  const options = parseQuery(request.search, ['$select', '$top', '$filter', '$count', '$orderby', '$skiptoken']);
  const selected = selectedProperties(options, SCHEMAS.group, []);
  const text = options.get('$filter');
  const filter =
    text === undefined ? undefined : parseFilter(text, (name) => findProperty(SCHEMAS.group, name, [])?.name);
  const count = wantsCount(options);
  const orderBy = orderOf(options, 'displayName');
  if (count || (filter !== undefined && (isAdvanced(filter) || orderBy !== undefined)))
    requireEventual(request.headers, options, true);
  const source: ListSource<GroupRecord> = {
    open: (start) => state.directory.groups.from(start),
    position: (group) => group.ordinal,
    sortKey: (group) => textOf(group, 'displayName').toLowerCase(),
  };
  const keep = (group: GroupRecord): boolean =>
    group.deletedDateTime === null && (filter === undefined || matches(filter, (name) => storedValue(group, name)));
  const page = pageOf(state, request, source, { options, size: pageSizeOf(options, 100, 999), keep, count, orderBy });
  const rows = page.rows.map((group) => plainEntity(group, selected ?? defaultProperties(SCHEMAS.group)));
  const context = `${request.origin}/v1.0/$metadata#${contextOf('groups', selected)}`;
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value: rows } };
}

function getGroup(state: TenantState, request: GraphRequest, id: string): GraphReply {
  demand(request, 'groups');
  const selected = selectedProperties(parseQuery(request.search, ['$select']), SCHEMAS.group, []);
  const entity = plainEntity(findGroup(state, id), selected ?? defaultProperties(SCHEMAS.group));
  const context = `${request.origin}/v1.0/$metadata#${contextOf('groups', selected)}/$entity`;
  return { status: 200, body: { '@odata.context': context, ...entity } };
}

interface MemberRow {
  readonly record: AnyRecord;
  readonly position: number;
}

/** Members as rows with a cursor: the order of joining for direct members, the order of discovery for transitive ones. */
function* membersFrom(state: TenantState, group: GroupRecord, reach: Reach, start: number): Generator<MemberRow> {
  const { directory } = state;
  if (reach === 'members') {
    for (const [id, member] of group.members) {
      const record = member.order >= start ? directory.object(id) : undefined;
      if (record !== undefined) yield { record, position: member.order };
    }
    return;
  }
  const seen = new Set([group.id]);
  const queue = [group];
  let position = 0;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const id of next.members.keys()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const record = directory.object(id);
      if (record === undefined) continue;
      if (record.kind === 'group') queue.push(record);
      if (position >= start) yield { record, position };
      position += 1;
    }
  }
}

function sourceOf(state: TenantState, group: GroupRecord, reach: Reach): ListSource<MemberRow> {
  return {
    open: (start) => membersFrom(state, group, reach, start),
    position: (row) => row.position,
    sortKey: (row) => textOf(row.record, 'displayName').toLowerCase(),
  };
}

function countMembers(
  state: TenantState,
  request: GraphRequest,
  id: string,
  reach: Reach,
  cast: Cast | undefined,
): GraphReply {
  demand(request, 'groups');
  const options = parseQuery(request.search, []);
  requireEventual(request.headers, options, false);
  const keep = (row: MemberRow): boolean => cast === undefined || row.record.kind === cast;
  return { status: 200, body: countOf(sourceOf(state, findGroup(state, id), reach), { keep }) };
}

function listMembers(
  state: TenantState,
  request: GraphRequest,
  id: string,
  reach: Reach,
  cast: Cast | undefined,
): GraphReply {
  demand(request, 'groups');
  const options = parseQuery(request.search, ['$select', '$top', '$count', '$orderby', '$skiptoken']);
  const count = wantsCount(options);
  const orderBy = orderOf(options, 'displayName');
  if (cast !== undefined || count) requireEventual(request.headers, options, false);
  const group = findGroup(state, id);
  const shape = shapeOf(state, options, cast);
  const page = pageOf(state, request, sourceOf(state, group, reach), {
    options,
    size: pageSizeOf(options, 100, 999),
    keep: (row) => cast === undefined || row.record.kind === cast,
    count,
    orderBy,
  });
  const rows = page.rows.map(({ record }) => memberEntity(request, record, shape, cast));
  const collection = cast === undefined ? 'directoryObjects' : SCHEMAS[cast].collection;
  const fragment = shape.names === undefined ? collection : `${collection}(${shape.names.join(',')})`;
  const context = `${request.origin}/v1.0/$metadata#${fragment}`;
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value: rows } };
}

interface MemberShape {
  readonly names: readonly string[] | undefined;
  readonly propertiesOf: (record: AnyRecord) => readonly PropertyDefinition[];
}

/** Which properties a member row shows: each kind has its own defaults, and shows of a `$select` what it has. */
function shapeOf(state: TenantState, options: QueryOptions, cast: Cast | undefined): MemberShape {
  const { extensions } = state.directory;
  const names = selectNames(options);
  if (names === undefined) return { names, propertiesOf: (record) => defaultProperties(SCHEMAS[record.kind]) };
  const kinds = cast === undefined ? CASTS : [cast];
  for (const name of names) {
    if (!kinds.some((kind) => findProperty(SCHEMAS[kind], name, extensions) !== undefined)) {
      selectProperty(SCHEMAS[cast ?? 'user'], name, extensions);
    }
  }
  const byKind = new Map(
    kinds.map((kind) => [kind, names.flatMap((name) => findProperty(SCHEMAS[kind], name, extensions) ?? [])] as const),
  );
  return { names, propertiesOf: (record) => byKind.get(record.kind) ?? [] };
}

function memberEntity(
  request: GraphRequest,
  record: AnyRecord,
  shape: MemberShape,
  cast: Cast | undefined,
): PropertyBag {
  const properties = shape.propertiesOf(record);
  const need = record.kind === 'user' ? 'users' : record.kind === 'group' ? 'groups' : 'applications';
  const entity = may(request, need)
    ? plainEntity(record, properties)
    : Object.fromEntries(properties.map((property) => [property.name, property.name === 'id' ? record.id : null]));
  return cast === undefined ? { '@odata.type': `#microsoft.graph.${record.kind}`, ...entity } : entity;
}
