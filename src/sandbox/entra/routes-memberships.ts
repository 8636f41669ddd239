/**
 * What somebody is a member of: `memberOf` and `transitiveMemberOf` of people and groups. Groups the caller may not read come as
 * `@odata.type`, `id` and nulls; the cast to groups and `$count` are advanced queries.
 */
import { demand, may } from './access.ts';
import { type ListSource, pageOf } from './list-page.ts';
import type { AnyRecord, GroupRecord, PropertyBag } from './objects.ts';
import { pageSizeOf, parseQuery, requireEventual, selectedProperties, wantsCount } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { findGroup } from './routes-groups.ts';
import { contextOf, findUser } from './routes-users.ts';
import { defaultProperties, type PropertyDefinition, plainEntity, SCHEMAS } from './schema.ts';
import type { TenantState } from './tenant-state.ts';

type Reach = 'memberOf' | 'transitiveMemberOf';

/** Routes of this file. */
export const membershipRoutes: readonly Route[] = (['users', 'groups'] as const).flatMap((collection) =>
  (['memberOf', 'transitiveMemberOf'] as const).flatMap((reach) =>
    [false, true].map(
      (cast): Route => ({
        method: 'GET',
        path: `${collection}/*/${reach}${cast ? '/microsoft.graph.group' : ''}`,
        handle: (state, request, [id = '']) => {
          demand(request, collection);
          return listMemberships(state, request, recordOf(state, collection, id), reach, cast);
        },
      }),
    ),
  ),
);

function recordOf(state: TenantState, collection: 'users' | 'groups', id: string): AnyRecord {
  return collection === 'users' ? findUser(state, id) : findGroup(state, id);
}

/** Live groups that hold the object, nearest first; each once. */
function groupsAbove(state: TenantState, record: AnyRecord, reach: Reach): GroupRecord[] {
  const { directory } = state;
  const found = new Map<string, GroupRecord>();
  let level: readonly string[] = [record.id];
  while (level.length > 0) {
    const above = level.flatMap((id) => [...directory.groupsOf(id)]);
    const groups = above.flatMap((id) => directory.groups.live.get(id) ?? []);
    const fresh = groups.filter((group) => group.id !== record.id && !found.has(group.id));
    for (const group of fresh) found.set(group.id, group);
    level = reach === 'memberOf' ? [] : [...new Set(fresh.map((group) => group.id))];
  }
  return [...found.values()];
}

function listMemberships(
  state: TenantState,
  request: GraphRequest,
  record: AnyRecord,
  reach: Reach,
  cast: boolean,
): GraphReply {
  const options = parseQuery(request.search, ['$select', '$top', '$count', '$skiptoken']);
  const count = wantsCount(options);
  if (cast || count) requireEventual(request.headers, options, false);
  const selected = selectedProperties(options, SCHEMAS.group, []);
  const rows = groupsAbove(state, record, reach).map((group, position) => ({ group, position }));
  const source: ListSource<(typeof rows)[number]> = {
    open: (start) => rows.slice(start),
    position: (row) => row.position,
  };
  const size = pageSizeOf(options, 100, 999);
  const page = pageOf(state, request, source, { options, size, keep: () => true, count, orderBy: undefined });
  const properties = selected ?? defaultProperties(SCHEMAS.group);
  const value = page.rows.map(({ group }) => entityOf(request, group, properties, cast));
  const context = `${request.origin}/v1.0/$metadata#${contextOf(cast ? 'groups' : 'directoryObjects', selected)}`;
  return { status: 200, body: { '@odata.context': context, ...page.annotations, value } };
}

function entityOf(
  request: GraphRequest,
  group: GroupRecord,
  properties: readonly PropertyDefinition[],
  cast: boolean,
): PropertyBag {
  const entity = may(request, 'groups')
    ? plainEntity(group, properties)
    : Object.fromEntries(properties.map((property) => [property.name, property.name === 'id' ? group.id : null]));
  return cast ? entity : { '@odata.type': '#microsoft.graph.group', ...entity };
}
