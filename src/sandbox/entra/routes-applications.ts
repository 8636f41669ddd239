/** Reading enterprise applications, their roles and who is assigned to them. `keyCredentials` are never filled. */
import { demand } from './access.ts';
import { badRequest, notFound } from './graph-fault.ts';
import { type ListSource, pageOf } from './list-page.ts';
import type { AssignmentRecord, PropertyBag, ServicePrincipalRecord } from './objects.ts';
import { pageSizeOf, parseQuery, requireEventual, selectedProperties, selectNames, wantsCount } from './odata.ts';
import { isAdvanced, matches, parseFilter } from './odata-filter.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { contextOf } from './routes-users.ts';
import { defaultProperties, findProperty, plainEntity, SCHEMAS, storedValue } from './schema.ts';
import type { TenantState } from './tenant-state.ts';

const ASSIGNMENT_PROPERTIES = [
  'id',
  'deletedDateTime',
  'appRoleId',
  'createdDateTime',
  'principalDisplayName',
  'principalId',
  'principalType',
  'resourceDisplayName',
  'resourceId',
] as const;

/** Routes of this file. */
export const applicationRoutes: readonly Route[] = [
  { method: 'GET', path: 'servicePrincipals', handle: listServicePrincipals },
  {
    method: 'GET',
    path: 'servicePrincipals/*',
    handle: (state, request, [key = '']) => getServicePrincipal(state, request, key),
  },
  {
    method: 'GET',
    path: 'servicePrincipals/*/appRoleAssignedTo',
    handle: (state, request, [key = '']) => listAssignedTo(state, request, key),
  },
];

/** A service principal by id, or by client id as `appId=…`; Graph's 404 when there is none. */
export function findServicePrincipal(state: TenantState, key: string): ServicePrincipalRecord {
  const table = state.directory.servicePrincipals;
  const appId = /^appId=(.*)$/.exec(key)?.[1]?.toLowerCase();
  const found =
    appId === undefined
      ? table.live.get(key.toLowerCase())
      : [...table.live.values()].find((record) => String(record.properties['appId']).toLowerCase() === appId);
  if (found === undefined) throw notFound(appId ?? key);
  return found;
}

function listServicePrincipals(state: TenantState, request: GraphRequest): GraphReply {
  demand(request, 'applications');
  const options = parseQuery(request.search, ['$select', '$top', '$filter', '$count', '$skiptoken']);
  const selected = selectedProperties(options, SCHEMAS.servicePrincipal, []);
  const text = options.get('$filter');
  const filter =
    text === undefined
      ? undefined
      : parseFilter(text, (name) => findProperty(SCHEMAS.servicePrincipal, name, [])?.name);
  const count = wantsCount(options);
  if (count || (filter !== undefined && isAdvanced(filter))) requireEventual(request.headers, options, true);
  const source: ListSource<ServicePrincipalRecord> = {
    open: (start) => state.directory.servicePrincipals.from(start),
    position: (record) => record.ordinal,
  };
  const page = pageOf(state, request, source, {
    options,
    size: pageSizeOf(options, 100, 999),
    keep: (record) => filter === undefined || matches(filter, (name) => storedValue(record, name)),
    count,
    orderBy: undefined,
  });
  const rows = page.rows.map((record) => plainEntity(record, selected ?? defaultProperties(SCHEMAS.servicePrincipal)));
  const context = `${request.origin}/v1.0/$metadata#${contextOf('servicePrincipals', selected)}`;
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value: rows } };
}

function getServicePrincipal(state: TenantState, request: GraphRequest, key: string): GraphReply {
  demand(request, 'applications');
  const selected = selectedProperties(parseQuery(request.search, ['$select']), SCHEMAS.servicePrincipal, []);
  const entity = plainEntity(findServicePrincipal(state, key), selected ?? defaultProperties(SCHEMAS.servicePrincipal));
  const context = `${request.origin}/v1.0/$metadata#${contextOf('servicePrincipals', selected)}/$entity`;
  return { status: 200, body: { '@odata.context': context, ...entity } };
}

/** An assignment as Graph shows it. */
export function assignmentEntity(row: AssignmentRecord, names: readonly string[] = ASSIGNMENT_PROPERTIES): PropertyBag {
  const values: PropertyBag = { ...row, deletedDateTime: null };
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

function assignmentProperty(name: string): string | undefined {
  return ASSIGNMENT_PROPERTIES.find((known) => known.toLowerCase() === name.toLowerCase());
}

function listAssignedTo(state: TenantState, request: GraphRequest, key: string): GraphReply {
  demand(request, 'applications');
  const options = parseQuery(request.search, ['$select', '$top', '$filter', '$count', '$skiptoken']);
  const resource = findServicePrincipal(state, key);
  const names = selectNames(options)?.map((name) => {
    const found = assignmentProperty(name);
    if (found === undefined)
      throw badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.appRoleAssignment'.`);
    return found;
  });
  const text = options.get('$filter');
  const filterable = ['principalDisplayName', 'resourceId'];
  const filter =
    text === undefined
      ? undefined
      : parseFilter(text, (name) => filterable.find((known) => known.toLowerCase() === name.toLowerCase()));
  const count = wantsCount(options);
  if (count || (filter !== undefined && isAdvanced(filter))) requireEventual(request.headers, options, true);
  const { directory } = state;
  const source: ListSource<AssignmentRecord> = {
    open: (start) => directory.assignments.ofResource(resource.id, start),
    position: (row) => row.ordinal,
  };
  const visibleUntil = state.clock.now().getTime() - state.settings.assignmentLagSeconds * 1000;
  const visible = (row: AssignmentRecord): boolean =>
    row.createdAt <= visibleUntil &&
    (state.settings.listDeletedPrincipals || directory.deletedObject(row.principalId) === undefined);
  const page = pageOf(state, request, source, {
    options,
    size: pageSizeOf(options, 100, 999),
    keep: (row) => visible(row) && (filter === undefined || matches(filter, (name) => assignmentEntity(row)[name])),
    count,
    orderBy: undefined,
  });
  const suffix = names === undefined ? '' : `(${names.join(',')})`;
  const context = `${request.origin}/v1.0/$metadata#servicePrincipals('${resource.id}')/appRoleAssignedTo${suffix}`;
  const rows = page.rows.map((row) => assignmentEntity(row, names));
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value: rows } };
}
