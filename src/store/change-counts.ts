// Counts of change rows: what guards, plans and reports are judged by.
import type { ChangeStatus } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';

/** How much the changes with a status count for their guards, per class. */
export async function countRemovals(
  db: Db,
  jobId: string,
  status: ChangeStatus,
  cycleId?: string,
): Promise<Map<string, number>> {
  let query = db
    .selectFrom('change')
    .select(['guard_class', (eb) => eb.fn.sum<number>('amount').as('count')])
    .where('job_id', '=', jobId)
    .where('status', '=', status)
    .where('guard_class', 'is not', null)
    .groupBy('guard_class');
  if (cycleId !== undefined) query = query.where('cycle_id', '=', cycleId);
  const rows = await query.execute();
  return new Map(rows.map((row) => [row.guard_class ?? '', Number(row.count)]));
}

/** The same of what a changed configuration has caused. */
export async function countByConfiguration(db: Db, jobId: string, status: ChangeStatus): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('change')
    .select(['guard_class', (eb) => eb.fn.sum<number>('amount').as('count')])
    .where('job_id', '=', jobId)
    .where('status', '=', status)
    .where('by_configuration', '=', 1)
    .where('guard_class', 'is not', null)
    .groupBy('guard_class')
    .execute();
  return new Map(rows.map((row) => [row.guard_class ?? '', Number(row.count)]));
}

/** The same of one class, held or rejected. */
export async function countKeptBack(db: Db, jobId: string, guardClass: string): Promise<number> {
  const held = (await countRemovals(db, jobId, 'staged')).get(guardClass) ?? 0;
  return held + ((await countRemovals(db, jobId, 'rejected')).get(guardClass) ?? 0);
}

/** The same of what was carried out since a moment (milliseconds). */
export async function countRemovalsSince(db: Db, jobId: string, since: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('change')
    .select(['guard_class', (eb) => eb.fn.sum<number>('amount').as('count')])
    .where('job_id', '=', jobId)
    .where('status', '=', 'success')
    .where('guard_class', 'is not', null)
    .where('settled_at', '>', since)
    .groupBy('guard_class')
    .execute();
  return new Map(rows.map((row) => [row.guard_class ?? '', Number(row.count)]));
}

/** Counts of changes per action; of one cycle, or of one kind of object, where that is given. */
export async function countByAction(
  db: Db,
  jobId: string,
  statuses: readonly ChangeStatus[],
  only: { readonly cycleId?: string; readonly kind?: ObjectKind } = {},
): Promise<Map<string, number>> {
  let query = db
    .selectFrom('change')
    .select(['action', (eb) => eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .where('status', 'in', statuses)
    .groupBy('action');
  if (only.cycleId !== undefined) query = query.where('cycle_id', '=', only.cycleId);
  if (only.kind !== undefined) query = query.where('kind', '=', only.kind);
  return new Map((await query.execute()).map((row) => [row.action, Number(row.count)]));
}

/** Number of changes that would do more than link an account that needs nothing. */
export async function countEffective(db: Db, jobId: string, status: ChangeStatus): Promise<number> {
  const row = await db
    .selectFrom('change')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('status', '=', status)
    .where((eb) => eb.or([eb('action', '!=', 'adopt'), eb('differences', '>', 0)]))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
