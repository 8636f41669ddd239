// PATCH requests of RFC 7644 section 3.5.2: operations in lower case, typed values, the forms that most targets understand.
// Which form a target that refuses them gets instead is decided by the client, with pathless.ts.
import type { PatchForm } from '../model/dialect.ts';
import type { AttributeDifference } from './diff.ts';
import { groupElements, namesAnyElement, wireValue, withPrimaryEmail } from './element.ts';
import { equalsFilter } from './filter.ts';
import { attributeText, elementText, pathText } from './path.ts';
import { isComplex, isUnassigned, memberOf } from './read.ts';
import type { PatchOperation, ScimValue } from './resource.ts';

/**
 * The operations of the one PATCH that removes all differences. A value path is replaced where its element exists; elements
 * that do not exist are added whole, all sub-attributes together, as is one for `emails.value` without a filter. `replace` for what has a value, `add` for what has none.
 * No differences, no operations: an empty PATCH must not be sent. With `missingElement: 'path'` the path of an element that does
 * not exist is to make it, which RFC 7644 does not promise and Microsoft Entra expects.
 */
export function buildPatch(
  differences: readonly AttributeDifference[],
  missingElement: PatchForm['missingElement'] = 'element',
): PatchOperation[] {
  const operations: PatchOperation[] = [];
  const missing: AttributeDifference[] = [];
  for (const difference of differences) {
    const { path, oldValue, newValue, elementExists, elements } = difference;
    if (elements !== undefined) {
      operations.push(...changeElements(difference, elements));
    } else if (difference.wholeElement === true) {
      const whole = elementText(path);
      if (!operations.some((each) => each.op === 'remove' && each.path === whole))
        operations.push({ op: 'remove', path: whole });
    } else if (isUnassigned(newValue)) {
      if (oldValue !== undefined) operations.push({ op: 'remove', path: pathText(path) });
    } else if (path.filter !== undefined && !elementExists && missingElement === 'element') {
      missing.push(difference);
    } else if (path.subAttribute !== undefined && namesAnyElement(path)) {
      operations.push({ op: 'add', path: attributeText(path), value: [{ [path.subAttribute]: newValue }] });
    } else {
      const exists = (path.filter !== undefined && missingElement === 'element') || !isUnassigned(oldValue);
      operations.push({ op: exists ? 'replace' : 'add', path: pathText(path), value: wireValue(path, newValue) });
    }
  }
  return [...operations, ...addElements(missing)];
}

/**
 * Elements one by one, so that what somebody else adds to the list meanwhile stays. An element that no filter can name is
 * taken out by stating the list as a whole.
 */
function changeElements(
  { path, newValue }: AttributeDifference,
  { add, remove }: NonNullable<AttributeDifference['elements']>,
): PatchOperation[] {
  const name = pathText(path);
  const removals = remove.map((each) => literalOf(each));
  if (removals.includes(undefined)) return [{ op: 'replace', path: name, value: wireValue(path, newValue) }];
  const operations = removals.map(
    (value): PatchOperation => ({ op: 'remove', path: `${name}[value eq ${JSON.stringify(value)}]` }),
  );
  return add.length === 0 ? operations : [...operations, { op: 'add', path: name, value: wireValue(path, add) }];
}

function literalOf(element: ScimValue): string | number | boolean | undefined {
  const value = isComplex(element) ? memberOf(element, 'value') : element;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function addElements(missing: readonly AttributeDifference[]): PatchOperation[] {
  const values = missing.map(({ path, newValue }) => ({ path, value: newValue }));
  return groupElements(values).map(({ path, elements }) => {
    const text = attributeText(path);
    const first = missing.some(
      (difference) =>
        attributeText(difference.path).toLowerCase() === text.toLowerCase() && !difference.attributeExists,
    );
    return { op: 'add', path: text, value: [...(first ? withPrimaryEmail(path, elements) : elements)] };
  });
}

/** One operation that adds members by id; none for no ids. The caller bounds the number (profile `membersPerRequest`). */
export function addMembers(ids: readonly string[]): PatchOperation[] {
  if (ids.length === 0) return [];
  return [{ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }];
}

/**
 * One operation a member, `members[value eq "id"]`: the form that most targets understand. A list of values is never the
 * first choice, because some targets ignore it and remove everybody.
 */
export function removeMembers(ids: readonly string[]): PatchOperation[] {
  return ids.map((id) => ({ op: 'remove', path: `members[${equalsFilter('value', id)}]` }));
}
