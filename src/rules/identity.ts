// Which differences of an existing account change who it is in the eyes of the target: the name somebody signs in with,
// the ids by which accounts are found again, and the address at which the person is reached. A slip here (a domain that
// was renamed, a wrong matching attribute) locks people out or gives them each other's accounts.
import type { AttributeDifference } from '../scim/diff.ts';
import { caseInsensitiveKeys } from '../scim/diff.ts';
import { sameValue } from '../scim/equal.ts';
import { conditionsOf, pathKey, type ScimPath } from '../scim/path.ts';
import { isUnassigned } from '../scim/read.ts';

const ALWAYS = new Set(['username', 'externalid']);

/** The work or primary e-mail, or the list of e-mails as a whole. */
function isMainEmail({ schema, attribute, filter, subAttribute }: ScimPath): boolean {
  if (schema !== undefined || attribute.toLowerCase() !== 'emails') return false;
  if (subAttribute !== undefined && subAttribute.toLowerCase() !== 'value') return false;
  if (filter === undefined) return true;
  return conditionsOf(filter).some(({ attribute: name, value }) => {
    const wanted = String(value).toLowerCase();
    return name.toLowerCase() === 'primary' ? wanted === 'true' : wanted === 'work';
  });
}

/**
 * The differences that change an identity. Filling what was empty changes nobody's; neither does another spelling of a
 * value that the target compares without regard to case.
 */
export function identityChanges(
  differences: readonly AttributeDifference[],
  matching: readonly ScimPath[],
  caseInsensitive: readonly string[],
): AttributeDifference[] {
  const keys = new Set([...ALWAYS, ...matching.map(pathKey)]);
  const ignoringCase = caseInsensitiveKeys(caseInsensitive);
  return differences.filter(({ path, oldValue, newValue }) => {
    if (!keys.has(pathKey(path)) && !isMainEmail(path)) return false;
    if (isUnassigned(oldValue)) return false;
    return !(ignoringCase.has(pathKey(path)) && sameValue(oldValue, newValue, true));
  });
}
