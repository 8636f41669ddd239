// Users and groups of the strict RFC 7643/7644 target: stores, rendering, uniqueness, membership. No HTTP here.
import { entityTag } from './entity-tag.ts';
import { createResourceStore, type ResourceStore, type StoredResource } from './resource-store.ts';
import { RFC_GROUP, RFC_USER } from './schema-data.ts';
import type { ResourceTypeDefinition } from './schema-definition.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, readText, type ScimJson } from './scim-json.ts';

/** Decides whether a generated attribute (`groups`, `members`) is worth making. */
export type Wants = (attributeName: string) => boolean;

/** A resource type with its store and the rules that need the other resources. */
export interface RfcCollection {
  readonly type: ResourceTypeDefinition;
  readonly store: ResourceStore;
  /** Brings judged attributes into the stored form; throws 409 uniqueness or 400 invalidValue. */
  prepare(attributes: ScimJson, id: string | undefined, before: ScimJson): ScimJson;
  readonly render: (stored: StoredResource, wants: Wants) => ScimJson;
  /** Removes a resource and every membership of it; false if there is none. */
  remove(id: string): boolean;
}

/** Both collections. `users` and `groups` know each other through memberships. */
export interface RfcCollections {
  readonly users: RfcCollection;
  readonly groups: RfcCollection;
}

function memberValues(attributes: ScimJson): string[] {
  const members = attributes['members'];
  if (!Array.isArray(members)) return [];
  return members.flatMap((member) =>
    isScimJson(member) && typeof member['value'] === 'string' ? [member['value']] : [],
  );
}

function emailValues(attributes: ScimJson): JsonValue[] {
  const emails = attributes['emails'];
  if (!Array.isArray(emails)) return [];
  return emails.flatMap((email) => (isScimJson(email) && email['value'] !== undefined ? [email['value']] : []));
}

/** The envelope of RFC 7643 section 3: schemas in use, id, attributes, meta. */
export function renderResource(
  type: ResourceTypeDefinition,
  stored: StoredResource,
  baseUrl: string,
  version: string | undefined,
): ScimJson {
  const extensions = type.extensions.map(({ id }) => id).filter((id) => stored.attributes[id] !== undefined);
  return {
    schemas: [type.core.id, ...extensions],
    id: stored.id,
    ...stored.attributes,
    meta: {
      resourceType: type.name,
      created: new Date(stored.created).toISOString(),
      lastModified: new Date(stored.lastModified).toISOString(),
      location: `${baseUrl}${type.endpoint}/${encodeURIComponent(stored.id)}`,
      ...(version === undefined ? {} : { version }),
    },
  };
}

/** Makes the empty collections. `baseUrl` is asked when something is rendered. */
export function createRfcCollections(now: () => number, baseUrl: () => string): RfcCollections {
  const users = createResourceStore({
    indexes: [
      { key: 'username', caseExact: false, valuesOf: (attributes) => [attributes['userName']] },
      { key: 'externalid', caseExact: true, valuesOf: (attributes) => [attributes['externalId']] },
      { key: 'emails.value', caseExact: false, valuesOf: emailValues },
    ],
    referencesOf: () => [],
    now,
  });
  const groups = createResourceStore({
    indexes: [
      { key: 'displayname', caseExact: false, valuesOf: (attributes) => [attributes['displayName']] },
      { key: 'externalid', caseExact: true, valuesOf: (attributes) => [attributes['externalId']] },
    ],
    referencesOf: memberValues,
    referenceKey: 'members.value',
    now,
  });
  const world = { users, groups, baseUrl };
  return { users: userCollection(world), groups: groupCollection(world) };
}

interface World {
  readonly users: ResourceStore;
  readonly groups: ResourceStore;
  readonly baseUrl: () => string;
}

function userCollection(world: World): RfcCollection {
  return {
    type: RFC_USER,
    store: world.users,
    prepare(attributes, id) {
      const userName = readText(attributes['userName']);
      const twins = world.users.lookUp('username', userName) ?? [];
      if (twins.some((twin) => twin !== id)) {
        throw scimRefusal(409, 'uniqueness', `There is already a user with userName "${userName}".`);
      }
      return attributes;
    },
    render(stored, wants) {
      const base = world.baseUrl();
      const resource = renderResource(RFC_USER, stored, base, entityTag(stored.version));
      const memberships = wants('groups') ? world.groups.referrersOf(stored.id) : [];
      if (memberships.length === 0) return resource;
      return { ...resource, groups: memberships.map((groupId) => renderMembership(world, groupId, base)) };
    },
    remove(id) {
      return world.users.remove(id) && dropMemberships(world, id);
    },
  };
}

function groupCollection(world: World): RfcCollection {
  return {
    type: RFC_GROUP,
    store: world.groups,
    prepare: (attributes, id, before) => prepareGroup(world, attributes, id, before),
    render(stored, wants) {
      const base = world.baseUrl();
      const { members: _members, ...attributes } = stored.attributes;
      const resource = renderResource(RFC_GROUP, { ...stored, attributes }, base, entityTag(stored.version));
      const values = wants('members') ? memberValues(stored.attributes) : [];
      if (values.length === 0) return resource;
      return { ...resource, members: values.map((value) => renderMember(world, value, base)) };
    },
    remove(id) {
      return world.groups.remove(id) && dropMemberships(world, id);
    },
  };
}

function prepareGroup(world: World, attributes: ScimJson, id: string | undefined, before: ScimJson): ScimJson {
  if (attributes['members'] === before['members']) return attributes;
  const known = new Set(memberValues(before));
  const values = new Set(memberValues(attributes));
  const written = attributes['members'];
  if (Array.isArray(written) && written.length > 0 && values.size === 0) {
    throw scimRefusal(400, 'invalidValue', 'Every member needs a value.');
  }
  for (const value of values) {
    if (value === id) throw scimRefusal(400, 'invalidValue', 'A group cannot be its own member.');
    if (!known.has(value) && !world.users.get(value) && !world.groups.get(value)) {
      throw scimRefusal(400, 'invalidValue', `There is no resource "${value}" that could become a member.`);
    }
  }
  const { members: _members, ...rest } = attributes;
  if (values.size === 0) return rest;
  const members = [...values].map((value): ScimJson => ({ value }));
  const same = values.size === known.size && [...values].every((value) => known.has(value));
  return { ...rest, members: same ? (before['members'] ?? members) : members };
}

function renderMember(world: World, value: string, base: string): ScimJson {
  const group = world.groups.get(value);
  const attributes = group?.attributes ?? world.users.get(value)?.attributes ?? {};
  const display = attributes['displayName'] ?? attributes['userName'];
  return {
    value,
    ...(display === undefined ? {} : { display }),
    type: group ? 'Group' : 'User',
    $ref: `${base}${group ? '/Groups' : '/Users'}/${encodeURIComponent(value)}`,
  };
}

function renderMembership(world: World, groupId: string, base: string): ScimJson {
  const display = world.groups.get(groupId)?.attributes['displayName'];
  return {
    value: groupId,
    ...(display === undefined ? {} : { display }),
    type: 'direct',
    $ref: `${base}/Groups/${encodeURIComponent(groupId)}`,
  };
}

function dropMemberships(world: World, id: string): boolean {
  for (const groupId of world.groups.referrersOf(id)) {
    const attributes = world.groups.get(groupId)?.attributes ?? {};
    const { members: _members, ...rest } = attributes;
    const remaining = memberValues(attributes).filter((value) => value !== id);
    const members = remaining.map((value): ScimJson => ({ value }));
    world.groups.replace(groupId, members.length === 0 ? rest : { ...rest, members });
  }
  return true;
}
