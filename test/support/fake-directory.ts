// A directory tenant in memory that answers as Microsoft Graph does: delta feeds with tokens, coalesced entries, replays,
// removal markers and membership changes; a recycle bin; assignments without a feed. Faults are switched by tests.
import type { DeltaStart, SourceConnector } from '../../src/engine/ports.ts';
import type {
  AppRole,
  AppRoleAssignment,
  DeltaPage,
  DirectoryEntry,
  GroupMember,
  MemberChange,
  ObjectKind,
  ReadOutcome,
  ServicePrincipal,
} from '../../src/model/directory.ts';
import { ResyncRequired } from '../../src/model/errors.ts';

interface Person {
  state: 'present' | 'softDeleted' | 'hardDeleted';
  properties: Record<string, unknown>;
  managerId: string | null;
}

interface Team {
  state: 'present' | 'softDeleted' | 'hardDeleted';
  properties: Record<string, unknown>;
  members: Set<string>;
}

interface LoggedChange {
  readonly seq: number;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly member?: { readonly id: string; readonly removed: boolean };
}

const ROLE = '11111111-1111-4111-8111-111111111111';

/** The in-memory tenant. */
export class FakeDirectory implements SourceConnector {
  readonly users = new Map<string, Person>();
  readonly groups = new Map<string, Team>();
  assignments: AppRoleAssignment[] = [];
  appRoles: AppRole[] = [
    { id: ROLE, value: 'User', displayName: 'User', isEnabled: true, allowedMemberTypes: ['User'] },
  ];
  readonly requests = { graph: 0, tokens: 0 };
  pageSize = 3;
  /** Feed entries that were answered before and come again with their present state. */
  replays = 0;
  /** Tokens with a lower number are refused with ResyncRequired. */
  oldestToken = 0;
  /** Whether deleting and restoring a person shows in the feed of their groups. */
  groupsShowDeletions = true;
  /** Consumed one per reading of the assignment list. */
  readonly assignmentAnswers: ((rows: AppRoleAssignment[]) => AppRoleAssignment[])[] = [];
  /** Consumed one per reading of a member list. */
  readonly memberAnswers: ((rows: GroupMember[]) => GroupMember[])[] = [];
  /** Consumed one per reading of the groups of a person. */
  readonly groupAnswers: ((ids: string[]) => string[])[] = [];
  /** Throws when it answers an error; called before every page. */
  fault: ((page: { kind: string; number: number }) => Error | undefined) | undefined;
  readonly hidden = new Set<string>();
  readonly limited = new Set<string>();
  readonly #log: LoggedChange[] = [];
  #seq = 0;

  addUser(id: string, properties: Record<string, unknown> = {}, managerId: string | null = null): void {
    this.users.set(id, {
      state: 'present',
      properties: {
        userPrincipalName: `${id}@example.com`,
        mail: `${id}@example.com`,
        displayName: `Name ${id}`,
        accountEnabled: true,
        ...properties,
      },
      managerId,
    });
    this.#record('user', id);
  }

  addGroup(id: string, members: readonly string[] = []): void {
    this.groups.set(id, { state: 'present', properties: { displayName: `Group ${id}` }, members: new Set() });
    this.#record('group', id);
    for (const member of members) this.addMember(id, member);
  }

