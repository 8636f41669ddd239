// Closes a cycle: final counts, the state of the job, and the end of what was only needed while it ran.
import type { CycleSummary, JobStatus } from '../model/cycle.ts';
import { countChanges, countPlannedByAction, pruneChanges, removeChangesOfCycle } from '../store/changes.ts';
import { updateCycle } from '../store/cycles.ts';
import { countEscrows } from '../store/escrows.ts';
import { readJob, updateJob } from '../store/jobs.ts';
import { pruneLog } from '../store/provisioning-log.ts';
import { countInScope, purgeGone } from '../store/source-objects.ts';
import { clearIndex } from '../store/target-index.ts';
import { type CycleContext, settling } from './context.ts';
import type { RemovalVerdicts } from './gate.ts';
import { countPlannedMemberships } from './memberships.ts';

const RETENTION_MS = 30 * 24 * 3_600_000;

/** Ends a cycle that was carried out. */
export async function closeCycle(context: CycleContext): Promise<CycleSummary> {
  const { job, io, counts } = context;
  const now = io.clock.now();
  await settling(context, async (trx) => {
    counts.inScope = await countInScope(trx, job.id);
    counts.escrowed = await countEscrows(trx, job.id);
    counts.held = await countChanges(trx, job.id, 'staged');
    await clearIndex(trx, job.id);
    await purgeGone(trx, job.id);
    await pruneChanges(trx, job.id, now.getTime() - RETENTION_MS);
    await pruneLog(trx, job.id, new Date(now.getTime() - RETENTION_MS).toISOString());
    await updateJob(trx, job.id, { open_cycle_id: null, initial_done: 1, status: 'Active', last_fault: null });
    await updateCycle(trx, context.cycleId, ending(context, now));
  });
  return summary(context, now);
}

/** Ends a cycle that was only planned: the plan is counted and forgotten, nothing else has moved. */
export async function closePlan(context: CycleContext, verdicts: RemovalVerdicts): Promise<CycleSummary> {
  const { job, io, counts } = context;
  const now = io.clock.now();
  await settling(context, async (trx) => {
    const planned = await countPlannedByAction(trx, job.id, context.cycleId);
    counts.created = planned.get('create') ?? 0;
    counts.adopted = planned.get('adopt') ?? 0;
    counts.updated = planned.get('update') ?? 0;
    counts.enabled = planned.get('enable') ?? 0;
    counts.disabled = planned.get('disable') ?? 0;
    counts.deleted = planned.get('delete') ?? 0;
    const held = [...verdicts.byClass].flatMap(([each, verdict]) => (verdict.held ? [each] : []));
    counts.memberships = await countPlannedMemberships(trx, context, held);
    counts.inScope = await countInScope(trx, job.id);
    counts.escrowed = await countEscrows(trx, job.id);
    counts.held = (await countChanges(trx, job.id, 'staged')) + verdicts.heldPlanned;
    await clearIndex(trx, job.id);
    await removeChangesOfCycle(trx, context.cycleId);
    await updateCycle(trx, context.cycleId, ending(context, now));
  });
  return summary(context, now, (await readJob(io.store.db, job.id)).status as JobStatus);
}

function ending(context: CycleContext, now: Date) {
  return {
    time_ended: now.toISOString(),
    counts: JSON.stringify(context.counts),
    requests: JSON.stringify(requestsOf(context)),
  };
}

function requestsOf(context: CycleContext) {
  const { source, target } = context.io;
  const before = context.requestsBefore;
  return {
    graph: source.requests.graph - before.graph,
    scim: target.requests.scim - before.scim,
    tokens: source.requests.tokens - before.tokens,
  };
}

function summary(context: CycleContext, now: Date, status: JobStatus = 'Active'): CycleSummary {
  return {
    jobId: context.job.id,
    status,
    cycle: {
      id: context.cycleId,
      kind: context.kind,
      dryRun: context.request.dryRun,
      timeBegan: context.timeBegan,
      timeEnded: now.toISOString(),
    },
    counts: context.counts,
    requests: requestsOf(context),
  };
}
