// Reads a target back before a cycle plans: when somebody asked for it, or when schedule.reconcile says that it is time again.
import { isWhole } from '../model/cycle.ts';
import { durationMilliseconds } from '../model/duration.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { type CycleContext, settling } from './context.ts';
import { markDrift } from './reconcile.ts';

/** Marks whoever differs for the plan that follows. The first cycle of a job counts as a reading: it has just met the target. */
export async function readTargetBack(context: CycleContext): Promise<void> {
  const { job, io } = context;
  const isDue = context.request.repair === true || (await isTime(context));
  if (isDue) await markDrift(context);
  if (!isDue && !(isScheduled(context) && (await readJob(io.store.db, job.id)).reconciled_at === null)) return;
  await settling(context, (trx) => updateJob(trx, job.id, { reconciled_at: io.clock.now().getTime() }));
  const { drift } = context;
  if (drift === null) return;
  const { checked, drifted, gone } = drift;
  io.log.info(
    { jobId: job.id, cycleId: context.cycleId, checked, drifted, gone: gone.count },
    'the target was read back',
  );
}

/** A cycle that writes all that is due; a plan file and a careful start are about something else. */
function isScheduled({ job, request, carriesOut, careful, approved }: CycleContext): boolean {
  return (
    job.settings.schedule.reconcile !== undefined &&
    carriesOut &&
    isWhole(request) &&
    careful === null &&
    approved === null
  );
}

async function isTime(context: CycleContext): Promise<boolean> {
  const { job, io } = context;
  const { reconcile } = job.settings.schedule;
  if (reconcile === undefined || !isScheduled(context)) return false;
  const { reconciled_at: last } = await readJob(io.store.db, job.id);
  return last !== null && io.clock.now().getTime() - last >= durationMilliseconds(reconcile);
}
