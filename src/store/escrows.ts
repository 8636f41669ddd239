// Escrow: objects that failed, kept with their first failure until they succeed. A retry plans afresh.
import { sql } from 'kysely';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import { ListedQuery } from './listed-query.ts';
import type { EscrowTable } from './schema.ts';

/** Escrows of the given objects. */
export async function findEscrows(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<Map<string, EscrowTable>> {
  if (sourceIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('escrow')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('source_id', 'in', sourceIds)
    .execute();
  return new Map(rows.map((row) => [row.source_id, row]));
}

/** Records a failure; the first one is kept. */
export async function saveEscrow(db: Db, escrow: EscrowTable): Promise<void> {
  await db
    .insertInto('escrow')
    .values(escrow)
    .onConflict((conflict) =>
      conflict.columns(['job_id', 'kind', 'source_id']).doUpdateSet({
        display_name: escrow.display_name,
        code: escrow.code,
        message: escrow.message,
        attempts: sql<number>`escrow.attempts + 1`,
        next_attempt: escrow.next_attempt,
        reference: escrow.reference,
      }),
    )
    .execute();
}

const CLEARED = new ListedQuery((db, ids, jobId: string, kind: ObjectKind) =>
  db.deleteFrom('escrow').where('job_id', '=', jobId).where('kind', '=', kind).where('source_id', 'in', ids),
);

/** The object succeeded, or there is nothing left to do for it. */
export async function clearEscrow(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<void> {
  await CLEARED.run(db, sourceIds, jobId, kind);
}

/** Forgets all failures of a job; whoever does so has marked the objects to be planned afresh. */
export async function removeEscrows(db: Db, jobId: string): Promise<void> {
  await db.deleteFrom('escrow').where('job_id', '=', jobId).execute();
}

/** How many objects are in escrow. */
export async function countEscrows(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('escrow')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** How many objects are in escrow, by whether only references failed; failures with the given codes are left out. */
export async function countFailures(
  db: Db,
  jobId: string,
  without: readonly string[],
): Promise<{ readonly objects: number; readonly references: number }> {
  const rows = await db
    .selectFrom('escrow')
    .select((eb) => ['reference', eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .where('code', 'not in', [...without])
    .groupBy('reference')
    .execute();
  const of = (reference: number): number => Number(rows.find((row) => row.reference === reference)?.count ?? 0);
  return { objects: of(0), references: of(1) };
}

/** The code that most escrows have, those with the given codes left out; null without any. */
export async function commonestFailure(db: Db, jobId: string, without: readonly string[]): Promise<string | null> {
  const row = await db
    .selectFrom('escrow')
    .select((eb) => ['code', eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .where('code', 'not in', [...without])
    .groupBy('code')
    .orderBy('count', 'desc')
    .orderBy('code')
    .limit(1)
    .executeTakeFirst();
  return row?.code ?? null;
}

/** The escrows that have waited longest, oldest first failure first. */
export function oldestEscrows(db: Db, jobId: string, limit: number): Promise<EscrowTable[]> {
  return db
    .selectFrom('escrow')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('first_seen')
    .orderBy('source_id')
    .limit(limit)
    .execute();
}

/**
 * People to find out with whether the cause of many failures is gone, longest untried first: in scope, and neither held nor
 * approved, so that nothing is sent that waits for somebody's word.
 */
export async function peopleToProbe(
  db: Db,
  jobId: string,
  without: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('escrow')
    .innerJoin('source_object', (join) =>
      join
        .onRef('source_object.job_id', '=', 'escrow.job_id')
        .onRef('source_object.kind', '=', 'escrow.kind')
        .onRef('source_object.id', '=', 'escrow.source_id'),
    )
    .select('escrow.source_id')
    .where('escrow.job_id', '=', jobId)
    .where('escrow.kind', '=', 'user')
    .where('escrow.reference', '=', 0)
    .where('escrow.code', 'not in', [...without])
    .where('source_object.in_scope', '=', 1)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('change')
            .select('change.id')
            .whereRef('change.job_id', '=', 'escrow.job_id')
            .whereRef('change.kind', '=', 'escrow.kind')
            .whereRef('change.source_id', '=', 'escrow.source_id')
            .where('change.status', 'in', ['staged', 'approved', 'rejected']),
        ),
      ),
    )
    .orderBy('escrow.next_attempt')
    .orderBy('escrow.source_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.source_id);
}

/** Marks the objects whose escrow is due, so that they are planned afresh. */
export async function markEscrowsDue(db: Db, jobId: string, now: number, sequence: number): Promise<void> {
  await sql`
    update source_object set changed_seq = ${sequence}
    where job_id = ${jobId} and exists (
      select 1 from escrow where escrow.job_id = source_object.job_id and escrow.kind = source_object.kind
        and escrow.source_id = source_object.id and escrow.next_attempt <= ${now})`.execute(db);
}
