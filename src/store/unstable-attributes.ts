// Attributes that a target keeps changing: what was written again although it had been written before. Values are kept as
// hashes, so that this names nobody.
import { sql } from 'kysely';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import type { UnstableAttributeTable } from './unstable-table.ts';

/** So often an attribute is written again, after it was written first, before it is left as it is. */
export const MOST_REWRITES = 2;

/** An attribute that was written again: hashes of what was written, and of what had been found in its place. */
export type Rewritten = Pick<UnstableAttributeTable, 'attribute' | 'wanted' | 'found'>;

/** Counts one more time that the same was written over the same; anything else begins anew. */
export async function noteRewritten(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceId: string,
  { attribute, wanted, found }: Rewritten,
  now: number,
): Promise<void> {
  await sql`
    insert into unstable_attribute (job_id, kind, source_id, attribute, wanted, found, times, last_written)
    values (${jobId}, ${kind}, ${sourceId}, ${attribute}, ${wanted}, ${found}, 1, ${now})
    on conflict (job_id, kind, source_id, attribute) do update set
      times = case when unstable_attribute.wanted = excluded.wanted and unstable_attribute.found = excluded.found
        then unstable_attribute.times + 1 else 1 end,
      wanted = excluded.wanted, found = excluded.found, last_written = excluded.last_written`.execute(db);
}

/** What was written again to one object, at least so often. */
export function findRewritten(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceId: string,
  least: number,
): Promise<UnstableAttributeTable[]> {
  return db
    .selectFrom('unstable_attribute')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('source_id', '=', sourceId)
    .where('times', '>=', least)
    .execute();
}

/** How many objects have each of these attributes, the most frequent first. */
export async function countUnstable(
  db: Db,
  jobId: string,
  least: number,
): Promise<{ readonly attribute: string; readonly objects: number }[]> {
  const rows = await db
    .selectFrom('unstable_attribute')
    .select(['attribute', (eb) => eb.fn.countAll<number>().as('objects')])
    .where('job_id', '=', jobId)
    .where('times', '>=', least)
    .groupBy('attribute')
    .execute();
  return rows
    .map(({ attribute, objects }) => ({ attribute, objects: Number(objects) }))
    .toSorted((a, b) => b.objects - a.objects || a.attribute.localeCompare(b.attribute));
}
