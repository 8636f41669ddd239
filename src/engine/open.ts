// Opens a cycle: goes on with an unfinished one, notices a changed configuration, and decides whether the cycle is initial.
import { type CycleCounts, type CycleKind, type CycleRequest, zeroCounts } from '../model/cycle.ts';
import { JobFault } from '../model/errors.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import { replanObjectsOf, supersedeAll } from '../store/changes.ts';
import { findCycle, insertCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { markEscrowsDue } from '../store/escrows.ts';
import { type Lease, nextSequence, readJob, updateJob } from '../store/jobs.ts';
import type { JobTable } from '../store/schema.ts';
import { updateAllObjects } from '../store/source-objects.ts';
import { clearIndex } from '../store/target-index.ts';
import type { CompiledJob } from './compiled-job.ts';
import { type CycleContext, type EngineIo, settling } from './context.ts';

/** Opens a cycle for a job whose lease the caller holds. */
export async function openCycle(
  job: CompiledJob,
  request: CycleRequest,
  lease: Lease,
  io: EngineIo,
): Promise<CycleContext> {
  const row = await readJob(io.store.db, job.id);
  refuseOtherTarget(row, job);
  const changed = row.configuration_hash !== job.configurationHash;
  const unfinished =
    row.open_cycle_id === null || request.dryRun ? undefined : await findCycle(io.store.db, row.open_cycle_id);
  const resumed = changed ? undefined : unfinished;
  const kind: CycleKind =
    row.initial_done === 0 || changed ? 'initial' : ((resumed?.kind ?? 'incremental') as CycleKind);
  const remembered = row.capabilities === null || changed ? null : (JSON.parse(row.capabilities) as Capabilities);
  const context: CycleContext = {
    job,
    request,
    io,
    lease,
    cycleId: resumed?.id ?? io.newId(),
    kind,
    timeBegan: resumed?.time_began ?? io.clock.now().toISOString(),
    counts: resumed?.counts ? (JSON.parse(resumed.counts) as CycleCounts) : zeroCounts(),
    requestsBefore: { ...io.source.requests, ...io.target.requests },
    appRoles: [],
    capabilities: remembered === null ? null : Promise.resolve(remembered),
  };
  if (remembered !== null) io.target.remember(remembered);
  await settling(context, async (trx) => {
    await clearIndex(trx, job.id);
    await discardPlans(trx, job.id);
    if (resumed === undefined) await insertCycle(trx, cycleRow(context));
    await markDue(trx, context, changed);
    if (!request.dryRun) await takeOver(trx, context, row, changed);
  });
  io.log.info(
    { jobId: job.id, cycleId: context.cycleId, kind, resumed: resumed !== undefined, dryRun: request.dryRun },
    'cycle opened',
  );
  return context;
}

/**
 * Links are ids of one target. In another one the same ids may be other people, so nothing is read or written there.
 */
function refuseOtherTarget(row: JobTable, job: CompiledJob): void {
  if (row.target_root === null || row.target_root === job.targetRoot) return;
  throw new JobFault(
    'TargetChanged',
    `The accounts of job ${job.id} belong to ${row.target_root}, but target.baseUrl is ${job.targetRoot} now.`,
  );
}

function cycleRow(context: CycleContext) {
  return {
    id: context.cycleId,
    job_id: context.job.id,
    kind: context.kind,
    trigger: context.request.trigger,
    dry_run: context.request.dryRun ? 1 : 0,
    mode: context.job.settings.mode,
    time_began: context.timeBegan,
    time_ended: null,
    counts: null,
    requests: null,
  };
}

/** Plans of dry runs that were killed before they could be discarded. */
async function discardPlans(trx: Db, jobId: string): Promise<void> {
  await trx
    .deleteFrom('change')
    .where('job_id', '=', jobId)
    .where('cycle_id', 'in', (eb) =>
      eb.selectFrom('cycle').select('id').where('job_id', '=', jobId).where('dry_run', '=', 1),
    )
    .execute();
}

/**
 * What is to be planned although the source says nothing new: requests whose answer was never settled (asking the target
 * itself), approved and due objects, and everybody when the configuration changed. Also for a plan, which shows what the
 * next cycle would do; being marked changes nothing but that an object is looked at again.
 */
async function markDue(trx: Db, context: CycleContext, changed: boolean): Promise<void> {
  const { job, io } = context;
  const sequence = await nextSequence(trx, job.id);
  await replanObjectsOf(trx, job.id, 'sent', sequence, true);
  await replanObjectsOf(trx, job.id, 'approved', sequence, false);
  await markEscrowsDue(trx, job.id, io.clock.now().getTime(), sequence);
  if (changed) await updateAllObjects(trx, job.id, { changed_seq: sequence });
}

/**
 * Takes over what an earlier process left behind: requests whose answer was never settled are not repeated but planned
 * afresh, and a changed configuration voids what was planned with the old one. What a target says about itself is asked
 * again then, since its administrator may have made room for a new mapping.
 */
async function takeOver(trx: Db, context: CycleContext, row: JobTable, changed: boolean): Promise<void> {
  const { job, io } = context;
  const now = io.clock.now().getTime();
  await supersedeAll(trx, job.id, 'sent', now);
  if (changed) {
    await supersedeAll(trx, job.id, 'planned', now);
    await supersedeAll(trx, job.id, 'pending', now);
  }
  await updateJob(trx, job.id, {
    open_cycle_id: context.cycleId,
    configuration_hash: job.configurationHash,
    target_root: job.targetRoot,
    last_started: now,
    ...(changed ? { capabilities: null } : {}),
    ...(row.status === 'NotRun' ? { status: 'Active' } : {}),
  });
}
