// What the engine needs from the outside, owned by the engine. A fault of one object comes back as a value;
// a fault of the job (credentials, unreachable, incompatible) is thrown as JobFault.
import type {
  AppRoleAssignment,
  DeltaPage,
  GroupMember,
  ObjectKind,
  ReadOutcome,
  ServicePrincipal,
} from '../model/directory.ts';
import type { Candidate, DirectoryFacts } from '../model/directory-facts.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { BulkWrite } from '../scim/bulk.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { LearnedFacts } from '../scim/learned.ts';
import type { PatchOperation, ScimKind, ScimResource } from '../scim/resource.ts';

/** Which delta chain to begin: everything that exists now, or only what changes from now on. */
export interface DeltaStart {
  readonly kind: ObjectKind;
  /** Graph properties to select; relations are selected when `relation` is true (manager for users, members for groups). */
  readonly properties: readonly string[];
  readonly relation: boolean;
  readonly from: 'beginning' | 'latest';
}

/** Microsoft Graph as the engine sees it. Every method may throw JobFault. */
export interface SourceConnector {
  readServicePrincipal(id: string, signal: AbortSignal): Promise<ServicePrincipal>;
  /** All pages of appRoleAssignedTo; ends only when the list was read completely. */
  readAssignments(servicePrincipalId: string, signal: AbortSignal): AsyncIterable<readonly AppRoleAssignment[]>;
  /** All pages of direct or transitive members; for `transitive` only users are answered. */
  readGroupMembers(
    groupId: string,
    depth: 'direct' | 'transitive',
    signal: AbortSignal,
  ): AsyncIterable<readonly GroupMember[]>;
  /** All pages of ids of the groups that hold a person, directly or through other groups; ends only when read completely. */
  readGroupsOf(userId: string, depth: 'direct' | 'transitive', signal: AbortSignal): AsyncIterable<readonly string[]>;
  /** Ids of all people in the recycle bin, page by page. */
  readDeletedUsers(signal: AbortSignal): AsyncIterable<readonly string[]>;
  /** Reads many objects with few requests; an id that does not exist is looked up among the deleted ones. */
  readObjects(
    kind: ObjectKind,
    ids: readonly string[],
    properties: readonly string[],
    relation: boolean,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ReadOutcome>>;
  /** One round: pages until the deltaLink. `link` is a stored nextLink or deltaLink. Throws ResyncRequired. */
  readDelta(
    from: DeltaStart | { readonly kind: ObjectKind; readonly link: string },
    signal: AbortSignal,
  ): AsyncIterable<DeltaPage>;
  /** HTTP requests sent so far, retries included. */
  readonly requests: { readonly graph: number; readonly tokens: number };
}

/** About whom, and how far. */
export interface FactsQuestion {
  readonly id: string;
  /** Null while it is not known whether the id is a person's or a group's. */
  readonly kind: ObjectKind | null;
  readonly servicePrincipalId: string;
  /** Graph properties to select. */
  readonly properties: Readonly<Record<ObjectKind, readonly string[]>>;
  readonly depth: 'direct' | 'transitive';
}

/**
 * What explains one person or group, read from Microsoft Graph with very few requests. What is refused is part of the answer;
 * methods reject only when aborted or by an error of this program.
 */
export interface ExplainReader {
  /** People and groups that have the text as userPrincipalName, mail, employeeId or displayName; one request. */
  find(
    text: string,
    signal: AbortSignal,
  ): Promise<{ readonly candidates: readonly Candidate[]; readonly refused: readonly string[] }>;
  /** At most three requests. */
  readFacts(question: FactsQuestion, signal: AbortSignal): Promise<DirectoryFacts>;
}

/** Answer of one operation on one object. */
export type TargetResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: ObjectFault };

/** A page of a list answer. */
export interface ListPage {
  readonly resources: readonly ScimResource[];
  /** As claimed by the target; not to be trusted for ending a list. */
  readonly totalResults: number;
}

