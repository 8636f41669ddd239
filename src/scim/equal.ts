// Whether a target already holds a wanted value. Representation must not cause a change: servers answer booleans as text,
// dates with other fractions of a second, references as objects and lists in any order.
import { isComplex, isMultiple, isUnassigned, memberOf } from './read.ts';
import type { ScimValue } from './resource.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

type Scalar = string | number | boolean;

function sameScalar(current: Scalar, desired: Scalar, ignoreCase: boolean): boolean {
  if (current === desired) return true;
  if (typeof current === 'boolean' || typeof desired === 'boolean') {
    return String(current).toLowerCase() === String(desired).toLowerCase();
  }
  const [a, b] = [String(current), String(desired)];
  if (a === b || (ignoreCase && a.toLowerCase() === b.toLowerCase())) return true;
  return DATE_TIME.test(a) && DATE_TIME.test(b) && Date.parse(a) === Date.parse(b);
}

// Every wanted element has its own counterpart, and none is left over.
function sameElements(current: readonly ScimValue[], desired: readonly ScimValue[], ignoreCase: boolean): boolean {
  if (current.length !== desired.length) return false;
  const left = [...current];
  return desired.every((wanted) => {
    const index = left.findIndex((candidate) => sameValue(candidate, wanted, ignoreCase));
    if (index < 0) return false;
    left.splice(index, 1);
    return true;
  });
}

/**
 * True when `current` needs no change to be `desired`. Lists are compared without order; a complex value may hold more
 * than is wanted (`display`, `$ref`); a wanted scalar is compared with the `value` of a complex one (references).
 */
export function sameValue(current: ScimValue | undefined, desired: ScimValue, ignoreCase: boolean): boolean {
  if (isUnassigned(desired)) return isUnassigned(current);
  if (isUnassigned(current)) return false;
  if (isMultiple(desired)) {
    return sameElements(isMultiple(current) ? current : [current], desired, ignoreCase);
  }
  if (isMultiple(current)) return current.length === 1 && sameValue(current[0], desired, ignoreCase);
  if (isComplex(desired)) {
    if (!isComplex(current)) return sameValue(current, memberOf(desired, 'value') ?? null, ignoreCase);
    return Object.entries(desired).every(([key, value]) =>
      value === undefined ? true : sameValue(memberOf(current, key), value, ignoreCase),
    );
  }
  if (isComplex(current)) {
    const value = memberOf(current, 'value');
    return value !== undefined && !isComplex(value) && sameValue(value, desired, ignoreCase);
  }
  return sameScalar(current, desired, ignoreCase);
}
