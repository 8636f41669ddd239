// What depends on an account: the reports that refer to it, and the groups that contain it. Called with every new state
// of a link, in the transaction that stores it, so that nobody has to be planned again for it.
import type { Db } from '../store/database.ts';
import { requeueDependants } from '../store/links.ts';
import type { LinkTable } from '../store/schema.ts';
import { markGroupsOfMembers } from '../store/source-objects.ts';
import type { CycleContext } from './context.ts';

/** An account in its new state. `enabled` says that it was switched on just now. */
export interface RenewedAccount {
  readonly before: LinkTable | undefined;
  readonly now: Pick<LinkTable, 'source_id' | 'email' | 'active'>;
  readonly enabled: boolean;
}

/**
 * Marks what depends on the accounts of people, whose links are stored already. Some targets drop the memberships of a
 * disabled account, so those of one that was switched on are compared with what the target says; Microsoft Entra does not do
 * that, nor do its dialects.
 */
export async function renewDependants(
  trx: Db,
  { job }: Pick<CycleContext, 'job'>,
  accounts: readonly RenewedAccount[],
): Promise<void> {
  const ids = (which: (account: RenewedAccount) => boolean) => accounts.filter(which).map(({ now }) => now.source_id);
  const isNew = ({ before }: RenewedAccount): boolean => before === undefined;
  const references = job.user.attributes.filter((each) => each.reference?.relation === 'manager');
  for (const { name, reference } of references) {
    const moved = ids((each) => isNew(each) || (reference?.form === 'email' && each.before?.email !== each.now.email));
    await requeueDependants(trx, job.id, moved, name);
  }
  await markGroupsOfMembers(trx, job.id, ids(isNew), false);
  if (!job.strategy.restoresMemberships) return;
  const isBack = ({ before, now, enabled }: RenewedAccount): boolean =>
    before !== undefined && (enabled || (before.active === 0 && now.active === 1));
  await markGroupsOfMembers(trx, job.id, ids(isBack), true);
}
