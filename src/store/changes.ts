// Change rows: the plan, the queue and its outcome. At most one open change an object.
import { sql } from 'kysely';
import type { ChangeStatus } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import type { ChangeTable } from './schema.ts';

const OPEN: readonly ChangeStatus[] = ['planned', 'pending', 'sent', 'staged', 'approved'];

/** Writes planned changes. */
export async function insertChanges(db: Db, rows: readonly ChangeTable[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 100) {
    await db
      .insertInto('change')
      .values(rows.slice(from, from + 100))
      .execute();
  }
}

/** A new plan for these objects replaces whatever was open. */
export async function supersedeOpen(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
  now: number,
): Promise<void> {
  for (let from = 0; from < sourceIds.length; from += 500) {
    await db
      .updateTable('change')
      .set({ status: 'superseded', payload: null, settled_at: now })
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('source_id', 'in', sourceIds.slice(from, from + 500))
      .where('status', 'in', OPEN)
      .execute();
  }
}

/** Open changes of these objects, by source id. */
export async function openChanges(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<Map<string, Pick<ChangeTable, 'action' | 'event' | 'status'>>> {
  const rows = await db
    .selectFrom('change')
    .select(['source_id', 'action', 'event', 'status'])
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('source_id', 'in', sourceIds)
    .where('status', 'in', OPEN)
    .execute();
  return new Map(rows.map((row) => [row.source_id, row]));
}

/** Moves all changes of a job from one status to another; only of one removal class when given. */
export async function moveChanges(
  db: Db,
  jobId: string,
  from: ChangeStatus,
  to: ChangeStatus,
  guardClass?: string,
): Promise<number> {
  let query = db.updateTable('change').set({ status: to }).where('job_id', '=', jobId).where('status', '=', from);
  if (guardClass !== undefined) query = query.where('guard_class', '=', guardClass);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

/** Gives up all changes of a job with a status; they are planned afresh from their objects. */
export async function supersedeAll(db: Db, jobId: string, status: ChangeStatus, now: number): Promise<void> {
  await db
    .updateTable('change')
    .set({ status: 'superseded', payload: null, steps: null, settled_at: now })
    .where('job_id', '=', jobId)
    .where('status', '=', status)
    .execute();
}

/**
 * The next changes of a phase that may be sent, in id order after `after`: those that wait for nobody, or whose manager has
 * an account by now. Begin again when there are none left: those that were passed over may be ready then.
 */
export async function pageReady(
  db: Db,
  jobId: string,
  phase: number,
  limit: number,
  after = '',
): Promise<ChangeTable[]> {
  return db
    .selectFrom('change')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('status', '=', 'pending')
    .where('phase', '=', phase)
    .where((eb) =>
      eb.or([
        eb('waits_for', 'is', null),
        eb.exists(
          eb
            .selectFrom('link')
            .select('link.target_id')
            .where('link.job_id', '=', jobId)
            .where('link.kind', '=', 'user')
            .whereRef('link.source_id', '=', 'change.waits_for'),
        ),
      ]),
    )
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/**
 * Frees changes that wait for somebody who will not come: whoever waits for nobody pending; if all wait for each other
 * (a cycle in the hierarchy), one of them. Returns how many were freed.
 */
export async function freeWaiting(db: Db, jobId: string, phase: number): Promise<number> {
  const stranded = await sql`
    update change set waits_for = null
    where job_id = ${jobId} and status = 'pending' and phase = ${phase} and waits_for is not null and not exists (
      select 1 from change as awaited where awaited.job_id = change.job_id and awaited.kind = 'user' and awaited.status = 'pending'
        and awaited.phase = ${phase} and awaited.source_id = change.waits_for)`.execute(db);
  if ((stranded.numAffectedRows ?? 0n) > 0n) return Number(stranded.numAffectedRows);
  const id = await oneOfACycle(db, jobId, phase);
  if (id === undefined) return 0;
  await db.updateTable('change').set({ waits_for: null }).where('id', '=', id).execute();
  return 1;
}

/** All that wait, wait for each other: who is met twice on the way up is part of the cycle, not one of those below it. */
async function oneOfACycle(db: Db, jobId: string, phase: number): Promise<string | undefined> {
  const waiting = db
    .selectFrom('change')
    .select(['id', 'source_id', 'waits_for'])
    .where('job_id', '=', jobId)
    .where('status', '=', 'pending')
    .where('phase', '=', phase)
    .where('waits_for', 'is not', null);
  const met = new Set<string>();
  let change = await waiting.orderBy('id').limit(1).executeTakeFirst();
  while (change !== undefined && !met.has(change.id)) {
    met.add(change.id);
    const next = await waiting
      .where('kind', '=', 'user')
      .where('source_id', '=', change.waits_for ?? '')
      .executeTakeFirst();
    if (next === undefined) break;
    change = next;
  }
  return change?.id;
}

/** Sets the status of changes by id. */
export async function setStatus(db: Db, ids: readonly string[], status: ChangeStatus): Promise<void> {
  if (ids.length > 0) await db.updateTable('change').set({ status }).where('id', 'in', ids).execute();
}

/** Settles one change: its payload, which holds personal data, is cleared. */
export async function settleChange(db: Db, id: string, status: 'success' | 'failure', now: number): Promise<void> {
  await db
    .updateTable('change')
    .set({ status, payload: null, steps: null, settled_at: now })
    .where('id', '=', id)
    .execute();
}

/** Number of changes per removal class and status. */
export async function countRemovals(db: Db, jobId: string, status: ChangeStatus): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('change')
    .select(['guard_class', (eb) => eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .where('status', '=', status)
    .where('guard_class', 'is not', null)
    .groupBy('guard_class')
    .execute();
  return new Map(rows.map((row) => [row.guard_class ?? '', Number(row.count)]));
}

/** Number of removals per class that were carried out since a moment (milliseconds). */
export async function countRemovalsSince(db: Db, jobId: string, since: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('change')
    .select(['guard_class', (eb) => eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .where('status', '=', 'success')
    .where('guard_class', 'is not', null)
    .where('settled_at', '>', since)
    .groupBy('guard_class')
    .execute();
  return new Map(rows.map((row) => [row.guard_class ?? '', Number(row.count)]));
}

/** Number of changes with a status. */
export async function countChanges(db: Db, jobId: string, status: ChangeStatus, phase?: number): Promise<number> {
  let query = db
    .selectFrom('change')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('status', '=', status);
  if (phase !== undefined) query = query.where('phase', '=', phase);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** Changes with a status in keyset pages by id. */
export function pageChanges(
  db: Db,
  jobId: string,
  statuses: readonly ChangeStatus[],
  after: string,
  limit: number,
): Promise<ChangeTable[]> {
  return db
    .selectFrom('change')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('status', 'in', statuses)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Counts of planned changes per action, those that are approved already included; for a dry run. */
export async function countPlannedByAction(db: Db, jobId: string, cycleId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('change')
    .select(['action', (eb) => eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .where('cycle_id', '=', cycleId)
    .where('status', 'in', ['planned', 'pending'])
    .groupBy('action')
    .execute();
  return new Map(rows.map((row) => [row.action, Number(row.count)]));
}

/** Forgets the changes of a cycle that was only planned. */
export async function removeChangesOfCycle(db: Db, cycleId: string): Promise<void> {
  await db.deleteFrom('change').where('cycle_id', '=', cycleId).execute();
}

/** Forgets settled changes older than a moment (milliseconds). */
export async function pruneChanges(db: Db, jobId: string, before: number): Promise<void> {
  await db.deleteFrom('change').where('job_id', '=', jobId).where('settled_at', '<', before).execute();
}

/**
 * Marks the objects of changes with a status as changed, so that they are planned afresh; `askTarget` makes the next
 * match ask the target itself. Used for approvals, and for requests whose answer was never settled.
 */
export async function replanObjectsOf(
  db: Db,
  jobId: string,
  status: ChangeStatus,
  sequence: number,
  askTarget: boolean,
): Promise<void> {
  await sql`
    update source_object set changed_seq = ${sequence}, fresh_match = case when ${askTarget ? 1 : 0} = 1 then 1 else fresh_match end
    where job_id = ${jobId} and exists (
      select 1 from change where change.job_id = source_object.job_id and change.kind = source_object.kind
        and change.source_id = source_object.id and change.status = ${status})`.execute(db);
}
