// What an answer to a change says by what it leaves out. RFC 7644 section 3.5.2 wants the whole resource or nothing; services answer
// what was changed, or what they like. What an answer shows is there; what it does not show is gone only where it shows everything.
import { booleanOf } from './effect.ts';
import { operationPath } from './pathless.ts';
import { isUnassigned, memberOf, readPath } from './read.ts';
import { type PatchOperation, resourceId, type ScimKind, type ScimResource } from './resource.ts';

const NAMES = { User: 'userName', Group: 'displayName' } as const;

/** Whether an answer holds what every whole resource does and the change did not name (RFC 7643 sections 3.1, 4.1 and 4.2). */
function isFull(kind: ScimKind, answer: ScimResource, operations: readonly PatchOperation[]): boolean {
  const name = NAMES[kind];
  const isEcho = operations.some((each) => {
    const path = operationPath(each);
    return path === undefined || path.attribute.toLowerCase() === name.toLowerCase();
  });
  const schemas = memberOf(answer, 'schemas');
  return !isEcho && resourceId(answer) !== undefined && !isUnassigned(schemas) && !isUnassigned(memberOf(answer, name));
}

/** Whether an answer says nothing about an operation: neither that it took effect nor that it did not. */
export function isSilentOn(kind: ScimKind, answer: ScimResource, one: PatchOperation, all: readonly PatchOperation[]) {
  const path = operationPath(one);
  if (path === undefined || readPath(answer, path) !== undefined) return false;
  return one.op === 'remove' ? !isFull(kind, answer, all) : booleanOf(one.value) !== undefined;
}
