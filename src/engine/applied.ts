// What an answer of success shows, against what was sent: services keep something else, or nothing, and say that all is well.
import type { ObjectFault } from '../model/errors.ts';
import type { TargetProfile } from '../model/profile.ts';
import { isActive } from '../rules/decide.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { type AttributeDifference, notHeld } from '../scim/diff.ts';
import { booleanOf } from '../scim/effect.ts';
import { ShownMembers } from '../scim/members.ts';
import { isUnassigned } from '../scim/read.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import { showsAll } from '../scim/shows-all.ts';
import type { ChangeOutcome } from './execute.ts';
import { memberIdsOf } from './shown-members.ts';

/**
 * Compares what the target answered with what was wanted: success without effect is a warning of its own. `sent` is the
 * resource in which all of it was sent.
 */
export function notApplied(
  answered: ScimResource,
  wanted: readonly DesiredAttribute[],
  sent?: ScimResource,
): ObjectFault | null {
  if (
    resourceId(answered) === undefined ||
    (answered['userName'] === undefined && answered['displayName'] === undefined)
  )
    return null;
  const isRepeated = sent !== undefined && showsAll(answered, sent);
  // What has no value was not sent: the target may have put something there.
  const missing = notHeld(answered, isRepeated ? wanted.filter(({ value }) => isUnassigned(value)) : wanted);
  if (missing.length === 0) return null;
  return {
    code: 'NotApplied',
    message: `The target answered success but does not hold: ${missing.map((each) => each.path.text).join(', ')}.`,
  };
}

/** The fault of an account that was to be disabled and that the answer shows as active: whoever left would keep their access. */
export function staysActive(
  differences: readonly Pick<AttributeDifference, 'path' | 'newValue'>[],
  answered: ScimResource | null,
): ObjectFault | null {
  const disables = differences.some(({ path, newValue }) => path.text === 'active' && booleanOf(newValue) === false);
  if (!disables || answered?.['active'] === undefined || !isActive(answered)) return null;
  const message = 'The target answered success to disabling the account, and shows it as active.';
  return { code: 'NotApplied', message };
}

/** Whether a group that was created shows everybody it was created with. */
export function showsMembers(group: ScimResource, added: readonly { readonly target_id: string }[]): boolean {
  if (added.length === 0) return true;
  const shown = memberIdsOf(group, { membersReadable: true });
  return added.every(({ target_id: id }) => shown?.has(id) === true);
}

/**
 * Those of the added members, by the ids of their accounts, whom the answer shows not to be in the group; nobody where it shows no
 * members. The client has looked at the group already where that decides something.
 */
export function absentMembers(
  answered: ScimResource | null,
  added: readonly string[],
  profile: Pick<TargetProfile, 'membersReadable'>,
): ReadonlySet<string> {
  const shown = answered === null ? null : memberIdsOf(answered, profile);
  return new Set(shown === null ? [] : new ShownMembers([...shown]).lacks(added));
}

/** The fault of a group that lacks members although they were added. */
export function membersMissing(missing: number, added: number): ObjectFault {
  const message = `The target answered success to adding ${added} members, and ${missing} of them are not in the group. They are added again with the next cycle.`;
  return { code: 'MembersMissing', message, ambiguous: true };
}

/** What is told of a group whose answer shows fewer members than were added. */
export function unseenMembers(missing: number): ObjectFault {
  const message = `The target answered success to adding members, and its answer does not show ${missing} of those who were added.`;
  return { code: 'NotApplied', message };
}

/** What was done, which is less than was wanted where a target does not delete. */
export function doneTo({ change, warning }: Pick<ChangeOutcome, 'change' | 'warning'>): string {
  return warning?.code === 'DisabledInstead' ? 'disable' : change.action;
}
