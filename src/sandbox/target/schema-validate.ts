// Judges documents from a client against a resource type and brings names into the schema's spelling (RFC 7643
// section 2: names in any case, null and empty list mean unassigned, readOnly is ignored). Stores nothing and knows
// no uniqueness: that needs the other resources.
import { COMMON_ATTRIBUTES } from './schema-data.ts';
import {
  type AttributeDefinition,
  findAttribute,
  findExtension,
  type ResourceTypeDefinition,
  type SchemaDefinition,
} from './schema-definition.ts';
import { type ScimType, scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, readMember, type ScimJson, stringItems } from './scim-json.ts';

type Strictness = ResourceTypeDefinition['strictness'];

const DATE_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** True for an ISO 8601 date or dateTime that exists in the calendar. */
function isDateTime(text: string): boolean {
  return DATE_TIME.test(text) && !Number.isNaN(Date.parse(text));
}

function wrongType(definition: AttributeDefinition, wanted: string): Error {
  return scimRefusal(400, 'invalidValue', `Attribute "${definition.name}" must be ${wanted}.`);
}

function normaliseBoolean(definition: AttributeDefinition, value: JsonValue, strictness: Strictness): boolean {
  if (typeof value === 'boolean') return value;
  if (strictness === 'lenient' && typeof value === 'string' && /^(true|false)$/i.test(value)) {
    return value.toLowerCase() === 'true';
  }
  throw wrongType(definition, 'a boolean (true or false, without quotes)');
}

function normaliseString(definition: AttributeDefinition, value: JsonValue): string {
  if (typeof value !== 'string') throw wrongType(definition, 'a string');
  if (definition.maxLength !== undefined && Array.from(value).length > definition.maxLength) {
    throw wrongType(definition, `at most ${definition.maxLength} characters long`);
  }
  if (definition.type === 'dateTime' && !isDateTime(value)) throw wrongType(definition, 'an ISO 8601 date or dateTime');
  return value;
}

/** One value (an item, where the attribute is multi-valued) in the schema's spelling. Null sub-values stay null. */
export function normaliseItem(
  definition: AttributeDefinition,
  value: JsonValue,
  strictness: Strictness,
  unknown: ScimType,
): JsonValue {
  switch (definition.type) {
    case 'boolean':
      return normaliseBoolean(definition, value, strictness);
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(definition, 'an integer');
      return value;
    case 'decimal':
      if (typeof value !== 'number') throw wrongType(definition, 'a number');
      return value;
    case 'string':
    case 'reference':
    case 'binary':
    case 'dateTime':
      return normaliseString(definition, value);
    case 'complex':
      return normaliseComplex(definition, value, strictness, unknown);
    default:
      return definition.type satisfies never;
  }
}

function normaliseComplex(
  definition: AttributeDefinition,
  value: JsonValue,
  strictness: Strictness,
  unknown: ScimType,
): ScimJson {
  if (typeof value === 'string' && strictness === 'lenient' && findAttribute(definition.subAttributes, 'value')) {
    return { value };
  }
  if (!isScimJson(value)) throw wrongType(definition, 'an object');
  const result: ScimJson = {};
  for (const [name, subValue] of Object.entries(value)) {
    const sub = findAttribute(definition.subAttributes, name);
    if (!sub) {
      if (strictness === 'lenient') continue;
      throw scimRefusal(400, unknown, `Attribute "${definition.name}" has no sub-attribute "${name}".`);
    }
    if (sub.mutability === 'readOnly') continue;
    result[sub.name] = subValue === null ? null : normaliseItem(sub, subValue, strictness, unknown);
  }
  return result;
}

function dropNulls(value: JsonValue): JsonValue {
  if (!isScimJson(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, subValue]) => subValue !== null));
}

function primaryCount(items: readonly JsonValue[]): number {
  return items.filter((item) => isScimJson(item) && item['primary'] === true).length;
}

