// What depends on an account: the reports that refer to it, and the groups that contain it. Called with every new state
// of a link, in the transaction that stores it, so that nobody has to be planned again for it.
import type { Db } from '../store/database.ts';
import { requeueDependants } from '../store/links.ts';
import type { LinkTable } from '../store/schema.ts';
import { markGroupsOfMembers } from '../store/source-objects.ts';
import type { CycleContext } from './context.ts';

/**
 * Marks what depends on the account of a person. `enabled` says that the account was switched on just now: some targets
 * drop the memberships of a disabled account, so they are compared with what the target says.
 */
export async function renewDependants(
  trx: Db,
  context: CycleContext,
  before: LinkTable | undefined,
  now: Pick<LinkTable, 'source_id' | 'email' | 'active'>,
  enabled: boolean,
): Promise<void> {
  const { job } = context;
  const references = job.user.attributes.filter((each) => each.reference?.relation === 'manager');
  for (const { name, reference } of references) {
    const moved = before === undefined || (reference?.form === 'email' && before.email !== now.email);
    if (moved) await requeueDependants(trx, job.id, now.source_id, name);
  }
  if (before === undefined) await markGroupsOfMembers(trx, job.id, [now.source_id], false);
  else if (enabled || (before.active === 0 && now.active === 1))
    await markGroupsOfMembers(trx, job.id, [now.source_id], true);
}
