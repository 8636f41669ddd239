// The requests of a probe: as they are asked for, malformed ones included, over the same guarded connections and with the same
// credentials as the product's. Writes pass two conditions before a connection is used: that writing is allowed at all, and
// that what is written to is the probe's own.
import type { Redact } from '../model/secret.ts';
import { ADDRESS_NOT_ALLOWED } from '../network/guarded-agents.ts';
import type { openDispatcher } from '../network/guarded-dispatcher.ts';
import type { TokenFacts } from '../target/authentication.ts';
import type { Authorizer } from '../target/authorizer.ts';
import { recordOf } from '../target/recorded.ts';
import { retryAfterMilliseconds } from '../target/retry-after.ts';
import { Unmet } from './check.ts';
import type { NoAnswer, ProbeExchange, SentRequest } from './exchange.ts';
import { Ownership } from './ownership.ts';
import { PATIENCE_OF_RUN, Patience, type PatienceLimits } from './patience.ts';

/** A request below the SCIM root. */
export interface ProbeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Begins with a slash; ids are encoded already. */
  readonly path: string;
  /** Encoded here. */
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without credentials. */
  readonly anonymous?: boolean;
  /** The query as it stands in the URL, encoded already. */
  readonly search?: string;
  /** With these headers and no others. */
  readonly asGiven?: boolean;
}

export interface SessionOptions {
  /** Without a trailing slash. */
  readonly root: string;
  readonly dispatcher: ReturnType<typeof openDispatcher>;
  readonly authorizer: Authorizer;
  /** Facts of an access token, asked for if there is none; null for credentials that need no token. */
  readonly tokenFacts: (signal: AbortSignal) => Promise<TokenFacts | null>;
  readonly mayWrite: boolean;
  /** The endpoint is on this machine, and nobody gave credentials: that it asks for none is a state of its development. */
  readonly mayBeOpen: boolean;
  readonly prefix: string;
  readonly timeoutMs: number;
  /** Aborted when a request has taken so many milliseconds. */
  readonly deadline: (milliseconds: number) => AbortSignal;
  readonly userAgent: string;
  readonly redact: Redact;
  readonly clock: { now(): Date; sleep(milliseconds: number, signal: AbortSignal): Promise<void> };
  readonly observe: (exchange: ProbeExchange) => void;
}

/** A write that the probe must not send. Reaching it is a fault of a check, or says that writing is not allowed. */
export class WriteRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WriteRefused';
  }
}

const SCIM_JSON = 'application/scim+json';
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const LONGEST_WAIT_MS = 30_000;
const MOST_TRIES = 4;

/** Sends requests one at a time, and keeps what was made by them. */
export class Session {
  readonly own: Ownership;
  readonly mayWrite: boolean;
  readonly mayBeOpen: boolean;
  /** The SCIM root, without a trailing slash. */
  readonly root: string;
  /** Requests sent so far. */
  sent = 0;
  readonly #options: SessionOptions;
  readonly #gaveUp = new AbortController();
  #patience = new Patience(PATIENCE_OF_RUN);

  constructor(options: SessionOptions) {
    this.#options = options;
    this.mayWrite = options.mayWrite;
    this.mayBeOpen = options.mayBeOpen;
    this.root = options.root;
    this.own = new Ownership(options.prefix);
  }

