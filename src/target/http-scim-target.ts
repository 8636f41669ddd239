// The SCIM 2.0 client: `ScimTarget` over HTTP (RFC 7644 section 3). It decides nothing about people; it knows how servers
// differ from the RFC and from each other, and says honestly what is not known after a broken request.
import type { ScimTarget, TargetResult } from '../engine/ports.ts';
import type { BulkSettings } from '../model/bulk.ts';
import type { TargetProfile } from '../model/profile.ts';
import type { BulkWrite } from '../scim/bulk.ts';
import { type Capabilities, NO_DISCOVERY } from '../scim/capabilities.ts';
import type { LearnedFacts } from '../scim/learned.ts';
import { elementsOf } from '../scim/read.ts';
import { PATCH_SCHEMA, type PatchOperation, resourceId, type ScimKind, type ScimResource } from '../scim/resource.ts';
import { resourcePath } from '../scim/resource-path.ts';
import type { Adaptation } from './adaptation.ts';
import { type Answer, resourceOf } from './answer.ts';
import { type BulkSender, bulkSender } from './bulk.ts';
import { WriteForms } from './bulk-forms.ts';
import { discover } from './discovery.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatible, incompatibleAnswer } from './faults.ts';
import { Finder } from './find.ts';
import { Learning } from './learning.ts';
import { listResources } from './list.ts';
import { mustBeScim } from './must-be-scim.ts';
import { PatchLadder } from './patch-ladder.ts';
import { askOrReadReference, askReference } from './reference-query.ts';
import { type Rehearsed, rehearsal } from './rehearsal.ts';
import { type Removed, removeOrDisable } from './removal.ts';
import { Replacement } from './replacement.ts';
import type { LadderContext, PatchResult } from './requests.ts';
import { isSuccess } from './success.ts';
import type { ScimRequest, Transport } from './transport.ts';
import { VersionedRequests } from './versioned-requests.ts';
import { Versions } from './versions.ts';

/** What the client knows of its target beforehand, and how far it adapts to it. */
export interface HttpScimTargetOptions {
  readonly profile: TargetProfile;
  readonly ladders: boolean;
  readonly adapted: (use: Adaptation) => void;
  readonly bulk: BulkSettings | null;
  /** Told of writes that are rehearsed; none are without it. */
  readonly rehearsed: Rehearsed | undefined;
}

/** A client over connections and a realm that belong to it. */
export class HttpScimTarget implements ScimTarget {
  private readonly profile: TargetProfile;
  private readonly transport: Transport;
  private readonly exchange: Exchange;
  private readonly finder: Finder;
  private readonly context: LadderContext;
  private readonly ladder: PatchLadder | null;
  private readonly versions: Versions;
  private readonly versioned: VersionedRequests;
  private readonly learning = new Learning();
  readonly bulk: BulkSender | undefined;
  readonly rehearse: ((write: BulkWrite, signal: AbortSignal) => Promise<void>) | undefined;
  private capabilities: Capabilities = NO_DISCOVERY;

