// Closes a cycle: final counts, the state of the job, and the end of what was only needed while it ran.
import type { CycleSummary, JobStatus } from '../model/cycle.ts';
import { durationMilliseconds } from '../model/duration.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { requestsSince } from '../model/request-counts.ts';
import { pruneImages } from '../store/before-images.ts';
import { countByAction, countEffective, countKeptBack } from '../store/change-counts.ts';
import { pruneChanges, removeChangesOfCycle } from '../store/changes.ts';
import { updateCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { pruneDepartures } from '../store/departures.ts';
import { countEscrows } from '../store/escrows.ts';
import { countHeld } from '../store/held-configurations.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { countInScope } from '../store/object-counts.ts';
import { pruneLog } from '../store/provisioning-log.ts';
import { forgetAttributesOfGone, noteGone } from '../store/retention.ts';
import { purgeGone } from '../store/source-objects.ts';
import { clearIndex } from '../store/target-index.ts';
import { settleConfiguration } from './configuration-in-force.ts';
import { type CycleContext, planMark, settling } from './context.ts';
import { hasMetTarget } from './first-contact.ts';
import type { GuardVerdicts } from './gate.ts';
import { countPlannedMemberships } from './planned-memberships.ts';
import { judgeStanding, settleQuarantine } from './quarantine.ts';
import { resetLinks } from './restart.ts';

/** Settled changes hold no values any more; guards look back a day. */
const RETENTION_MS = 30 * 24 * 3_600_000;
/** What is forgotten in one cycle at most, so that a long log keeps nobody waiting. */
const PORTION = 2000;

/** Ends a cycle that was carried out. */
export async function closeCycle(context: CycleContext): Promise<CycleSummary> {
  const { job, io, counts } = context;
  const now = io.clock.now();
  const met = context.contacting && (await hasMetTarget(context));
  const quarantine = await settling(context, async (trx) => {
    counts.inScope = await countInScope(trx, job.id);
    counts.escrowed = await countEscrows(trx, job.id);
    // What a careful start leaves is still part of the first meeting.
    const isWhole = (context.careful?.left ?? 0) + (context.approved?.left ?? 0) === 0 && !context.failsTooMuch;
    await settleConfiguration(trx, context, isWhole);
    counts.held = await countHeld(trx, job.id);
    await forgetWhatIsOver(trx, context, now);
    const heldCreations = await countKeptBack(trx, job.id, 'creates');
    const { initial_done: before } = await readJob(trx, job.id);
    await updateJob(trx, job.id, {
      ...ended(now),
      ...(isWhole ? {} : { initial_done: before }),
      ...(met && isWhole && heldCreations === 0 ? { contacted: 1 } : {}),
    });
    if (isWhole) await resetLinks(trx, job.id, now.getTime());
    await updateCycle(trx, context.cycleId, ending(context, now));
    const { event, error } = await judgeStanding(trx, job);
    return settleQuarantine(trx, job, event, error, now.getTime());
  });
  if (quarantine === null) return summary(context, now);
  warnOfQuarantine(context, quarantine);
  return { ...summary(context, now, 'Quarantine'), quarantine };
}

function warnOfQuarantine({ job, io, cycleId }: CycleContext, { reason, nextAttempt, error }: Quarantine): void {
  io.log.warn(
    { jobId: job.id, cycleId, code: error?.code, reason, nextAttempt: new Date(nextAttempt).toISOString() },
    `in quarantine: ${error?.message ?? reason}`,
  );
}

/** Ends a cycle that was only planned: the plan is counted and forgotten, nothing else has moved. */
export async function closePlan(context: CycleContext, verdicts: GuardVerdicts): Promise<CycleSummary> {
  const { job, io } = context;
  const now = io.clock.now();
  await settling(context, async (trx) => {
    countActions(context, await countByAction(trx, job.id, ['planned', 'pending'], { cycleId: context.cycleId }));
    await countRest(trx, context, verdicts);
    await clearIndex(trx, job.id);
    if (context.request.describe !== true) await removeChangesOfCycle(trx, context.cycleId);
    await updateCycle(trx, context.cycleId, ending(context, now));
  });
  return summary(context, now, (await readJob(io.store.db, job.id)).status as JobStatus);
}

/** Ends a cycle of a job that is only observed: what it would do is counted and kept. */
export async function closeObserved(context: CycleContext, verdicts: GuardVerdicts): Promise<CycleSummary> {
  const { job, io, counts } = context;
  const now = io.clock.now();
  await settling(context, async (trx) => {
    countActions(context, await countByAction(trx, job.id, ['observed']));
    await countRest(trx, context, verdicts);
    const { added, removed } = counts.memberships;
    const quiet = (await countEffective(trx, job.id, 'observed')) + added + removed === 0;
    const { quiet_cycles: before } = await readJob(trx, job.id);
    await forgetWhatIsOver(trx, context, now);
    await updateJob(trx, job.id, { ...ended(now), quiet_cycles: quiet ? before + 1 : 0 });
    // Nothing was sent, so nothing can have failed in the target that is not seen again by the cycle that writes.
    await settleQuarantine(trx, job, 'cycleEnded', null, now.getTime());
    // A cycle that was begun to be carried out may end as one that was only observed.
    await updateCycle(trx, context.cycleId, { ...ending(context, now), mode: 'observe' });
  });
  return summary(context, now);
}

/** Counts what is planned as if it had been done. */
export function countActions({ counts }: CycleContext, planned: ReadonlyMap<string, number>): void {
  counts.created = planned.get('create') ?? 0;
  counts.adopted = planned.get('adopt') ?? 0;
  counts.updated = planned.get('update') ?? 0;
  counts.enabled = planned.get('enable') ?? 0;
  counts.disabled = planned.get('disable') ?? 0;
  counts.deleted = planned.get('delete') ?? 0;
}

/** What is counted alike for every plan that is not carried out. */
async function countRest(trx: Db, context: CycleContext, verdicts: GuardVerdicts): Promise<void> {
  const { job, counts } = context;
  const held = [...verdicts.byClass].flatMap(([each, verdict]) => (verdict.held ? [each] : []));
  counts.memberships = await countPlannedMemberships(trx, context, held);
  counts.inScope = await countInScope(trx, job.id);
  counts.escrowed = await countEscrows(trx, job.id);
  counts.held = (await countHeld(trx, job.id)) + verdicts.heldPlanned;
}

/** What was only needed while the cycle ran, and what is older than the retention. */
async function forgetWhatIsOver(trx: Db, context: CycleContext, now: Date): Promise<void> {
  const { id } = context.job;
  const before = now.getTime() - RETENTION_MS;
  await clearIndex(trx, id);
  await purgeGone(trx, id, planMark(context).column);
  await pruneChanges(trx, id, before);
  const { log, deletedPeople } = context.job.settings.retention;
  await pruneImages(trx, id, now.getTime() - durationMilliseconds(log));
  await pruneLog(trx, id, new Date(now.getTime() - durationMilliseconds(log)).toISOString(), PORTION);
  await pruneDepartures(trx, id, { ended: now.getTime() - durationMilliseconds(log), marked: before });
  await noteGone(trx, id, now.getTime());
  await forgetAttributesOfGone(trx, id, now.getTime() - durationMilliseconds(deletedPeople), PORTION);
}

function ended(now: Date) {
  return {
    open_cycle_id: null,
    initial_done: 1,
    status: 'Active',
    last_fault: null,
    last_success: now.getTime(),
  };
}

/** Columns of a cycle that ends. */
export function ending(context: CycleContext, now: Date) {
  return {
    time_ended: now.toISOString(),
    counts: JSON.stringify(context.counts),
    requests: JSON.stringify(requestsSince(context.requestsBefore, context.io)),
  };
}

/** What a cycle that ended reports. */
export function summary(context: CycleContext, now: Date, status: JobStatus = 'Active'): CycleSummary {
  return {
    jobId: context.job.id,
    status,
    cycle: {
      id: context.cycleId,
      kind: context.kind,
      dryRun: context.request.dryRun,
      mode: context.observes ? 'observe' : context.job.settings.mode,
      timeBegan: context.timeBegan,
      timeEnded: now.toISOString(),
    },
    counts: context.counts,
    requests: requestsSince(context.requestsBefore, context.io),
    ...(context.report === null ? {} : { report: context.report }),
    ...(context.drift === null ? {} : { drift: context.drift }),
    ...(context.approved?.result == null ? {} : { applied: context.approved.result }),
    ...(context.configuration === null ? {} : { configuration: context.configuration }),
    ...(context.careful === null
      ? {}
      : {
          objects: context.careful.reports,
          limited: { sent: context.careful.admitted, left: context.careful.left },
        }),
  };
}
