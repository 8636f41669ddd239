// Members with a type, for targets that refuse them without one (profile `memberType`). RFC 7643 section 4.2 has the
// sub-attribute and does not ask for it.
import type { TargetProfile } from '../model/profile.ts';
import { isComplex, isMultiple, memberOf } from '../scim/read.ts';
import type { PatchOperation, ScimKind, ScimResource, ScimValue } from '../scim/resource.ts';

type MemberHabits = Pick<TargetProfile, 'memberType'>;

/** The group whose members all state a type; everything else as it is. */
export function withMemberType(kind: ScimKind, resource: ScimResource, { memberType }: MemberHabits): ScimResource {
  const { members } = resource;
  if (memberType === undefined || kind !== 'Group' || members === undefined) return resource;
  return { ...resource, members: typed(members, memberType) };
}

/** The operation with a type for every member that it lists. */
export function withTypedMembers(
  kind: ScimKind,
  operation: PatchOperation,
  { memberType }: MemberHabits,
): PatchOperation {
  if (memberType === undefined || kind !== 'Group' || operation.path !== 'members') return operation;
  return operation.value === undefined ? operation : { ...operation, value: typed(operation.value, memberType) };
}

function typed(members: ScimValue, type: string): ScimValue {
  if (!isMultiple(members)) return members;
  return members.map((member) =>
    isComplex(member) && memberOf(member, 'type') === undefined ? { ...member, type } : member,
  );
}
