// What a client for one target is made of: connections, the realm in which its requests wait, and the client itself.
import type { Clock, ScimTarget } from '../engine/ports.ts';
import type { BulkSettings } from '../model/bulk.ts';
import { type Dialect, profileUnder, STRATEGIES } from '../model/dialect.ts';
import { type ConcurrencyBounds, concurrencyBounds, type TargetProfile } from '../model/profile.ts';
import type { RecordedExchange } from '../model/recorded-exchange.ts';
import type { Redact } from '../model/secret.ts';
import type { ConnectionSettings } from '../network/guarded-agents.ts';
import type { Adaptation } from './adaptation.ts';
import type { Authorizer } from './authorizer.ts';
import { withDialectFaults } from './dialect-faults.ts';
import { requestShaper } from './dialect-request.ts';
import { Exchange } from './exchange.ts';
import { HttpScimTarget } from './http-scim-target.ts';
import { withMemberType } from './member-type.ts';
import { Realm } from './realm.ts';
import { type RawExchange, recordOf } from './recorded.ts';
import { standardForm } from './standard-form.ts';
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
  /** How many writes may share a request; none do unless given. */
  readonly bulk?: BulkSettings | null;
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
  /** Told of every request sent, for metrics and debug logs. */
  readonly observe?: (record: ExchangeRecord) => void;
  /** How requests look, and which are made; rfc7644 unless given. */
  readonly dialect?: Dialect;
  /** False: nothing is tried in another form, and the first refusal is the result. What the dialect does unless given. */
  readonly ladders?: boolean;
  /** Told of everything that is tried in another form. */
  readonly adapted?: (use: Adaptation) => void;
  /** Told of every request with its answer, without credentials, for a recording. */
  readonly exchanged?: (exchange: RecordedExchange) => void;
  /** Told of what a dry run would send; null for a change whose first request depends on what the target holds. */
  readonly rehearsed?: ((exchange: RecordedExchange | null) => void) | undefined;
}

/** A client for one target; its connections and what is learned about the target belong to it. */
export function createScimTarget(options: ScimTargetOptions): ScimTarget {
  const { clock, redact, exchanged, dialect = 'rfc7644', adapted = () => undefined } = options;
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
  const ladders = options.ladders ?? strategy.adapts;
  const tolerates = ladders && !strategy.adapts;
  const ofDialect = requestShaper(strategy, scimRoot(options.baseUrl));
  const standard = (request: ScimRequest): ScimRequest => withMemberType(request, profile);
  const exchange = new Exchange({
    transport,
    realm,
    clock,
    random: options.random,
    baseUrl: options.baseUrl,
    redact,
    retryableErrors: profile.retryableErrors,
    shape: (request) => standard(ofDialect(request)),
    otherForm: tolerates ? standardForm(standard, adapted, redact) : undefined,
    maxWaitSeconds: options.maxWaitSeconds ?? 120,
  });
  const { bulk = null, rehearsed } = options;
  const tell = rehearsed && ((raw: RawExchange | null) => rehearsed(raw && recordOf(raw, redact)));
  const client = new HttpScimTarget({ profile, ladders, adapted, bulk, rehearsed: tell }, transport, exchange);
  return withDialectFaults(dialect, client, tolerates ? adapted : null);
}
