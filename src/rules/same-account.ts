// Whether an account that was read back is the one a link speaks of: judged by the values that identify people, as they
// were last confirmed in the target.
import { holdsValue } from '../scim/holds-value.ts';
import { parsePath } from '../scim/path.ts';
import { isUnassigned, readPath } from '../scim/read.ts';
import type { ScimResource, ScimValue } from '../scim/resource.ts';

/** What a comparison says; `unknown` when there was nothing to compare. */
export type Sameness =
  | { readonly type: 'same' }
  | { readonly type: 'other'; readonly attribute: string }
  | { readonly type: 'unknown' };

/**
 * Compares an account with what its link says. One value that differs makes it somebody else; a value that the target
 * does not show (some answer no externalId) says nothing.
 */
export function compareAccount(
  exported: Readonly<Record<string, ScimValue>>,
  resource: ScimResource,
  attributes: readonly string[],
): Sameness {
  let same = false;
  for (const attribute of new Set(attributes)) {
    const expected = exported[attribute];
    const parsed = parsePath(attribute);
    if (typeof expected !== 'string' || expected === '' || !parsed.ok) continue;
    if (holdsValue(resource, attribute, parsed.path, expected)) same = true;
    else if (!isUnassigned(readPath(resource, parsed.path))) return { type: 'other', attribute };
  }
  return { type: same ? 'same' : 'unknown' };
}
