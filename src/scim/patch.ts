// PATCH requests of RFC 7644 section 3.5.2: operations in lower case, typed values, the forms that most targets understand.
// Which form a target that refuses them gets instead is decided by the client, with pathless.ts.
import type { AttributeDifference } from './diff.ts';
import { groupElements, namesAnyElement, wireValue, withPrimaryEmail } from './element.ts';
import { equalsFilter } from './filter.ts';
import { attributeText, pathText } from './path.ts';
import { isUnassigned } from './read.ts';
import type { PatchOperation } from './resource.ts';

/**
 * The operations of the one PATCH that removes all differences. A value path is replaced where its element exists; elements
 * that do not exist are added whole, all sub-attributes together, as is one for `emails.value` without a filter. `replace` for what has a value, `add` for what has none.
 * No differences, no operations: an empty PATCH must not be sent.
 */
export function buildPatch(differences: readonly AttributeDifference[]): PatchOperation[] {
  const operations: PatchOperation[] = [];
  const missing: AttributeDifference[] = [];
  for (const difference of differences) {
    const { path, oldValue, newValue, elementExists } = difference;
    if (isUnassigned(newValue)) {
      if (oldValue !== undefined) operations.push({ op: 'remove', path: pathText(path) });
    } else if (path.filter !== undefined && !elementExists) {
      missing.push(difference);
    } else if (path.subAttribute !== undefined && namesAnyElement(path)) {
      operations.push({ op: 'add', path: attributeText(path), value: [{ [path.subAttribute]: newValue }] });
    } else {
      const exists = path.filter !== undefined || !isUnassigned(oldValue);
      operations.push({ op: exists ? 'replace' : 'add', path: pathText(path), value: wireValue(path, newValue) });
    }
  }
  return [...operations, ...addElements(missing)];
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
