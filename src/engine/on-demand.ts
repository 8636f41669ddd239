// Cycles on demand: the objects that somebody named go through the same stages as in any cycle, and nobody else moves.
// What an unfinished cycle left behind, the watermark and the state of the job stay as they are.
import { type CycleSummary, type JobStatus, type Selection, zeroCounts } from '../model/cycle.ts';
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import { countByAction } from '../store/change-counts.ts';
import { openChanges, removeChangesOfCycle } from '../store/changes.ts';
import { updateCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { findEscrows } from '../store/escrows.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { countLinkableMembers, membersToRemove } from '../store/members.ts';
import { readLog } from '../store/provisioning-log.ts';
import type { JobTable } from '../store/schema.ts';
import { findObjects, updateObjects } from '../store/source-objects.ts';
import { forgetStrangers } from '../store/strangers.ts';
import { clearIndex } from '../store/target-index.ts';
import { bindingColumns } from './binding.ts';
import { countActions, ending, summary } from './close.ts';
import { type CycleContext, planMark, settling } from './context.ts';
import type { GuardVerdicts } from './gate.ts';
import { rehearse } from './rehearse.ts';

/** The ids of a kind that were named; undefined when nobody in particular was. */
export function selectedIds(selection: Selection | undefined, kind: ObjectKind): readonly string[] | undefined {
  return selection?.[kind];
}

/** The cycle whose changes may be sent: on demand only its own, otherwise all that were let through. */
export function ownCycle({ selected, cycleId }: Pick<CycleContext, 'selected' | 'cycleId'>): string | undefined {
  return selected === null ? undefined : cycleId;
}

/** Opens a cycle on demand: a request whose answer was never settled is not repeated, the target is asked first. */
export async function openSelection(
  trx: Db,
  context: CycleContext,
  selection: Selection,
  row: JobTable,
): Promise<void> {
  const { job } = context;
  for (const kind of OBJECT_KINDS) {
    const ids = selection[kind];
    if (ids.length === 0) continue;
    const open = await openChanges(trx, job.id, kind, ids);
    const unsettled = ids.filter((id) => open.get(id)?.status === 'sent');
    await updateObjects(trx, job.id, kind, unsettled, { fresh_match: 1 });
  }
  // Links are about to be made, and they belong to this target.
  if (context.carriesOut) await updateJob(trx, job.id, bindingColumns(row, job));
}

/** Ends a cycle on demand: counts are those of the named objects, and each of them is reported. */
export async function closeSelection(
  context: CycleContext,
  selection: Selection,
  verdicts: GuardVerdicts,
): Promise<CycleSummary> {
  const { job, io, counts, cycleId } = context;
  const now = io.clock.now();
  const isOnlyPlanned = !context.carriesOut;
  if (isOnlyPlanned) await rehearse(context, verdicts);
  await settling(context, async (trx) => {
    if (isOnlyPlanned) {
      const statuses = ['planned', 'pending', planMark(context).status] as const;
      countActions(context, await countByAction(trx, job.id, statuses, { cycleId }));
      counts.memberships = await plannedMemberships(trx, context, selection.group);
    }
    await countSelected(trx, context, selection, verdicts);
    await clearIndex(trx, job.id);
    for (const kind of OBJECT_KINDS) await forgetStrangers(trx, job.id, kind, selection[kind]);
    if (isOnlyPlanned && !context.observes) await removeChangesOfCycle(trx, cycleId);
    await updateCycle(trx, cycleId, ending(context, now));
  });
  const { status } = await readJob(io.store.db, job.id);
  const log = await readLog(io.store.db, { jobId: job.id, cycleId, limit: 10_000 });
  const objects = context.selected?.reports(
    log.map((each) => each.entry),
    isOnlyPlanned,
  );
  return { ...summary(context, now, status as JobStatus), ...(objects === undefined ? {} : { objects }) };
}

async function countSelected(
  trx: Db,
  context: CycleContext,
  selection: Selection,
  verdicts: GuardVerdicts,
): Promise<void> {
  const { job, counts, cycleId } = context;
  counts.inScope = 0;
  counts.escrowed = 0;
  for (const kind of OBJECT_KINDS) {
    const rows = await findObjects(trx, job.id, kind, selection[kind]);
    counts.inScope += [...rows.values()].filter((row) => row.in_scope === 1).length;
    counts.escrowed += (await findEscrows(trx, job.id, kind, selection[kind])).size;
  }
  const held = await countByAction(trx, job.id, ['staged'], { cycleId });
  counts.held = verdicts.heldPlanned;
  if (context.carriesOut) counts.held = [...held.values()].reduce((sum, each) => sum + each, 0);
}

async function plannedMemberships(
  trx: Db,
  { job }: CycleContext,
  groups: readonly string[],
): Promise<{ added: number; removed: number }> {
  const total = zeroCounts().memberships;
  if (job.group === null || !job.group.mapsMembers) return total;
  const rows = await findObjects(trx, job.id, 'group', groups);
  for (const row of rows.values()) {
    if (row.in_scope === 0) continue;
    total.added += await countLinkableMembers(trx, job.id, row.id);
    total.removed += (await membersToRemove(trx, job.id, row.id, '', 100_000)).length;
  }
  return total;
}
