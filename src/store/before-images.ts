// What accounts held before a cycle wrote to them, so that it can be undone. Values that must not be shown are not kept.

import type { BeforeImageTable } from './before-image-table.ts';
import type { Db } from './database.ts';
import { ListedQuery } from './listed-query.ts';
import { forgetMembershipImagesOf } from './membership-images.ts';
import { RowWriter } from './row-writer.ts';

const IMAGES = new RowWriter('before_image');

/** Keeps what was overwritten. */
export function keepImages(db: Db, images: readonly BeforeImageTable[]): Promise<void> {
  return IMAGES.write(db, images);
}

/** What a cycle overwrote, in the order of writing. */
export function imagesOfCycle(db: Db, jobId: string, cycleId: string): Promise<BeforeImageTable[]> {
  return db
    .selectFrom('before_image')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('cycle_id', '=', cycleId)
    .orderBy('at')
    .orderBy('id')
    .execute();
}

/** The latest cycles that overwrote something, newest first. */
export async function latestImages(
  db: Db,
  limit: number,
): Promise<{ readonly job_id: string; readonly cycle_id: string; readonly at: number }[]> {
  const latest = new Map<string, { job_id: string; cycle_id: string; at: number }>();
  for (const table of ['before_image', 'membership_image'] as const) {
    const rows = await db
      .selectFrom(table as 'before_image')
      .select(['job_id', 'cycle_id', (eb) => eb.fn.max('at').as('at')])
      .groupBy(['job_id', 'cycle_id'])
      .orderBy('at', 'desc')
      .limit(limit)
      .execute();
    for (const row of rows) {
      const at = Math.max(Number(row.at), latest.get(row.cycle_id)?.at ?? 0);
      latest.set(row.cycle_id, { ...row, at });
    }
  }
  return [...latest.values()].toSorted((a, b) => b.at - a.at).slice(0, limit);
}

/** Forgets what was overwritten before a moment (milliseconds). */
export async function pruneImages(db: Db, jobId: string, before: number): Promise<void> {
  for (const table of ['before_image', 'membership_image'] as const)
    await db
      .deleteFrom(table as 'before_image')
      .where('job_id', '=', jobId)
      .where('at', '<', before)
      .execute();
}

const FORGET = new ListedQuery((db, ids) => db.deleteFrom('before_image').where('source_id', 'in', ids));

/** Forgets what was overwritten of these people and groups, in every job. */
export async function forgetImagesOf(db: Db, sourceIds: readonly string[]): Promise<void> {
  if (sourceIds.length === 0) return;
  await FORGET.run(db, sourceIds);
  await forgetMembershipImagesOf(db, sourceIds);
}
