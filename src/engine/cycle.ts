// One cycle of a synchronization job, as a sentence: open, import, plan, gate, apply, close. Every stage reads a table
// and writes a table, so a process may end at any moment and the next one goes on.
//
// Glossary
//   source object   a user or group of the directory, kept as a row (the shadow copy)
//   watermark       how far the source's change feed has been read; stored with the rows of each page
//   entitled        assigned to the application, directly or through a group
//   link            which source object is which account in the target; made by matching, adopting or creating
//   change          one planned action on one account; held ("staged") when a guard trips
//   observe         a mode: the plan is kept to be looked at, nothing is written to the target
//   escrow          an object whose change failed, kept with its first failure until it succeeds
//   initial cycle   evaluates everybody: the first one, or after the configuration changed; otherwise incremental
import type { CycleRequest, CycleSummary } from '../model/cycle.ts';
import type { Lease } from '../store/jobs.ts';
import { applyChanges } from './apply.ts';
import { closeCycle, closeObserved, closePlan } from './close.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { EngineIo } from './context.ts';
import { meetTarget } from './first-contact.ts';
import { gateChanges } from './gate.ts';
import { importChanges } from './import.ts';
import { closeSelection } from './on-demand.ts';
import { openCycle } from './open.ts';
import { planChanges } from './plan.ts';
import { describePlan } from './plan-report.ts';
import { readBack } from './read-back.ts';
import { readTargetBack } from './scheduled-read-back.ts';
import { noteWriting, refuseLostStore } from './store-lost.ts';
import { foreseeRefusal, tryConfiguration } from './try-configuration.ts';
import { undoCycle } from './undo.ts';

/**
 * Runs one cycle of a job whose lease the caller holds.
 * @throws JobFault when the cycle could not be finished; what was settled stays, and the next cycle goes on from there.
 */
export async function runCycle(
  job: CompiledJob,
  request: CycleRequest,
  lease: Lease,
  io: EngineIo,
): Promise<CycleSummary> {
  const cycle = await openCycle(job, request, lease, io);
  if (request.undo !== undefined) return undoCycle(cycle, request.undo);
  await importChanges(cycle);
  const accepted = await tryConfiguration(cycle);
  // Whoever leaves is not to wait for what somebody has to say about a configuration.
  if (accepted !== null) return runCycle(accepted, request, lease, io);
  await readTargetBack(cycle);
  await planChanges(cycle);
  await meetTarget(cycle);
  await refuseLostStore(cycle);
  const verdicts = await gateChanges(cycle);
  await foreseeRefusal(cycle);
  await describePlan(cycle, verdicts);
  if (cycle.carriesOut) {
    await noteWriting(cycle);
    await applyChanges(cycle, verdicts);
  }
  if (cycle.careful !== null) await readBack(cycle, cycle.careful);
  if (request.selection !== undefined) return closeSelection(cycle, request.selection, verdicts);
  if (request.dryRun) return closePlan(cycle, verdicts);
  return cycle.observes ? closeObserved(cycle, verdicts) : closeCycle(cycle);
}
