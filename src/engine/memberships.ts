// Brings the members of groups in the target in step: set differences over rows, sent in requests of a bounded number
// of members. Only memberships that the source states are added, only those that were sent before are removed.
import type { ObjectFault } from '../model/errors.ts';
import { addMembers, removeMembers } from '../scim/patch.ts';
import type { PatchOperation } from '../scim/resource.ts';
import type { Db } from '../store/database.ts';
import { findEscrows } from '../store/escrows.ts';
import { unstatedMembers } from '../store/former-members.ts';
import { groupsKeepingHeld, settleApprovedHolds } from '../store/groups-in-step.ts';
import {
  countTargetMembers,
  forgetTargetMembers,
  type LinkedMember,
  membersToAdd,
  membersToRemove,
  type RemovableMember,
  recordTargetMembers,
  targetMembers,
} from '../store/members.ts';
import { keepMembershipImages } from '../store/membership-images.ts';
import { appendLog } from '../store/provisioning-log.ts';
import { dirtyGroups, updateObjects } from '../store/source-objects.ts';
import { absentMembers, membersMissing, unseenMembers } from './applied.ts';
import { ensureCapabilities } from './capabilities.ts';
import { admitsMembers } from './careful-start.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { confirmDepartures } from './departures.ts';
import { adapts, goneBehindLink } from './dialect.ts';
import { groupSubject, settleMembersFault, warnOfMembers } from './group-faults.ts';
import { clearMembersEscrow, settleInStep } from './groups-in-step.ts';
import { logEntry } from './log-entry.ts';
import { memberImages, wasAdopted } from './member-images.ts';
import { limitReached } from './member-limits.ts';
import { step } from './planned-object.ts';
import { countedOf, noteRemovals, takeMembers } from './sent-members.ts';
import { forgetAccount } from './settle-plan.ts';
import { memberIdsOf } from './shown-members.ts';
import { runForEach } from './together.ts';

type DirtyGroup = Awaited<ReturnType<typeof dirtyGroups>>[number];

/** Completes the members of every group that may differ. */
export async function completeMemberships(context: CycleContext): Promise<void> {
  const { job, io } = context;
  if (job.group === null || !job.group.mapsMembers) return;
  const only = context.request.selection?.group;
  const dirty = await dirtyGroups(io.store.db, job.id, io.clock.now().getTime());
  const concerned = dirty.filter(({ id }) => only === undefined || only.includes(id));
  const complete = async (within: CycleContext, group: DirtyGroup): Promise<void> => {
    if (await admitsMembers(context, group)) await completeGroup(within, group);
    await breathe(context);
  };
  await runForEach(context, await settleInStep(context, concerned), complete, 1);
  await confirmDepartures(context);
}

