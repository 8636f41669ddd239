// Two resources side by side, attribute by attribute: for tests of mappings, where every difference matters. Unlike diff.ts it
// looks at both sides, compares values exactly, and knows nothing of what is to be sent.
import { attributeText, conditionsOf, parsePath, pathText, type ScimPath } from './path.ts';
import { elementMatches, isComplex, isMultiple, type ScimComplex } from './read.ts';
import type { ScimResource, ScimValue } from './resource.ts';

/** One attribute in which two resources differ; undefined for the side that has no value. */
export interface ResourceDifference {
  /** As a mapping would name it: `name.givenName`, `emails[type eq "work"].value`. */
  readonly path: string;
  readonly expected: ScimValue | undefined;
  readonly actual: ScimValue | undefined;
}

/**
 * What a resource lacks, or holds otherwise, than expected; `complete` also names what was not expected. The expectation may be
 * nested as on the wire, or use paths as keys (`name.givenName`, `emails[type eq "work"].value`), or both. Null stands for no
 * value. `schemas` counts only where it is expected. Lists have no order (RFC 7643 section 2.4).
 */
export function resourceDifferences(
  expected: ScimResource,
  actual: ScimResource,
  complete: boolean,
): ResourceDifference[] {
  const named = Object.keys(expected).flatMap((key) => asPath(key) ?? []);
  const wanted = flatten(expected, named);
  const found = flatten(actual, named);
  if (!wanted.has('schemas')) found.delete('schemas');
  const differences: ResourceDifference[] = [];
  for (const [key, { path, value }] of wanted) {
    const there = found.get(key)?.value;
    if (!same(value, there)) differences.push({ path, expected: value ?? undefined, actual: there ?? undefined });
  }
  if (!complete) return differences;
  for (const [key, { path, value }] of found)
    if (!wanted.has(key) && value !== null) differences.push({ path, expected: undefined, actual: value });
  return differences;
}

/** Why a key of an expectation is neither an attribute, nor a path, nor the URN of an extension; undefined when it is one. */
export function faultOfKey(key: string): string | undefined {
  const parsed = parsePath(key);
  return parsed.ok || isExtension(key) ? undefined : parsed.message;
}

function isExtension(key: string): boolean {
  return /^urn:.*:(?:User|Group)$/i.test(key);
}

function asPath(key: string): ScimPath | undefined {
  if (isExtension(key)) return undefined;
  const parsed = parsePath(key);
  return parsed.ok ? parsed.path : undefined;
}

interface Leaf {
  readonly path: string;
  readonly value: ScimValue;
}

/** Values by their path in lower case, because attribute names have no case (RFC 7643 section 2.1). */
type Leaves = Map<string, Leaf>;

/** `named` are paths whose filters name the elements of lists; other elements are named by their type or value. */
function flatten(resource: ScimResource, named: readonly ScimPath[]): Leaves {
  const leaves: Leaves = new Map();
  for (const [key, value] of Object.entries(resource)) {
    const path = asPath(key);
    if (path !== undefined) collect(leaves, pathText(path), value, named);
    else if (isComplex(value))
      for (const [name, member] of Object.entries(value)) collect(leaves, `${key}:${name}`, member, named);
    else collect(leaves, key, value, named);
  }
  return leaves;
}

function collect(leaves: Leaves, path: string, value: ScimValue | undefined, named: readonly ScimPath[]): void {
  if (value === undefined) return;
  if (isComplex(value)) collectMembers(leaves, path, value, [], named);
  else if (isMultiple(value) && value.length > 0 && value.every(isComplex)) collectElements(leaves, path, value, named);
  else leaves.set(path.toLowerCase(), { path, value });
}

function collectMembers(
  leaves: Leaves,
  path: string,
  complex: ScimComplex,
  without: readonly string[],
  named: readonly ScimPath[],
): void {
  for (const [name, member] of Object.entries(complex))
    if (!without.includes(name.toLowerCase())) collect(leaves, `${path}.${name}`, member, named);
}

function collectElements(
  leaves: Leaves,
  path: string,
  elements: readonly ScimComplex[],
  named: readonly ScimPath[],
): void {
  const own = named.filter((each) => attributeText(each).toLowerCase() === path.toLowerCase());
  const key = ['type', 'value'].find((name) => isDistinct(elements.map((element) => element[name])));
  for (const [index, element] of elements.entries()) {
    const name = own.find(({ filter }) => filter !== undefined && elementMatches(element, filter));
    if (name?.filter !== undefined) {
      const { subAttribute: _, ...whole } = name;
      const conditions = conditionsOf(name.filter).map(({ attribute }) => attribute.toLowerCase());
      collectMembers(leaves, pathText(whole), element, conditions, named);
    } else if (key !== undefined) {
      collectMembers(
        leaves,
        `${path}[${key} eq ${JSON.stringify(element[key])}]`,
        element,
        key === 'type' ? [key] : [],
        named,
      );
    } else collectMembers(leaves, `${path}[${index}]`, element, [], named);
  }
}

/** Whether a sub-attribute tells all elements of a list apart. */
function isDistinct(values: readonly (ScimValue | undefined)[]): boolean {
  return values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
}

function same(expected: ScimValue, actual: ScimValue | undefined): boolean {
  return canonical(expected) === canonical(actual ?? null);
}

function canonical(value: ScimValue): string {
  if (isMultiple(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (!isComplex(value)) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${canonical(member)}`],
  );
  return `{${members.toSorted().join()}}`;
}

/** Whether two values are the same, type included, whatever the order of lists and of the members of complex values. */
export function isSameValue(left: ScimValue, right: ScimValue): boolean {
  return canonical(left) === canonical(right);
}
