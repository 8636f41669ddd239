// What was decided about held changes and still stands: approvals that wait for the next cycle, and rejections.

import type { StoredChange } from '../store/change-tables.ts';
import type { Db } from '../store/database.ts';
import { sizeText } from './held-set-text.ts';
import { type HeldChange, heldChange, readChanges } from './held-sets.ts';
import type { Paint } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** Changes of one class about which the same was decided at once. Times are ISO. */
export interface DecidedChanges {
  readonly jobId: string;
  readonly verdict: 'approved' | 'rejected';
  readonly guardClass: string | null;
  readonly count: number;
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string | null;
  /** When a rejection ends. */
  readonly until: string | null;
  readonly changes: readonly HeldChange[];
}

/** The decisions of a job that still stand, oldest first. */
export async function readDecided(db: Db, jobId: string): Promise<DecidedChanges[]> {
  const changes = await readChanges(db, jobId, ['approved', 'rejected']);
  const groups = Map.groupBy(changes, (change) =>
    JSON.stringify([change.status, change.guard_class, change.decided_by, change.decided_at, change.decided_until]),
  );
  return [...groups.values()]
    .map((group) => decidedChanges(jobId, group))
    .toSorted((left, right) => (left.at ?? '').localeCompare(right.at ?? ''));
}

function decidedChanges(jobId: string, changes: readonly StoredChange[]): DecidedChanges {
  const [first] = changes;
  const iso = (time: number | null | undefined): string | null =>
    time === null || time === undefined ? null : new Date(time).toISOString();
  return {
    jobId,
    verdict: first?.status === 'rejected' ? 'rejected' : 'approved',
    guardClass: first?.guard_class ?? null,
    count: changes.reduce((sum, each) => sum + each.amount, 0),
    by: first?.decided_by ?? null,
    at: iso(first?.decided_at),
    reason: first?.decision_reason ?? null,
    until: iso(first?.decided_until),
    changes: changes.map(heldChange),
  };
}

/** One line about a decision. */
export function decidedText(decided: DecidedChanges, paint: Paint): string {
  const { jobId, verdict, guardClass, by, at, reason, until, changes } = decided;
  const where = guardClass === null ? '' : ` in ${guardClass}`;
  const who = by === null ? '' : ` by ${printable(by)}`;
  const when = at === null ? '' : ` on ${at.slice(0, 10)}`;
  const then = verdict === 'approved' ? ', not carried out yet' : `, not sent until ${(until ?? '').slice(0, 10)}`;
  const why = reason === null ? '' : `: ${printable(reason)}`;
  return `${paint('bold', jobId)}  ${sizeText(guardClass, changes)}${where} ${verdict}${who}${when}${then}${why}`;
}
