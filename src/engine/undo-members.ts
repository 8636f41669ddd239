// Undoes memberships. Before anything is sent, additions are noted, what would be done again is held, and the groups count as
// ones to be compared with the target: a process that dies leaves behind what the next cycle can put in order.
import type { ObjectFault } from '../model/errors.ts';
import type { UndoneGroup } from '../model/undo-report.ts';
import { NO_DECISION } from '../store/change-decisions.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { insertChanges } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { forgetTargetMembers, recordTargetMembers } from '../store/members.ts';
import { MEMBERSHIP_PHASE } from '../store/membership-changes.ts';
import { keepMembershipImages } from '../store/membership-images.ts';
import { appendLog } from '../store/provisioning-log.ts';
import { findObjects, updateObjects } from '../store/source-objects.ts';
import { holdUndone, releaseUndone } from '../store/undone-members.ts';
import { membersMissing } from './applied.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { holdMemberships } from './hold-members.ts';
import { logEntry } from './log-entry.ts';
import { memberImages } from './member-images.ts';
import { patchMembers } from './memberships.ts';
import type { PlannedGroupUndo, UndoneMembership } from './plan-undo-members.ts';
import { step } from './planned-object.ts';

/** Whether anything is to be sent for a group. */
export function hasMembersToUndo({ add, remove }: PlannedGroupUndo): boolean {
  return add.length + remove.length > 0;
}

/** Notes what is about to be sent, and holds what a later cycle would do again; returns groups to be compared anyhow. */
export async function releaseMembers(
  trx: Db,
  context: CycleContext,
  groups: readonly PlannedGroupUndo[],
): Promise<ReadonlySet<string>> {
  const { job } = context;
  const ids = groups.map(({ id }) => id);
  const before = await findObjects(trx, job.id, 'group', ids);
  await updateObjects(trx, job.id, 'group', ids, { members_dirty: 1, members_verify: 1 });
  await recordTargetMembers(
    trx,
    job.id,
    groups.map(({ id, add }) => ({ groupId: id, memberIds: idsOf(add) })),
  );
  for (const group of groups) {
    const again = idsOf([...group.add, ...group.remove].filter((each) => each.again));
    if (again.length === 0) continue;
    const row = heldRow(context, group, again.length);
    await insertChanges(trx, [row]);
    await holdUndone(trx, job.id, group.id, again, row.id);
  }
  return new Set(ids.filter((id) => before.get(id)?.members_verify === 1));
}

function heldRow({ job, io, cycleId }: CycleContext, group: PlannedGroupUndo, amount: number): StoredChange {
  return {
    id: io.newId(),
    job_id: job.id,
    cycle_id: cycleId,
    kind: 'group',
    source_id: group.id,
    display_name: group.name,
    phase: MEMBERSHIP_PHASE,
    action: 'update',
    target_id: group.targetId,
    waits_for: null,
    guard_class: 'undone',
    event: null,
    payload: null,
    steps: null,
    differences: 0,
    amount,
    status: 'staged',
    created_at: io.clock.now().getTime(),
    settled_at: null,
    by_configuration: 0,
    ...NO_DECISION,
  };
}

/** Sends what was released; `verify` are groups to be compared anyhow. Returns those that failed. */
export async function sendMembers(
  context: CycleContext,
  groups: readonly PlannedGroupUndo[],
  verify: ReadonlySet<string>,
): Promise<ReadonlySet<PlannedGroupUndo>> {
  const failed = new Set<PlannedGroupUndo>();
  for (const group of groups) {
    if (!(await sendGroup(context, group, verify.has(group.id)))) failed.add(group);
    await breathe(context);
  }
  // A hold of what was not restored is void, and shows as many memberships as are left of it.
  if (failed.size > 0) await settling(context, (trx) => holdMemberships(trx, context, false));
  return failed;
}

