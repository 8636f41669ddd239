// The URLs of the Graph requests the adapter makes. Every value is encoded here and nowhere else; links that Graph
// answers are never built or changed.
import type { ObjectKind } from '../model/directory.ts';

const VERSION = '/v1.0';

/** Properties that are always selected: identity, what limited-info rows are recognised by, and what logs name. */
const ALWAYS: Readonly<Record<ObjectKind, readonly string[]>> = {
  user: ['id', 'accountEnabled', 'displayName', 'userPrincipalName', 'userType'],
  group: ['id', 'displayName'],
};

const COLLECTION: Readonly<Record<ObjectKind, string>> = { user: 'users', group: 'groups' };

/** The absolute URL of a path below the version, which must be encoded already. */
export function graphUrl(origin: string, path: string): string {
  return `${origin}${VERSION}${path}`;
}

/** `/users/delta` or `/groups/delta`, with the relation in `$select` (delta knows no `$expand`). */
export function deltaPath(
  kind: ObjectKind,
  properties: readonly string[],
  relation: boolean,
  from: 'beginning' | 'latest',
): string {
  const relations = relation ? [kind === 'user' ? 'manager' : 'members'] : [];
  const select = selectList(kind, [...properties, ...relations]);
  return `/${COLLECTION[kind]}/delta?$select=${select}${from === 'latest' ? '&$deltatoken=latest' : ''}`;
}

/** One user (with the manager when asked) or one group. */
export function objectPath(kind: ObjectKind, id: string, properties: readonly string[], relation: boolean): string {
  const expand = relation && kind === 'user' ? '&$expand=manager($select=id)' : '';
  return `/${COLLECTION[kind]}/${encodeURIComponent(id)}?$select=${selectList(kind, properties)}${expand}`;
}

/** Everybody in the recycle bin; the type is part of the path. */
export const DELETED_USERS_PATH = '/directory/deletedItems/microsoft.graph.user?$select=id&$top=999';

/** One soft-deleted object of any type. */
export function deletedItemPath(id: string): string {
  return `/directory/deletedItems/${encodeURIComponent(id)}`;
}

/** Direct members of any type, or all users below the group; the latter is an advanced query (see ADVANCED_QUERY). */
export function membersPath(groupId: string, depth: 'direct' | 'transitive'): string {
  const group = `/groups/${encodeURIComponent(groupId)}`;
  return depth === 'direct'
    ? `${group}/members?$select=id&$top=999`
    : `${group}/transitiveMembers/microsoft.graph.user?$select=id&$top=999&$count=true`;
}

/**
 * What a person is a member of, directly or through other groups. Not cast to groups: a cast is answered from an index that
 * lags behind, and whoever asks about one person has often just changed their memberships.
 */
export function memberOfPath(userId: string, depth: 'direct' | 'transitive'): string {
  const relation = depth === 'direct' ? 'memberOf' : 'transitiveMemberOf';
  return `/users/${encodeURIComponent(userId)}/${relation}?$select=id&$top=999`;
}

/** Users or groups that have a text as their userPrincipalName, mail or displayName; at most `limit`. */
export function namedPath(kind: ObjectKind, text: string, limit: number): string {
  const literal = `'${text.replaceAll("'", "''")}'`;
  const names = kind === 'user' ? ['userPrincipalName', 'mail', 'displayName'] : ['mail', 'displayName'];
  const filter = names.map((name) => `${name} eq ${literal}`).join(' or ');
  const select = kind === 'user' ? 'id,displayName,userPrincipalName,mail' : 'id,displayName,mail';
  return `/${COLLECTION[kind]}?$filter=${encodeURIComponent(filter)}&$select=${select}&$top=${limit}`;
}

/** Header of advanced queries; links do not carry it, so it goes with every page. */
export const ADVANCED_QUERY: Readonly<Record<string, string>> = { ConsistencyLevel: 'eventual' };

/** Everything assigned to the enterprise application. */
export function assignmentsPath(servicePrincipalId: string): string {
  return `/servicePrincipals/${encodeURIComponent(servicePrincipalId)}/appRoleAssignedTo?$top=999`;
}

/** The assignments of principals that are called so; the one filter that is documented for this list. */
export function namedAssignmentsPath(servicePrincipalId: string, name: string): string {
  return `${assignmentsPath(servicePrincipalId)}&$filter=${encodeURIComponent(`principalDisplayName eq ${quoted(name)}`)}`;
}

/** Users with an employeeId; at most `limit`. */
export function employeePath(employeeId: string, limit: number): string {
  const filter = encodeURIComponent(`employeeId eq ${quoted(employeeId)}`);
  return `/users?$filter=${filter}&$select=id,displayName,userPrincipalName,mail&$top=${limit}`;
}

/** The groups around a person or group with their names, uncast as in memberOfPath. */
export function groupsAbovePath(kind: ObjectKind, id: string, depth: 'direct' | 'transitive'): string {
  const relation = depth === 'direct' ? 'memberOf' : 'transitiveMemberOf';
  return `/${COLLECTION[kind]}/${encodeURIComponent(id)}/${relation}?$select=id,displayName&$top=999`;
}

/** One person of a group, with the count of all; an advanced query (see ADVANCED_QUERY). */
export function memberCountPath(groupId: string, depth: 'direct' | 'transitive'): string {
  const relation = depth === 'direct' ? 'members' : 'transitiveMembers';
  return `/groups/${encodeURIComponent(groupId)}/${relation}/microsoft.graph.user?$select=id&$top=1&$count=true`;
}

/** The jobs of Microsoft Entra's own provisioning on the enterprise application. */
export function synchronizationJobsPath(servicePrincipalId: string): string {
  return `/servicePrincipals/${encodeURIComponent(servicePrincipalId)}/synchronization/jobs`;
}

/** One of them, with its settings. */
export function synchronizationJobPath(servicePrincipalId: string, jobId: string): string {
  return `${synchronizationJobsPath(servicePrincipalId)}/${encodeURIComponent(jobId)}`;
}

/** Its mappings, filters and attribute definitions. */
export function synchronizationSchemaPath(servicePrincipalId: string, jobId: string): string {
  return `${synchronizationJobPath(servicePrincipalId, jobId)}/schema`;
}

/** The enterprise application with its roles. */
export function servicePrincipalPath(id: string): string {
  return `/servicePrincipals/${encodeURIComponent(id)}?$select=id,appId,displayName,accountEnabled,appRoles`;
}

/** A literal of OData. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function selectList(kind: ObjectKind, properties: readonly string[]): string {
  return [...new Set([...ALWAYS[kind], ...properties])].map(encodeURIComponent).join(',');
}
