// Whether a resource shows that operations took effect. Servers answer success and keep nothing (a value path without a match,
// an extension they drop, a removal they ignore). Another spelling or normalization of a value is no lack of effect: only what
// is plainly missing, still there, or the opposite is.
import { attributeText, pathText, type ScimPath } from './path.ts';
import { operationPath } from './pathless.ts';
import {
  elementsOf,
  findElement,
  isComplex,
  isSilentAbout,
  isUnassigned,
  memberOf,
  readAttribute,
  readPath,
} from './read.ts';
import type { PatchOperation, ScimKind, ScimResource, ScimValue } from './resource.ts';

/** Never shown by a service that follows RFC 7643 section 4.1.1. */
const NEVER_SHOWN = new Set(['password']);

/** The name by which facts about the attribute of an operation are kept; undefined for one without path. */
export function factName(kind: ScimKind, operation: PatchOperation): string | undefined {
  const path = operationPath(operation);
  if (path === undefined) return undefined;
  const ending = path.filter === undefined || path.attribute === 'members' ? '' : '[]';
  const removal = operation.op === 'remove' && path.attribute === 'members' ? ' removal' : '';
  return `${kind} ${attributeText(path).toLowerCase()}${ending}${removal}`;
}

/** Whether success is worth a look when nothing is answered: shapes that servers are known to ignore, and access itself. */
export function isOftenIgnored(operation: PatchOperation): boolean {
  const path = operationPath(operation);
  if (path === undefined) return false;
  if (operation.op === 'add' && Array.isArray(operation.value)) return true;
  return path.schema !== undefined || path.filter !== undefined || ['members', 'active'].includes(path.attribute);
}

/** The operations of which the resource plainly shows that they were not carried out. */
export function withoutEffect(resource: ScimResource, operations: readonly PatchOperation[]): PatchOperation[] {
  return operations.filter((operation) => {
    const path = operationPath(operation);
    if (path === undefined || NEVER_SHOWN.has(path.attribute)) return false;
    if (path.attribute === 'members' && path.schema === undefined) return lacksMembers(resource, operation, path);
    return operation.op === 'remove' ? isStillThere(resource, path) : isMissing(resource, path, operation.value);
  });
}

// A group that shows no list may be empty or hide its members: nothing is concluded.
function lacksMembers(resource: ScimResource, { op, value }: PatchOperation, path: ScimPath): boolean {
  const shown = memberOf(resource, 'members');
  if (!Array.isArray(shown)) return false;
  if (op === 'remove') return path.filter !== undefined && findElement(resource, path) !== undefined;
  const held = new Set(elementsOf(shown).map(idOf));
  const wanted = elementsOf(value).map(idOf);
  return wanted.length > 0 && !wanted.some((id) => held.has(id));
}

function idOf(element: ScimValue): ScimValue | undefined {
  return isComplex(element) ? memberOf(element, 'value') : element;
}

