// Gives up what was planned or let through and not sent. Its objects are planned afresh from their newest state, so nothing
// old is sent and no guard is passed twice on one verdict; what somebody approved stays approved.
import type { ChangeStatus } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import {
  pageChanges,
  plannedGuarded,
  replanObjectsOf,
  setStatus,
  supersedeAll,
  supersedeChange,
} from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { nextSequence } from '../store/jobs.ts';
import { updateObjects } from '../store/source-objects.ts';
import { readPayload } from './payload-text.ts';

/** Gives up all changes of a job with a status; returns how many there were. `now` is in milliseconds. */
export async function giveUp(
  trx: Db,
  jobId: string,
  status: Extract<ChangeStatus, 'planned' | 'pending'>,
  now: number,
): Promise<number> {
  let count = 0;
  for (let after = ''; ; ) {
    const page = await pageChanges(trx, jobId, [status], after, 500);
    const last = page.at(-1);
    if (last === undefined) break;
    const approved = page.filter((change) => readPayload(change.payload).approved === true);
    await setStatus(
      trx,
      approved.map((change) => change.id),
      'approved',
    );
    count += page.length;
    after = last.id;
  }
  if (count === 0) return 0;
  await replanObjectsOf(trx, jobId, status, await nextSequence(trx, jobId), false);
  await supersedeAll(trx, jobId, status, now);
  return count;
}

/** Gives up what a cycle planned and a guard counts; its objects are planned afresh. `now` is in milliseconds. */
export async function leaveGuarded(trx: Db, jobId: string, cycleId: string, now: number): Promise<void> {
  const guarded = await plannedGuarded(trx, jobId, cycleId);
  if (guarded.length === 0) return;
  const sequence = await nextSequence(trx, jobId);
  for (const change of guarded) {
    await supersedeChange(trx, change.id, now);
    await updateObjects(trx, jobId, change.kind as ObjectKind, [change.source_id], { changed_seq: sequence });
  }
}
