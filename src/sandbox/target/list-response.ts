// Lists of RFC 7644 section 3.4.2: paging by startIndex (from 1) and count, sorting, and the ListResponse message.
// Finding by filter goes over a store index where one equality of the filter has one, and walks the store otherwise.
import { resolveAttribute } from './attribute-path.ts';
import type { FilterNode } from './filter.ts';
import { matchesFilter, necessaryEqualities } from './filter-evaluate.ts';
import type { ResourceStore, StoredResource } from './resource-store.ts';
import type { ResourceTypeDefinition } from './schema-definition.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, type ScimJson } from './scim-json.ts';

/** A page asked for: `startIndex` from 1, `count` from 0 and not above the cap. */
export interface Page {
  readonly startIndex: number;
  readonly count: number;
}

function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw scimRefusal(400, 'invalidValue', `"${name}" must be an integer.`);
  return Number(text);
}

/** Reads startIndex and count; values below their minimum count as the minimum, a count above the cap as the cap. */
export function readPage(query: URLSearchParams, cap: number): Page {
  const startIndex = Math.max(1, readInteger(query, 'startIndex') ?? 1);
  const count = Math.min(cap, Math.max(0, readInteger(query, 'count') ?? cap));
  return { startIndex, count };
}

/** The ListResponse message of RFC 7644 section 3.4.2. */
export function listResponse(resources: ScimJson[], totalResults: number, startIndex: number): ScimJson {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** Ids of the resources that satisfy the filter, in order of creation. `view` shows a resource to the filter. */
export function findIds(
  store: ResourceStore,
  filter: FilterNode | undefined,
  view: (resource: StoredResource) => ScimJson,
): readonly string[] {
  if (!filter) return store.ids();
  const matches = (id: string): boolean => {
    const stored = store.get(id);
    return stored !== undefined && matchesFilter(filter, view(stored));
  };
  for (const { key, value } of necessaryEqualities(filter)) {
    const candidates = store.lookUp(key, value);
    if (candidates) return candidates.filter(matches);
  }
  return store.ids().filter(matches);
}

function firstValue(value: JsonValue | undefined, sub: string | undefined): string | number | undefined {
  const items = Array.isArray(value) ? value : [value];
  const chosen = items.find((item) => isScimJson(item) && item['primary'] === true) ?? items[0];
  const found = isScimJson(chosen) ? chosen[sub ?? 'value'] : chosen;
  return typeof found === 'string' || typeof found === 'number' ? found : undefined;
}

/** Sorts ids by sortBy and sortOrder; resources without a value come last, ties keep their order. */
export function sortIds(
  type: ResourceTypeDefinition,
  ids: readonly string[],
  query: URLSearchParams,
  view: (id: string) => ScimJson,
): readonly string[] {
  const sortBy = query.get('sortBy');
  if (!sortBy) return ids;
  const target = resolveAttribute(type, sortBy);
  if (!target) throw scimRefusal(400, 'invalidPath', `"${sortBy}" is not an attribute to sort by.`);
  const direction = query.get('sortOrder')?.toLowerCase() === 'descending' ? -1 : 1;
  const caseExact = (target.sub ?? target.attribute).caseExact;
  const keyed = ids.map((id) => {
    const resource = view(id);
    const container = target.extension === undefined ? resource : resource[target.extension];
    const value = isScimJson(container) ? firstValue(container[target.attribute.name], target.sub?.name) : undefined;
    return { id, key: typeof value === 'string' && !caseExact ? value.toLowerCase() : value };
  });
  return keyed.toSorted((left, right) => compareKeys(left.key, right.key, direction)).map(({ id }) => id);
}

function compareKeys(left: string | number | undefined, right: string | number | undefined, direction: number): number {
  if (left === right) return 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  return left < right ? -direction : direction;
}
