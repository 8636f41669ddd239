// Chooses the membership changes of one request, and notes additions before they are sent: were the process to die before
// the answer is settled, a membership that the source takes back meanwhile could otherwise never be removed. Until then
// the group counts as one whose members are to be compared with what the target says.
import { type LinkedMember, membersToAdd, membersToRemove, recordTargetMembers } from '../store/members.ts';
import { findObjects, updateObjects } from '../store/source-objects.ts';
import { type CycleContext, settling } from './context.ts';

/** Membership changes that fit into one request. */
export interface MembersToSend {
  readonly add: readonly LinkedMember[];
  readonly remove: readonly LinkedMember[];
  /** Whether the members were to be compared with the target already. */
  readonly verify: boolean;
}

/** No membership changes. */
export const NO_MEMBERS: MembersToSend = { add: [], remove: [], verify: false };

/** The next membership changes of a group; `addOnly` for a group that does not exist yet. */
export async function takeMembers(context: CycleContext, groupId: string, addOnly: boolean): Promise<MembersToSend> {
  const { job, io } = context;
  const { db } = io.store;
  const limit = job.settings.profile.membersPerRequest;
  const add = await membersToAdd(db, job.id, groupId, '', limit);
  const room = addOnly ? 0 : limit - add.length;
  const remove = room > 0 ? await membersToRemove(db, job.id, groupId, '', room) : [];
  if (add.length === 0) return { add, remove, verify: false };
  return settling(context, async (trx) => {
    const row = (await findObjects(trx, job.id, 'group', [groupId])).get(groupId);
    await recordTargetMembers(
      trx,
      job.id,
      groupId,
      add.map((each) => each.member_id),
    );
    await updateObjects(trx, job.id, 'group', [groupId], { members_dirty: 1, members_verify: 1 });
    return { add, remove, verify: row?.members_verify === 1 };
  });
}
