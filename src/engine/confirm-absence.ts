// An account that is to be deleted answered 404. A gateway, or an address that is wrong today, does so as well; only a
// search that works and does not show the account says that it is gone.
import type { ObjectFault } from '../model/errors.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { findObjects } from '../store/source-objects.ts';
import type { CycleContext } from './context.ts';
import { listedButGone } from './lost-account.ts';
import { matchNow } from './match.ts';
import { viewOf } from './planned-object.ts';

/** The fault that keeps a deletion from being believed; null when the account is gone. */
export async function confirmAbsence(
  context: CycleContext,
  mapping: CompiledMapping,
  change: Pick<StoredChange, 'source_id' | 'target_id'>,
): Promise<ObjectFault | null> {
  const { job, io } = context;
  const row = (await findObjects(io.store.db, job.id, mapping.kind, [change.source_id])).get(change.source_id);
  if (row === undefined) return null;
  const match = await matchNow(context, mapping, viewOf(context, row, false));
  if (match.type === 'fault') return match.fault.code === 'ImportSkipped' ? null : match.fault;
  return match.type === 'one' && match.targetId === change.target_id ? listedButGone(match.targetId) : null;
}
