// Rows of people who left (departure-table.ts): found, opened, settled and forgotten.
import { sql } from 'kysely';
import type { DepartureEnd } from '../model/departure.ts';
import { OPEN_STATUSES } from './changes.ts';
import type { Db } from './database.ts';
import type { DepartureTable } from './departure-table.ts';
import { ListedQuery } from './listed-query.ts';

/** What is known of somebody who left, or who came back while something of it is not undone yet. */
export interface KnownDeparture {
  /** The event that lasts; null once the person is back. */
  readonly current: DepartureTable | null;
  /** What policies set in the account, by target attribute name. */
  readonly set: Readonly<Record<string, string | number | boolean>>;
}

const DEPARTED = new ListedQuery((db, ids, jobId: string) =>
  db
    .selectFrom('departure')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('source_id', 'in', ids)
    .where((eb) => eb.or([eb('ended_at', 'is', null), eb('set_values', 'is not', null)]))
    .orderBy('first_seen'),
);

/** What is known of the departures of these people. */
export async function findDepartures(
  db: Db,
  jobId: string,
  sourceIds: readonly string[],
): Promise<Map<string, KnownDeparture>> {
  const found = new Map<string, KnownDeparture>();
  for (const row of await DEPARTED.run(db, sourceIds, jobId)) {
    const known = found.get(row.source_id);
    const set = row.set_values === null ? {} : (JSON.parse(row.set_values) as KnownDeparture['set']);
    const current = row.ended_at === null ? row : (known?.current ?? null);
    found.set(row.source_id, { current, set: { ...known?.set, ...set } });
  }
  return found;
}

/** Opens the row of an event. */
export async function insertDeparture(db: Db, row: DepartureTable): Promise<void> {
  await db.insertInto('departure').values(row).execute();
}

/** Sets columns of a row. */
export async function updateDeparture(
  db: Db,
  id: string,
  columns: Partial<Omit<DepartureTable, 'id' | 'job_id' | 'source_id'>>,
): Promise<void> {
  await db.updateTable('departure').set(columns).where('id', '=', id).execute();
}

/** The event of a person is over. */
export async function endDeparture(db: Db, id: string, by: DepartureEnd, now: number): Promise<void> {
  await updateDeparture(db, id, { ended_at: now, ended_by: by, delete_at: null });
}

/** What policies set in the account of a person is undone. */
export async function forgetSetValues(db: Db, jobId: string, sourceId: string): Promise<void> {
  await db
    .updateTable('departure')
    .set({ set_values: null })
    .where('job_id', '=', jobId)
    .where('source_id', '=', sourceId)
    .where('set_values', 'is not', null)
    .execute();
}

/** Whether the person that a column names is to be in no group. */
export function isStripped(jobId: string, column: 'member.member_id' | 'target_member.member_id' | 'link.source_id') {
  return sql`exists (
    select 1 from departure where departure.job_id = ${jobId} and departure.source_id = ${sql.ref(column)}
      and departure.ended_at is null and departure.stripped_at is not null)`;
}

/** Taking somebody out of groups is confirmed once the target holds none of their memberships by our hand. */
export async function confirmStripped(db: Db, jobId: string, now: number): Promise<void> {
  await db
    .updateTable('departure')
    .set({ confirmed_at: now })
    .where('job_id', '=', jobId)
    .where('ended_at', 'is', null)
    .where('stripped_at', 'is not', null)
    .where('outcome', 'is not', null)
    .where('confirmed_at', 'is', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('target_member')
            .select('target_member.group_id')
            .whereRef('target_member.job_id', '=', 'departure.job_id')
            .whereRef('target_member.member_id', '=', 'departure.source_id'),
        ),
      ),
    )
    .execute();
}

/**
 * Whose account is to be deleted by now is planned again; whoever has an open change, or failed and waits for the next
 * attempt, is on the way already.
 */
export async function markDeletionsDue(db: Db, jobId: string, now: number, sequence: number): Promise<void> {
  await db
    .updateTable('source_object')
    .set({ changed_seq: sequence })
    .where('job_id', '=', jobId)
    .where('kind', '=', 'user')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('departure')
        .select('departure.source_id')
        .where('departure.job_id', '=', jobId)
        .where('departure.ended_at', 'is', null)
        .where('departure.delete_at', '<=', now),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('change')
            .select('change.id')
            .whereRef('change.job_id', '=', 'source_object.job_id')
            .where('change.kind', '=', 'user')
            .where('change.action', '=', 'delete')
            .where('change.status', 'in', OPEN_STATUSES)
            .whereRef('change.source_id', '=', 'source_object.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('escrow')
            .select('escrow.code')
            .whereRef('escrow.job_id', '=', 'source_object.job_id')
            .where('escrow.kind', '=', 'user')
            .whereRef('escrow.source_id', '=', 'source_object.id'),
        ),
      ),
    )
    .execute();
}

/** Deletions that are planned, and when the next one is due (ISO). */
export async function plannedDeletions(db: Db, jobId: string): Promise<{ count: number; next: string | null }> {
  const row = await db
    .selectFrom('departure')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('delete_at').as('next')])
    .where('job_id', '=', jobId)
    .where('ended_at', 'is', null)
    .where('delete_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), next: row.next === null ? null : new Date(Number(row.next)).toISOString() };
}

/** Notes that rows which change from now on get higher numbers than those before. */
export async function markSequence(db: Db, jobId: string, afterSequence: number, now: number): Promise<void> {
  await db
    .insertInto('sequence_mark')
    .values({ job_id: jobId, after_sequence: afterSequence, at: now })
    .onConflict((conflict) => conflict.columns(['job_id', 'after_sequence']).doUpdateSet({ at: now }))
    .execute();
}

/** When the run began in which a row got its number; undefined for what is older than the marks. */
export async function momentOfSequence(db: Db, jobId: string, sequence: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('sequence_mark')
    .select('at')
    .where('job_id', '=', jobId)
    .where('after_sequence', '<', sequence)
    .orderBy('after_sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.at);
}

/** Forgets events that were over, and marks that were made, before these moments. */
export async function pruneDepartures(
  db: Db,
  jobId: string,
  before: { readonly ended: number; readonly marked: number },
): Promise<void> {
  await db.deleteFrom('departure').where('job_id', '=', jobId).where('ended_at', '<', before.ended).execute();
  await db.deleteFrom('sequence_mark').where('job_id', '=', jobId).where('at', '<', before.marked).execute();
}
