// The job row: watermark, sequence, due time, and the lease by which one process at a time writes for a job.
import { sql } from 'kysely';
import { JobFault } from '../model/errors.ts';
import type { Db } from './database.ts';
import type { JobTable } from './schema.ts';

/** Proof of being the one process that may settle changes of a job; the epoch grows at every take-over. */
export interface Lease {
  readonly jobId: string;
  readonly owner: string;
  readonly epoch: number;
}

/** How long a lease lasts without renewal, in milliseconds. */
export const LEASE_MS = 60_000;

/** Creates the row of a job that the store does not know. */
export async function ensureJob(db: Db, id: string): Promise<void> {
  await db
    .insertInto('job')
    .values({
      id,
      configuration_hash: '',
      select_hash: '',
      status: 'NotRun',
      users_link: null,
      groups_link: null,
      sequence: 0,
      reading: 0,
      initial_done: 0,
      open_cycle_id: null,
      lease_owner: null,
      lease_epoch: 0,
      lease_until: 0,
      last_started: null,
      next_attempt: 0,
      capabilities: null,
      learned: null,
      target_root: null,
      tenant_id: null,
      service_principal_id: null,
      file: null,
      last_success: null,
      paused_since: null,
      paused_until: null,
      pause_reason: null,
      mode: null,
      mode_since: null,
      quiet_cycles: 0,
      contacted: 0,
      match_report: null,
      protect_hash: null,
      default_access_left_out: 0,
      planned_day: null,
      has_written: 0,
      last_fault: null,
      restart_scopes: null,
      link_reset: 0,
      effective_hash: '',
      configuration_seq: 0,
      accepted_configuration: null,
      accepted_since: null,
      reconciled_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** The row of a job, or undefined. */
export function findJob(db: Db, id: string): Promise<JobTable | undefined> {
  return db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The row of a job that is known to exist. */
export function readJob(db: Db, id: string): Promise<JobTable> {
  return db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Changes columns of the job row. */
export async function updateJob(db: Db, id: string, columns: Partial<Omit<JobTable, 'id'>>): Promise<void> {
  await db.updateTable('job').set(columns).where('id', '=', id).execute();
}

/**
 * Takes the lease when it is free, has lapsed, or is held by a process that `isGone` says has ended.
 * Returns null while it is held, also by another cycle of the same process.
 */
export async function acquireLease(
  db: Db,
  jobId: string,
  owner: string,
  now: number,
  isGone: (owner: string) => boolean,
): Promise<Lease | null> {
  const row = await readJob(db, jobId);
  const free = row.lease_owner === null || row.lease_until < now || isGone(row.lease_owner);
  if (!free) return null;
  const result = await db
    .updateTable('job')
    .set({ lease_owner: owner, lease_epoch: row.lease_epoch + 1, lease_until: now + LEASE_MS })
    .where('id', '=', jobId)
    .where('lease_epoch', '=', row.lease_epoch)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n ? { jobId, owner, epoch: row.lease_epoch + 1 } : null;
}

/**
 * Renews the lease; the first statement of every settling transaction, so that a process that was taken over writes nothing.
 * @throws JobFault LeaseLost when another process holds the job now.
 */
export async function fence(db: Db, lease: Lease, now: number): Promise<void> {
  const result = await db
    .updateTable('job')
    .set({ lease_until: now + LEASE_MS })
    .where('id', '=', lease.jobId)
    .where('lease_epoch', '=', lease.epoch)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new JobFault('LeaseLost', `Another process took over job ${lease.jobId}.`);
}

/** Keeps a process whose lease has lapsed, and that may wake up again, from going on with what it was doing. */
export async function fenceOff(db: Db, jobId: string): Promise<void> {
  await db
    .updateTable('job')
    .set({ lease_epoch: sql<number>`lease_epoch + 1`, lease_owner: null, lease_until: 0 })
    .where('id', '=', jobId)
    .execute();
}

/** Gives the lease back. */
export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db
    .updateTable('job')
    .set({ lease_owner: null, lease_until: 0 })
    .where('id', '=', lease.jobId)
    .where('lease_epoch', '=', lease.epoch)
    .execute();
}

/** Takes the next number for changed rows; one number serves all rows of a transaction. */
export async function nextSequence(db: Db, jobId: string): Promise<number> {
  const row = await db
    .updateTable('job')
    .set({ sequence: sql<number>`sequence + 1` })
    .where('id', '=', jobId)
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return row.sequence;
}

/** Takes the next number for a complete reading of a list. */
export async function nextReading(db: Db, jobId: string): Promise<number> {
  const row = await db
    .updateTable('job')
    .set({ reading: sql<number>`reading + 1` })
    .where('id', '=', jobId)
    .returning('reading')
    .executeTakeFirstOrThrow();
  return row.reading;
}

/** All job rows, by id. */
export function listJobs(db: Db): Promise<JobTable[]> {
  return db.selectFrom('job').selectAll().orderBy('id').execute();
}
