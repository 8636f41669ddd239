// References of an object that is being planned: written now where the referenced person has an account, kept otherwise.
import type { DialectStrategy } from '../model/dialect.ts';
import type { MappedObject } from '../rules/map-object.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { readPath } from '../scim/read.ts';
import type { ScimResource } from '../scim/resource.ts';
import { referenceValue, type WaitingReference } from './change-payload.ts';
import type { PlanningAid } from './planned-object.ts';

/** References split into those that can be written now and those that must wait. */
export function resolveReferences(
  mapped: Pick<MappedObject, 'references'>,
  linkOf: PlanningAid['linkOf'],
  when: DialectStrategy['references'],
): { resolved: DesiredAttribute[]; waiting: WaitingReference[] } {
  const resolved: DesiredAttribute[] = [];
  const waiting: WaitingReference[] = [];
  if (when === 'afterwards') return { resolved, waiting: [...mapped.references] };
  for (const reference of mapped.references) {
    const link = linkOf(reference.referencedId);
    const value = referenceValue(reference.form, link);
    if (value === null) waiting.push(reference);
    else resolved.push({ path: reference.path, value });
  }
  return { resolved, waiting };
}

/** References with what the account holds in their place, so that the same is not sent again later. */
export function withCurrent(references: readonly WaitingReference[], resource: ScimResource): WaitingReference[] {
  return references.map((reference) => {
    const current = readPath(resource, reference.path);
    return current === undefined ? reference : { ...reference, current };
  });
}
