// The way of a provisioning client to the endpoint: a server on this machine that passes each request on as it is, except writes to
// what is not the probe's own. So what the client sends stays under the same guard, is shown with findings, and is cleaned up.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProbeExchange } from '../exchange.ts';
import { type ProbeRequest, type Session, WriteRefused } from '../session.ts';

export interface Relay extends AsyncDisposable {
  /** The SCIM root for the client. */
  readonly url: string;
  /** Who is told of exchanges from now on. */
  listen(listener: (exchange: ProbeExchange) => void): void;
  /** Why writes were not passed on, so far. */
  readonly refused: readonly string[];
}

const METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);
/** Of the client's headers those that belong to its request, not to its connection; credentials are the session's. */
const PASSED = ['accept', 'content-type', 'user-agent', 'if-match', 'if-none-match'];

/** Starts it on any free port of 127.0.0.1; only requests with the token are passed on. */
export async function startRelay(session: Session, token: string, signal: AbortSignal): Promise<Relay> {
  const refused: string[] = [];
  let tell: (exchange: ProbeExchange) => void = () => undefined;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    passOn(session, signal, request, response, (exchange) => tell(exchange)).catch((error: unknown) => {
      if (error instanceof WriteRefused) {
        refused.push(error.message);
        refuse(response, error.message);
      } else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    listen(listener) {
      tell = listener;
    },
    refused,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

async function passOn(
  session: Session,
  signal: AbortSignal,
  incoming: IncomingMessage,
  response: ServerResponse,
  tell: (exchange: ProbeExchange) => void,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) chunks.push(chunk);
  // References name the address that the client knows; the endpoint is to see its own.
  const known = `http://${incoming.headers.host ?? ''}`;
  const text = Buffer.concat(chunks).toString('utf8').replaceAll(known, session.root);
  const [path = '/', search] = (incoming.url ?? '/').split(/\?(.*)/s);
  const { method = 'GET' } = incoming;
  if (!METHODS.has(method)) throw new WriteRefused(`${method} is no request of the probe`);
  const headers = Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = incoming.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
  const exchange = await session.send(
    {
      method: method as ProbeRequest['method'],
      path,
      ...(search === undefined ? {} : { search }),
      ...(text === '' ? {} : { body: JSON.parse(text) as unknown }),
      headers,
      asGiven: true,
    },
    signal,
  );
  tell(exchange);
  if (exchange.failure !== null) {
    response.destroy();
    return;
  }
  const type = exchange.headers['content-type'];
  const etag = exchange.headers['etag'];
  const bytes = Buffer.from(exchange.text);
  response.writeHead(exchange.status, {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(etag === undefined ? {} : { etag }),
    ...(exchange.status === 204 || exchange.status === 304 ? {} : { 'content-length': bytes.length }),
  });
  response.end(bytes);
}

function refuse(response: ServerResponse, detail: string): void {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
  response.writeHead(403, { 'content-type': 'application/scim+json' });
  response.end(JSON.stringify({ schemas, status: '403', detail: `not sent by the probe: ${detail}` }));
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
