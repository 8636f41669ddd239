/**
 * Which properties users, groups and service principals have, which of them Graph returns unasked, and how unset ones look.
 * Follows the v1.0 resource pages of Microsoft Graph. A property that is not listed here cannot be selected or written.
 */
import type { ObjectKind } from './change-log.ts';
import { badRequest, GraphFault } from './graph-fault.ts';
import type { AnyRecord, PropertyBag } from './objects.ts';

/** How a property's value looks. */
type PropertyType = 'string' | 'boolean' | 'dateTime' | 'strings' | 'object' | 'objects';

/** One property. `elsewhere`: kept outside the directory store, so a collection that selects it answers 501. */
export interface PropertyDefinition {
  readonly name: string;
  readonly type: PropertyType;
  readonly byDefault: boolean;
  readonly writable: boolean;
  readonly elsewhere: boolean;
}

/** A kind of object. `relation` is what its delta query can select besides properties. */
export interface EntitySchema {
  readonly kind: ObjectKind;
  readonly collection: 'users' | 'groups' | 'servicePrincipals';
  readonly relation: 'manager' | 'members' | null;
  readonly properties: ReadonlyMap<string, PropertyDefinition>;
  readonly defaults: readonly string[];
}

/** A directory extension (`extension_{appId without dashes}_{name}`), selectable on users. */
export interface ExtensionDefinition {
  readonly id: string;
  readonly name: string;
  readonly appDisplayName: string;
  readonly dataType: 'String' | 'Boolean' | 'DateTime';
}

