/** Graph's own writes to enterprise applications: role definitions and app role assignments. */
import { z } from 'zod';
import { badRequest, directoryRefusal, notFound } from './graph-fault.ts';
import { type AppRole, DEFAULT_ACCESS, type ServicePrincipalRecord, textOf } from './objects.ts';
import { parseQuery } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { assignmentEntity, findServicePrincipal } from './routes-applications.ts';
import { SCHEMAS } from './schema.ts';
import type { TenantState } from './tenant-state.ts';
import { objectBody, writtenProperties } from './write-body.ts';

const PRINCIPAL_TYPES = { user: 'User', group: 'Group', servicePrincipal: 'ServicePrincipal' } as const;

const assignmentBody = z.object({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() });

const rolesBody = z.array(
  z.strictObject({
    id: z.guid(),
    displayName: z.string().min(1),
    description: z.string().min(1),
    value: z.string().nullable().default(null),
    isEnabled: z.boolean().default(true),
    allowedMemberTypes: z.array(z.enum(['User', 'Application'])).min(1),
    origin: z.string().default('Application'),
  }),
);

/** Routes of this file. */
export const applicationWrites: readonly Route[] = [
  { method: 'PATCH', path: 'servicePrincipals/*', handle: (state, request, [key = '']) => update(state, request, key) },
  {
    method: 'DELETE',
    path: 'servicePrincipals/*',
    handle: (state, request, [key = '']) => remove(state, request, key),
  },
  {
    method: 'POST',
    path: 'servicePrincipals/*/appRoleAssignedTo',
    handle: (state, request, [key = '']) => assign(state, request, key),
  },
  {
    method: 'DELETE',
    path: 'servicePrincipals/*/appRoleAssignedTo/*',
    handle: (state, request, [key = '', id = '']) => unassign(state, request, key, id),
  },
];

/** The roles of an application; generated and written ones have been checked. */
function appRolesOf(application: ServicePrincipalRecord): readonly AppRole[] {
  return (application.properties['appRoles'] ?? []) as readonly AppRole[];
}

function update(state: TenantState, request: GraphRequest, key: string): GraphReply {
  parseQuery(request.search, []);
  const application = findServicePrincipal(state, key);
  const written = writtenProperties(SCHEMAS.servicePrincipal, objectBody(request.body), [], ['id']);
  if ('appRoles' in written) {
    const roles = rolesBody.safeParse(written['appRoles']);
    if (!roles.success)
      throw directoryRefusal(`Invalid value specified for property 'appRoles': ${z.prettifyError(roles.error)}`);
    written['appRoles'] = roles.data;
  }
  state.directory.update(application, written);
  return { status: 204 };
}

/** Graph keeps deleted applications for 30 days; here nobody restores them, so they are gone with their assignments. */
function remove(state: TenantState, request: GraphRequest, key: string): GraphReply {
  parseQuery(request.search, []);
  const application = findServicePrincipal(state, key);
  const assigned = Array.from(state.directory.assignments.ofResource(application.id), ({ id }) => id);
  for (const id of assigned) state.directory.assignments.remove(id);
  state.directory.remove(application);
  return { status: 204 };
}

function assign(state: TenantState, request: GraphRequest, key: string): GraphReply {
  parseQuery(request.search, []);
  const resource = findServicePrincipal(state, key);
  const parsed = assignmentBody.safeParse(request.body);
  if (!parsed.success) throw badRequest('principalId, resourceId and appRoleId must be GUIDs.');
  const { principalId, appRoleId } = parsed.data;
  if (parsed.data.resourceId.toLowerCase() !== resource.id)
    throw directoryRefusal('resourceId must be the service principal of the URL.');
  const principal = state.directory.object(principalId);
  if (principal === undefined) throw notFound(principalId);
  const role = appRolesOf(resource).find((candidate) => candidate.id === appRoleId.toLowerCase());
  if (appRoleId !== DEFAULT_ACCESS && role?.isEnabled !== true) {
    throw directoryRefusal('Permission being assigned was not found on application.');
  }
  if (state.directory.assignments.find(resource.id, principal.id, appRoleId.toLowerCase()) !== undefined) {
    throw directoryRefusal('Permission being assigned already exists on the object.');
  }
  const row = state.directory.assignments.add(
    {
      appRoleId: appRoleId.toLowerCase(),
      principalId: principal.id,
      principalType: PRINCIPAL_TYPES[principal.kind],
      principalDisplayName: textOf(principal, 'displayName'),
      resourceId: resource.id,
      resourceDisplayName: textOf(resource, 'displayName'),
    },
    state.clock.now(),
  );
  const context = `${request.origin}/v1.0/$metadata#servicePrincipals('${resource.id}')/appRoleAssignedTo/$entity`;
  return { status: 201, body: { '@odata.context': context, ...assignmentEntity(row) } };
}

function unassign(state: TenantState, request: GraphRequest, key: string, id: string): GraphReply {
  parseQuery(request.search, []);
  const resource = findServicePrincipal(state, key);
  const row = state.directory.assignments.get(id);
  if (row === undefined || row.resourceId !== resource.id) throw notFound(id);
  state.directory.assignments.remove(id);
  return { status: 204 };
}
