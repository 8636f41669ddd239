// Many groups at once: which of them have members to add or to remove, and what is settled for those that have none. What
// makes a membership due is written once here; members.ts asks for the members of one group.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';
import { heldPeople, isHeld } from './guarded-members.ts';
import { compilable, ListedQuery } from './listed-query.ts';
import { MEMBERSHIP_PHASE, ofMembers } from './membership-changes.ts';
import { isUndone } from './undone-members.ts';

/** Memberships that the source states of people who have an account, and that the target does not hold by our hand. */
export function dueAdditions(jobId: string) {
  return sql`from member
      join link on link.job_id = member.job_id and link.kind = member.member_type and link.source_id = member.member_id
      left join target_member on target_member.job_id = member.job_id and target_member.group_id = member.group_id
        and target_member.member_id = member.member_id
    where member.job_id = ${jobId} and member.member_type = 'user' and target_member.member_id is null
      and not ${isStripped(jobId, 'member.member_id')} and not ${isUndone(jobId, 'member')}`;
}

/** Memberships that the target holds by our hand, are to end, and are held by nobody; `held` are classes of people. */
export function dueRemovals(jobId: string, held: readonly string[]) {
  return sql`from target_member
      join link on link.job_id = target_member.job_id and link.kind = 'user' and link.source_id = target_member.member_id
      left join member on member.job_id = target_member.job_id and member.group_id = target_member.group_id
        and member.member_id = target_member.member_id
      left join held_membership as hold on hold.job_id = target_member.job_id and hold.group_id = target_member.group_id
        and hold.member_id = target_member.member_id
    where target_member.job_id = ${jobId}
      and (member.member_id is null or ${isStripped(jobId, 'target_member.member_id')}) and link.protected = 0
      and not ${isHeld(jobId, held)}
      and not exists (select 1 from change where change.id = hold.change_id and change.status in ('staged', 'rejected'))`;
}

type GroupRow = { readonly group_id: string };

const DUE = new ListedQuery((db, ids, jobId: string) =>
  compilable(
    db,
    sql<GroupRow>`
      select distinct member.group_id ${dueAdditions(jobId)} and member.group_id in (${sql.join(ids)})
      union
      select distinct target_member.group_id ${dueRemovals(jobId, [])} and target_member.group_id in (${sql.join(ids)})`,
  ),
);

/** Which of these groups have members to add or to remove. */
export async function groupsWithDueMembers(
  db: Db,
  jobId: string,
  groupIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set((await DUE.run(db, groupIds, jobId)).map((row) => row.group_id));
}

// Those who are held, or not judged, are few: they are listed once instead of asked for with every member.
const KEEPING = new ListedQuery((db, ids, jobId: string) =>
  compilable(
    db,
    sql<GroupRow>`
      select distinct group_id from target_member
        where job_id = ${jobId} and group_id in (${sql.join(ids)}) and member_id in (
          ${heldPeople(jobId)}
          union all select source_id from link where job_id = ${jobId} and protected = 2)
      union
      select group_id from held_membership where job_id = ${jobId} and group_id in (${sql.join(ids)})`,
  ),
);

/** Which of these groups have members as they are only because they or their people are held, or not judged yet (protect). */
export async function groupsKeepingHeld(
  db: Db,
  jobId: string,
  groupIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set((await KEEPING.run(db, groupIds, jobId)).map((row) => row.group_id));
}

const APPROVED_HOLDS = new ListedQuery((db, ids, jobId: string) =>
  compilable(
    db,
    sql`delete from held_membership where job_id = ${jobId} and group_id in (${sql.join(ids)}) and change_id in (
      select id from change where job_id = ${jobId} and status = 'approved'
        and (guard_class = 'memberships' or (guard_class = 'undone' and phase = ${MEMBERSHIP_PHASE})))`,
  ),
);
const APPROVED_CHANGES = new ListedQuery((db, ids, jobId: string, now: number) =>
  db
    .updateTable('change')
    .set({ status: 'success', guard_class: null, settled_at: now })
    .where('job_id', '=', jobId)
    .where('kind', '=', 'group')
    .where('source_id', 'in', ids)
    .where(ofMembers)
    .where('status', '=', 'approved'),
);

/**
 * The members of these groups were brought in step: what was approved is carried out. Approved changes count for no guard,
 * so their class is taken from them.
 */
export async function settleApprovedHolds(
  db: Db,
  jobId: string,
  groupIds: readonly string[],
  now: number,
): Promise<void> {
  await APPROVED_HOLDS.run(db, groupIds, jobId);
  await APPROVED_CHANGES.run(db, groupIds, jobId, now);
}
