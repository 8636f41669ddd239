// What the store says about a job, as the rules of alerts want it, and what it remembers of the alerts themselves.
import type { AlertKind } from '../model/alert.ts';
import { durationMilliseconds } from '../model/duration.ts';
import type { Job, SourceSettings } from '../model/job.ts';
import type { AlertFacts } from '../rules/alert-conditions.ts';
import type { AlertRecord } from '../rules/alerts.ts';
import { expiringCredentials } from '../rules/credential-expiry.ts';
import { pauseEnded, pauseOf } from '../rules/pause.ts';
import { findCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { countEscrows } from '../store/escrows.ts';
import { countHeld } from '../store/held-configurations.ts';
import { findJob } from '../store/jobs.ts';
import { cycleMoments, newestEscrow } from '../store/notifications.ts';
import { findQuarantine } from '../store/quarantines.ts';
import type { AlertTable, JobTable } from '../store/schema.ts';

/** When the facts are looked at, and by whom. Milliseconds. */
export interface Watch {
  readonly now: number;
  /** Since when somebody looks; before that nobody could have run a cycle. Null for a single run. */
  readonly watchedSince: number | null;
}

/** The facts of a job; null for one that the store does not know. */
export async function readAlertFacts(
  db: Db,
  job: Job,
  source: SourceSettings | undefined,
  watch: Watch,
): Promise<AlertFacts | null> {
  const row = await findJob(db, job.id);
  if (row === undefined) return null;
  const { now } = watch;
  const { firstBegan, lastEnded } = await cycleMoments(db, job.id);
  const open = row.open_cycle_id === null ? undefined : await findCycle(db, row.open_cycle_id);
  const lastSuccess = latest(row.last_success, momentOf(lastEnded));
  const interval = durationMilliseconds(job.schedule.every);
  const { on, noSuccessAfter } = job.notifications;
  return {
    wanted: on,
    interval,
    noSuccessAfter,
    fault: row.last_fault === null ? null : (JSON.parse(row.last_fault) as { readonly code: string }).code,
    quarantine: await findQuarantine(db, job.id),
    held: await countHeld(db, job.id),
    failing: await countEscrows(db, job.id),
    newestFailure: await newestEscrow(db, job.id),
    credentials: expiringCredentials(job, source, new Date(now)),
    lastSuccess,
    successDueSince: dueSince(row, lastSuccess ?? momentOf(firstBegan), (noSuccessAfter - 1) * interval, watch),
    inInitialCycle: open?.kind === 'initial',
    pause: pauseOf(row, now),
    observedSince: job.mode === 'observe' && row.mode === 'observe' ? row.mode_since : null,
  };
}

/** After a pause, and after the start of a daemon, a cycle first has to have its chance. */
function dueSince(row: JobTable, last: number | null, grace: number, { now, watchedSince }: Watch): number | null {
  if (last === null) return null;
  return latest(last, pauseEnded(row, now), watchedSince === null ? null : watchedSince - grace);
}

function latest(...moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null).map(Number);
  return known.length === 0 ? null : Math.max(...known);
}

function momentOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

/** What is remembered of an alert. */
export function recordOf(row: AlertTable): AlertRecord {
  const detail = JSON.parse(row.detail) as Omit<AlertRecord, 'kind' | 'openedAt' | 'lastSent'>;
  return { ...detail, kind: row.kind as AlertKind, openedAt: row.opened_at, lastSent: row.last_sent };
}

/** The row of an alert, claimed until the given moment. */
export function rowOf(jobId: string, record: AlertRecord, claimedUntil: number): AlertTable {
  const { kind, openedAt, lastSent, ...detail } = record;
  return {
    job_id: jobId,
    kind,
    opened_at: openedAt,
    last_sent: lastSent,
    claimed_until: claimedUntil,
    detail: JSON.stringify(detail),
  };
}
