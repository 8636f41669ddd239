// Which changes share a bulk request. Whoever waits for a manager may go with the manager's own creation, and refers to it
// by name; what does not fit waits on, until the manager has an account.
import { PHASES } from '../model/cycle.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { pageWaitingFor } from '../store/ready-changes.ts';
import type { CycleContext } from './context.ts';
import { ownCycle } from './on-demand.ts';
import { readPayload } from './payload-text.ts';
import { bulkOf, chunksOf } from './together.ts';

/** The batches of a page of changes that may be sent now; null where changes go one by one. */
export async function formBatches(
  context: CycleContext,
  page: readonly StoredChange[],
  most: number,
): Promise<readonly (readonly StoredChange[])[] | null> {
  const bulk = bulkOf(context);
  if (bulk === undefined) return null;
  const batches = chunksOf(page, bulk.size);
  const phase = PHASES.indexOf('users');
  if (bulk.references === 'useless' || page[0]?.phase !== phase) return batches;
  const { job, io } = context;
  let room = most - page.length;
  let managers = batchesByCreated(batches);
  while (room > 0 && managers.size > 0) {
    const waiting = await pageWaitingFor(io.store.db, job.id, phase, [...managers.keys()], room, ownCycle(context));
    const placed: [string, StoredChange[]][] = [];
    for (const change of waiting) {
      const batch = managers.get(change.waits_for ?? '');
      if (batch === undefined || batch.length >= bulk.size || !refersById(change)) continue;
      batch.push(change);
      room -= 1;
      if (change.action === 'create') placed.push([change.source_id, batch]);
    }
    managers = new Map(placed);
  }
  return batches;
}

/** The batch in which each person is created. */
function batchesByCreated(batches: readonly StoredChange[][]): Map<string, StoredChange[]> {
  const created = batches.flatMap((batch) =>
    batch
      .filter(({ action }) => action === 'create')
      .map((change): [string, StoredChange[]] => [change.source_id, batch]),
  );
  return new Map(created);
}

/** A name stands for an id only; an e-mail has to be somebody's before it is written. */
function refersById({ payload, waits_for: manager }: StoredChange): boolean {
  const { references = [] } = readPayload(payload);
  return references.filter(({ referencedId }) => referencedId === manager).every(({ form }) => form === 'id');
}
