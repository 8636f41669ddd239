// One line of the report about people who left: what was to be done, when it was confirmed, and what is still open.
import type { DepartureEnd, DepartureOutcome } from '../model/departure.ts';

/** What is stored of one departure. Times are milliseconds. */
export interface DepartureFacts {
  readonly outcome: DepartureOutcome | null;
  readonly firstSeen: number;
  readonly confirmedAt: number | null;
  readonly endedBy: DepartureEnd | null;
  /** A removal that waits for a decision, or what was decided. */
  readonly waiting: 'staged' | 'approved' | 'rejected' | null;
  /** Error code of the last attempt. */
  readonly failing: string | null;
}

/** Why something is still to be done. */
export type StillOpen = 'held' | 'approved' | 'rejected' | 'failed' | 'memberships' | 'notYet';

/** The verdict about one departure. */
export interface LeaverVerdict {
  /** `returned` and `otherEvent`: over before anything was confirmed. Null while it is open. */
  readonly outcome: DepartureOutcome | 'returned' | 'otherEvent' | null;
  /** Whole minutes from when it was first seen until the target confirmed it, rounded up; null without a confirmation. */
  readonly minutes: number | null;
  readonly open: StillOpen | null;
}

/** Judges one departure. */
export function judgeLeaver(facts: DepartureFacts): LeaverVerdict {
  const { outcome, firstSeen, confirmedAt, endedBy } = facts;
  if (confirmedAt !== null) return { outcome, minutes: Math.ceil((confirmedAt - firstSeen) / 60_000), open: null };
  if (outcome === 'leftAlone' || outcome === 'protected') return { outcome, minutes: null, open: null };
  if (endedBy === 'returned' || endedBy === 'otherEvent') return { outcome: endedBy, minutes: null, open: null };
  if (endedBy !== null) return { outcome: outcome ?? 'gone', minutes: null, open: null };
  return { outcome, minutes: null, open: openBecause(facts) };
}

function openBecause({ outcome, waiting, failing }: DepartureFacts): StillOpen {
  if (waiting !== null) return waiting === 'staged' ? 'held' : waiting;
  if (failing !== null) return 'failed';
  return outcome === null ? 'notYet' : 'memberships';
}
