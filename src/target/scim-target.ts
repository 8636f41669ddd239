// The SCIM 2.0 client: `ScimTarget` over HTTP (RFC 7644 section 3). It decides nothing about people; it knows how servers
// differ from the RFC and from each other, and says honestly what is not known after a broken request.
import type { Clock, ScimTarget, TargetResult } from '../engine/ports.ts';
import { type Dialect, profileUnder, STRATEGIES } from '../model/dialect.ts';
import { type ConcurrencyBounds, concurrencyBounds, type TargetProfile } from '../model/profile.ts';
import type { RecordedExchange } from '../model/recorded-exchange.ts';
import type { Redact } from '../model/secret.ts';
import type { ConnectionSettings } from '../network/guarded-agents.ts';
import { type Capabilities, NO_DISCOVERY } from '../scim/capabilities.ts';
import { PATCH_SCHEMA, type PatchOperation, resourceId, type ScimKind, type ScimResource } from '../scim/resource.ts';
import type { Adaptation } from './adaptation.ts';
import { type Answer, isNotJson, isWebPage, resourceOf } from './answer.ts';
import type { Authorizer } from './authorizer.ts';
import { withDialectFaults } from './dialect-faults.ts';
import { requestShaper } from './dialect-request.ts';
import { discover } from './discovery.ts';
import { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatible, incompatibleAnswer } from './faults.ts';
import { Finder } from './find.ts';
import { listResources } from './list.ts';
import type { PatchRequests, PatchResult } from './member-removal.ts';
import { PatchLadder } from './patch-ladder.ts';
import { Realm } from './realm.ts';
import { recordOf } from './recorded.ts';
import { askReference } from './reference-query.ts';
import { isSuccess } from './success.ts';
import { type ExchangeRecord, type ScimRequest, scimRoot, Transport } from './transport.ts';

export interface ScimTargetOptions {
  /** The SCIM root; a query in it (Entra's feature flags) is not sent. */
  readonly baseUrl: string;
  /** Proves who is asking, request by request. */
  readonly authorizer: Authorizer;
  /** Connections to the origin of `baseUrl`. */
  readonly connection: ConnectionSettings;
  /** Takes secrets out of what the target says before it is shown. */
  readonly redact: Redact;
  readonly profile: TargetProfile;
  /** Those of the profile unless given. */
  readonly concurrency?: ConcurrencyBounds;
  /** Where requests wait for their turn, shared with other jobs; one of its own unless given. */
  readonly realm?: { readonly realm: Realm; readonly job: string };
  /** For one request until its answer is complete. */
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  readonly userAgent?: string;
  /** Larger answers are refused; 8 MiB unless given. */
  readonly maxBodyBytes?: number;
  /** How long one call waits for the target's sake (Retry-After, back-off) altogether; 120 unless given. */
  readonly maxWaitSeconds?: number;
  /** Between 0 and 1, for the jitter of back-off. */
  readonly random: () => number;
  /** Only reads are sent; a write is refused before a connection is opened. */
  readonly readOnly?: boolean;
  /** How requests look, and which are made; rfc7644 unless given. */
  readonly dialect?: Dialect;
  /** False: nothing is tried in another form, and the first refusal is the result. What the dialect does unless given. */
  readonly ladders?: boolean;
  /** Told of everything that is tried in another form. */
  readonly adapted?: (use: Adaptation) => void;
  /** Told of every request sent, for metrics and debug logs. */
  readonly observe?: (record: ExchangeRecord) => void;
  /** Told of every request with its answer, without credentials, for a recording. */
  readonly exchanged?: (exchange: RecordedExchange) => void;
}

/** A client for one target; its connections and what is learned about the target belong to it. */
export function createScimTarget(options: ScimTargetOptions): ScimTarget {
  const { clock, redact, exchanged, dialect = 'rfc7644' } = options;
  const strategy = STRATEGIES[dialect];
  const profile = profileUnder(dialect, options.profile);
  const concurrency = options.concurrency ?? concurrencyBounds(profile);
  const { realm, job } = options.realm ?? { realm: new Realm(options.baseUrl, clock), job: '' };
  realm.claim(job, { rateLimits: profile.rateLimits, concurrency });
  const transport = new Transport({
    baseUrl: options.baseUrl,
    authorizer: options.authorizer,
    contentType: strategy.headers.contentType ?? profile.contentType,
    accept: strategy.headers.accept,
    concurrency: concurrency.most,
    timeoutSeconds: options.timeoutSeconds,
    maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024,
    userAgent: strategy.headers.introduces ? (options.userAgent ?? 'scimsync') : null,
    connection: options.connection,
    clock,
    readOnly: options.readOnly === true,
    observe: options.observe,
    exchanged: exchanged && ((raw) => exchanged(recordOf(raw, redact))),
  });
  const exchange = new Exchange({
    transport,
    realm,
    clock,
    random: options.random,
    baseUrl: options.baseUrl,
    redact,
    retryableErrors: profile.retryableErrors,
    shape: requestShaper(strategy, scimRoot(options.baseUrl)),
    maxWaitSeconds: options.maxWaitSeconds ?? 120,
  });
  const ladders = options.ladders ?? strategy.adapts;
  return withDialectFaults(dialect, new HttpScimTarget({ profile, ladders }, transport, exchange));
}

class HttpScimTarget implements ScimTarget {
  private readonly profile: TargetProfile;
  private readonly transport: Transport;
  private readonly exchange: Exchange;
  private readonly finder: Finder;
  private readonly ladder: PatchLadder | null;
  private capabilities: Capabilities = NO_DISCOVERY;

