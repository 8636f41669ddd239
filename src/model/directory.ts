// What the source says about the directory, in the shape the engine merges. Follows the Graph delta entry
// (graph.md section 3): an absent manager or members key means "no change", an absent scalar means "no value".

/** The two kinds of directory objects that are provisioned. */
export type ObjectKind = 'user' | 'group';

/** Both kinds, in the order in which they are provisioned. */
export const OBJECT_KINDS: readonly ObjectKind[] = ['user', 'group'];

/** A change of one membership as a delta page states it. */
export interface MemberChange {
  readonly id: string;
  /** `user`, `group` or another directory type such as `device`; only user and group are used. */
  readonly type: string;
  readonly removed: boolean;
}

/** One entry of a delta page or of a direct read. */
export interface DirectoryEntry {
  readonly kind: ObjectKind;
  readonly id: string;
  /** Selected Graph properties as answered; absent means no value. Empty for removed entries. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The manager's id, null when cleared or none, undefined when this answer does not say. */
  readonly managerId?: string | null;
  /** Membership changes (delta); undefined when this answer does not say. */
  readonly members?: readonly MemberChange[];
  /** Graph's `@removed.reason`: `changed` is a soft delete, `deleted` a permanent one. */
  readonly removed?: 'changed' | 'deleted';
  /** True for a limited-info row (all selected properties null for want of permission): no evidence of anything. */
  readonly limited?: boolean;
}

/** One page of a delta round. Exactly one of the links is present. */
export interface DeltaPage {
  readonly entries: readonly DirectoryEntry[];
  readonly nextLink?: string;
  readonly deltaLink?: string;
}

/** An app role of the enterprise application. */
export interface AppRole {
  readonly id: string;
  readonly value: string | null;
  readonly displayName: string;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: readonly string[];
}

/** The enterprise application whose assignments are provisioned. */
export interface ServicePrincipal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly appRoles: readonly AppRole[];
}

/** The id of the role that Entra calls Default Access. */
export const DEFAULT_ACCESS_ROLE_ID = '00000000-0000-0000-0000-000000000000';

/** One row of `appRoleAssignedTo`; keyed by (principalId, appRoleId). */
export interface AppRoleAssignment {
  readonly principalId: string;
  readonly principalType: 'User' | 'Group' | 'ServicePrincipal';
  readonly appRoleId: string;
}

/** A member row of a group list read. */
export interface GroupMember {
  readonly id: string;
  readonly type: string;
}

/** Why a direct read returned no entry: gone for good, or restorable. */
export type ReadOutcome =
  | { readonly found: true; readonly entry: DirectoryEntry }
  | { readonly found: false; readonly state: 'softDeleted' | 'hardDeleted' };
