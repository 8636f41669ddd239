// Whether a resource shows that operations took effect. Servers answer success and keep nothing (a value path without a match,
// an extension they drop, a removal they ignore). Another spelling or normalization of a value is no lack of effect: only what
// is plainly missing, still there, or the opposite is.
import { attributeText, type ScimPath } from './path.ts';
import { operationPath } from './pathless.ts';
import { elementMatches, elementsOf, findElement, isComplex, isUnassigned, memberOf, readPath } from './read.ts';
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
  if (!Array.isArray(value)) return false;
  const types = elementsOf(value).map((each) => (isComplex(each) ? memberOf(each, 'type') : undefined));
  return types.every(
    (type) =>
      typeof type === 'string' &&
      !elementsOf(held).some((element) => elementMatches(element, { attribute: 'type', value: type })),
  );
}
