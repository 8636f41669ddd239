// The User, Group and enterprise User schemas of RFC 7643 sections 4.1 to 4.3, with the common attributes of section
// 3.1. Data only. Descriptions are our own words.
import {
  type AttributeDefinition,
  attribute,
  type ResourceTypeDefinition,
  type SchemaDefinition,
} from './schema-definition.ts';

/** URN of the core User schema. */
export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
/** URN of the core Group schema. */
const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
/** URN of the enterprise extension. */
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const reference = (name: string, description: string, referenceTypes: readonly string[]): AttributeDefinition =>
  attribute(name, description, { type: 'reference', caseExact: true, referenceTypes });

/** The sub-attributes that RFC 7643 section 2.4 gives to multi-valued attributes. */
export function pluralSubAttributes(types: readonly string[], value?: AttributeDefinition): AttributeDefinition[] {
  return [
    value ?? attribute('value', 'The value itself.'),
    attribute('display', 'A name for people.'),
    attribute('type', 'What the value is used for.', { canonicalValues: types }),
    attribute('primary', 'Whether this is the preferred value.', { type: 'boolean' }),
  ];
}

function plural(name: string, description: string, types: readonly string[] = []): AttributeDefinition {
  return attribute(name, description, { multiValued: true, subAttributes: pluralSubAttributes(types) });
}

/** Attributes every resource has; they belong to no schema (RFC 7643 section 3.1). */
export const COMMON_ATTRIBUTES: readonly AttributeDefinition[] = [
  attribute('schemas', 'The schemas of the resource.', { multiValued: true, returned: 'always', caseExact: true }),
  attribute('id', 'Given by the service provider.', { mutability: 'readOnly', returned: 'always', caseExact: true }),
  attribute('externalId', 'Given by the provisioning client.', { caseExact: true }),
  attribute('meta', 'Data about the resource.', {
    mutability: 'readOnly',
    subAttributes: [
      attribute('resourceType', 'Name of the resource type.', { caseExact: true }),
      attribute('created', 'When it was made.', { type: 'dateTime' }),
      attribute('lastModified', 'When it was changed last.', { type: 'dateTime' }),
      attribute('location', 'Its address.', { caseExact: true }),
      attribute('version', 'Its entity tag.', { caseExact: true }),
    ],
  }),
];

/** name of RFC 7643 section 4.1.1. */
export const NAME_ATTRIBUTE = attribute('name', 'The parts of the name.', {
  subAttributes: [
    attribute('formatted', 'The whole name as shown.'),
    attribute('familyName', 'The family name.'),
    attribute('givenName', 'The given name.'),
    attribute('middleName', 'The middle name.'),
    attribute('honorificPrefix', 'A title before the name.'),
    attribute('honorificSuffix', 'A suffix after the name.'),
  ],
});

/** emails of RFC 7643 section 4.1.2. */
export const EMAILS_ATTRIBUTE = plural('emails', 'E-mail addresses.', ['work', 'home', 'other']);

/** addresses of RFC 7643 section 4.1.2. */
export const ADDRESSES_ATTRIBUTE = attribute('addresses', 'Postal addresses.', {
  multiValued: true,
  subAttributes: [
    attribute('formatted', 'The whole address.'),
    attribute('streetAddress', 'Street and number.'),
    attribute('locality', 'City.'),
    attribute('region', 'State or region.'),
    attribute('postalCode', 'Postal code.'),
    attribute('country', 'Country code.'),
    attribute('type', 'What it is used for.', { canonicalValues: ['work', 'home', 'other'] }),
    attribute('primary', 'Whether it is the preferred one.', { type: 'boolean' }),
  ],
});

/** phoneNumbers of RFC 7643 section 4.1.2. */
export const PHONES_ATTRIBUTE = plural('phoneNumbers', 'Telephone numbers.', [
  'work',
  'home',
  'mobile',
  'fax',
  'pager',
  'other',
]);