  /**
   * Sends one request; whatever comes back is an exchange. Waits and asks again where the endpoint says 429 and for how long.
   * @throws WriteRefused before anything is sent; Unmet where requests like this one were not answered; the signal's reason.
   */
  async send(request: ProbeRequest, signal: AbortSignal): Promise<ProbeExchange> {
    const { method, path, body } = request;
    if (method !== 'GET' && !this.mayWrite) throw new WriteRefused(`${method} ${path}: this run only reads`);
    const refusal = this.own.refusal(method, path, body);
    if (refusal !== null) throw new WriteRefused(refusal);
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const silence = this.#patience.refusal(method, path);
      if (silence !== null) throw new Unmet(silence);
      const exchange = await this.#exchange(request, signal);
      this.#patience.note(method, path, exchange);
      const { end } = this.#patience;
      if (end !== null) this.#gaveUp.abort(new Unmet(end));
      const wait = attempt < MOST_TRIES ? this.#waitOf(exchange) : undefined;
      if (wait === undefined) {
        this.own.note(method, path, body, exchange);
        return exchange;
      }
      await this.#options.clock.sleep(wait, signal);
    }
  }

  /** Aborted, with an Unmet that says why, once the endpoint is not asked any more. */
  get gaveUp(): AbortSignal {
    return this.#gaveUp.signal;
  }

  /** From now on it is about removing what was made: an endpoint that was given up may answer that. */
  newPatience(limits: PatienceLimits): void {
    this.#patience = new Patience(limits);
  }

  /** What is known of the access token; null where none is needed. */
  tokenFacts(signal: AbortSignal): Promise<TokenFacts | null> {
    return this.#options.tokenFacts(signal);
  }

  #waitOf(exchange: ProbeExchange): number | undefined {
    if (exchange.status !== 429) return undefined;
    const { 'retry-after': after, date } = exchange.headers;
    const said = retryAfterMilliseconds(after, date, this.#options.clock.now());
    const wait = said ?? 1000;
    return wait <= LONGEST_WAIT_MS && this.#patience.bears(wait) ? wait : undefined;
  }

  async #exchange(request: ProbeRequest, signal: AbortSignal): Promise<ProbeExchange> {
    const { root, dispatcher, authorizer, timeoutMs, userAgent, clock, deadline: after } = this.#options;
    const sent = sentRequest(request);
    const credentials = sent.anonymous ? {} : await authorizer.headers(signal);
    const usual = { accept: `${SCIM_JSON}, application/json`, 'user-agent': userAgent };
    const headers = request.asGiven === true ? sent.headers : { ...usual, ...sent.headers };
    const began = clock.now();
    const finish = (answer: Answered): ProbeExchange => this.#finish(sent, headers, credentials, began, answer);
    // A write that is under way is not broken off: nobody would know what it left behind.
    const deadline = after(timeoutMs);
    const url = new URL(root);
    this.sent += 1;
    try {
      const answer = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname === '/' ? '' : url.pathname}${sent.target}`,
        method: request.method,
        headers: { ...headers, ...credentials },
        body: sent.body,
        signal: request.method === 'GET' ? AbortSignal.any([deadline, signal]) : deadline,
      });
      const text = await bounded(answer.body);
      if (text === undefined) return finish({ ...NOTHING, failure: 'oversized', detail: 'the answer is too large' });
      const { statusCode: status } = answer;
      return finish({ status, headers: plainHeaders(answer.headers), text, json: parseJson(text), ...ANSWERED });
    } catch (error) {
      if (request.method === 'GET') signal.throwIfAborted();
      const { failure, detail } = failureOf(error, deadline.aborted, timeoutMs);
      return finish({ ...NOTHING, failure, detail });
    }
  }

  #finish(
    request: SentRequest,
    headers: Readonly<Record<string, string>>,
    credentials: Readonly<Record<string, string>>,
    began: Date,
    answer: Answered,
  ): ProbeExchange {
    const { root, redact, clock, observe } = this.#options;
    const milliseconds = clock.now().getTime() - began.getTime();
    const raw = {
      began,
      milliseconds,
      method: request.method,
      url: `${root}${request.target}`,
      headers,
      credentials,
      body: request.body ?? undefined,
      answer: answer.failure === null ? answer : null,
      failure: answer.failure === null ? null : `${answer.failure}: ${answer.detail}`,
    };
    const exchange = { request, milliseconds, recorded: recordOf(raw, redact), ...answer, text: redact(answer.text) };
    observe(exchange);
    return exchange;
  }
}

type Answered = Omit<ProbeExchange, 'request' | 'milliseconds' | 'recorded'>;

const ANSWERED = { failure: null, detail: '' } as const;
const NOTHING = { status: 0, headers: {}, text: '', json: undefined };

function sentRequest(request: ProbeRequest): SentRequest {
  const pairs = Object.entries(request.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const query = request.search ?? pairs.join('&');
  return {
    method: request.method,
    target: query === '' ? request.path : `${request.path}?${query}`,
    headers: { ...(body === null ? {} : { 'content-type': request.contentType ?? SCIM_JSON }), ...request.headers },
    body,
    anonymous: request.anonymous ?? false,
  };
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(pairs);
}

/** The body as text; undefined when it is larger than anything a probe asks for. */
async function bounded(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Shown as it is; that it is no JSON is a matter for the check.
    return undefined;
  }
}

const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOST|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX)/;
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO$)/;

/** Named by its code: messages of errors may hold the request with its token. */
function failureOf(error: unknown, late: boolean, timeoutMs: number): { failure: NoAnswer; detail: string } {
  if (late) return { failure: 'timeout', detail: `no complete answer within ${timeoutMs / 1000} s` };
  const code = codeOf(error);
  if (code === ADDRESS_NOT_ALLOWED) return { failure: 'forbidden', detail: 'no connection goes to this address' };
  if (UNREACHABLE.test(code)) return { failure: 'unreachable', detail: code };
  if (TLS.test(code)) return { failure: 'tls', detail: code };
  if (code === '') throw error;
  return { failure: 'reset', detail: code === 'UND_ERR_SOCKET' ? 'the connection was closed' : code };
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'cause' in error ? codeOf(error.cause) : '';
}
