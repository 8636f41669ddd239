// Reads a feed of changes since the watermark; each page is stored with its link in one transaction.
import type { DeltaPage, DirectoryEntry, ObjectKind } from '../model/directory.ts';
import type { Db } from '../store/database.ts';
import { nextReading, nextSequence, updateJob } from '../store/jobs.ts';
import { removeMembers, storeMembers } from '../store/members.ts';
import {
  doubtMemberLists,
  doubtMissingManagers,
  findObjects,
  type SourceObjectRow,
  updateObjects,
} from '../store/source-objects.ts';
import { breathe, type CycleContext, settling, warn } from './context.ts';
import { idsOf, lazySequence, mergeEntry } from './merge.ts';
import { type Watermark, watermarkAfter } from './watermark.ts';

/** What one round said so far. Order is no proof in a feed, so what contradicts it is read directly. */
interface Round {
  /** Whether a membership was said to be removed. */
  readonly memberships: Map<string, boolean>;
  /** Objects that were said to be present. */
  readonly present: Set<string>;
}

/**
 * Follows one feed to its end.
 * @throws ResyncRequired when the source no longer accepts the watermark.
 */
export async function readChanges(context: CycleContext, kind: ObjectKind, from: Watermark): Promise<void> {
  const { source, signal } = context.io;
  const round: Round = { memberships: new Map(), present: new Set() };
  for await (const page of source.readDelta({ kind, link: from.link }, signal)) {
    await mergePage(context, kind, page, round);
    await breathe(context);
  }
}

async function mergePage(context: CycleContext, kind: ObjectKind, page: DeltaPage, round: Round): Promise<void> {
  const { job } = context;
  let limited = 0;
  let returned = false;
  await settling(context, async (trx) => {
    const rows = await findObjects(trx, job.id, kind, idsOf(page.entries));
    const sequence = lazySequence(() => nextSequence(trx, job.id));
    for (const entry of page.entries) {
      const row = rows.get(entry.id);
      // A row that is going to be read directly takes no attributes from the feed: an absent manager means "no change" there.
      const contradicted = row !== undefined && entry.removed !== undefined && round.present.has(entry.id);
      if (contradicted) await updateObjects(trx, job.id, kind, [entry.id], { needs_read: 1 });
      else if (row?.needs_read !== 1 || entry.removed !== undefined) {
        const merged = await mergeEntry(trx, job.id, entry, rows, sequence);
        if (merged === 'limited') limited += 1;
        if (merged === 'returned') returned = true;
        if (merged === 'changed') context.counts.imported += 1;
        // Said to be present in two states: the second may be the older one.
        if (merged === 'changed' && entry.removed === undefined && round.present.has(entry.id))
          await updateObjects(trx, job.id, kind, [entry.id], { needs_read: 1 });
      }
      if (entry.removed === undefined && entry.limited !== true) round.present.add(entry.id);
      if (row !== undefined && kind === 'group') await mergeMembers(trx, context, row, entry, round.memberships);
    }
    // They may be a member of an assigned group, and the manager of people who were read in the meantime.
    if (returned) {
      await doubtMemberLists(trx, job.id);
      await doubtMissingManagers(trx, job.id);
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
