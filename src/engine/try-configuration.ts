// A changed configuration is planned before the job works with it: for everybody, and beside all that is planned, held or
// decided. No link, mark or change of the job moves. When the plan trips a guard, nothing of it is held change by change:
// the configuration is held as a whole, and the job goes on with the last accepted one.
import type { ConfigurationReport } from '../model/configuration-report.ts';
import { zeroCounts } from '../model/cycle.ts';
import { shownHash } from '../rules/guard-class.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { forgetObserved, pageChanges } from '../store/changes.ts';
import { updateCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { groupsWithDueRemovals } from '../store/guarded-members.ts';
import type { HeldConfigurationChangeTable } from '../store/held-configuration-tables.ts';
import { holdConfiguration, noteConfigurationChanges } from '../store/held-configurations.ts';
import { nextSequence, updateJob } from '../store/jobs.ts';
import { updateAllObjects } from '../store/source-objects.ts';
import { clearIndex } from '../store/target-index.ts';
import { ending } from './close.ts';
import type { CompiledJob } from './compiled-job.ts';
import { takeConfiguration } from './configuration-in-force.ts';
import { type CycleContext, type EngineIo, settling } from './context.ts';
import { judgeConfiguration } from './gate.ts';
import { configurationColumns } from './open.ts';
import { readPayload } from './payload-text.ts';
import { planChanges } from './plan.ts';
import { rememberedTarget } from './remembered-accounts.ts';

type Reasons = ConfigurationReport['reasons'];

/**
 * Tries the configuration of a cycle that has imported. Null when the cycle goes on with it; otherwise the job to go on
 * with, and the cycle has ended.
 */
export async function tryConfiguration(context: CycleContext): Promise<CompiledJob | null> {
  const { accepted } = context;
  if (accepted === null || !context.tries) return null;
  // Most changes of a configuration concern few people, or nobody: no account is read to find that out.
  const estimate = await judge(context, { ...context.io, target: rememberedTarget(context) });
  const reasons = estimate.length === 0 ? estimate : await judge(context, context.io);
  if (reasons.length === 0) {
    await accept(context);
    return null;
  }
  await refuse(context, reasons);
  return accepted;
}

/** Plans everybody by the configuration that is tried, and says which classes trip. */
async function judge(context: CycleContext, io: EngineIo): Promise<Reasons> {
  await settling(context, (trx) => forgetObserved(trx, context.job.id));
  const trial: CycleContext = { ...context, io, isTrial: true, counts: zeroCounts() };
  await planChanges(trial);
  // What discovery has said need not be asked again.
  context.capabilities = trial.capabilities;
  return judgeConfiguration(trial);
}

/** Says of a plan that is not carried out that the configuration would be held. */
export async function foreseeRefusal(context: CycleContext): Promise<void> {
  if (context.accepted === null || context.tries) return;
  const reasons = await judgeConfiguration(context);
  if (reasons.length > 0) context.configuration = { ...NOT_YET, reasons };
}

const NOT_YET = { state: 'wouldBeHeld', since: null, acceptedSince: null } as const;

/** From here on it is a cycle like any other: everybody is planned again, now to be carried out. */
async function accept(context: CycleContext): Promise<void> {
  const { job, io } = context;
  await settling(context, async (trx) => {
    await forgetObserved(trx, job.id);
    await clearIndex(trx, job.id);
    await updateAllObjects(trx, job.id, { changed_seq: await nextSequence(trx, job.id) });
    await updateJob(trx, job.id, configurationColumns(context));
    await takeConfiguration(trx, job, io.clock.now().getTime());
  });
}

/** Holds the configuration and ends the cycle, in one transaction: whoever goes on, goes on with the accepted one. */
async function refuse(context: CycleContext, reasons: Reasons): Promise<void> {
  const { job, io, cycleId, counts } = context;
  const now = io.clock.now();
  await settling(context, async (trx) => {
    await holdConfiguration(trx, {
      job_id: job.id,
      hash: job.decidingHash,
      state: 'held',
      since: now.getTime(),
      reasons: JSON.stringify(reasons),
      decided_by: null,
      decided_at: null,
      decision_reason: null,
      decided_until: null,
    });
    counts.held = await noteChanges(trx, job.id, reasons);
    await forgetObserved(trx, job.id);
    await clearIndex(trx, job.id);
    await updateJob(trx, job.id, { open_cycle_id: null });
    await updateCycle(trx, cycleId, ending(context, now));
  });
  io.log.warn(
    { jobId: job.id, cycleId, guards: reasons.map(({ guardClass }) => guardClass), changes: counts.held },
    `the changed configuration is held: ${reasons.map(({ because }) => because).join('; ')}; the job goes on with the last accepted one`,
  );
}

/** Notes what the configuration would do and a guard counts; returns how many changes that is. */
async function noteChanges(trx: Db, jobId: string, reasons: Reasons): Promise<number> {
  let count = 0;
  const note = async (rows: readonly HeldConfigurationChangeTable[]): Promise<void> => {
    await noteConfigurationChanges(trx, rows);
    count += rows.length;
  };
  for (let after = ''; ; ) {
    const page = await pageChanges(trx, jobId, ['observed'], after, 500);
    const last = page.at(-1);
    if (last === undefined) break;
    await note(page.filter((change) => change.by_configuration === 1).map(shownRow));
    after = last.id;
  }
  if (!reasons.some(({ guardClass }) => guardClass === 'memberships')) return count;
  const groups = await groupsWithDueRemovals(trx, jobId);
  await note(
    groups.map(({ group_id: id, fresh }) => ({
      job_id: jobId,
      kind: 'group',
      source_id: id,
      action: 'remove',
      guard_class: 'memberships',
      amount: fresh,
      shown: '',
    })),
  );
  return count;
}

function shownRow(change: StoredChange): HeldConfigurationChangeTable {
  const { differences = [], identity = [] } = readPayload(change.payload);
  return {
    job_id: change.job_id,
    kind: change.kind,
    source_id: change.source_id,
    action: change.action,
    guard_class: change.guard_class ?? 'other',
    amount: change.amount,
    shown: shownHash(differences.filter(({ path }) => identity.includes(path.text))),
  };
}
