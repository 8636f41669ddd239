// The decision about one object, as data. Everything it may know comes in; what it says is printed in plans and logs.
import type { ActionName, NoActionReason } from '../model/cycle.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { type AttributeDifference, diffResource } from '../scim/diff.ts';
import { readPath } from '../scim/read.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { MappedObject } from './mapping.ts';

/** What is to be done to one account. */
export type Decision =
  | { readonly action: 'create'; readonly desired: readonly DesiredAttribute[] }
  | {
      readonly action: Exclude<ActionName, 'create' | 'delete'>;
      readonly targetId: string;
      readonly desired: readonly DesiredAttribute[];
      readonly differences: readonly AttributeDifference[];
    }
  | { readonly action: 'delete'; readonly targetId: string }
  | { readonly action: 'none'; readonly because: NoActionReason };

/** Whether the account says it is active; RFC 7643 leaves the default to the server, so absence counts as active. */
export function isActive(resource: ScimResource): boolean {
  const active = resource['active'];
  return !(active === false || (typeof active === 'string' && active.toLowerCase() === 'false'));
}

/** The wanted attributes without those that only fill an empty target which is not empty. */
function applicable(mapped: MappedObject, current: ScimResource): DesiredAttribute[] {
  return mapped.desired.filter(({ path }) => {
    if (!mapped.onlyIfEmpty.has(path.text)) return true;
    const value = readPath(current, path);
    return value === undefined || value === null || value === '';
  });
}

/**
 * Compares an existing account with what mappings ask for. `adopting` links it for the first time, which is an action
 * of its own even when nothing differs.
 */
export function decideExisting(
  mapped: MappedObject,
  resolvedReferences: readonly DesiredAttribute[],
  current: ScimResource,
  targetId: string,
  adopting: boolean,
  caseInsensitive: readonly string[],
): Decision {
  const desired = [...applicable(mapped, current), ...resolvedReferences];
  const differences = diffResource(current, desired, { caseInsensitive });
  if (adopting) return { action: 'adopt', targetId, desired, differences };
  if (differences.length === 0) return { action: 'none', because: 'unchanged' };
  const enables =
    !isActive(current) && differences.some((each) => each.path.text === 'active' && each.newValue === true);
  return { action: enables ? 'enable' : 'update', targetId, desired, differences };
}

/** Disables an account: only `active` is sent, so that nothing else of somebody who left changes. */
export function decideDisable(active: DesiredAttribute, current: ScimResource, targetId: string): Decision {
  const differences = diffResource(current, [active], { caseInsensitive: [] });
  if (differences.length === 0) return { action: 'none', because: 'alreadyDisabled' };
  return { action: 'disable', targetId, desired: [active], differences };
}
