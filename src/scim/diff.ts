// Which wanted attributes a resource does not hold yet. Attributes that are not wanted are never looked at, so what other
// systems wrote stays. How a difference is sent is patch.ts.
import type { DesiredAttribute } from './desired.ts';
import { sameValue } from './equal.ts';
import { type ElementChanges, elementChanges, isLeftAlone } from './flow.ts';
import { conditionsOf, elementText, parsePath, pathKey, type ScimPath } from './path.ts';
import {
  elementsOf,
  findElement,
  isMultiple,
  isSilentAbout,
  isUnassigned,
  memberOf,
  readAttribute,
  readPath,
} from './read.ts';
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
  /** Set for a list of which only these elements change; the others stay, whoever put them there. */
  readonly elements?: ElementChanges;
  /** True when nothing of the element that a filter names would be left, so that it goes as a whole. */
  readonly wholeElement?: true;
  /** True when an element takes the place of whatever the target holds, because it holds one only. */
  readonly single?: true;
}

/** How attributes are compared. */
export interface Comparison {
  /** Target attribute names whose values are compared without regard to case. */
  readonly caseInsensitive: readonly string[];
  /** What this job wrote last, by target attribute name; decides which elements of a list it may take out again. */
  readonly before?: Readonly<Record<string, ScimValue>>;
}

/** Keys by the list of names: one list serves all comparisons of a job. */
const knownKeys = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Names of attributes whose values are compared without regard to case, by `pathKey`. */
export function caseInsensitiveKeys(names: readonly string[]): ReadonlySet<string> {
  const known = knownKeys.get(names);
  if (known !== undefined) return known;
  const keys = names.map((name) => {
    const parsed = parsePath(name);
    return parsed.ok ? pathKey(parsed.path) : name.toLowerCase();
  });
  const read = new Set(keys);
  knownKeys.set(names, read);
  return read;
}

function holds(current: ScimValue | undefined, desired: DesiredAttribute, ignoreCase: boolean): boolean {
  const { path, value } = desired;
  const spread = path.filter === undefined && path.subAttribute !== undefined;
  if (spread && isMultiple(current) && !isMultiple(value) && !isUnassigned(value)) {
    return current.some((candidate) => sameValue(candidate, value, ignoreCase));
  }
  return sameValue(current, value, ignoreCase);
}

/** Which of the wanted attributes differ, whatever the case of their texts; what somebody wrote before does not matter. */
export function notHeld(current: ScimResource, desired: readonly DesiredAttribute[]): DesiredAttribute[] {
  return desired.filter((each) => {
    if (isLeftAlone(current, each)) return false;
    const elements = elementChanges(readPath(current, each.path), each, undefined, true);
    return !isHeld(current, each, elements, true);
  });
}

function isHeld(
  current: ScimResource,
  attribute: DesiredAttribute,
  elements: ElementChanges | undefined,
  ignoreCase: boolean,
): boolean {
  if (elements !== undefined) return elements.add.length === 0 && elements.remove.length === 0;
  const held = readPath(current, attribute.path);
  return holds(held, attribute, ignoreCase) || holdsUntyped(current, attribute, ignoreCase);
}

/**
 * The wanted attributes that differ, in the order they are wanted. Text, numbers, booleans and dates are compared by
 * meaning (equal.ts); a reference is compared by its id. What the flow of an attribute leaves alone is no difference.
 */
export function diffResource(
  current: ScimResource,
  desired: readonly DesiredAttribute[],
  { caseInsensitive, before }: Comparison,
): AttributeDifference[] {
  const ignoringCase = caseInsensitiveKeys(caseInsensitive);
  const differences: AttributeDifference[] = [];
  for (const attribute of desired) {
    const { path } = attribute;
    if (isLeftAlone(current, attribute)) continue;
    const oldValue = readPath(current, path);
    const ignoreCase = ignoringCase.size > 0 && ignoringCase.has(pathKey(path));
    const elements = elementChanges(oldValue, attribute, before?.[path.text], ignoreCase);
    if (isHeld(current, attribute, elements, ignoreCase)) continue;
    differences.push({
      path,
      oldValue,
      newValue: elements === undefined ? attribute.value : changedList(oldValue, elements),
      elementExists: findElement(current, path) !== undefined,
      attributeExists: !isUnassigned(readAttribute(current, path)),
      ...(elements === undefined ? {} : { elements }),
      ...(attribute.single === true ? { single: true } : {}),
    });
  }
  return differences.map((each) => (emptiesElement(each, current, desired) ? { ...each, wholeElement: true } : each));
}

/** An attribute that the account holds already, for an update that is to state it all the same. */
export function restated(current: ScimResource, { path, value, single }: DesiredAttribute): AttributeDifference {
  return {
    path,
    oldValue: readPath(current, path),
    newValue: value,
    elementExists: findElement(current, path) !== undefined,
    attributeExists: !isUnassigned(readAttribute(current, path)),
    ...(single === true ? { single } : {}),
  };
}

/**
 * Whether the only element of a list holds the wanted value without saying what the filter asks for: some targets keep the
 * type of an address, and never show it.
 */
function holdsUntyped(current: ScimResource, { path, value }: DesiredAttribute, ignoreCase: boolean): boolean {
  const { filter, subAttribute } = path;
  if (filter === undefined || subAttribute === undefined || isUnassigned(value)) return false;
  const [element, ...others] = elementsOf(readAttribute(current, path));
  if (element === undefined || others.length > 0 || !isSilentAbout(element, filter)) return false;
  return sameValue(memberOf(element, subAttribute), value, ignoreCase);
}

function changedList(held: ScimValue | undefined, { add, remove }: ElementChanges): ScimValue {
  return [...elementsOf(held).filter((each) => !remove.includes(each)), ...add];
}

/** What says which element it is, or describes it, is no content: without the rest the element is an empty shell. */
const DESCRIBING = new Set(['type', 'primary', 'display', '$ref']);

// An e-mail without its value, or an address without any line, is refused by strict targets and useless to all others.
function emptiesElement(
  { path, newValue }: AttributeDifference,
  current: ScimResource,
  desired: readonly DesiredAttribute[],
): boolean {
  const { filter, subAttribute } = path;
  const element = findElement(current, path);
  if (filter === undefined || subAttribute === undefined || element === undefined || !isUnassigned(newValue))
    return false;
  const ofElement = desired.filter((each) => sameElementPath(each.path, path));
  if (ofElement.some((each) => !isUnassigned(each.value))) return false;
  const cleared = new Set(ofElement.map((each) => each.path.subAttribute?.toLowerCase() ?? ''));
  if (cleared.has('value')) return true;
  const naming = new Set(conditionsOf(filter).map(({ attribute }) => attribute.toLowerCase()));
  return Object.entries(element).every(([name, value]) => {
    const key = name.toLowerCase();
    return isUnassigned(value) || DESCRIBING.has(key) || naming.has(key) || cleared.has(key);
  });
}

function sameElementPath(a: ScimPath, b: ScimPath): boolean {
  return elementText(a).toLowerCase() === elementText(b).toLowerCase();
}
