// The provisioning log: a product table with Entra's fields, not a log stream.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { Db } from './database.ts';
import { logRow, readLogRow } from './log-entry-text.ts';
import { RowWriter } from './row-writer.ts';

const ENTRIES = new RowWriter('provisioning_log');

/** Appends entries. */
export function appendLog(db: Db, entries: readonly ProvisioningLogEntry[]): Promise<void> {
  return ENTRIES.write(db, entries.map(logRow));
}

/** What to read of the log. */
export interface LogQuery {
  readonly jobId?: string;
  readonly status?: string;
  readonly action?: string;
  /** Id, or part of the display name. */
  readonly object?: string;
  /** ISO time. */
  readonly since?: string;
  readonly cycleId?: string;
  readonly limit: number;
  /** Only entries after this sequence number, oldest first; otherwise the newest entries. */
  readonly after?: number;
}

/** A stored entry with its place in the log. */
export interface StoredLogEntry {
  readonly seq: number;
  readonly entry: ProvisioningLogEntry;
}

/** Reads the log; the result is in the order in which things happened. */
export async function readLog(db: Db, query: LogQuery): Promise<StoredLogEntry[]> {
  let rows = db.selectFrom('provisioning_log').selectAll();
  if (query.jobId !== undefined) rows = rows.where('job_id', '=', query.jobId);
  if (query.status !== undefined) rows = rows.where('status', '=', query.status);
  if (query.action !== undefined) rows = rows.where('action', '=', query.action);
  if (query.cycleId !== undefined) rows = rows.where('cycle_id', '=', query.cycleId);
  if (query.since !== undefined) rows = rows.where('at', '>=', query.since);
  if (query.object !== undefined) {
    const object = query.object;
    rows = rows.where((eb) => eb.or([eb('source_id', '=', object), eb('display_name', 'like', `%${object}%`)]));
  }
  const found =
    query.after === undefined
      ? (await rows.orderBy('seq', 'desc').limit(query.limit).execute()).reverse()
      : await rows.where('seq', '>', query.after).orderBy('seq').limit(query.limit).execute();
  return found.map((row) => ({ seq: row.seq, entry: readLogRow(row) }));
}

/** Whether this job disabled the account of this person, as far as the log reaches back. */
export async function wasDisabledFor(db: Db, jobId: string, sourceId: string, targetId: string): Promise<boolean> {
  const rows = await db
    .selectFrom('provisioning_log')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('source_id', '=', sourceId)
    .where('action', '=', 'disable')
    .where('status', 'in', ['success', 'warning'])
    .execute();
  return rows.some((row) => readLogRow(row).targetIdentity.id === targetId);
}

/** Forgets the oldest entries from before an ISO time, at most `limit` of them at once. */
export async function pruneLog(db: Db, jobId: string, before: string, limit: number): Promise<void> {
  await db
    .deleteFrom('provisioning_log')
    .where('seq', 'in', (eb) =>
      eb
        .selectFrom('provisioning_log')
        .select('seq')
        .where('job_id', '=', jobId)
        .where('at', '<', before)
        .orderBy('at')
        .limit(limit),
    )
    .execute();
}
