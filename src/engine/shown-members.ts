// The members of a group, as far as what the target shows means anything.
import type { TargetProfile } from '../model/profile.ts';
import type { ScimResource } from '../scim/resource.ts';

/** Ids of the members that the target shows; null when it shows none at all, or what it shows means nothing. */
export function memberIdsOf(
  resource: ScimResource,
  { membersReadable }: Pick<TargetProfile, 'membersReadable'>,
): Set<string> | null {
  const members = resource['members'];
  if (!membersReadable || !Array.isArray(members)) return null;
  return new Set(
    members.flatMap((member: unknown) => {
      const value =
        typeof member === 'object' && member !== null ? (member as Record<string, unknown>)['value'] : undefined;
      return typeof value === 'string' ? [value] : [];
    }),
  );
}
