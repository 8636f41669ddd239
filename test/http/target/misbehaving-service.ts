// A SCIM service over nock that refuses, ignores and misjudges what a test tells it to, in whatever words and statuses. It holds
// one kind of truth, `resources`, and applies what it understands; where it lives and what it says are no help to a client.
import nock from 'nock';
import type { PatchOperation, ScimValue } from '../../../src/scim/resource.ts';
import { applyOperation, type Json } from '../../support/patch-resource.ts';

/** Understood, answered with success and not carried out, or refused with this status. */
export type Treatment = 'taken' | 'ignored' | 400 | 403 | 405 | 501;

/** What the service does with each form of a request. */
export interface Habits {
  /** Where it lives: with or without a path, and how ids look. */
  readonly root: string;
  readonly idOf: (number: number) => string;
  /** PATCH as a method: `taken`, or refused altogether. */
  readonly patch: 'taken' | 405 | 501;
  readonly put: Treatment;
  readonly extensionPath: Treatment;
  readonly plainPath: Treatment;
  /** A value path whose element is not there; one that is there is always understood. */
  readonly absentElement: Treatment;
  readonly withoutPath: Treatment | 'drops siblings';
  /** Elements added to a list that has others. */
  readonly addition: 'taken' | 'replaces';
  /** Members added to a group; `first` takes one of each operation. */
  readonly memberAddition: 'taken' | 'replaces' | 'first' | 'ignored';
  /** The removal of an attribute that is not there. */
  readonly absentRemoval: Treatment;
  readonly removalByPath: Treatment;
  readonly removalByList: Treatment | 'removes everybody';
  readonly memberReplacement: Treatment | 'merges';
  readonly remove: Treatment;
  /** Whether PATCH and PUT answer the resource, nothing, or of the resource only its name and what was changed. */
  readonly answers: boolean | 'changed';
  readonly scimType: string | undefined;
  /** How an error is put. */
  readonly error: (status: number, scimType: string | undefined) => string;
  /** Versions: none, those that it compares, some that it does not, or demanded with every change. */
  readonly versions: 'none' | 'compared' | 'stale' | 'required';
}

/** One that does everything right. */
export const WELL_BEHAVED: Habits = {
  root: 'http://scim.test:8080/scim/v2',
  idOf: (number) => `id-${number}`,
  patch: 'taken',
  put: 'taken',
  extensionPath: 'taken',
  plainPath: 'taken',
  absentElement: 'taken',
  withoutPath: 'taken',
  addition: 'taken',
  memberAddition: 'taken',
  absentRemoval: 'taken',
  removalByPath: 'taken',
  removalByList: 'taken',
  memberReplacement: 'taken',
  remove: 'taken',
  answers: true,
  scimType: undefined,
  error: (status, scimType) =>
    JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), scimType }),
  versions: 'none',
};

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly etag?: string;
}

/** A refusal on its way to the answer. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** The service; `requests` is what it was sent, as `METHOD endpoint`. */
export class MisbehavingService {
  /** Deals with an operation in its own way, and says whether it did. */
  interferes: (resource: Json, operation: PatchOperation) => boolean = () => false;
  /** Accounts that no group takes, and nobody is told of. */
  unwanted: readonly string[] = [];
  /** Answers a request in its own way, before or after it was carried out; undefined for the usual one. */
  answering: (request: string, stage: 'before' | 'after', resource: Json) => number | undefined = () => undefined;
  /** Attributes that no answer shows. */
  hidden: readonly string[] = [];
  /** Attributes that no answer to a change shows. */
  unanswered: readonly string[] = [];
  readonly resources = new Map<string, Json>();
  readonly requests: string[] = [];
  readonly bodies: unknown[] = [];
  readonly ifMatch: (string | null)[] = [];
  private readonly habits: Habits;
  private readonly versions = new Map<string, number>();
  private created = 0;

  constructor(habits: Partial<Habits>) {
    this.habits = { ...WELL_BEHAVED, ...habits };
    const { origin } = new URL(this.habits.root);
    const scope = nock(origin).persist();
    const every = /.*/s;
    const answer = async (request: Request): Promise<[number, string, Record<string, string>]> => {
      const reply = this.handle(request.method, request.url, await request.text(), request.headers.get('if-match'));
      const etag: Record<string, string> = reply.etag === undefined ? {} : { ETag: reply.etag };
      return [reply.status, reply.body ?? '', { 'Content-Type': 'application/scim+json', ...etag }];
    };
    scope.get(every).reply(answer);
    scope.patch(every).reply(answer);
    scope.put(every).reply(answer);
    scope.delete(every).reply(answer);
  }