/** A whole attribute value in the schema's spelling; undefined where it means unassigned. */
function normaliseValue(
  definition: AttributeDefinition,
  value: JsonValue,
  strictness: Strictness,
  unknown: ScimType,
): JsonValue | undefined {
  if (value === null) return undefined;
  if (!definition.multiValued) {
    const single = dropNulls(normaliseItem(definition, value, strictness, unknown));
    return isScimJson(single) && Object.keys(single).length === 0 ? undefined : single;
  }
  if (!Array.isArray(value)) throw wrongType(definition, 'a list');
  const items = value.map((item) => dropNulls(normaliseItem(definition, item, strictness, unknown)));
  if (primaryCount(items) > 1) throw wrongType(definition, 'a list with at most one primary value');
  return items.length === 0 ? undefined : items;
}

function normaliseExtension(extension: SchemaDefinition, value: JsonValue, strictness: Strictness): ScimJson {
  if (value === null) return {};
  if (!isScimJson(value)) throw scimRefusal(400, 'invalidValue', `"${extension.id}" must be an object.`);
  const result: ScimJson = {};
  for (const [name, item] of Object.entries(value)) {
    const definition = findAttribute(extension.attributes, name);
    if (!definition) {
      if (strictness === 'lenient') continue;
      throw scimRefusal(400, 'invalidSyntax', `Schema "${extension.id}" has no attribute "${name}".`);
    }
    const normalised = normaliseValue(definition, item, strictness, 'invalidSyntax');
    if (definition.mutability !== 'readOnly' && normalised !== undefined) result[definition.name] = normalised;
  }
  return result;
}

function checkSchemas(type: ResourceTypeDefinition, document: ScimJson): void {
  const listed = stringItems(readMember(document, 'schemas')).map((urn) => urn.toLowerCase());
  if (!listed.includes(type.core.id.toLowerCase())) {
    throw scimRefusal(400, 'invalidSyntax', `"schemas" must contain "${type.core.id}".`);
  }
  if (type.strictness === 'lenient') return;
  const known = [type.core, ...type.extensions].map((schema) => schema.id.toLowerCase());
  const foreign = listed.find((urn) => !known.includes(urn));
  if (foreign) throw scimRefusal(400, 'invalidSyntax', `"schemas" names "${foreign}", which is not a schema here.`);
  for (const name of Object.keys(document)) {
    const extension = findExtension(type, name);
    if (extension && !listed.includes(extension.id.toLowerCase())) {
      throw scimRefusal(400, 'invalidSyntax', `"${extension.id}" is used but not listed in "schemas".`);
    }
  }
}

function checkRequired(type: ResourceTypeDefinition, resource: ScimJson): void {
  for (const definition of type.core.attributes) {
    const value = resource[definition.name];
    if (definition.required && (value === undefined || value === '')) {
      throw scimRefusal(400, 'invalidValue', `Attribute "${definition.name}" is required.`);
    }
  }
}

/**
 * A POST or PUT body as the target stores it: schema spelling, without schemas, id, meta, readOnly and unassigned
 * attributes. Throws refusals 400 invalidSyntax (unknown name, schemas) and 400 invalidValue (type, required).
 */
export function normaliseResource(type: ResourceTypeDefinition, body: unknown): ScimJson {
  if (!isScimJson(body)) throw scimRefusal(400, 'invalidSyntax', 'The body must be a JSON object.');
  checkSchemas(type, body);
  const result: ScimJson = {};
  for (const [name, value] of Object.entries(body)) {
    const extension = findExtension(type, name);
    if (extension) {
      const values = normaliseExtension(extension, value, type.strictness);
      if (Object.keys(values).length > 0) result[extension.id] = values;
      continue;
    }
    const definition = findAttribute(type.core.attributes, name) ?? findAttribute(COMMON_ATTRIBUTES, name);
    if (!definition) {
      if (type.strictness === 'lenient') continue;
      throw scimRefusal(400, 'invalidSyntax', `Resource type "${type.name}" has no attribute "${name}".`);
    }
    if (definition.mutability === 'readOnly' || definition.key === 'schemas') continue;
    const normalised = normaliseValue(definition, value, type.strictness, 'invalidSyntax');
    if (definition.returned !== 'never' && normalised !== undefined) result[definition.name] = normalised;
  }
  checkRequired(type, result);
  return result;
}
