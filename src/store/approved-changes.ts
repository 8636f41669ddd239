// Changes of a cycle that applies a plan file: which are let through, which are given up, and what became of them.
import { writeContents } from './change-content.ts';
import type { StoredChange } from './change-tables.ts';
import { setStatus, supersedeChange } from './changes.ts';
import type { Db } from './database.ts';
import { nextSequence } from './jobs.ts';

/**
 * Gives up these changes. Their objects are planned afresh by the next cycle; what somebody had approved stays approved.
 * `now` is in milliseconds.
 */
export async function giveUpChanges(
  db: Db,
  jobId: string,
  changes: readonly StoredChange[],
  now: number,
): Promise<void> {
  if (changes.length === 0) return;
  const sequence = await nextSequence(db, jobId);
  for (const change of changes) {
    const isApproved = (change.payload ?? '').includes('"approved":true');
    if (isApproved) await setStatus(db, [change.id], 'approved');
    else await supersedeChange(db, change.id, now);
    await db
      .updateTable('source_object')
      .set({ changed_seq: sequence })
      .where('job_id', '=', jobId)
      .where('kind', '=', change.kind)
      .where('id', '=', change.source_id)
      .execute();
  }
}

/** Lets one change through because somebody approved it: it belongs to this cycle and counts for no guard. */
export async function approveChange(
  db: Db,
  { id, steps }: StoredChange,
  payload: string,
  cycleId: string,
): Promise<void> {
  await db
    .updateTable('change')
    .set({ status: 'pending', guard_class: null, cycle_id: cycleId })
    .where('id', '=', id)
    .execute();
  await writeContents(db, [{ id, payload, steps }]);
}

/** Statuses of changes by their id. */
export async function statusesOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let from = 0; from < ids.length; from += 500) {
    const rows = await db
      .selectFrom('change')
      .select(['id', 'status'])
      .where('id', 'in', ids.slice(from, from + 500))
      .execute();
    for (const row of rows) found.set(row.id, row.status);
  }
  return found;
}
