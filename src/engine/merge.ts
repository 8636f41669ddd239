// Merges what the source says about objects into their rows. Idempotent: a replay changes nothing.
// The attributes of a deleted person stay as they were, so that the renamed userPrincipalName never reaches a target.
import type { DirectoryEntry } from '../model/directory.ts';
import { stableJson } from '../rules/stable-json.ts';
import type { Db } from '../store/database.ts';
import { leaveRecycleBin, noteRecycled } from '../store/recycle-bin.ts';
import {
  doubtMemberLists,
  type ObjectImage,
  type SourceObjectRow,
  storeImage,
  updateObjects,
} from '../store/source-objects.ts';

/** The image of a present object as an entry states it. */
export function presentImage(entry: DirectoryEntry, row: Pick<SourceObjectRow, 'manager_id'>): ObjectImage {
  const given = Object.fromEntries(
    Object.entries(entry.properties).filter(([, value]) => value !== null && value !== undefined),
  );
  const displayName = given['displayName'];
  return {
    kind: entry.kind,
    id: entry.id,
    state: 'present',
    displayName: typeof displayName === 'string' ? displayName : null,
    attributes: stableJson(given),
    managerId: entry.managerId === undefined ? row.manager_id : entry.managerId,
  };
}

/** Whether an image differs from the row. */
export function differs(image: ObjectImage, row: SourceObjectRow): boolean {
  return image.state !== row.state || image.attributes !== row.attributes || image.managerId !== row.manager_id;
}

/** What became of an entry; `returned` is somebody nothing is known of who was in the recycle bin. */
export type MergeResult = 'unknown' | 'returned' | 'limited' | 'same' | 'changed';

/**
 * Merges one delta entry into its row and into `row` in memory, since a page may name an object twice.
 * A deleted object that reappears is read directly before it is believed, since feeds repeat older states; so are the
 * members of a group that does, and the member lists that may name a person who does.
 */
export async function mergeEntry(
  trx: Db,
  jobId: string,
  entry: DirectoryEntry,
  rows: Map<string, SourceObjectRow>,
  sequence: () => Promise<number>,
): Promise<MergeResult> {
  const row = rows.get(entry.id);
  if (row === undefined) {
    return entry.kind === 'user' && (await mergeStranger(trx, jobId, entry)) ? 'returned' : 'unknown';
  }
  if (entry.removed !== undefined) {
    const state = entry.removed === 'changed' && entry.kind === 'user' ? 'softDeleted' : 'hardDeleted';
    if (row.state === state || row.state === 'hardDeleted') return 'same';
    const changed = await sequence();
    await updateObjects(trx, jobId, entry.kind, [entry.id], { state, changed_seq: changed, needs_read: 0 });
    rows.set(entry.id, { ...row, state, changed_seq: changed, needs_read: 0 });
    return 'changed';
  }
  if (entry.limited === true) return 'limited';
  if (row.state === 'softDeleted' || row.state === 'hardDeleted') {
    await updateObjects(trx, jobId, entry.kind, [entry.id], { needs_read: 1, members_read: 0 });
    // While somebody is deleted, member lists leave them out, and no feed says that the memberships are back.
    if (entry.kind === 'user') await doubtMemberLists(trx, jobId);
    return 'changed';
  }
  const image = presentImage(entry, row);
  if (!differs(image, row)) return 'same';
  await store(trx, jobId, image, row, rows, await sequence());
  return 'changed';
}

/** Whether somebody nothing is known of came back; otherwise they do not concern a job. */
async function mergeStranger(trx: Db, jobId: string, { id, removed, limited }: DirectoryEntry): Promise<boolean> {
  if (removed === 'changed') {
    await noteRecycled(trx, jobId, [id]);
    return false;
  }
  if (limited === true) return false;
  return (await leaveRecycleBin(trx, jobId, id)) && removed === undefined;
}

async function store(
  trx: Db,
  jobId: string,
  image: ObjectImage,
  row: SourceObjectRow,
  rows: Map<string, SourceObjectRow>,
  sequence: number,
): Promise<void> {
  await storeImage(trx, jobId, image, sequence);
  rows.set(image.id, {
    ...row,
    state: image.state,
    attributes: image.attributes,
    display_name: image.displayName,
    manager_id: image.managerId,
    changed_seq: sequence,
    needs_read: 0,
  });
}

/** One sequence number for a transaction, taken when first needed. */
export function lazySequence(take: () => Promise<number>): () => Promise<number> {
  let taken: Promise<number> | undefined;
  return () => {
    taken ??= take();
    return taken;
  };
}

/** Ids of a page, each once. */
export function idsOf(entries: readonly { readonly id: string }[]): string[] {
  return [...new Set(entries.map((entry) => entry.id))];
}
