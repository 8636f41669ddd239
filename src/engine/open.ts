// Opens a cycle: goes on with an unfinished one, notices a changed configuration, and decides whether the cycle is initial.
import { type CycleCounts, type CycleKind, type CycleRequest, zeroCounts } from '../model/cycle.ts';
import { requestCounts } from '../model/request-counts.ts';
import { type Capabilities, NO_DISCOVERY } from '../scim/capabilities.ts';
import { learnedFrom } from '../scim/learned.ts';
import { endRejections } from '../store/change-decisions.ts';
import { forgetObserved, keepApprovals, replanObjectsOf, supersedeAll } from '../store/changes.ts';
import { findCycle, insertCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { markDeletionsDue, markSequence } from '../store/departures.ts';
import { markEscrowsDue } from '../store/escrows.ts';
import { findHeldConfiguration } from '../store/held-configurations.ts';
import { type Lease, nextSequence, updateJob } from '../store/jobs.ts';
import type { JobTable } from '../store/schema.ts';
import { updateAllObjects } from '../store/source-objects.ts';
import { clearIndex } from '../store/target-index.ts';
import { ApprovedPlan, markApproved } from './approved-plan.ts';
import { bindingColumns, readBoundJob } from './binding.ts';
import { CarefulStart } from './careful-start.ts';
import type { CompiledJob } from './compiled-job.ts';
import { acceptedInstead, isHeld, reportConfiguration, takeConfiguration } from './configuration-in-force.ts';
import { type CycleContext, type EngineIo, settling } from './context.ts';
import { giveUp } from './give-up.ts';
import { openSelection } from './on-demand.ts';
import { SelectionReport } from './on-demand-report.ts';
import { doubtProtection } from './protection.ts';

/** Opens a cycle for a job whose lease the caller holds. */
export async function openCycle(
  job: CompiledJob,
  request: CycleRequest,
  lease: Lease,
  io: EngineIo,
): Promise<CycleContext> {
  const row = await readBoundJob(io.store.db, job);
  const unfinished =
    row.open_cycle_id === null || request.dryRun ? undefined : await findCycle(io.store.db, row.open_cycle_id);
  const { selection } = request;
  const observes = (job.settings.mode === 'observe' || io.readOnly === true) && !request.dryRun;
  const carriesOut = !observes && !request.dryRun;
  const contacting = row.contacted === 0 && selection === undefined;
  const meets = row.initial_done === 0 || (contacting && !observes);
  const hold = await findHeldConfiguration(io.store.db, job.id);
  const approval = hold !== undefined && hold.hash === job.decidingHash && !isHeld(hold) ? hold : null;
  // A first contact is judged as a whole, and where nothing was met yet, nothing is to be lost by another configuration.
  const isTried = selection === undefined && row.initial_done === 1 && row.contacted === 1;
  const other = isTried && approval === null && job.insteadOf === null ? acceptedInstead(row, job) : null;
  // A plan that somebody approved, and an undo, write what was seen and nothing else: they neither try a configuration nor
  // take it.
  const isPartial = request.approved !== undefined || request.undo !== undefined;
  const accepted = isPartial ? null : other;
  const tries = accepted !== null && carriesOut;
  const changed = row.configuration_hash !== job.configurationHash || tries;
  const resumed = changed || selection !== undefined ? undefined : unfinished;
  const isInitial = (meets || changed) && selection === undefined;
  const kind: CycleKind = isInitial ? 'initial' : ((resumed?.kind ?? 'incremental') as CycleKind);
  const remembered = row.capabilities === null || changed ? null : (JSON.parse(row.capabilities) as Capabilities);
  const context: CycleContext = {
    job,
    request,
    io,
    lease,
    cycleId: resumed?.id ?? io.newId(),
    kind,
    observes,
    carriesOut,
    selected: selection === undefined ? null : new SelectionReport(selection),
    careful: request.limit === undefined || !carriesOut ? null : new CarefulStart(request.limit),
    configurationSeq: row.configuration_seq,
    approved: request.approved === undefined ? null : new ApprovedPlan(request.approved, io.clock.now().getTime()),
    accepted,
    tries,
    leavesConfiguration: isPartial && other !== null,
    isTrial: false,
    taking: approval,
    configuration: await reportConfiguration(io.store.db, job),
    contacting,
    firstContact: null,
    announcedAccounts: null,
    ambiguousPeople: 0,
    failing: new Map(),
    drift: null,
    report: null,
    timeBegan: resumed?.time_began ?? io.clock.now().toISOString(),
    counts: resumed?.counts ? (JSON.parse(resumed.counts) as CycleCounts) : zeroCounts(),
    failsTooMuch: false,
    requestsBefore: requestCounts(io),
    appRoles: [],
    excludesDefaultAccess: false,
    learned: learnedFrom(row.learned),
    capabilities: remembered === null ? null : Promise.resolve(remembered),
  };
  io.target.remember(remembered ?? NO_DISCOVERY, context.learned);
  await settling(context, async (trx) => {
    await clearIndex(trx, job.id);
    await discardPlans(trx, job.id);
    // What an unfinished cycle let through is part of what the next one would do: a plan shows it, once, and as it is now.
    if (request.dryRun && selection === undefined) await giveUpUnsent(trx, job.id, io.clock.now().getTime());
    if (resumed === undefined) await insertCycle(trx, cycleRow(context));
    await doubtProtection(trx, job, row);
    await markSequence(trx, job.id, row.sequence, io.clock.now().getTime());
    if (selection !== undefined) return openSelection(trx, context, selection, row);
    await markDue(trx, context, row, changed);
    if (context.approved !== null) await markApproved(trx, job.id, context.approved);
    if (!request.dryRun) await takeOver(trx, context, row, changed);
  });
  io.log.info(
    { jobId: job.id, cycleId: context.cycleId, kind, resumed: resumed !== undefined, dryRun: request.dryRun },
    'cycle opened',
  );
  return context;
}

function cycleRow(context: CycleContext) {
  return {
    id: context.cycleId,
    job_id: context.job.id,
    kind: context.kind,
    trigger: context.request.trigger,
    dry_run: context.request.dryRun ? 1 : 0,
    mode: context.observes ? 'observe' : context.job.settings.mode,
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

async function giveUpUnsent(trx: Db, jobId: string, now: number): Promise<void> {
  await giveUp(trx, jobId, 'planned', now);
  await giveUp(trx, jobId, 'pending', now);
}

/**
 * What is to be planned although the source says nothing new: requests whose answer was never settled (asking the target
 * itself), approved and due objects, and everybody when the configuration changed, or with a new day where mappings read
 * the clock. Also for a plan, which shows what the next cycle would do; being marked changes nothing but that an object is
 * looked at again, from what is known of it.
 */
async function markDue(trx: Db, context: CycleContext, row: JobTable, changed: boolean): Promise<void> {
  const { job, io } = context;
  const sequence = await nextSequence(trx, job.id);
  // A restart blanks the other hash, and an initial cycle for that reason changes nobody's configuration.
  if (row.effective_hash !== '' && row.effective_hash !== job.configurationHash) context.configurationSeq = sequence;
  await replanObjectsOf(trx, job.id, 'sent', sequence, true);
  // An approval is for the first cycle that writes; observing it again and again would ask the target each time.
  if (!context.observes) await replanObjectsOf(trx, job.id, 'approved', sequence, false);
  await markEscrowsDue(trx, job.id, io.clock.now().getTime(), sequence);
  await markDeletionsDue(trx, job.id, io.clock.now().getTime(), sequence);
  const isNewDay = job.readsClock && row.planned_day !== dayOf(context);
  if ((changed && !context.tries) || isNewDay) await updateAllObjects(trx, job.id, { changed_seq: sequence });
  // A trial is for everybody; once it is passed, everybody is due.
  if (context.tries) await updateAllObjects(trx, job.id, { observed_seq: 0 });
}

/**
 * Takes over what an earlier process left behind: requests whose answer was never settled are not repeated but planned
 * afresh, and a changed configuration voids what was planned with the old one. What a target says about itself is asked
 * again then, since its administrator may have made room for a new mapping.
 */
async function takeOver(trx: Db, context: CycleContext, row: JobTable, changed: boolean): Promise<void> {
  const { job, io } = context;
  const now = io.clock.now().getTime();
  // Whoever approved what was on its way when a process died has approved it still.
  await keepApprovals(trx, job.id);
  await supersedeAll(trx, job.id, 'sent', now);
  // What was only observed is void once the job writes.
  if (!context.observes) await forgetObserved(trx, job.id);
  await endRejections(trx, job.id, now);
  if (changed) await giveUpUnsent(trx, job.id, now);
  await updateJob(trx, job.id, {
    open_cycle_id: context.cycleId,
    ...(context.tries || context.leavesConfiguration ? {} : configurationColumns(context)),
    ...bindingColumns(row, job),
    last_started: now,
    planned_day: dayOf(context),
    ...(row.mode === job.settings.mode ? {} : { mode: job.settings.mode, mode_since: now, quiet_cycles: 0 }),
    ...(changed ? { capabilities: null } : {}),
    ...(row.status === 'NotRun' ? { status: 'Active' } : {}),
  });
  if (context.carriesOut && !context.tries && !context.leavesConfiguration) await takeConfiguration(trx, job, now);
}

/** Columns that say with which configuration the job works. */
export function configurationColumns({ job, configurationSeq }: CycleContext): Partial<Omit<JobTable, 'id'>> {
  return {
    configuration_hash: job.configurationHash,
    effective_hash: job.configurationHash,
    configuration_seq: configurationSeq,
  };
}

/** The day of the engine's clock, in UTC. */
function dayOf({ io }: CycleContext): string {
  return io.clock.now().toISOString().slice(0, 10);
}
