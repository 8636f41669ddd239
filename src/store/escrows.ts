// Escrow: objects that failed, kept with their first failure until they succeed. A retry plans afresh.
import { sql } from 'kysely';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
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
      }),
    )
    .execute();
}

/** The object succeeded, or there is nothing left to do for it. */
export async function clearEscrow(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < sourceIds.length; from += 500) {
    await db
      .deleteFrom('escrow')
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('source_id', 'in', sourceIds.slice(from, from + 500))
      .execute();
  }
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

/** Marks the objects whose escrow is due, so that they are planned afresh. */
export async function markEscrowsDue(db: Db, jobId: string, now: number, sequence: number): Promise<void> {
  await sql`
    update source_object set changed_seq = ${sequence}
    where job_id = ${jobId} and exists (
      select 1 from escrow where escrow.job_id = source_object.job_id and escrow.kind = source_object.kind
        and escrow.source_id = source_object.id and escrow.next_attempt <= ${now})`.execute(db);
}
