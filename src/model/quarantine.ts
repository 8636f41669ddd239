// Quarantine: a job that cannot work, or fails for most of its objects, is tried cheaply and ever more rarely instead of
// with whole cycles. Names and fields are those of Microsoft Graph (synchronizationQuarantine).

/** Reasons that slow a job down (Graph quarantineReason). */
export const QUARANTINE_REASONS = [
  'EncounteredQuarantineException',
  'EncounteredEscrowProportionThreshold',
  'EncounteredBaseEscrowThreshold',
  'EncounteredTotalEscrowThreshold',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** What was wrong at the last attempt: a code of the table of errors, and what happened. */
export interface QuarantineError {
  readonly code: string;
  readonly message: string;
}

/** The quarantine of a job. Moments are milliseconds. */
export interface Quarantine {
  readonly reason: QuarantineReason;
  /** Since when it is this reason. */
  readonly currentBegan: number;
  readonly nextAttempt: number;
  /** Since when the job is in quarantine, whatever the reasons. */
  readonly seriesBegan: number;
  /** Attempts that left it in quarantine, the one that put it there included. */
  readonly seriesCount: number;
  readonly error: QuarantineError | null;
}

/** How many objects fail, and how many there are. */
export interface FailureNumbers {
  /** People and groups that could not be provisioned. */
  readonly objects: number;
  /** Of which only a manager or memberships could not be written. */
  readonly references: number;
  readonly inScope: number;
}
