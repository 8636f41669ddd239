// Change rows: the plan, the queue and its outcome. At most one open change an object.
import { type ExpressionBuilder, sql } from 'kysely';
import type { ChangeStatus } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { changesAndContent, changesWithContent, removeContents, supersede, writeContents } from './change-content.ts';
import type { StoredChange } from './change-tables.ts';
import type { Db } from './database.ts';
import type { DecisionColumns } from './decision-columns.ts';
import { ListedQuery } from './listed-query.ts';
import { ofMembers } from './membership-changes.ts';
import { RowWriter } from './row-writer.ts';
import type { Tables } from './schema.ts';

/** Statuses of a change that may still be carried out. */
export const OPEN_STATUSES: readonly ChangeStatus[] = ['planned', 'pending', 'sent', 'staged', 'approved', 'rejected'];

const CHANGES = new RowWriter('change');

/** Writes planned changes. */
export async function insertChanges(db: Db, changes: readonly StoredChange[]): Promise<void> {
  await CHANGES.write(
    db,
    changes.map(({ payload: _payload, steps: _steps, ...row }) => row),
  );
  await writeContents(db, changes);
}

/** What nobody has judged, or a process that ended let through: without a plan that stands it must not be sent. */
export const UNDECIDED: readonly ChangeStatus[] = ['planned', 'pending', 'sent'];

/** A new plan for these objects replaces whatever was open; held memberships of a group are no plan of the group itself. */
export async function supersedeOpen(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
  now: number,
  statuses: readonly ChangeStatus[] = OPEN_STATUSES,
): Promise<void> {
  for (let from = 0; from < sourceIds.length; from += 500)
    await supersede(
      db,
      (eb) =>
        eb.and([
          eb('job_id', '=', jobId),
          eb('kind', '=', kind),
          eb('source_id', 'in', sourceIds.slice(from, from + 500)),
          eb('status', 'in', statuses),
          isOfObject(eb),
        ]),
      now,
    );
}

function isOfObject(eb: ExpressionBuilder<Tables, 'change'>) {
  return eb.not(ofMembers(eb));
}

/** What an earlier plan of an object was, as far as a verdict about it may still stand. */
export type OpenChange = DecisionColumns &
  Pick<StoredChange, 'action' | 'status' | 'guard_class' | 'event' | 'payload' | 'target_id' | 'by_configuration'>;

