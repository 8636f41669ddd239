/**
 * The records the directory keeps. A property bag holds what was ever set: an absent key was never set, `null` was set and
 * cleared again. Graph's delta answers tell the two apart, its plain answers do not.
 */
import type { ObjectKind } from './change-log.ts';

/** Values by Graph property name. */
export type PropertyBag = Record<string, unknown>;

/** What every directory object has. `ordinal` is its place in enumerations and never changes. */
interface DirectoryRecord {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly ordinal: number;
  properties: PropertyBag;
  /** Set while the object is in the recycle bin. */
  deletedDateTime: string | null;
}

/** A person. */
export interface UserRecord extends DirectoryRecord {
  readonly kind: 'user';
  managerId: string | null;
  /** The userPrincipalName to give back on restore; set while deleted. */
  upnBeforeDeletion: string | null;
}

/** A member row; `order` grows with every addition, so that a page cursor survives removals. */
interface MemberEntry {
  readonly kind: ObjectKind;
  readonly order: number;
}

/** A group and its direct members by id. */
export interface GroupRecord extends DirectoryRecord {
  readonly kind: 'group';
  readonly members: Map<string, MemberEntry>;
}

/** An enterprise application. */
export interface ServicePrincipalRecord extends DirectoryRecord {
  readonly kind: 'servicePrincipal';
}

/** Any object of the directory. */
export type AnyRecord = UserRecord | GroupRecord | ServicePrincipalRecord;

/** A role of an application, as in `appRoles`. */
export interface AppRole {
  readonly allowedMemberTypes: readonly string[];
  readonly description: string;
  readonly displayName: string;
  readonly id: string;
  readonly isEnabled: boolean;
  readonly origin: string;
  readonly value: string | null;
}

/** One row of `appRoleAssignedTo`. The id is base64url and not a GUID. */
export interface AssignmentRecord {
  readonly id: string;
  readonly ordinal: number;
  readonly appRoleId: string;
  readonly createdDateTime: string;
  readonly createdAt: number;
  readonly principalDisplayName: string;
  readonly principalId: string;
  readonly principalType: 'User' | 'Group' | 'ServicePrincipal';
  readonly resourceDisplayName: string;
  readonly resourceId: string;
}

/** The role id that stands for "assigned without a particular role"; it is not listed in `appRoles`. */
export const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';

/** A text property, or '' when it is not set. */
export function textOf(record: DirectoryRecord, property: string): string {
  const value = record.properties[property];
  return typeof value === 'string' ? value : '';
}

/** Microsoft 365 groups rest in the recycle bin; other groups vanish at once. */
export function isUnified(group: GroupRecord): boolean {
  const types = group.properties['groupTypes'];
  return Array.isArray(types) && types.includes('Unified');
}
