/**
 * The tenant's https listener: the token service and Graph on one origin, as a client with `authorityHost` and `graphBaseUrl`
 * sees them. Injected faults happen here, before the request is looked at or while its answer is written.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchAddresses } from './batch.ts';
import { type FaultAction, spoilBody } from './faults.ts';
import { badRequest, GraphFault } from './graph-fault.ts';
import { BodyFault, headersOf, parseJson, readBody, sendReply } from './http-io.ts';
import type { GraphReply } from './request.ts';
import { shortQuery, tokenHash } from './request-log.ts';
import { faultReply } from './router.ts';
import { audiencesOf, injectedReply, serveGraph, type TenantService } from './tenant-service.ts';
import type { TlsMaterial } from './tls.ts';
import { answerTokenService } from './token-service.ts';

const KEEP_ALIVE_MS = 65_000;
const HTML =
  '<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>';

interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly seq: number;
}

/** A server that is not listening yet. */
export function makeGraphServer(service: TenantService, tls: TlsMaterial): Server {
  const server = createServer({ key: tls.keyPem, cert: tls.certPem, maxHeaderSize: 65_536 }, (request, response) => {
    void serve(service, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function serve(service: TenantService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = service.tenant.clock.now();
  const seq = service.log.nextSeq();
  const url = request.url ?? '/';
  const headers = headersOf(request);
  const action = service.faults.take({ method: request.method ?? 'GET', url, seq, inBatch: false });
  const [path = '/', ...search] = url.split('?');
  const incoming: Incoming = {
    method: request.method ?? 'GET',
    path,
    search: search.join('?'),
    origin: originOf(headers, request),
    headers,
    text: '',
    seq,
  };
  const log = (status: number, text: string): void => record(service, { ...incoming, text }, status, started, action);
  if (action?.delayMs !== undefined) await sleep(action.delayMs, undefined, { ref: false });
  if (action?.reset === true || action?.stall === 'headers') {
    log(0, '');
    if (action.reset === true) request.socket.resetAndDestroy();
    return;
  }
  const reply = await replyTo(service, request, incoming, action, log);
  const spoiled =
    action === undefined ? reply : { ...reply, body: spoilBody(action, reply.body, `${incoming.origin}${url}`) };
  await sendReply(
    request,
    response,
    { ...spoiled, headers: { ...commonHeaders(headers), ...spoiled.headers } },
    action,
  );
}

async function replyTo(
  service: TenantService,
  request: IncomingMessage,
  incoming: Incoming,
  action: FaultAction | undefined,
  log: (status: number, text: string) => void,
): Promise<GraphReply> {
  let text = '';
  let reply: GraphReply;
  try {
    text = await readBody(request);
    reply =
      action === undefined ? answer(service, { ...incoming, text }) : withFault(service, { ...incoming, text }, action);
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
    reply = faultReply(service.tenant, incoming, new GraphFault(error.status, 'BadRequest', error.message));
  }
  log(reply.status, text);
  return reply;
}

function withFault(service: TenantService, incoming: Incoming, action: FaultAction): GraphReply {
  if (action.html === true)
    return { status: action.status ?? 200, headers: { 'Content-Type': 'text/html' }, body: HTML };
  if (action.status !== undefined)
    return injectedReply(service, incoming, action.status, action.headers ?? {}, action.body);
  const reply = answer(service, incoming);
  return { ...reply, headers: { ...reply.headers, ...action.headers } };
}

function answer(service: TenantService, incoming: Incoming): GraphReply {
  const { origin, path, method } = incoming;
  const below = /^\/v1\.0(\/.*)?$/.exec(path);
  if (below === null) {
    const form = new URLSearchParams(incoming.text);
    const reply = answerTokenService(service, { method, path, origin, form, audiences: audiencesOf(origin) });
    return reply ?? faultReply(service.tenant, incoming, badRequest('Invalid version.'));
  }
  const graphPath = below[1] ?? '/';
  const json = incoming.headers['content-type']?.toLowerCase().startsWith('application/json') === true;
  if (incoming.text !== '' && !json) {
    throw new BodyFault(400, 'Write requests (excluding DELETE) must contain the Content-Type header declaration.');
  }
  const body = parseJson(incoming.text);
  return serveGraph(
    service,
    { method, path: graphPath, search: incoming.search, headers: incoming.headers, body, origin },
    incoming.seq,
  );
}

/** The origin the client used, so that links and the issuer fit a container's name as well as localhost. */
function originOf(headers: Readonly<Record<string, string>>, request: IncomingMessage): string {
  const host = headers['x-forwarded-host'] ?? headers['host'] ?? '';
  const safe = /^[A-Za-z0-9.-]+(?::\d+)?$/.test(host) ? host : `localhost:${String(request.socket.localPort)}`;
  return `https://${safe}`;
}

function commonHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const requestId = randomUUID();
  const diagnostic = { DataCenter: 'Sandbox', Slice: 'E', Ring: '1', ScaleUnit: '000', RoleInstance: 'SANDBOX' };
  return {
    'Cache-Control': 'no-cache',
    'OData-Version': '4.0',
    'request-id': requestId,
    'client-request-id': headers['client-request-id'] ?? requestId,
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: diagnostic }),
  };
}

function record(
  service: TenantService,
  incoming: Incoming,
  status: number,
  started: Date,
  action: FaultAction | undefined,
): void {
  const hash = tokenHash(incoming.headers['authorization']);
  const clientRequestId = incoming.headers['client-request-id'];
  const items = incoming.path.endsWith('batch') ? batchAddresses(safeJson(incoming.text)) : undefined;
  service.log.add({
    seq: incoming.seq,
    at: started.toISOString(),
    method: incoming.method,
    path: incoming.path,
    query: shortQuery(incoming.search),
    status,
    durationMs: service.tenant.clock.now().getTime() - started.getTime(),
    ...(hash === undefined ? {} : { tokenHash: hash }),
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    ...(items === undefined ? {} : { items }),
    ...(action === undefined ? {} : { fault: JSON.stringify(action) }),
  });
}

function safeJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof BodyFault) return undefined;
    throw error;
  }
}
