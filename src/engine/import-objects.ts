// Reads the objects that are assigned but not yet known, or whose row is in doubt, directly and many at a time.
import type { ObjectKind, ReadOutcome } from '../model/directory.ts';
import type { Db } from '../store/database.ts';
import { nextSequence } from '../store/jobs.ts';
import {
  doubtMissingManagers,
  findObjects,
  pageToRead,
  type SourceObjectRow,
  storeImage,
  updateObjects,
} from '../store/source-objects.ts';
import { breathe, type CycleContext, settling, warn } from './context.ts';
import { differs, lazySequence, presentImage } from './merge.ts';
import { deltaStart } from './selection.ts';

const PAGE = 400;

/** Reads all unread objects of a kind, or the unread ones among some. Ids that the source does not know yet stay unread until the next cycle. */
export async function readUnread(context: CycleContext, kind: ObjectKind, only?: readonly string[]): Promise<void> {
  const { job, io } = context;
  const { properties, relation } = deltaStart(context, kind, 'latest');
  let after = 0;
  let limited = 0;
  let done = 0;
  for (;;) {
    const page = await pageToRead(io.store.db, job.id, kind, after, PAGE, only);
    const last = page.at(-1);
    if (last === undefined) break;
    const ids = page.map((row) => row.id);
    const read = (some: readonly string[]) =>
      io.source.readObjects(kind, some, properties, relation && kind === 'user', io.signal);
    const outcomes = await readTwiceIfGone(ids, read);
    await settling(context, async (trx) => {
      const rows = await findObjects(trx, job.id, kind, ids);
      const sequence = lazySequence(() => nextSequence(trx, job.id));
      for (const row of rows.values()) {
        const outcome = outcomes.get(row.id);
        if (outcome === undefined) continue;
        if (outcome.found && outcome.entry.limited === true) limited += 1;
        else await mergeOutcome(trx, context, row, outcome, sequence);
      }
    });
    context.counts.imported += ids.length;
    after = last.row_id;
    done += ids.length;
    io.progress({ jobId: job.id, stage: 'import', done, total: null });
    await breathe(context);
  }
  if (limited > 0)
    warn(
      context,
      'SourcePermissionMissing',
      { objects: limited },
      'rows without attributes are no evidence: a Microsoft Graph permission may be missing',
    );
}

/** Gone for good is only inferred from an object being nowhere to be found, so it is believed when a second reading agrees. */
async function readTwiceIfGone(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, ReadOutcome>>,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const first = await read(ids);
  const gone = [...first].filter(([, outcome]) => !outcome.found && outcome.state === 'hardDeleted').map(([id]) => id);
  if (gone.length === 0) return first;
  const known = [...first].filter(([id]) => !gone.includes(id));
  return new Map([...known, ...(await read(gone))]);
}

async function mergeOutcome(
  trx: Db,
  context: CycleContext,
  row: SourceObjectRow,
  outcome: ReadOutcome,
  sequence: () => Promise<number>,
): Promise<void> {
  const jobId = context.job.id;
  const kind = row.kind as ObjectKind;
  if (!outcome.found) {
    // Assigned but nowhere to be read: not replicated yet. It stays unread and is asked for again.
    if (row.state === 'unread' && outcome.state === 'hardDeleted') return;
    const state = outcome.state;
    await updateObjects(
      trx,
      jobId,
      kind,
      [row.id],
      row.state === state ? { needs_read: 0 } : { state, needs_read: 0, changed_seq: await sequence() },
    );
    return;
  }
  // Whoever was read while they were away shows no manager, and no feed says that there is one again.
  if (row.state === 'softDeleted' && kind === 'user') await doubtMissingManagers(trx, jobId);
  const image = presentImage(outcome.entry, row);
  await storeImage(trx, jobId, image, differs(image, row) ? await sequence() : null);
}
