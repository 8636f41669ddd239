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

/** Header of advanced queries; links do not carry it, so it goes with every page. */
export const ADVANCED_QUERY: Readonly<Record<string, string>> = { ConsistencyLevel: 'eventual' };

/** Everything assigned to the enterprise application. */
export function assignmentsPath(servicePrincipalId: string): string {
  return `/servicePrincipals/${encodeURIComponent(servicePrincipalId)}/appRoleAssignedTo?$top=999`;
}

/** The enterprise application with its roles. */
export function servicePrincipalPath(id: string): string {
  return `/servicePrincipals/${encodeURIComponent(id)}?$select=id,appId,displayName,accountEnabled,appRoles`;
}

function selectList(kind: ObjectKind, properties: readonly string[]): string {
  return [...new Set([...ALWAYS[kind], ...properties])].map(encodeURIComponent).join(',');
}