  constructor(
    { profile, ladders }: { readonly profile: TargetProfile; readonly ladders: boolean },
    transport: Transport,
    exchange: Exchange,
  ) {
    this.profile = profile;
    this.transport = transport;
    this.exchange = exchange;
    this.finder = new Finder(exchange, ladders);
    const requests: PatchRequests = {
      patch: (kind, id, operations, signal) => this.patchOnce(kind, id, operations, signal),
      get: (kind, id, signal) => this.get(kind, id, signal),
    };
    this.ladder = ladders ? new PatchLadder(requests, profile) : null;
  }

  get requests(): { readonly scim: number; readonly tokens: number } {
    return { scim: this.transport.sent, tokens: this.transport.tokenRequests };
  }

  async discover(signal: AbortSignal): Promise<Capabilities> {
    if (!this.profile.discovery) return NO_DISCOVERY;
    const capabilities = await discover(this.exchange, signal);
    this.remember(capabilities);
    return capabilities;
  }

  remember(capabilities: Capabilities): void {
    this.capabilities = capabilities;
  }

  find(
    kind: ScimKind,
    attribute: string,
    value: string,
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>> {
    return this.finder.find(kind, attribute, value, signal);
  }

  findAny(
    kind: ScimKind,
    values: readonly { readonly attribute: string; readonly value: string }[],
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>> {
    return this.finder.findAny(kind, values, signal);
  }

  refersTo(
    kind: ScimKind,
    id: string,
    reference: { readonly attribute: string; readonly value: string },
    signal: AbortSignal,
  ): Promise<TargetResult<boolean>> {
    return askReference(this.exchange, kind, id, reference, signal);
  }

  list(kind: ScimKind, signal: AbortSignal): ReturnType<typeof listResources> {
    const { paging, pageSize, maxPages } = this.profile;
    const limit = this.capabilities.filterMaxResults ?? pageSize;
    const options = { exchange: this.exchange, paging, pageSize: Math.min(pageSize, limit), maxPages };
    return listResources(kind, options, signal);
  }

  async get(kind: ScimKind, id: string, signal: AbortSignal): Promise<PatchResult> {
    const request: ScimRequest = { method: 'GET', path: resourcePath(kind, id) };
    const exchanged = await this.exchange.send(request, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (answer.status === 404 || answer.status === 410) return { ok: true, value: null };
    if (!isSuccess(answer)) return this.refused(answer, request);
    this.mustBeScim(answer, request);
    const resource = resourceOf(answer.json);
    const answered = resource === undefined ? undefined : resourceId(resource);
    if (resource === undefined || answered?.toLowerCase() !== id.toLowerCase()) {
      const what = answered === undefined ? 'it has no resource with an id' : 'it is a resource with another id';
      return { ok: false, fault: incompatibleAnswer(request, what, answer.status) };
    }
    return { ok: true, value: resource };
  }

  async create(kind: ScimKind, resource: ScimResource, signal: AbortSignal): Promise<TargetResult<ScimResource>> {
    const request: ScimRequest = { method: 'POST', path: `/${kind}s`, body: resource };
    const exchanged = await this.exchange.send(request, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (answer.status === 404) throw incompatible(this.exchange.root, request, answer, this.exchange.redact);
    if (!isSuccess(answer)) return this.refused(answer, request);
    this.mustBeScim(answer, request);
    const created = resourceOf(answer.json);
    if (created === undefined || resourceId(created) === undefined) {
      const what = 'it says success, but has no resource with an id';
      return { ok: false, fault: incompatibleAnswer(request, what, answer.status) };
    }
    return { ok: true, value: created };
  }

  async patch(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<PatchResult> {
    if (operations.length === 0) return { ok: true, value: null };
    if (this.ladder === null) return this.patchOnce(kind, id, operations, signal);
    return this.ladder.send(kind, id, operations, signal);
  }

  async remove(kind: ScimKind, id: string, signal: AbortSignal): Promise<TargetResult<'removed' | 'absent'>> {
    const request: ScimRequest = { method: 'DELETE', path: resourcePath(kind, id) };
    const exchanged = await this.exchange.send(request, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (answer.status === 404 || answer.status === 410) return { ok: true, value: 'absent' };
    if (!isSuccess(answer)) return this.refused(answer, request);
    this.mustBeScim(answer, request);
    return { ok: true, value: 'removed' };
  }

  private async patchOnce(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const body = { schemas: [PATCH_SCHEMA], Operations: operations };
    const request: ScimRequest = { method: 'PATCH', path: resourcePath(kind, id), body };
    const exchanged = await this.exchange.send(request, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (!isSuccess(answer)) return this.refused(answer, request);
    this.mustBeScim(answer, request);
    const resource = resourceOf(answer.json);
    return { ok: true, value: resource !== undefined && resourceId(resource) !== undefined ? resource : null };
  }

  private refused(answer: Answer, request: ScimRequest): { ok: false; fault: ReturnType<typeof faultOfAnswer> } {
    return { ok: false, fault: faultOfAnswer(answer, request, this.exchange.redact) };
  }

  // A sign-in page or a proxy's message with status 200: what it says about one object would be true of none. A word of
  // confirmation after PATCH or DELETE is tolerated.
  private mustBeScim(answer: Answer, request: ScimRequest): void {
    const confirms = request.method === 'PATCH' || request.method === 'DELETE';
    if (answer.status === 200 && isNotJson(answer) && (!confirms || isWebPage(answer))) {
      throw incompatible(this.exchange.root, request, answer, this.exchange.redact);
    }
  }
}

// Ids of only dots never come from here (answer.ts); encoded twice they name nothing instead of the list itself.
function resourcePath(kind: ScimKind, id: string): string {
  const encoded = encodeURIComponent(id.toWellFormed());
  return `/${kind}s/${/^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%252E') : encoded}`;
}
