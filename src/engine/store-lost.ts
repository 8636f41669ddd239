// Stops a job whose store was evidently lost, before it writes. Only a job that has never written in this store is looked at,
// and never one that was observed first: then somebody has seen whom it would adopt.
import { JobFault } from '../model/errors.ts';
import { type FoundAccounts, looksLikeLostStore } from '../rules/store-lost.ts';
import { pageChanges } from '../store/changes.ts';
import { wasObserved } from '../store/cycles.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { findObjects } from '../store/source-objects.ts';
import type { ChangePayload } from './change-payload.ts';
import { breathe, type CycleContext, planMark, settling } from './context.ts';
import { readPayload } from './payload-text.ts';

const PAGE = 500;

/**
 * Looks at what a first cycle would adopt; a plan only says what the cycle would do.
 * @throws JobFault StoreLost
 */
export async function refuseLostStore(context: CycleContext): Promise<void> {
  const { job, io, request } = context;
  if (request.selection !== undefined || context.observes) return;
  const { db } = io.store;
  if ((await readJob(db, job.id)).has_written === 1 || (await wasObserved(db, job.id))) return;
  const found = await countOurs(context);
  if (!looksLikeLostStore(found)) return;
  const message = `Job ${job.id} has never written with this store, but ${found.ours} of the ${found.matched} accounts that were found in the target hold the very externalId that it writes.`;
  if (context.carriesOut) throw new JobFault('StoreLost', message);
  io.log.warn(
    { jobId: job.id, cycleId: context.cycleId, code: 'StoreLost' },
    `${message} A cycle that writes stops here.`,
  );
}

/** From here on the store knows what the job has done in the target. */
export async function noteWriting(context: CycleContext): Promise<void> {
  const { job, io, request } = context;
  if (request.selection !== undefined || (await readJob(io.store.db, job.id)).has_written === 1) return;
  await settling(context, (trx) => updateJob(trx, job.id, { has_written: 1 }));
}

/** The planned adoptions, and how many of them leave an externalId as it is. */
async function countOurs(context: CycleContext): Promise<FoundAccounts> {
  const { job, io } = context;
  const statuses = [planMark(context).status, 'pending', 'staged', 'approved', 'rejected'] as const;
  let matched = 0;
  let ours = 0;
  for (let after = ''; ; ) {
    const only = { kind: 'user', action: 'adopt' } as const;
    const adoptions = await pageChanges(io.store.db, job.id, statuses, after, PAGE, only);
    const last = adoptions.at(-1);
    if (last === undefined) return { matched, ours };
    const ids = adoptions.map((each) => each.source_id);
    const rows = await findObjects(io.store.db, job.id, 'user', ids);
    for (const { source_id: id, payload } of adoptions) {
      // A request of an earlier process may have made this account.
      if (rows.get(id)?.fresh_match === 1) continue;
      matched += 1;
      if (keepsExternalId(readPayload(payload))) ours += 1;
    }
    after = last.id;
    await breathe(context);
  }
}

function keepsExternalId({ desired = [], differences = [] }: Partial<ChangePayload>): boolean {
  const isExternalId = ({ path }: { readonly path: { readonly text: string } }): boolean => path.text === 'externalId';
  const wanted = desired.find(isExternalId)?.value;
  return typeof wanted === 'string' && wanted !== '' && !differences.some(isExternalId);
}