const ORG_KEYS = ['costCenter', 'division'];
const EXTENSION_ATTRIBUTES = Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`);

/** The keys of complex properties; all of them are answered, `null` when unset. */
export const COMPLEX_KEYS: Readonly<Record<string, readonly string[]>> = {
  employeeOrgData: ORG_KEYS,
  onPremisesExtensionAttributes: EXTENSION_ATTRIBUTES,
};

/** `+` marks what Graph returns unasked, `-` what cannot be written, `!` what lives outside the directory store. */
const TYPES: Readonly<Record<ObjectKind, Readonly<Record<PropertyType, string>>>> = {
  user: {
    string: `+displayName +givenName +jobTitle +mail +mobilePhone +officeLocation +preferredLanguage +surname
      +userPrincipalName +id- ageGroup city companyName consentProvidedForMinor country creationType- department employeeId
      employeeType externalUserState- faxNumber legalAgeGroupClassification- mailNickname onPremisesDistinguishedName-
      onPremisesDomainName- onPremisesImmutableId onPremisesSamAccountName- onPremisesSecurityIdentifier-
      onPremisesUserPrincipalName- passwordPolicies postalCode preferredDataLocation securityIdentifier- state streetAddress
      usageLocation userType aboutMe! mySite! preferredName!`,
    boolean: 'accountEnabled onPremisesSyncEnabled- showInAddressList',
    dateTime: `createdDateTime- deletedDateTime- employeeHireDate lastPasswordChangeDateTime- onPremisesLastSyncDateTime-
      signInSessionsValidFromDateTime- birthday! hireDate!`,
    strings:
      '+businessPhones imAddresses- otherMails proxyAddresses- interests! pastProjects! responsibilities! schools! skills!',
    object: 'employeeOrgData onPremisesExtensionAttributes',
    objects: 'assignedLicenses- assignedPlans- identities provisionedPlans-',
  },
  group: {
    string: `+id- +description +displayName +mail- +mailNickname +visibility +membershipRule +preferredDataLocation
      +onPremisesSamAccountName- +onPremisesSecurityIdentifier- +securityIdentifier- +classification theme preferredLanguage`,
    boolean: '+mailEnabled +securityEnabled +onPremisesSyncEnabled- isAssignableToRole',
    dateTime: '+createdDateTime- +deletedDateTime- +renewedDateTime- +expirationDateTime- +onPremisesLastSyncDateTime-',
    strings: '+groupTypes +proxyAddresses- +creationOptions- +resourceBehaviorOptions- +resourceProvisioningOptions-',
    object: '',
    objects: '',
  },
  servicePrincipal: {
    string: `+id- +appDisplayName- +appId- +appOwnerOrganizationId- +description +disabledByMicrosoftStatus- +displayName
      +homepage +logoutUrl +notes +publisherName- +servicePrincipalType- +signInAudience- +tokenEncryptionKeyId
      +loginUrl +preferredSingleSignOnMode`,
    boolean: '+accountEnabled +appRoleAssignmentRequired',
    dateTime: '+deletedDateTime- +createdDateTime-',
    strings: '+alternativeNames +notificationEmailAddresses +replyUrls +servicePrincipalNames +tags',
    object: '+info +verifiedPublisher',
    objects: `+addIns +appRoles +endpoints- +keyCredentials- +oauth2PermissionScopes +passwordCredentials-
      +resourceSpecificApplicationPermissions-`,
  },
};

function makeSchema(
  kind: ObjectKind,
  collection: EntitySchema['collection'],
  relation: EntitySchema['relation'],
): EntitySchema {
  const properties = new Map<string, PropertyDefinition>();
  for (const type of ['string', 'boolean', 'dateTime', 'strings', 'object', 'objects'] as const) {
    for (const word of TYPES[kind][type].split(/\s+/).filter((part) => part !== '')) {
      const name = word.replace(/[+!-]/g, '');
      const elsewhere = word.endsWith('!');
      const writable = !word.endsWith('-') && !elsewhere;
      properties.set(name.toLowerCase(), { name, type, byDefault: word.startsWith('+'), writable, elsewhere });
    }
  }
  const defaults = [...properties.values()].filter((property) => property.byDefault).map((property) => property.name);
  return { kind, collection, relation, properties, defaults };
}

/** The three kinds. */
export const SCHEMAS: Readonly<Record<ObjectKind, EntitySchema>> = {
  user: makeSchema('user', 'users', 'manager'),
  group: makeSchema('group', 'groups', 'members'),
  servicePrincipal: makeSchema('servicePrincipal', 'servicePrincipals', null),
};

const EXTENSION_TYPES: Readonly<Record<ExtensionDefinition['dataType'], PropertyType>> = {
  String: 'string',
  Boolean: 'boolean',
  DateTime: 'dateTime',
};

/** The definition behind a name, whatever its casing; directory extensions count for users only. */
export function findProperty(
  schema: EntitySchema,
  name: string,
  extensions: readonly ExtensionDefinition[],
): PropertyDefinition | undefined {
  const own = schema.properties.get(name.toLowerCase());
  if (own !== undefined || schema.kind !== 'user') return own;
  const extension = extensions.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (extension === undefined) return undefined;
  const type = EXTENSION_TYPES[extension.dataType];
  return { name: extension.name, type, byDefault: false, writable: true, elsewhere: false };
}

/** As `findProperty`, but an unknown name is Graph's 400 and one outside the directory store its 501. */
export function selectProperty(
  schema: EntitySchema,
  name: string,
  extensions: readonly ExtensionDefinition[],
): PropertyDefinition {
  const found = findProperty(schema, name, extensions);
  if (found === undefined) {
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${schema.kind}'.`,
    );
  }
  if (found.elsewhere) throw new GraphFault(501, 'NotImplemented', 'This operation target is not yet supported.');
  return found;
}

/** A property as a plain read shows it: unset is `null`, an empty list, or a complex value full of nulls. */
function plainValue(record: AnyRecord, property: PropertyDefinition): unknown {
  const value = storedValue(record, property.name);
  if (value !== undefined && value !== null) return value;
  if (property.type === 'strings' || property.type === 'objects') return [];
  if (property.name === 'onPremisesExtensionAttributes') {
    return Object.fromEntries(EXTENSION_ATTRIBUTES.map((key) => [key, null]));
  }
  return null;
}

/** A property as it is kept: `undefined` when it was never set. */
export function storedValue(record: AnyRecord, name: string): unknown {
  if (name === 'id') return record.id;
  if (name === 'deletedDateTime') return record.deletedDateTime ?? undefined;
  return record.properties[name];
}

/** The selected properties of a record, every one present. */
export function plainEntity(record: AnyRecord, properties: readonly PropertyDefinition[]): PropertyBag {
  const entity: PropertyBag = {};
  for (const property of properties) entity[property.name] = plainValue(record, property);
  return entity;
}

/** Definitions of what Graph returns without `$select`. */
export function defaultProperties(schema: EntitySchema): readonly PropertyDefinition[] {
  return [...schema.properties.values()].filter((property) => property.byDefault);
}
