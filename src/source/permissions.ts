// The Microsoft Graph application permissions the adapter needs, and which broader ones include them. Role ids are
// those of the Microsoft Graph service principal 00000003-0000-0000-c000-000000000000.

/** An application permission the adapter cannot do without. */
export type GraphPermission = 'User.Read.All' | 'GroupMember.Read.All' | 'Application.Read.All';

/** What a request reads; decides the permission that a 403 names. */
export type Concern = 'users' | 'groups' | 'assignments' | 'servicePrincipal' | 'synchronization';

/** What the adapter cannot do without reading. */
export type NeededConcern = Exclude<Concern, 'synchronization'>;

interface PermissionFacts {
  readonly roleId: string;
  /** Permissions that grant the same reads. */
  readonly includedIn: readonly string[];
}

/** The grant set: application permissions with admin consent. */
export const GRAPH_PERMISSIONS: Readonly<Record<GraphPermission, PermissionFacts>> = {
  'User.Read.All': {
    roleId: 'df021288-bdef-4463-88db-98f22de89214',
    includedIn: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  },
  'GroupMember.Read.All': {
    roleId: '98830695-27a2-44f7-8c18-0c3ebc9698f6',
    includedIn: [
      'GroupMember.ReadWrite.All',
      'Group.Read.All',
      'Group.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
  },
  'Application.Read.All': {
    roleId: '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
    includedIn: ['Application.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  },
};

/** All permissions of the grant set, in the order in which they are checked. */
export const PERMISSION_NAMES: readonly GraphPermission[] = [
  'User.Read.All',
  'GroupMember.Read.All',
  'Application.Read.All',
];

/** The permission that reading the concern needs. */
function permissionFor(concern: NeededConcern): GraphPermission {
  switch (concern) {
    case 'users':
      return 'User.Read.All';
    case 'groups':
      return 'GroupMember.Read.All';
    case 'assignments':
    case 'servicePrincipal':
      return 'Application.Read.All';
  }
}

/** Whether the granted roles allow what the permission allows. */
export function isGranted(permission: GraphPermission, roles: readonly string[]): boolean {
  return roles.includes(permission) || GRAPH_PERMISSIONS[permission].includedIn.some((name) => roles.includes(name));
}

/** The next step for a missing permission, with the role id that scripts need. */
export function grantAdvice(permission: GraphPermission): string {
  return grantText(permission, GRAPH_PERMISSIONS[permission].roleId);
}

/** The next step when reading the concern was refused. */
export function grantAdviceFor(concern: Concern): string {
  if (concern !== 'synchronization') return grantAdvice(permissionFor(concern));
  return `${grantText(OPTIONAL_PERMISSION.name, OPTIONAL_PERMISSION.roleId)} It can be taken away again afterwards.`;
}

function grantText(permission: string, roleId: string): string {
  return `Grant the Microsoft Graph application permission ${permission} (role id ${roleId}) to the app registration and give admin consent.`;
}

/**
 * Lets test-connection see whether Microsoft Entra provisions the application as well, and schema import read its
 * configuration; nothing else needs it.
 */
export const OPTIONAL_PERMISSION = {
  name: 'Synchronization.Read.All',
  roleId: '5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce',
} as const;
