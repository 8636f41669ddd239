// Accidental-deletion guards: a class of removals that is too large for one cycle and 24 hours is held as a whole.

import type { GuardClass } from '../model/cycle.ts';
import type { Guards } from '../model/job.ts';

/** Numbers of one removal class. */
export interface RemovalNumbers {
  /** Planned in this cycle. */
  readonly planned: number;
  /** Held since earlier cycles, or let through by one but not sent yet. */
  readonly held: number;
  /** Carried out within the last 24 hours. */
  readonly recent: number;
  /** Active linked objects that the percentage refers to. */
  readonly linkedActive: number;
}

/** When a class is held: above the count or the percentage, once `from` is reached. */
export type GuardLimits = Guards['leavers'];

/** Whether a class is held, and the sentence that says why. */
export interface GuardVerdict {
  readonly held: boolean;
  readonly because: string;
}

/**
 * Decides whether the planned removals of a class go through. Below the floor `from` nothing is held, so that a tenant
 * of eight people is not asked about every leaver; above it either the count or the percentage trips.
 */
export function evaluateGuard(name: GuardClass, limits: GuardLimits, numbers: RemovalNumbers): GuardVerdict {
  const total = numbers.planned + numbers.held + numbers.recent;
  const base = numbers.linkedActive + numbers.recent;
  const percent = base === 0 ? 0 : (total / base) * 100;
  const shown = `${total} removals (${percent.toFixed(1)} % of ${base})`;
  if (numbers.planned === 0 || total < limits.from)
    return { held: false, because: `${shown}: below the floor of ${limits.from}` };
  if (total > limits.count) return { held: true, because: `${shown}: guards.${name}.count is ${limits.count}` };
  if (percent > limits.percent) return { held: true, because: `${shown}: guards.${name}.percent is ${limits.percent}` };
  return { held: false, because: `${shown}: within guards.${name}` };
}

/**
 * A group that leaves scope in the same cycle as a held wave of people is most likely the same slip: its deletion, which
 * cannot be undone, waits with them.
 */
export function holdTogether(verdicts: ReadonlyMap<GuardClass, GuardVerdict>): ReadonlyMap<GuardClass, GuardVerdict> {
  const people = verdicts.get('scopeLosses');
  if (people?.held !== true || verdicts.get('groupDeletes')?.held === true) return verdicts;
  return new Map(verdicts).set('groupDeletes', {
    held: true,
    because: `together with the people of the same cycle (${people.because})`,
  });
}
