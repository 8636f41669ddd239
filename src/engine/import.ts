// Stage 1: what the source says, into the shadow copy. Delta tokens come first, so that nothing that happens while the
// assigned objects are read is lost; nothing is concluded from an answer that was not read to its end.
import type { ObjectKind } from '../model/directory.ts';
import { ResyncRequired } from '../model/errors.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { emptyRecycleBin, noteRecycled } from '../store/recycle-bin.ts';
import { updateAllObjects } from '../store/source-objects.ts';
import type { CycleContext } from './context.ts';
import { breathe, settling } from './context.ts';
import { entitleAssigned } from './entitle.ts';
import { importAssignments } from './import-assignments.ts';
import { readChanges } from './import-changes.ts';
import { enumerate } from './import-everything.ts';
import { readGroupLists } from './import-members.ts';
import { readUnread } from './import-objects.ts';
import { noteMemberships, readNamedGroups } from './named-groups.ts';
import { importSelection } from './on-demand-import.ts';
import { deltaStart } from './selection.ts';
import { lastReading, parseWatermark, type Watermark } from './watermark.ts';

/** Brings the shadow copy up to date with the source. */
export async function importChanges(context: CycleContext): Promise<void> {
  const { job, io, request } = context;
  const application = await io.source.readServicePrincipal(job.settings.source.servicePrincipalId, io.signal);
  context.appRoles = application.appRoles;
  if (request.selection !== undefined) return importSelection(context, request.selection);
  if (job.settings.source.syncAll) return enumerateAll(context);
  await followFeeds(context);
  // Whoever is known but in doubt comes before the member lists, because lists hide people in the recycle bin.
  await readUnread(context, 'user');
  const excludesDefaultAccess = await importAssignments(context);
  context.excludesDefaultAccess = excludesDefaultAccess;
  await readNamedGroups(context);
  await readUnread(context, 'group');
  await readGroupLists(context, excludesDefaultAccess);
  await entitleAssigned(context, excludesDefaultAccess);
  await noteMemberships(context);
  await readUnread(context, 'user');
}

/** With syncAll everybody is entitled: both feeds are enumerated. */
async function enumerateAll(context: CycleContext): Promise<void> {
  const { job, io } = context;
  if ((await readJob(io.store.db, job.id)).select_hash !== job.selectHash) {
    await settling(context, (trx) =>
      updateJob(trx, job.id, { users_link: null, groups_link: null, select_hash: job.selectHash }),
    );
  }
  await enumerate(context, 'user');
  if (context.job.group !== null) await enumerate(context, 'group');
  await readUnread(context, 'user');
  await readNamedGroups(context);
  await readUnread(context, 'group');
  await readGroupLists(context, false);
  await noteMemberships(context);
}

/** Reads both feeds since the watermark; where there is none, or it is no longer accepted, both begin anew. */
async function followFeeds(context: CycleContext): Promise<void> {
  const { job, io } = context;
  const row = await readJob(io.store.db, job.id);
  const users = parseWatermark(row.users_link);
  const groups = parseWatermark(row.groups_link);
  if (users === null || groups === null || row.select_hash !== job.selectHash) return lastReading(beginFeeds(context));
  try {
    await readChanges(context, 'user', users);
    await readChanges(context, 'group', groups);
  } catch (error) {
    if (!(error instanceof ResyncRequired)) throw error;
    io.log.warn(
      { jobId: job.id, cycleId: context.cycleId },
      `the watermark is no longer accepted, everything in scope is read again: ${error.message}`,
    );
    await lastReading(beginFeeds(context));
  }
}

/** Takes fresh tokens and marks everything as unread, in one transaction. */
async function beginFeeds(context: CycleContext): Promise<void> {
  const { job } = context;
  const users = await latest(context, 'user');
  const groups = await latest(context, 'group');
  await readRecycleBin(context);
  await settling(context, async (trx) => {
    await updateAllObjects(trx, job.id, { needs_read: 1, members_read: 0 });
    await updateJob(trx, job.id, {
      users_link: JSON.stringify(users),
      groups_link: JSON.stringify(groups),
      select_hash: job.selectHash,
    });
  });
}

/** The member lists that are read next leave these people out; the feed says when they are restored. */
async function readRecycleBin(context: CycleContext): Promise<void> {
  const { job, io } = context;
  await settling(context, (trx) => emptyRecycleBin(trx, job.id));
  for await (const page of io.source.readDeletedUsers(io.signal)) {
    await settling(context, (trx) => noteRecycled(trx, job.id, page));
    await breathe(context);
  }
}

async function latest(context: CycleContext, kind: ObjectKind): Promise<Watermark> {
  const { source, signal } = context.io;
  let link: string | undefined;
  for await (const page of source.readDelta(deltaStart(context, kind, 'latest'), signal)) link = page.deltaLink ?? link;
  if (link === undefined) throw new Error('a delta round ended without a delta link');
  return { type: 'deltaLink', link, enumeration: 0 };
}