/** Answer of one write of a bulk request: what the method for a single one would answer. */
export type BulkResult =
  | { readonly type: 'create'; readonly result: TargetResult<ScimResource> }
  | { readonly type: 'patch'; readonly result: TargetResult<ScimResource | null> }
  | { readonly type: 'remove'; readonly result: TargetResult<'removed' | 'absent' | 'disabled'> };

/** Many writes in one request. */
export interface BulkPort {
  /** How many writes are worth sending together at present; 1 once the target has refused that. */
  readonly size: number;
  /**
   * Whether a reference to what the same request creates arrives as its id. Who sends one finds out, and keeps it here with
   * what else is learned about the target.
   */
  references: 'untried' | 'proved' | 'useless';
  /** Whether a group that is created with members holds them, where the answer does not show it; likewise. */
  members: 'untried' | 'proved' | 'useless';
  /**
   * Sends writes, those that others refer to first, and answers each of them in its place. What a target refuses to take
   * together is sent one by one.
   */
  send(writes: readonly BulkWrite[], signal: AbortSignal): Promise<readonly BulkResult[]>;
}

/** A SCIM 2.0 service as the engine sees it. Methods throw JobFault for faults of the job. */
export interface ScimTarget {
  /** Reads discovery (ServiceProviderConfig, Schemas); at most three requests; absent endpoints are no fault. */
  discover(signal: AbortSignal): Promise<Capabilities>;
  /** Tells the client what was discovered and learned earlier, so that it need not ask or try again. */
  remember(capabilities: Capabilities, learned?: LearnedFacts): void;
  /** What the answers of the target have taught the client so far; another object after each change. */
  readonly learned: LearnedFacts;
  /** Resources whose attribute really has the value (`eq`, escaped; the answer is verified). */
  find(
    kind: ScimKind,
    attribute: string,
    value: string,
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>>;
  /**
   * Resources that have any of the values, asked with one `or` filter. Many targets refuse or misjudge `or`: include a
   * value that must be found, and believe no answer without it.
   */
  findAny(
    kind: ScimKind,
    values: readonly { readonly attribute: string; readonly value: string }[],
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>>;
  /** Whether the resource refers to the value, asked by one filter on its id and the reference. */
  refersTo(
    kind: ScimKind,
    id: string,
    reference: { readonly attribute: string; readonly value: string },
    signal: AbortSignal,
  ): Promise<TargetResult<boolean>>;
  /** All resources, page by page, ended by the robust rules of the client. */
  list(kind: ScimKind, signal: AbortSignal): AsyncIterable<ListPage>;
  /** The resource, or null when the target does not have it (404). */
  get(kind: ScimKind, id: string, signal: AbortSignal): Promise<TargetResult<ScimResource | null>>;
  /** The created resource, with a usable id. A taken unique value is the fault EntryConflict. */
  create(kind: ScimKind, resource: ScimResource, signal: AbortSignal): Promise<TargetResult<ScimResource>>;
  /** The resource after the change if the target answered one, null after 204. */
  patch(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<TargetResult<ScimResource | null>>;
  /**
   * `absent` when the target says that it does not have the resource (404), `disabled` when it does not delete accounts and
   * this one is disabled now.
   */
  remove(kind: ScimKind, id: string, signal: AbortSignal): Promise<TargetResult<'removed' | 'absent' | 'disabled'>>;
  /** Present where somebody wants to know what would be sent: tells the first request of a write, and sends nothing. */
  readonly rehearse?: ((write: BulkWrite, signal: AbortSignal) => Promise<void>) | undefined;
  /** Present where the target is trusted with bulk requests. */
  readonly bulk?: BulkPort | undefined;
  /** HTTP requests sent so far, retries included; `tokens` to the token endpoint of the target. */
  readonly requests: { readonly scim: number; readonly tokens: number };
}

/** Time comes in through here. */
export interface Clock {
  now(): Date;
  /** Resolves after the given milliseconds; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
