// What a client for one target is made of: connections, the realm in which its requests wait, and the client itself.
import type { Clock, ScimTarget } from '../engine/ports.ts';
import type { BulkSettings } from '../model/bulk.ts';
import { type ConcurrencyBounds, concurrencyBounds, type TargetProfile } from '../model/profile.ts';
import type { Redact } from '../model/secret.ts';
import type { ConnectionSettings } from '../network/guarded-agents.ts';
import type { Adaptation } from './adaptation.ts';
import type { Authorizer } from './authorizer.ts';
import { Exchange } from './exchange.ts';
import { HttpScimTarget } from './http-scim-target.ts';
import { Realm } from './realm.ts';
import { type ExchangeRecord, Transport } from './transport.ts';

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
  /** False: nothing is tried in another form, and the first refusal is the result. True unless given. */
  readonly ladders?: boolean;
  /** Told of everything that is tried in another form. */
  readonly adapted?: (use: Adaptation) => void;
}

/** A client for one target; its connections and what is learned about the target belong to it. */
export function createScimTarget(options: ScimTargetOptions): ScimTarget {
  const { profile, clock } = options;
  const concurrency = options.concurrency ?? concurrencyBounds(profile);
  const { realm, job } = options.realm ?? { realm: new Realm(options.baseUrl, clock), job: '' };
  realm.claim(job, { rateLimits: profile.rateLimits, concurrency });
  const transport = new Transport({
    baseUrl: options.baseUrl,
    authorizer: options.authorizer,
    contentType: profile.contentType,
    concurrency: concurrency.most,
    timeoutSeconds: options.timeoutSeconds,
    maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024,
    userAgent: options.userAgent ?? 'scimsync',
    connection: options.connection,
    clock,
    readOnly: options.readOnly === true,
    observe: options.observe,
  });
  const exchange = new Exchange({
    transport,
    realm,
    clock,
    random: options.random,
    baseUrl: options.baseUrl,
    redact: options.redact,
    retryableErrors: profile.retryableErrors,
    maxWaitSeconds: options.maxWaitSeconds ?? 120,
  });
  const { ladders = true, adapted = () => undefined, bulk = null } = options;
  return new HttpScimTarget({ profile, ladders, adapted, bulk }, transport, exchange);
}
