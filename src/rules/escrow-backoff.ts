// When a failed object is tried again: transient faults with the next cycle, persistent ones 6, 12, 24 hours after the
// first failure and then daily (Entra's schedule, provisioning logs and quarantine pages). Never dropped.
import { ERROR_TABLE, type ErrorCode } from '../model/errors.ts';

const HOUR = 3_600_000;
const LADDER_HOURS = [6, 12, 24] as const;

/** Moment (milliseconds) of the next attempt after the `attempts`-th failure. */
export function nextAttempt(code: ErrorCode, attempts: number, firstSeen: number, now: number): number {
  if (ERROR_TABLE[code].retry === 'nextCycle') return now;
  const hours = LADDER_HOURS[attempts - 1];
  return hours === undefined ? now + 24 * HOUR : Math.max(now, firstSeen + hours * HOUR);
}
