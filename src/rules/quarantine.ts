// When a job goes into quarantine, when it is tried, and when it is out again. The transitions are one total table; time and
// numbers come in as arguments. Held removals (Entra's TooManyDeletes) are no state of this table: they wait for an approval
// and slow nothing down.
import type { ErrorCode } from '../model/errors.ts';
import type { EscrowThresholds } from '../model/escrow-thresholds.ts';
import type { FailureNumbers, Quarantine, QuarantineError, QuarantineReason } from '../model/quarantine.ts';

/** Whether a job is in quarantine, and why. */
export type QuarantineState = 'none' | QuarantineReason;

/** What may happen to it. */
export const QUARANTINE_EVENTS = [
  /** A whole cycle ended, and not too much failed. */
  'cycleEnded',
  /** Credentials were refused, or the target is no SCIM service. */
  'refused',
  /** An attempt failed for another reason: nobody answered, or the objects that were tried failed again. */
  'attemptFailed',
  /** Too large a share of the objects fails. */
  'proportion',
  /** Too many objects fail, whatever their share. */
  'objects',
  /** Too many objects fail, those included of which only references do. */
  'total',
  /** Somebody lifted it (restart). */
  'lifted',
] as const;
export type QuarantineEvent = (typeof QUARANTINE_EVENTS)[number];

/** What follows, whatever the state was, unless nothing new is known. */
const AFTER = {
  cycleEnded: 'none',
  refused: 'EncounteredQuarantineException',
  proportion: 'EncounteredEscrowProportionThreshold',
  objects: 'EncounteredBaseEscrowThreshold',
  total: 'EncounteredTotalEscrowThreshold',
  lifted: 'none',
} as const satisfies Record<Exclude<QuarantineEvent, 'attemptFailed'>, QuarantineState>;

/** Every state with every event. */
export const QUARANTINE_TRANSITIONS: Readonly<
  Record<QuarantineState, Readonly<Record<QuarantineEvent, QuarantineState>>>
> = {
  none: { ...AFTER, attemptFailed: 'none' },
  EncounteredQuarantineException: { ...AFTER, attemptFailed: 'EncounteredQuarantineException' },
  EncounteredEscrowProportionThreshold: { ...AFTER, attemptFailed: 'EncounteredEscrowProportionThreshold' },
  EncounteredBaseEscrowThreshold: { ...AFTER, attemptFailed: 'EncounteredBaseEscrowThreshold' },
  EncounteredTotalEscrowThreshold: { ...AFTER, attemptFailed: 'EncounteredTotalEscrowThreshold' },
};

/** Circumstances of an event. */
export interface QuarantineMoment {
  /** Milliseconds. */
  readonly now: number;
  /** Milliseconds between two cycles of the job. */
  readonly interval: number;
  readonly error: QuarantineError | null;
}

/** The quarantine after an event; null for a job that is in none. */
export function afterEvent(
  before: Quarantine | null,
  event: QuarantineEvent,
  { now, interval, error }: QuarantineMoment,
): Quarantine | null {
  const reason = QUARANTINE_TRANSITIONS[before?.reason ?? 'none'][event];
  if (reason === 'none') return null;
  const seriesCount = (before?.seriesCount ?? 0) + 1;
  return {
    reason,
    currentBegan: before?.reason === reason ? before.currentBegan : now,
    nextAttempt: now + attemptDelay(seriesCount, interval),
    seriesBegan: before?.seriesBegan ?? now,
    seriesCount,
    error,
  };
}

const FIRST_DELAY_MS = 5 * 60_000;

/** The longest time between two attempts, in milliseconds. */
export const LONGEST_DELAY_MS = 24 * 3_600_000;

/**
 * Milliseconds until the next attempt after the `count`-th that failed: five minutes, doubling, up to a day (Entra's slowest
 * pace); never longer than the interval of the job at first.
 */
export function attemptDelay(count: number, interval: number): number {
  const first = Math.min(FIRST_DELAY_MS, interval);
  return Math.min(LONGEST_DELAY_MS, first * 2 ** Math.min(count - 1, 40));
}

const GIVEN_UP_AFTER_MS = 28 * 24 * 3_600_000;

/** True after 28 days, when Microsoft Entra would have disabled the job. */
export function isLongLasting({ seriesBegan }: Pick<Quarantine, 'seriesBegan'>, now: number): boolean {
  return now - seriesBegan >= GIVEN_UP_AFTER_MS;
}

/** Faults of the job that mean: whatever is tried, nothing will work before somebody puts it right. */
const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>([
  'TargetCredentialsInvalid',
  'TargetTokenRefused',
  'TargetIncompatible',
  'SourceCredentialsInvalid',
  'SourceSecretExpired',
  'SourceTenantUnknown',
  'SourceClientUnknown',
]);

/** True for the code of a fault that puts a job into quarantine. */
export function isRefusal(code: string): boolean {
  return REFUSALS.has(code);
}

/** What a fault of the job is for its quarantine; null for one that says nothing about it. */
export function eventOfFault(code: ErrorCode): 'refused' | 'attemptFailed' | null {
  if (isRefusal(code)) return 'refused';
  return code === 'JobBusy' || code === 'LeaseLost' || code === 'ReadOnly' ? null : 'attemptFailed';
}

/**
 * Failures that say nothing about the job: a target that asks to go slower works, and whoever has no matching value is
 * skipped by Entra as well (ImportSkipped).
 */
export const UNCOUNTED_CODES: readonly ErrorCode[] = ['TooManyRequests', 'ImportSkipped'];

/** Why too much fails. */
export interface FailureVerdict {
  readonly event: Extract<QuarantineEvent, 'proportion' | 'objects' | 'total'>;
  readonly because: string;
}

/**
 * Whether so much fails that the job goes into quarantine; null when not. Entra judges from 5,000 failures on (more than
 * 40 %, 40,000 failures without references, 60,000 with them); here the share counts from `from` objects in scope on.
 */
export function judgeFailures(numbers: FailureNumbers, limits: EscrowThresholds): FailureVerdict | null {
  const { objects, references } = numbers;
  const base = Math.max(numbers.inScope, objects);
  if (base >= limits.from && objects * 100 > limits.percent * base)
    return {
      event: 'proportion',
      because: `${objects} of ${base} objects fail (escrowThresholds.percent: ${limits.percent})`,
    };
  if (objects > limits.count)
    return { event: 'objects', because: `${objects} objects fail (escrowThresholds.count: ${limits.count})` };
  const total = objects + references;
  if (total > limits.total)
    return {
      event: 'total',
      because: `${total} objects fail, managers and memberships included (escrowThresholds.total: ${limits.total})`,
    };
  return null;
}

/** Whether a few objects that were tried again show that the cause is gone; nobody to try says nothing against it. */
export function isCauseGone(tried: number, failed: number): boolean {
  return failed * 2 < tried || tried === 0;
}

/** How many objects are tried again to find out. */
export const PROBED_OBJECTS = 3;
