// Who was in the directory's recycle bin, of the people nothing else is known of. Member lists leave them out, and no feed
// says that their memberships are back once they are restored.
import type { Db } from './database.ts';

const SLICE = 500;

/** Empties the list before it is read anew. */
export async function emptyRecycleBin(db: Db, jobId: string): Promise<void> {
  await db.deleteFrom('recycled_person').where('job_id', '=', jobId).execute();
}

/** Notes people who are in the recycle bin. */
export async function noteRecycled(db: Db, jobId: string, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += SLICE)
    await db
      .insertInto('recycled_person')
      .values(ids.slice(from, from + SLICE).map((id) => ({ job_id: jobId, id })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

/** Forgets somebody who is restored or gone for good; returns whether they were in the recycle bin. */
export async function leaveRecycleBin(db: Db, jobId: string, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom('recycled_person')
    .where('job_id', '=', jobId)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
