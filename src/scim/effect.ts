// Whether a resource shows that operations took effect. Servers answer success and keep nothing (a value path without a match,
// an extension they drop, a removal they ignore). Another spelling or normalization of a value is no lack of effect: only what
// is plainly missing, still there, or the opposite is.
import { attributeText, type ScimPath } from './path.ts';
import { operationPath } from './pathless.ts';
import { elementsOf, findElement, isComplex, isUnassigned, memberOf, readPath } from './read.ts';
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
  if (isUnassigned(held)) return true;
  if (Array.isArray(value))
    return !elementsOf(value).some((each) => elementsOf(held).some((one) => isAlike(one, each)));
  return !isAlike(held, value);
}

// Another case, another punctuation, a prefix: still what was sent. An element that names no value is known by its type.
function isAlike(held: ScimValue, sent: ScimValue | undefined): boolean {
  const [one, other] = [held, sent].map((each) => simplified(each));
  if (one === undefined || other === undefined) return true;
  return one.includes(other) || other.includes(one);
}

function simplified(value: ScimValue | undefined): string | undefined {
  const plain = isComplex(value) ? (memberOf(value, 'value') ?? memberOf(value, 'type')) : value;
  if (typeof plain !== 'string' && typeof plain !== 'number') return undefined;
  const text = String(plain)
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
  return text === '' ? undefined : text;
}

/** What a change took with it: values that were there before, are not any more, and were not to be changed; as operations. */
export function collateral(
  before: ScimResource,
  after: ScimResource,
  operations: readonly PatchOperation[],
): PatchOperation[] {
  const touched = new Set(operations.flatMap((each) => operationPath(each) ?? []).map(nameKey));
  return pathsOf(before).flatMap(({ path, value }) => {
    const isLost = !touched.has(nameKey(path)) && isUnassigned(readPath(after, path));
    return isLost ? [{ op: 'add' as const, path: attributeText(path), value }] : [];
  });
}

/** Whether a resource has values beside those that operations change, in the same extension. */
export function hasSiblings(resource: ScimResource, operations: readonly PatchOperation[]): boolean {
  const paths = operations.flatMap((each) => operationPath(each) ?? []);
  const touched = new Set(paths.map(nameKey));
  const schemas = new Set(paths.map(({ schema }) => schema?.toLowerCase()));
  return pathsOf(resource).some(({ path }) => schemas.has(path.schema?.toLowerCase()) && !touched.has(nameKey(path)));
}

function nameKey(path: ScimPath): string {
  return attributeText(path).toLowerCase();
}

const OF_THE_SERVICE = new Set(['id', 'meta', 'schemas', 'groups']);

/** Every attribute with a value, those of extensions one by one. */
function pathsOf(resource: ScimResource): { readonly path: ScimPath; readonly value: ScimValue }[] {
  return Object.entries(resource).flatMap(([name, held]) => {
    if (held === undefined || OF_THE_SERVICE.has(name)) return [];
    const isExtension = /^urn:/i.test(name) && isComplex(held);
    const parts = isExtension ? Object.entries(held) : [[name, held] as const];
    return parts.flatMap(([attribute, value]) =>
      isUnassigned(value)
        ? []
        : [
            {
              path: { text: attribute, attribute, ...(isExtension ? { schema: name } : {}) },
              value: value as ScimValue,
            },
          ],
    );
  });
}
