/**
 * The directory of one tenant: people, groups, applications, memberships, managers, assignments and the recycle bin, with
 * the log that delta queries read. It keeps the rules of Entra (unique userPrincipalName, renamed while deleted, memberships
 * that outlive a soft delete) and refuses what breaks them with a GraphFault; it does not know about HTTP.
 */
import { type AssignmentTable, makeAssignmentTable } from './assignments.ts';
import { type Change, type ChangeLog, type ChangeWhat, makeChangeLog, type ObjectKind } from './change-log.ts';
import { graphTime } from './clock.ts';
import { directoryRefusal, GraphFault, notFound } from './graph-fault.ts';
import { makeObjectTable, type ObjectTable } from './object-table.ts';
import {
  type AnyRecord,
  type GroupRecord,
  isUnified,
  type PropertyBag,
  type ServicePrincipalRecord,
  textOf,
  type UserRecord,
} from './objects.ts';
import type { ExtensionDefinition } from './schema.ts';

const RECYCLE_BIN_MS = 30 * 86_400_000;

/** See the file's comment. */
export class Directory {
  readonly users: ObjectTable<UserRecord> = makeObjectTable<UserRecord>();
  readonly groups: ObjectTable<GroupRecord> = makeObjectTable<GroupRecord>();
  readonly servicePrincipals: ObjectTable<ServicePrincipalRecord> = makeObjectTable<ServicePrincipalRecord>();
  readonly assignments: AssignmentTable = makeAssignmentTable();
  readonly extensions: ExtensionDefinition[] = [];
  readonly log: ChangeLog = makeChangeLog();
  readonly #byUpn = new Map<string, UserRecord>();
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #reportsOf = new Map<string, Set<string>>();
  readonly #now: () => Date;
  #memberOrder = 0;
  #recording = true;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Runs `build` without logging: what exists before the first delta round has no history. */
  seed(build: () => void): void {
    this.#recording = false;
    try {
      build();
    } finally {
      this.#recording = true;
    }
  }

  /** A live user by object id, or by userPrincipalName whatever its casing. */
  user(key: string): UserRecord | undefined {
    const folded = key.toLowerCase();
    return this.users.live.get(folded) ?? this.#byUpn.get(folded);
  }

  /** Any live object by id. */
  object(id: string): AnyRecord | undefined {
    const key = id.toLowerCase();
    return this.users.live.get(key) ?? this.groups.live.get(key) ?? this.servicePrincipals.live.get(key);
  }

  /** Any object in the recycle bin by id. */
  deletedObject(id: string): UserRecord | GroupRecord | undefined {
    const key = id.toLowerCase();
    return this.users.deleted.get(key) ?? this.groups.deleted.get(key);
  }

  /** Ids of the groups that hold this object directly. */
  groupsOf(id: string): ReadonlySet<string> {
    return this.#groupsOf.get(id) ?? new Set();
  }

  /** Adds a person; a taken userPrincipalName is a refusal. */
  createUser(id: string, properties: PropertyBag): UserRecord {
    const ordinal = this.users.nextOrdinal();
    const user: UserRecord = {
      kind: 'user',
      id,
      ordinal,
      properties,
      managerId: null,
      deletedDateTime: null,
      upnBeforeDeletion: null,
    };
    this.#claimUpn(textOf(user, 'userPrincipalName'), user);
    this.users.add(user);
    this.#record('user', id, { type: 'created' });
    return user;
  }

  /** Adds a group without members. */
  createGroup(id: string, properties: PropertyBag): GroupRecord {
    const ordinal = this.groups.nextOrdinal();
    const group: GroupRecord = { kind: 'group', id, ordinal, properties, members: new Map(), deletedDateTime: null };
    this.groups.add(group);
    this.#record('group', id, { type: 'created' });
    return group;
  }

  /** Adds an enterprise application. */
  createServicePrincipal(id: string, properties: PropertyBag): ServicePrincipalRecord {
    const ordinal = this.servicePrincipals.nextOrdinal();
    const principal: ServicePrincipalRecord = {
      kind: 'servicePrincipal',
      id,
      ordinal,
      properties,
      deletedDateTime: null,
    };
    this.servicePrincipals.add(principal);
    this.#record('servicePrincipal', id, { type: 'created' });
    return principal;
  }

  /** Sets properties (`null` clears); only what really differs is logged. */
  update(record: AnyRecord, patch: PropertyBag): void {
    const changed = Object.keys(patch).filter(
      (name) => !sameValue(record.properties[name] ?? null, patch[name] ?? null),
    );
    if (changed.length === 0) return;
    if (record.kind === 'user' && changed.includes('userPrincipalName')) {
      const previous = textOf(record, 'userPrincipalName');
      this.#claimUpn(String(patch['userPrincipalName']), record);
      if (previous.toLowerCase() !== String(patch['userPrincipalName']).toLowerCase())
        this.#byUpn.delete(previous.toLowerCase());
    }
    for (const name of changed) record.properties[name] = patch[name] ?? null;
    this.#record(record.kind, record.id, { type: 'updated', properties: changed });
  }

