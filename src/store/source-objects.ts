// The shadow copy of the source: one row an object. A row needs planning while changed_seq > planned_seq.
import type { AccountState } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { OPEN_STATUSES } from './changes.ts';
import type { Db } from './database.ts';
import { ListedQuery } from './listed-query.ts';
import { hasChange, hasLink } from './object-conditions.ts';
import { RowWriter } from './row-writer.ts';
import type { SourceObjectTable } from './schema.ts';

/** A row as read. */
export type SourceObjectRow = Omit<SourceObjectTable, 'row_id'> & { readonly row_id: number };

/** What a reading says of one object. */
export interface ObjectImage {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly state: AccountState;
  readonly displayName: string | null;
  /** JSON with sorted keys, so that equal content is equal text. */
  readonly attributes: string;
  readonly managerId: string | null;
}

const OBJECTS = new ListedQuery((db, ids, jobId: string, kind: ObjectKind) =>
  db
    .selectFrom('source_object')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('id', 'in', ids),
);

/** Rows of the given ids. */
export async function findObjects(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  ids: readonly string[],
): Promise<Map<string, SourceObjectRow>> {
  const rows: readonly SourceObjectRow[] = await OBJECTS.run(db, ids, jobId, kind);
  return new Map(rows.map((row) => [row.id, row]));
}

/** How far a row was planned: to be carried out, or only to be looked at (mode observe). */
export type PlanMark = 'planned_seq' | 'observed_seq';

/** Rows that need planning, or those that somebody named, in keyset pages by row_id. */
export function pageToPlan(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  after: number,
  limit: number,
  mark: PlanMark = 'planned_seq',
  only?: readonly string[],
): Promise<SourceObjectRow[]> {
  const rows = db.selectFrom('source_object').selectAll().where('job_id', '=', jobId).where('kind', '=', kind);
  const wanted = only === undefined ? rows.whereRef('changed_seq', '>', mark) : rows.where('id', 'in', only);
  return wanted.where('row_id', '>', after).orderBy('row_id').limit(limit).execute();
}

/** People who are entitled and not in scope, in keyset pages by row_id. */
export function pageLeftOut(db: Db, jobId: string, after: number, limit: number): Promise<SourceObjectRow[]> {
  return db
    .selectFrom('source_object')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('kind', '=', 'user')
    .where('roles', 'is not', null)
    .where('in_scope', '=', 0)
    .where('row_id', '>', after)
    .orderBy('row_id')
    .limit(limit)
    .execute();
}

/** Rows that must be read from the source, in keyset pages; only some of them when given. */
export function pageToRead(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  after: number,
  limit: number,
  only?: readonly string[],
): Promise<{ row_id: number; id: string }[]> {
  const rows = db
    .selectFrom('source_object')
    .select(['row_id', 'id'])
    .where('job_id', '=', jobId)
    .where('kind', '=', kind);
  return (only === undefined ? rows : rows.where('id', 'in', only))
    .where('needs_read', '=', 1)
    .where('row_id', '>', after)
    .orderBy('row_id')
    .limit(limit)
    .execute();
}

const UNREAD = new RowWriter('source_object', (insertion) =>
  insertion.onConflict((conflict) => conflict.columns(['job_id', 'kind', 'id']).doNothing()),
);

/** The row of an object of which nothing is known but its id. */
export function unreadRow(jobId: string, kind: ObjectKind, id: string) {
  return {
    job_id: jobId,
    kind,
    id,
    state: 'unread',
    display_name: null,
    attributes: '{}',
    manager_id: null,
    roles: null,
    member_of: null,
    needs_read: 1,
    members_read: 0,
    members_dirty: 0,
    members_verify: 0,
    fresh_match: 0,
    in_scope: 0,
    changed_seq: 0,
    planned_seq: 0,
    observed_seq: 0,
    seen_reading: 0,
    gone_since: null,
  };
}

/** Inserts rows for ids that are not there yet, unread. */
export function addUnread(db: Db, jobId: string, kind: ObjectKind, ids: readonly string[]): Promise<void> {
  return UNREAD.write(
    db,
    ids.map((id) => unreadRow(jobId, kind, id)),
  );
}

/** Stores what a reading says; the row must exist. Moves changed_seq when `sequence` is given. */
export async function storeImage(db: Db, jobId: string, image: ObjectImage, sequence: number | null): Promise<void> {
  await updateObjects(db, jobId, image.kind, [image.id], {
    state: image.state,
    display_name: image.displayName,
    attributes: image.attributes,
    manager_id: image.managerId,
    needs_read: 0,
    ...(sequence === null ? {} : { changed_seq: sequence }),
  });
}

type ObjectColumns = Partial<Omit<SourceObjectTable, 'row_id' | 'job_id' | 'kind' | 'id'>>;

/** By the names of the columns that are set. */
const UPDATES = new Map<string, ListedQuery<readonly unknown[]>>();

