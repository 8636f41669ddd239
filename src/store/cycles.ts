// Cycles: when each began and ended and what it did.
import type { Db } from './database.ts';
import type { CycleTable } from './schema.ts';

/** Records a cycle that begins. */
export async function insertCycle(db: Db, cycle: CycleTable): Promise<void> {
  await db.insertInto('cycle').values(cycle).execute();
}

/** The cycle, or undefined. */
export function findCycle(db: Db, id: string): Promise<CycleTable | undefined> {
  return db.selectFrom('cycle').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Records the end of a cycle, or its counts so far. */
export async function updateCycle(
  db: Db,
  id: string,
  columns: Partial<Omit<CycleTable, 'id' | 'job_id'>>,
): Promise<void> {
  await db.updateTable('cycle').set(columns).where('id', '=', id).execute();
}

/** Whether the job has been observed: a whole cycle that wrote nothing, and ended. */
export async function wasObserved(db: Db, jobId: string): Promise<boolean> {
  const row = await db
    .selectFrom('cycle')
    .select('id')
    .where('job_id', '=', jobId)
    .where('mode', '=', 'observe')
    .where('dry_run', '=', 0)
    .where('trigger', '!=', 'onDemand')
    .where('time_ended', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The latest cycles of a job, newest first. */
export function latestCycles(db: Db, jobId: string, limit: number): Promise<CycleTable[]> {
  return db
    .selectFrom('cycle')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('time_began', 'desc')
    .limit(limit)
    .execute();
}
