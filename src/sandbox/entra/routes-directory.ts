/** The recycle bin, objects by many ids at once, and the directory extensions that exist. */
import { z } from 'zod';
import { demand, may, type Need } from './access.ts';
import { badRequest, denied, directoryRefusal, notFound } from './graph-fault.ts';
import { type ListSource, orderOf, pageOf } from './list-page.ts';
import type { AnyRecord, GroupRecord, UserRecord } from './objects.ts';
import { pageSizeOf, parseQuery, requireEventual, selectedProperties, wantsCount } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { contextOf } from './routes-users.ts';
import { defaultProperties, plainEntity, SCHEMAS } from './schema.ts';
import type { TenantState } from './tenant-state.ts';

const MAX_IDS = 1000;

/** Routes of this file. */
export const directoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'directory/deletedItems',
    handle: () => {
      throw directoryRefusal(
        'The type of the deleted items is missing: use /directory/deletedItems/microsoft.graph.user or another type.',
      );
    },
  },
  {
    method: 'GET',
    path: 'directory/deletedItems/microsoft.graph.user',
    handle: (state, request) => listDeleted(state, request, 'user'),
  },
  {
    method: 'GET',
    path: 'directory/deletedItems/microsoft.graph.group',
    handle: (state, request) => listDeleted(state, request, 'group'),
  },
  {
    method: 'GET',
    path: 'directory/deletedItems/*',
    handle: (state, request, [id = '']) => getDeleted(state, request, id),
  },
  {
    method: 'POST',
    path: 'directory/deletedItems/*/restore',
    handle: (state, request, [id = '']) => {
      parseQuery(request.search, []);
      const record = findDeleted(state, id);
      state.directory.restore(record);
      return { status: 200, body: entityReply(request, record) };
    },
  },
  {
    method: 'DELETE',
    path: 'directory/deletedItems/*',
    handle: (state, request, [id = '']) => {
      parseQuery(request.search, []);
      state.directory.purge(findDeleted(state, id));
      return { status: 204 };
    },
  },
  { method: 'POST', path: 'directoryObjects/getByIds', handle: getByIds },
  { method: 'POST', path: 'directoryObjects/getAvailableExtensionProperties', handle: extensionProperties },
];

function needOf(record: AnyRecord): Need {
  if (record.kind === 'user') return 'users';
  if (record.kind === 'servicePrincipal') return 'applications';
  return record.deletedDateTime === null ? 'groups' : 'deletedGroups';
}

function findDeleted(state: TenantState, id: string): UserRecord | GroupRecord {
  const record = state.directory.deletedObject(id);
  if (record === undefined) throw notFound(id);
  return record;
}

function entityReply(request: GraphRequest, record: AnyRecord): Record<string, unknown> {
  return {
    '@odata.context': `${request.origin}/v1.0/$metadata#directoryObjects/$entity`,
    '@odata.type': `#microsoft.graph.${record.kind}`,
    ...plainEntity(record, defaultProperties(SCHEMAS[record.kind])),
    deletedDateTime: record.deletedDateTime,
  };
}

function getDeleted(state: TenantState, request: GraphRequest, id: string): GraphReply {
  parseQuery(request.search, []);
  const record = findDeleted(state, id);
  demand(request, needOf(record));
  return { status: 200, body: entityReply(request, record) };
}

function listDeleted(state: TenantState, request: GraphRequest, kind: 'user' | 'group'): GraphReply {
  demand(request, kind === 'user' ? 'users' : 'deletedGroups');
  const schema = SCHEMAS[kind];
  const options = parseQuery(request.search, ['$select', '$top', '$count', '$orderby', '$skiptoken']);
  const selected = selectedProperties(options, schema, state.directory.extensions);
  const count = wantsCount(options);
  const orderBy = orderOf(options, 'deletedDateTime');
  if (count || orderBy !== undefined) requireEventual(request.headers, options, true);
  const bin: readonly AnyRecord[] = [...state.directory[kind === 'user' ? 'users' : 'groups'].deleted.values()].sort(
    (left, right) => left.ordinal - right.ordinal,
  );
  const source: ListSource<AnyRecord> = {
    open: (start) => bin.filter((record) => record.ordinal >= start),
    position: (record) => record.ordinal,
    sortKey: (record) => record.deletedDateTime ?? '',
  };
  const page = pageOf(state, request, source, {
    options,
    size: pageSizeOf(options, 100, 999),
    keep: () => true,
    count,
    orderBy,
  });
  const rows = page.rows.map((record) => plainEntity(record, selected ?? defaultProperties(schema)));
  const context = `${request.origin}/v1.0/$metadata#${contextOf(schema.collection, selected)}`;
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value: rows } };
}

const idsBody = z.object({ ids: z.array(z.string()).min(1).max(MAX_IDS), types: z.array(z.string()).optional() });

function getByIds(state: TenantState, request: GraphRequest): GraphReply {
  parseQuery(request.search, []);
  if (!(['users', 'groups', 'applications'] as const).some((need) => may(request, need))) throw denied();
  const parsed = idsBody.safeParse(request.body);
  if (!parsed.success) throw directoryRefusal(`The property 'ids' must hold 1 to ${MAX_IDS} object identifiers.`);
  const types = parsed.data.types?.map((type) => type.toLowerCase());
  const known = ['user', 'group', 'serviceprincipal', 'device', 'directoryobject'];
  if (types?.some((type) => !known.includes(type)) === true) throw directoryRefusal('Invalid object type specified.');
  const wanted = (record: AnyRecord): boolean =>
    types === undefined || types.includes('directoryobject') || types.includes(record.kind.toLowerCase());
  const rows = [...new Set(parsed.data.ids)].flatMap((id) => {
    const record = state.directory.object(id);
    if (record === undefined || !wanted(record)) return [];
    const type = { '@odata.type': `#microsoft.graph.${record.kind}` };
    return may(request, needOf(record))
      ? [{ ...type, ...plainEntity(record, defaultProperties(SCHEMAS[record.kind])) }]
      : [{ ...type, id: record.id }];
  });
  return { status: 200, body: { '@odata.context': `${request.origin}/v1.0/$metadata#directoryObjects`, value: rows } };
}

const extensionsBody = z.strictObject({ isSyncedFromOnPremises: z.boolean().optional() }).optional();

function extensionProperties(state: TenantState, request: GraphRequest): GraphReply {
  demand(request, 'applications');
  parseQuery(request.search, []);
  const parsed = extensionsBody.safeParse(request.body);
  if (!parsed.success) throw badRequest('The body may hold isSyncedFromOnPremises only.');
  const value = state.directory.extensions.map((extension) => ({
    '@odata.type': '#microsoft.graph.extensionProperty',
    id: extension.id,
    deletedDateTime: null,
    appDisplayName: extension.appDisplayName,
    name: extension.name,
    dataType: extension.dataType,
    isMultiValued: false,
    isSyncedFromOnPremises: false,
    targetObjects: ['User'],
  }));
  const shown = parsed.data?.isSyncedFromOnPremises === true ? [] : value;
  return {
    status: 200,
    body: { '@odata.context': `${request.origin}/v1.0/$metadata#Collection(extensionProperty)`, value: shown },
  };
}