function updateOf(names: readonly string[]): ListedQuery<readonly unknown[]> {
  const key = names.join();
  const known = UPDATES.get(key);
  if (known !== undefined) return known;
  const update = new ListedQuery((db, ids, ...[jobId, kind, ...values]: readonly unknown[]) =>
    db
      .updateTable('source_object')
      .set(Object.fromEntries(names.map((name, index) => [name, values[index]])))
      .where('job_id', '=', jobId as string)
      .where('kind', '=', kind as string)
      .where('id', 'in', ids),
  );
  UPDATES.set(key, update);
  return update;
}

/** Sets columns of some objects. */
export async function updateObjects(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  ids: readonly string[],
  columns: ObjectColumns,
): Promise<void> {
  await updateOf(Object.keys(columns)).run(db, ids, jobId, kind, ...Object.values(columns));
}

/** Sets columns of all objects of a job. */
export async function updateAllObjects(db: Db, jobId: string, columns: ObjectColumns): Promise<void> {
  await db.updateTable('source_object').set(columns).where('job_id', '=', jobId).execute();
}

/** The member lists of all groups are to be read again. */
export async function doubtMemberLists(db: Db, jobId: string): Promise<void> {
  await db
    .updateTable('source_object')
    .set({ members_read: 0 })
    .where('job_id', '=', jobId)
    .where('kind', '=', 'group')
    .execute();
}

/**
 * People without a manager are to be read again, only some of them when given: whoever is read by themselves does not show a
 * manager who is in the recycle bin. Nobody is where nobody is known to have one, because managers are not read or not kept
 * there.
 */
export async function doubtMissingManagers(db: Db, jobId: string, only?: readonly string[]): Promise<void> {
  const people = (query: 'is' | 'is not') =>
    db
      .selectFrom('source_object')
      .select('row_id')
      .where('job_id', '=', jobId)
      .where('kind', '=', 'user')
      .where('manager_id', query, null);
  if ((await people('is not').limit(1).executeTakeFirst()) === undefined) return;
  const missing = people('is').where('state', '=', 'present').where('roles', 'is not', null);
  await db
    .updateTable('source_object')
    .set({ needs_read: 1 })
    .where('row_id', 'in', only === undefined ? missing : missing.where('id', 'in', only))
    .execute();
}

const GROUPS_OF_MEMBERS = new ListedQuery((db, ids, jobId: string) =>
  groupsOf(db, ids, jobId).set({ members_dirty: 1 }),
);
const GROUPS_TO_VERIFY = new ListedQuery((db, ids, jobId: string) =>
  groupsOf(db, ids, jobId).set({ members_dirty: 1, members_verify: 1 }),
);

function groupsOf(db: Db, memberIds: readonly string[], jobId: string) {
  return db
    .updateTable('source_object')
    .where('job_id', '=', jobId)
    .where('kind', '=', 'group')
    .where('id', 'in', (eb) =>
      eb.selectFrom('member').select('group_id').where('job_id', '=', jobId).where('member_id', 'in', memberIds),
    );
}

/** Marks the groups that have one of these members: their members in the target may differ now. */
export async function markGroupsOfMembers(
  db: Db,
  jobId: string,
  memberIds: readonly string[],
  verify: boolean,
): Promise<void> {
  await (verify ? GROUPS_TO_VERIFY : GROUPS_OF_MEMBERS).run(db, memberIds, jobId);
}

/** Groups with a link whose members in the target may differ; those whose last attempt failed wait for their time. */
export function dirtyGroups(db: Db, jobId: string, now: number) {
  return db
    .selectFrom('source_object')
    .innerJoin('link', (join) =>
      join
        .onRef('link.job_id', '=', 'source_object.job_id')
        .onRef('link.kind', '=', 'source_object.kind')
        .onRef('link.source_id', '=', 'source_object.id'),
    )
    .select(['source_object.id', 'source_object.display_name', 'source_object.members_verify', 'link.target_id'])
    .where('source_object.job_id', '=', jobId)
    .where('source_object.kind', '=', 'group')
    .where('source_object.members_dirty', '=', 1)
    .where('source_object.in_scope', '=', 1)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('escrow')
            .select('escrow.code')
            .where('escrow.job_id', '=', jobId)
            .where('escrow.kind', '=', 'group')
            .whereRef('escrow.source_id', '=', 'source_object.id')
            .where('escrow.next_attempt', '>', now),
        ),
      ),
    )
    .orderBy('source_object.id')
    .execute();
}

/**
 * Forgets objects that are gone for good and have no account: nothing personal is kept for them. Whoever may have an
 * account that was never confirmed stays, and so does whoever has an open change: without its object nobody would give it
 * up, and it would be sent.
 */
export async function purgeGone(db: Db, jobId: string, mark: PlanMark): Promise<void> {
  await db
    .deleteFrom('source_object')
    .where('job_id', '=', jobId)
    .where('state', '=', 'hardDeleted')
    .where('roles', 'is', null)
    .where('needs_read', '=', 0)
    .where('fresh_match', '=', 0)
    .whereRef('changed_seq', '<=', mark)
    .where((eb) => eb.not(hasLink(eb)))
    .where((eb) => eb.not(hasChange(eb, OPEN_STATUSES)))
    .execute();
}
