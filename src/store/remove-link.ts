// Forgetting one link by hand: the account stays in the target, and its person or group is matched anew.

import type { Store } from './database.ts';
import { type LeaseView, leaseHolder, type Refusal } from './inventory.ts';
import { findJob, nextSequence } from './jobs.ts';
import { removeLink, removePendingReferences } from './links.ts';
import { forgetMembershipsOf } from './members.ts';
import type { LinkTable } from './schema.ts';
import { updateObjects } from './source-objects.ts';

/**
 * Forgets a link, with what it was known to hold, in one transaction. The next cycle asks the target itself for the
 * account. Refused while a process works on the job.
 */
export function removeLinkByHand(
  store: Store,
  link: Pick<LinkTable, 'job_id' | 'kind' | 'source_id'>,
  view: LeaseView,
): Promise<Refusal | null> {
  const { job_id: jobId, source_id: sourceId } = link;
  const kind = link.kind === 'group' ? 'group' : 'user';
  return store.transaction(async (trx) => {
    const row = await findJob(trx, jobId);
    if (row === undefined) return { reason: 'unknown', id: jobId };
    const holder = leaseHolder(row, view);
    if (holder !== null) return { reason: 'busy', owner: holder };
    await removeLink(trx, jobId, kind, sourceId);
    if (kind === 'user') await removePendingReferences(trx, jobId, sourceId);
    await forgetMembershipsOf(trx, jobId, kind, sourceId);
    await updateObjects(trx, jobId, kind, [sourceId], {
      fresh_match: 1,
      changed_seq: await nextSequence(trx, jobId),
    });
    return null;
  });
}
