// Links: which source object is which account in the target, and what the target is known to hold for it.
import { sql } from 'kysely';
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import { compilable, ListedQuery } from './listed-query.ts';
import { RowWriter } from './row-writer.ts';
import type { LinkTable, PendingReferenceTable } from './schema.ts';

const LINKS_OF = new ListedQuery((db, ids, jobId: string, kind: ObjectKind) =>
  db.selectFrom('link').selectAll().where('job_id', '=', jobId).where('kind', '=', kind).where('source_id', 'in', ids),
);

/** Links of the given source ids. */
export async function findLinks(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<Map<string, LinkTable>> {
  const rows = await LINKS_OF.run(db, sourceIds, jobId, kind);
  return new Map(rows.map((row) => [row.source_id, row]));
}

/** The source id that is linked to an account, or undefined. */
export async function findLinkOfTarget(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  targetId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('link')
    .select('source_id')
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('target_id', '=', targetId)
    .executeTakeFirst();
  return row?.source_id;
}

/** The link of another job at the same target to an account, unless it is for the same source object. */
export function findForeignLink(
  db: Db,
  jobId: string,
  targetRoot: string,
  kind: ObjectKind,
  targetId: string,
  sourceId: string,
): Promise<Pick<LinkTable, 'job_id' | 'source_id'> | undefined> {
  return db
    .selectFrom('link')
    .innerJoin('job', 'job.id', 'link.job_id')
    .select(['link.job_id', 'link.source_id'])
    .where('job.target_root', '=', targetRoot)
    .where('job.id', '!=', jobId)
    .where('link.kind', '=', kind)
    .where('link.target_id', '=', targetId)
    .where('link.source_id', '!=', sourceId)
    .executeTakeFirst();
}

/** Links to these accounts by target id, of this job first, otherwise of another one at the same target. */
export async function findLinksOfTargets(
  db: Db,
  jobId: string,
  targetRoot: string,
  kind: ObjectKind,
  targetIds: readonly string[],
): Promise<Map<string, LinkTable>> {
  const found = new Map<string, LinkTable>();
  for (let from = 0; from < targetIds.length; from += 500) {
    const rows = await db
      .selectFrom('link')
      .innerJoin('job', 'job.id', 'link.job_id')
      .selectAll('link')
      .where((eb) => eb.or([eb('job.id', '=', jobId), eb('job.target_root', '=', targetRoot)]))
      .where('link.kind', '=', kind)
      .where('link.target_id', 'in', targetIds.slice(from, from + 500))
      .execute();
    for (const row of rows) if (row.job_id === jobId || !found.has(row.target_id)) found.set(row.target_id, row);
  }
  return found;
}

/** Stores a link as now known. */
export async function saveLink(db: Db, link: LinkTable): Promise<void> {
  const { job_id: _job, kind: _kind, source_id: _source, ...columns } = link;
  await db
    .insertInto('link')
    .values(link)
    .onConflict((conflict) => conflict.columns(['job_id', 'kind', 'source_id']).doUpdateSet(columns))
    .execute();
}

const LINKS = new RowWriter('link', (insertion) =>
  insertion.onConflict((conflict) =>
    conflict.columns(['job_id', 'kind', 'source_id']).doUpdateSet((eb) => ({
      target_id: eb.ref('excluded.target_id'),
      matched_by: eb.ref('excluded.matched_by'),
      exported: eb.ref('excluded.exported'),
      active: eb.ref('excluded.active'),
      email: eb.ref('excluded.email'),
      cycle_id: eb.ref('excluded.cycle_id'),
      linked_at: eb.ref('excluded.linked_at'),
      protected: eb.ref('excluded.protected'),
      verify: eb.ref('excluded.verify'),
    })),
  ),
);

/** Stores many links of different objects as now known. */
export function saveLinks(db: Db, links: readonly LinkTable[]): Promise<void> {
  return LINKS.write(db, links);
}

/** Forgets a link. */
export async function removeLink(db: Db, jobId: string, kind: ObjectKind, sourceId: string): Promise<void> {
  await db
    .deleteFrom('link')
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('source_id', '=', sourceId)
    .execute();
}

/** The accounts of these objects are read when they are planned, whatever is known of them. */
export async function markToVerify(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < sourceIds.length; from += 500)
    await db
      .updateTable('link')
      .set({ verify: 1 })
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('source_id', 'in', sourceIds.slice(from, from + 500))
      .execute();
}

/** Keeps whether the accounts of these people are protected; see LinkTable. */
export async function markProtected(
  db: Db,
  jobId: string,
  sourceIds: readonly string[],
  value: LinkTable['protected'],
): Promise<void> {
  for (let from = 0; from < sourceIds.length; from += 500)
    await db
      .updateTable('link')
      .set({ protected: value })
      .where('job_id', '=', jobId)
      .where('kind', '=', 'user')
      .where('source_id', 'in', sourceIds.slice(from, from + 500))
      .execute();
}

