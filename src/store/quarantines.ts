// The quarantine of each job. No row means that the job is in none.
import type { Quarantine, QuarantineError, QuarantineReason } from '../model/quarantine.ts';
import type { Db } from './database.ts';

/** The quarantine of a job, or null. */
export async function findQuarantine(db: Db, jobId: string): Promise<Quarantine | null> {
  const row = await db.selectFrom('quarantine').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  if (row === undefined) return null;
  return {
    reason: row.reason as QuarantineReason,
    currentBegan: row.current_began,
    nextAttempt: row.next_attempt,
    seriesBegan: row.series_began,
    seriesCount: row.series_count,
    error: row.error === null ? null : (JSON.parse(row.error) as QuarantineError),
  };
}

/** Keeps the quarantine of a job; null ends it. */
export async function saveQuarantine(db: Db, jobId: string, quarantine: Quarantine | null): Promise<void> {
  await db.deleteFrom('quarantine').where('job_id', '=', jobId).execute();
  if (quarantine === null) return;
  await db
    .insertInto('quarantine')
    .values({
      job_id: jobId,
      reason: quarantine.reason,
      current_began: quarantine.currentBegan,
      next_attempt: quarantine.nextAttempt,
      series_began: quarantine.seriesBegan,
      series_count: quarantine.seriesCount,
      error: quarantine.error === null ? null : JSON.stringify(quarantine.error),
    })
    .execute();
}
