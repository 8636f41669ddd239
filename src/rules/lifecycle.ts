// Which event, if any, ends or suspends somebody's access, and what the configuration wants done about it.
// Events follow Entra's deprovisioning table; explicit statements about one person come before inferences.
import type { AccountState, GuardClass, NoActionReason } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { Lifecycle, LifecycleEvent, ObjectMapping } from '../model/job.ts';
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

/** What is to happen to an object, before the target has been asked. */
export type Intention =
  | { readonly type: 'provision' }
  | { readonly type: 'disable'; readonly event: LifecycleEvent; readonly guardClass: GuardClass }
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
 * Turns facts into an intention. Accounts that were never linked are left alone; a group has no `active`, so it is
 * deleted in the target where a person would be disabled, as Entra does.
 */
export function intend(
  facts: LifecycleFacts,
  linked: boolean,
  lifecycle: Lifecycle,
  flowTypes: ObjectMapping['flowTypes'],
): Intention {
  if (facts.state === 'unread') return { type: 'leave', because: 'notReadYet' };
  const event = lifecycleEvent(facts);
  if (event === null) {
    const flow = linked ? 'Update' : 'Add';
    return linked && !flowTypes.includes(flow) ? { type: 'leave', because: 'flowTypesExclude' } : { type: 'provision' };
  }
  if (!linked) return { type: 'leave', because: NEVER_PROVISIONED[event] };
  const wanted = facts.kind === 'group' && lifecycle[event] === 'disable' ? 'delete' : lifecycle[event];
  if (wanted === 'nothing') return { type: 'leave', because: 'lifecycleSaysNothing' };
  if (!flowTypes.includes(wanted === 'delete' ? 'Delete' : 'Update'))
    return { type: 'leave', because: 'flowTypesExclude' };
  return { type: wanted, event, guardClass: guardClass(facts.kind, event) };
}

/** Whoever a filter cannot judge keeps the account they have; null when the filter has nothing to do with the intention. */
export function undecidedScope(intention: Intention, scope: ScopeVerdict | null): ObjectFault | null {
  if (!('event' in intention) || intention.event !== 'outOfScope' || scope?.undecided !== true) return null;
  const message = `The scoping filter cannot be judged: ${scope.reasons.map(({ text }) => text).join(' ')}`;
  return { code: 'FilterUndecided', message };
}
