// Reads a feed of changes since the watermark; each page is stored with its link in one transaction.
import type { DeltaPage, DirectoryEntry, ObjectKind } from '../model/directory.ts';
import type { Db } from '../store/database.ts';
import { nextReading, nextSequence, updateJob } from '../store/jobs.ts';
import { removeMembers, storeMembers } from '../store/members.ts';
import { findObjects, type SourceObjectRow, updateObjects } from '../store/source-objects.ts';
import { breathe, type CycleContext, settling, warn } from './context.ts';
import { idsOf, lazySequence, mergeEntry } from './merge.ts';
import { type Watermark, watermarkAfter } from './watermark.ts';

/**
 * Follows one feed to its end.
 * @throws ResyncRequired when the source no longer accepts the watermark.
 */
export async function readChanges(context: CycleContext, kind: ObjectKind, from: Watermark): Promise<void> {
  const { source, signal } = context.io;
  const memberships = new Map<string, boolean>();
  for await (const page of source.readDelta({ kind, link: from.link }, signal)) {
    await mergePage(context, kind, page, memberships);
    await breathe(context);
  }
}

async function mergePage(
  context: CycleContext,
  kind: ObjectKind,
  page: DeltaPage,
  memberships: Map<string, boolean>,
): Promise<void> {
  const { job } = context;
  let limited = 0;
  await settling(context, async (trx) => {
    const rows = await findObjects(trx, job.id, kind, idsOf(page.entries));
    const sequence = lazySequence(() => nextSequence(trx, job.id));
    for (const entry of page.entries) {
      const row = rows.get(entry.id);
      // A row that is going to be read directly takes nothing from the feed: an absent manager means "no change" there.
      if (row?.needs_read === 1 && entry.removed === undefined) continue;
      const merged = await mergeEntry(trx, job.id, entry, rows, sequence);
      if (merged === 'limited') limited += 1;
      if (merged === 'changed') context.counts.imported += 1;
      if (row !== undefined && kind === 'group') await mergeMembers(trx, context, row, entry, memberships);
    }
    const link = JSON.stringify(watermarkAfter(page, 0));
    await updateJob(trx, job.id, kind === 'user' ? { users_link: link } : { groups_link: link });
  });
  if (limited > 0)
    warn(
      context,
      'SourcePermissionMissing',
      { objects: limited },
      'rows without attributes are no evidence: a Microsoft Graph permission may be missing',
    );
}

/**
 * Applies the membership changes of one entry. When a round says both "added" and "removed" of one membership, order is
 * no proof, so the list is read. Groups whose list is read in full each cycle take nothing from the feed.
 */
async function mergeMembers(
  trx: Db,
  context: CycleContext,
  row: SourceObjectRow,
  entry: DirectoryEntry,
  memberships: Map<string, boolean>,
): Promise<void> {
  const { job } = context;
  if (entry.members === undefined || row.members_read === 0 || job.settings.source.nestedGroups === 'transitive')
    return;
  const added = entry.members.filter((member) => !member.removed);
  const removed = entry.members.filter((member) => member.removed);
  let contradicted = false;
  for (const member of entry.members) {
    const key = `${row.id} ${member.id}`;
    const before = memberships.get(key);
    if (before !== undefined && before !== member.removed) contradicted = true;
    memberships.set(key, member.removed);
  }
  if (added.length > 0) await storeMembers(trx, job.id, row.id, added, await nextReading(trx, job.id));
  await removeMembers(
    trx,
    job.id,
    row.id,
    removed.map((member) => member.id),
  );
  await updateObjects(
    trx,
    job.id,
    'group',
    [row.id],
    contradicted ? { members_dirty: 1, members_read: 0 } : { members_dirty: 1 },
  );
}
