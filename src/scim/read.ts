// Reading values out of a resource. Attribute names and URNs are case-insensitive (RFC 7643 section 2.1), values are not
// changed. Nothing here decides whether two values are the same; that is equal.ts.
import { conditionsOf, type ElementFilter, type ScimPath } from './path.ts';
import type { ScimResource, ScimValue } from './resource.ts';

/** A complex value. */
export type ScimComplex = { readonly [key: string]: ScimValue | undefined };

/** True for a complex value, not for arrays and null. */
export function isComplex(value: unknown): value is ScimComplex {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a multi-valued attribute's value. */
export function isMultiple(value: ScimValue | undefined): value is readonly ScimValue[] {
  return Array.isArray(value);
}

/** Unassigned in the sense of RFC 7643 section 2.5: absent, null, an empty list; an empty text counts as unassigned too. */
export function isUnassigned(value: ScimValue | undefined): value is undefined | null | '' | readonly [] {
  return value === undefined || value === null || value === '' || (isMultiple(value) && value.length === 0);
}

/**
 * The name by which a complex value has a member, which may be spelled otherwise; an exact spelling wins, and a member that is
 * not there would have this name. Names are ASCII.
 */
export function keyOf(complex: ScimComplex, name: string): string {
  return Object.hasOwn(complex, name) ? name : (otherSpelling(complex, name) ?? name);
}

// A loop, because a list of the names would be made for every attribute that is not there.
function otherSpelling(complex: ScimComplex, name: string): string | undefined {
  for (const key in complex) {
    const isSame = key.length === name.length && key.toLowerCase() === name.toLowerCase();
    if (isSame && Object.hasOwn(complex, key)) return key;
  }
  return undefined;
}

/** The member of a complex value by its case-insensitive name; an exact spelling wins. */
export function memberOf(complex: ScimComplex, name: string): ScimValue | undefined {
  if (Object.hasOwn(complex, name)) return complex[name];
  const key = otherSpelling(complex, name);
  return key === undefined ? undefined : complex[key];
}

/** The elements of a multi-valued attribute; a target that answers one object instead of a list is understood. */
export function elementsOf(value: ScimValue | undefined): readonly ScimValue[] {
  if (isUnassigned(value)) return [];
  return isMultiple(value) ? value : [value];
}

/** The whole attribute that a path begins with, whatever filter and sub-attribute follow. */
export function readAttribute(resource: ScimResource, path: ScimPath): ScimValue | undefined {
  if (path.schema === undefined) return memberOf(resource, path.attribute);
  const extension = memberOf(resource, path.schema);
  if (isComplex(extension)) return memberOf(extension, path.attribute);
  return memberOf(resource, `${path.schema}:${path.attribute}`);
}

/** Whether an element is the one a filter names; types are compared without case, booleans also as text. */
export function elementMatches(element: ScimValue, filter: ElementFilter): boolean {
  if (!isComplex(element)) return false;
  return conditionsOf(filter).every((condition) => {
    const value = memberOf(element, condition.attribute);
    if (typeof value !== 'string' && typeof value !== 'boolean') return false;
    return String(value).toLowerCase() === String(condition.value).toLowerCase();
  });
}

/**
 * Whether an element shows nothing of what a filter asks for: some services keep the type of an address and never show it,
 * so it may be the one that is meant.
 */
export function isSilentAbout(element: ScimValue, filter: ElementFilter): element is ScimComplex {
  return (
    isComplex(element) && conditionsOf(filter).every(({ attribute }) => memberOf(element, attribute) === undefined)
  );
}

/** The first element that the filter of a path names, or undefined. */
export function findElement(resource: ScimResource, path: ScimPath): ScimComplex | undefined {
  const { filter } = path;
  if (filter === undefined) return undefined;
  const element = elementsOf(readAttribute(resource, path)).find((candidate) => elementMatches(candidate, filter));
  return isComplex(element) ? element : undefined;
}

/**
 * The value at a path, or undefined when there is none. A path without filter into a multi-valued attribute
 * (`emails.value`) answers the list of the sub-attribute's values. A reference (`…:User:manager`) is answered as the target
 * holds it, usually `{ value, displayName }`.
 */
export function readPath(resource: ScimResource, path: ScimPath): ScimValue | undefined {
  const { filter, subAttribute } = path;
  if (filter !== undefined) {
    const element = findElement(resource, path);
    if (element === undefined || subAttribute === undefined) return element;
    return memberOf(element, subAttribute);
  }
  const attribute = readAttribute(resource, path);
  if (subAttribute === undefined) return attribute;
  if (isMultiple(attribute)) {
    const values = attribute.map((element) => (isComplex(element) ? memberOf(element, subAttribute) : undefined));
    const present = values.filter((value) => value !== undefined);
    return present.length === 0 ? undefined : present;
  }
  return isComplex(attribute) ? memberOf(attribute, subAttribute) : undefined;
}
