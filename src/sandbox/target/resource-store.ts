// Resources of one type in memory, with indexes so that a look-up by equality does not walk 100,000 accounts. Knows
// nothing of HTTP or of SCIM rules: what is stored has been judged. Stored values are replaced, never mutated.
import { randomUUID } from 'node:crypto';
import type { JsonValue, ScimJson } from './scim-json.ts';

/** A stored resource: attributes without id, schemas and meta, which stand beside it. */
export interface StoredResource {
  readonly id: string;
  readonly attributes: ScimJson;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly lastModified: number;
  /** Counts the changes; the entity tag is made of it. */
  readonly version: number;
}

/** An index: `key` is the attribute path in lower case as filters name it (`username`, `emails.value`). */
export interface IndexDefinition {
  readonly key: string;
  readonly caseExact: boolean;
  readonly valuesOf: (attributes: ScimJson) => readonly (JsonValue | undefined)[];
}

/** The store of one resource type. */
export interface ResourceStore {
  readonly size: number;
  get(id: string): StoredResource | undefined;
  /** Adds a resource; the id is made here unless given. */
  insert(attributes: ScimJson, id?: string): StoredResource;
  /** Replaces the attributes of an existing resource; unchanged identity leaves version and lastModified alone. */
  replace(id: string, attributes: ScimJson): StoredResource;
  remove(id: string): boolean;
  /** Ids in the index; undefined if there is no such index. `id` is always one. */
  lookUp(key: string, value: string): readonly string[] | undefined;
  /** Ids of resources of this store that refer to `id`, after `referencesOf`. */
  referrersOf(id: string): readonly string[];
  /** Ids in order of creation. */
  ids(): readonly string[];
  clear(): void;
}

/** What a store is made of. `now` gives milliseconds since 1970. */
export interface ResourceStoreOptions {
  readonly indexes: readonly IndexDefinition[];
  readonly referencesOf: (attributes: ScimJson) => readonly string[];
  /** Name under which lookUp finds the referrers of an id, such as `members.value`. */
  readonly referenceKey?: string;
  readonly now: () => number;
}

/** Sets of ids by key; an empty set is forgotten. */
class IdIndex {
  readonly #sets = new Map<string, Set<string>>();

  add(key: string, id: string): void {
    const set = this.#sets.get(key);
    if (set) set.add(id);
    else this.#sets.set(key, new Set([id]));
  }

  delete(key: string, id: string): void {
    const set = this.#sets.get(key);
    if (!set?.delete(id)) return;
    if (set.size === 0) this.#sets.delete(key);
  }

  get(key: string): readonly string[] {
    return [...(this.#sets.get(key) ?? [])];
  }

  clear(): void {
    this.#sets.clear();
  }
}

interface Index {
  readonly definition: IndexDefinition;
  readonly ids: IdIndex;
}

function indexKeys(definition: IndexDefinition, attributes: ScimJson): Set<string> {
  const values = definition.valuesOf(attributes).filter((value): value is string => typeof value === 'string');
  return new Set(definition.caseExact ? values : values.map((value) => value.toLowerCase()));
}

function moveKeys(ids: IdIndex, id: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
  for (const key of before) if (!after.has(key)) ids.delete(key, id);
  for (const key of after) if (!before.has(key)) ids.add(key, id);
}

/** Makes an empty store. */
export function createResourceStore(options: ResourceStoreOptions): ResourceStore {
  const resources = new Map<string, StoredResource>();
  const indexes: Index[] = options.indexes.map((definition) => ({ definition, ids: new IdIndex() }));
  const referrers = new IdIndex();
  let order: string[] | undefined = [];

  const reindex = (id: string, before: ScimJson, after: ScimJson): void => {
    for (const { definition, ids } of indexes) {
      moveKeys(ids, id, indexKeys(definition, before), indexKeys(definition, after));
    }
    moveKeys(referrers, id, new Set(options.referencesOf(before)), new Set(options.referencesOf(after)));
  };

  return {
    get size() {
      return resources.size;
    },
    get: (id) => resources.get(id),
    insert(attributes, id = randomUUID()) {
      const at = options.now();
      const stored = { id, attributes, created: at, lastModified: at, version: 1 };
      resources.set(id, stored);
      order?.push(id);
      reindex(id, {}, attributes);
      return stored;
    },
    replace(id, attributes) {
      const before = resources.get(id);
      if (!before) throw new Error(`There is no resource ${id} to replace.`);
      if (before.attributes === attributes) return before;
      const stored = { ...before, attributes, lastModified: options.now(), version: before.version + 1 };
      resources.set(id, stored);
      reindex(id, before.attributes, attributes);
      return stored;
    },
    remove(id) {
      const before = resources.get(id);
      if (!before) return false;
      resources.delete(id);
      order = undefined;
      reindex(id, before.attributes, {});
      return true;
    },
    lookUp(key, value) {
      if (key === 'id') return resources.has(value) ? [value] : [];
      if (key === options.referenceKey) return referrers.get(value);
      const index = indexes.find(({ definition }) => definition.key === key);
      return index?.ids.get(index.definition.caseExact ? value : value.toLowerCase());
    },
    referrersOf: (id) => referrers.get(id),
    ids() {
      order ??= [...resources.keys()];
      return order;
    },
    clear() {
      resources.clear();
      for (const { ids } of indexes) ids.clear();
      referrers.clear();
      order = [];
    },
  };
}
