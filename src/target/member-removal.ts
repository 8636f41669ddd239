// Removing members. `members[value eq "id"]` goes first; a list of values is the second form and never the first, because
// servers that ignore the list remove everybody. A refusal alone proves nothing about a membership, so the group is read
// before anything is concluded: a leaver who silently stays is the worse fault. Where groups do not show their members nothing
// can be concluded, and the second form is never tried.
import type { TargetResult } from '../engine/ports.ts';
import type { TargetProfile } from '../model/profile.ts';
import { addMembers, removeMembers } from '../scim/patch.ts';
import { operationPath } from '../scim/pathless.ts';
import { elementsOf, isComplex, memberOf } from '../scim/read.ts';
import type { PatchOperation, ScimKind, ScimResource } from '../scim/resource.ts';

/** The resource after the request where the target shows it. */
export type PatchResult = TargetResult<ScimResource | null>;

/** The two requests that the ladders are made of. */
export interface PatchRequests {
  patch(kind: ScimKind, id: string, operations: readonly PatchOperation[], signal: AbortSignal): Promise<PatchResult>;
  get(kind: ScimKind, id: string, signal: AbortSignal): Promise<PatchResult>;
}

/** What the profile says of members. */
export type MemberHabits = Pick<TargetProfile, 'membersReadable' | 'memberRemoval'>;

const REFUSALS = new Set([400, 405, 501]);
const RESTORED_PER_REQUEST = 100;

/** Removes members in the form that the target was seen to understand. */
export class MemberRemoval {
  private readonly requests: PatchRequests;
  private readonly membersReadable: boolean;
  private form: 'path' | 'valueList' | 'onlyPath' = 'path';

  constructor(requests: PatchRequests, { membersReadable, memberRemoval }: MemberHabits) {
    this.requests = requests;
    this.membersReadable = membersReadable;
    if (memberRemoval === 'list') this.form = 'valueList';
  }

  /** Removals within a request that changes more than that: a list where the target is known to want one. */
  inKnownForm(operations: readonly PatchOperation[], members: readonly string[]): readonly PatchOperation[] {
    if (this.form !== 'valueList' || members.length === 0) return operations;
    return [...operations.filter((operation) => removedMember(operation) === undefined), valueList(members)];
  }

  /** Success when nobody of `members` is a member any more; the refusal of the first form when nothing helped. */
  async remove(id: string, members: readonly string[], signal: AbortSignal): Promise<PatchResult> {
    if (this.form === 'valueList') return this.patch(id, [valueList(members)], signal);
    const usual = await this.patch(id, removeMembers(members), signal);
    if (usual.ok || !REFUSALS.has(usual.fault.status ?? 0) || !this.membersReadable) return usual;
    const read = await this.requests.get('Group', id, signal);
    const held = shownMembers(read);
    if (held === undefined) return usual;
    const left = members.filter((member) => held.has(member));
    if (left.length === 0) {
      const believed = held.size > 0 || usual.fault.scimType?.toLowerCase() === 'notarget';
      return believed ? read : usual;
    }
    if (left.length < members.length) {
      const fewer = await this.patch(id, removeMembers(left), signal);
      if (fewer.ok) return fewer;
    }
    return this.form === 'onlyPath' ? usual : this.removeByValue(id, held, left, usual, signal);
  }

  private async removeByValue(
    id: string,
    held: ReadonlySet<string>,
    members: readonly string[],
    usual: PatchResult,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const result = await this.patch(id, [valueList(members)], signal);
    if (!result.ok) return usual;
    const remaining = shownMembers(await this.requests.get('Group', id, signal));
    if (remaining === undefined) return result;
    const lost = [...held].filter((member) => !members.includes(member) && !remaining.has(member));
    if (lost.length > 0) return this.restore(id, lost, result, signal);
    if (members.some((member) => remaining.has(member))) return usual;
    this.form = 'valueList';
    return result;
  }

  // The list was ignored and everybody removed: the others come back, and the form is not used again.
  private async restore(
    id: string,
    lost: readonly string[],
    removed: PatchResult,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    this.form = 'onlyPath';
    let result = removed;
    for (let from = 0; from < lost.length && result.ok; from += RESTORED_PER_REQUEST) {
      result = await this.patch(id, addMembers(lost.slice(from, from + RESTORED_PER_REQUEST)), signal);
    }
    return result;
  }

  private patch(id: string, operations: readonly PatchOperation[], signal: AbortSignal): Promise<PatchResult> {
    return this.requests.patch('Group', id, operations, signal);
  }
}

/** The id of the member that an operation removes by its path; undefined for any other operation. */
export function removedMember(operation: PatchOperation): string | undefined {
  const path = operation.op === 'remove' ? operationPath(operation) : undefined;
  if (path?.attribute !== 'members' || path.schema !== undefined || path.subAttribute !== undefined) return undefined;
  return path.filter?.attribute === 'value' ? String(path.filter.value) : undefined;
}

function valueList(members: readonly string[]): PatchOperation {
  return { op: 'remove', path: 'members', value: members.map((value) => ({ value })) };
}

// Undefined when the group cannot be read or does not show its members.
function shownMembers(read: PatchResult): ReadonlySet<string> | undefined {
  if (!read.ok || read.value === null) return undefined;
  const members = memberOf(read.value, 'members');
  if (members === undefined || members === null) return undefined;
  const ids = elementsOf(members).map((member) => (isComplex(member) ? memberOf(member, 'value') : member));
  return new Set(ids.filter((member) => typeof member === 'string'));
}
