// With syncAll: enumerates a feed from its beginning, resumable by its next link, then follows its changes. A row that a
// complete enumeration did not see is read directly before anything is concluded; an unfinished one concludes nothing.
import type { DeltaPage, DirectoryEntry, ObjectKind } from '../model/directory.ts';
import { ResyncRequired } from '../model/errors.ts';
import type { Db } from '../store/database.ts';
import { nextReading, nextSequence, readJob, updateJob } from '../store/jobs.ts';
import { removeMembers, storeMembers } from '../store/members.ts';
import { addUnread, findObjects, updateAllObjects, updateObjects } from '../store/source-objects.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { idsOf, lazySequence, mergeEntry } from './merge.ts';
import { deltaStart } from './selection.ts';
import { lastReading, parseWatermark, type Watermark, watermarkAfter } from './watermark.ts';

/** Brings one kind up to date: changes since the watermark, or everything where there is none. */
export async function enumerate(context: CycleContext, kind: ObjectKind): Promise<void> {
  const { job, io } = context;
  const row = await readJob(io.store.db, job.id);
  const watermark = parseWatermark(kind === 'user' ? row.users_link : row.groups_link);
  try {
    await readRound(context, kind, watermark);
  } catch (error) {
    if (!(error instanceof ResyncRequired)) throw error;
    io.log.warn(
      { jobId: job.id, cycleId: context.cycleId },
      `the watermark is no longer accepted, everything is read again: ${error.message}`,
    );
    await lastReading(readRound(context, kind, null));
  }
}

async function readRound(context: CycleContext, kind: ObjectKind, from: Watermark | null): Promise<void> {
  const { job, io } = context;
  const enumeration = from?.enumeration ?? (await settling(context, (trx) => nextReading(trx, job.id)));
  const start = from === null ? deltaStart(context, kind, 'beginning') : { kind, link: from.link };
  for await (const page of io.source.readDelta(start, io.signal)) {
    await mergePage(context, kind, page, enumeration);
    await breathe(context);
  }
}

async function mergePage(context: CycleContext, kind: ObjectKind, page: DeltaPage, enumeration: number): Promise<void> {
  const { job } = context;
  await settling(context, async (trx) => {
    const ids = idsOf(page.entries.filter((entry) => entry.removed === undefined && entry.limited !== true));
    await addUnread(trx, job.id, kind, ids);
    await updateObjects(trx, job.id, kind, ids, { roles: '', seen_reading: enumeration });
    const rows = await findObjects(trx, job.id, kind, idsOf(page.entries));
    const sequence = lazySequence(() => nextSequence(trx, job.id));
    for (const entry of page.entries) {
      const merged = await mergeEntry(trx, job.id, entry, rows, sequence);
      if (merged === 'changed') context.counts.imported += 1;
      if (kind === 'group' && rows.has(entry.id)) await mergeMembers(trx, context, entry);
    }
    const watermark = watermarkAfter(page, enumeration);
    if (watermark.type === 'deltaLink' && enumeration > 0) await doubtUnseen(trx, job.id, kind, enumeration);
    const link = JSON.stringify(watermark);
    await updateJob(trx, job.id, kind === 'user' ? { users_link: link } : { groups_link: link });
  });
}

async function mergeMembers(trx: Db, context: CycleContext, entry: DirectoryEntry): Promise<void> {
  const { job } = context;
  if (entry.members === undefined || job.settings.source.nestedGroups === 'transitive') return;
  const added = entry.members.filter((member) => !member.removed);
  if (added.length > 0) await storeMembers(trx, job.id, entry.id, added, await nextReading(trx, job.id));
  await removeMembers(
    trx,
    job.id,
    entry.id,
    entry.members.filter((member) => member.removed).map((member) => member.id),
  );
  await updateObjects(trx, job.id, 'group', [entry.id], { members_dirty: 1 });
}

/** The enumeration is complete: whoever it did not see is read directly, and so are the member lists of its groups. */
async function doubtUnseen(trx: Db, jobId: string, kind: ObjectKind, enumeration: number): Promise<void> {
  await trx
    .updateTable('source_object')
    .set({ needs_read: 1 })
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('state', 'in', ['present', 'softDeleted'])
    .where('seen_reading', '<', enumeration)
    .execute();
  // An enumeration states who is a member, never who no longer is.
  if (kind === 'group') await updateAllObjects(trx, jobId, { members_read: 0 });
}
