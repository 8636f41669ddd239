// Direct reads of users and groups by id, with the answer whether a missing one can be restored. An id that is neither
// alive nor among the deleted items counts as gone for good; replication may still prove that wrong a minute later.
import type { ObjectKind, ReadOutcome } from '../model/directory.ts';
import { type BatchRead, readBatches } from './batch.ts';
import { objectEntry } from './entries.ts';
import { deletedItemPath, objectPath } from './queries.ts';
import type { Requester } from './requester.ts';

/** What to read. */
export interface ObjectsReading {
  readonly requester: Requester;
  readonly origin: string;
  readonly kind: ObjectKind;
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  readonly relation: boolean;
  readonly signal: AbortSignal;
}

/** The outcome for every id, each asked once. Throws JobFault when any of them could not be read. */
export async function readDirectoryObjects(reading: ObjectsReading): Promise<ReadonlyMap<string, ReadOutcome>> {
  const { kind, properties, relation, requester, origin, signal } = reading;
  const subject = { concern: `${kind}s`, what: `GET /${kind}s/{id} in a batch` } as const;
  const reads = [...new Set(reading.ids)].map((id) => ({ key: id, path: objectPath(kind, id, properties, relation) }));
  const live = await readBatches(reads, { requester, origin, subject, toleratesForbidden: false, signal });
  const missing: BatchRead[] = [];
  const outcomes = new Map<string, ReadOutcome>();
  for (const [id, answer] of live) {
    if (answer.found) outcomes.set(id, { found: true, entry: objectEntry(kind, answer.body, relation) });
    else missing.push({ key: id, path: deletedItemPath(id) });
  }
  // Deleted groups ask for Group.Read.All, which the grant set does without. A forbidden look counts as "not there":
  // a deleted group ends the same way whether it can be restored or not, and security groups mostly cannot.
  const deleted = await readBatches(missing, {
    requester,
    origin,
    subject: { concern: `${kind}s`, what: 'GET /directory/deletedItems/{id} in a batch' },
    toleratesForbidden: kind === 'group',
    signal,
  });
  for (const [id, answer] of deleted) {
    outcomes.set(id, { found: false, state: answer.found ? 'softDeleted' : 'hardDeleted' });
  }
  return outcomes;
}
