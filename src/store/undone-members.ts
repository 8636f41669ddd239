// Memberships that somebody has undone and a cycle would change again. As a membership whose removal is held, each is a row
// of held_membership; its change is of class `undone` and of the phase of memberships, unlike an undone change of the group
// itself. What would be done again, adding or removing, is seen from the membership.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';

/** Whether a membership of the source, or of the target, is to stay as it was undone. */
export function isUndone(jobId: string, side: 'member' | 'target_member') {
  return sql`exists (
    select 1 from held_membership as kept join change on change.id = kept.change_id
    where kept.job_id = ${jobId} and kept.group_id = ${sql.ref(`${side}.group_id`)}
      and kept.member_id = ${sql.ref(`${side}.member_id`)}
      and change.guard_class = 'undone' and change.status in ('staged', 'rejected'))`;
}

/** Holds memberships of a group under a change; the latest hold counts. */
export async function holdUndone(
  db: Db,
  jobId: string,
  groupId: string,
  memberIds: readonly string[],
  changeId: string,
): Promise<void> {
  for (let from = 0; from < memberIds.length; from += 100)
    await db
      .insertInto('held_membership')
      .values(
        memberIds
          .slice(from, from + 100)
          .map((id) => ({ job_id: jobId, group_id: groupId, member_id: id, change_id: changeId })),
      )
      .onConflict((conflict) =>
        conflict.columns(['job_id', 'group_id', 'member_id']).doUpdateSet({ change_id: changeId }),
      )
      .execute();
}

/** Does not hold these memberships any longer, as far as they were undone. */
export async function releaseUndone(
  db: Db,
  jobId: string,
  groupId: string,
  memberIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < memberIds.length; from += 100)
    await sql`
      delete from held_membership where job_id = ${jobId} and group_id = ${groupId}
        and member_id in (${sql.join(memberIds.slice(from, from + 100))})
        and exists (select 1 from change where change.id = held_membership.change_id and change.guard_class = 'undone')`.execute(
      db,
    );
}

/**
 * Forgets holds of what no cycle would do again: whom the source agrees about by now, and whose account, or that of the
 * group, is gone. While it is not known what a target holds, because a request was not answered, they stay.
 */
export async function forgetObsoleteUndone(db: Db, jobId: string): Promise<void> {
  await sql`
    delete from held_membership where job_id = ${jobId}
      and exists (select 1 from change where change.id = held_membership.change_id and change.guard_class = 'undone')
      and not (
        exists (select 1 from link where link.job_id = ${jobId} and link.kind = 'user'
          and link.source_id = held_membership.member_id)
        and exists (select 1 from link where link.job_id = ${jobId} and link.kind = 'group'
          and link.source_id = held_membership.group_id)
        and (
          exists (select 1 from source_object where source_object.job_id = ${jobId} and source_object.kind = 'group'
            and source_object.id = held_membership.group_id and source_object.members_verify = 1)
          or exists (select 1 from target_member where target_member.job_id = ${jobId}
              and target_member.group_id = held_membership.group_id and target_member.member_id = held_membership.member_id)
            <> exists (select 1 from member where member.job_id = ${jobId}
              and member.group_id = held_membership.group_id and member.member_id = held_membership.member_id
              and not ${isStripped(jobId, 'member.member_id')})))`.execute(db);
}
