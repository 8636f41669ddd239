// PATCH of RFC 7644 section 3.5.2. The library scim-patch applies each operation to one attribute; this file resolves
// paths and value filters first, because the library splits paths at the last colon and at periods (wrong for
// extension URNs as keys and for filter values that hold ":" or "]"), takes names case-sensitively, turns a path-less
// extension object into a nested oddity, keeps two primaries and removes only values that are equal in every member.
// Pure: a new resource is returned, the given one stays as it is, so a refused request changes nothing.
import { isDeepStrictEqual } from 'node:util';
import { type AttributeTarget, type ResolvedPath, resolvePatchPath } from './attribute-path.ts';
import { parseValueFilter } from './filter.ts';
import { patchAttribute } from './patch-attribute.ts';
import { COMMON_ATTRIBUTES } from './schema-data.ts';
import {
  findAttribute,
  findExtension,
  type ResourceTypeDefinition,
  type SchemaDefinition,
} from './schema-definition.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, readMember, readText, type ScimJson, stringItems } from './scim-json.ts';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** One operation after its envelope was checked. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string | undefined;
  readonly value: JsonValue | undefined;
}

/** Reads the PatchOp message; throws 400 invalidSyntax, invalidPath or noTarget. */
export function readPatchOperations(body: unknown): PatchOperation[] {
  if (!isScimJson(body)) throw scimRefusal(400, 'invalidSyntax', 'The body must be a JSON object.');
  const schemas = stringItems(readMember(body, 'schemas')).map((urn) => urn.toLowerCase());
  if (!schemas.includes(PATCH_URN.toLowerCase())) {
    throw scimRefusal(400, 'invalidSyntax', `"schemas" must contain "${PATCH_URN}".`);
  }
  const operations = readMember(body, 'Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw scimRefusal(400, 'invalidSyntax', '"Operations" must be a list with at least one operation.');
  }
  return operations.map(readOperation);
}

function readOperation(json: JsonValue): PatchOperation {
  const document: ScimJson = isScimJson(json) ? json : {};
  const op = readText(readMember(document, 'op')).toLowerCase();
  const path = readMember(document, 'path');
  const value = readMember(document, 'value');
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    throw scimRefusal(400, 'invalidSyntax', '"op" must be add, replace or remove.');
  }
  if (path !== undefined && path !== null && typeof path !== 'string') {
    throw scimRefusal(400, 'invalidPath', '"path" must be a string.');
  }
  const text = path === '' || path === null ? undefined : path;
  if (op === 'remove' && text === undefined) throw scimRefusal(400, 'noTarget', 'A remove operation needs a path.');
  if (op !== 'remove' && value === undefined) {
    throw scimRefusal(400, 'invalidValue', `An operation "${op}" needs a value.`);
  }
  return { op, path: text, value };
}

/** Applies the operations in order; throws refusals of the kinds RFC 7644 table 9 names. */
export function applyPatch(
  type: ResourceTypeDefinition,
  resource: ScimJson,
  operations: readonly PatchOperation[],
): ScimJson {
  const patched = operations.reduce((current, operation) => applyOperation(type, current, operation), resource);
  for (const definition of type.core.attributes) {
    const value = patched[definition.name];
    if (definition.required && (value === undefined || value === '')) {
      throw scimRefusal(400, 'mutability', `Attribute "${definition.name}" is required and cannot be removed.`);
    }
  }
  return isDeepStrictEqual(patched, resource) ? resource : patched;
}

function applyOperation(type: ResourceTypeDefinition, resource: ScimJson, operation: PatchOperation): ScimJson {
  if (operation.path === undefined) return applyPathless(type, resource, operation);
  const resolved = resolvePatchPath(type, operation.path);
  if (!resolved) {
    if (type.strictness === 'lenient') return resource;
    throw scimRefusal(400, 'invalidPath', `"${operation.path}" is not a path of resource type "${type.name}".`);
  }
  return applyResolved(type, resource, operation, resolved);
}