  /** Soft delete for people and Microsoft 365 groups, for good for other groups and applications. */
  remove(record: AnyRecord): void {
    if (record.kind === 'servicePrincipal' || (record.kind === 'group' && !isUnified(record))) {
      this.purge(record);
      return;
    }
    record.deletedDateTime = graphTime(this.#now());
    if (record.kind === 'user') {
      const upn = textOf(record, 'userPrincipalName');
      this.#byUpn.delete(upn.toLowerCase());
      record.upnBeforeDeletion = upn;
      record.properties['userPrincipalName'] = record.id.replaceAll('-', '') + upn;
      this.users.bury(record);
    } else {
      this.groups.bury(record);
    }
    this.#record(record.kind, record.id, { type: 'softDeleted' });
  }

  /** Takes an object out of the recycle bin; a userPrincipalName that was taken meanwhile is a refusal. */
  restore(record: UserRecord | GroupRecord): void {
    if (record.kind === 'user') {
      const upn = record.upnBeforeDeletion ?? textOf(record, 'userPrincipalName');
      this.#claimUpn(upn, record);
      record.properties['userPrincipalName'] = upn;
      record.upnBeforeDeletion = null;
      this.users.unbury(record);
    } else {
      this.groups.unbury(record);
    }
    record.deletedDateTime = null;
    this.#record(record.kind, record.id, { type: 'restored' });
    if (record.kind === 'user') return;
    for (const [memberId, member] of record.members) {
      this.#record('group', record.id, { type: 'member', memberId, memberKind: member.kind, added: true });
    }
  }

  /** Deletes for good: memberships, reports and assignments go with the object. */
  purge(record: AnyRecord): void {
    for (const groupId of this.groupsOf(record.id)) {
      const group = this.groups.live.get(groupId) ?? this.groups.deleted.get(groupId);
      if (group !== undefined) this.removeMember(group, record.id);
    }
    this.#groupsOf.delete(record.id);
    for (const reportId of this.#reportsOf.get(record.id) ?? []) {
      const report = this.users.live.get(reportId) ?? this.users.deleted.get(reportId);
      if (report !== undefined) this.setManager(report, null);
    }
    if (record.kind === 'user') {
      if (record.managerId !== null) this.#reportsOf.get(record.managerId)?.delete(record.id);
      if (record.deletedDateTime === null) this.#byUpn.delete(textOf(record, 'userPrincipalName').toLowerCase());
      this.users.drop(record);
    } else if (record.kind === 'group') {
      for (const memberId of record.members.keys()) this.#groupsOf.get(memberId)?.delete(record.id);
      this.groups.drop(record);
    } else {
      this.servicePrincipals.drop(record);
    }
    this.assignments.removePrincipal(record.id);
    this.#record(record.kind, record.id, { type: 'purged' });
  }

  /** Purges what has been in the recycle bin for 30 days. */
  sweepRecycleBin(): number {
    const limit = this.#now().getTime() - RECYCLE_BIN_MS;
    const due = [...this.users.deleted.values(), ...this.groups.deleted.values()].filter(
      (record) => Date.parse(record.deletedDateTime ?? '') <= limit,
    );
    for (const record of due) this.purge(record);
    return due.length;
  }

  /** Sets or clears a person's manager; nothing happens when it is the same. */
  setManager(user: UserRecord, managerId: string | null): void {
    const previous = user.managerId;
    if (previous === managerId) return;
    if (previous !== null) this.#reportsOf.get(previous)?.delete(user.id);
    user.managerId = managerId;
    if (managerId !== null) {
      const reports = this.#reportsOf.get(managerId) ?? new Set();
      this.#reportsOf.set(managerId, reports.add(user.id));
    }
    this.#record('user', user.id, { type: 'manager', previous });
  }

  /** The manager, unless there is none or they are in the recycle bin. */
  managerOf(user: UserRecord): UserRecord | undefined {
    return user.managerId === null ? undefined : this.users.live.get(user.managerId);
  }

  /** Adds a direct member; one that is there already, and the group itself, are refusals. */
  addMember(group: GroupRecord, member: AnyRecord): void {
    if (group.members.has(member.id)) {
      throw directoryRefusal(
        "One or more added object references already exist for the following modified properties: 'members'.",
      );
    }
    if (member.id === group.id) throw directoryRefusal('A group cannot be a member of itself.');
    this.#memberOrder += 1;
    group.members.set(member.id, { kind: member.kind, order: this.#memberOrder });
    const groups = this.#groupsOf.get(member.id) ?? new Set();
    this.#groupsOf.set(member.id, groups.add(group.id));
    this.#record('group', group.id, { type: 'member', memberId: member.id, memberKind: member.kind, added: true });
  }

  /** Takes a direct member out; Graph's 404 for one that is not there. */
  removeMember(group: GroupRecord, memberId: string): void {
    const member = group.members.get(memberId);
    if (member === undefined) throw notFound(memberId);
    group.members.delete(memberId);
    this.#groupsOf.get(memberId)?.delete(group.id);
    this.#record('group', group.id, { type: 'member', memberId, memberKind: member.kind, added: false });
  }

  #claimUpn(upn: string, user: UserRecord): void {
    const holder = this.#byUpn.get(upn.toLowerCase());
    if (holder !== undefined && holder !== user) {
      throw new GraphFault(
        400,
        'Request_BadRequest',
        'Another object with the same value for property userPrincipalName already exists.',
      );
    }
    this.#byUpn.set(upn.toLowerCase(), user);
  }

  #record(kind: ObjectKind, id: Change['id'], what: ChangeWhat): void {
    if (this.#recording) this.log.append(this.#now().getTime(), kind, id, what);
  }
}

function sameValue(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
