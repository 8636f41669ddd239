// Records what somebody decided about held changes, in the rows themselves and in the provisioning log. It sends nothing:
// the next cycle carries out what was approved and is still due.
import { decideChanges } from '../store/change-decisions.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { Db } from '../store/database.ts';
import { appendLog } from '../store/provisioning-log.ts';
import { heldAction, logEntry, subjectOfChange } from './log-entry.ts';
import { step } from './planned-object.ts';

/** What was decided, by whom and why; times are milliseconds. */
export interface HeldDecision {
  readonly verdict: 'approved' | 'rejected';
  /** The name of the operating system's user. */
  readonly by: string;
  readonly at: number;
  readonly reason: string | null;
  /** When a rejection ends; null for an approval. */
  readonly until: number | null;
}

/** Records it; `newId` gives the ids of log entries. */
export async function recordDecision(
  trx: Db,
  changes: readonly StoredChange[],
  decision: HeldDecision,
  newId: () => string,
): Promise<void> {
  const { verdict, by, at, reason, until } = decision;
  await decideChanges(
    trx,
    changes.map((change) => change.id),
    verdict,
    { decided_by: by, decided_at: at, decision_reason: reason, decided_until: until },
  );
  const io = { newId, clock: { now: () => new Date(at) } };
  await appendLog(
    trx,
    changes.map((change) =>
      logEntry({ job: { id: change.job_id }, cycleId: change.cycle_id, io }, subjectOfChange(change), {
        action: heldAction(change.action),
        status: 'skipped',
        steps: [step(STEP_NAMES[verdict], 'export', 'skipped', decisionText(decision))],
        modified: [],
        durationInMilliseconds: 0,
      }),
    ),
  );
}

const STEP_NAMES = { approved: 'EntryExportApproved', rejected: 'EntryExportRejected' } as const;

function decisionText({ verdict, by, reason, until }: HeldDecision): string {
  const why = reason === null ? '' : `: ${reason}`;
  if (verdict === 'approved') return `Approved by ${by}${why}. The next cycle carries it out if it is still due.`;
  const day = until === null ? '' : ` until ${new Date(until).toISOString()}`;
  return `Rejected by ${by}${why}. It is not sent${day}, and held again then if it is still due.`;
}