/** True and false, also as the text that some services answer. */
export function booleanOf(value: ScimValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function isStillThere(resource: ScimResource, path: ScimPath): boolean {
  return !isUnassigned(readPath(resource, path));
}

function isMissing(resource: ScimResource, path: ScimPath, value: ScimValue | undefined): boolean {
  if (isUnassigned(value)) return false;
  const held = readPath(resource, path);
  if (typeof value === 'boolean') return booleanOf(held) === !value;
  if (isUnassigned(held)) return !mayBeHidden(resource, path);
  if (Array.isArray(value))
    return !elementsOf(value).some((each) => elementsOf(held).some((one) => isAlike(one, each)));
  return !isAlike(held, value);
}

// Another case, another punctuation, a prefix: still what was sent. An element that names no value is known by its type.
function isAlike(held: ScimValue, sent: ScimValue | undefined): boolean {
  const [one, other] = [held, sent].map((each) => wordsOf(each));
  if (one === undefined || other === undefined) return true;
  return isPartOf(one, other) || isPartOf(other, one);
}

// Words are left out at the beginning or the end only as a whole: `admin` is no part of `superadmin`.
function isPartOf(words: readonly string[], whole: readonly string[]): boolean {
  const text = words.join('');
  return whole.some((_, at) => text === whole.slice(at).join('') || text === whole.slice(0, at + 1).join(''));
}

function wordsOf(value: ScimValue | undefined): readonly string[] | undefined {
  const plain = isComplex(value) ? (memberOf(value, 'value') ?? memberOf(value, 'type')) : value;
  if (typeof plain !== 'string' && typeof plain !== 'number') return undefined;
  const words = String(plain)
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  const said = words.filter((word) => word !== '');
  return said.length === 0 ? undefined : said;
}

/** What a change took with it: values that were there before, are not any more, and were not to be changed; as operations. */
export function collateral(
  before: ScimResource,
  after: ScimResource,
  operations: readonly PatchOperation[],
): PatchOperation[] {
  const touches = touchedBy(operations);
  return pathsOf(before).flatMap(({ path, value }) => {
    const isLost = !touches(path) && isUnassigned(readPath(after, path));
    return isLost ? [{ op: 'add' as const, path: pathText(path), value }] : [];
  });
}

/** Whether a resource has values beside those that operations change, in the same extension, or complex attribute. */
export function hasSiblings(resource: ScimResource, operations: readonly PatchOperation[]): boolean {
  const touches = touchedBy(operations);
  const others = new Set(pathsOf(resource).flatMap(({ path }) => (touches(path) ? [] : [surroundings(path)])));
  const paths = operations.flatMap((each) => operationPath(each) ?? []);
  const hasOthers = (path: ScimPath): boolean => others.has(surroundings(path));
  return paths.some(hasOthers) && paths.filter(isPart).every(hasOthers);
}

function surroundings(path: ScimPath): string {
  return (isPart(path) ? attributeText(path) : (path.schema ?? '')).toLowerCase();
}

function isPart({ filter, subAttribute }: ScimPath): boolean {
  return filter === undefined && subAttribute !== undefined;
}

// A part of a complex attribute is changed by itself, or with the whole of it.
function touchedBy(operations: readonly PatchOperation[]): (path: ScimPath) => boolean {
  const paths = operations.flatMap((each) => operationPath(each) ?? []);
  const touched = new Set(paths.map((path) => (isPart(path) ? pathText(path) : attributeText(path)).toLowerCase()));
  return (path) => touched.has(pathText(path).toLowerCase()) || touched.has(attributeText(path).toLowerCase());
}

const OF_THE_SERVICE = new Set(['id', 'meta', 'schemas', 'groups']);

interface Held {
  readonly path: ScimPath;
  readonly value: ScimValue;
}

/** Every attribute with a value, those of extensions and the parts of complex ones one by one. */
function pathsOf(resource: ScimResource): Held[] {
  return Object.entries(resource).flatMap(([name, held]) => {
    if (held === undefined || OF_THE_SERVICE.has(name)) return [];
    const isExtension = /^urn:/i.test(name) && isComplex(held);
    if (!isExtension) return partsOf({ text: name, attribute: name }, held);
    return Object.entries(held).flatMap(([attribute, value]) =>
      partsOf({ text: attribute, attribute, schema: name }, value as ScimValue),
    );
  });
}

function partsOf(path: ScimPath, value: ScimValue): Held[] {
  if (isUnassigned(value)) return [];
  if (!isComplex(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([subAttribute, part]) =>
    part === undefined || isUnassigned(part) ? [] : [{ path: { ...path, subAttribute }, value: part }],
  );
}

// An element that does not show its type may be the one that was written.
function mayBeHidden(resource: ScimResource, path: ScimPath): boolean {
  const { filter } = path;
  if (filter === undefined) return false;
  return elementsOf(readAttribute(resource, path)).some((element) => isSilentAbout(element, filter));
}