  /** Puts a resource there; answers its id. */
  add(resource: Json): string {
    this.created += 1;
    const id = this.habits.idOf(this.created);
    this.resources.set(id, { ...structuredClone(resource), id });
    return id;
  }

  /** Somebody else changes a resource. */
  edit(id: string, change: Json): void {
    this.resources.set(id, { ...this.resources.get(id), ...change });
    this.bump(id);
  }

  /** Values of the members of a group. */
  membersOf(id: string): string[] {
    const members = this.resources.get(id)?.['members'];
    return Array.isArray(members) ? members.map((each) => (each as { value: string }).value) : [];
  }

  private handle(method: string, url: string, text: string, ifMatch: string | null): Reply {
    const [, endpoint = '', id = ''] = url.slice(this.habits.root.length).split('?')[0]?.split('/') ?? [];
    this.requests.push(`${method} ${endpoint}`);
    if (method !== 'GET') this.ifMatch.push(ifMatch);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (body !== undefined) this.bodies.push(body);
    if (endpoint === 'ServiceProviderConfig') return this.describe();
    const resource = this.resources.get(decodeURIComponent(id));
    if (resource === undefined) return { status: 404, body: this.habits.error(404, undefined) };
    try {
      return this.answer(method, resource, body as Json, ifMatch);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: this.habits.error(error.status, this.habits.scimType) };
    }
  }

  private describe(): Reply {
    const supported = this.habits.versions !== 'none';
    return { status: 200, body: JSON.stringify({ patch: { supported: true }, etag: { supported } }) };
  }

  private answer(method: string, resource: Json, body: Json, ifMatch: string | null): Reply {
    const id = String(resource['id']);
    const { habits } = this;
    const request = `${method} ${id}`;
    const refused = this.answering(request, 'before', resource);
    if (refused !== undefined) return { status: refused };
    if (method === 'GET') return this.shown(id);
    this.judgeVersion(id, ifMatch);
    if (method === 'DELETE') {
      if (allows(habits.remove)) this.resources.delete(id);
      return { status: 204 };
    }
    if (method === 'PUT') {
      if (allows(habits.put)) this.resources.set(id, { ...structuredClone(body), id });
    } else {
      if (habits.patch !== 'taken') throw new Refusal(habits.patch);
      const draft = structuredClone(this.resources.get(id) ?? resource);
      for (const operation of body['Operations'] as PatchOperation[]) this.apply(draft, operation);
      this.resources.set(id, draft);
    }
    this.withoutUnwanted(id);
    this.bump(id);
    const cutOff = this.answering(request, 'after', this.resources.get(id) ?? {});
    if (cutOff !== undefined) return { status: cutOff };
    if (habits.answers === 'changed') return this.shownChange(id, method === 'PUT' ? Object.keys(body) : pathsOf(body));
    return habits.answers ? this.withoutUnanswered(this.shown(id)) : { status: 204 };
  }

  private withoutUnanswered({ body, ...rest }: Reply): Reply {
    const entries = Object.entries(JSON.parse(body ?? '{}') as Json).filter(
      ([name]) => !this.unanswered.includes(name),
    );
    return { ...rest, body: JSON.stringify(Object.fromEntries(entries)) };
  }

  private withoutUnwanted(id: string): void {
    const { members, ...rest } = this.resources.get(id) ?? {};
    if (this.unwanted.length === 0 || !Array.isArray(members)) return;
    const kept = members.filter((each) => !this.unwanted.includes((each as { value: string }).value));
    this.resources.set(id, { ...rest, members: kept });
  }

  private apply(draft: Json, operation: PatchOperation): void {
    if (this.interferes(draft, operation)) return;
    const { habits } = this;
    const { op, path, value } = operation;
    if (path === undefined) {
      if (habits.withoutPath === 'drops siblings') Object.assign(draft, value);
      else if (allows(habits.withoutPath)) mergeInto(draft, value as Json);
    } else if (path.startsWith('members[')) {
      if (allows(habits.removalByPath)) applyOperation(draft, operation);
    } else if (path === 'members' && op === 'remove') {
      const listed = Array.isArray(value) ? value.map((each) => (each as { value: string }).value) : [];
      const members = (draft['members'] ?? []) as { value: string }[];
      if (habits.removalByList === 'removes everybody') draft['members'] = [];
      else if (allows(habits.removalByList)) draft['members'] = members.filter((each) => !listed.includes(each.value));
    } else if (path === 'members' && op === 'replace') {
      if (habits.memberReplacement === 'merges') applyOperation(draft, { ...operation, op: 'add' });
      else if (allows(habits.memberReplacement)) applyOperation(draft, operation);
    } else if (path === 'members') this.addMembers(draft, operation);
    else if (path.includes('[')) this.applyToElement(draft, operation);
    else if (op === 'remove' && draft[path] === undefined) allows(habits.absentRemoval);
    else if (op === 'add' && Array.isArray(value) && habits.addition === 'replaces') draft[path] = value;
    else if (allows(path.startsWith('urn:') ? habits.extensionPath : habits.plainPath))
      applyOperation(draft, operation);
  }

  private addMembers(draft: Json, operation: PatchOperation): void {
    const { memberAddition } = this.habits;
    if (memberAddition === 'replaces') draft['members'] = operation.value;
    else if (memberAddition === 'first')
      applyOperation(draft, { ...operation, value: (operation.value as readonly ScimValue[]).slice(0, 1) });
    else if (memberAddition === 'taken') applyOperation(draft, operation);
  }

  private applyToElement(draft: Json, operation: PatchOperation): void {
    const [, attribute = '', type = '', sub = ''] =
      /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(operation.path ?? '') ?? [];
    const list = (draft[attribute] ?? []) as Json[];
    if (sub === '') applyOperation(draft, operation);
    else if (list.some((each) => each['type'] === type)) applyOperation(draft, operation);
    else if (allows(this.habits.absentElement)) draft[attribute] = [...list, { type, [sub]: operation.value }];
  }

  private judgeVersion(id: string, ifMatch: string | null): void {
    const { versions } = this.habits;
    if (versions === 'required' && ifMatch === null) throw new Refusal(428);
    if (ifMatch === null || versions === 'none') return;
    if (versions === 'stale' || ifMatch !== this.versionOf(id)) throw new Refusal(412);
  }

  private bump(id: string): void {
    this.versions.set(id, (this.versions.get(id) ?? 1) + 1);
  }

  private versionOf(id: string): string {
    return `W/"${this.versions.get(id) ?? 1}"`;
  }

  private shownChange(id: string, changed: readonly string[]): Reply {
    const names = ['id', 'userName', 'displayName', ...changed];
    const { body, ...rest } = this.shown(id);
    const part = Object.entries(JSON.parse(body ?? '{}') as Json).filter(([name]) => names.includes(name));
    return { ...rest, body: JSON.stringify(Object.fromEntries(part)) };
  }

  private shown(id: string): Reply {
    const resource = { ...this.resources.get(id) };
    for (const name of this.hidden) delete resource[name];
    if (this.habits.versions === 'none') return { status: 200, body: JSON.stringify(resource) };
    const version = this.versionOf(id);
    return { status: 200, body: JSON.stringify({ ...resource, meta: { version } }), etag: version };
  }
}

/** The attributes that operations name. */
function pathsOf(body: Json): string[] {
  return (body['Operations'] as PatchOperation[]).flatMap(({ path, value }) =>
    path === undefined ? Object.keys(value as Json) : [/^(urn:.*:(?:User|Group)|[^.[]*)/.exec(path)?.[1] ?? path],
  );
}

function allows(treatment: Treatment): boolean {
  if (typeof treatment === 'number') throw new Refusal(treatment);
  return treatment === 'taken';
}

function mergeInto(draft: Json, value: Json): void {
  for (const [name, part] of Object.entries(value)) {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) draft[name] = part;
    else {
      const held = draft[name];
      const branch: Json =
        typeof held === 'object' && held !== null && !Array.isArray(held) ? { ...(held as Json) } : {};
      mergeInto(branch, part as Json);
      draft[name] = branch;
    }
  }
}
