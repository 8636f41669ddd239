// One HTTP exchange with Microsoft Graph through the official client with a middleware chain of its own: token only to
// the configured origin, one renewal after 401, a deadline over the whole exchange, bounded bodies, no redirects.
// Repeats nothing else and judges no status; the client's RetryHandler and PageIterator are not used on purpose.
import { randomUUID } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Client, Context, Middleware, ResponseType } from '@microsoft/microsoft-graph-client';
import type { GraphAnswer } from './errors.ts';
import type { AccessTokens } from './token.ts';

/** A request to Graph; the URL is sent byte for byte. */
export interface GraphRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text of a POST. */
  readonly body?: string;
}

/** Sends requests and counts them. `send` rejects with the network error as Node states it, `cause` included. */
export interface GraphTransport {
  send(request: GraphRequest, signal: AbortSignal): Promise<GraphAnswer>;
  /** HTTP requests so far, those repeated after a 401 included. */
  readonly requests: number;
}

/** Where Graph is and what an exchange may cost. */
export interface TransportSettings {
  /** Origin of Graph. */
  readonly origin: string;
  /** PEM of an authority that is trusted beside the public ones. */
  readonly ca?: string;
  /** The proxy that leads to Graph; may hold credentials. */
  readonly proxy?: string | undefined;
  readonly timeoutSeconds: number;
}

type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal; redirect: 'manual' },
) => Promise<FetchAnswer>;

/** The part of a fetch Response that the global fetch and undici's own have in common. */
interface FetchAnswer {
  readonly status: number;
  readonly headers: Iterable<[string, string]>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Rides along in the request options of the client, which would lose the URL's bytes and an error's cause. */
interface Exchange {
  readonly request: GraphRequest;
  readonly signal: AbortSignal;
  token?: string;
  failure?: unknown;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const BODILESS = new Set([204, 205, 304]);

/** A transport; the client library is loaded with the first request. */
export function createGraphTransport(settings: TransportSettings, tokens: AccessTokens): GraphTransport {
  const counter = { requests: 0 };
  let loaded: Promise<{ client: Client; raw: ResponseType }> | undefined;

  async function load(): Promise<{ client: Client; raw: ResponseType }> {
    const [sdk, fetch] = await Promise.all([import('@microsoft/microsoft-graph-client'), chooseFetch(settings)]);
    const middleware = [authenticate(settings.origin, tokens), exchangeOver(fetch, settings.timeoutSeconds, counter)];
    return {
      client: sdk.Client.initWithMiddleware({ baseUrl: settings.origin, middleware }),
      raw: sdk.ResponseType.RAW,
    };
  }

  return {
    async send(request, signal) {
      loaded ??= load();
      const { client, raw } = await loaded;
      const exchange: Exchange = { request, signal };
      const call = client.api(request.url).responseType(raw).option('exchange', exchange);
      try {
        const response: Response = await (request.method === 'GET' ? call.get() : call.post(request.body ?? ''));
        const text = await response.text();
        return { status: response.status, header: (name) => response.headers.get(name), text };
      } catch (error) {
        throw exchange.failure ?? error;
      }
    },
    get requests() {
      return counter.requests;
    },
  };
}

/** Attaches the token when the request goes to the configured origin, and renews it once after a 401. */
function authenticate(origin: string, tokens: AccessTokens): Middleware {
  let next: Middleware | undefined;
  return {
    setNext(following) {
      next = following;
    },
    async execute(context) {
      const exchange = exchangeOf(context);
      const pass = async () => {
        await next?.execute(context);
      };
      try {
        if (new URL(exchange.request.url).origin !== origin) return await pass();
        exchange.token = await tokens.get(exchange.signal);
        await pass();
        if (context.response?.status !== 401) return;
        const claims = claimsChallenge(context.response.headers.get('www-authenticate'));
        exchange.token = await tokens.renew(exchange.token, claims, exchange.signal);
        await pass();
      } catch (error) {
        exchange.failure = error;
        throw error;
      }
    },
  };
}

/** The last link of the chain: sends, reads the whole body within the deadline, and hands on a finished Response. */
function exchangeOver(fetch: Fetch, timeoutSeconds: number, counter: { requests: number }): Middleware {
  return {
    async execute(context) {
      const { request, signal, token } = exchangeOf(context);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
      deadline.throwIfAborted();
      counter.requests += 1;
      const answer = await fetch(request.url, {
        method: request.method,
        headers: {
          accept: 'application/json',
          'client-request-id': randomUUID(),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: deadline,
        redirect: 'manual',
      });
      const body = await readBody(answer.body);
      deadline.throwIfAborted();
      context.response = new Response(BODILESS.has(answer.status) ? null : body, {
        status: answer.status,
        headers: [...answer.headers],
      });
    },
  };
}

/** As bytes, because a Response of text without a content type would be given one. */
async function readBody(body: AsyncIterable<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw new Error(`the body is longer than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Node's fetch takes no dispatcher of the undici package, so an own authority or a proxy needs undici's fetch as well. */
async function chooseFetch({ ca, proxy }: TransportSettings): Promise<Fetch> {
  if (ca === undefined && proxy === undefined) return (url, init) => globalThis.fetch(url, init);
  const { Agent, fetch, ProxyAgent } = await import('undici');
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  const dispatcher =
    proxy === undefined ? new Agent({ connect: trusted }) : new ProxyAgent({ uri: proxy, requestTls: trusted });
  return (url, init) => fetch(url, { ...init, dispatcher });
}

/** The JSON text of a claims challenge: `WWW-Authenticate: Bearer …, claims="<base64>"`. */
export function claimsChallenge(header: string | null): string | undefined {
  const encoded = header === null ? undefined : /\bclaims="([A-Za-z0-9+/_=-]+)"/.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return text.startsWith('{') ? text : undefined;
}

function exchangeOf(context: Context): Exchange {
  const options = context.options as { exchange?: Exchange } | undefined;
  if (options?.exchange === undefined) throw new TypeError('a Graph request was made outside the transport');
  return options.exchange;
}
