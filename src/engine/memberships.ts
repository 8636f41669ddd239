// Brings the members of groups in the target in step: set differences over rows, sent in requests of a bounded number
// of members. Only memberships that the source states are added, only those that were sent before are removed.
import type { ObjectFault } from '../model/errors.ts';
import type { TargetProfile } from '../model/profile.ts';
import { addMembers, removeMembers } from '../scim/patch.ts';
import type { PatchOperation, ScimResource } from '../scim/resource.ts';
import type { Db } from '../store/database.ts';
import { clearEscrow, findEscrows } from '../store/escrows.ts';
import { unstatedMembers } from '../store/former-members.ts';
import { groupsKeepingHeld, settleApprovedHolds } from '../store/groups-in-step.ts';
import {
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
import { ensureCapabilities } from './capabilities.ts';
import { admitsMembers } from './careful-start.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { confirmDepartures } from './departures.ts';
import { adapts, goneBehindLink } from './dialect.ts';
import { settleInStep } from './groups-in-step.ts';
import { type LogSubject, logEntry } from './log-entry.ts';
import { memberImages, wasAdopted } from './member-images.ts';
import { limitReached } from './member-limits.ts';
import { step } from './planned-object.ts';
import { countedOf, noteRemovals, takeMembers } from './sent-members.ts';
import { escrow, forgetAccount } from './settle-plan.ts';
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
  let added = 0;
  let removed = 0;
  for (;;) {
    const { add, remove } = await takeMembers(context, group.id, false);
    if (add.length + remove.length === 0) break;
    const fault = await sendChunk(context, group, add, remove, (id) => isAdopted || repeated.has(id));
    if (fault !== null) return fail(context, group, fault);
    added += add.length;
    removed += remove.length;
  }
  const beyond = await limitReached(context.io.store.db, context, group.id);
  await settling(context, async (trx) => {
    // What was approved while the last request was on its way is not done yet.
    const isDue = await hasDueMembers(trx, context, group.id);
    if (!isDue) await settleApprovedHolds(trx, job.id, [group.id], context.io.clock.now().getTime());
    const former = await takeOverMembers(trx, context, group, shown);
    const holds = await groupsKeepingHeld(trx, job.id, [group.id]);
    const keeps = holds.size > 0 || (await leavesMembers(trx, context, group.id));
    const waits = isDue || former || keeps;
    await updateObjects(trx, job.id, 'group', [group.id], { members_dirty: waits ? 1 : 0, members_verify: 0 });
    if (beyond === null) await clearEscrow(trx, job.id, 'group', [group.id]);
    else await settleFault(trx, context, group, beyond);
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
      logEntry(context, subjectOf(group), {
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
  group: DirtyGroup,
  add: readonly LinkedMember[],
  remove: readonly RemovableMember[],
  wasThere: (id: string) => boolean,
): Promise<ObjectFault | null> {
  const { job, counts } = context;
  const accountsOf = (members: readonly LinkedMember[]) => members.map((each) => each.target_id);
  const fault = await patchMembers(context, group.target_id, accountsOf(add), accountsOf(remove));
  if (fault !== null) return fault;
  await settling(context, async (trx) => {
    await forgetTargetMembers(
      trx,
      job.id,
      group.id,
      remove.map((each) => each.member_id),
    );
    await noteRemovals(trx, context, group, countedOf({ remove }));
    const [added, removed] = [add, remove].map((each) => each.map(({ member_id: id }) => id));
    const images = memberImages(context, group, added?.filter((id) => !wasThere(id)) ?? [], removed ?? []);
    await keepMembershipImages(trx, images);
  });
  counts.memberships.added += add.length;
  counts.memberships.removed += remove.length;
  return null;
}

/** Adds members to the account of a group and removes others, by the ids of their accounts; a fault is of the group. */
export async function patchMembers(
  context: CycleContext,
  groupAccount: string,
  add: readonly string[],
  remove: readonly string[],
): Promise<ObjectFault | null> {
  await ensureCapabilities(context);
  const { target, signal } = context.io;
  if (context.job.strategy.readsBeforePatch) {
    const read = await target.get('Group', groupAccount, signal);
    if (!read.ok) return read.fault;
    if (read.value === null) return goneBehindLink(groupAccount);
  }
  const operations: PatchOperation[] = [...addMembers(add), ...removeMembers(remove)];
  const answer = await target.patch('Group', groupAccount, operations, signal);
  return answer.ok ? null : answer.fault;
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
  await recordTargetMembers(trx, job.id, group.id, former);
  return former.length > 0;
}

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

async function fail(context: CycleContext, group: DirtyGroup, fault: ObjectFault): Promise<void> {
  await settling(context, async (trx) => {
    if (fault.code === 'InvalidAnchor' && adapts(context)) await forgetAccount(trx, context.job.id, 'group', group.id);
    await settleFault(trx, context, group, fault);
  });
}

async function settleFault(trx: Db, context: CycleContext, group: DirtyGroup, fault: ObjectFault): Promise<void> {
  context.counts.failed += 1;
  const before = (await findEscrows(trx, context.job.id, 'group', [group.id])).get(group.id);
  await escrow(trx, context, subjectOf(group), fault, before, 'reference');
  await appendLog(trx, [
    logEntry(context, subjectOf(group), {
      action: 'update',
      status: 'failure',
      steps: [step('EntryExportUpdate', 'export', 'failure', fault.message)],
      modified: [],
      fault,
      durationInMilliseconds: 0,
    }),
  ]);
}

function subjectOf(group: DirtyGroup): LogSubject {
  return {
    kind: 'group',
    sourceId: group.id,
    displayName: group.display_name,
    targetId: group.target_id,
    changeId: '',
  };
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
