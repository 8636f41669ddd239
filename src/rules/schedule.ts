// When a job is due. A cron expression cannot say "every 40 minutes", so due times are counted from the last start.
import { createHash } from 'node:crypto';

/** Moment (milliseconds) at which a job is due again. */
export function nextDue(lastStarted: number, everyMilliseconds: number): number {
  return lastStarted + everyMilliseconds;
}

const SPREAD_PER_JOB_MS = 10_000;

/**
 * First due moment of a job that never ran: jobs that are started together are spread by their id, ten seconds of room
 * for each, so that they do not all read and write at once. A single job is due at once.
 */
export function firstDue(jobId: string, jobs: number, everyMilliseconds: number, now: number): number {
  const room = Math.min(everyMilliseconds, Math.max(0, jobs - 1) * SPREAD_PER_JOB_MS);
  const fraction = createHash('sha256').update(jobId).digest().readUInt32BE(0) / 2 ** 32;
  return now + Math.floor(room * fraction);
}
