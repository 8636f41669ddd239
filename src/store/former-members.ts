// Members that a group in the target shows and that are not there by our hand.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';

const SLICE = 200;

/** Source ids of these accounts, of those who have one by this job, are to be no members and are not recorded as such. */
export async function unstatedMembers(
  db: Db,
  jobId: string,
  groupId: string,
  targetIds: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < targetIds.length; from += SLICE) {
    const result = await sql<{ source_id: string }>`
      select link.source_id from link
      where link.job_id = ${jobId} and link.kind = 'user'
        and link.target_id in (${sql.join(targetIds.slice(from, from + SLICE))})
        and (${isStripped(jobId, 'link.source_id')} or not exists (select 1 from member
          where member.job_id = link.job_id and member.group_id = ${groupId} and member.member_id = link.source_id))
        and not exists (select 1 from target_member where target_member.job_id = link.job_id
          and target_member.group_id = ${groupId} and target_member.member_id = link.source_id)`.execute(db);
    found.push(...result.rows.map((row) => row.source_id));
  }
  return found;
}