/** The same for everybody who has an account. */
export async function markAllProtected(db: Db, jobId: string, value: LinkTable['protected']): Promise<void> {
  await db
    .updateTable('link')
    .set({ protected: value })
    .where('job_id', '=', jobId)
    .where('kind', '=', 'user')
    .execute();
}

/** Number of links; only active ones when told so. */
export async function countLinks(db: Db, jobId: string, kind: ObjectKind, activeOnly: boolean): Promise<number> {
  let query = db
    .selectFrom('link')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('kind', '=', kind);
  if (activeOnly) query = query.where('active', '=', 1);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** Number of accounts of people that were made by this job. */
export async function countMadeLinks(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('link')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('kind', '=', 'user')
    .where('matched_by', '=', 'created')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

const WAITING = new RowWriter('pending_reference', (insertion) =>
  insertion.onConflict((conflict) =>
    conflict
      .columns(['job_id', 'source_id', 'target_attribute'])
      .doUpdateSet((eb) => ({ referenced_id: eb.ref('excluded.referenced_id') })),
  ),
);

/** Records that references of accounts, each another one, wait for people who have no account yet. */
export function savePendingReferences(db: Db, references: readonly PendingReferenceTable[]): Promise<void> {
  return WAITING.write(db, references);
}

/** A waiting reference no longer waits. */
export async function removePendingReferences(
  db: Db,
  jobId: string,
  sourceId: string,
  targetAttributes?: readonly string[],
): Promise<void> {
  let query = db.deleteFrom('pending_reference').where('job_id', '=', jobId).where('source_id', '=', sourceId);
  if (targetAttributes !== undefined) query = query.where('target_attribute', 'in', targetAttributes);
  await query.execute();
}

const NO_LONGER_WAITING = new ListedQuery((db, ids, jobId: string, targetAttribute: string) =>
  db
    .deleteFrom('pending_reference')
    .where('job_id', '=', jobId)
    .where('target_attribute', '=', targetAttribute)
    .where('source_id', 'in', ids),
);

/** A reference of many accounts no longer waits. */
export async function removePendingReference(
  db: Db,
  jobId: string,
  targetAttribute: string,
  sourceIds: readonly string[],
): Promise<void> {
  await NO_LONGER_WAITING.run(db, sourceIds, jobId, targetAttribute);
}

/** A reference whose two ends both have an account now. */
export interface ResolvableReference {
  readonly source_id: string;
  readonly target_attribute: string;
  readonly referenced_id: string;
  readonly referenced_target_id: string;
  readonly referenced_email: string | null;
}

/**
 * References that can be completed now, in order after the given one, of some people only when given; accounts that are
 * not active, protected, or in escrow, wait.
 */
export async function pageResolvableReferences(
  db: Db,
  jobId: string,
  after: { readonly sourceId: string; readonly attribute: string },
  now: number,
  limit: number,
  only?: readonly string[],
): Promise<ResolvableReference[]> {
  if (only?.length === 0) return [];
  const named = only === undefined ? sql`` : sql`and pending.source_id in (${sql.join(only)})`;
  const result = await sql<ResolvableReference>`
    select pending.source_id, pending.target_attribute, pending.referenced_id,
           referenced.target_id as referenced_target_id, referenced.email as referenced_email
    from pending_reference as pending
      join link as own on own.job_id = pending.job_id and own.kind = 'user' and own.source_id = pending.source_id and own.active = 1
        and own.protected = 0
      join link as referenced on referenced.job_id = pending.job_id and referenced.kind = 'user' and referenced.source_id = pending.referenced_id
    where pending.job_id = ${jobId} ${named}
      and not exists (
        select 1 from escrow where escrow.job_id = pending.job_id and escrow.kind = 'user'
          and escrow.source_id = pending.source_id and escrow.next_attempt > ${now})
      and (pending.source_id > ${after.sourceId} or (pending.source_id = ${after.sourceId} and pending.target_attribute > ${after.attribute}))
    order by pending.source_id, pending.target_attribute limit ${limit}`.execute(db);
  return result.rows;
}

const REQUEUED = new ListedQuery((db, ids, jobId: string, targetAttribute: string) =>
  compilable(
    db,
    sql`
      insert into pending_reference (job_id, source_id, target_attribute, referenced_id)
      select source_object.job_id, source_object.id, ${targetAttribute}, source_object.manager_id from source_object
        where source_object.job_id = ${jobId} and source_object.manager_id in (${sql.join(ids)})
          and source_object.kind = 'user' and source_object.in_scope = 1 and exists (
            select 1 from link as own where own.job_id = source_object.job_id and own.kind = 'user' and own.source_id = source_object.id)
      on conflict do nothing`,
  ),
);

/** Whoever has an account and names one of these people as manager refers to the new account or e-mail from now on. */
export async function requeueDependants(
  db: Db,
  jobId: string,
  managerIds: readonly string[],
  targetAttribute: string,
): Promise<void> {
  await REQUEUED.run(db, managerIds, jobId, targetAttribute);
}
