// One cycle of one job from the outside: connects it, runs it, and turns whatever happens into a value. What the daemon and
// --sync-now have in common.
import type { ConnectedJob, Installation, JobSurroundings } from '../compose.ts';
import type { CycleCounts, CycleMode, CycleRequest, CycleSummary, JobStatus, RequestCounts } from '../model/cycle.ts';
import { durationMilliseconds } from '../model/duration.ts';
import { JobFault } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { requestCounts } from '../model/request-counts.ts';
import type { Pause } from '../rules/pause.ts';
import { type RunFault, runFault } from './run-fault.ts';

/** A cycle that ended. */
export interface CompletedRun {
  readonly job: Job;
  readonly summary: CycleSummary;
  /** When this run began; the cycle began earlier if it was gone on with. ISO time. */
  readonly startedAt?: string;
}

/** A cycle that did not; with what is known of it. */
export interface FailedRun {
  readonly job: Job;
  readonly fault: RunFault;
  readonly status: JobStatus;
  readonly cycle?: Omit<CycleSummary['cycle'], 'timeEnded'>;
  readonly counts?: CycleCounts;
  readonly requests?: RequestCounts;
  /** Set while the job is in quarantine. */
  readonly quarantine?: Quarantine;
}

/** A cycle that was not begun, or was stopped, because the job is paused; with what is known of it. */
export interface PausedRun extends Partial<Omit<FailedRun, 'job' | 'fault'>> {
  readonly job: Job;
  readonly pause: Pause;
}

export type JobRun = CompletedRun | FailedRun | PausedRun;

/** How a cycle is to be run. */
export interface RunSettings {
  readonly request: CycleRequest;
  /** How long another process that runs the job is waited for. */
  readonly waitMilliseconds: number;
}

/**
 * Runs one cycle. Never rejects for a fault of the job.
 * @throws whatever the store throws while the outcome is read.
 */
export async function runOneCycle(
  installation: Installation,
  job: Job,
  settings: RunSettings,
  surroundings: JobSurroundings,
): Promise<JobRun> {
  const { connectJob } = await import('../compose.ts');
  const { runJob } = await import('../engine/run-job.ts');
  const { ensureJob, updateJob } = await import('../store/jobs.ts');
  const { nextDue } = await import('../rules/schedule.ts');
  const { warnOfExpiry } = await import('./expiring-credentials.ts');
  const { fileKeyOf, refuseRenamed } = await import('./job-files.ts');
  const { watchPause } = await import('./pause-watch.ts');
  let connected: ConnectedJob | null = null;
  let recordsItself = false;
  const { db } = installation.store;
  const began = new Date();
  const every = durationMilliseconds(job.schedule.every);
  await installation.store.transaction((trx) => ensureJob(trx, job.id));
  // A plan writes nothing, so that a paused job can be looked at before it goes on.
  using watch = settings.request.dryRun ? null : await watchPause(installation.store, job.id, Date.now);
  const paused = watch?.paused() ?? null;
  if (paused !== null) return { job, pause: paused };
  const signal = watch === null ? surroundings.signal : AbortSignal.any([surroundings.signal, watch.signal]);
  try {
    const file = fileKeyOf(job.id, installation.configuration);
    await installation.store.transaction((trx) => updateJob(trx, job.id, file));
    const { dryRun, selection, approved } = settings.request;
    if (!dryRun && selection === undefined && approved === undefined)
      await updateJob(db, job.id, { next_attempt: nextDue(began.getTime(), every) });
    await warnOfExpiry(installation, job, surroundings.log, began);
    connected = await connectJob(installation, job, { ...surroundings, signal });
    await refuseRenamed(db, installation.configuration, job, connected.compiled.targetRoot);
    recordsItself = true;
    const summary = await runJob(
      connected.compiled,
      settings.request,
      installation.identity,
      settings.waitMilliseconds,
      connected.io,
    );
    return { job, summary, startedAt: began.toISOString() };
  } catch (error) {
    const pause = watch?.paused() ?? null;
    if (pause !== null && !(error instanceof JobFault)) {
      // It goes on as soon as the pause ends.
      await updateJob(db, job.id, { next_attempt: pause.until });
      return { job, pause, ...(await whatIsKnown(installation, job, began.toISOString(), connected)) };
    }
    // Whoever asked for a restart wants it now: what was running has stopped, and the job begins anew.
    const isRestarted = watch?.restarting() === true && settings.request.selection === undefined;
    if (isRestarted && !(error instanceof JobFault) && !surroundings.signal.aborted)
      return await runOneCycle(installation, job, settings, surroundings);
    const fault = runFault(error, surroundings.signal);
    if (!recordsItself)
      await updateJob(db, job.id, { last_fault: JSON.stringify({ ...fault, at: new Date().toISOString() }) });
    return { job, fault, ...(await whatIsKnown(installation, job, began.toISOString(), connected)) };
  }
}

/** State of the job, and the cycle that was open when it failed. */
async function whatIsKnown(
  { store }: Installation,
  job: Job,
  began: string,
  connected: ConnectedJob | null,
): Promise<Omit<FailedRun, 'job' | 'fault'>> {
  const { findJob } = await import('../store/jobs.ts');
  const { latestCycles } = await import('../store/cycles.ts');
  const { findQuarantine } = await import('../store/quarantines.ts');
  const row = await findJob(store.db, job.id);
  const quarantine = await findQuarantine(store.db, job.id);
  const [latest] = await latestCycles(store.db, job.id, 1);
  const concerned = latest !== undefined && (latest.id === row?.open_cycle_id || latest.time_began >= began);
  return {
    status: (row?.status ?? 'NotRun') as JobStatus,
    ...(quarantine === null ? {} : { quarantine }),
    ...(concerned
      ? {
          cycle: {
            id: latest.id,
            kind: latest.kind as CycleSummary['cycle']['kind'],
            dryRun: latest.dry_run === 1,
            mode: latest.mode as CycleMode,
            timeBegan: latest.time_began,
          },
          ...(latest.counts === null ? {} : { counts: JSON.parse(latest.counts) as CycleCounts }),
        }
      : {}),
    ...(connected === null ? {} : { requests: requestCounts(connected.io) }),
  };
}