async function completeGroup(context: CycleContext, group: DirtyGroup): Promise<void> {
  const { job } = context;
  let shown: ReadonlySet<string> | null = null;
  let repeated: ReadonlySet<string> = new Set();
  if (group.members_verify === 1) {
    const compared = await forgetLost(context, group);
    if ('fault' in compared) return fail(context, group, compared.fault);
    shown = compared.shown;
    repeated = compared.repeated;
  }
  const isAdopted = await wasAdopted(context.io.store.db, context, group.id);
  const failure = (await findEscrows(context.io.store.db, job.id, 'group', [group.id])).get(group.id);
  const isDoubted = failure?.code === 'MembersMissing';
  let added = 0;
  let removed = 0;
  let absent = 0;
  let unseen = 0;
  for (;;) {
    const { add, remove } = await takeMembers(context, group.id, false);
    if (add.length + remove.length === 0) break;
    const sent = await sendChunk(context, { ...group, isDoubted }, add, remove, (id) => isAdopted || repeated.has(id));
    if (sent.fault !== null) return fail(context, group, sent.fault);
    // Whom the target does not take keeps nobody else out, and nobody in who is to leave.
    absent += sent.absent;
    unseen = Math.max(unseen, sent.unseen);
    added += add.length - sent.absent;
    removed += remove.length;
  }
  const beyond =
    absent > 0 ? membersMissing(absent, added + absent) : await limitReached(context.io.store.db, context, group.id);
  await settling(context, async (trx) => {
    // What was approved while the last request was on its way is not done yet.
    const isDue = await hasDueMembers(trx, context, group.id);
    if (!isDue) await settleApprovedHolds(trx, job.id, [group.id], context.io.clock.now().getTime());
    const former = await takeOverMembers(trx, context, group, shown);
    const holds = await groupsKeepingHeld(trx, job.id, [group.id]);
    const keeps = holds.size > 0 || (await leavesMembers(trx, context, group.id));
    const waits = isDue || former || keeps || absent > 0;
    // Who was added and is not there counts as a member until the next cycle has looked: they may only be late.
    const marks = { members_dirty: waits ? 1 : 0, members_verify: absent > 0 ? 1 : 0 };
    await updateObjects(trx, job.id, 'group', [group.id], marks);
    if (beyond === null) await clearMembersEscrow(trx, context, [group.id]);
    else await settleMembersFault(trx, context, group, beyond);
    // A dialect that adapts to nothing looks at what it is answered, and no further.
    if (unseen > 0) await warnOfMembers(trx, context, group, unseenMembers(unseen));
    if (added + removed === 0) return;
    context.careful?.add({
      kind: 'group',
      id: group.id,
      displayName: group.display_name,
      targetId: group.target_id,
      action: 'update',
      written: [],
      redacted: [],
      warned: false,
    });
    if (!(await writtenInThisCycle(trx, context, group.id))) context.counts.updated += 1;
    await appendLog(trx, [
      logEntry(context, groupSubject(group), {
        action: 'update',
        status: 'success',
        steps: [step('EntryExportUpdate', 'export', 'success', `${added} members added, ${removed} removed.`)],
        modified: [{ displayName: 'members', oldValue: null, newValue: `${added} added, ${removed} removed` }],
        durationInMilliseconds: 0,
      }),
    ]);
  });
}

/** Whether anything is left to be sent; additions that a plan file does not name are another matter. */
async function hasDueMembers(trx: Db, { approved, job }: CycleContext, groupId: string): Promise<boolean> {
  if ((await membersToRemove(trx, job.id, groupId, '', 1)).length > 0) return true;
  return approved === null && (await membersToAdd(trx, job.id, groupId, '', 1)).length > 0;
}

/** Where a plan file is applied: whether members are due that it does not name. */
async function leavesMembers(trx: Db, { approved, job }: CycleContext, groupId: string): Promise<boolean> {
  return approved !== null && (await membersToAdd(trx, job.id, groupId, '', 1)).length > 0;
}

async function sendChunk(
  context: CycleContext,
  group: DirtyGroup & { readonly isDoubted: boolean },
  add: readonly LinkedMember[],
  remove: readonly RemovableMember[],
  wasThere: (id: string) => boolean,
): Promise<{ readonly fault: ObjectFault | null; readonly absent: number; readonly unseen: number }> {
  const { job, counts } = context;
  const accountsOf = (members: readonly LinkedMember[]) => members.map((each) => each.target_id);
  const sent = await patchMembers(context, group.target_id, accountsOf(add), accountsOf(remove), group.isDoubted);
  if (sent.fault !== null) return { fault: sent.fault, absent: 0, unseen: 0 };
  const idsOf = (members: readonly LinkedMember[]) => members.map((each) => each.member_id);
  const there = add.filter((each) => !sent.absent.has(each.target_id));
  const unseen = await settling(context, async (trx) => {
    await forgetTargetMembers(trx, job.id, group.id, idsOf(remove));
    await noteRemovals(trx, context, group, countedOf({ remove }));
    const added = idsOf(there).filter((id) => !wasThere(id));
    await keepMembershipImages(trx, memberImages(context, group, added, idsOf(remove)));
    const { shown } = sent;
    if (shown === null) return 0;
    const known = await countTargetMembers(trx, job.id, { group_id: group.id });
    return Math.max(accountsOf(add).filter((id) => !shown.has(id)).length, known - shown.size);
  });
  counts.memberships.added += there.length;
  counts.memberships.removed += remove.length;
  return { fault: null, absent: sent.absent.size, unseen };
}

/** What came of a change of members. */
interface SentMembers {
  /** Of the group. */
  readonly fault: ObjectFault | null;
  /** Accounts that were added with success and are not there. */
  readonly absent: ReadonlySet<string>;
  /** Accounts that the answer shows, in a dialect that adapts to nothing; null where it shows nobody. */
  readonly shown: ReadonlySet<string> | null;
}

