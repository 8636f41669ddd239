// Which of the groups that scoping filters name hold a person: noted in the person's row, so that a filter is judged by the
// row alone, and a changed membership is a changed row.
import { sql } from 'kysely';
import type { Db } from './database.ts';

/**
 * People whose row does not say rightly whether this group holds them, at most `limit`; `only` asks about some of them.
 * Ids of groups have one length and no wildcards, so a row's text can be searched for them.
 */
export async function wronglyNoted(
  db: Db,
  jobId: string,
  groupId: string,
  limit: number,
  only?: readonly string[],
): Promise<string[]> {
  if (only?.length === 0) return [];
  const some = only === undefined ? sql`` : sql`and source_object.id in (${sql.join(only)})`;
  const result = await sql<{ id: string }>`
    select id from source_object where job_id = ${jobId} and kind = 'user' ${some} and (member_of is null
      or (case when member_of like ${`%${groupId}%`} then 1 else 0 end) <> (case when exists (
        select 1 from member where member.job_id = source_object.job_id and member.group_id = ${groupId}
          and member.member_id = source_object.id) then 1 else 0 end))
    order by row_id limit ${limit}`.execute(db);
  return result.rows.map((row) => row.id);
}

/** For each person the text of `member_of`: which of the groups hold them, in the order given. */
export async function noteOf(
  db: Db,
  jobId: string,
  groups: readonly string[],
  ids: readonly string[],
): Promise<Map<string, string>> {
  const held = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
  const rows = await db
    .selectFrom('member')
    .select(['member_id', 'group_id'])
    .where('job_id', '=', jobId)
    .where('group_id', 'in', groups)
    .where('member_id', 'in', ids)
    .execute();
  for (const row of rows) held.get(row.member_id)?.add(row.group_id);
  return new Map([...held].map(([id, found]) => [id, groups.filter((group) => found.has(group)).join(',')]));
}
