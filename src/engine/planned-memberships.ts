// How many memberships a plan would change, for guards and reports; nothing is sent and nothing is kept.
import type { Db } from '../store/database.ts';
import { countLinkableMembers, membersToRemove } from '../store/members.ts';
import type { CycleContext } from './context.ts';

/** Memberships that a plan would add and remove, when what is counted in the classes `held` would be held. */
export async function countPlannedMemberships(
  trx: Db,
  context: CycleContext,
  held: readonly string[],
): Promise<{ added: number; removed: number }> {
  const { job } = context;
  if (job.group === null || !job.group.mapsMembers) return { added: 0, removed: 0 };
  const groups = await trx
    .selectFrom('source_object')
    .select('id')
    .where('job_id', '=', job.id)
    .where('kind', '=', 'group')
    .where('members_dirty', '=', 1)
    .where('in_scope', '=', 1)
    .execute();
  const supposed = { classes: held, memberships: held.includes('memberships') };
  let added = 0;
  let removed = 0;
  for (const { id } of groups) {
    added += await countLinkableMembers(trx, job.id, id);
    removed += (await membersToRemove(trx, job.id, id, '', 100_000, supposed)).length;
  }
  return { added, removed };
}
