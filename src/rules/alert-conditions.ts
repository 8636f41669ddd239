// What is wrong with a job, from what its row, its held and failing objects and its credentials say. Whether somebody is
// told is decided in alerts.ts.
import type { AlertCondition, AlertKind, EndingCredential } from '../model/alert.ts';
import type { Alert } from '../model/job.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { type Pause, tokensEndIn } from './pause.ts';
import { isLongLasting } from './quarantine.ts';

/** What is known about a job. Moments and spans are milliseconds. */
export interface AlertFacts {
  /** What its recipients want to be told. */
  readonly wanted: readonly Alert[];
  readonly interval: number;
  /** After how many intervals without success somebody is told. */
  readonly noSuccessAfter: number;
  /** Code of the last fault of the job; null after a cycle without one. */
  readonly fault: string | null;
  readonly quarantine: Quarantine | null;
  /** Changes that wait for an approval. */
  readonly held: number;
  /** Objects in escrow, and when the latest of them got there. */
  readonly failing: number;
  readonly newestFailure: number;
  readonly credentials: readonly EndingCredential[];
  readonly lastSuccess: number | null;
  /** Since when a success is due; null while none can be expected, as before the first cycle. */
  readonly successDueSince: number | null;
  /** Everybody is being read and written for the first time, which may take hours. */
  readonly inInitialCycle: boolean;
  readonly pause: Pause | null;
  /** Since when the job is only observed; null when it writes. */
  readonly observedSince: number | null;
}

const DAY = 86_400_000;

/** How long a job may be observed before somebody is reminded of it. */
const FORGOTTEN_AFTER = 14 * DAY;

/** How long before a pause costs the place in Microsoft Graph's feeds somebody is told, so that they can end it in time. */
const TOLD_BEFORE = 2 * DAY;

/** Faults that say nothing about the job: another process has it, or somebody stopped it. */
const NO_ALERT: readonly string[] = ['JobBusy', 'LeaseLost', 'Interrupted'];

/** Everything that is wrong now, worst first; at most one condition of each kind. */
export function alertConditions(facts: AlertFacts, now: number): AlertCondition[] {
  const { fault, held, failing, credentials, pause, observedSince, lastSuccess } = facts;
  const found: (AlertCondition | null)[] = [
    fault === null || NO_ALERT.includes(fault) ? null : { kind: 'jobFailed', code: fault },
    quarantineCondition(facts.quarantine, now),
    isOverdue(facts, now) ? { kind: 'noSuccess', lastSuccess } : null,
    held > 0 ? { kind: 'held', count: held } : null,
    failing > 0 ? { kind: 'objectsFailing', count: failing, newest: facts.newestFailure } : null,
    credentials.length > 0 ? { kind: 'credentialExpiring', credentials } : null,
    pauseCondition(pause, now),
    observedSince !== null && now - observedSince >= FORGOTTEN_AFTER
      ? { kind: 'observedTooLong', since: observedSince }
      : null,
  ];
  return found.filter((condition) => condition !== null);
}

function pauseCondition(pause: Pause | null, now: number): AlertCondition | null {
  if (pause === null) return null;
  const tokensEnd = tokensEndIn(pause);
  if (tokensEnd === null || now < tokensEnd - TOLD_BEFORE) return null;
  return { kind: 'pausedTooLong', since: pause.since, until: pause.until, tokensEnd };
}

function quarantineCondition(quarantine: Quarantine | null, now: number): AlertCondition | null {
  if (quarantine === null) return null;
  const { reason, error } = quarantine;
  return { kind: 'quarantine', reason, code: error?.code ?? null, lasting: isLongLasting(quarantine, now) };
}

/**
 * Whether the quarantine of a job says what this alert would say: why it does not run, that it has had no success, and that
 * objects fail where that is the reason. Only for those who are told of quarantines.
 */
export function isToldByQuarantine(kind: AlertKind, { quarantine, wanted }: AlertFacts): boolean {
  if (quarantine === null || !wanted.includes('quarantine')) return false;
  if (kind === 'objectsFailing') return quarantine.reason !== 'EncounteredQuarantineException';
  return kind === 'jobFailed' || kind === 'noSuccess';
}

function isOverdue(facts: AlertFacts, now: number): boolean {
  if (facts.pause !== null || facts.successDueSince === null) return false;
  const usual = facts.noSuccessAfter * facts.interval;
  return now - facts.successDueSince > (facts.inInitialCycle ? Math.max(usual, DAY) : usual);
}