function applyResolved(
  type: ResourceTypeDefinition,
  resource: ScimJson,
  operation: PatchOperation,
  resolved: ResolvedPath,
): ScimJson {
  if (resolved.kind === 'extension') return applyExtension(type, resource, operation, resolved.extension);
  const definition = resolved.sub ?? resolved.attribute;
  if (resolved.attribute.mutability === 'readOnly' || definition.mutability === 'readOnly') {
    throw scimRefusal(400, 'mutability', `Attribute "${definition.name}" is read-only.`);
  }
  if (resolved.attribute.key === 'schemas' || resolved.attribute.returned === 'never') return resource;
  return writeAttribute(type, resource, operation, resolved, resolved.filterText);
}

function applyPathless(type: ResourceTypeDefinition, resource: ScimJson, operation: PatchOperation): ScimJson {
  if (!isScimJson(operation.value)) {
    throw scimRefusal(400, 'invalidValue', 'Without a path the value must be an object of attributes.');
  }
  let current = resource;
  for (const [name, value] of Object.entries(operation.value)) {
    const member: PatchOperation = { op: value === null ? 'remove' : operation.op, path: name, value };
    current = applyMember(type, current, member, name);
  }
  return current;
}

function applyMember(type: ResourceTypeDefinition, resource: ScimJson, member: PatchOperation, name: string): ScimJson {
  const known = findAttribute([...COMMON_ATTRIBUTES, ...type.core.attributes], name);
  if (known?.mutability === 'readOnly') return resource;
  if (known || findExtension(type, name) || type.strictness === 'lenient')
    return applyOperation(type, resource, member);
  throw scimRefusal(400, 'invalidPath', `Resource type "${type.name}" has no attribute "${name}".`);
}

function applyExtension(
  type: ResourceTypeDefinition,
  resource: ScimJson,
  operation: PatchOperation,
  extension: SchemaDefinition,
): ScimJson {
  if (operation.op === 'remove') return without(resource, extension.id);
  if (!isScimJson(operation.value)) throw scimRefusal(400, 'invalidValue', `"${extension.id}" must be an object.`);
  let current = resource;
  for (const [name, value] of Object.entries(operation.value)) {
    const attribute = findAttribute(extension.attributes, name);
    if (!attribute) {
      if (type.strictness === 'lenient') continue;
      throw scimRefusal(400, 'invalidPath', `Schema "${extension.id}" has no attribute "${name}".`);
    }
    const member: PatchOperation = { op: value === null ? 'remove' : operation.op, path: name, value };
    const target: AttributeTarget = { extension: extension.id, attribute, sub: undefined };
    current = writeAttribute(type, current, member, target, undefined);
  }
  return current;
}

function without(document: ScimJson, name: string): ScimJson {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== name));
}

function withMember(document: ScimJson, name: string, value: JsonValue | undefined): ScimJson {
  return value === undefined ? without(document, name) : { ...document, [name]: value };
}

function writeAttribute(
  type: ResourceTypeDefinition,
  resource: ScimJson,
  operation: PatchOperation,
  target: AttributeTarget,
  filterText: string | undefined,
): ScimJson {
  const held = target.extension === undefined ? resource : resource[target.extension];
  const container = isScimJson(held) ? held : {};
  const filter = filterText === undefined ? undefined : parseValueFilter(target.attribute, filterText);
  const removal = operation.op !== 'remove' && operation.value === null;
  const changed = patchAttribute({
    definition: target.attribute,
    sub: target.sub,
    filter,
    current: container[target.attribute.name],
    op: removal ? 'remove' : operation.op,
    value: removal ? undefined : operation.value,
    strictness: type.strictness,
  });
  const next = withMember(container, target.attribute.name, changed);
  if (target.extension === undefined) return next;
  return withMember(resource, target.extension, Object.keys(next).length === 0 ? undefined : next);
}