const GROUPS_ATTRIBUTE = attribute('groups', 'The groups the user belongs to.', {
  multiValued: true,
  mutability: 'readOnly',
  subAttributes: [
    attribute('value', 'Id of the group.', { mutability: 'readOnly', caseExact: true }),
    reference('$ref', 'Address of the group.', ['Group']),
    attribute('display', 'Name of the group.', { mutability: 'readOnly' }),
    attribute('type', 'direct or indirect.', { mutability: 'readOnly', canonicalValues: ['direct', 'indirect'] }),
  ],
});

const USER_SCHEMA: SchemaDefinition = {
  id: USER_URN,
  name: 'User',
  description: 'A user account.',
  attributes: [
    attribute('userName', 'Unique name of the account.', { required: true, uniqueness: 'server' }),
    NAME_ATTRIBUTE,
    attribute('displayName', 'Name shown to people.'),
    attribute('nickName', 'Casual name.'),
    reference('profileUrl', 'Address of a profile page.', ['external']),
    attribute('title', 'Job title.'),
    attribute('userType', 'Relation to the organisation.'),
    attribute('preferredLanguage', 'Preferred written language.'),
    attribute('locale', 'Locale for dates and numbers.'),
    attribute('timezone', 'Time zone name.'),
    attribute('active', 'Whether the account may be used.', { type: 'boolean' }),
    attribute('password', 'Password, write only.', { mutability: 'writeOnly', returned: 'never', caseExact: true }),
    EMAILS_ATTRIBUTE,
    PHONES_ATTRIBUTE,
    plural('ims', 'Instant messaging addresses.'),
    plural('photos', 'Addresses of photos.', ['photo', 'thumbnail']),
    ADDRESSES_ATTRIBUTE,
    GROUPS_ATTRIBUTE,
    plural('entitlements', 'Entitlements.'),
    plural('roles', 'Roles.'),
    plural('x509Certificates', 'Certificates.'),
  ],
};

const ENTERPRISE_SCHEMA: SchemaDefinition = {
  id: ENTERPRISE_URN,
  name: 'EnterpriseUser',
  description: 'What an organisation knows about its people.',
  attributes: [
    attribute('employeeNumber', 'Number given by the organisation.'),
    attribute('costCenter', 'Cost centre.'),
    attribute('organization', 'Organisation.'),
    attribute('division', 'Division.'),
    attribute('department', 'Department.'),
    attribute('manager', 'The person reported to.', {
      subAttributes: [
        attribute('value', 'Id of the manager.', { caseExact: true }),
        reference('$ref', 'Address of the manager.', ['User']),
        attribute('displayName', 'Name of the manager.', { mutability: 'readOnly' }),
      ],
    }),
  ],
};

const GROUP_SCHEMA: SchemaDefinition = {
  id: GROUP_URN,
  name: 'Group',
  description: 'A group of users and groups.',
  attributes: [
    attribute('displayName', 'Name of the group.', { required: true }),
    attribute('members', 'Members of the group.', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'Id of the member.', { mutability: 'immutable', caseExact: true, required: true }),
        { ...reference('$ref', 'Address of the member.', ['User', 'Group']), mutability: 'readOnly' },
        attribute('display', 'Name of the member.', { mutability: 'readOnly' }),
        attribute('type', 'User or Group.', { mutability: 'immutable', canonicalValues: ['User', 'Group'] }),
      ],
    }),
  ],
};

/** Users of the strict target. */
export const RFC_USER: ResourceTypeDefinition = {
  name: 'User',
  endpoint: '/Users',
  core: USER_SCHEMA,
  extensions: [ENTERPRISE_SCHEMA],
  strictness: 'strict',
};

/** Groups of the strict target. */
export const RFC_GROUP: ResourceTypeDefinition = {
  name: 'Group',
  endpoint: '/Groups',
  core: GROUP_SCHEMA,
  extensions: [],
  strictness: 'strict',
};
