// One PATCH operation on one attribute's value (RFC 7644 sections 3.5.2.1 to 3.5.2.3), with the library scim-patch for
// add, replace and remove on plain names. Filters are evaluated here with the schema's case rules. An add whose filter
// matches nothing makes a value out of the filter's equalities; a replace is refused with noTarget; a remove of what is
// not there succeeds, as nothing is left to do.
import { type ScimPatchOperation, scimPatch } from 'scim-patch';
import type { FilterNode } from './filter.ts';
import { matchesFilter } from './filter-evaluate.ts';
import type { AttributeDefinition, ResourceTypeDefinition } from './schema-definition.ts';
import { normaliseItem } from './schema-validate.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, type ScimJson } from './scim-json.ts';

/** An operation on the value of one attribute. */
export interface AttributePatch {
  readonly definition: AttributeDefinition;
  readonly sub: AttributeDefinition | undefined;
  readonly filter: FilterNode | undefined;
  readonly current: JsonValue | undefined;
  readonly op: 'add' | 'replace' | 'remove';
  readonly value: JsonValue | undefined;
  readonly strictness: ResourceTypeDefinition['strictness'];
}

/** The attribute's value afterwards; undefined if it is unassigned. */
export function patchAttribute(patch: AttributePatch): JsonValue | undefined {
  const { definition } = patch;
  if (!definition.multiValued) {
    if (patch.filter) throw scimRefusal(400, 'invalidPath', `"${definition.name}" has a single value, no filter fits.`);
    return emptyToUnassigned(patchSingle(patch, patch.current));
  }
  const items = Array.isArray(patch.current) ? patch.current : [];
  const changed = patch.filter || patch.sub ? patchSelected(patch, items) : patchWhole(patch, items);
  return emptyToUnassigned(onePrimary(items, changed, definition.name));
}

function emptyToUnassigned(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  return isScimJson(value) && Object.keys(value).length === 0 ? undefined : value;
}

/** Lets the library apply one operation to `document[name]`; `document` is a private copy. */
function applyWithLibrary(document: ScimJson, op: AttributePatch['op'], name: string, value: JsonValue | undefined) {
  const operation: ScimPatchOperation = op === 'remove' ? { op, path: name } : { op, path: name, value };
  const holder = { ...document, schemas: [], meta: { created: new Date(0), lastModified: new Date(0) } };
  scimPatch(holder, [operation], { mutateDocument: true, treatMissingAsAdd: false });
  const { schemas: _schemas, meta: _meta, ...rest } = holder;
  return rest as ScimJson;
}

function dropNulls(document: ScimJson): ScimJson {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
}

function patchSingle(patch: AttributePatch, current: JsonValue | undefined): JsonValue | undefined {
  const { definition, sub, op, value } = patch;
  if (sub) return patchSubAttribute(patch, sub, isScimJson(current) ? current : {});
  if (op === 'remove' || value === undefined) return undefined;
  const normalised = normaliseItem(definition, value, patch.strictness, 'invalidPath');
  const copy = current === undefined ? {} : { target: structuredClone(current) };
  const merged = applyWithLibrary(copy, op, 'target', normalised)['target'];
  return isScimJson(merged) ? dropNulls(merged) : merged;
}

function patchSubAttribute(patch: AttributePatch, sub: AttributeDefinition, item: ScimJson): ScimJson {
  const value =
    patch.op === 'remove' || patch.value === undefined
      ? undefined
      : normaliseItem(sub, patch.value, patch.strictness, 'invalidPath');
  return applyWithLibrary({ ...item }, patch.op, sub.name, value);
}

function normaliseItems(patch: AttributePatch): JsonValue[] {
  if (patch.value === undefined) return [];
  const list = Array.isArray(patch.value) ? patch.value : [patch.value];
  return list.map((item) => {
    const normalised = normaliseItem(patch.definition, item, patch.strictness, 'invalidPath');
    return isScimJson(normalised) ? dropNulls(normalised) : normalised;
  });
}

