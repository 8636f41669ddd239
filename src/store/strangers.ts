// Objects that the store knows only because somebody asked about them.
import type { ObjectKind } from '../model/directory.ts';
import { OPEN_STATUSES } from './changes.ts';
import type { Db } from './database.ts';
import { hasChange, hasLink, isEscrowed } from './object-conditions.ts';

/**
 * Forgets those of the given objects that nothing entitles and that have no account: somebody asked about them, and nothing
 * personal is kept for it. Whoever may have an account that was never confirmed stays, and so does whoever failed.
 */
export async function forgetStrangers(db: Db, jobId: string, kind: ObjectKind, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .deleteFrom('source_object')
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('id', 'in', ids)
    .where('roles', 'is', null)
    .where('fresh_match', '=', 0)
    .where((eb) => eb.not(hasLink(eb)))
    // What is still open is planned afresh or given up with the row, never sent without it.
    .where((eb) => eb.not(hasChange(eb, ['observed', ...OPEN_STATUSES])))
    .where((eb) => eb.not(isEscrowed(eb)))
    .execute();
}
