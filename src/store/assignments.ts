// Who is assigned to the application, and who is a member of which group; read in full and compared.
// A row that a reading did not see keeps its older reading number until a second reading agrees.
import { sql } from 'kysely';
import { type AppRoleAssignment, DEFAULT_ACCESS_ROLE_ID, type ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import { RowWriter } from './row-writer.ts';

const SEEN = new RowWriter('assignment', (insertion) =>
  insertion.onConflict((conflict) =>
    conflict
      .columns(['job_id', 'principal_id', 'role_id'])
      .doUpdateSet((eb) => ({ reading: eb.ref('excluded.reading') })),
  ),
);

/** Stores one page of assignments as seen by a reading. */
export function storeAssignments(
  db: Db,
  jobId: string,
  rows: readonly AppRoleAssignment[],
  reading: number,
): Promise<void> {
  return SEEN.write(
    db,
    rows.map((row) => ({
      job_id: jobId,
      principal_id: row.principalId,
      principal_type: row.principalType,
      role_id: row.appRoleId,
      reading,
    })),
  );
}

/** How many assignments no reading since `reading` has seen. */
export async function countAssignmentsUnseen(db: Db, jobId: string, reading: number): Promise<number> {
  const row = await db
    .selectFrom('assignment')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('reading', '<', reading)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Removes the assignments that no reading since `reading` has seen. */
export async function removeAssignmentsUnseen(db: Db, jobId: string, reading: number): Promise<void> {
  await db.deleteFrom('assignment').where('job_id', '=', jobId).where('reading', '<', reading).execute();
}

/** Ids of the assigned groups, leaving out Default Access when told so. */
export async function assignedGroups(db: Db, jobId: string, excludeDefaultAccess: boolean): Promise<string[]> {
  let query = db
    .selectFrom('assignment')
    .select('principal_id')
    .distinct()
    .where('job_id', '=', jobId)
    .where('principal_type', '=', 'Group');
  if (excludeDefaultAccess) query = query.where('role_id', '!=', DEFAULT_ACCESS_ROLE_ID);
  const rows = await query.orderBy('principal_id').execute();
  return rows.map((row) => row.principal_id);
}

/** How many assignments of people and groups hold the Default Access role. */
export async function countDefaultAccess(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('assignment')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .where('principal_type', '!=', 'ServicePrincipal')
    .where('role_id', '=', DEFAULT_ACCESS_ROLE_ID)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** One entitling role of one object. */
export interface Entitlement {
  readonly id: string;
  readonly role_id: string;
}

/**
 * Entitled users in id order after `after`: assigned themselves, or members of an assigned group.
 * Rows of one user stand together; a page may end within a user's rows.
 */
export async function pageEntitledUsers(
  db: Db,
  jobId: string,
  excludeDefaultAccess: boolean,
  after: { readonly id: string; readonly role: string },
  limit: number,
): Promise<Entitlement[]> {
  const excluded = excludeDefaultAccess ? DEFAULT_ACCESS_ROLE_ID : '';
  // A window may hold nobody who is entitled, which is not the end.
  for (let from = after.id; ; ) {
    const until = await endOfWindow(db, jobId, from, limit);
    const page = await entitledUntil(db, jobId, excluded, after, until, limit);
    if (page.length > 0 || until === null) return page;
    from = until;
  }
}

/** The id up to which about `limit` assignments and memberships follow; null when there are no more than that. */
async function endOfWindow(db: Db, jobId: string, from: string, limit: number): Promise<string | null> {
  const result = await sql<{ until: string | null }>`
    select min(id) as until from (
      select max(id) as id from (
        select principal_id as id from assignment where job_id = ${jobId} and principal_id > ${from}
          order by principal_id limit ${limit}) as assigned having count(*) = ${limit}
      union all
      select max(id) as id from (
        select member_id as id from member where job_id = ${jobId} and member_id > ${from}
          order by member_id limit ${limit}) as members having count(*) = ${limit}) as ends`.execute(db);
  return result.rows[0]?.until ?? null;
}

async function entitledUntil(
  db: Db,
  jobId: string,
  excluded: string,
  after: { readonly id: string; readonly role: string },
  until: string | null,
  limit: number,
): Promise<Entitlement[]> {
  const assigned = until === null ? sql`` : sql`and principal_id <= ${until}`;
  const members = until === null ? sql`` : sql`and member.member_id <= ${until}`;
  // `cross join` keeps SQLite from beginning with the assignments.
  const result = await sql<Entitlement>`
    select id, role_id from (
      select principal_id as id, role_id from assignment
        where job_id = ${jobId} and principal_type = 'User' and role_id <> ${excluded}
          and principal_id >= ${after.id} ${assigned}
      union
      select member.member_id as id, assignment.role_id as role_id from member cross join assignment
        where assignment.job_id = member.job_id and assignment.principal_id = member.group_id
          and member.job_id = ${jobId} and member.member_type = 'user'
          and assignment.principal_type = 'Group' and assignment.role_id <> ${excluded}
          and member.member_id >= ${after.id} ${members}
    ) as entitled
    where id > ${after.id} or (id = ${after.id} and role_id > ${after.role})
    order by id, role_id limit ${limit}`.execute(db);
  return result.rows;
}

/** The entitling roles of some people, each sorted; whoever is not entitled is not there. */
export async function rolesOfUsers(
  db: Db,
  jobId: string,
  excludeDefaultAccess: boolean,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const roles = new Map<string, string[]>();
  if (ids.length === 0) return roles;
  const excluded = excludeDefaultAccess ? DEFAULT_ACCESS_ROLE_ID : '';
  const result = await sql<Entitlement>`
    select principal_id as id, role_id from assignment
      where job_id = ${jobId} and principal_type = 'User' and role_id <> ${excluded}
        and principal_id in (${sql.join(ids)})
    union
    select member.member_id as id, assignment.role_id as role_id from member cross join assignment
      where assignment.job_id = member.job_id and assignment.principal_id = member.group_id
        and member.job_id = ${jobId} and member.member_type = 'user'
        and assignment.principal_type = 'Group' and assignment.role_id <> ${excluded}
        and member.member_id in (${sql.join(ids)})
    order by id, role_id`.execute(db);
  for (const { id, role_id } of result.rows) roles.set(id, [...(roles.get(id) ?? []), role_id]);
  return roles;
}

/** The entitling roles of the given ids, without the attributes of their rows. */
export async function findRoles(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  for (let from = 0; from < ids.length; from += 500) {
    const rows = await db
      .selectFrom('source_object')
      .select(['id', 'roles'])
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('id', 'in', ids.slice(from, from + 500))
      .execute();
    for (const row of rows) found.set(row.id, row.roles);
  }
  return found;
}

/** Whoever holds an entitlement that no assignment reaches any more loses it, and is marked as changed. `cross join`: by member. */
export async function loseUnreached(trx: Db, jobId: string, excluded: string, sequence: number): Promise<void> {
  await sql`
    update source_object set roles = null, changed_seq = ${sequence}
    where job_id = ${jobId} and roles is not null
      and not exists (
        select 1 from assignment where assignment.job_id = source_object.job_id and assignment.principal_id = source_object.id
          and assignment.role_id <> ${excluded})
      and not (kind = 'user' and exists (
        select 1 from member cross join assignment
        where assignment.job_id = member.job_id and assignment.principal_id = member.group_id
          and member.job_id = source_object.job_id and member.member_id = source_object.id
          and assignment.principal_type = 'Group' and assignment.role_id <> ${excluded}))`.execute(trx);
}