function patchWhole(patch: AttributePatch, items: readonly JsonValue[]): JsonValue[] {
  if (patch.op === 'remove') return patch.value === undefined ? [] : removeItems(items, normaliseItems(patch));
  const values = normaliseItems(patch);
  if (items.length === 0) return values;
  if (patch.op === 'add') return appendNew(items, values);
  const result = applyWithLibrary({ target: [...items] }, patch.op, 'target', values)['target'];
  return Array.isArray(result) ? result : [];
}

/** Adds what is not there yet; the library would compare every pair, which groups of 20,000 members feel. */
function appendNew(items: readonly JsonValue[], values: readonly JsonValue[]): JsonValue[] {
  const keyOf = (item: JsonValue): string =>
    JSON.stringify(
      isScimJson(item) ? Object.entries(item).toSorted(([left], [right]) => (left < right ? -1 : 1)) : item,
    );
  const present = new Set(items.map(keyOf));
  return [...items, ...values.filter((item) => !present.has(keyOf(item)))];
}

/** Removal by a list of values: an item goes if it has the `value` named, or every member given when none is. */
function removeItems(items: readonly JsonValue[], unwanted: readonly JsonValue[]): JsonValue[] {
  const byValue = new Set(unwanted.map((item) => (isScimJson(item) ? item['value'] : item)));
  const byMembers = unwanted.filter((item): item is ScimJson => isScimJson(item) && item['value'] === undefined);
  return items.filter((item) => {
    const value = isScimJson(item) ? item['value'] : item;
    if (value !== undefined && byValue.has(value)) return false;
    return !byMembers.some((members) => isScimJson(item) && hasMembers(item, members));
  });
}

function hasMembers(item: ScimJson, members: ScimJson): boolean {
  const entries = Object.entries(members);
  return entries.length > 0 && entries.every(([name, value]) => item[name] === value);
}

function patchSelected(patch: AttributePatch, items: readonly JsonValue[]): JsonValue[] {
  const { filter, sub } = patch;
  const selected = items.map((item) => isScimJson(item) && (!filter || matchesFilter(filter, item)));
  if (!selected.includes(true)) return patchNothing(patch, items);
  if (patch.op === 'remove' && !sub) return items.filter((_, index) => !selected[index]);
  return items.flatMap((item, index) => {
    if (!selected[index] || !isScimJson(item)) return [item];
    const changed = sub ? patchSubAttribute(patch, sub, item) : patchSingle(patch, item);
    return changed === undefined || (isScimJson(changed) && Object.keys(changed).length === 0) ? [] : [changed];
  });
}

function patchNothing(patch: AttributePatch, items: readonly JsonValue[]): JsonValue[] {
  if (patch.op === 'remove') return [...items];
  const equalities = patch.filter && patch.op === 'add' ? equalityMembers(patch.filter) : undefined;
  if (!equalities) {
    throw scimRefusal(400, 'noTarget', `No value of "${patch.definition.name}" matches the path.`);
  }
  const created = patch.sub ? patchSubAttribute(patch, patch.sub, equalities) : patchSingle(patch, equalities);
  return created === undefined ? [...items] : [...items, created];
}

/** `type eq "work" and primary eq true` as members of a new value; undefined for any other kind of filter. */
function equalityMembers(filter: FilterNode): ScimJson | undefined {
  if (filter.kind === 'and') {
    const parts = filter.nodes.map(equalityMembers);
    return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null) return undefined;
  return { [filter.target.attribute.name]: filter.value };
}

/** A new primary takes the mark from the old one (RFC 7644 section 3.5.2); two new ones are refused. */
function onePrimary(before: readonly JsonValue[], after: readonly JsonValue[], name: string): JsonValue[] {
  const isPrimary = (item: JsonValue): boolean => isScimJson(item) && item['primary'] === true;
  const primaries = after.filter(isPrimary);
  if (primaries.length <= 1) return [...after];
  const old = new Set(before.filter(isPrimary).map((item) => JSON.stringify(item)));
  const added = primaries.filter((item) => !old.has(JSON.stringify(item)));
  if (added.length !== 1) throw scimRefusal(400, 'invalidValue', `"${name}" can have one primary value.`);
  return after.map((item) =>
    isPrimary(item) && item !== added[0] && isScimJson(item) ? { ...item, primary: false } : item,
  );
}
