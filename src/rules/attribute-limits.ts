// What single attributes take in a target, beyond the RFC (profile `attributes`): judged before anything is sent, so that the
// fault names the attribute and the limit instead of what a service says about the whole request.
import type { ObjectFault } from '../model/errors.ts';
import type { AttributeLimits } from '../model/profile.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { attributeText, conditionsOf, type ScimPath } from '../scim/path.ts';
import { elementsOf, isComplex, isUnassigned, memberOf } from '../scim/read.ts';
import type { ScimValue } from '../scim/resource.ts';

/** Limits by attribute name (`userName`, `name.givenName`, `emails`), as a profile states them. */
export type LimitsByName = Readonly<Record<string, AttributeLimits>>;

/** Limits by name in lower case; null where there are none. */
export type CompiledLimits = ReadonlyMap<string, AttributeLimits & { readonly name: string }> | null;

/** The limits of one resource type. */
export function compileLimits(limits: LimitsByName | undefined): CompiledLimits {
  const entries = Object.entries(limits ?? {});
  if (entries.length === 0) return null;
  return new Map(entries.map(([name, each]) => [name.toLowerCase(), { ...each, name }]));
}

/** The names by which a limit may mean a path: the attribute, and within it the sub-attribute, whatever element. */
export function limitedNames(path: ScimPath): readonly string[] {
  const whole = attributeText(path).toLowerCase();
  return path.subAttribute === undefined ? [whole] : [whole, `${whole}.${path.subAttribute.toLowerCase()}`];
}

/** Whether the attribute that a path begins with holds one element. */
export function isSingle(limits: CompiledLimits, path: ScimPath): boolean {
  return limits?.get(attributeText(path).toLowerCase())?.single === true;
}

/** The first limit that the wanted attributes exceed, or null. `creating`: everything that is required has to be there. */
export function exceededLimit(
  limits: NonNullable<CompiledLimits>,
  desired: readonly DesiredAttribute[],
  creating: boolean,
): ObjectFault | null {
  const given = new Map<string, DesiredAttribute[]>();
  for (const each of desired)
    for (const name of limitedNames(each.path)) given.set(name, [...(given.get(name) ?? []), each]);
  for (const [key, { name, required, maxLength, single }] of limits) {
    const wanted = given.get(key) ?? [];
    const isGiven = wanted.some(({ value }) => !isUnassigned(value));
    if (required && !isGiven && (creating || wanted.length > 0))
      return fault('InvalidValue', name, 'this target requires it, and the mapping gave no value');
    const length = Math.max(0, ...wanted.flatMap((each) => texts(each.value, each, key)).map((text) => text.length));
    if (maxLength !== undefined && length > maxLength)
      return fault('InvalidValue', name, `the value has ${length} characters, and this target takes ${maxLength}`);
    const elements = single ? countElements(wanted) : 0;
    if (elements > 1)
      return fault(
        'SchemaPropertyCanOnlyAcceptValue',
        name,
        `${elements} elements were mapped to it, and this target takes one`,
      );
  }
  return null;
}

// Of a list the elements, and of an element that a limit for the whole attribute meets its value.
function texts(value: ScimValue, { path }: DesiredAttribute, key: string): readonly string[] {
  if (path.subAttribute !== undefined && !key.endsWith(`.${path.subAttribute.toLowerCase()}`)) return [];
  return elementsOf(value).flatMap((each) => {
    const text = isComplex(each) ? memberOf(each, 'value') : each;
    return typeof text === 'string' ? [text] : [];
  });
}

function countElements(wanted: readonly DesiredAttribute[]): number {
  const named = new Set<string>();
  let listed = 0;
  for (const { path, value } of wanted) {
    if (isUnassigned(value)) continue;
    if (path.filter === undefined) listed = Math.max(listed, elementsOf(value).length);
    else named.add(JSON.stringify(conditionsOf(path.filter)).toLowerCase());
  }
  return named.size + listed;
}

function fault(code: ObjectFault['code'], name: string, why: string): ObjectFault {
  return { code, message: `${name}: ${why} (profile.attributes).` };
}
