// Reads a target back before a cycle plans: when somebody asked for it, or when schedule.reconcile says that it is time again.
import { isWhole } from '../model/cycle.ts';
import { durationMilliseconds } from '../model/duration.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { type CycleContext, settling } from './context.ts';
import { markDrift } from './reconcile.ts';

/** Marks whoever differs for the plan that follows. The first cycle of a job counts as a reading: it has just met the target. */
export async function readTargetBack(context: CycleContext): Promise<void> {
  const { job, io } = context;
  const due = context.request.repair === true ? 'now' : await whenDue(context);
  if (due === 'later') return;
  if (due === 'now') await markDrift(context);
  await settling(context, (trx) => updateJob(trx, job.id, { reconciled_at: io.clock.now().getTime() }));
  const { drift } = context;
  if (drift === null) return;
  const { checked, drifted, gone } = drift;
  io.log.info(
    { jobId: job.id, cycleId: context.cycleId, checked, drifted, gone: gone.count },
    'the target was read back',
  );
}

/** `met`: not yet, but the time counts from now. Only cycles that write all that is due read back by themselves. */
async function whenDue({
  job,
  io,
  request,
  carriesOut,
  careful,
  approved,
}: CycleContext): Promise<'now' | 'met' | 'later'> {
  const { reconcile } = job.settings.schedule;
  const writesAll = carriesOut && isWhole(request) && careful === null && approved === null;
  if (reconcile === undefined || !writesAll) return 'later';
  const { reconciled_at: last } = await readJob(io.store.db, job.id);
  if (last === null) return 'met';
  return io.clock.now().getTime() - last >= durationMilliseconds(reconcile) ? 'now' : 'later';
}
