// Entra's names for source attributes, and the Graph property or computed value each stands for.
// Names as in Entra's attribute-mapping editor; Graph properties as in graph.md section 6.

/** Where a source attribute comes from. */
export type SourceAttributeOrigin =
  /** A Graph property, selected and returned as it is. */
  | { readonly from: 'property'; readonly property: string }
  /** A member of a complex Graph property: the parent is selected. */
  | { readonly from: 'member'; readonly property: string; readonly member: string }
  /** The first value of a multi-valued Graph property. */
  | { readonly from: 'first'; readonly property: string }
  /** A reference to another directory object, resolved to its account in the target. */
  | { readonly from: 'reference'; readonly relation: 'manager' | 'members' }
  /** Computed by the engine; `needs` are the Graph properties it is computed from. */
  | {
      readonly from: 'computed';
      readonly name: 'IsSoftDeleted' | 'userPrincipalName' | 'originalUserPrincipalName' | 'appRoleAssignments';
      readonly needs: readonly string[];
    };

const property = (name: string): SourceAttributeOrigin => ({ from: 'property', property: name });

const direct = [
  'accountEnabled',
  'ageGroup',
  'businessPhones',
  'city',
  'companyName',
  'consentProvidedForMinor',
  'country',
  'createdDateTime',
  'creationType',
  'department',
  'displayName',
  'employeeHireDate',
  'employeeId',
  'employeeType',
  'employeeLeaveDateTime',
  'externalUserState',
  'faxNumber',
  'givenName',
  'imAddresses',
  'jobTitle',
  'legalAgeGroupClassification',
  'mail',
  'mailNickname',
  'mobilePhone',
  'officeLocation',
  'onPremisesDistinguishedName',
  'onPremisesDomainName',
  'onPremisesImmutableId',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesSyncEnabled',
  'onPremisesUserPrincipalName',
  'otherMails',
  'postalCode',
  'preferredDataLocation',
  'preferredLanguage',
  'proxyAddresses',
  'securityIdentifier',
  'state',
  'streetAddress',
  'surname',
  'usageLocation',
  'userType',
] as const;

const userTable: Record<string, SourceAttributeOrigin> = {
  ...Object.fromEntries(direct.map((name) => [name, property(name)])),
  objectId: property('id'),
  physicalDeliveryOfficeName: property('officeLocation'),
  telephoneNumber: { from: 'first', property: 'businessPhones' },
  mobile: property('mobilePhone'),
  facsimileTelephoneNumber: property('faxNumber'),
  immutableId: property('onPremisesImmutableId'),
  dirSyncEnabled: property('onPremisesSyncEnabled'),
  'employeeOrgData.division': { from: 'member', property: 'employeeOrgData', member: 'division' },
  'employeeOrgData.costCenter': { from: 'member', property: 'employeeOrgData', member: 'costCenter' },
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [
      `extensionAttribute${index + 1}`,
      { from: 'member', property: 'onPremisesExtensionAttributes', member: `extensionAttribute${index + 1}` } as const,
    ]),
  ),
  manager: { from: 'reference', relation: 'manager' },
  userPrincipalName: { from: 'computed', name: 'userPrincipalName', needs: ['userPrincipalName', 'userType'] },
  originalUserPrincipalName: { from: 'computed', name: 'originalUserPrincipalName', needs: ['userPrincipalName'] },
  IsSoftDeleted: { from: 'computed', name: 'IsSoftDeleted', needs: ['accountEnabled'] },
  appRoleAssignments: { from: 'computed', name: 'appRoleAssignments', needs: [] },
};

const groupTable: Record<string, SourceAttributeOrigin> = {
  ...Object.fromEntries(
    [
      'displayName',
      'description',
      'mail',
      'mailEnabled',
      'mailNickname',
      'securityEnabled',
      'groupTypes',
      'onPremisesSamAccountName',
      'onPremisesSyncEnabled',
      'visibility',
      'createdDateTime',
    ].map((name) => [name, property(name)]),
  ),
  objectId: property('id'),
  members: { from: 'reference', relation: 'members' },
  IsSoftDeleted: { from: 'computed', name: 'IsSoftDeleted', needs: [] },
};

const directoryExtension = /^extension_[0-9a-f]{32}_[A-Za-z0-9_]+$/;

/**
 * What a source attribute name of Entra stands for, or undefined when no such attribute exists.
 * Directory extensions (`extension_<appId>_<name>`) are Graph properties of their own name.
 */
export function sourceAttribute(kind: 'user' | 'group', name: string): SourceAttributeOrigin | undefined {
  const table = kind === 'user' ? userTable : groupTable;
  if (Object.hasOwn(table, name)) return table[name];
  return directoryExtension.test(name) ? property(name) : undefined;
}

/** All names of the table, for suggestions and documentation. */
export function sourceAttributeNames(kind: 'user' | 'group'): readonly string[] {
  return Object.keys(kind === 'user' ? userTable : groupTable);
}

/** The Graph properties that must be selected so that the given source attributes have their values; `id` is implied. */
export function graphProperties(kind: 'user' | 'group', names: Iterable<string>): string[] {
  const properties = new Set<string>();
  for (const name of names) {
    const origin = sourceAttribute(kind, name);
    if (origin === undefined || origin.from === 'reference') continue;
    const needed = origin.from === 'computed' ? origin.needs : [origin.property];
    for (const each of needed) if (each !== 'id') properties.add(each);
  }
  return [...properties].toSorted();
}
