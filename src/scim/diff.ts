// Which wanted attributes a resource does not hold yet. Attributes that are not wanted are never looked at, so what other
// systems wrote stays. How a difference is sent is patch.ts.
import type { DesiredAttribute } from './desired.ts';
import { sameValue } from './equal.ts';
import { parsePath, pathKey, type ScimPath } from './path.ts';
import { findElement, isMultiple, isUnassigned, readAttribute, readPath } from './read.ts';
import type { ScimResource, ScimValue } from './resource.ts';

/** One attribute that has to change. */
export interface AttributeDifference {
  readonly path: ScimPath;
  /** As the target holds it; undefined for none. */
  readonly oldValue: ScimValue | undefined;
  /** Null, an empty text or an empty list removes the value. */
  readonly newValue: ScimValue;
  /** For value paths: whether an element matches the filter. False for all other paths. */
  readonly elementExists: boolean;
  /** Whether the attribute that the path begins with has any value. */
  readonly attributeExists: boolean;
}

/** Names of attributes whose values are compared without regard to case, by `pathKey`. */
export function caseInsensitiveKeys(names: readonly string[]): ReadonlySet<string> {
  const keys = names.map((name) => {
    const parsed = parsePath(name);
    return parsed.ok ? pathKey(parsed.path) : name.toLowerCase();
  });
  return new Set(keys);
}

function holds(current: ScimValue | undefined, desired: DesiredAttribute, ignoreCase: boolean): boolean {
  const { path, value } = desired;
  const spread = path.filter === undefined && path.subAttribute !== undefined;
  if (spread && isMultiple(current) && !isMultiple(value) && !isUnassigned(value)) {
    return current.some((candidate) => sameValue(candidate, value, ignoreCase));
  }
  return sameValue(current, value, ignoreCase);
}

/**
 * The wanted attributes that differ, in the order they are wanted. Text, numbers, booleans and dates are compared by
 * meaning (equal.ts); a reference is compared by its id; `caseInsensitive` holds target attribute names.
 */
export function diffResource(
  current: ScimResource,
  desired: readonly DesiredAttribute[],
  options: { caseInsensitive: readonly string[] },
): AttributeDifference[] {
  const ignoringCase = caseInsensitiveKeys(options.caseInsensitive);
  const differences: AttributeDifference[] = [];
  for (const attribute of desired) {
    const { path, value } = attribute;
    const oldValue = readPath(current, path);
    if (holds(oldValue, attribute, ignoringCase.has(pathKey(path)))) continue;
    differences.push({
      path,
      oldValue,
      newValue: value,
      elementExists: findElement(current, path) !== undefined,
      attributeExists: !isUnassigned(readAttribute(current, path)),
    });
  }
  return differences;
}
