// One HTTP request, nothing more: no retry (but one with renewed credentials), no waiting, no reading of meaning. Redirects
// are not followed (credentials would travel with them). Which addresses, proxies and certificates are used is decided in
// network/guarded-dispatcher.ts, and by what a request proves who is asking in authorizer.ts.
import axios, { Axios } from 'axios';
import type { Clock } from '../engine/ports.ts';
import { JobFault } from '../model/errors.ts';
import { ADDRESS_NOT_ALLOWED, type ConnectionSettings, viaProxy } from '../network/guarded-agents.ts';
import { openDispatcher, PROXY_REFUSED } from '../network/guarded-dispatcher.ts';
import { proxyFor } from '../network/proxy.ts';
import { type Answer, parseJson } from './answer.ts';
import type { Authorizer, RequestHeaders } from './authorizer.ts';
import { addressForbidden } from './faults.ts';
import type { CountedRequest } from './rate-window.ts';
import type { RawExchange } from './recorded.ts';
import {
  DECODED,
  Deadline,
  NOT_CONNECTED,
  type RawAnswer,
  RawRequest,
  TOO_LARGE,
  undiciAdapter,
} from './undici-adapter.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request relative to the SCIM root. */
export interface ScimRequest {
  readonly method: Method;
  /** Begins with a slash; ids are encoded already. */
  readonly path: string;
  /** Encoded here, blanks as %20. */
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The version that the resource has to have (RFC 7644 section 3.14), as the target wrote it. */
  readonly ifMatch?: string;
  /** What limits count instead of the request, where the target counts the operations of a bulk request. */
  readonly parts?: readonly CountedRequest[];
}

/** A request with its body as text. */
export interface PreparedRequest extends ScimRequest {
  readonly text: string | undefined;
}

/** Writes the body, once for all tries. */
export function prepare(request: ScimRequest): PreparedRequest {
  return { ...request, text: request.body === undefined ? undefined : JSON.stringify(request.body) };
}

/** Why there is no answer. Only `unreachable` and `tls` are sure not to have been carried out. */
export type FailureKind = 'unreachable' | 'tls' | 'timeout' | 'reset' | 'oversized';

/** What became of one request. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly failure: FailureKind; readonly detail: string };

/** One request as measured, for metrics and debug logs; it names no values. */
export interface ExchangeRecord {
  readonly method: Method;
  /** First segment of the path, for instance `Users`. */
  readonly endpoint: string;
  readonly status: number | null;
  readonly failure: FailureKind | null;
  readonly milliseconds: number;
}

export interface TransportOptions {
  readonly baseUrl: string;
  readonly authorizer: Authorizer;
  readonly contentType: string;
  readonly accept: string;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly maxBodyBytes: number;
  /** Null: the program does not name itself, and takes no compressed answers. */
  readonly userAgent: string | null;
  readonly connection: ConnectionSettings;
  readonly clock: Clock;
  /** Refuse everything but GET, before a connection is opened. */
  readonly readOnly: boolean;
  readonly observe: ((record: ExchangeRecord) => void) | undefined;
  /** Told of every request with its answer, for a recording. */
  readonly exchanged?: ((exchange: RawExchange) => void) | undefined;
}

/**
 * The SCIM root: without query and fragment (Entra's `?aadOptscim062020` belongs to Entra's configuration, not into
 * requests), without a trailing slash.
 */
export function scimRoot(baseUrl: string): string {
  const url = new URL(baseUrl);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** The URL of a request, every part of the query percent-encoded; an empty value is its name alone (`?cursor`, RFC 9865). */
function requestUrl(root: string, request: ScimRequest): string {
  const pairs = Object.entries(request.query ?? {}).map(([name, value]) => {
    const encoded = encodeURIComponent(name);
    return value === '' ? encoded : `${encoded}=${encodeURIComponent(value.toWellFormed())}`;
  });
  return pairs.length === 0 ? `${root}${request.path}` : `${root}${request.path}?${pairs.join('&')}`;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  NOT_CONNECTED,
]);
// What undici calls a connection that the other side closed or reset.
const CLOSED = 'UND_ERR_SOCKET';
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO$)/;

/** Sends requests and counts them. */
export class Transport {
  /** Requests sent so far. */
  sent = 0;
  private readonly options: TransportOptions;
  private readonly root: string;
  private readonly proxy: string | undefined;
  private readonly http: Axios;

  constructor(options: TransportOptions) {
    this.options = options;
    this.root = scimRoot(options.baseUrl);
    const { origin } = new URL(this.root);
    const { connection, timeoutSeconds, concurrency: connections } = options;
    const dispatcher = openDispatcher(origin, connection, { connections, timeoutSeconds });
    this.proxy = proxyFor(new URL(origin), connection.environment);
    // Without the defaults of `axios.create`, which are merged with each request and mean nothing to this adapter.
    this.http = new Axios({ adapter: undiciAdapter(dispatcher, origin, options.maxBodyBytes) });
  }

  /**
   * Sends one request, and once more with renewed credentials when the target refuses those it got. Rejects only with the
   * signal's reason or a JobFault; a write that was sent is waited for, at most until its timeout.
   */
  async send(request: PreparedRequest, signal: AbortSignal): Promise<Outcome> {
    const { authorizer, readOnly } = this.options;
    if (readOnly && request.method !== 'GET') throw writeRefused(request);
    const used = await authorizer.headers(signal);
    const outcome = await this.sendOnce(request, used, signal);
    if (outcome.kind === 'failure' || outcome.answer.status !== 401) return outcome;
    // A refused request was not carried out, so it may be repeated, even a write: once, if there is something new to try.
    const newer = await authorizer.renew(used, signal);
    return newer === undefined ? outcome : this.sendOnce(request, newer, signal);
  }

