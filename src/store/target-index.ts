// What the target listed in this cycle, indexed by the matching attributes; emptied when a cycle opens and closes.
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';

/** One listed account with the values it can be matched by. */
export interface IndexedResource {
  readonly targetId: string;
  readonly resource: string;
  readonly keys: readonly { readonly attribute: string; readonly value: string }[];
}

/** Adds one page of a list. */
export async function indexResources(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  page: readonly IndexedResource[],
): Promise<void> {
  for (let from = 0; from < page.length; from += 100) {
    const slice = page.slice(from, from + 100);
    await db
      .insertInto('target_resource')
      .values(slice.map((each) => ({ job_id: jobId, kind, target_id: each.targetId, resource: each.resource })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const keys = slice.flatMap((each) =>
      each.keys.map((key) => ({
        job_id: jobId,
        kind,
        attribute: key.attribute,
        value: key.value,
        target_id: each.targetId,
      })),
    );
    if (keys.length > 0)
      await db
        .insertInto('target_key')
        .values(keys)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }
}

/** Listed accounts with a value of an attribute; at most two are needed to know that a match is ambiguous. */
export async function lookUpResources(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  attribute: string,
  value: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('target_key')
    .innerJoin('target_resource', (join) =>
      join
        .onRef('target_resource.job_id', '=', 'target_key.job_id')
        .onRef('target_resource.kind', '=', 'target_key.kind')
        .onRef('target_resource.target_id', '=', 'target_key.target_id'),
    )
    .select('target_resource.resource')
    .where('target_key.job_id', '=', jobId)
    .where('target_key.kind', '=', kind)
    .where('target_key.attribute', '=', attribute)
    .where('target_key.value', '=', value)
    .limit(2)
    .execute();
  return rows.map((row) => row.resource);
}

/** How many listed accounts have each of these values of an attribute; values that nobody has are left out. */
export async function countKeys(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  attribute: string,
  values: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let from = 0; from < values.length; from += 500) {
    const rows = await db
      .selectFrom('target_key')
      .select(['value', (eb) => eb.fn.countAll<number>().as('count')])
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('attribute', '=', attribute)
      .where('value', 'in', values.slice(from, from + 500))
      .groupBy('value')
      .execute();
    for (const row of rows) counts.set(row.value, Number(row.count));
  }
  return counts;
}

/** Number of listed accounts of a kind. */
export async function countIndexed(db: Db, jobId: string, kind: ObjectKind): Promise<number> {
  const row = await db
    .selectFrom('target_resource')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Empties the index. */
export async function clearIndex(db: Db, jobId: string): Promise<void> {
  await db.deleteFrom('target_resource').where('job_id', '=', jobId).execute();
  await db.deleteFrom('target_key').where('job_id', '=', jobId).execute();
}
