// What the account of somebody who left is to hold, and what of it is to be undone when the person comes back.
import type { SourceValue } from '../expressions/compile.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { LifecyclePolicy } from '../model/lifecycle.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { sameValue } from '../scim/equal.ts';
import { parsePath } from '../scim/path.ts';
import { readPath } from '../scim/read.ts';
import type { ScimResource } from '../scim/resource.ts';
import { attributeType, coerceValue } from '../scim/types.ts';
import { type MappingEnvironment, valueOfDisabled } from './evaluate-attribute.ts';
import type { Deprovisioning } from './lifecycle.ts';
import type { CompiledMapping } from './mapping.ts';

/** What the account is to hold; `leave` when an expression says to leave it alone, or nothing is mapped to `active`. */
export type DeprovisionedAccount =
  | { readonly type: 'desired'; readonly desired: readonly DesiredAttribute[] }
  | { readonly type: 'leave' }
  | { readonly type: 'fault'; readonly fault: ObjectFault };

/** Evaluates `active`, where the account is to be disabled, and what the policy sets. `view` shows the person as soft-deleted. */
export function deprovisionedAccount(
  intention: Pick<Deprovisioning, 'set'> & { readonly type: 'disable' | 'reduce' },
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
  environment: MappingEnvironment,
  capabilities: Capabilities,
): DeprovisionedAccount {
  const desired: DesiredAttribute[] = [];
  if (intention.type === 'disable') {
    if (mapping.active === undefined) return { type: 'leave' };
    const type = attributeType(mapping.scimKind, mapping.active.path, capabilities);
    const coerced = valueOfDisabled(mapping.active, type, view, environment);
    if (coerced === undefined) return { type: 'leave' };
    if (!coerced.ok) return invalid('active', coerced.message);
    desired.push({ path: mapping.active.path, value: coerced.value });
  }
  for (const [name, value] of Object.entries(intention.set)) {
    const parsed = parsePath(name);
    if (!parsed.ok) return invalid(name, parsed.message);
    const coerced = coerceValue(value, attributeType(mapping.scimKind, parsed.path, capabilities));
    if (!coerced.ok) return invalid(name, coerced.message);
    desired.push({ path: parsed.path, value: coerced.value });
  }
  return { type: 'desired', desired };
}

function invalid(name: string, message: string): DeprovisionedAccount {
  return { type: 'fault', fault: { code: 'InvalidValue', message: `${name}: ${message}` } };
}

/**
 * What a policy set in an account and no mapping writes again is taken back when the person returns, as long as the account
 * still holds it: whatever somebody else wrote there meanwhile stays.
 */
export function undoneValues(
  set: LifecyclePolicy['set'],
  mapped: readonly DesiredAttribute[],
  current: ScimResource,
): DesiredAttribute[] {
  const written = new Set(mapped.map(({ path }) => path.text));
  return Object.entries(set).flatMap(([name, value]) => {
    const parsed = parsePath(name);
    if (!parsed.ok || written.has(parsed.path.text)) return [];
    const held = readPath(current, parsed.path);
    return sameValue(held, value, false) ? [{ path: parsed.path, value: null }] : [];
  });
}