/** Adds members to the account of a group and removes others, by the ids of their accounts; one that is doubted is read then. */
export async function patchMembers(
  context: CycleContext,
  groupAccount: string,
  add: readonly string[],
  remove: readonly string[],
  isDoubted: boolean,
): Promise<SentMembers> {
  await ensureCapabilities(context);
  const { target, signal } = context.io;
  const failed = (fault: ObjectFault): SentMembers => ({ fault, absent: new Set(), shown: null });
  if (context.job.strategy.readsBeforePatch) {
    const read = await target.get('Group', groupAccount, signal);
    if (!read.ok) return failed(read.fault);
    if (read.value === null) return failed(goneBehindLink(groupAccount));
  }
  const operations: PatchOperation[] = [...addMembers(add), ...removeMembers(remove)];
  const answer = await target.patch('Group', groupAccount, operations, signal);
  if (!answer.ok) return failed(answer.fault);
  if (!adapts(context)) {
    // A target that shows an empty list may hide its members.
    const shown = answer.value === null ? null : memberIdsOf(answer.value, { membersReadable: true });
    return { fault: null, absent: new Set(), shown: shown?.size === 0 ? null : shown };
  }
  const isLooked = isDoubted && answer.value === null && add.length > 0;
  const seen = isLooked ? await target.get('Group', groupAccount, signal) : answer;
  if (!seen.ok) return failed(seen.fault);
  return { fault: null, absent: absentMembers(seen.value, add, context.job.settings.profile), shown: null };
}

/**
 * Reads the group and forgets the memberships that the target has lost, so that they are sent again. A target that shows
 * no members has lost them all, or does not show them: those that the source still states are then sent again, which
 * changes nothing where they are: these are `repeated`, and may have been there.
 */
async function forgetLost(
  context: CycleContext,
  group: DirtyGroup,
): Promise<
  | { readonly fault: ObjectFault }
  | { readonly shown: ReadonlySet<string> | null; readonly repeated: ReadonlySet<string> }
> {
  const { job, io } = context;
  const current = await io.target.get('Group', group.target_id, io.signal);
  if (!current.ok) return { fault: current.fault };
  if (current.value === null) {
    const message = `The group ${group.target_id} no longer exists in the target.`;
    return { fault: { code: 'InvalidAnchor', message } };
  }
  const present = memberIdsOf(current.value, job.settings.profile);
  const known = await targetMembers(io.store.db, job.id, group.id, present === null);
  const lost = known.filter((each) => present?.has(each.target_id) !== true);
  await settling(context, (trx) =>
    forgetTargetMembers(
      trx,
      job.id,
      group.id,
      lost.map((each) => each.member_id),
    ),
  );
  return { shown: present, repeated: new Set(present === null ? lost.map((each) => each.member_id) : []) };
}

/**
 * Where the configuration says so, the members that a group had before count as ours as far as they have an account by this
 * job: those whom the directory does not state are removed with the next cycle, after its gate has judged them.
 */
async function takeOverMembers(
  trx: Db,
  { job }: CycleContext,
  group: DirtyGroup,
  shown: ReadonlySet<string> | null,
): Promise<boolean> {
  if (shown === null || job.settings.adoption.groupMembers === 'keep') return false;
  const former = await unstatedMembers(trx, job.id, group.id, [...shown]);
  await recordTargetMembers(trx, job.id, [{ groupId: group.id, memberIds: former }]);
  return former.length > 0;
}

async function fail(context: CycleContext, group: DirtyGroup, fault: ObjectFault): Promise<void> {
  await settling(context, async (trx) => {
    if (fault.code === 'InvalidAnchor' && adapts(context)) await forgetAccount(trx, context.job.id, 'group', group.id);
    await settleMembersFault(trx, context, group, fault);
  });
}

async function writtenInThisCycle(trx: Db, context: CycleContext, groupId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('link')
    .select('cycle_id')
    .where('job_id', '=', context.job.id)
    .where('kind', '=', 'group')
    .where('source_id', '=', groupId)
    .executeTakeFirst();
  return row?.cycle_id === context.cycleId;
}
