// Request bodies as a dialect wants them, from the neutral ones that everything else works with (create.ts, patch.ts). The
// forms of Entra are from its SCIM tutorial and compatibility page, and from reports of what others saw on the wire.
import type { DialectStrategy, PatchForm } from '../model/dialect.ts';
import { attributeText, type ScimPath } from './path.ts';
import { operationPath } from './pathless.ts';
import { elementsOf, isComplex, memberOf } from './read.ts';
import {
  ENTERPRISE_SCHEMA,
  GROUP_SCHEMA,
  type PatchOperation,
  type ScimKind,
  type ScimResource,
  type ScimValue,
  USER_SCHEMA,
} from './resource.ts';

/** An operation as it goes on the wire. */
export interface WireOperation {
  readonly op: string;
  readonly path?: string;
  readonly value?: ScimValue;
}

const ENTRA_GROUP_SCHEMA = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** The body of a POST. */
export function createBody(
  { create }: Pick<DialectStrategy, 'create'>,
  kind: ScimKind,
  resource: ScimResource,
): ScimResource {
  if (create === 'used') return resource;
  const { schemas: _used, ...attributes } = resource;
  const schemas = kind === 'User' ? [USER_SCHEMA, ENTERPRISE_SCHEMA] : [GROUP_SCHEMA, ENTRA_GROUP_SCHEMA];
  const meta = { resourceType: kind };
  if (kind === 'Group') return { schemas, ...attributes, meta };
  return { schemas, ...attributes, meta, roles: attributes['roles'] ?? [] };
}

/** The operations of a PATCH; `root` is the SCIM root, for `$ref`. */
export function patchOperations(
  form: PatchForm,
  operations: readonly PatchOperation[],
  root: string,
): readonly WireOperation[] {
  if (form.op === 'lower' && form.values === 'typed' && form.replacements === 'each' && form.manager === 'object')
    return operations;
  const shaped = operations.map((operation) => {
    const path = operationPath(operation);
    if (isManager(path)) return managerOperation(form, operation, root);
    return isMembers(path) ? memberOperation(form, operation) : { ...operation, ...typedValue(form, operation.value) };
  });
  const merged = form.replacements === 'merged' ? mergeReplacements(shaped) : shaped;
  return form.op === 'lower' ? merged : merged.map((each) => ({ ...each, op: capitalised(each.op) }));
}

/**
 * Operations that take members out, as one that lists them: `Remove members [{ value }]`. RFC 7644 knows no value in a
 * removal, and a target that ignores it removes everybody.
 */
export function removalsAsList(operations: readonly PatchOperation[]): PatchOperation[] {
  const removed = operations.map(removedMember);
  const list = removed.filter((id) => id !== undefined);
  if (list.length === 0) return [...operations];
  const others = operations.filter((_, index) => removed[index] === undefined);
  return [...others, { op: 'remove', path: 'members', value: list.map((value) => ({ value })) }];
}

function removedMember(operation: PatchOperation): string | undefined {
  const path = operation.op === 'remove' ? operationPath(operation) : undefined;
  if (!isMembers(path) || path?.filter?.attribute.toLowerCase() !== 'value') return undefined;
  return String(path.filter.value);
}

/**
 * Replacements of whole attributes and of sub-attributes become one without path, with the paths as names. A path with a
 * filter cannot be a name, so it keeps an operation of its own; so does a replacement that is alone.
 */
function mergeReplacements(operations: readonly PatchOperation[]): readonly PatchOperation[] {
  const isPlain = (operation: PatchOperation): boolean =>
    operation.op === 'replace' && operation.path !== undefined && operationPath(operation)?.filter === undefined;
  const plain = operations.filter((each) => isPlain(each) && !isManager(operationPath(each)));
  if (plain.length < 2) return operations;
  const value = Object.fromEntries(plain.map((each) => [each.path ?? '', each.value]));
  return [...operations.filter((each) => !plain.includes(each)), { op: 'replace', value }];
}

// Whether there was another manager before is not asked, so it is always added.
function managerOperation(form: PatchForm, operation: PatchOperation, root: string): PatchOperation {
  const { value } = operation;
  const id = isComplex(value) ? memberOf(value, 'value') : value;
  if (operation.op === 'remove' || typeof id !== 'string' || form.manager === 'object') return operation;
  if (form.manager === 'text') return { op: 'add', path: `${ENTERPRISE_SCHEMA}:manager`, value: id };
  const $ref = `${root}/Users/${encodeURIComponent(id.toWellFormed())}`;
  return { op: 'add', path: 'manager', value: [form.refs ? { $ref, value: id } : { value: id }] };
}

function memberOperation(form: PatchForm, operation: PatchOperation): PatchOperation {
  const { value } = operation;
  if (value === undefined || !form.refs) return operation;
  const members = elementsOf(value).map((each) => (isComplex(each) ? { $ref: null, ...each } : each));
  return { ...operation, value: members };
}

function typedValue({ values }: PatchForm, value: ScimValue | undefined): { value?: ScimValue } {
  if (value === undefined) return {};
  return { value: values === 'text' ? asText(value) : value };
}

function asText(value: ScimValue): ScimValue {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((each: ScimValue) => asText(each));
  if (!isComplex(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, each === undefined ? undefined : asText(each)]),
  );
}

function isManager(path: ScimPath | undefined): boolean {
  return path !== undefined && attributeText(path).toLowerCase() === `${ENTERPRISE_SCHEMA}:manager`.toLowerCase();
}

function isMembers(path: ScimPath | undefined): boolean {
  return path?.schema === undefined && path?.attribute.toLowerCase() === 'members';
}

function capitalised(op: string): string {
  return `${op.slice(0, 1).toUpperCase()}${op.slice(1)}`;
}
