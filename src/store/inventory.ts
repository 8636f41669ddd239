// Jobs as the store knows them, from the outside: how many links each keeps, and moving or forgetting all that belongs to
// one. Nothing here looks at configuration files or connects to anything.
import type { Db, Store } from './database.ts';
import { findJob } from './jobs.ts';
import type { JobTable, Tables } from './schema.ts';

/**
 * By which column the rows of each table belong to a job; null for a table that belongs to none, or follows another. The type asks for every
 * table, and a test compares it with the columns that really exist.
 */
export const JOB_COLUMNS: Readonly<Record<keyof Tables, 'id' | 'job_id' | null>> = {
  job: 'id',
  before_image: 'job_id',
  membership_image: 'job_id',
  source_object: 'job_id',
  assignment: 'job_id',
  member: 'job_id',
  link: 'job_id',
  target_member: 'job_id',
  pending_reference: 'job_id',
  change: 'job_id',
  escrow: 'job_id',
  unstable_attribute: 'job_id',
  quarantine: 'job_id',
  departure: 'job_id',
  sequence_mark: 'job_id',
  cycle: 'job_id',
  provisioning_log: 'job_id',
  target_resource: 'job_id',
  target_key: 'job_id',
  held_membership: 'job_id',
  held_configuration: 'job_id',
  held_configuration_change: 'job_id',
  recycled_person: 'job_id',
  alert: 'job_id',
  change_content: null,
  daemon: null,
  target_usage: null,
  installation: null,
};

/** Why a job cannot be moved or forgotten now. */
export type Refusal =
  | { readonly reason: 'unknown'; readonly id: string }
  | { readonly reason: 'exists'; readonly id: string }
  | { readonly reason: 'busy'; readonly owner: string };

/** Who may hold a lease now. */
export interface LeaseView {
  readonly now: number;
  readonly isGone: (owner: string) => boolean;
}

/** Number of links by job id; jobs without links are left out. */
export async function countLinksByJob(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('link')
    .select((eb) => ['job_id', eb.fn.countAll<number>().as('count')])
    .groupBy('job_id')
    .execute();
  return new Map(rows.map((row) => [row.job_id, Number(row.count)]));
}

/** The process that works on a job, or null. */
export function leaseHolder(row: Pick<JobTable, 'lease_owner' | 'lease_until'>, view: LeaseView): string | null {
  const { lease_owner: owner, lease_until: until } = row;
  return owner !== null && until >= view.now && !view.isGone(owner) ? owner : null;
}

/** True for a job that has never worked for real: a row made by a plan, or by a daemon that gave it its due time. */
export function isBlank(row: Pick<JobTable, 'last_started'>): boolean {
  return row.last_started === null;
}

/**
 * Gives everything that belongs to one job to another id, in one transaction. A job of the new id that never worked for
 * real is replaced; one that did is a refusal.
 */
export function renameJob(store: Store, from: string, to: string, view: LeaseView): Promise<Refusal | null> {
  return store.transaction(async (trx) => {
    const refusal = await refusalOf(trx, from, view);
    if (refusal !== null) return refusal;
    const present = await findJob(trx, to);
    if (present !== undefined) {
      const holder = leaseHolder(present, view);
      if (holder !== null) return { reason: 'busy', owner: holder };
      if (!isBlank(present)) return { reason: 'exists', id: to };
      await removeRows(trx, to);
    }
    for (const [table, column] of jobColumns())
      await trx
        .updateTable(table)
        .set({ [column]: to })
        .where(column as 'job_id', '=', from)
        .execute();
    return null;
  });
}

/** Removes everything that belongs to a job, in one transaction. */
export function forgetJob(store: Store, id: string, view: LeaseView): Promise<Refusal | null> {
  return store.transaction(async (trx) => {
    const refusal = await refusalOf(trx, id, view);
    if (refusal === null) await removeRows(trx, id);
    return refusal;
  });
}

async function refusalOf(trx: Db, id: string, view: LeaseView): Promise<Refusal | null> {
  const row = await findJob(trx, id);
  if (row === undefined) return { reason: 'unknown', id };
  const holder = leaseHolder(row, view);
  return holder === null ? null : { reason: 'busy', owner: holder };
}

async function removeRows(trx: Db, id: string): Promise<void> {
  for (const [table, column] of jobColumns())
    await trx
      .deleteFrom(table)
      .where(column as 'job_id', '=', id)
      .execute();
}

/** Tables with the column, typed as one of them: every table is treated alike. */
function jobColumns(): (readonly ['link', 'id' | 'job_id'])[] {
  return Object.entries(JOB_COLUMNS).flatMap(([table, column]) =>
    column === null ? [] : [[table as 'link', column] as const],
  );
}
