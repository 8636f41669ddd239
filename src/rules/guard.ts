// Guards: a class of changes that is too large for one cycle and 24 hours is held as a whole. What a class is, is said in
// guard-class.ts; here are the numbers.

import type { GuardClass } from '../model/cycle.ts';
import type { Guards } from '../model/job.ts';

/** Classes that are held whatever their number. */
export const ALWAYS_HELD = ['irreversible', 'revivals', 'undone'] as const satisfies readonly GuardClass[];

/** Classes that are judged by numbers. */
export type CountedClass = Exclude<GuardClass, (typeof ALWAYS_HELD)[number]>;

const ALWAYS_HELD_BECAUSE: Readonly<Record<(typeof ALWAYS_HELD)[number], string>> = {
  irreversible: 'that the target cannot take back (profile.irreversible): guards.irreversible is stage',
  revivals: "of inactive accounts that may be a namesake's: adoption.inactive is stage",
  undone: 'that somebody has undone',
};

/** Judges a class of which every single change waits for somebody's word. */
export function judgeAlwaysHeld(name: (typeof ALWAYS_HELD)[number], planned: number): GuardVerdict {
  const noun = name === 'revivals' ? 'adoption' : 'action';
  return { held: planned > 0, because: `${planned} ${noun}${planned === 1 ? '' : 's'} ${ALWAYS_HELD_BECAUSE[name]}` };
}

/** Numbers of one class. */
export interface GuardNumbers {
  /** Planned in this cycle. */
  readonly planned: number;
  /** Held since earlier cycles, or let through by one but not sent yet. */
  readonly held: number;
  /** Carried out within the last 24 hours. */
  readonly recent: number;
  /** What the percentage refers to: active linked objects, or memberships that the target holds by our hand. */
  readonly linkedActive: number;
}

/** When a class is held: above the count or the percentage, once `from` is reached. */
export type GuardLimits = Omit<Guards['leavers'], 'count'> & { readonly count?: number };

/** Whether a class is held, and the sentence that says why. */
export interface GuardVerdict {
  readonly held: boolean;
  readonly because: string;
}

const NOUNS: Readonly<Record<CountedClass, string>> = {
  leavers: 'removals',
  scopeLosses: 'removals',
  groupDeletes: 'removals',
  memberships: 'memberships to be removed',
  creates: 'accounts to be created anew',
  identity: 'changed identities',
  updates: 'updates by a changed configuration',
};

/** That a group loses its last members, or that a new mapping changes everybody, is nothing unusual. */
const EVERYBODY_IS_USUAL: ReadonlySet<CountedClass> = new Set(['memberships', 'updates']);

/**
 * Decides whether the planned changes of a class go through. Below the floor `from` nothing is held, so that a tenant of
 * eight people is not asked about every leaver; above it either the count or the percentage trips. Everybody at once is a
 * slip in a tenant of any size, so the floor does not count then; `percent: 100` says that even this is meant.
 */
export function evaluateGuard(name: CountedClass, limits: GuardLimits, numbers: GuardNumbers): GuardVerdict {
  const total = numbers.planned + numbers.held + numbers.recent;
  const base = numbers.linkedActive + numbers.recent;
  const percent = base === 0 ? 0 : (total / base) * 100;
  const shown = `${total} ${NOUNS[name]} (${percent.toFixed(1)} % of ${base})`;
  if (numbers.planned === 0) return { held: false, because: `${shown}: nothing new` };
  const everybody = numbers.linkedActive > 0 && total >= 2 && total >= base && limits.percent < 100;
  if (everybody && !EVERYBODY_IS_USUAL.has(name)) return { held: true, because: `${shown}: this is everybody` };
  if (total < limits.from) return { held: false, because: `${shown}: below the floor of ${limits.from}` };
  if (limits.count !== undefined && total > limits.count)
    return { held: true, because: `${shown}: guards.${name}.count is ${limits.count}` };
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
