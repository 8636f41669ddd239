// A source object as expressions and filters see it: Entra's attribute names over Graph properties and computed values.
// Computed attributes follow Entra: IsSoftDeleted (how-provisioning-works), the guest's userPrincipalName, appRoleAssignments.
import type { SourceValue } from '../expressions/compile.ts';
import type { AppRole, ObjectKind } from '../model/directory.ts';
import { type SourceAttributeOrigin, sourceAttribute } from '../model/source-attributes.ts';

/** What the view is made from. */
export interface SourceFacts {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly managerId: string | null;
  /** Roles that entitle the person, with their definitions. */
  readonly roles: readonly AppRole[];
  /** True when the person is unassigned, out of scope, blocked or deleted. */
  readonly isSoftDeleted: boolean;
}

function asSourceValue(value: unknown): SourceValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(asSourceValue);
  return value as { readonly [key: string]: unknown };
}

/**
 * The address a guest brought along: `alias_domain#EXT#@tenant` stands for `alias@domain`.
 * Members keep their userPrincipalName.
 */
export function originalGuestAddress(userPrincipalName: string): string {
  if (!userPrincipalName.includes('#')) return userPrincipalName;
  const marker = userPrincipalName.toUpperCase().indexOf('#EXT#@');
  if (marker < 0) return userPrincipalName;
  const local = userPrincipalName.slice(0, marker);
  const separator = local.lastIndexOf('_');
  return separator < 0 ? local : `${local.slice(0, separator)}@${local.slice(separator + 1)}`;
}

/** Looks up source attributes by Entra's names; unknown names have no value. */
export function viewSource(facts: SourceFacts): (name: string) => SourceValue {
  const { properties } = facts;
  const readers = READERS[facts.kind];
  return (name) => {
    const known = readers.get(name);
    // Most attributes are texts that Graph returns as they are; they take the short way.
    const value = known?.property === undefined ? undefined : properties[known.property];
    return typeof value === 'string' ? value : (known ?? readerOf(facts.kind, name)).read(facts);
  };
}

interface Reader {
  /** The Graph property that is the value, if it is nothing but that. */
  readonly property: string | undefined;
  readonly read: (facts: SourceFacts) => SourceValue;
}

/** How each name is read, found out once: expressions and filters ask for the same few names of every object. */
const READERS: Readonly<Record<ObjectKind, Map<string, Reader>>> = { user: new Map(), group: new Map() };

function readerOf(kind: ObjectKind, name: string): Reader {
  const origin = sourceAttribute(kind, name);
  const property = origin?.from === 'property' && origin.property !== 'id' ? origin.property : undefined;
  const reader: Reader = { property, read: origin === undefined ? () => null : (facts) => readOrigin(origin, facts) };
  READERS[kind].set(name, reader);
  return reader;
}

function readOrigin(origin: SourceAttributeOrigin, facts: SourceFacts): SourceValue {
  const { properties } = facts;
  switch (origin.from) {
    case 'property':
      return origin.property === 'id' ? facts.id : asSourceValue(properties[origin.property]);
    case 'member': {
      const parent = properties[origin.property];
      return typeof parent === 'object' && parent !== null
        ? asSourceValue((parent as Record<string, unknown>)[origin.member])
        : null;
    }
    case 'first': {
      const values = properties[origin.property];
      return Array.isArray(values) ? asSourceValue(values[0]) : null;
    }
    case 'reference':
      return origin.relation === 'manager' ? facts.managerId : null;
    case 'computed':
      return computed(origin.name, facts);
    default:
      return origin satisfies never;
  }
}

function computed(
  name: 'IsSoftDeleted' | 'userPrincipalName' | 'originalUserPrincipalName' | 'appRoleAssignments',
  facts: SourceFacts,
): SourceValue {
  const userPrincipalName = facts.properties['userPrincipalName'];
  switch (name) {
    case 'IsSoftDeleted':
      return facts.isSoftDeleted;
    case 'originalUserPrincipalName':
      return asSourceValue(userPrincipalName);
    case 'userPrincipalName':
      return typeof userPrincipalName === 'string' ? originalGuestAddress(userPrincipalName) : null;
    case 'appRoleAssignments':
      return facts.roles.map((role) => ({ id: role.id, value: role.value, displayName: role.displayName }));
    default:
      return name satisfies never;
  }
}
