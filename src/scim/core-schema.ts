// The attribute types of RFC 7643 sections 3.1, 4.1, 4.2 and 4.3, as far as something can be provisioned to them. What a
// target's own /Schemas says comes first (types.ts); this is what holds when it says nothing.
import type { DiscoveredAttribute, ScimAttributeType } from './capabilities.ts';
import { ENTERPRISE_SCHEMA, type ScimKind } from './resource.ts';

interface Traits {
  readonly multiValued?: boolean;
  readonly caseExact?: boolean;
  readonly readOnly?: boolean;
}

function attribute(name: string, type: ScimAttributeType, traits: Traits = {}): DiscoveredAttribute {
  const { multiValued = false, caseExact = false, readOnly = false } = traits;
  return { name, type, multiValued, caseExact, readOnly };
}

function strings(...names: readonly string[]): DiscoveredAttribute[] {
  return names.map((name) => attribute(name, 'string'));
}

// RFC 7643 section 2.4: the sub-attributes that multi-valued attributes have unless they say otherwise.
function elements(name: string, valueType: ScimAttributeType, traits: Traits = {}): DiscoveredAttribute[] {
  return [
    attribute(name, 'complex', { ...traits, multiValued: true }),
    attribute(`${name}.value`, valueType, { caseExact: valueType === 'reference' || valueType === 'binary' }),
    ...strings(`${name}.display`, `${name}.type`),
    attribute(`${name}.primary`, 'boolean'),
    attribute(`${name}.$ref`, 'reference', { caseExact: true }),
  ];
}

const common = [
  attribute('id', 'string', { caseExact: true, readOnly: true }),
  attribute('externalId', 'string', { caseExact: true }),
  attribute('meta', 'complex', { readOnly: true }),
  attribute('meta.resourceType', 'string', { caseExact: true, readOnly: true }),
  attribute('meta.created', 'dateTime', { readOnly: true }),
  attribute('meta.lastModified', 'dateTime', { readOnly: true }),
  attribute('meta.location', 'string', { readOnly: true }),
  attribute('meta.version', 'string', { caseExact: true, readOnly: true }),
];

const user = [
  ...common,
  attribute('name', 'complex'),
  ...strings('name.formatted', 'name.familyName', 'name.givenName', 'name.middleName'),
  ...strings('name.honorificPrefix', 'name.honorificSuffix'),
  ...strings('userName', 'displayName', 'nickName', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone'),
  attribute('profileUrl', 'reference', { caseExact: true }),
  attribute('active', 'boolean'),
  attribute('password', 'string'),
  ...elements('emails', 'string'),
  ...elements('phoneNumbers', 'string'),
  ...elements('ims', 'string'),
  ...elements('photos', 'reference'),
  ...elements('entitlements', 'string'),
  ...elements('roles', 'string'),
  ...elements('x509Certificates', 'binary'),
  ...elements('groups', 'string', { readOnly: true }),
  attribute('addresses', 'complex', { multiValued: true }),
  ...strings('addresses.formatted', 'addresses.streetAddress', 'addresses.locality', 'addresses.region'),
  ...strings('addresses.postalCode', 'addresses.country', 'addresses.type'),
  attribute('addresses.primary', 'boolean'),
  ...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((name) =>
    attribute(`${ENTERPRISE_SCHEMA}:${name}`, 'string'),
  ),
  attribute(`${ENTERPRISE_SCHEMA}:manager`, 'complex'),
  attribute(`${ENTERPRISE_SCHEMA}:manager.value`, 'string', { caseExact: true }),
  attribute(`${ENTERPRISE_SCHEMA}:manager.$ref`, 'reference', { caseExact: true }),
  attribute(`${ENTERPRISE_SCHEMA}:manager.displayName`, 'string', { readOnly: true }),
];

const group = [...common, attribute('displayName', 'string'), ...elements('members', 'string')];

const tables: Readonly<Record<ScimKind, ReadonlyMap<string, DiscoveredAttribute>>> = {
  User: new Map(user.map((entry) => [entry.name.toLowerCase(), entry])),
  Group: new Map(group.map((entry) => [entry.name.toLowerCase(), entry])),
};

const complexMultiValued = new Set(
  [...user, ...group]
    .filter((entry) => entry.type === 'complex' && entry.multiValued)
    .map((entry) => entry.name.toLowerCase()),
);

/** The RFC's own definition of an attribute (`name.givenName`, `urn:…:User:department`), by case-insensitive name. */
export function coreAttribute(kind: ScimKind, name: string): DiscoveredAttribute | undefined {
  return tables[kind].get(name.toLowerCase());
}

/** Whether a core attribute is a list of complex values (`emails`, `roles`, `members`), whose texts go under `value`. */
export function isListOfComplex(attributeName: string): boolean {
  return complexMultiValued.has(attributeName.toLowerCase());
}
