// The before-images of memberships: what requests have added to a group and removed from it.
import type { MembershipImageTable } from '../store/before-image-table.ts';
import type { Db } from '../store/database.ts';
import type { CycleContext } from './context.ts';

/** The images of what a request changed that succeeded; ids of the directory. */
export function memberImages(
  { job, io, cycleId }: Pick<CycleContext, 'job' | 'io' | 'cycleId'>,
  group: { readonly id: string; readonly target_id: string },
  added: readonly string[],
  removed: readonly string[],
): MembershipImageTable[] {
  const image = (direction: 'added' | 'removed', members: readonly string[]): MembershipImageTable => ({
    id: io.newId(),
    job_id: job.id,
    cycle_id: cycleId,
    group_id: group.id,
    target_id: group.target_id,
    direction,
    members: JSON.stringify(members),
    at: io.clock.now().getTime(),
  });
  return [
    ...(added.length === 0 ? [] : [image('added', added)]),
    ...(removed.length === 0 ? [] : [image('removed', removed)]),
  ];
}

/**
 * Whether the group existed before this cycle and was linked by it. Nobody has looked who was in it: whoever was added may
 * have been there.
 */
export async function wasAdopted(db: Db, { job, cycleId, timeBegan }: CycleContext, groupId: string): Promise<boolean> {
  const link = await db
    .selectFrom('link')
    .select('linked_at')
    .where('job_id', '=', job.id)
    .where('kind', '=', 'group')
    .where('source_id', '=', groupId)
    .executeTakeFirst();
  if (link === undefined || link.linked_at < timeBegan) return false;
  const created = await db
    .selectFrom('provisioning_log')
    .select('id')
    .where('job_id', '=', job.id)
    .where('source_id', '=', groupId)
    .where('cycle_id', '=', cycleId)
    .where('action', '=', 'create')
    .where('status', '!=', 'failure')
    .executeTakeFirst();
  return created === undefined;
}
