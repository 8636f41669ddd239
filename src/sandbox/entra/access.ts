/**
 * Which application permission a read needs. Any one of a list is enough; the least privileged comes first, as on the
 * permission tables of the Graph reference.
 */
import { denied } from './graph-fault.ts';
import type { GraphRequest } from './request.ts';

/** Permissions the sandbox's client is granted at the start. */
export const DEFAULT_GRANTS: readonly string[] = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];

const DIRECTORY = ['Directory.Read.All', 'Directory.ReadWrite.All'];

/** Permission lists by what is read. */
const NEEDS = {
  users: ['User.Read.All', 'User.ReadWrite.All', ...DIRECTORY],
  groups: ['GroupMember.Read.All', 'Group.Read.All', 'Group.ReadWrite.All', ...DIRECTORY],
  deletedGroups: ['Group.Read.All', 'Group.ReadWrite.All', ...DIRECTORY],
  applications: ['Application.Read.All', 'Application.ReadWrite.All', ...DIRECTORY],
  synchronization: ['Synchronization.Read.All', 'Synchronization.ReadWrite.All', 'Application.ReadWrite.OwnedBy'],
} as const;

/** What can be read. */
export type Need = keyof typeof NEEDS;

/** Whether the caller may read this. */
export function may(request: GraphRequest, need: Need): boolean {
  const { roles } = request;
  return roles === null || NEEDS[need].some((permission) => roles.has(permission));
}

/** Throws Graph's 403 unless the caller may read this. */
export function demand(request: GraphRequest, need: Need): void {
  if (!may(request, need)) throw denied();
}
