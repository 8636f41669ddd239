// Objects that the store knows only because somebody asked about them.
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';

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
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('link')
            .select('link.target_id')
            .where('link.job_id', '=', jobId)
            .whereRef('link.kind', '=', 'source_object.kind')
            .whereRef('link.source_id', '=', 'source_object.id'),
        ),
      ),
    )
    // What is still open is planned afresh or given up with the row, never sent without it.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('change')
            .select('change.id')
            .where('change.job_id', '=', jobId)
            .where('change.status', 'in', ['observed', 'planned', 'pending', 'sent', 'staged', 'approved'])
            .whereRef('change.kind', '=', 'source_object.kind')
            .whereRef('change.source_id', '=', 'source_object.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('escrow')
            .select('escrow.code')
            .where('escrow.job_id', '=', jobId)
            .whereRef('escrow.kind', '=', 'source_object.kind')
            .whereRef('escrow.source_id', '=', 'source_object.id'),
        ),
      ),
    )
    .execute();
}
