// Attribute and schema definitions after RFC 7643 section 7, as data. Knows how a definition is built, looked up and
// shown in /Schemas; it does not judge values (schema-validate.ts does).
import type { ScimJson } from './scim-json.ts';

/** Data types of RFC 7643 section 2.3. */
export type AttributeType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'dateTime'
  | 'reference'
  | 'binary'
  | 'complex';

/** One attribute or sub-attribute with its characteristics (RFC 7643 section 2.2). */
export interface AttributeDefinition {
  readonly name: string;
  /** The name in lower case, for lookups. */
  readonly key: string;
  readonly type: AttributeType;
  readonly description: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly';
  readonly returned: 'default' | 'always' | 'never';
  readonly uniqueness: 'none' | 'server';
  readonly canonicalValues: readonly string[];
  readonly referenceTypes: readonly string[];
  /** Longest string accepted, in characters. */
  readonly maxLength: number | undefined;
  readonly subAttributes: readonly AttributeDefinition[];
}

/** A schema: its URN and attributes. */
export interface SchemaDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** A resource type: core schema and extensions, and how it treats what it does not know. */
export interface ResourceTypeDefinition {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly core: SchemaDefinition;
  readonly extensions: readonly SchemaDefinition[];
  /** strict refuses unknown attributes and wrong types; lenient drops unknown ones and reads "True"/"False". */
  readonly strictness: 'strict' | 'lenient';
}

type Characteristics = Partial<Omit<AttributeDefinition, 'name' | 'key'>>;

/** Builds a definition; what is not said takes RFC 7643 section 2.2's default. */
export function attribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): AttributeDefinition {
  const subAttributes = characteristics.subAttributes ?? [];
  return {
    type: subAttributes.length > 0 ? 'complex' : 'string',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    canonicalValues: [],
    referenceTypes: [],
    maxLength: undefined,
    ...characteristics,
    name,
    key: name.toLowerCase(),
    description,
    subAttributes,
  };
}

/** Finds a definition by name in any case. */
export function findAttribute(list: readonly AttributeDefinition[], name: string): AttributeDefinition | undefined {
  const key = name.toLowerCase();
  return list.find((definition) => definition.key === key);
}

/** The extension whose URN this is, in any case. */
export function findExtension(type: ResourceTypeDefinition, urn: string): SchemaDefinition | undefined {
  const key = urn.toLowerCase();
  return type.extensions.find((extension) => extension.id.toLowerCase() === key);
}

function attributeToJson(definition: AttributeDefinition): ScimJson {
  const json: ScimJson = {
    name: definition.name,
    type: definition.type,
    multiValued: definition.multiValued,
    description: definition.description,
    required: definition.required,
    mutability: definition.mutability,
    returned: definition.returned,
  };
  if (definition.type !== 'complex') {
    json['caseExact'] = definition.caseExact;
    json['uniqueness'] = definition.uniqueness;
  }
  if (definition.canonicalValues.length > 0) json['canonicalValues'] = [...definition.canonicalValues];
  if (definition.referenceTypes.length > 0) json['referenceTypes'] = [...definition.referenceTypes];
  if (definition.subAttributes.length > 0) json['subAttributes'] = definition.subAttributes.map(attributeToJson);
  return json;
}

/** The Schema resource of RFC 7643 section 7. */
export function schemaToJson(schema: SchemaDefinition, location: string): ScimJson {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeToJson),
    meta: { resourceType: 'Schema', location },
  };
}