  /** The request as it would be sent now, with credentials as for any; nothing goes to the target. */
  async describe(request: PreparedRequest, signal: AbortSignal): Promise<RawExchange> {
    const credentials = await this.options.authorizer.headers(signal);
    const began = this.options.clock.now();
    return { ...this.rawRequest(request, credentials), began, milliseconds: 0, answer: null, failure: null };
  }

  /** Requests to a token endpoint so far. */
  get tokenRequests(): number {
    return this.options.authorizer.tokenRequests;
  }

  private async sendOnce(request: PreparedRequest, credentials: RequestHeaders, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const began = this.options.clock.now().getTime();
    const deadline = new Deadline();
    const giveUp = (): void => deadline.pass();
    const timer = setTimeout(giveUp, this.options.timeoutSeconds * 1000);
    // A write that is under way is not broken off when the caller wants to stop: nobody would know what became of it.
    const stoppable = request.method === 'GET';
    if (stoppable) signal.addEventListener('abort', giveUp, { once: true });
    this.sent += 1;
    try {
      const outcome = await this.exchange(request, credentials, deadline);
      this.tell(request, credentials, outcome, began);
      if (stoppable) signal.throwIfAborted();
      this.record(request, outcome, began);
      return outcome;
    } finally {
      clearTimeout(timer);
      if (stoppable) signal.removeEventListener('abort', giveUp);
    }
  }

  private async exchange(request: PreparedRequest, credentials: RequestHeaders, deadline: Deadline): Promise<Outcome> {
    try {
      const response = await this.http.request<RawAnswer>({
        method: request.method,
        url: requestUrl(this.root, request),
        data: new RawRequest(this.headers(request, credentials), request.text, deadline),
      });
      const { status, headers, text } = response.data;
      const header = (name: string): string | undefined => {
        const value = headers[name];
        return typeof value === 'string' ? value : undefined;
      };
      const answer: Answer = {
        status,
        contentType: header('content-type') ?? '',
        text,
        json: parseJson(text),
        location: header('location'),
        retryAfter: header('retry-after'),
        date: header('date'),
        etag: header('etag'),
        headers,
      };
      return { kind: 'answer', answer };
    } catch (error) {
      return this.failure(error, deadline);
    }
  }

  private headers(request: ScimRequest, credentials: RequestHeaders = {}): RequestHeaders {
    const { accept, userAgent, contentType } = this.options;
    return {
      ...credentials,
      Accept: accept,
      ...(userAgent === null ? {} : { 'Accept-Encoding': DECODED, 'User-Agent': userAgent }),
      ...(request.ifMatch === undefined ? {} : { 'If-Match': request.ifMatch }),
      ...(request.body === undefined ? {} : { 'Content-Type': contentType }),
    };
  }

  // Failures are named by their codes: error messages may hold the request with its token.
  private failure(error: unknown, deadline: Deadline): Outcome {
    if (!axios.isAxiosError(error)) throw error;
    const code = error.code ?? errorCode(error.cause) ?? '';
    if (deadline.hasPassed || (code === 'ETIMEDOUT' && !isConnecting(error.cause))) {
      return {
        kind: 'failure',
        failure: 'timeout',
        detail: `no complete answer within ${this.options.timeoutSeconds} s`,
      };
    }
    if (code === TOO_LARGE) {
      return { kind: 'failure', failure: 'oversized', detail: `larger than ${this.options.maxBodyBytes} bytes` };
    }
    if (code === ADDRESS_NOT_ALLOWED) throw addressForbidden(this.root);
    const isProxys = this.proxy !== undefined && PROXY_REFUSED.includes(code);
    if (UNREACHABLE.has(code) || isProxys || code === 'ETIMEDOUT') {
      return { kind: 'failure', failure: 'unreachable', detail: `${code}${viaProxy({ proxy: this.proxy })}` };
    }
    if (TLS_CODE.test(code)) return { kind: 'failure', failure: 'tls', detail: code };
    const detail = code === '' ? 'connection lost' : code === CLOSED ? 'ECONNRESET' : code;
    return { kind: 'failure', failure: 'reset', detail };
  }

  private tell(request: PreparedRequest, credentials: RequestHeaders, outcome: Outcome, began: number): void {
    const { exchanged, clock } = this.options;
    exchanged?.({
      ...this.rawRequest(request, credentials),
      began: new Date(began),
      milliseconds: clock.now().getTime() - began,
      answer: outcome.kind === 'answer' ? outcome.answer : null,
      failure: outcome.kind === 'failure' ? `${outcome.failure}: ${outcome.detail}` : null,
    });
  }

  private rawRequest(request: PreparedRequest, credentials: RequestHeaders) {
    const url = requestUrl(this.root, request);
    return { method: request.method, url, headers: this.headers(request), credentials, body: request.text };
  }

  private record(request: ScimRequest, outcome: Outcome, began: number): void {
    this.options.observe?.({
      method: request.method,
      endpoint: request.path.split('/')[1] ?? '',
      status: outcome.kind === 'answer' ? outcome.answer.status : null,
      failure: outcome.kind === 'failure' ? outcome.failure : null,
      milliseconds: this.options.clock.now().getTime() - began,
    });
  }
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

// Node tries several addresses of a host and then reports all failures to connect in one error.
function isConnecting(cause: unknown): boolean {
  if (cause instanceof AggregateError) return true;
  return typeof cause === 'object' && cause !== null && 'syscall' in cause && cause.syscall === 'connect';
}

function writeRefused({ method, path }: ScimRequest): JobFault {
  const endpoint = path.split('/')[1] ?? '';
  return new JobFault('ReadOnly', `${method} /${endpoint} was not sent to the target: this process may only read.`);
}
