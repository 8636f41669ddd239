/** Checking the bodies of write requests against the schema: unknown, read-only and wrongly typed properties are refused. */
import { badRequest, directoryRefusal } from './graph-fault.ts';
import type { AnyRecord, PropertyBag } from './objects.ts';
import {
  COMPLEX_KEYS,
  type EntitySchema,
  type ExtensionDefinition,
  findProperty,
  type PropertyDefinition,
} from './schema.ts';
import type { TenantState } from './tenant-state.ts';

/** A body that is a JSON object, or Graph's 400. */
export function objectBody(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('Empty Payload. JSON content expected.');
  }
  return body as Readonly<Record<string, unknown>>;
}

/** The writable properties of a body, in the schema's spelling; names in `handledElsewhere` are left to the caller. */
export function writtenProperties(
  schema: EntitySchema,
  body: Readonly<Record<string, unknown>>,
  extensions: readonly ExtensionDefinition[],
  handledElsewhere: readonly string[],
): PropertyBag {
  const written: PropertyBag = {};
  for (const [name, value] of Object.entries(body)) {
    if (handledElsewhere.includes(name) || name.startsWith('@odata.')) continue;
    const property = findProperty(schema, name, extensions);
    if (property === undefined) throw directoryRefusal(`Invalid property '${name.slice(0, 60)}'.`);
    if (!property.writable && !(property.name === 'mail' && schema.kind === 'group')) {
      throw directoryRefusal(`Property '${property.name}' is read-only and cannot be set.`);
    }
    written[property.name] = checkedValue(property, value);
  }
  return written;
}

function checkedValue(property: PropertyDefinition, value: unknown): unknown {
  if (value === null) return property.type === 'strings' ? [] : null;
  if (isOfType(property, value)) return value;
  throw directoryRefusal(`Invalid value specified for property '${property.name}' of the resource.`);
}

function isOfType(property: PropertyDefinition, value: unknown): boolean {
  switch (property.type) {
    case 'string':
      return typeof value === 'string' && value !== '';
    case 'boolean':
      return typeof value === 'boolean';
    case 'dateTime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'objects':
      return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
    case 'object': {
      const keys = COMPLEX_KEYS[property.name];
      return (
        typeof value === 'object' &&
        !Array.isArray(value) &&
        Object.keys(value ?? {}).every((key) => keys?.includes(key) !== false)
      );
    }
  }
}

/** Complex values are merged key by key with what is stored; keys never set are `null`. */
export function mergeComplex(current: PropertyBag, patch: PropertyBag): PropertyBag {
  const merged = { ...patch };
  for (const [name, keys] of Object.entries(COMPLEX_KEYS)) {
    const value = patch[name];
    if (typeof value !== 'object' || value === null) continue;
    const empty = Object.fromEntries(keys.map((key) => [key, null]));
    merged[name] = { ...empty, ...(current[name] as object | null | undefined), ...value };
  }
  return merged;
}

/** Requires non-empty texts under these names. */
export function requireTexts(body: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) {
    if (typeof body[name] !== 'string' || body[name] === '') {
      throw directoryRefusal(`A value is required for property '${name}' of resource.`);
    }
  }
}

/** The object a reference (`{"@odata.id": "https://…/directoryObjects/{id}"}` or a bind URL) points at. */
export function referencedObject(state: TenantState, reference: unknown): AnyRecord {
  const url = typeof reference === 'string' ? reference : '';
  const match = /\/(?:directoryObjects|users|groups|servicePrincipals)(?:\/|\('?)([^/')]+)'?\)?$/i.exec(url);
  const key = match?.[1] === undefined ? undefined : decodeURIComponent(match[1]);
  if (key === undefined) throw badRequest('The value of @odata.id is not the URL of a directory object.');
  const found = state.directory.object(key) ?? state.directory.user(key);
  if (found === undefined) {
    throw directoryRefusal(
      `Resource '${key.slice(0, 80)}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  return found;
}