  constructor(options: HttpScimTargetOptions, transport: Transport, exchange: Exchange) {
    const { profile, ladders, adapted, bulk, rehearsed } = options;
    this.profile = profile;
    this.transport = transport;
    this.exchange = exchange;
    const { learning } = this;
    const capabilities = (): Capabilities => this.capabilities;
    this.finder = new Finder(exchange, profile, ladders ? { learning, adapted } : null);
    this.context = {
      requests: {
        patch: (kind, id, operations, signal, mayRepeat) => this.patchOnce(kind, id, operations, signal, mayRepeat),
        put: (kind, id, resource, signal) => this.put(kind, id, resource, signal),
        get: (kind, id, signal) => this.get(kind, id, signal),
      },
      learning,
      adapted,
    };
    const replacement = new Replacement(this.context, profile, capabilities);
    this.ladder = ladders ? new PatchLadder(this.context, replacement, { profile, capabilities }) : null;
    this.versions = new Versions(learning, capabilities);
    this.versioned = new VersionedRequests(exchange, this.context, this.versions, ladders);
    const forms = new WriteForms(this.ladder, learning);
    this.bulk = bulkSender(bulk, { exchange, limits: profile.rateLimits, single: this, forms, adapted });
    const { versions } = this;
    this.rehearse = rehearsed && rehearsal({ forms, exchange, transport, versions }, rehearsed);
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

  remember(capabilities: Capabilities, learned?: LearnedFacts): void {
    this.capabilities = capabilities;
    if (learned !== undefined) this.learning.recall(learned);
    this.bulk?.narrow(capabilities);
  }

  get learned(): LearnedFacts {
    return this.learning.facts;
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
    if (this.ladder === null) return askReference(this.exchange, kind, id, reference, signal);
    const { caseInsensitive } = this.profile;
    return askOrReadReference(this.exchange, this.context, { kind, id, ...reference, caseInsensitive }, signal);
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
    mustBeScim(answer, request, this.exchange);
    const resource = resourceOf(answer.json);
    const answered = resource === undefined ? undefined : resourceId(resource);
    if (resource === undefined || answered?.toLowerCase() !== id.toLowerCase()) {
      const what = answered === undefined ? 'it has no resource with an id' : 'it is a resource with another id';
      return { ok: false, fault: incompatibleAnswer(request, what, answer.status) };
    }
    this.noteShown(kind, id, answer, resource);
    return { ok: true, value: resource };
  }

  async create(kind: ScimKind, resource: ScimResource, signal: AbortSignal): Promise<TargetResult<ScimResource>> {
    const request: ScimRequest = { method: 'POST', path: `/${kind}s`, body: resource };
    const exchanged = await this.exchange.send(request, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (answer.status === 404) throw incompatible(this.exchange.root, request, answer, this.exchange.redact);
    if (!isSuccess(answer)) return this.refused(answer, request);
    mustBeScim(answer, request, this.exchange);
    const created = resourceOf(answer.json);
    const id = created === undefined ? undefined : resourceId(created);
    if (created === undefined || id === undefined) {
      const what = 'it says success, but has no resource with an id';
      return { ok: false, fault: incompatibleAnswer(request, what, answer.status) };
    }
    this.noteShown(kind, id, answer, created);
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

  remove(kind: ScimKind, id: string, signal: AbortSignal): Promise<TargetResult<Removed>> {
    const once = (): ReturnType<HttpScimTarget['removeOnce']> => this.removeOnce(kind, id, signal);
    if (this.ladder === null) return once();
    return removeOrDisable(this.context, this.ladder, once, kind, id, signal);
  }

  private async removeOnce(
    kind: ScimKind,
    id: string,
    signal: AbortSignal,
  ): Promise<TargetResult<'removed' | 'absent'>> {
    const request: ScimRequest = { method: 'DELETE', path: resourcePath(kind, id) };
    const exchanged = await this.versioned.send(kind, id, request, true, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (answer.status === 404 || answer.status === 410) return { ok: true, value: 'absent' };
    if (!isSuccess(answer)) return this.refused(answer, request);
    mustBeScim(answer, request, this.exchange);
    return { ok: true, value: 'removed' };
  }

  private patchOnce(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
    mayRepeat = true,
  ): Promise<PatchResult> {
    const body = { schemas: [PATCH_SCHEMA], Operations: operations };
    return this.change(kind, id, { method: 'PATCH', path: resourcePath(kind, id), body }, mayRepeat, signal);
  }

  private put(kind: ScimKind, id: string, resource: ScimResource, signal: AbortSignal): Promise<PatchResult> {
    return this.change(kind, id, { method: 'PUT', path: resourcePath(kind, id), body: resource }, false, signal);
  }

  private async change(
    kind: ScimKind,
    id: string,
    request: ScimRequest,
    mayRepeat: boolean,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const exchanged = await this.versioned.send(kind, id, request, mayRepeat, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (!isSuccess(answer)) return this.refused(answer, request);
    mustBeScim(answer, request, this.exchange);
    const resource = resourceOf(answer.json);
    const shown = resource !== undefined && resourceId(resource) !== undefined ? resource : null;
    this.noteShown(kind, id, answer, shown);
    return { ok: true, value: shown };
  }

  private noteShown(kind: ScimKind, id: string, answer: Answer, resource: ScimResource | null): void {
    this.versions.note(kind, id, answer, resource);
    if (kind === 'Group' && resource !== null && elementsOf(resource['members']).length > 0)
      this.learning.noteMembersShown();
  }

  private refused(answer: Answer, request: ScimRequest): { ok: false; fault: ReturnType<typeof faultOfAnswer> } {
    return { ok: false, fault: faultOfAnswer(answer, request, this.exchange.redact) };
  }
}
