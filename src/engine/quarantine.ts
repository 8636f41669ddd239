// Writes what an event means for the quarantine of a job: its row, the status of the job, and when it is tried next.

import { durationMilliseconds } from '../model/duration.ts';
import type { ErrorCode, JobFault } from '../model/errors.ts';
import type { Quarantine, QuarantineError } from '../model/quarantine.ts';
import { afterEvent, eventOfFault, judgeFailures, type QuarantineEvent, UNCOUNTED_CODES } from '../rules/quarantine.ts';
import type { Db } from '../store/database.ts';
import { commonestFailure, countFailures } from '../store/escrows.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { countInScope } from '../store/object-counts.ts';
import { findQuarantine, saveQuarantine } from '../store/quarantines.ts';
import type { CompiledJob } from './compiled-job.ts';

/** Takes an event; returns the quarantine the job is in now. `now` is in milliseconds. */
export async function settleQuarantine(
  trx: Db,
  job: CompiledJob,
  event: QuarantineEvent,
  error: QuarantineError | null,
  now: number,
): Promise<Quarantine | null> {
  const before = await findQuarantine(trx, job.id);
  const interval = durationMilliseconds(job.settings.schedule.every);
  const after = afterEvent(before, event, { now, interval, error });
  if (before === null && after === null) return null;
  await saveQuarantine(trx, job.id, after);
  if (after === null) await endQuarantine(trx, job.id);
  else await updateJob(trx, job.id, { status: 'Quarantine', next_attempt: after.nextAttempt });
  return after;
}

/** Ends the quarantine of a job. */
export async function endQuarantine(trx: Db, jobId: string): Promise<void> {
  await saveQuarantine(trx, jobId, null);
  const { status, last_started: started } = await readJob(trx, jobId);
  if (status === 'Quarantine') await updateJob(trx, jobId, { status: started === null ? 'NotRun' : 'Active' });
}

/** What a fault of the job means for its quarantine. */
export async function quarantineAfterFault(trx: Db, job: CompiledJob, fault: JobFault, now: number): Promise<void> {
  const event = eventOfFault(fault.code);
  if (event !== null) await settleQuarantine(trx, job, event, { code: fault.code, message: fault.message }, now);
}

/** Judges how much fails now, as an event with what is wrong. */
export async function judgeStanding(
  db: Db,
  job: CompiledJob,
): Promise<{ readonly event: QuarantineEvent; readonly error: QuarantineError | null }> {
  const failures = await countFailures(db, job.id, UNCOUNTED_CODES);
  if (failures.objects + failures.references === 0) return { event: 'cycleEnded', error: null };
  const inScope = await countInScope(db, job.id);
  const verdict = judgeFailures({ ...failures, inScope }, job.settings.escrowThresholds);
  if (verdict === null) return { event: 'cycleEnded', error: null };
  const code = (await commonestFailure(db, job.id, UNCOUNTED_CODES)) ?? ('InternalError' satisfies ErrorCode);
  return { event: verdict.event, error: { code, message: `${verdict.because}; most often ${code}` } };
}
