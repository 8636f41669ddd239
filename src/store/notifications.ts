// Alerts: what the recipients of a job were told, and since when it is so. Rows of a mail that is being sent are claimed,
// so that two processes do not tell the same; a claim lapses when its process ended in between.
import type { Db } from './database.ts';
import type { AlertTable } from './schema.ts';

/** How long a mail may take until its rows may be claimed again, in milliseconds. */
export const CLAIM_MS = 5 * 60_000;

/** The alerts of a job. */
export function listAlerts(db: Db, jobId: string): Promise<AlertTable[]> {
  return db.selectFrom('alert').selectAll().where('job_id', '=', jobId).orderBy('kind').execute();
}

/** Writes an alert, new or known. */
export async function saveAlert(db: Db, alert: AlertTable): Promise<void> {
  const { opened_at, last_sent, claimed_until, detail } = alert;
  await db
    .insertInto('alert')
    .values(alert)
    .onConflict((conflict) =>
      conflict.columns(['job_id', 'kind']).doUpdateSet({ opened_at, last_sent, claimed_until, detail }),
    )
    .execute();
}

/** Forgets alerts of a job: those of the given kinds, or all. */
export async function removeAlerts(db: Db, jobId: string, kinds?: readonly string[]): Promise<void> {
  const all = db.deleteFrom('alert').where('job_id', '=', jobId);
  await (kinds === undefined ? all : all.where('kind', 'in', [...kinds])).execute();
}

/** Lets others send what a mail could not. */
export async function releaseAlerts(db: Db, jobId: string, kinds: readonly string[]): Promise<void> {
  await db
    .updateTable('alert')
    .set({ claimed_until: 0 })
    .where('job_id', '=', jobId)
    .where('kind', 'in', [...kinds])
    .execute();
}

/** When the latest escrow of a job was made; 0 without any. */
export async function newestEscrow(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('escrow')
    .select((eb) => eb.fn.max('first_seen').as('newest'))
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return Number(row?.newest ?? 0);
}

/** When the first cycle of a job that was no plan began, and when the last one ended; null without any. */
export async function cycleMoments(
  db: Db,
  jobId: string,
): Promise<{ readonly firstBegan: string | null; readonly lastEnded: string | null }> {
  const row = await db
    .selectFrom('cycle')
    .select((eb) => [eb.fn.min('time_began').as('firstBegan'), eb.fn.max('time_ended').as('lastEnded')])
    .where('job_id', '=', jobId)
    .where('dry_run', '=', 0)
    .executeTakeFirst();
  return { firstBegan: row?.firstBegan ?? null, lastEnded: row?.lastEnded ?? null };
}
