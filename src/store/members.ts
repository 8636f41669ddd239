// Memberships in the source, and which of them the target holds by our hand.
import { type SqlBool, sql } from 'kysely';
import type { GroupMember } from '../model/directory.ts';
import type { Db } from './database.ts';
import { isStripped } from './departures.ts';
import { dueAdditions, dueRemovals } from './groups-in-step.ts';
import { isLeaving } from './guarded-members.ts';
import { compilable, ListedQuery } from './listed-query.ts';
import { RowWriter } from './row-writer.ts';
import { isUndone } from './undone-members.ts';

const SLICE = 200;

const SEEN = new RowWriter('member', (insertion) =>
  insertion.onConflict((conflict) =>
    conflict
      .columns(['job_id', 'group_id', 'member_id'])
      .doUpdateSet((eb) => ({ reading: eb.ref('excluded.reading') })),
  ),
);

/** Stores members of a group as seen by a reading; returns nothing about change: compare with `countMembersOfReading`. */
export function storeMembers(
  db: Db,
  jobId: string,
  groupId: string,
  members: readonly GroupMember[],
  reading: number,
): Promise<void> {
  const rows = members.map(({ id, type }) => ({
    job_id: jobId,
    group_id: groupId,
    member_id: id,
    member_type: type,
    reading,
  }));
  return SEEN.write(db, rows);
}

/** Number of members of a group. */
export async function countMembers(db: Db, jobId: string, groupId: string): Promise<number> {
  const row = await db
    .selectFrom('member')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('group_id', '=', groupId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * Members of a group that no reading since `reading` has seen. Lists hide people in the recycle bin although they keep
 * their memberships (graph.md section 3), so their absence says nothing.
 */
function unseenMembers(jobId: string, groupId: string, reading: number) {
  return sql`job_id = ${jobId} and group_id = ${groupId} and reading < ${reading} and not exists (
    select 1 from source_object where source_object.job_id = member.job_id and source_object.kind = 'user'
      and source_object.id = member.member_id and source_object.state = 'softDeleted')`;
}

/** Number of members of a group that are missing from every reading since `reading`. */
export async function countMembersUnseen(db: Db, jobId: string, groupId: string, reading: number): Promise<number> {
  const result = await sql<{
    count: number;
  }>`select count(*) as count from member where ${unseenMembers(jobId, groupId, reading)}`.execute(db);
  return Number(result.rows[0]?.count ?? 0);
}

/** Removes the members of a group that are missing from every reading since `reading`. */
export async function removeMembersUnseen(db: Db, jobId: string, groupId: string, reading: number): Promise<void> {
  await sql`delete from member where ${unseenMembers(jobId, groupId, reading)}`.execute(db);
}

/** Removes members that the source says are gone; returns how many there were. */
export async function removeMembers(
  db: Db,
  jobId: string,
  groupId: string,
  memberIds: readonly string[],
): Promise<number> {
  if (memberIds.length === 0) return 0;
  const result = await db
    .deleteFrom('member')
    .where('job_id', '=', jobId)
    .where('group_id', '=', groupId)
    .where('member_id', 'in', memberIds)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Ids of the groups that are known to hold a person. */
export async function groupsOfMember(db: Db, jobId: string, memberId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('member')
    .select('group_id')
    .where('job_id', '=', jobId)
    .where('member_id', '=', memberId)
    .execute();
  return rows.map((row) => row.group_id);
}

/** A membership with the account of the member in the target. */
export interface LinkedMember {
  readonly member_id: string;
  readonly target_id: string;
}

const TO_ADD = new ListedQuery((db, ids, jobId: string, after: string, limit: number) =>
  compilable(
    db,
    sql<LinkedMember>`
      select member.member_id, link.target_id ${dueAdditions(jobId)}
        and member.group_id in (${sql.join(ids)}) and member.member_id > ${after}
      order by member.member_id limit ${limit}`,
  ),
);

/** Members of a group that have an account in the target and are not yet there by our hand, in id order after `after`. */
export function membersToAdd(
  db: Db,
  jobId: string,
  groupId: string,
  after: string,
  limit: number,
): Promise<LinkedMember[]> {
  return TO_ADD.run(db, [groupId], jobId, after, limit);
}

/** A membership that may be removed now. */
export interface RemovableMember extends LinkedMember {
  /** 1 when the guard counts it; 0 for people who leave anyway, and for what was approved. */
  readonly counted: number;
}

/** What a plan that is not carried out supposes to be held. */
export interface SupposedHolds {
  /** Guard classes of people. */
  readonly classes: readonly string[];
  /** Whether memberships that nobody has approved would be. */
  readonly memberships: boolean;
}

const NOTHING_SUPPOSED: SupposedHolds = { classes: [], memberships: false };

/**
 * Memberships that the target holds by our hand and the source no longer has. Whoever is held keeps theirs until it is
 * decided, since a membership is access as well; so does whose account is protected.
 */
export async function membersToRemove(
  db: Db,
  jobId: string,
  groupId: string,
  after: string,
  limit: number,
  supposed: SupposedHolds = NOTHING_SUPPOSED,
): Promise<RemovableMember[]> {
  const counted = sql`(hold.change_id is null and not ${isLeaving(jobId)})`;
  const result = await sql<RemovableMember>`
    select target_member.member_id, link.target_id, case when ${counted} then 1 else 0 end as counted
      ${dueRemovals(jobId, supposed.classes)} and target_member.group_id = ${groupId} and target_member.member_id > ${after}
      ${supposed.memberships ? sql`and not ${counted}` : sql``}
    order by target_member.member_id limit ${limit}`.execute(db);
  return result.rows;
}

/** Number of memberships that the target holds by our hand, or is being sent: all, those of one group, or one person's. */
export async function countTargetMembers(
  db: Db,
  jobId: string,
  of: Partial<Record<'group_id' | 'member_id', string>> = {},
): Promise<number> {
  let query = db
    .selectFrom('target_member')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId);
  if (of.group_id !== undefined) query = query.where('group_id', '=', of.group_id);
  if (of.member_id !== undefined) query = query.where('member_id', '=', of.member_id);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

const HELD = new RowWriter('target_member', (insertion) => insertion.onConflict((conflict) => conflict.doNothing()));

/** Members of one group. */
export interface MembersOfGroup {
  readonly groupId: string;
  readonly memberIds: readonly string[];
}

/** Records memberships that the target holds by our hand. */
export function recordTargetMembers(db: Db, jobId: string, groups: readonly MembersOfGroup[]): Promise<void> {
  const rows = groups.flatMap(({ groupId, memberIds }) =>
    memberIds.map((id) => ({ job_id: jobId, group_id: groupId, member_id: id })),
  );
  return HELD.write(db, rows);
}

/** Forgets memberships that the target no longer holds. */
export async function forgetTargetMembers(
  db: Db,
  jobId: string,
  groupId: string,
  memberIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < memberIds.length; from += SLICE) {
    await db
      .deleteFrom('target_member')
      .where('job_id', '=', jobId)
      .where('group_id', '=', groupId)
      .where('member_id', 'in', memberIds.slice(from, from + SLICE))
      .execute();
  }
}

/** Members that the target holds by our hand, with their accounts; only those that the source states when told so. */
export async function targetMembers(
  db: Db,
  jobId: string,
  groupId: string,
  statedOnly: boolean,
): Promise<LinkedMember[]> {
  let query = db
    .selectFrom('target_member')
    .innerJoin('link', (join) =>
      join.onRef('link.job_id', '=', 'target_member.job_id').onRef('link.source_id', '=', 'target_member.member_id'),
    )
    .select(['target_member.member_id', 'link.target_id'])
    .where('target_member.job_id', '=', jobId)
    .where('target_member.group_id', '=', groupId)
    .where('link.kind', '=', 'user');
  if (statedOnly)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('member')
          .select('member.member_id')
          .where('member.job_id', '=', jobId)
          .where('member.group_id', '=', groupId)
          .whereRef('member.member_id', '=', 'target_member.member_id'),
      ),
    );
  return query.execute();
}

