// A SCIM 2.0 service in memory: real filter semantics, a unique userName, members, a log of every request. Faults and
// bad habits of real services are switched by tests.
import type { BulkPort, BulkResult, ListPage, ScimTarget, TargetResult } from '../../src/engine/ports.ts';
import type { ObjectFault } from '../../src/model/errors.ts';
import { type BulkWrite, withIds } from '../../src/scim/bulk.ts';
import { type Capabilities, NO_DISCOVERY } from '../../src/scim/capabilities.ts';
import { type LearnedFacts, NOTHING_LEARNED } from '../../src/scim/learned.ts';
import { parsePath } from '../../src/scim/path.ts';
import { readPath } from '../../src/scim/read.ts';
import { type PatchOperation, resourceId, type ScimKind, type ScimResource } from '../../src/scim/resource.ts';
import { applyOperation, type Json } from './patch-resource.ts';

/** One request as the service saw it. */
export interface LoggedRequest {
  readonly method:
    | 'bulk'
    | 'discover'
    | 'find'
    | 'findAny'
    | 'refersTo'
    | 'list'
    | 'get'
    | 'create'
    | 'patch'
    | 'remove';
  readonly kind: ScimKind;
  readonly id: string | null;
  readonly body?: unknown;
}

/** What a fault rule answers: a fault before anything happens, one after it was carried out, or an error to throw. */
export type Disturbance =
  | { readonly fault: ObjectFault; readonly applied?: boolean }
  | { readonly throws: Error; readonly applied?: boolean };

type SoughtValue = { readonly attribute: string; readonly value: string };

const UNIQUE = 'userName';
const CASE_EXACT = new Set(['externalId', 'id']);

/** The in-memory service. */
export class FakeTarget implements ScimTarget {
  readonly resources: Record<ScimKind, Map<string, Json>> = { User: new Map(), Group: new Map() };
  readonly log: LoggedRequest[] = [];
  readonly requests = { scim: 0, tokens: 0 };
  readonly remembered: Capabilities[] = [];
  capabilities: Capabilities = NO_DISCOVERY;
  learned: LearnedFacts = NOTHING_LEARNED;
  pageSize = 100;
  disturb: ((request: LoggedRequest) => Disturbance | undefined) | undefined;
  /** Runs before a request is carried out: for edits that happen meanwhile, and for latency. */
  before: ((request: LoggedRequest) => Promise<void> | void) | undefined;
  uniqueUserName = true;
  /** Forgets the memberships of an account that becomes inactive. */
  dropsMembershipsOfDisabled = false;
  /** Leaves `members` out when there are none. */
  omitsEmptyMembers = true;
  /** Shows every group as one without members. */
  hidesMembers = false;
  /** Answers every filter with an empty list. */
  findsNobody = false;
  /** Answers a change with the resource as it is then. */
  showsChanged = false;
  /** Accounts that no group takes by a change, and nobody is told of. */
  unwanted: readonly string[] = [];
  /** Creates groups without the members that they were sent with. */
  dropsMembersOfNewGroups = false;
  /** Deletes no account, and lets its client disable it. */
  disablesInstead = false;
  /** Answers 404 to every DELETE. */
  deniesRemovals = false;
  /** Present once `takesBulk` was called. */
  bulk: BulkPort | undefined;
  /** What becomes of a name for a resource of the same bulk request. */
  names: 'resolved' | 'kept' | 'refused' = 'resolved';
  /** Answers bulk requests with the resources that were made, as few services do. */
  showsCreated = false;
  #next = 0;

