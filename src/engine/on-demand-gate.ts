// The gate of a cycle on demand: somebody named these objects, so no guard that counts holds them. What the target cannot
// take back, and the account of a possible namesake, still wait for an approval; protected accounts were left alone while
// they were planned.
import type { GuardClass } from '../model/cycle.ts';
import { ALWAYS_HELD, judgeAlwaysHeld } from '../rules/guard.ts';
import { countRemovals } from '../store/change-counts.ts';
import { type CycleContext, planMark, settling } from './context.ts';
import type { GuardVerdicts } from './gate.ts';
import { leaveGuarded } from './give-up.ts';

/** The class in which a change of this cycle is counted: on demand only what is always held, while probing all. */
export function countedClass(
  { request }: Pick<CycleContext, 'request'>,
  guardClass: GuardClass | null,
): GuardClass | null {
  const isAlwaysHeld = ALWAYS_HELD.some((each) => each === guardClass);
  const counts = request.selection === undefined || request.probe === true || isAlwaysHeld;
  return counts ? guardClass : null;
}

/** Judges what is planned for the named objects. */
export async function gateSelection(context: CycleContext): Promise<GuardVerdicts> {
  const { job, io, cycleId, request } = context;
  // Nobody named these objects: what a guard counts is left to the next whole cycle.
  if (request.probe === true)
    await settling(context, (trx) => leaveGuarded(trx, job.id, cycleId, io.clock.now().getTime()));
  const counts = await countRemovals(io.store.db, job.id, planMark(context).status, cycleId);
  const planned = new Map(ALWAYS_HELD.map((each) => [each, counts.get(each) ?? 0]));
  return {
    byClass: new Map([...planned].map(([each, count]) => [each, judgeAlwaysHeld(each, count)])),
    heldPlanned: [...planned.values()].reduce((sum, each) => sum + each, 0),
    planned,
    holdsCreations: false,
  };
}
