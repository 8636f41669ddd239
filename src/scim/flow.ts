// What a flow type comes to for an account that exists: whether an attribute is left alone, which elements of a list are
// added or taken out, and what may be remembered of the account afterwards.
import type { DesiredAttribute } from './desired.ts';
import { sameValue } from './equal.ts';
import { elementsOf, findElement, isComplex, isMultiple, isUnassigned, memberOf, readPath } from './read.ts';
import type { ScimResource, ScimValue } from './resource.ts';

/** Elements that a list is to gain and to lose; everything else in it stays as it is. */
export interface ElementChanges {
  readonly add: readonly ScimValue[];
  readonly remove: readonly ScimValue[];
}

/**
 * Whether the account keeps what it has, whatever is wanted. A single value is never replaced by a flow that only adds; an
 * element that a filter names (`emails[type eq "work"].value`) counts for `MultiValueAddOnly` as a whole.
 */
export function isLeftAlone(current: ScimResource, desired: DesiredAttribute): boolean {
  const { flow, path, value } = desired;
  switch (flow) {
    case undefined:
    case 'Managed':
      return false;
    case 'ObjectAddOnly':
      return true;
    case 'AttributeAddOnly':
      return !isUnassigned(readPath(current, path));
    case 'MultiValueAddOnly':
      if (path.filter !== undefined) return findElement(current, path) !== undefined;
      return !isList(desired) && !isUnassigned(readPath(current, path));
    case 'ValueAddOnly':
      // A value that is wanted of any element (`emails.value`) is added beside the others.
      return !isList(desired) && !isUnassigned(readPath(current, path)) && !isSpread(current, desired, value);
    default:
      return flow satisfies never;
  }
}

/**
 * What a list gains and loses where the flow does not replace it as a whole; undefined where it does, or where no list is
 * wanted. `before` is what this job wrote there last.
 */
export function elementChanges(
  held: ScimValue | undefined,
  desired: DesiredAttribute,
  before: ScimValue | undefined,
  ignoreCase: boolean,
): ElementChanges | undefined {
  if (!isList(desired) || !addsElements(desired)) return undefined;
  const [present, wanted] = [elementsOf(held), elementsOf(desired.value)];
  const add = wanted.filter((each) => !includes(present, each, ignoreCase));
  const written = desired.flow === 'Managed' ? elementsOf(before) : [];
  const remove = present.filter((each) => includes(written, each, ignoreCase) && !includes(wanted, each, ignoreCase));
  return { add, remove };
}

/**
 * What is known of the account once the wanted attribute is settled: its own value where the flow left it, and for a list
 * that only grows also what was written earlier, so that an element that is not wanted any more is no reason to look again.
 */
export function rememberedValue(
  current: ScimResource,
  desired: DesiredAttribute,
  before: ScimValue | undefined,
): ScimValue {
  if (isLeftAlone(current, desired)) return readPath(current, desired.path) ?? null;
  if (!isList(desired) || !addsElements(desired) || desired.flow === 'Managed') return desired.value;
  const wanted = elementsOf(desired.value);
  return [...wanted, ...elementsOf(before).filter((each) => !includes(wanted, each, false))];
}

/** Whether a value that is remembered says that there is nothing to do. */
export function isKnownToHold(desired: DesiredAttribute, known: ScimValue): boolean {
  if (desired.flow === undefined || desired.flow === 'Managed') return sameKnowledge(known, desired.value);
  if (desired.flow === 'ObjectAddOnly') return true;
  if (desired.flow === 'AttributeAddOnly' || !isList(desired)) return !isUnassigned(known);
  return elementsOf(desired.value).every((each) => elementsOf(known).some((one) => sameKnowledge(one, each)));
}

// Both come from this program, so they are equal when they are written equally; the order of members does not matter.
function sameKnowledge(known: ScimValue, wanted: ScimValue): boolean {
  if (isMultiple(known) && isMultiple(wanted))
    return known.length === wanted.length && known.every((each, index) => sameKnowledge(each, wanted[index] ?? null));
  if (isComplex(known) && isComplex(wanted)) {
    const names = new Set([...Object.keys(known), ...Object.keys(wanted)]);
    return [...names].every((name) => sameKnowledge(known[name] ?? null, wanted[name] ?? null));
  }
  return known === wanted;
}

function addsElements({ flow }: DesiredAttribute): boolean {
  return flow === 'ValueAddOnly' || flow === 'MultiValueAddOnly' || flow === 'Managed';
}

function isList({ path, value }: DesiredAttribute): boolean {
  return path.filter === undefined && isMultiple(value);
}

function isSpread(current: ScimResource, { path }: DesiredAttribute, value: ScimValue): boolean {
  return (
    path.filter === undefined &&
    path.subAttribute !== undefined &&
    isMultiple(readPath(current, path)) &&
    !isMultiple(value)
  );
}

function includes(elements: readonly ScimValue[], wanted: ScimValue, ignoreCase: boolean): boolean {
  return elements.some((each) => isSameElement(each, wanted, ignoreCase));
}

// RFC 7643 section 2.4: `value` and `type` together tell the elements of a list apart; what else a target shows of an
// element (`display`, `primary`) does not make it another one.
function isSameElement(held: ScimValue, wanted: ScimValue, ignoreCase: boolean): boolean {
  const [a, b] = [partsOf(held), partsOf(wanted)];
  if (a.value === undefined || b.value === undefined) return sameValue(held, wanted, ignoreCase);
  if (!sameValue(a.value, b.value, ignoreCase)) return false;
  return isUnassigned(a.type) || isUnassigned(b.type) || sameValue(a.type, b.type, true);
}

function partsOf(element: ScimValue): { readonly value: ScimValue | undefined; readonly type: ScimValue | undefined } {
  if (!isComplex(element)) return { value: element, type: undefined };
  return { value: memberOf(element, 'value'), type: memberOf(element, 'type') };
}
