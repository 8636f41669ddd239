// What is kept of people who were deleted in the directory for good. Whoever has no account is forgotten at once
// (purgeGone); whoever has one keeps a row and a link, so that the account is still known to be theirs and what is to happen
// to it still happens. After a while these hold ids only.
import { forgetImagesOf } from './before-images.ts';
import { OPEN_STATUSES } from './changes.ts';
import type { Db } from './database.ts';
import { hasChange, isEscrowed } from './object-conditions.ts';

/** Notes since when people and groups are gone, and that somebody is back. Milliseconds. */
export async function noteGone(db: Db, jobId: string, now: number): Promise<void> {
  const rows = db.updateTable('source_object').where('job_id', '=', jobId);
  await rows.set({ gone_since: now }).where('state', '=', 'hardDeleted').where('gone_since', 'is', null).execute();
  await rows
    .set({ gone_since: null })
    .where('state', '!=', 'hardDeleted')
    .where('gone_since', 'is not', null)
    .execute();
}

/**
 * Takes names and attributes from those who are gone since before a moment, at most `limit` of them at once; whoever has an
 * open change or waits for another attempt keeps them until that is over.
 */
export async function forgetAttributesOfGone(db: Db, jobId: string, before: number, limit: number): Promise<void> {
  const rows = await db
    .selectFrom('source_object')
    .select(['row_id', 'kind', 'id'])
    .where('job_id', '=', jobId)
    .where('gone_since', '<', before)
    .where('attributes', '!=', '{}')
    .where((eb) => eb.not(hasChange(eb, OPEN_STATUSES)))
    .where((eb) => eb.not(isEscrowed(eb)))
    .limit(limit)
    .execute();
  await forgetImagesOf(
    db,
    rows.map(({ id }) => id),
  );
  for (const { row_id: rowId, kind, id } of rows) {
    await db
      .updateTable('source_object')
      .set({ attributes: '{}', display_name: null, manager_id: null, member_of: null })
      .where('row_id', '=', rowId)
      .execute();
    await db
      .updateTable('link')
      .set({ exported: '{}', email: null })
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('source_id', '=', id)
      .execute();
  }
}
