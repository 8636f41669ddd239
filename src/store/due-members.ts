// Membership changes of a group as they would be if no guard had held them, without what was undone: what a plan file shows and an approval is about.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';
import { isRejected } from './guarded-members.ts';
import { isUndone } from './undone-members.ts';

/** A person with the name that the directory gives. */
export interface NamedMember {
  readonly id: string;
  readonly name: string | null;
}

/** Members that a group is to get and to lose, in id order. */
export interface DueMembers {
  readonly add: readonly NamedMember[];
  readonly remove: readonly NamedMember[];
}

/** A group whose members may differ from what the target holds by our hand. */
export interface DueGroup {
  readonly id: string;
  readonly display_name: string | null;
  readonly target_id: string | null;
}

const PAGE = 200;

/** Groups in scope whose members may differ, in keyset pages by id; `target_id` is null while they have no account. */
export async function pageDueGroups(db: Db, jobId: string, after: string): Promise<DueGroup[]> {
  return db
    .selectFrom('source_object')
    .leftJoin('link', (join) =>
      join
        .onRef('link.job_id', '=', 'source_object.job_id')
        .onRef('link.kind', '=', 'source_object.kind')
        .onRef('link.source_id', '=', 'source_object.id'),
    )
    .select(['source_object.id', 'source_object.display_name', 'link.target_id'])
    .where('source_object.job_id', '=', jobId)
    .where('source_object.kind', '=', 'group')
    .where('source_object.members_dirty', '=', 1)
    .where('source_object.in_scope', '=', 1)
    .where('source_object.id', '>', after)
    .orderBy('source_object.id')
    .limit(PAGE)
    .execute();
}

/**
 * What is due for a group: members who have an account, or are in `expected` because they get one, and are not there yet;
 * members who were sent and are not stated any more. Members whose account is protected stay, and those whom somebody rejected to remove.
 */
export async function dueMembers(
  db: Db,
  jobId: string,
  groupId: string,
  expected: ReadonlySet<string>,
): Promise<DueMembers> {
  const missing = await sql<NamedMember & { linked: number }>`
    select member.member_id as id, person.display_name as name, case when link.target_id is null then 0 else 1 end as linked
    from member
      left join source_object as person on person.job_id = member.job_id and person.kind = 'user' and person.id = member.member_id
      left join link on link.job_id = member.job_id and link.kind = 'user' and link.source_id = member.member_id
      left join target_member on target_member.job_id = member.job_id and target_member.group_id = member.group_id
        and target_member.member_id = member.member_id
    where member.job_id = ${jobId} and member.group_id = ${groupId} and member.member_type = 'user'
      and target_member.member_id is null and not ${isStripped(jobId, 'member.member_id')}
      and not ${isUndone(jobId, 'member')}
    order by member.member_id`.execute(db);
  const gone = await sql<NamedMember>`
    select target_member.member_id as id, person.display_name as name from target_member
      join link on link.job_id = target_member.job_id and link.kind = 'user' and link.source_id = target_member.member_id
      left join source_object as person on person.job_id = target_member.job_id and person.kind = 'user'
        and person.id = target_member.member_id
      left join member on member.job_id = target_member.job_id and member.group_id = target_member.group_id
        and member.member_id = target_member.member_id
    where target_member.job_id = ${jobId} and target_member.group_id = ${groupId}
      and (member.member_id is null or ${isStripped(jobId, 'target_member.member_id')})
      and link.protected = 0 and not ${isRejected(jobId)} and not ${isUndone(jobId, 'target_member')}
    order by target_member.member_id`.execute(db);
  return {
    add: missing.rows
      .filter((row) => Number(row.linked) === 1 || expected.has(row.id))
      .map(({ id, name }) => ({ id, name })),
    remove: gone.rows.map(({ id, name }) => ({ id, name })),
  };
}
