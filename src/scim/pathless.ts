// Other forms of the same PATCH, for targets that refuse the usual one: a nested value without path for those that do not
// understand paths with a URN or a blank, and `add` of a whole element where `replace` finds none. RFC 7644 section 3.5.2.
import type { AttributeDifference } from './diff.ts';
import { groupElements } from './element.ts';
import { buildPatch } from './patch.ts';
import { attributeText, parsePath, type ScimPath } from './path.ts';
import { isComplex } from './read.ts';
import type { PatchOperation, ScimValue } from './resource.ts';

type Nested = Record<string, ScimValue | undefined>;

/** The path of an operation, or undefined when it has none or one that is not understood. */
export function operationPath(operation: PatchOperation): ScimPath | undefined {
  if (operation.path === undefined) return undefined;
  const parsed = parsePath(operation.path);
  return parsed.ok ? parsed.path : undefined;
}

/** Whether an operation sets an attribute of an extension by path, and so has a form without path. */
export function hasExtensionPath(operation: PatchOperation): boolean {
  const path = operationPath(operation);
  return operation.op !== 'remove' && path?.schema !== undefined && path.filter === undefined;
}

/** Whether an operation sets something by a path that needs no element; members are never written without path. */
export function hasPlainPath(operation: PatchOperation): boolean {
  const path = operationPath(operation);
  // Without path, what is added to a list is taken for the whole list by too many.
  if (operation.op === 'add' && Array.isArray(operation.value)) return false;
  return operation.op !== 'remove' && path !== undefined && path.filter === undefined && path.attribute !== 'members';
}

/** The id of the member that an operation removes by its value path. */
export function removedMember(operation: PatchOperation): string | undefined {
  const path = operation.op === 'remove' ? operationPath(operation) : undefined;
  if (path?.attribute !== 'members' || path.schema !== undefined || path.subAttribute !== undefined) return undefined;
  return path.filter?.attribute === 'value' ? String(path.filter.value) : undefined;
}

/** The differences as operations without path wherever that is possible; value paths and removals keep theirs. */
export function pathlessPatch(differences: readonly AttributeDifference[]): PatchOperation[] {
  return toPathless(buildPatch(differences), (operation) => operationPath(operation)?.filter === undefined);
}

/**
 * Turns the chosen operations into at most one `add` and one `replace` without path, their values nested
 * (`{ "urn:…:User": { "Business Unit": "Sales" } }`). Removals cannot be written so and stay as they are.
 */
export function toPathless(
  operations: readonly PatchOperation[],
  chosen: (operation: PatchOperation) => boolean,
): PatchOperation[] {
  const kept: PatchOperation[] = [];
  const nested = new Map<'add' | 'replace', Nested>();
  for (const operation of operations) {
    const path = operationPath(operation);
    const { op, value } = operation;
    if (
      op === 'remove' ||
      path === undefined ||
      path.filter !== undefined ||
      value === undefined ||
      !chosen(operation)
    ) {
      kept.push(operation);
      continue;
    }
    const tree = nested.get(op) ?? {};
    nested.set(op, tree);
    place(tree, path, value);
  }
  return [...kept, ...[...nested].map(([op, value]): PatchOperation => ({ op, value }))];
}

function place(tree: Nested, path: ScimPath, value: ScimValue): void {
  const owner = path.schema === undefined ? tree : branch(tree, path.schema);
  if (path.subAttribute === undefined) owner[path.attribute] = value;
  else branch(owner, path.attribute)[path.subAttribute] = value;
}

function branch(tree: Nested, name: string): Nested {
  const existing = Object.hasOwn(tree, name) ? tree[name] : undefined;
  const child: Nested = isComplex(existing) ? { ...existing } : {};
  tree[name] = child;
  return child;
}

/**
 * Turns the chosen operations on value paths into `add` of whole elements to the attribute, one operation an attribute.
 * Only for elements known to be absent: where one exists, most targets would append a second.
 */
export function toAddedElements(
  operations: readonly PatchOperation[],
  chosen: (operation: PatchOperation, path: ScimPath) => boolean,
): PatchOperation[] {
  const kept: PatchOperation[] = [];
  const values: { path: ScimPath; value: ScimValue }[] = [];
  for (const operation of operations) {
    const path = operationPath(operation);
    const { op, value } = operation;
    if (op === 'remove' || path?.filter === undefined || value === undefined || !chosen(operation, path)) {
      kept.push(operation);
    } else {
      values.push({ path, value });
    }
  }
  const added = groupElements(values).map(
    ({ path, elements }): PatchOperation => ({ op: 'add', path: attributeText(path), value: [...elements] }),
  );
  return [...kept, ...added];
}

/** Whether a change concerns one attribute of an extension, or one part of a complex attribute. */
export function isPartOfMore(operation: PatchOperation): boolean {
  const path = operationPath(operation);
  return hasExtensionPath(operation) || (path?.filter === undefined && path?.subAttribute !== undefined);
}
