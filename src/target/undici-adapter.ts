// axios over undici's connections instead of its own: two to three times as many requests for the same processor time
// (test/bench/target.md). Failures are axios errors with a code, as from axios's own adapter; undici says of each request
// when it is written, so a failure before that is told apart from one after it.
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';

/** No connection was to be had, so nothing was sent; undici's and node's own codes for it differ. */
export const NOT_CONNECTED = 'UND_ERR_CONNECT_TIMEOUT';

/** The answer is larger than allowed. */
export const TOO_LARGE = 'ERR_BAD_RESPONSE_SIZE';

const DECODERS: Readonly<Record<string, (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** What `Accept-Encoding` may say. */
export const DECODED = 'gzip, deflate, br';

/** Headers of an answer, names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Tells one request that it is to be given up. An AbortSignal with its listeners takes 3 to 4 µs in the first thousands of
 * requests, a tenth of what undici does for one.
 */
export class Deadline {
  hasPassed = false;
  /** Who is told. */
  onPassing: (() => void) | undefined;

  /** Gives the request up. */
  pass(): void {
    this.hasPassed = true;
    this.onPassing?.();
  }
}

/**
 * Headers and body as they are sent. They travel as the data of the request, and those of the answer as its data: what axios
 * does to headers (copies them five times, by names without case) costs a quarter of what undici does for the whole request.
 * A class, because axios copies plain objects.
 */
export class RawRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly deadline: Deadline;

  constructor(headers: Readonly<Record<string, string>>, body: string | undefined, deadline: Deadline) {
    this.headers = headers;
    this.body = body;
    this.deadline = deadline;
  }
}

/** An answer as it came, its body decoded. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** An axios adapter for one origin, for requests whose data is a RawRequest. Answers of more than `maxBodyBytes`, before or after decoding, are failures. */
export function undiciAdapter(dispatcher: Dispatcher, origin: string, maxBodyBytes: number) {
  return async (config: InternalAxiosRequestConfig): Promise<AxiosResponse<RawAnswer>> => {
    const { status, headers, body } = await exchange(dispatcher, origin, maxBodyBytes, config);
    const encoding = headers['content-encoding'];
    const text =
      encoding === undefined || body.length === 0 ? body.toString('utf8') : await decoded(body, encoding, maxBodyBytes);
    return { data: { status, headers, text }, status, statusText: '', headers: {}, config };
  };
}

function exchange(
  dispatcher: Dispatcher,
  origin: string,
  maxBodyBytes: number,
  config: InternalAxiosRequestConfig,
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const request = config.data as RawRequest;
  const { deadline } = request;
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let headers: Headers = {};
  let give: ((reason: Error) => void) | undefined;
  const abort = (): void => {
    const reason = new AxiosError('aborted', AxiosError.ERR_CANCELED);
    // Before a connection is there undici is not to be stopped; whoever waits need not wait for it.
    if (give === undefined) reject(reason);
    else give(reason);
  };
  deadline.onPassing = abort;
  if (deadline.hasPassed) {
    abort();
    return promise;
  }
  dispatcher.dispatch(
    {
      origin,
      path: config.url?.slice(origin.length) ?? '/',
      method: (config.method ?? 'get').toUpperCase() as Dispatcher.HttpMethod,
      headers: request.headers,
      body: request.body ?? null,
    },
    {
      onRequestStart(controller) {
        give = (reason) => controller.abort(reason);
        if (deadline.hasPassed) abort();
      },
      onResponseStart(_controller, statusCode, answered) {
        status = statusCode;
        headers = answered;
      },
      onResponseData(controller, chunk) {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBodyBytes) controller.abort(tooLarge());
      },
      onResponseEnd() {
        resolve({ status, headers, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        reject(AxiosError.from(error, codeOf(error)));
      },
    },
  );
  return promise;
}

async function decoded(body: Buffer, encoding: string | string[], maxBodyBytes: number): Promise<string> {
  let data = body;
  // Several encodings are undone in the order opposite to that in which they were applied (RFC 9110 section 8.4).
  for (const name of String(encoding).toLowerCase().split(',').toReversed()) {
    const decode = DECODERS[name.trim()];
    if (decode === undefined) continue;
    try {
      data = await decode(data, { maxOutputLength: maxBodyBytes });
    } catch (error) {
      throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : AxiosError.from(error as Error, codeOf(error));
    }
  }
  return data.toString('utf8');
}

function tooLarge(): AxiosError {
  return new AxiosError('too large', TOO_LARGE);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
