// Applies the retention at once instead of in portions, and rewrites the file: what was deleted stays readable in SQLite's
// free pages otherwise.
import { rm } from 'node:fs/promises';
import { sql } from 'kysely';
import { forgetImagesOf, pruneImages } from './before-images.ts';
import type { Db, Store } from './database.ts';
import { type LeaseView, leaseHolder } from './inventory.ts';
import { listJobs } from './jobs.ts';
import { formerCopies } from './migrate.ts';
import { pruneLog } from './provisioning-log.ts';
import { forgetAttributesOfGone, noteGone } from './retention.ts';

/** How long things are kept, by job; milliseconds. */
export interface PurgeRetention {
  readonly log: number;
  readonly deletedPeople: number;
}

/** What was removed. */
export interface PurgeReport {
  readonly logEntries: number;
  /** People and groups that were deleted for good, of whom only ids are left. */
  readonly objects: number;
  /** Copies from before migrations. */
  readonly copies: number;
}

/** Why nothing was done. */
export interface PurgeRefusal {
  readonly busy: string;
}

const SLICE = 2000;

/** Purges; with `person` also every log entry about that source id, however young. */
export async function purgeStore(
  store: Store,
  path: string,
  retentionOf: (jobId: string) => PurgeRetention,
  view: LeaseView,
  person: string | null,
): Promise<PurgeReport | PurgeRefusal> {
  const jobs = await listJobs(store.db);
  for (const job of jobs) {
    const holder = leaseHolder(job, view);
    if (holder !== null) return { busy: holder };
  }
  const before = await counts(store.db);
  for (const { id } of jobs) {
    const { log, deletedPeople } = retentionOf(id);
    await store.transaction((trx) => pruneImages(trx, id, view.now - log));
    await inSlices(store, async (trx) => {
      const logged = (await counts(trx)).log;
      await pruneLog(trx, id, new Date(view.now - log).toISOString(), SLICE);
      return logged - (await counts(trx)).log;
    });
    await store.transaction((trx) => noteGone(trx, id, view.now));
    await inSlices(store, async (trx) => {
      const known = (await counts(trx)).gone;
      await forgetAttributesOfGone(trx, id, view.now - deletedPeople, SLICE);
      return known - (await counts(trx)).gone;
    });
  }
  if (person !== null)
    await store.transaction(async (trx) => {
      await trx.deleteFrom('provisioning_log').where('source_id', '=', person).execute();
      // What lasts decides what still happens to the account; what is over is evidence only.
      await trx.deleteFrom('departure').where('source_id', '=', person).where('ended_at', 'is not', null).execute();
      await forgetImagesOf(trx, [person]);
    });
  const after = await counts(store.db);
  const copies = await formerCopies(path);
  for (const copy of copies) await rm(copy, { force: true });
  await sql`vacuum`.execute(store.db);
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  return { logEntries: before.log - after.log, objects: before.gone - after.gone, copies: copies.length };
}

async function inSlices(store: Store, work: (trx: Db) => Promise<number>): Promise<void> {
  while ((await store.transaction(work)) > 0);
}

/** Entries of the log, and objects that are gone of which more than ids is known. */
async function counts(db: Db): Promise<{ readonly log: number; readonly gone: number }> {
  const log = await db
    .selectFrom('provisioning_log')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const gone = await db
    .selectFrom('source_object')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'hardDeleted')
    .where('attributes', '!=', '{}')
    .executeTakeFirstOrThrow();
  return { log: Number(log.count), gone: Number(gone.count) };
}
