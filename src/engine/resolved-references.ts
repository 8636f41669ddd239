// References of a change that have a value by now: planned while the referenced person may have had no account, read again when the
// change is sent, or told.
import type { DesiredAttribute } from '../scim/desired.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { sameValue } from '../scim/equal.ts';
import type { ScimValue } from '../scim/resource.ts';
import type { ReferencedAccount } from '../store/referenced-accounts.ts';
import { type ChangePayload, referenceValue, type WaitingReference } from './change-payload.ts';
import type { CompiledJob } from './compiled-job.ts';

/** A reference that got its value between plan and request. */
export interface ResolvedReference extends DesiredAttribute {
  readonly current?: ScimValue;
  readonly ignoreCase: boolean;
}

/** Those that go with the object, by the accounts of the people they are about, and those that wait. */
export function resolveReferences(
  { strategy }: Pick<CompiledJob, 'strategy'>,
  { references }: Pick<ChangePayload, 'references'>,
  accounts: ReadonlyMap<string, ReferencedAccount>,
): { readonly resolved: readonly ResolvedReference[]; readonly waiting: readonly WaitingReference[] } {
  if (strategy.references === 'afterwards') return { resolved: [], waiting: references };
  const resolved: ResolvedReference[] = [];
  const waiting: WaitingReference[] = [];
  for (const reference of references) {
    const value = referenceValue(reference.form, accounts.get(reference.referencedId));
    if (value === null) waiting.push(reference);
    else {
      const held = reference.current === undefined ? {} : { current: reference.current };
      resolved.push({ path: reference.path, value, ignoreCase: reference.form === 'email', ...held });
    }
  }
  return { resolved, waiting };
}

/** What of them the account does not hold yet. */
export function referenceDifferences(resolved: readonly ResolvedReference[]): AttributeDifference[] {
  return resolved
    .filter((each) => !sameValue(each.current, each.value, each.ignoreCase))
    .map((each) => ({
      path: each.path,
      oldValue: each.current,
      newValue: each.value,
      elementExists: false,
      attributeExists: each.current !== undefined,
    }));
}