async function sendGroup(context: CycleContext, group: PlannedGroupUndo, verify: boolean): Promise<boolean> {
  const { job, io, counts } = context;
  const limit = job.settings.profile.membersPerRequest;
  // Who is to be out is out first.
  const all = [
    ...group.remove.map((member) => ({ member, isAdded: false })),
    ...group.add.map((member) => ({ member, isAdded: true })),
  ];
  for (let from = 0; from < all.length; from += limit) {
    io.signal.throwIfAborted();
    const chunk = all.slice(from, from + limit);
    const [add, remove] = [true, false].map((side) =>
      chunk.filter(({ isAdded }) => isAdded === side).map(({ member }) => member),
    ) as [UndoneMembership[], UndoneMembership[]];
    const accounts = [add, remove].map((side) => side.map(({ account }) => account));
    const sent = await patchMembers(context, group.targetId, accounts[0] ?? [], accounts[1] ?? [], false);
    const fault = sent.fault ?? (sent.absent.size > 0 ? membersMissing(sent.absent.size, add.length) : null);
    if (fault !== null) {
      await settleFailure(context, group, fault, all.slice(from));
      return false;
    }
    await settling(context, async (trx) => {
      await forgetTargetMembers(trx, job.id, group.id, idsOf(remove));
      const account = { id: group.id, target_id: group.targetId };
      await keepMembershipImages(trx, memberImages(context, account, idsOf(add), idsOf(remove)));
    });
    counts.memberships.added += add.length;
    counts.memberships.removed += remove.length;
  }
  await settling(context, async (trx) => {
    if (!verify) await updateObjects(trx, job.id, 'group', [group.id], { members_verify: 0 });
    await appendLog(trx, [entryOf(context, group, null)]);
  });
  counts.updated += 1;
  return true;
}

/** What was not restored is not held back either; after a lost answer the next cycle looks what the target holds. */
async function settleFailure(
  context: CycleContext,
  group: PlannedGroupUndo,
  fault: ObjectFault,
  left: readonly { readonly member: UndoneMembership; readonly isAdded: boolean }[],
): Promise<void> {
  const { job, counts } = context;
  counts.failed += 1;
  await settling(context, async (trx) => {
    if (fault.ambiguous !== true) {
      const added = left.filter(({ member, isAdded }) => isAdded && !member.ours).map(({ member }) => member);
      await forgetTargetMembers(trx, job.id, group.id, idsOf(added));
      await releaseUndone(trx, job.id, group.id, idsOf(left.map(({ member }) => member)));
    }
    await appendLog(trx, [entryOf(context, group, fault)]);
  });
}

function entryOf(
  context: CycleContext,
  { id, name, targetId, add, remove }: PlannedGroupUndo,
  fault: ObjectFault | null,
) {
  const text = `${add.length} members added again, ${remove.length} removed again.`;
  const status = fault === null ? 'success' : 'failure';
  return logEntry(
    context,
    { kind: 'group', sourceId: id, displayName: name, targetId, changeId: '' },
    {
      action: 'update',
      status,
      steps: [step('EntryExportUpdate', 'export', status, fault === null ? text : fault.message)],
      modified:
        fault === null
          ? [{ displayName: 'members', oldValue: null, newValue: `${add.length} added, ${remove.length} removed` }]
          : [],
      ...(fault === null ? {} : { fault }),
      durationInMilliseconds: 0,
    },
  );
}

/** What is said about a group. */
export function groupReport(group: PlannedGroupUndo, carriedOut: boolean, failed: boolean): UndoneGroup {
  const { id, name, add, remove, leftAlone } = group;
  const sent = failed ? 'failed' : carriedOut ? 'restored' : 'planned';
  const people = (members: readonly UndoneMembership[]) => members.map((each) => ({ id: each.id, name: each.name }));
  return {
    id,
    name,
    outcome: hasMembersToUndo(group) ? sent : 'leftAlone',
    added: people(add),
    removed: people(remove),
    leftAlone,
  };
}

function idsOf(members: readonly UndoneMembership[]): string[] {
  return members.map(({ id }) => id);
}
