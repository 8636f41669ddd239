// The decision about one object, as data. Everything it may know comes in; what it says is printed in plans and logs.
import type { ActionName, NoActionReason } from '../model/cycle.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { type AttributeDifference, diffResource, restated } from '../scim/diff.ts';
import { booleanOf } from '../scim/effect.ts';
import { rememberedValue } from '../scim/flow.ts';
import { isUnassigned } from '../scim/read.ts';
import type { ScimResource, ScimValue } from '../scim/resource.ts';
import type { MappedObject } from './map-object.ts';

/** What is to be done to one account. */
export type Decision =
  | { readonly action: 'create'; readonly desired: readonly DesiredAttribute[] }
  | {
      readonly action: Exclude<ActionName, 'create' | 'delete'>;
      readonly targetId: string;
      /** What is known of the account once this is carried out. */
      readonly desired: readonly DesiredAttribute[];
      readonly differences: readonly AttributeDifference[];
      /** What the account holds already and the update states all the same (FlowAlways). */
      readonly restated?: readonly AttributeDifference[];
    }
  | { readonly action: 'delete'; readonly targetId: string }
  | { readonly action: 'none'; readonly because: NoActionReason };

/** Whether the account says it is active; RFC 7643 leaves the default to the server, so absence counts as active. */
export function isActive(resource: ScimResource): boolean {
  return booleanOf(resource['active']) !== false;
}

/** An account that exists, and what is known of it. */
export interface ExistingAccount {
  readonly resource: ScimResource;
  readonly targetId: string;
  /** What this job wrote there last, by target attribute name. */
  readonly before: Readonly<Record<string, ScimValue>>;
}

/** How an account is compared with what is wanted. */
export interface Comparing {
  /** True when the account is linked for the first time, which is an action of its own even when nothing differs. */
  readonly adopting: boolean;
  readonly caseInsensitive: readonly string[];
}

/** What is known of an account once it holds what mappings ask for. */
export function knownAfter(
  wanted: readonly DesiredAttribute[],
  { resource, before }: Pick<ExistingAccount, 'resource' | 'before'>,
): DesiredAttribute[] {
  return wanted
    .filter(({ flow }) => flow !== 'ObjectAddOnly')
    .map((each) => ({ ...each, value: rememberedValue(resource, each, before[each.path.text]) }));
}

/**
 * Compares an existing account with what mappings ask for. Attributes with FlowAlways are part of every update there is a
 * reason for, and never a reason themselves: an unchanged object must not cost its target a request in every cycle.
 */
export function decideExisting(
  mapped: Pick<MappedObject, 'desired'>,
  resolvedReferences: readonly DesiredAttribute[],
  account: ExistingAccount,
  { adopting, caseInsensitive }: Comparing,
): Decision {
  const { resource: current, targetId, before } = account;
  const wanted = [...mapped.desired, ...resolvedReferences];
  const desired = knownAfter(wanted, account);
  const differences = diffResource(current, wanted, { caseInsensitive, before });
  if (differences.length === 0)
    return adopting ? { action: 'adopt', targetId, desired, differences } : { action: 'none', because: 'unchanged' };
  const changed = { targetId, desired, differences, ...restatedWith(wanted, current, differences) };
  if (adopting) return { action: 'adopt', ...changed };
  const enables =
    !isActive(current) && differences.some((each) => each.path.text === 'active' && each.newValue === true);
  return { action: enables ? 'enable' : 'update', ...changed };
}

function restatedWith(
  wanted: readonly DesiredAttribute[],
  current: ScimResource,
  differences: readonly AttributeDifference[],
): { restated?: readonly AttributeDifference[] } {
  const changed = new Set(differences.map(({ path }) => path.text));
  const again = wanted.filter(
    ({ resend, path, value }) => resend === true && !changed.has(path.text) && !isUnassigned(value),
  );
  return again.length === 0 ? {} : { restated: again.map((each) => restated(current, each)) };
}

/**
 * What is sent for somebody who left: `active`, and what the lifecycle policy sets, so that nothing else of the account
 * changes. `alsoDue` says that there is something to be done besides, such as memberships that are to be taken.
 */
export function decideDeprovisioning(
  desired: readonly DesiredAttribute[],
  current: ScimResource,
  targetId: string,
  alsoDue: boolean,
): Decision {
  const differences = diffResource(current, desired, { caseInsensitive: [] });
  if (differences.length === 0 && !alsoDue) return { action: 'none', because: doneReason(desired) };
  const disables = differences.some(({ path }) => path.text === 'active');
  return { action: disables ? 'disable' : 'update', targetId, desired, differences };
}

/** Why there is nothing to do for somebody who left. */
export function doneReason(desired: readonly DesiredAttribute[]): 'alreadyDisabled' | 'deprovisioned' {
  return desired.some(({ path }) => path.text === 'active') ? 'alreadyDisabled' : 'deprovisioned';
}