  /** The service takes so many writes in one request from now on. */
  takesBulk(size: number): void {
    this.bulk = { size, references: 'untried', members: 'untried', send: (writes) => this.#bulk(writes) };
  }

  async #bulk(writes: readonly BulkWrite[]): Promise<readonly BulkResult[]> {
    if (writes.length > (this.bulk?.size ?? 0)) throw new Error(`${writes.length} writes are too many for a request`);
    const ids = new Map<string, string>();
    const results: BulkResult[] = [];
    let arrived = false;
    const answered = await this.#answer({ method: 'bulk', kind: 'User', id: null, body: writes }, () => {
      arrived = true;
      return { ok: true, value: null };
    });
    const lost = answered.ok ? null : answered.fault;
    if (lost !== null && !arrived) return writes.map((write) => failed(write, lost));
    for (const write of writes) {
      this.requests.scim -= 1;
      const named = this.names === 'kept' ? write : withIds(write, ids);
      const isStrange =
        this.names !== 'kept' && JSON.stringify(this.names === 'refused' ? write : named).includes('"bulkId:');
      const refusal: ObjectFault = { code: 'EntryConflict', message: 'no such resource', status: 409 };
      const result = isStrange ? failed(write, refusal) : await this.#carryOut(named);
      if (isStrange) this.requests.scim += 1;
      const made = result.type === 'create' && result.result.ok ? resourceId(result.result.value) : undefined;
      if (made !== undefined) ids.set(write.bulkId, made);
      results.push(lost === null ? result : failed(write, lost));
    }
    return results;
  }

  async #carryOut(write: BulkWrite): Promise<BulkResult> {
    if (write.type === 'patch') {
      return { type: 'patch', result: await this.patch(write.kind, write.id, write.operations) };
    }
    if (write.type === 'remove') return { type: 'remove', result: await this.remove(write.kind, write.id) };
    const result = await this.create(write.kind, write.resource);
    if (!result.ok || this.showsCreated) return { type: 'create', result };
    return { type: 'create', result: { ok: true, value: { id: result.value['id'] } } };
  }

  /** Puts an account into the service as if somebody had created it there. */
  seed(kind: ScimKind, resource: Json): string {
    this.#next += 1;
    const id = `${kind === 'User' ? 'u' : 'g'}${this.#next}`;
    this.resources[kind].set(id, { ...structuredClone(resource), id });
    return id;
  }

  /** Requests of these methods since the log was cleared. */
  sent(...methods: readonly LoggedRequest['method'][]): LoggedRequest[] {
    return this.log.filter((each) => methods.length === 0 || methods.includes(each.method));
  }

  writes(): LoggedRequest[] {
    return this.sent('create', 'patch', 'remove');
  }

  user(userName: string): Json | undefined {
    return [...this.resources.User.values()].find((each) => each['userName'] === userName);
  }

  group(displayName: string): Json | undefined {
    return [...this.resources.Group.values()].find((each) => each['displayName'] === displayName);
  }

  discover(): Promise<Capabilities> {
    return this.#answer({ method: 'discover', kind: 'User', id: null }, () => ({
      ok: true,
      value: this.capabilities,
    })).then((result) => (result.ok ? result.value : this.capabilities));
  }

  remember(capabilities: Capabilities, learned?: LearnedFacts): void {
    this.remembered.push(capabilities);
    if (learned !== undefined) this.learned = learned;
  }

  find(kind: ScimKind, attribute: string, value: string): Promise<TargetResult<readonly ScimResource[]>> {
    return this.#answer({ method: 'find', kind, id: null, body: { attribute, value } }, () =>
      this.#holding(kind, [{ attribute, value }]),
    );
  }

  findAny(kind: ScimKind, values: readonly SoughtValue[]): Promise<TargetResult<readonly ScimResource[]>> {
    return this.#answer({ method: 'findAny', kind, id: null, body: values }, () => this.#holding(kind, values));
  }

  refersTo(
    kind: ScimKind,
    id: string,
    { attribute, value }: { readonly attribute: string; readonly value: string },
  ): Promise<TargetResult<boolean>> {
    return this.#answer({ method: 'refersTo', kind, id, body: { attribute, value } }, () => {
      const held = this.#holding(kind, [{ attribute: `${attribute}.value`, value }]);
      return { ok: true, value: held.ok && held.value.some((each) => each['id'] === id) };
    });
  }

  #holding(kind: ScimKind, values: readonly SoughtValue[]): TargetResult<readonly ScimResource[]> {
    if (this.findsNobody) return { ok: true, value: [] };
    const found = [...this.resources[kind].values()].filter((each) =>
      values.some(({ attribute, value }) => {
        const parsed = parsePath(attribute);
        const held = parsed.ok ? readPath(each as ScimResource, parsed.path) : undefined;
        const normal = (one: string) => (CASE_EXACT.has(attribute) ? one : one.toLowerCase());
        return (Array.isArray(held) ? held : [held]).some(
          (one) => typeof one === 'string' && normal(one) === normal(value),
        );
      }),
    );
    return { ok: true, value: found.map((each) => this.#shown(kind, each)) };
  }

  async *list(kind: ScimKind): AsyncIterable<ListPage> {
    const all = [...this.resources[kind].values()];
    for (let from = 0; from === 0 || from < all.length; from += this.pageSize) {
      const page = await this.#answer({ method: 'list', kind, id: null }, () => ({
        ok: true,
        value: all.slice(from, from + this.pageSize).map((each) => this.#shown(kind, each)),
      }));
      if (page.ok) yield { resources: page.value, totalResults: all.length };
    }
  }

  get(kind: ScimKind, id: string): Promise<TargetResult<ScimResource | null>> {
    return this.#answer({ method: 'get', kind, id }, () => {
      const held = this.resources[kind].get(id);
      return { ok: true, value: held === undefined ? null : this.#shown(kind, held) };
    });
  }

  create(kind: ScimKind, resource: ScimResource): Promise<TargetResult<ScimResource>> {
    return this.#answer({ method: 'create', kind, id: null, body: resource }, () => {
      if (kind === 'User' && this.uniqueUserName && this.#taken(resource[UNIQUE], null))
        return conflict(resource[UNIQUE]);
      const members = kind === 'Group' && this.dropsMembersOfNewGroups ? { members: [] } : {};
      const id = this.seed(kind, { ...(resource as Json), ...members });
      return { ok: true, value: this.#shown(kind, this.resources[kind].get(id) ?? {}) };
    });
  }

  patch(kind: ScimKind, id: string, operations: readonly PatchOperation[]): Promise<TargetResult<ScimResource | null>> {
    return this.#answer({ method: 'patch', kind, id, body: operations }, () => {
      const held = this.resources[kind].get(id);
      if (held === undefined) return { ok: false, fault: { code: 'InvalidAnchor', message: `${id} not found` } };
      const draft = structuredClone(held);
      for (const operation of operations) applyOperation(draft, operation);
      if (kind === 'User' && this.uniqueUserName && this.#taken(draft[UNIQUE], id)) return conflict(draft[UNIQUE]);
      const members = draft['members'] as { value: string }[] | undefined;
      if (Array.isArray(members) && this.unwanted.length > 0)
        draft['members'] = members.filter((each) => !this.unwanted.includes(each.value));
      this.resources[kind].set(id, draft);
      if (kind === 'User' && draft['active'] === false && this.dropsMembershipsOfDisabled) this.#dropMember(id);
      return { ok: true, value: this.showsChanged ? this.#shown(kind, draft) : null };
    });
  }

  remove(kind: ScimKind, id: string): Promise<TargetResult<'removed' | 'absent' | 'disabled'>> {
    return this.#answer({ method: 'remove', kind, id }, () => {
      const held = this.resources[kind].get(id);
      if (this.disablesInstead && held !== undefined) {
        held['active'] = false;
        return { ok: true, value: 'disabled' };
      }
      const existed = !this.deniesRemovals && this.resources[kind].delete(id);
      if (kind === 'User' && !this.deniesRemovals) this.#dropMember(id);
      return { ok: true, value: existed ? 'removed' : 'absent' };
    });
  }

  async #answer<T>(request: LoggedRequest, work: () => TargetResult<T>): Promise<TargetResult<T>> {
    this.log.push(structuredClone(request));
    this.requests.scim += 1;
    await this.before?.(request);
    await Promise.resolve();
    const disturbance = this.disturb?.(request);
    const result = disturbance === undefined || disturbance.applied === true ? work() : undefined;
    if (disturbance === undefined) return result ?? work();
    if ('throws' in disturbance) throw disturbance.throws;
    return { ok: false, fault: disturbance.fault };
  }

  #taken(value: unknown, except: string | null): boolean {
    return [...this.resources.User].some(([id, each]) => id !== except && lower(each[UNIQUE]) === lower(value));
  }

  #dropMember(userId: string): void {
    for (const group of this.resources.Group.values()) {
      const members = Array.isArray(group['members']) ? (group['members'] as { value: string }[]) : [];
      group['members'] = members.filter((member) => member.value !== userId);
    }
  }

  #shown(kind: ScimKind, resource: Json): ScimResource {
    const copy = structuredClone(resource);
    if (kind === 'Group' && this.hidesMembers) return { ...copy, members: [] } as ScimResource;
    const members = copy['members'];
    if (kind === 'Group' && this.omitsEmptyMembers && Array.isArray(members) && members.length === 0)
      delete copy['members'];
    return copy as ScimResource;
  }
}

function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function conflict(value: unknown): { ok: false; fault: ObjectFault } {
  return { ok: false, fault: { code: 'EntryConflict', message: `${JSON.stringify(value)} is taken`, status: 409 } };
}

function failed(write: BulkWrite, fault: ObjectFault): BulkResult {
  return { type: write.type, result: { ok: false, fault } };
}

/** A fault whose request may have been carried out. */
export function ambiguous(): ObjectFault {
  return { code: 'WebExceptionProtocolError', message: 'connection reset', ambiguous: true };
}
