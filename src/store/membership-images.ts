// Which memberships a cycle added and removed, so that it can be undone: ids only, and what undoing them depends on.
import { sql } from 'kysely';
import type { MembershipImageTable } from './before-image-table.ts';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';
import { compilable, ListedQuery } from './listed-query.ts';
import { RowWriter } from './row-writer.ts';

const IMAGES = new RowWriter('membership_image');

/** Keeps what was changed. */
export function keepMembershipImages(db: Db, images: readonly MembershipImageTable[]): Promise<void> {
  return IMAGES.write(db, images);
}

/** Ids of the groups whose members a cycle changed. */
export async function groupsOfImages(db: Db, jobId: string, cycleId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('membership_image')
    .select('group_id')
    .distinct()
    .where('job_id', '=', jobId)
    .where('cycle_id', '=', cycleId)
    .orderBy('group_id')
    .execute();
  return rows.map((row) => row.group_id);
}

/** A membership that a cycle changed, and how it stands by now. */
export interface ChangedMembership {
  readonly group_id: string;
  readonly group_name: string | null;
  /** The account that the group had. */
  readonly target_id: string;
  readonly member_id: string;
  readonly member_name: string | null;
  readonly direction: 'added' | 'removed';
  /** The account of the member; null for none. */
  readonly account: string | null;
  readonly isProtected: boolean;
  /** Whether the source states the membership, so that cycles are to keep it. */
  readonly stated: boolean;
  /** Whether the target holds it by our hand. */
  readonly ours: boolean;
}

/** The memberships that a cycle changed, by group; of one that it changed twice, the first change says what was before. */
export async function changedMemberships(db: Db, jobId: string, cycleId: string): Promise<ChangedMembership[]> {
  const result = await sql<{
    group_id: string;
    group_name: string | null;
    target_id: string;
    member_id: string;
    member_name: string | null;
    direction: 'added' | 'removed';
    account: string | null;
    protected: number | null;
    stated: number;
    ours: number;
  }>`
    select image.group_id, team.display_name as group_name, image.target_id, changed.value as member_id,
      person.display_name as member_name, image.direction, link.target_id as account, link.protected,
      case when member.member_id is not null and not ${isStripped(jobId, 'member.member_id')} then 1 else 0 end as stated,
      case when target_member.member_id is not null then 1 else 0 end as ours
    from membership_image as image join json_each(image.members) as changed
      left join source_object as team on team.job_id = image.job_id and team.kind = 'group' and team.id = image.group_id
      left join source_object as person on person.job_id = image.job_id and person.kind = 'user'
        and person.id = changed.value
      left join link on link.job_id = image.job_id and link.kind = 'user' and link.source_id = changed.value
      left join member on member.job_id = image.job_id and member.group_id = image.group_id
        and member.member_id = changed.value
      left join target_member on target_member.job_id = image.job_id and target_member.group_id = image.group_id
        and target_member.member_id = changed.value
    where image.job_id = ${jobId} and image.cycle_id = ${cycleId}
    order by image.group_id, changed.value, image.id`.execute(db);
  const first = result.rows.filter((row, index) => {
    const before = result.rows[index - 1];
    return before?.group_id !== row.group_id || before.member_id !== row.member_id;
  });
  return first.map(({ protected: guarded, stated, ours, ...row }) => ({
    ...row,
    isProtected: guarded !== null && Number(guarded) !== 0,
    stated: Number(stated) === 1,
    ours: Number(ours) === 1,
  }));
}

const FORGET = new ListedQuery((db, ids) =>
  compilable(
    db,
    sql`
      update membership_image
        set members = (select json_group_array(value) from json_each(membership_image.members) where value not in (${sql.join(ids)}))
        where exists (select 1 from json_each(membership_image.members) where value in (${sql.join(ids)}))`,
  ),
);

/** Forgets that the memberships of these people were changed, in every job. All that is kept is looked through. */
export async function forgetMembershipImagesOf(db: Db, memberIds: readonly string[]): Promise<void> {
  await FORGET.run(db, memberIds);
  await db.deleteFrom('membership_image').where('members', '=', '[]').execute();
}