/** Open changes of these objects, by source id. */
export async function openChanges(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<Map<string, OpenChange>> {
  const rows = await changesAndContent(db)
    .select(['source_id', 'action', 'status', 'guard_class', 'event', 'payload', 'target_id', 'by_configuration'])
    .select(['decided_by', 'decided_at', 'decision_reason', 'decided_until'])
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('source_id', 'in', sourceIds)
    .where('status', 'in', OPEN_STATUSES)
    .where(isOfObject)
    .execute();
  return new Map(rows.map((row) => [row.source_id, row]));
}

/** Moves all changes of a job from one status to another; only of one removal class, or of one cycle, when given. */
export async function moveChanges(
  db: Db,
  jobId: string,
  from: ChangeStatus,
  to: ChangeStatus,
  guardClass?: string,
  cycleId?: string,
): Promise<number> {
  let query = db.updateTable('change').set({ status: to }).where('job_id', '=', jobId).where('status', '=', from);
  if (guardClass !== undefined) query = query.where('guard_class', '=', guardClass);
  if (cycleId !== undefined) query = query.where('cycle_id', '=', cycleId);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

/** Puts all planned creations of people into the class `creates`, for a first contact that looks like a slip. */
export async function classifyCreations(
  db: Db,
  jobId: string,
  statuses: readonly ChangeStatus[],
  cycleId?: string,
): Promise<void> {
  const creations = db
    .updateTable('change')
    .set({ guard_class: 'creates' })
    .where('job_id', '=', jobId)
    .where('kind', '=', 'user')
    .where('action', '=', 'create')
    .where('status', 'in', statuses);
  await (cycleId === undefined ? creations : creations.where('cycle_id', '=', cycleId)).execute();
}

/** Approved changes whose request was sent and never answered are approved still; they are planned afresh. */
export async function keepApprovals(db: Db, jobId: string): Promise<void> {
  await db
    .updateTable('change')
    .set({ status: 'approved' })
    .where('job_id', '=', jobId)
    .where('status', '=', 'sent')
    .where('id', 'in', (eb) =>
      eb.selectFrom('change_content').select('change_id').where('payload', 'like', '%"approved":true%'),
    )
    .execute();
}

/** What a cycle has planned and a guard counts. */
export function plannedGuarded(
  db: Db,
  jobId: string,
  cycleId: string,
): Promise<Pick<StoredChange, 'id' | 'kind' | 'source_id'>[]> {
  return db
    .selectFrom('change')
    .select(['id', 'kind', 'source_id'])
    .where('job_id', '=', jobId)
    .where('cycle_id', '=', cycleId)
    .where('status', '=', 'planned')
    .where('guard_class', 'is not', null)
    .execute();
}

/** Gives up one change. */
export function supersedeChange(db: Db, id: string, now: number): Promise<void> {
  return supersede(db, (eb) => eb('id', '=', id), now);
}

/** Gives up all changes of a job with a status; they are planned afresh from their objects. */
export function supersedeAll(db: Db, jobId: string, status: ChangeStatus, now: number): Promise<void> {
  return supersede(db, (eb) => eb.and([eb('job_id', '=', jobId), eb('status', '=', status)]), now);
}

/** Creations of a kind that are planned, held or let through and not sent yet. */
export function createChangesOf(
  db: Db,
  jobId: string,
  kind: ObjectKind,
): Promise<Pick<StoredChange, 'source_id' | 'payload'>[]> {
  return changesAndContent(db)
    .select(['source_id', 'payload'])
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('action', '=', 'create')
    .where('status', 'in', [...OPEN_STATUSES, 'observed'])
    .execute();
}

const STATUS = new ListedQuery((db, ids, status: ChangeStatus) =>
  db.updateTable('change').set({ status }).where('id', 'in', ids),
);

/** Sets the status of changes by id. */
export async function setStatus(db: Db, ids: readonly string[], status: ChangeStatus): Promise<void> {
  await STATUS.run(db, ids, status);
}

const SETTLED = new ListedQuery((db, ids, status: ChangeStatus, now: number) =>
  db.updateTable('change').set({ status, display_name: null, settled_at: now }).where('id', 'in', ids),
);

/** Settles changes: what they carried, which holds personal data, is removed. */
export async function settleChanges(
  db: Db,
  ids: readonly string[],
  status: 'success' | 'failure',
  now: number,
): Promise<void> {
  await SETTLED.run(db, ids, status, now);
  await removeContents(db, ids);
}

/** Number of changes with a status; of one phase, or of one cycle, when given. */
export async function countChanges(
  db: Db,
  jobId: string,
  status: ChangeStatus,
  phase?: number,
  cycleId?: string,
): Promise<number> {
  let query = db
    .selectFrom('change')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('status', '=', status);
  if (phase !== undefined) query = query.where('phase', '=', phase);
  if (cycleId !== undefined) query = query.where('cycle_id', '=', cycleId);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** When the oldest removal that is held was planned (milliseconds); null when none is. */
export async function oldestHeldRemoval(db: Db, jobId: string): Promise<number | null> {
  const row = await db
    .selectFrom('change')
    .select((eb) => eb.fn.min('created_at').as('since'))
    .where('job_id', '=', jobId)
    .where('status', '=', 'staged')
    .where((eb) => eb.or([eb('event', 'is not', null), eb('guard_class', '=', 'memberships')]))
    .executeTakeFirst();
  return row?.since === null || row?.since === undefined ? null : Number(row.since);
}

/** Changes with a status in keyset pages by id; only those with an action for a kind of object when given. */
export function pageChanges(
  db: Db,
  jobId: string,
  statuses: readonly ChangeStatus[],
  after: string,
  limit: number,
  only?: { readonly kind: ObjectKind; readonly action: string },
): Promise<StoredChange[]> {
  const changes = changesWithContent(db)
    .where('job_id', '=', jobId)
    .where('status', 'in', statuses)
    .where('id', '>', after);
  const chosen = only === undefined ? changes : changes.where('kind', '=', only.kind).where('action', '=', only.action);
  return chosen.orderBy('id').limit(limit).execute();
}

/** Forgets what was observed of these objects, or of all objects of the job. */
export async function forgetObserved(
  db: Db,
  jobId: string,
  objects?: { readonly kind: ObjectKind; readonly ids: readonly string[] },
): Promise<void> {
  const all = db.deleteFrom('change').where('job_id', '=', jobId).where('status', '=', 'observed');
  if (objects === undefined) {
    await all.execute();
    return;
  }
  for (let from = 0; from < objects.ids.length; from += 500)
    await all
      .where('kind', '=', objects.kind)
      .where('source_id', 'in', objects.ids.slice(from, from + 500))
      .execute();
}

/** Forgets the changes of a cycle that was only planned. */
export async function removeChangesOfCycle(db: Db, cycleId: string): Promise<void> {
  await db.deleteFrom('change').where('cycle_id', '=', cycleId).execute();
}

/** Forgets settled changes older than a moment (milliseconds). */
export async function pruneChanges(db: Db, jobId: string, before: number): Promise<void> {
  await db.deleteFrom('change').where('job_id', '=', jobId).where('settled_at', '<', before).execute();
}

/**
 * Marks the objects of changes with a status as changed, so that they are planned afresh; `askTarget` makes the next
 * match ask the target itself. Used for approvals, and for requests whose answer was never settled.
 */
export async function replanObjectsOf(
  db: Db,
  jobId: string,
  status: ChangeStatus,
  sequence: number,
  askTarget: boolean,
): Promise<void> {
  await sql`
    update source_object set changed_seq = ${sequence}, fresh_match = case when ${askTarget ? 1 : 0} = 1 then 1 else fresh_match end
    where job_id = ${jobId} and exists (
      select 1 from change where change.job_id = source_object.job_id and change.kind = source_object.kind
        and change.source_id = source_object.id and change.status = ${status})`.execute(db);
}
