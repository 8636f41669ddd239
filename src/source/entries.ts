// Graph's JSON rows as entries of the model: validates what the engine relies on and nothing more. Ids are opaque.
// Null and absent are the same here (delta leaves out what was never set, a plain read answers null).
import { z } from 'zod';
import type {
  AppRoleAssignment,
  DirectoryEntry,
  GroupMember,
  MemberChange,
  ObjectKind,
  ServicePrincipal,
} from '../model/directory.ts';
import { JobFault } from '../model/errors.ts';
import { oneLine } from './json.ts';

const removedSchema = z.looseObject({ reason: z.string().nullish() });
const referenceSchema = z.looseObject({
  id: z.string().min(1),
  '@odata.type': z.string().nullish(),
  '@removed': removedSchema.nullish(),
});
const entrySchema = z.looseObject({
  id: z.string().min(1),
  '@removed': removedSchema.nullish(),
  'manager@delta': z.array(referenceSchema).nullish(),
  'members@delta': z.array(referenceSchema).nullish(),
  manager: z.looseObject({ id: z.string().min(1) }).nullish(),
});
const assignmentSchema = z.looseObject({
  principalId: z.string().min(1),
  principalType: z.string().min(1),
  appRoleId: z.string().min(1),
});
const servicePrincipalSchema = z.looseObject({
  id: z.string().min(1),
  appId: z.string().min(1),
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  appRoles: z.array(
    z.looseObject({
      id: z.string().min(1),
      value: z.string().nullish(),
      displayName: z.string().nullish(),
      isEnabled: z.boolean(),
      allowedMemberTypes: z.array(z.string()),
    }),
  ),
});

const RELATIONS = new Set(['manager', 'members']);
/** Every object of the kind has one; a row without it shows only what a missing permission leaves over. */
const WITNESS: Readonly<Record<ObjectKind, string>> = { user: 'userPrincipalName', group: 'displayName' };

/** A row of a delta page. Throws JobFault for a row without a usable id. */
export function deltaEntry(kind: ObjectKind, row: unknown): DirectoryEntry {
  const parsed = parseRow(entrySchema, row, `an entry of the ${kind}s delta`);
  const removed = parsed['@removed'];
  if (removed) {
    return { kind, id: parsed.id, properties: {}, removed: removed.reason === 'deleted' ? 'deleted' : 'changed' };
  }
  const managers = parsed['manager@delta'];
  const members = parsed['members@delta'];
  return {
    ...plainEntry(kind, parsed),
    ...(managers ? { managerId: managers.findLast((each) => !each['@removed'])?.id ?? null } : {}),
    ...(members ? { members: members.map(memberChange) } : {}),
  };
}

/** The answer of a direct read; with `relation` the manager of a user is known, also when there is none. */
export function objectEntry(kind: ObjectKind, body: unknown, relation: boolean): DirectoryEntry {
  const parsed = parseRow(entrySchema, body, `a ${kind}`);
  const entry = plainEntry(kind, parsed);
  return relation && kind === 'user' ? { ...entry, managerId: parsed.manager?.id ?? null } : entry;
}

/** A row of a member list; `type` is what Graph says, or the given type when the list was cast to one. */
export function groupMember(row: unknown, castType: string | undefined): GroupMember {
  const parsed = parseRow(referenceSchema, row, 'a group member');
  return { id: parsed.id, type: castType ?? directoryType(parsed['@odata.type']) };
}

/** A row of appRoleAssignedTo, or undefined for a type of principal that is unknown. */
export function appRoleAssignment(row: unknown): AppRoleAssignment | undefined {
  const { principalId, principalType, appRoleId } = parseRow(assignmentSchema, row, 'an app role assignment');
  if (principalType !== 'User' && principalType !== 'Group' && principalType !== 'ServicePrincipal') return undefined;
  return { principalId, principalType, appRoleId };
}

/** The enterprise application. An absent `accountEnabled` counts as enabled, which is Entra's default. */
export function servicePrincipal(body: unknown): ServicePrincipal {
  const parsed = parseRow(servicePrincipalSchema, body, 'the service principal');
  return {
    id: parsed.id,
    appId: parsed.appId,
    displayName: parsed.displayName ?? parsed.appId,
    accountEnabled: parsed.accountEnabled ?? true,
    appRoles: parsed.appRoles.map((role) => ({
      id: role.id,
      value: role.value ?? null,
      displayName: role.displayName ?? role.value ?? role.id,
      isEnabled: role.isEnabled,
      allowedMemberTypes: role.allowedMemberTypes,
    })),
  };
}

function plainEntry(kind: ObjectKind, row: Readonly<Record<string, unknown>> & { id: string }): DirectoryEntry {
  const properties = Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== null && !name.includes('@') && !RELATIONS.has(name)),
  );
  const limited = properties[WITNESS[kind]] === undefined;
  return { kind, id: row.id, properties, ...(limited ? { limited } : {}) };
}

function memberChange(row: z.infer<typeof referenceSchema>): MemberChange {
  return { id: row.id, type: directoryType(row['@odata.type']), removed: Boolean(row['@removed']) };
}

/** `#microsoft.graph.user` as `user`; `unknown` when Graph does not say. */
function directoryType(type: string | null | undefined): string {
  return type?.replace(/^#?microsoft\.graph\./, '') || 'unknown';
}

function parseRow<T>(schema: z.ZodType<T>, row: unknown, what: string): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.map(String).join('.') || 'the row';
  throw new JobFault(
    'SourceProtocolError',
    `Microsoft Graph answered ${what} that is not usable: ${oneLine(`${place}: ${issue?.message ?? 'invalid'}`, 200)}.`,
  );
}
