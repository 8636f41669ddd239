// Chooses the membership changes of one request, and notes additions before they are sent: were the process to die before
// the answer is settled, a membership that the source takes back meanwhile could otherwise never be removed. Until then
// the group counts as one whose members are to be compared with what the target says, so that a removal that was carried
// out unseen is noticed as well when the member comes back.
import { PHASES } from '../model/cycle.ts';
import { NO_DECISION } from '../store/change-decisions.ts';
import { insertChanges } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import {
  type LinkedMember,
  type MembersOfGroup,
  membersToAdd,
  membersToRemove,
  type RemovableMember,
  recordTargetMembers,
} from '../store/members.ts';
import { findObjects, updateObjects } from '../store/source-objects.ts';
import type { CycleContext } from './context.ts';
import { admittedMembers, limitsMembers } from './member-limits.ts';
import { SettledTogether } from './settle-together.ts';

/** Membership changes that fit into one request. */
export interface MembersToSend {
  readonly add: readonly LinkedMember[];
  readonly remove: readonly RemovableMember[];
  /** Whether the members were to be compared with the target already. */
  readonly verify: boolean;
  /** Whether no other membership change of the group is known to be due. */
  readonly isAll: boolean;
}

/** No membership changes. */
export const NO_MEMBERS: MembersToSend = { add: [], remove: [], verify: false, isAll: false };

/** The next membership changes of a group; `addOnly` for a group that does not exist yet. */
export async function takeMembers(context: CycleContext, groupId: string, addOnly: boolean): Promise<MembersToSend> {
  const { profile } = context.job.settings;
  const limit = profile.membersPerRequest;
  const isLimited = limitsMembers(profile);
  // Those who may be added can stand behind any number of those who may not.
  const due = await candidates(context, groupId, membersToAdd, 'add', isLimited ? Number.MAX_SAFE_INTEGER : limit);
  const room = addOnly ? 0 : limit - (isLimited ? 0 : due.length);
  const leaving = room > 0 ? await candidates(context, groupId, membersToRemove, 'remove', room) : [];
  if (due.length + leaving.length === 0) return NO_MEMBERS;
  const isAll = addOnly && !isLimited && context.approved === null && due.length < limit;
  return NOTED.settle(context, { groupId, due, leaving, isAll });
}

/** Members that are due for a group. */
interface DueOfGroup {
  readonly groupId: string;
  readonly due: readonly LinkedMember[];
  readonly leaving: readonly RemovableMember[];
  readonly isAll: boolean;
}

const NOTED = new SettledTogether<DueOfGroup, MembersToSend>(async (trx, context, groups) => {
  const { job } = context;
  const { profile } = job.settings;
  const limit = profile.membersPerRequest;
  const isLimited = limitsMembers(profile);
  const before = await findObjects(
    trx,
    job.id,
    'group',
    groups.map(({ groupId }) => groupId),
  );
  const taken: MembersToSend[] = [];
  const noted: MembersOfGroup[] = [];
  for (const { groupId, due, leaving, isAll } of groups) {
    const add = isLimited ? await admittedMembers(trx, context, groupId, due, limit) : due;
    const remove = leaving.slice(0, limit - add.length);
    if (add.length + remove.length === 0) {
      taken.push(NO_MEMBERS);
      continue;
    }
    const added = { groupId, memberIds: add.map((each) => each.member_id) };
    // Who is admitted to one group counts when it is decided about the next.
    if (isLimited) await recordTargetMembers(trx, job.id, [added]);
    noted.push(added);
    taken.push({ add, remove, verify: before.get(groupId)?.members_verify === 1, isAll });
  }
  if (!isLimited) await recordTargetMembers(trx, job.id, noted);
  const ids = noted.map(({ groupId }) => groupId);
  await updateObjects(trx, job.id, 'group', ids, { members_dirty: 1, members_verify: 1 });
  return taken;
});

/** At most `limit` members to add or to remove; where a plan file is applied, those that it names. */
async function candidates<T extends LinkedMember>(
  { job, io, approved }: CycleContext,
  groupId: string,
  read: (db: Db, jobId: string, groupId: string, after: string, limit: number) => Promise<T[]>,
  side: 'add' | 'remove',
  limit: number,
): Promise<T[]> {
  if (approved === null) return read(io.store.db, job.id, groupId, '', limit);
  if (approved.membersOf(groupId) === undefined && !approved.takesOutOfGroups) return [];
  const all = await read(io.store.db, job.id, groupId, '', Number.MAX_SAFE_INTEGER);
  return all.filter((each) => approved.admitsMember(groupId, each.member_id, side)).slice(0, limit);
}

/** How many of the removals a guard counts. */
export function countedOf({ remove }: Pick<MembersToSend, 'remove'>): number {
  return remove.reduce((sum, each) => sum + each.counted, 0);
}

/** Notes removals that were carried out, as a settled change of their guard: what is removed within 24 hours counts together. */
export async function noteRemovals(
  trx: Db,
  { job, io, cycleId, selected, approved }: CycleContext,
  group: { readonly id: string; readonly display_name: string | null; readonly target_id: string | null },
  counted: number,
): Promise<void> {
  // Who names a group, or approves a plan, has seen what it loses.
  if (counted === 0 || selected !== null || approved !== null) return;
  const now = io.clock.now().getTime();
  await insertChanges(trx, [
    {
      id: io.newId(),
      job_id: job.id,
      cycle_id: cycleId,
      kind: 'group',
      source_id: group.id,
      display_name: group.display_name,
      phase: PHASES.indexOf('references'),
      action: 'update',
      target_id: group.target_id,
      waits_for: null,
      guard_class: 'memberships',
      event: null,
      payload: null,
      steps: null,
      differences: 0,
      amount: counted,
      status: 'success',
      created_at: now,
      settled_at: now,
      by_configuration: 0,
      ...NO_DECISION,
    },
  ]);
}
