// Forgetting the links of a whole job, so that everybody is matched anew. The accounts stay as they are.
import { sql } from 'kysely';
import type { Db } from './database.ts';

/**
 * Forgets the links of everybody who is in scope, with what their accounts were known to hold, and marks them with the
 * sequence, so that they are matched anew. The links of others are all that is known of accounts that are to be closed, and
 * are kept; so are those of objects with an open change, a failure, or memberships that are still to be removed.
 */
export async function forgetLinksInScope(trx: Db, jobId: string, sequence: number): Promise<void> {
  await sql`
    update source_object set changed_seq = ${sequence}, members_verify = 1
    where job_id = ${jobId} and in_scope = 1 and changed_seq <= planned_seq
      and (kind = 'user' or members_dirty = 0)
      and exists (select 1 from link where link.job_id = source_object.job_id and link.kind = source_object.kind
        and link.source_id = source_object.id)
      and not exists (select 1 from escrow where escrow.job_id = source_object.job_id
        and escrow.kind = source_object.kind and escrow.source_id = source_object.id)
      and not exists (select 1 from change where change.job_id = source_object.job_id
        and change.kind = source_object.kind and change.source_id = source_object.id
        and change.status in ('planned', 'pending', 'sent', 'staged', 'approved', 'rejected'))
      and not exists (select 1 from held_membership where held_membership.job_id = source_object.job_id
        and (held_membership.group_id = source_object.id or held_membership.member_id = source_object.id))`.execute(
    trx,
  );
  const marked = sql`select id from source_object where job_id = ${jobId} and changed_seq = ${sequence}`;
  await sql`delete from target_member where job_id = ${jobId} and (group_id in (${marked}) or member_id in (${marked}))`.execute(
    trx,
  );
  await sql`delete from pending_reference where job_id = ${jobId} and source_id in (${marked})`.execute(trx);
  await sql`delete from link where job_id = ${jobId} and source_id in (${marked})`.execute(trx);
}
