// A SCIM target that does next to nothing, as a process of its own: it answers what a new target would, after a latency and
// within a limit, and remembers what it was sent. Bulk requests take the latency once.
//   node test/bench/bench-server.ts <latency in ms> <requests a second, 0 for any number>
// First line of its output: its address. GET /_bench/report tells what came; POST /_bench/reset forgets it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came since the last reset. */
export interface ServerReport {
  readonly requests: number;
  readonly refused: number;
  /** Seconds since the first request at which 429 was answered. */
  readonly refusedAt: readonly number[];
  /** From the first request to the last. */
  readonly seconds: number;
  /** The most requests that were open at once. */
  readonly mostAtOnce: number;
  readonly writes: number;
}

/** A write as it came, to be sent again by something faster. */
export interface RecordedWrite {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Writes as they came, with the headers that all of them had. */
export interface Recorded {
  readonly headers: Readonly<Record<string, string>>;
  readonly writes: readonly RecordedWrite[];
}

const [latency = 0, perSecond = 0] = process.argv.slice(2).map(Number);

let times: number[] = [];
let refusedAt: number[] = [];
let writes: RecordedWrite[] = [];
let headers: Record<string, string> = {};
let requests = 0;
let open = 0;
let mostAtOnce = 0;
let began = 0;
let ended = 0;
let ids = 0;

function reset(): void {
  times = [];
  refusedAt = [];
  writes = [];
  requests = 0;
  mostAtOnce = 0;
}

/** The strictest reading of a limit: not more than so many in any second, each counted when it arrives. */
function isRefused(now: number): boolean {
  if (perSecond === 0) return false;
  while (times[0] !== undefined && times[0] <= now - 1000) times.shift();
  if (times.length >= perSecond) return true;
  times.push(now);
  return false;
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'Content-Type': 'application/scim+json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
  open -= 1;
}

const BULK = { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 };

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string;
}

/** What bulk requests have made, by path: somebody looks at one of them. */
const made = new Map<string, string>();

/** Answers as sparingly as RFC 7644 allows: what was created is not shown. */
function answerBulk(body: string, response: ServerResponse): void {
  const { Operations } = JSON.parse(body) as { Operations: (Operation & { data: object })[] };
  const named = new Map<string, string>();
  const answers = Operations.map(({ method, path, bulkId, data }) => {
    if (method !== 'POST') return { method, bulkId, location: `/scim${path}`, status: '200' };
    ids += 1;
    const location = `/scim${path}/${ids}`;
    named.set(bulkId, String(ids));
    const text = JSON.stringify({ ...data, id: String(ids) });
    made.set(
      location,
      text.replaceAll(/"bulkId:([^"]+)"/g, (_, name: string) => JSON.stringify(named.get(name) ?? '')),
    );
    return { method, bulkId, location, status: '201' };
  });
  send(response, 200, JSON.stringify({ Operations: answers }));
}

function answer(method: string, path: string, body: string, response: ServerResponse): void {
  if (method === 'POST' && path.endsWith('/Bulk')) answerBulk(body, response);
  else if (method === 'GET' && path.endsWith('/ServiceProviderConfig')) {
    send(response, 200, JSON.stringify({ patch: { supported: true }, bulk: BULK }));
  } else if (method === 'POST') {
    ids += 1;
    // The answer of most targets: what was sent, with an id.
    send(response, 201, `{"id":"${ids}",${body.slice(1)}`);
  } else if (method === 'GET' && /^\/scim\/(Users|Groups)\?/.test(path)) {
    send(response, 200, '{"totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]}');
  } else if (method === 'GET') send(response, made.has(path) ? 200 : 404, made.get(path) ?? '');
  else send(response, 204, '');
}

/** Headers besides those that belong to the connection or to one body. */
function statedHeaders({ headers: came }: IncomingMessage): Record<string, string> {
  const own = ['host', 'connection', 'content-length', 'transfer-encoding'];
  return Object.fromEntries(
    Object.entries(came).flatMap(([name, value]) =>
      own.includes(name) || typeof value !== 'string' ? [] : [[name, value] as const],
    ),
  );
}

function receive(request: IncomingMessage, response: ServerResponse, body: string): void {
  const { method = '', url = '' } = request;
  if (url === '/_bench/reset') {
    reset();
    response.end();
    return;
  }
  if (url === '/_bench/writes') {
    const recorded: Recorded = { headers, writes };
    response.end(JSON.stringify(recorded));
    return;
  }
  if (url === '/_bench/report') {
    const seconds = (ended - began) / 1000;
    response.end(
      JSON.stringify({ requests, refused: refusedAt.length, refusedAt, seconds, mostAtOnce, writes: writes.length }),
    );
    return;
  }
  const now = performance.now();
  if (requests === 0) began = now;
  ended = now;
  requests += 1;
  open += 1;
  mostAtOnce = Math.max(mostAtOnce, open);
  if (isRefused(now)) {
    refusedAt.push(Math.round(now - began) / 1000);
    send(response, 429, '', { 'Retry-After': '1' });
    return;
  }
  if (method !== 'GET') {
    if (writes.length === 0) headers = statedHeaders(request);
    writes.push({ method, path: url, body });
  }
  if (latency === 0) answer(method, url, body, response);
  else setTimeout(() => answer(method, url, body, response), latency);
}

const server = createServer((request, response) => {
  if (request.method === 'GET') return receive(request, response, '');
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => receive(request, response, body));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
