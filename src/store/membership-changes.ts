// Tells changes that are about the members of a group from changes of the group itself, which are planned for themselves.
import type { ExpressionBuilder } from 'kysely';
import { PHASES } from '../model/cycle.ts';
import type { StoredChange } from './change-tables.ts';
import type { Tables } from './schema.ts';

/** The phase of changes that are about the members of a group. */
export const MEMBERSHIP_PHASE = PHASES.indexOf('references');

/** Whether a change is about the members of a group, and not about the group. */
export function isOfMembers({ guard_class: guardClass, phase }: Pick<StoredChange, 'guard_class' | 'phase'>): boolean {
  return guardClass === 'memberships' || (guardClass === 'undone' && phase === MEMBERSHIP_PHASE);
}

/** The same as a condition; false, not unknown, for changes of no class. */
export function ofMembers(eb: ExpressionBuilder<Tables, 'change'>) {
  return eb.and([
    eb('guard_class', 'is not', null),
    eb.or([
      eb('guard_class', '=', 'memberships'),
      eb.and([eb('guard_class', '=', 'undone'), eb('phase', '=', MEMBERSHIP_PHASE)]),
    ]),
  ]);
}
