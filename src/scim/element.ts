// Building elements of multi-valued attributes from single wanted values: `emails[type eq "work"].value` and
// `emails[type eq "work"].display` are one element. Used when an account or an element does not exist yet.
import { isListOfComplex } from './core-schema.ts';
import { attributeText, conditionsOf, type ElementFilter, filterText, type ScimPath } from './path.ts';
import { elementMatches, isComplex, isMultiple, isUnassigned, memberOf, type ScimComplex } from './read.ts';
import { ENTERPRISE_SCHEMA, type ScimValue } from './resource.ts';

/** A wanted value with its place. */
export interface PlacedValue {
  readonly path: ScimPath;
  readonly value: ScimValue;
}

/** Elements of one multi-valued attribute that are to be added together. */
export interface ElementGroup {
  /** A path whose attribute and extension are those of the group. */
  readonly path: ScimPath;
  readonly elements: readonly ScimComplex[];
}

/** What an element begins with, so that the filter that names it finds it. */
function elementOf(filter: ElementFilter): Record<string, ScimValue> {
  const element: Record<string, ScimValue> = {};
  for (const { attribute, value } of conditionsOf(filter)) element[attribute] = value;
  return element;
}

interface ElementKeys {
  readonly attribute: string;
  readonly filter: string;
}

/** By the path: the paths of a mapping serve all objects. */
const knownKeys = new WeakMap<ScimPath, ElementKeys>();

/** What says whether two paths mean the same attribute, and the same element of it. */
function keysOf(path: ScimPath, filter: ElementFilter): ElementKeys {
  const known = knownKeys.get(path);
  if (known !== undefined) return known;
  const keys = { attribute: attributeText(path).toLowerCase(), filter: filterText(filter).toLowerCase() };
  knownKeys.set(path, keys);
  return keys;
}

/**
 * Groups values of value paths (with a filter) by attribute, and within it by filter into one element each, in the order in
 * which they first appear. The filter's own attributes become part of the element: `{ type: 'work', value: … }`.
 */
export function groupElements(values: readonly PlacedValue[]): ElementGroup[] {
  const groups = new Map<string, { path: ScimPath; elements: Map<string, Record<string, ScimValue>> }>();
  for (const { path, value } of values) {
    const { filter, subAttribute } = path;
    if (filter === undefined || isUnassigned(value)) continue;
    const { attribute: groupKey, filter: elementKey } = keysOf(path, filter);
    const group = groups.get(groupKey) ?? { path, elements: new Map<string, Record<string, ScimValue>>() };
    groups.set(groupKey, group);
    const element = group.elements.get(elementKey) ?? elementOf(filter);
    group.elements.set(elementKey, element);
    if (subAttribute !== undefined) element[subAttribute] = value;
    else if (isComplex(value)) Object.assign(element, value);
    else element['value'] = value;
  }
  return [...groups.values()].map(({ path, elements }) => ({ path, elements: [...elements.values()] }));
}

/**
 * Marks one e-mail address as primary where none is said to be: the work address, else the first. Entra does so for
 * `emails[type eq "work"]` and for no other attribute; two primaries are refused by some targets.
 */
export function withPrimaryEmail(path: ScimPath, elements: readonly ScimComplex[]): readonly ScimComplex[] {
  if (path.schema !== undefined || path.attribute.toLowerCase() !== 'emails') return elements;
  if (elements.some((element) => memberOf(element, 'primary') !== undefined)) return elements;
  const work = elements.findIndex((element) => elementMatches(element, { attribute: 'type', value: 'work' }));
  const chosen = Math.max(work, 0);
  return elements.map((element, index) => (index === chosen ? { ...element, primary: true } : element));
}

/** Whether a path asks for an element with a value without saying which: `emails.value`. */
export function namesAnyElement(path: ScimPath): boolean {
  const { schema, filter, attribute, subAttribute } = path;
  return schema === undefined && filter === undefined && subAttribute !== undefined && isListOfComplex(attribute);
}

const ENTERPRISE = ENTERPRISE_SCHEMA.toLowerCase();

// The enterprise manager is written as `{ value: id }` (RFC 7643 section 4.3).
function isManager({ schema, attribute, subAttribute }: ScimPath): boolean {
  if (schema === undefined || subAttribute !== undefined || attribute.toLowerCase() !== 'manager') return false;
  return schema.toLowerCase() === ENTERPRISE;
}

/** The value as it goes on the wire: the manager as an object, texts of core lists (`roles`) as `{ value }`. */
export function wireValue(path: ScimPath, value: ScimValue): ScimValue {
  if (isManager(path) && typeof value === 'string') return { value };
  if (path.schema !== undefined || path.subAttribute !== undefined || !isListOfComplex(path.attribute)) return value;
  const items = isMultiple(value) ? value : [value];
  return items.map((item) => (isComplex(item) || item === null ? item : { value: item }));
}