  setUser(id: string, properties: Record<string, unknown>): void {
    Object.assign(this.#person(id).properties, properties);
    this.#record('user', id);
  }

  setGroup(id: string, properties: Record<string, unknown>): void {
    Object.assign(this.#team(id).properties, properties);
    this.#record('group', id);
  }

  setManager(id: string, managerId: string | null): void {
    this.#person(id).managerId = managerId;
    this.#record('user', id);
  }

  addMember(groupId: string, id: string): void {
    this.#team(groupId).members.add(id);
    this.#record('group', groupId, { id, removed: false });
  }

  removeMember(groupId: string, id: string): void {
    this.#team(groupId).members.delete(id);
    this.#record('group', groupId, { id, removed: true });
  }

  softDelete(id: string): void {
    this.#person(id).state = 'softDeleted';
    this.#record('user', id);
    if (this.groupsShowDeletions) this.#recordMemberships(id, true);
  }

  restore(id: string): void {
    this.#person(id).state = 'present';
    this.#record('user', id);
    if (this.groupsShowDeletions) this.#recordMemberships(id, false);
  }

  hardDelete(id: string): void {
    this.#person(id).state = 'hardDeleted';
    this.#record('user', id);
    this.#recordMemberships(id, true);
    for (const team of this.groups.values()) team.members.delete(id);
    this.assignments = this.assignments.filter((each) => each.principalId !== id);
    for (const [reportId, person] of this.users) if (person.managerId === id) this.setManager(reportId, null);
  }

  deleteGroup(id: string): void {
    this.#team(id).state = 'hardDeleted';
    this.assignments = this.assignments.filter((each) => each.principalId !== id);
    this.#record('group', id);
  }

  assign(id: string, role = ROLE): void {
    const principalType = this.groups.has(id) ? 'Group' : 'User';
    this.assignments.push({ principalId: id, principalType, appRoleId: role });
  }

  unassign(...ids: readonly string[]): void {
    this.assignments = this.assignments.filter((each) => !ids.includes(each.principalId));
  }

  /** Every token given so far is refused from now on. */
  expireTokens(): void {
    this.#seq += 1;
    this.oldestToken = this.#seq;
  }

  readServicePrincipal(id: string): Promise<ServicePrincipal> {
    this.#page('servicePrincipal', 0);
    return Promise.resolve({ id, appId: id, displayName: 'App', accountEnabled: true, appRoles: this.appRoles });
  }

  async *readAssignments(): AsyncIterable<readonly AppRoleAssignment[]> {
    const visible = this.assignments.filter((each) => this.users.get(each.principalId)?.state !== 'softDeleted');
    const answer = this.assignmentAnswers.shift() ?? ((rows: AppRoleAssignment[]) => rows);
    yield* this.#pages('assignments', answer([...visible]));
  }

  async *readDeletedUsers(): AsyncIterable<readonly string[]> {
    const deleted = [...this.users].filter(([, person]) => person.state === 'softDeleted').map(([id]) => id);
    yield* this.#pages('deletedUsers', deleted);
  }

  async *readGroupMembers(groupId: string, depth: 'direct' | 'transitive'): AsyncIterable<readonly GroupMember[]> {
    const ids = depth === 'direct' ? this.#team(groupId).members : this.#peopleBelow(groupId, new Set());
    const rows = [...ids]
      .filter((id) => this.users.get(id)?.state !== 'softDeleted')
      .map((id) => ({ id, type: this.groups.has(id) ? 'group' : 'user' }));
    const answer = this.memberAnswers.shift() ?? ((list: GroupMember[]) => list);
    yield* this.#pages('members', answer(rows));
  }

  async *readGroupsOf(userId: string, depth: 'direct' | 'transitive'): AsyncIterable<readonly string[]> {
    const ids = [...this.groups.keys()].filter((groupId) =>
      depth === 'direct' ? this.#team(groupId).members.has(userId) : this.#peopleBelow(groupId, new Set()).has(userId),
    );
    const answer = this.groupAnswers.shift() ?? ((list: string[]) => list);
    yield* this.#pages('memberOf', answer(ids));
  }

  readObjects(kind: ObjectKind, ids: readonly string[]): Promise<ReadonlyMap<string, ReadOutcome>> {
    this.#page('objects', 0);
    const outcomes = new Map<string, ReadOutcome>();
    for (const id of ids) {
      if (this.hidden.has(id)) continue;
      const state = (kind === 'user' ? this.users : this.groups).get(id)?.state ?? 'hardDeleted';
      outcomes.set(
        id,
        state === 'present'
          ? { found: true, entry: this.#shown(this.#entry(kind, id, undefined)) }
          : { found: false, state },
      );
    }
    return Promise.resolve(outcomes);
  }

  async *readDelta(from: DeltaStart | { readonly kind: ObjectKind; readonly link: string }): AsyncIterable<DeltaPage> {
    const { kind } = from;
    const token = 'link' in from ? parseLink(from.link) : { since: from.from === 'latest' ? this.#seq : -1, offset: 0 };
    if ('link' in from && token.since < this.oldestToken) throw new ResyncRequired('syncStateNotFound');
    const upTo = token.upTo ?? this.#seq;
    const entries = this.#changesBetween(kind, token.since, upTo, 'link' in from || from.from === 'latest');
    for (let offset = token.offset, number = 0; ; offset += this.pageSize, number += 1) {
      this.#page(`${kind}Delta`, number);
      const page = entries.slice(offset, offset + this.pageSize);
      if (offset + this.pageSize >= entries.length) {
        yield { entries: page, deltaLink: JSON.stringify({ since: upTo, offset: 0 }) };
        return;
      }
      yield {
        entries: page,
        nextLink: JSON.stringify({ since: token.since, offset: offset + this.pageSize, upTo }),
      };
    }
  }

  #changesBetween(kind: ObjectKind, since: number, upTo: number, changesOnly: boolean): DirectoryEntry[] {
    const recent = this.#log.filter((each) => each.kind === kind && each.seq > since && each.seq <= upTo);
    const older = this.#log.filter((each) => each.kind === kind && each.seq <= since);
    const repeated = changesOnly && this.replays > 0 ? older.slice(-this.replays) : [];
    const changes = [...repeated, ...recent];
    const ids = [...new Set(changes.map((each) => each.id))];
    return ids
      .map((id) => {
        const members = new Map<string, MemberChange>();
        for (const { member } of changes.filter((each) => each.id === id)) {
          if (member === undefined) continue;
          const type = this.groups.has(member.id) ? 'group' : 'user';
          members.set(member.id, { id: member.id, type, removed: !this.#showsMember(id, member.id) });
        }
        return this.#entry(kind, id, kind === 'group' ? [...members.values()] : undefined);
      })
      .filter((entry) => changesOnly || entry.removed === undefined);
  }

  #peopleBelow(groupId: string, met: Set<string>): Set<string> {
    const people = new Set<string>();
    if (met.has(groupId)) return people;
    met.add(groupId);
    for (const id of this.#team(groupId).members) {
      if (!this.groups.has(id)) people.add(id);
      else for (const person of this.#peopleBelow(id, met)) people.add(person);
    }
    return people;
  }

  #showsMember(groupId: string, id: string): boolean {
    const hidden = this.groupsShowDeletions && this.users.get(id)?.state === 'softDeleted';
    return !hidden && this.groups.get(groupId)?.members.has(id) === true;
  }

  #entry(kind: ObjectKind, id: string, members: readonly MemberChange[] | undefined): DirectoryEntry {
    if (kind === 'group') {
      const team = this.#team(id);
      if (team.state !== 'present') return { kind, id, properties: {}, removed: removal(team.state) };
      return { kind, id, properties: { ...team.properties }, ...(members?.length ? { members } : {}) };
    }
    const person = this.#person(id);
    if (person.state !== 'present') return { kind, id, properties: {}, removed: removal(person.state) };
    if (this.limited.has(id)) return { kind, id, properties: {}, limited: true };
    return { kind, id, properties: { ...person.properties }, managerId: person.managerId };
  }

  /** An object that is read by itself does not show a manager who is in the recycle bin. */
  #shown(entry: DirectoryEntry): DirectoryEntry {
    const { managerId = null } = entry;
    const isHidden = managerId !== null && this.users.get(managerId)?.state === 'softDeleted';
    return isHidden ? { ...entry, managerId: null } : entry;
  }

  async *#pages<T>(kind: string, rows: readonly T[]): AsyncIterable<readonly T[]> {
    for (let from = 0, number = 0; from === 0 || from < rows.length; from += this.pageSize, number += 1) {
      this.#page(kind, number);
      await Promise.resolve();
      yield rows.slice(from, from + this.pageSize);
    }
  }

  #page(kind: string, number: number): void {
    this.requests.graph += 1;
    const error = this.fault?.({ kind, number });
    if (error !== undefined) throw error;
  }

  #record(kind: ObjectKind, id: string, member?: LoggedChange['member']): void {
    this.#seq += 1;
    this.#log.push({ seq: this.#seq, kind, id, ...(member === undefined ? {} : { member }) });
  }

  #recordMemberships(id: string, removed: boolean): void {
    for (const [groupId, team] of this.groups)
      if (team.members.has(id)) this.#record('group', groupId, { id, removed });
  }

  #person(id: string): Person {
    const person = this.users.get(id);
    if (person === undefined) throw new Error(`no user ${id}`);
    return person;
  }

  #team(id: string): Team {
    const team = this.groups.get(id);
    if (team === undefined) throw new Error(`no group ${id}`);
    return team;
  }
}

function removal(state: 'softDeleted' | 'hardDeleted'): 'changed' | 'deleted' {
  return state === 'softDeleted' ? 'changed' : 'deleted';
}

function parseLink(link: string): { since: number; offset: number; upTo?: number } {
  return JSON.parse(link) as { since: number; offset: number; upTo?: number };
}
