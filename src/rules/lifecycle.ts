// Which event, if any, ends or suspends somebody's access, and what the configuration wants done about it.
// Events follow Entra's deprovisioning table; explicit statements about one person come before inferences.
import type { AccountState, GuardClass, NoActionReason } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { ObjectMapping } from '../model/job.ts';
import { type Lifecycle, type LifecycleEvent, type LifecyclePolicy, policyOf } from '../model/lifecycle.ts';
import type { ScopeVerdict } from './scoping.ts';

/** What is known of an object when its fate is decided. */
export interface LifecycleFacts {
  readonly kind: ObjectKind;
  readonly state: AccountState;
  /** Assigned, or a member of an assigned group, or everybody with syncAll. */
  readonly entitled: boolean;
  /** Passes the scoping filters. */
  readonly passesScope: boolean;
  /** Graph's accountEnabled; true for groups and when the source does not say. */
  readonly accountEnabled: boolean;
}

/** The event that applies, the most explicit first; null when the object is to be provisioned. */
export function lifecycleEvent(facts: LifecycleFacts): LifecycleEvent | null {
  if (facts.state === 'hardDeleted') return 'hardDeleted';
  if (facts.state === 'softDeleted') return 'softDeleted';
  if (!facts.accountEnabled) return 'blocked';
  if (!facts.entitled) return 'unassigned';
  if (!facts.passesScope) return 'outOfScope';
  return null;
}

/** The guard that counts a removal: leavers are explicit statements, scope losses are inferences. */
export function guardClass(kind: ObjectKind, event: LifecycleEvent): GuardClass {
  if (kind === 'group') return 'groupDeletes';
  switch (event) {
    case 'blocked':
    case 'softDeleted':
    case 'hardDeleted':
      return 'leavers';
    case 'unassigned':
    case 'outOfScope':
      return 'scopeLosses';
    default:
      return event satisfies never;
  }
}

/** What is to happen to the account of somebody who left, besides or instead of disabling it. */
export interface Deprovisioning {
  readonly event: LifecycleEvent;
  readonly guardClass: GuardClass;
  readonly removesMemberships: boolean;
  readonly set: LifecyclePolicy['set'];
  /** How long after it was disabled the account is deleted, and when that is (milliseconds); null: never by itself. */
  readonly deleteAfter: number | null;
  readonly deleteAt: number | null;
}

/** What is to happen to an object, before the target has been asked. `reduce` leaves the account active. */
export type Intention =
  | { readonly type: 'provision' }
  | ({ readonly type: 'disable' } & Deprovisioning)
  | ({ readonly type: 'reduce' } & Deprovisioning)
  | { readonly type: 'delete'; readonly event: LifecycleEvent; readonly guardClass: GuardClass }
  | { readonly type: 'leave'; readonly because: NoActionReason };

const NEVER_PROVISIONED: Readonly<Record<LifecycleEvent, NoActionReason>> = {
  hardDeleted: 'deletedAndNeverProvisioned',
  softDeleted: 'deletedAndNeverProvisioned',
  blocked: 'blockedAndNeverProvisioned',
  unassigned: 'notAssigned',
  outOfScope: 'outOfScope',
};

/**
 * Since when the account is disabled because its person left, whatever events followed each other meanwhile, and what time
 * it is. Milliseconds; null while the target has not confirmed it.
 */
export interface Absence {
  readonly disabledAt: number | null;
  readonly now: number;
}

/**
 * Turns facts into an intention. Accounts that were never linked are left alone; a group has no `active`, so it is
 * deleted in the target where a person would be disabled, as Entra does, and nothing else of a policy concerns it. The
 * policy is that of the present event. Its days count from when the account was disabled: while that is held or fails,
 * nobody comes nearer to a deletion.
 */
export function intend(
  facts: LifecycleFacts,
  linked: boolean,
  lifecycle: Lifecycle,
  flowTypes: ObjectMapping['flowTypes'],
  absence: Absence,
): Intention {
  if (facts.state === 'unread') return { type: 'leave', because: 'notReadYet' };
  const event = lifecycleEvent(facts);
  if (event === null) {
    const flow = linked ? 'Update' : 'Add';
    return linked && !flowTypes.includes(flow) ? { type: 'leave', because: 'flowTypesExclude' } : { type: 'provision' };
  }
  if (!linked) return { type: 'leave', because: NEVER_PROVISIONED[event] };
  const policy = policyOf(lifecycle[event]);
  const counted = { event, guardClass: guardClass(facts.kind, event) };
  const deleteAfter = flowTypes.includes('Delete') ? policy.deleteAfter : null;
  const deleteAt = deleteAfter === null ? null : (absence.disabledAt ?? absence.now) + deleteAfter;
  const isDue = deleteAt !== null && deleteAt <= absence.now && absence.disabledAt !== null;
  const deletes =
    policy.action === 'delete' ||
    (facts.kind === 'group' && policy.action === 'disable') ||
    (facts.kind === 'user' && isDue);
  if (deletes)
    return flowTypes.includes('Delete')
      ? { type: 'delete', ...counted }
      : { type: 'leave', because: 'flowTypesExclude' };
  const asksNothing = policy.action === 'nothing' && !policy.removeMemberships && Object.keys(policy.set).length === 0;
  if (asksNothing || facts.kind === 'group') return { type: 'leave', because: 'lifecycleSaysNothing' };
  if (!flowTypes.includes('Update')) return { type: 'leave', because: 'flowTypesExclude' };
  const { removeMemberships: removesMemberships, set } = policy;
  const type = policy.action === 'disable' ? 'disable' : 'reduce';
  return { type, ...counted, removesMemberships, set, deleteAfter, deleteAt };
}

/** Whoever a filter cannot judge keeps the account they have; null when the filter has nothing to do with the intention. */
export function undecidedScope(intention: Intention, scope: ScopeVerdict | null): ObjectFault | null {
  if (!('event' in intention) || intention.event !== 'outOfScope' || scope?.undecided !== true) return null;
  const message = `The scoping filter cannot be judged: ${scope.reasons.map(({ text }) => text).join(' ')}`;
  return { code: 'FilterUndecided', message };
}
