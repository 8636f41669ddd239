// What a resource becomes by the operations that patch.ts writes (RFC 7644 section 3.5.2), for targets that take no PATCH: the
// result is sent with PUT. Only those forms are understood; anything else answers undefined rather than a guess.
import { isListOfComplex } from './core-schema.ts';
import { groupElements } from './element.ts';
import { sameValue } from './equal.ts';
import type { ScimPath } from './path.ts';
import { operationPath } from './pathless.ts';
import {
  elementMatches,
  elementsOf,
  isComplex,
  isMultiple,
  isUnassigned,
  keyOf,
  memberOf,
  type ScimComplex,
} from './read.ts';
import type { PatchOperation, ScimResource, ScimValue } from './resource.ts';

type Draft = Record<string, ScimValue | undefined>;

/** The resource after all operations, in their order; undefined when one of them is not understood. */
export function applyPatch(resource: ScimResource, operations: readonly PatchOperation[]): ScimResource | undefined {
  const draft: Draft = { ...resource };
  for (const operation of operations) {
    const path = operationPath(operation);
    if (path === undefined) {
      if (operation.path !== undefined || operation.op === 'remove' || !isComplex(operation.value)) return undefined;
      mergeInto(draft, operation.value);
    } else if (operation.op === 'remove') removeAt(draft, path);
    else if (operation.value === undefined) return undefined;
    else writeAt(draft, path, operation.op, operation.value);
  }
  return draft;
}

// The resource itself, or the object of the extension, as a copy that may be changed.
function ownerOf(draft: Draft, { schema }: ScimPath): Draft {
  return schema === undefined ? draft : branch(draft, schema);
}

function branch(owner: Draft, name: string): Draft {
  const key = keyOf(owner, name);
  const held = owner[key];
  const child: Draft = isComplex(held) ? { ...held } : {};
  owner[key] = child;
  return child;
}

function mergeInto(owner: Draft, value: ScimComplex): void {
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue;
    if (isComplex(part)) mergeInto(branch(owner, name), part);
    else owner[keyOf(owner, name)] = part;
  }
}

function writeAt(draft: Draft, path: ScimPath, op: 'add' | 'replace', value: ScimValue): void {
  const owner = ownerOf(draft, path);
  const key = keyOf(owner, path.attribute);
  if (path.filter !== undefined) {
    owner[key] = withElement(owner[key], path, value);
  } else if (path.subAttribute !== undefined) {
    const parent = branch(owner, key);
    parent[keyOf(parent, path.subAttribute)] = value;
  } else if (op === 'add' && (isMultiple(value) || isMultiple(owner[key]))) {
    owner[key] = united(elementsOf(owner[key]), elementsOf(value));
  } else owner[key] = isComplex(value) && op === 'add' ? { ...asComplex(owner[key]), ...value } : value;
}

function asComplex(value: ScimValue | undefined): ScimComplex {
  return isComplex(value) ? value : {};
}

function withElement(held: ScimValue | undefined, path: ScimPath, value: ScimValue): ScimValue[] {
  const { filter, subAttribute } = path;
  const elements = elementsOf(held);
  const index = filter === undefined ? -1 : elements.findIndex((element) => elementMatches(element, filter));
  const found = elements[index];
  if (!isComplex(found)) return [...elements, ...groupElements([{ path, value }]).flatMap((group) => group.elements)];
  const changed = subAttribute === undefined ? merged(found, value) : { ...found, [keyOf(found, subAttribute)]: value };
  return elements.map((element, at) => (at === index ? changed : element));
}

function merged(found: ScimComplex, value: ScimValue): ScimComplex {
  return isComplex(value) ? { ...found, ...value } : { ...found, value };
}

/** The elements and those of `added` that are not there yet; a new primary one ends that of the others. */
export function united(held: readonly ScimValue[], added: readonly ScimValue[]): ScimValue[] {
  const fresh = added.filter((each) => !held.some((one) => isSameElement(one, each)));
  const isPrimary = fresh.some((each) => isComplex(each) && each['primary'] === true);
  const others = held.map((each) =>
    isPrimary && isComplex(each) && 'primary' in each ? { ...each, primary: false } : each,
  );
  return [...others, ...fresh];
}

/** Whether two elements name the same: the same value, of the same type where both say one. */
export function isSameElement(one: ScimValue, other: ScimValue): boolean {
  if (!isComplex(one) || !isComplex(other)) return sameValue(one, other, false);
  const value = memberOf(one, 'value');
  const [type, otherType] = [memberOf(one, 'type'), memberOf(other, 'type')];
  if (type !== undefined && otherType !== undefined && !sameValue(type, otherType, true)) return false;
  return value === undefined ? sameValue(one, other, false) : sameValue(value, memberOf(other, 'value') ?? null, false);
}

function removeAt(draft: Draft, path: ScimPath): void {
  const owner = ownerOf(draft, path);
  const key = keyOf(owner, path.attribute);
  const { filter, subAttribute } = path;
  const held = owner[key];
  if (filter !== undefined) {
    const kept = elementsOf(held).flatMap((element) => {
      if (!elementMatches(element, filter)) return [element];
      return subAttribute === undefined || !isComplex(element) ? [] : [without(element, subAttribute)];
    });
    owner[key] = kept;
  } else if (subAttribute === undefined)
    owner[key] = isMultiple(held) || isListOfComplex(path.attribute) ? [] : undefined;
  else if (isComplex(held)) owner[key] = without(held, subAttribute);
}

function without(complex: ScimComplex, name: string): ScimComplex {
  return Object.fromEntries(Object.entries(complex).filter(([key]) => key.toLowerCase() !== name.toLowerCase()));
}

/**
 * The body of the PUT: without what is read only, by `isReadOnly` and its full name, and without what has no value. The id
 * stays, as in the example of RFC 7644 section 3.5.1, and so do all attributes that nobody here knows.
 */
export function replacementBody(resource: ScimResource, isReadOnly: (name: string) => boolean): ScimResource {
  const schemas = new Set(elementsOf(resource['schemas']).filter((urn) => typeof urn === 'string'));
  const body: Draft = {};
  for (const [name, value] of Object.entries(resource)) {
    if (name === 'schemas') continue;
    const isExtension = /^urn:/i.test(name) && isComplex(value);
    const kept = name === 'id' ? value : filled(value, name, isExtension ? ':' : '.', isReadOnly);
    if (kept === undefined) continue;
    body[name] = kept;
    if (isExtension) schemas.add(name);
  }
  return { schemas: [...schemas], ...body };
}

// Null is no value (RFC 7643 section 2.5); an empty list states that there is none, which a PUT has to say.
function filled(
  value: ScimValue | undefined,
  name: string,
  joint: ':' | '.',
  isReadOnly: (name: string) => boolean,
): ScimValue | undefined {
  if (isReadOnly(name)) return undefined;
  if (isMultiple(value))
    return value.map((each) => filled(each, name, '.', isReadOnly)).filter((each) => each !== undefined);
  if (!isComplex(value)) return isUnassigned(value) ? undefined : value;
  const entries = Object.entries(value).flatMap(([part, each]) => {
    const kept = filled(each, `${name}${joint}${part}`, '.', isReadOnly);
    return kept === undefined ? [] : [[part, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
