// What is known of source attributes as far as filters care: their type, and whether they have several values. Used by
// name where the schema of the source does not say it, as Graph's pages of user and group state them.

/** Types as Graph's attribute definitions name them. */
export type AttributeType = 'String' | 'Integer' | 'Reference' | 'Binary' | 'Boolean' | 'DateTime';

/** What the source's schema says of an attribute. */
export interface DeclaredAttribute {
  readonly type?: AttributeType;
  readonly multivalued?: boolean;
}

/** The groups that hold a person, as far as a filter names them; scimsync only. */
export const MEMBER_OF = 'memberOf';

const dates = [
  'accountExpires',
  'createdDateTime',
  'deletedDateTime',
  'employeeHireDate',
  'employeeLeaveDateTime',
  'externalUserStateChangeDateTime',
  'lastPasswordChangeDateTime',
  'onPremisesLastSyncDateTime',
];
const lists = ['businessPhones', 'groupTypes', 'imAddresses', 'otherMails', 'proxyAddresses'];
const booleans = [
  'accountEnabled',
  'dirSyncEnabled',
  'IsSoftDeleted',
  'mailEnabled',
  'onPremisesSyncEnabled',
  'securityEnabled',
];

const KNOWN: ReadonlyMap<string, DeclaredAttribute> = new Map<string, DeclaredAttribute>([
  ...dates.map((name) => [name, { type: 'DateTime', multivalued: false }] as const),
  ...lists.map((name) => [name, { type: 'String', multivalued: true }] as const),
  ...booleans.map((name) => [name, { type: 'Boolean', multivalued: false }] as const),
  ['manager', { type: 'Reference', multivalued: false }],
]);

/** What is known of an attribute by its name; nothing is known of a directory extension. */
export function knownAttribute(name: string): DeclaredAttribute {
  return KNOWN.get(name) ?? {};
}

/** Attributes that no filter can compare: their values are neither texts nor numbers. */
export const NEVER_FILTERED: ReadonlyMap<string, string> = new Map([
  [
    'appRoleAssignments',
    'Assign people with the role only to the application, or name a group with memberOf Member_Of (scimsync only).',
  ],
  ['members', 'Filter people by memberOf Member_Of (scimsync only), or groups by another attribute.'],
]);