/** Forgets all memberships of a group, or of a member, whose account no longer exists. */
export async function forgetMembershipsOf(db: Db, jobId: string, kind: 'user' | 'group', id: string): Promise<void> {
  const query = db.deleteFrom('target_member').where('job_id', '=', jobId);
  await (kind === 'group' ? query.where('group_id', '=', id) : query.where('member_id', '=', id)).execute();
}

/** How many entitled members a group would show in the target once everybody planned exists; for dry runs. */
export async function countLinkableMembers(db: Db, jobId: string, groupId: string): Promise<number> {
  const row = await db
    .selectFrom('member')
    .innerJoin('source_object', (join) =>
      join.onRef('source_object.job_id', '=', 'member.job_id').onRef('source_object.id', '=', 'member.member_id'),
    )
    .leftJoin('target_member', (join) =>
      join
        .onRef('target_member.job_id', '=', 'member.job_id')
        .onRef('target_member.group_id', '=', 'member.group_id')
        .onRef('target_member.member_id', '=', 'member.member_id'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('member.job_id', '=', jobId)
    .where('member.group_id', '=', groupId)
    .where('source_object.kind', '=', 'user')
    .where('target_member.member_id', 'is', null)
    .where(sql<SqlBool>`not ${isStripped(jobId, 'member.member_id')} and not ${isUndone(jobId, 'member')}`)
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom('link')
            .select('link.target_id')
            .where('link.job_id', '=', jobId)
            .where('link.kind', '=', 'user')
            .whereRef('link.source_id', '=', 'member.member_id'),
        ),
        eb.exists(
          eb
            .selectFrom('change')
            .select('change.id')
            .where('change.job_id', '=', jobId)
            .where('change.kind', '=', 'user')
            .where('change.action', 'in', ['create', 'adopt'])
            .where('change.status', 'in', ['planned', 'observed'])
            .whereRef('change.source_id', '=', 'member.member_id'),
        ),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
