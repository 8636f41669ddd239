/** Reading request bodies and writing replies on node's http objects, with the ways a reply can be spoilt on the wire. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FaultAction } from './faults.ts';
import { GRAPH_JSON, type GraphReply, type Headers } from './request.ts';

const MAX_BODY = 8 * 1024 * 1024;
const GZIP_FROM = 1024;
const gzipAsync = promisify(gzip);

/** A request body that is too long or not JSON. */
export class BodyFault extends Error {
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.name = 'BodyFault';
    this.status = status;
  }
}

/** The whole body as text; a BodyFault beyond 8 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new BodyFault(413, 'The request body is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The JSON value of a body, `undefined` for an empty one; a BodyFault when it cannot be read. */
export function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BodyFault(
      400,
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
}

/** Header names in lower case; repeated ones joined. */
export function headersOf(request: IncomingMessage): Headers {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The body and content type of a reply; a bare number is the plain text of a `$count`. */
function payloadOf(reply: GraphReply): { text: string; type: string | undefined } {
  if (reply.body === undefined) return { text: '', type: undefined };
  if (typeof reply.body === 'number') return { text: String(reply.body), type: 'text/plain' };
  if (typeof reply.body === 'string') return { text: reply.body, type: 'text/plain; charset=utf-8' };
  return { text: JSON.stringify(reply.body), type: reply.status < 400 ? GRAPH_JSON : 'application/json' };
}

/** Writes a reply, compressed when the client takes gzip, and spoilt as `action` says. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: GraphReply,
  action: FaultAction | undefined,
): Promise<void> {
  const { text, type } = payloadOf(reply);
  const headers: Record<string, string> = { ...(type === undefined ? {} : { 'Content-Type': type }), ...reply.headers };
  if (action?.contentType !== undefined) {
    if (action.contentType === null) delete headers['Content-Type'];
    else headers['Content-Type'] = action.contentType;
  }
  let payload = Buffer.from(action?.truncateClean === true ? text.slice(0, Math.floor(text.length / 2)) : text);
  const broken = action?.truncate === true || action?.stall === 'body';
  if (!broken && payload.length >= GZIP_FROM && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    payload = Buffer.from(await gzipAsync(payload, { level: 1 }));
    headers['Content-Encoding'] = 'gzip';
    headers['Vary'] = 'Accept-Encoding';
  }
  if (reply.status !== 204) headers['Content-Length'] = String(payload.length);
  response.writeHead(reply.status, headers);
  if (!broken) {
    response.end(payload.length === 0 ? undefined : payload);
    return;
  }
  const half = payload.subarray(0, Math.max(1, Math.floor(payload.length / 2)));
  response.write(half, () => {
    if (action?.truncate === true) response.socket?.destroy();
  });
}
