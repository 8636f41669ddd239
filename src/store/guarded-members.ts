// Memberships that are due to be removed, as the guard sees them: which of them it counts, and which are held. A held
// membership is a row of held_membership that names the change by which its group is shown and approved.
import { sql } from 'kysely';
import { changesWithContent } from './change-content.ts';
import type { StoredChange } from './change-tables.ts';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';
import { ofMembers } from './membership-changes.ts';
import { forgetObsoleteUndone } from './undone-members.ts';

/** Whether a change of a person takes their account, or what it may do. */
const ENDS_ACCESS = sql`(change.action in ('disable', 'delete') or change.event is not null)`;

/**
 * People whose removal waits for a decision, or was rejected. Their kind is not asked for: with it SQLite would look through
 * all changes instead of those that are held, and the id of a group is nobody's.
 */
export function heldPeople(jobId: string) {
  return sql`select change.source_id from change
    where change.job_id = ${jobId} and change.status in ('staged', 'rejected') and ${ENDS_ACCESS}`;
}

/** Whether the removal of a member's account is held, or planned in one of the classes that would be held. */
export function isHeld(jobId: string, planned: readonly string[]) {
  const classes = sql.join(planned.length === 0 ? [''] : planned);
  return sql`exists (
    select 1 from change where change.job_id = ${jobId} and change.kind = 'user' and change.source_id = target_member.member_id
      and ${ENDS_ACCESS} and (change.status in ('staged', 'rejected') or (change.status in ('planned', 'observed') and change.guard_class in (${classes}))))`;
}

/** Whether somebody rejected to remove the member, or the account of the member. */
export function isRejected(jobId: string) {
  return sql`(exists (
    select 1 from change where change.job_id = ${jobId} and change.kind = 'user' and change.source_id = target_member.member_id
      and ${ENDS_ACCESS} and change.status = 'rejected')
    or exists (
    select 1 from held_membership as kept join change on change.id = kept.change_id
    where kept.job_id = ${jobId} and kept.group_id = target_member.group_id and kept.member_id = target_member.member_id
      and change.status = 'rejected'))`;
}

/**
 * Whether the member's account is disabled, or is going to be disabled or deleted, or the person is to be in no group. What
 * becomes of these was decided with the person, so their memberships are counted by no guard of their own. `link` is the link of the person.
 */
export function isLeaving(jobId: string) {
  return sql`(link.active = 0 or ${isStripped(jobId, 'target_member.member_id')} or exists (
    select 1 from change where change.job_id = ${jobId} and change.kind = 'user' and change.source_id = target_member.member_id
      and ${ENDS_ACCESS} and change.status in ('observed', 'planned', 'pending', 'approved', 'sent')))`;
}

/** Memberships that the guard counts: of groups that are compared in this cycle, without those of people who are held. */
function due(jobId: string, plannedHeld: readonly string[]) {
  return sql`
    from target_member
      join link on link.job_id = target_member.job_id and link.kind = 'user' and link.source_id = target_member.member_id
      join source_object as team on team.job_id = target_member.job_id and team.kind = 'group'
        and team.id = target_member.group_id
      join link as home on home.job_id = target_member.job_id and home.kind = 'group' and home.source_id = target_member.group_id
      left join member on member.job_id = target_member.job_id and member.group_id = target_member.group_id
        and member.member_id = target_member.member_id
      left join held_membership as hold on hold.job_id = target_member.job_id and hold.group_id = target_member.group_id
        and hold.member_id = target_member.member_id
    where target_member.job_id = ${jobId} and target_member.group_id in (
        select id from source_object where job_id = ${jobId} and kind = 'group' and members_dirty = 1 and in_scope = 1)
      and member.member_id is null and link.protected = 0
      and not ${isHeld(jobId, plannedHeld)} and not ${isLeaving(jobId)}`;
}

/** Memberships that are due to be removed. */
export interface DueRemovals {
  /** Nobody has judged them yet. */
  readonly fresh: number;
  /** Held already. */
  readonly held: number;
  /** Groups that would be held because of the fresh ones, and are not yet. */
  readonly freshGroups: number;
}

