// A held configuration as data: since when, why, what it would do, and what was decided. Reads the store only.
import type { ConfigurationReport } from '../model/configuration-report.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from '../store/database.ts';
import {
  type ConfigurationCount,
  configurationChanges,
  countConfigurationChanges,
  findHeldConfiguration,
} from '../store/held-configurations.ts';
import { findJob } from '../store/jobs.ts';
import { findObjects } from '../store/source-objects.ts';

/** The configuration of a job that it does not work with, or not yet. */
export interface HeldConfiguration {
  readonly jobId: string;
  /** `approved`: the next cycle works with it. */
  readonly state: 'held' | 'rejected' | 'approved';
  /** ISO times; `acceptedSince` is that of the configuration the job works with meanwhile. */
  readonly since: string;
  readonly acceptedSince: string | null;
  readonly reasons: ConfigurationReport['reasons'];
  /** What it would do and a guard counts, by class, kind and action. */
  readonly counts: readonly ConfigurationCount[];
  /** Null while nobody has decided. */
  readonly decision: {
    readonly by: string | null;
    readonly at: string | null;
    readonly reason: string | null;
    readonly until: string | null;
  } | null;
}

/** One thing that it would do. */
export interface ConfigurationChange {
  readonly objectId: string;
  readonly kind: string;
  readonly displayName: string | null;
  readonly action: string;
  readonly guardClass: string;
  readonly amount: number;
}

/** The held configuration of a job; null when there is none, or a cycle has taken it. `now` is in milliseconds. */
export async function readHeldConfiguration(db: Db, jobId: string, now: number): Promise<HeldConfiguration | null> {
  const hold = await findHeldConfiguration(db, jobId);
  if (hold === undefined || hold.state === 'taken') return null;
  const row = await findJob(db, jobId);
  // When a rejection ends, somebody is to decide again.
  const isOver = hold.state === 'rejected' && hold.decided_until !== null && hold.decided_until <= now;
  const state = isOver ? 'held' : hold.state;
  return {
    jobId,
    state,
    since: new Date(hold.since).toISOString(),
    acceptedSince: isoOf(row?.accepted_since ?? null),
    reasons: JSON.parse(hold.reasons) as ConfigurationReport['reasons'],
    counts: await countConfigurationChanges(db, jobId),
    decision:
      state === 'held'
        ? null
        : {
            by: hold.decided_by,
            at: isoOf(hold.decided_at),
            reason: hold.decision_reason,
            until: isoOf(hold.decided_until),
          },
  };
}

function isoOf(moment: number | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}

/** Everything that it would do and a guard counts, with the names as they were read last. */
export async function readConfigurationChanges(db: Db, jobId: string): Promise<ConfigurationChange[]> {
  const rows = await configurationChanges(db, jobId);
  const names = new Map<string, string | null>();
  for (const kind of ['user', 'group'] as const satisfies readonly ObjectKind[])
    for (let from = 0; from < rows.length; from += 500) {
      const ids = rows.slice(from, from + 500).flatMap((row) => (row.kind === kind ? [row.source_id] : []));
      for (const [id, found] of await findObjects(db, jobId, kind, ids)) names.set(`${kind} ${id}`, found.display_name);
    }
  return rows.map((row) => ({
    objectId: row.source_id,
    kind: row.kind,
    displayName: names.get(`${row.kind} ${row.source_id}`) ?? null,
    action: row.action,
    guardClass: row.guard_class,
    amount: row.amount,
  }));
}
