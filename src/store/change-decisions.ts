// What was decided about held changes: noted in their rows, and ended when a rejection's time is over.
import type { Db } from './database.ts';
import type { DecisionColumns } from './decision-columns.ts';

/** Nothing was decided yet. */
export const NO_DECISION: DecisionColumns = {
  decided_by: null,
  decided_at: null,
  decision_reason: null,
  decided_until: null,
};

/** Notes what was decided about changes. */
export async function decideChanges(
  db: Db,
  ids: readonly string[],
  status: 'approved' | 'rejected',
  decision: DecisionColumns,
): Promise<void> {
  for (let from = 0; from < ids.length; from += 500)
    await db
      .updateTable('change')
      .set({ status, ...decision })
      .where('id', 'in', ids.slice(from, from + 500))
      .execute();
}

/** How many changes are rejected, and when (ISO) the first of these rejections ends; null when none is. */
export async function countRejected(db: Db, jobId: string): Promise<{ count: number; until: string } | null> {
  const row = await db
    .selectFrom('change')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('decided_until').as('until')])
    .where('job_id', '=', jobId)
    .where('status', '=', 'rejected')
    .executeTakeFirstOrThrow();
  const count = Number(row.count);
  return count === 0 ? null : { count, until: new Date(Number(row.until ?? 0)).toISOString() };
}

/** Rejections that have ended are held again, until somebody decides anew. `now` is in milliseconds. */
export async function endRejections(db: Db, jobId: string, now: number): Promise<void> {
  await db
    .updateTable('change')
    .set({ status: 'staged' })
    .where('job_id', '=', jobId)
    .where('status', '=', 'rejected')
    .where('decided_until', '<=', now)
    .execute();
}