/** Counts what is due; what was approved is not counted. */
export async function countDueRemovals(db: Db, jobId: string, plannedHeld: readonly string[]): Promise<DueRemovals> {
  const result = await sql<{ fresh: number | null; held: number | null; fresh_groups: number }>`
    select sum(case when hold.change_id is null then 1 else 0 end) as fresh,
      sum(case when judged.status = 'staged' and judged.guard_class = 'memberships' then 1 else 0 end) as held,
      count(distinct case when hold.change_id is null and not exists (
        select 1 from change as open where open.job_id = ${jobId} and open.kind = 'group' and open.source_id = due.group_id
          and open.guard_class = 'memberships' and open.status = 'staged') then due.group_id end) as fresh_groups
    from (select target_member.group_id, target_member.member_id ${due(jobId, plannedHeld)}) as due
      left join held_membership as hold on hold.job_id = ${jobId} and hold.group_id = due.group_id
        and hold.member_id = due.member_id
      left join change as judged on judged.id = hold.change_id`.execute(db);
  const row = result.rows[0];
  return { fresh: Number(row?.fresh ?? 0), held: Number(row?.held ?? 0), freshGroups: Number(row?.fresh_groups ?? 0) };
}

/** Groups with memberships that nobody has judged, and how many. */
export async function groupsWithDueRemovals(
  db: Db,
  jobId: string,
): Promise<{ group_id: string; display_name: string | null; target_id: string; fresh: number }[]> {
  const result = await sql<{ group_id: string; display_name: string | null; target_id: string; fresh: number }>`
    select target_member.group_id, team.display_name, home.target_id, count(*) as fresh ${due(jobId, [])}
      and hold.change_id is null
    group by target_member.group_id, team.display_name, home.target_id order by target_member.group_id`.execute(db);
  return result.rows.map((row) => ({ ...row, fresh: Number(row.fresh) }));
}

/** Holds the memberships of a group that nobody has judged, under a change. */
export async function holdDueRemovals(db: Db, jobId: string, groupId: string, changeId: string): Promise<void> {
  await sql`
    insert into held_membership (job_id, group_id, member_id, change_id)
      select target_member.job_id, target_member.group_id, target_member.member_id, ${changeId} ${due(jobId, [])}
        and hold.change_id is null and target_member.group_id = ${groupId}`.execute(db);
}

/** Forgets holds of memberships that are not due any more: who came back, or whose group or account is gone. */
export async function forgetObsoleteHolds(db: Db, jobId: string): Promise<void> {
  await sql`
    delete from held_membership where job_id = ${jobId}
      and not exists (select 1 from change where change.id = held_membership.change_id and change.guard_class = 'undone')
      and not exists (
        select 1 ${due(jobId, [])} and target_member.group_id = held_membership.group_id
          and target_member.member_id = held_membership.member_id)`.execute(db);
  await forgetObsoleteUndone(db, jobId);
}

/** Approves what is held of a group. */
export async function approveHolds(db: Db, jobId: string, groupId: string): Promise<void> {
  await db
    .updateTable('change')
    .set({ status: 'approved' })
    .where('job_id', '=', jobId)
    .where('kind', '=', 'group')
    .where('source_id', '=', groupId)
    .where('guard_class', '=', 'memberships')
    .where('status', '=', 'staged')
    .execute();
}

/** Forgets every hold of a job. */
export async function forgetAllHolds(db: Db, jobId: string): Promise<void> {
  await db.deleteFrom('held_membership').where('job_id', '=', jobId).execute();
}

/** Open changes by which memberships are held, each with the number of memberships that are left of it. */
export async function openHolds(db: Db, jobId: string): Promise<{ change: StoredChange; left: number }[]> {
  const changes = await changesWithContent(db)
    .where('job_id', '=', jobId)
    .where(ofMembers)
    .where('status', 'in', ['staged', 'approved', 'rejected'])
    .orderBy('id')
    .execute();
  const counts = await db
    .selectFrom('held_membership')
    .select(['change_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('job_id', '=', jobId)
    .groupBy('change_id')
    .execute();
  const byChange = new Map(counts.map((row) => [row.change_id, Number(row.count)]));
  return changes.map((change) => ({ change, left: byChange.get(change.id) ?? 0 }));
}

/** Memberships that were held under one change are held under another. */
export async function moveHolds(db: Db, jobId: string, from: string, to: string): Promise<void> {
  await db
    .updateTable('held_membership')
    .set({ change_id: to })
    .where('job_id', '=', jobId)
    .where('change_id', '=', from)
    .execute();
}
