// Counts of source objects.
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import type { PlanMark } from './source-objects.ts';

/** How many rows need planning; those that somebody named always do. */
export async function countToPlan(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  mark: PlanMark,
  only?: readonly string[],
): Promise<number> {
  if (only !== undefined) return only.length;
  const row = await db
    .selectFrom('source_object')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .whereRef('changed_seq', '>', mark)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * How many rows that need planning are entitled, present and have no link: the candidates for matching. At most those that
 * somebody named.
 */
export async function countToMatch(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  mark: PlanMark,
  only?: readonly string[],
): Promise<number> {
  if (only !== undefined) return only.length;
  const row = await db
    .selectFrom('source_object')
    .leftJoin('link', (join) =>
      join
        .onRef('link.job_id', '=', 'source_object.job_id')
        .onRef('link.kind', '=', 'source_object.kind')
        .onRef('link.source_id', '=', 'source_object.id'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('source_object.job_id', '=', jobId)
    .where('source_object.kind', '=', kind)
    .whereRef('changed_seq', '>', mark)
    .where('state', '=', 'present')
    .where('roles', 'is not', null)
    .where('link.target_id', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Number of objects in scope, of one kind where that is given. */
export async function countInScope(db: Db, jobId: string, kind?: ObjectKind): Promise<number> {
  let query = db
    .selectFrom('source_object')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('in_scope', '=', 1);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  return Number((await query.executeTakeFirstOrThrow()).count);
}
