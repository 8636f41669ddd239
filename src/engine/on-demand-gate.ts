// The gate of a cycle on demand: somebody named these objects, so no guard that counts holds them. What the target cannot
// take back still waits for an approval, and protected accounts were left alone while they were planned.
import type { GuardClass } from '../model/cycle.ts';
import { countRemovals } from '../store/change-counts.ts';
import { type CycleContext, planMark, settling } from './context.ts';
import type { GuardVerdicts } from './gate.ts';
import { leaveGuarded } from './give-up.ts';

/** The class in which a change of this cycle is counted: on demand only what is irreversible, while probing all. */
export function countedClass(
  { request }: Pick<CycleContext, 'request'>,
  guardClass: GuardClass | null,
): GuardClass | null {
  const counts = request.selection === undefined || request.probe === true || guardClass === 'irreversible';
  return counts ? guardClass : null;
}

/** Judges what is planned for the named objects. */
export async function gateSelection(context: CycleContext): Promise<GuardVerdicts> {
  const { job, io, cycleId, request } = context;
  // Nobody named these objects: what a guard counts is left to the next whole cycle.
  if (request.probe === true)
    await settling(context, (trx) => leaveGuarded(trx, job.id, cycleId, io.clock.now().getTime()));
  const planned =
    (await countRemovals(io.store.db, job.id, planMark(context).status, cycleId)).get('irreversible') ?? 0;
  const because = 'the target cannot take it back (profile.irreversible): guards.irreversible is stage';
  return {
    byClass: new Map([['irreversible', { held: planned > 0, because }]]),
    heldPlanned: planned,
    planned: new Map([['irreversible', planned]]),
    holdsCreations: false,
  };
}
