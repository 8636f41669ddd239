// Holds removals of memberships, and brings holds of undone ones up to date: a change row per group says how many, rows of held_membership say which. What is shown
// under one id never changes: when members are added to what is held, or are not due any more, the row gets a new id, so
// that an approval means what was shown.
import { PHASES } from '../model/cycle.ts';
import { NO_DECISION } from '../store/change-decisions.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { insertChanges, supersedeChange } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import {
  forgetAllHolds,
  forgetObsoleteHolds,
  groupsWithDueRemovals,
  holdDueRemovals,
  moveHolds,
  openHolds,
} from '../store/guarded-members.ts';
import type { CycleContext } from './context.ts';

/** Brings the held memberships up to date, and holds those nobody has judged where told so; returns what is newly held. */
export async function holdMemberships(trx: Db, context: CycleContext, holds: boolean): Promise<StoredChange[]> {
  const { job, io } = context;
  const mapped = job.group?.mapsMembers === true;
  if (mapped) await forgetObsoleteHolds(trx, job.id);
  else await forgetAllHolds(trx, job.id);
  const staged = new Map<string, StoredChange>();
  const before = await openHolds(trx, job.id);
  const due = holds && mapped ? await groupsWithDueRemovals(trx, job.id) : [];
  const growing = new Set(due.map((group) => group.group_id));
  for (const { change, left } of before) {
    // What was undone does not grow: whoever else is due was not in the group when that happened.
    const grows = change.guard_class === 'memberships' && growing.has(change.source_id);
    if (change.status === 'staged' && change.guard_class === 'memberships') staged.set(change.source_id, change);
    if (left === 0 && !(grows && change.status === 'staged')) await end(trx, context, change);
    else if (change.status !== 'approved' && left !== change.amount && !grows)
      await replace(trx, context, change, left);
  }
  const held: StoredChange[] = [];
  for (const group of due) {
    const earlier = staged.get(group.group_id);
    const left = before.find(({ change }) => change.id === earlier?.id)?.left ?? 0;
    const row =
      earlier === undefined
        ? await insert(trx, context, group)
        : await replace(trx, context, earlier, left + group.fresh);
    await holdDueRemovals(trx, job.id, group.group_id, row.id);
    held.push(row);
  }
  if (held.length > 0)
    io.log.info({ jobId: job.id, cycleId: context.cycleId, groups: held.length }, 'memberships are held');
  return held;
}

async function insert(
  trx: Db,
  context: CycleContext,
  group: Awaited<ReturnType<typeof groupsWithDueRemovals>>[number],
): Promise<StoredChange> {
  const row: StoredChange = {
    id: context.io.newId(),
    job_id: context.job.id,
    cycle_id: context.cycleId,
    kind: 'group',
    source_id: group.group_id,
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
    amount: group.fresh,
    status: 'staged',
    created_at: context.io.clock.now().getTime(),
    settled_at: null,
    by_configuration: 0,
    ...NO_DECISION,
  };
  await insertChanges(trx, [row]);
  return row;
}

/** The same hold with another number of memberships; it is as old as it was. */
async function replace(trx: Db, context: CycleContext, change: StoredChange, amount: number): Promise<StoredChange> {
  const row: StoredChange = { ...change, id: context.io.newId(), cycle_id: context.cycleId, amount };
  await end(trx, context, change);
  await insertChanges(trx, [row]);
  await moveHolds(trx, context.job.id, change.id, row.id);
  return row;
}

async function end(trx: Db, context: CycleContext, change: StoredChange): Promise<void> {
  await supersedeChange(trx, change.id, context.io.clock.now().getTime());
}
