// What an answer of success shows, against what was sent: services keep something else, or nothing, and say that all is well.
import type { ObjectFault } from '../model/errors.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { diffResource } from '../scim/diff.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import { memberIdsOf } from './memberships.ts';

/** Compares what the target answered with what was sent: success without effect is a warning of its own. */
export function notApplied(answered: ScimResource, wanted: readonly DesiredAttribute[]): ObjectFault | null {
  if (
    resourceId(answered) === undefined ||
    (answered['userName'] === undefined && answered['displayName'] === undefined)
  )
    return null;
  const missing = diffResource(answered, wanted, { caseInsensitive: wanted.map((each) => each.path.text) });
  if (missing.length === 0) return null;
  return {
    code: 'NotApplied',
    message: `The target answered success but does not hold: ${missing.map((each) => each.path.text).join(', ')}.`,
  };
}

/** Whether a group that was created shows everybody it was created with. */
export function showsMembers(group: ScimResource, added: readonly { readonly target_id: string }[]): boolean {
  const shown = memberIdsOf(group, { membersReadable: true });
  return added.every(({ target_id: id }) => shown?.has(id) === true);
}
