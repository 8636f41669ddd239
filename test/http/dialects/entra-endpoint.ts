// A SCIM endpoint as somebody builds it who wants to be provisioned by Microsoft Entra: it takes the requests of both its
// dialects, and keeps each of them as text, to be compared with golden files.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Json = Record<string, unknown>;
type Kind = 'Users' | 'Groups';

/** What an answer is to be instead of the usual one. */
export interface Refusal {
  readonly status: number;
  readonly body?: unknown;
}

export interface EntraEndpoint {
  readonly url: string;
  readonly resources: Readonly<Record<Kind, Map<string, Json>>>;
  /** Requests since the last call, each as the lines that came over the wire. */
  readonly takeRequests: () => string[];
  /** Called for every request; what it returns is answered in place of the usual answer. */
  refuse: ((method: string, url: string) => Refusal | undefined) | undefined;
}

const WITHOUT_MEANING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const FILTERED = /^(.*?)\[(\w+) eq "([^"]*)"\](?:\.(.+))?$/;

/** Starts one on a free port; it ends with the test. */
export async function startEntraEndpoint(): Promise<EntraEndpoint> {
  const resources: Record<Kind, Map<string, Json>> = { Users: new Map(), Groups: new Map() };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      requests.push(textOf(request, body));
      const { method = '', url = '' } = request;
      const refused = endpoint.refuse?.(method, url);
      const { status, body: answer } = refused ?? serve(resources, method, new URL(url, endpoint.url), body);
      response.writeHead(status, { 'content-type': 'application/scim+json' });
      response.end(answer === undefined ? '' : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint: EntraEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim`,
    resources,
    takeRequests: () => requests.splice(0),
    refuse: undefined,
  };
  return endpoint;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function textOf(request: IncomingMessage, body: string): string {
  const headers = request.rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || WITHOUT_MEANING.has(name.toLowerCase()) ? [] : [`${name}: ${request.rawHeaders[index + 1]}`],
  );
  const lines = [`${request.method} ${request.url}`, ...headers.toSorted()];
  return [...lines, ...(body === '' ? [] : ['', JSON.stringify(JSON.parse(body), null, 2)])].join('\n');
}

function serve(all: Record<Kind, Map<string, Json>>, method: string, url: URL, text: string): Refusal {
  const [, , kind, id] = url.pathname.split('/');
  if (kind !== 'Users' && kind !== 'Groups') return { status: 404 };
  const held = all[kind];
  const body = text === '' ? {} : (JSON.parse(text) as Json);
  const hides = url.searchParams.get('excludedAttributes') === 'members';
  const shown = ({ members, ...rest }: Json): Json => (hides || members === undefined ? rest : { ...rest, members });
  if (id === undefined && method === 'POST') {
    const created = { ...body, id: `${kind === 'Users' ? 'user' : 'group'}-${held.size + 1}` };
    held.set(created.id, created);
    return { status: 201, body: created };
  }
  if (id === undefined) {
    const found = [...held.values()].filter((each) => holdsAll(each, url.searchParams.get('filter') ?? ''));
    const Resources = found.map(shown);
    return { status: 200, body: { schemas: [LIST], totalResults: found.length, Resources } };
  }
  const resource = held.get(id);
  if (resource === undefined) return { status: 404 };
  if (method === 'GET') return { status: 200, body: shown(resource) };
  if (method === 'DELETE') held.delete(id);
  else for (const operation of body['Operations'] as Json[]) apply(resource, operation);
  return { status: 204 };
}

function holdsAll(resource: Json, filter: string): boolean {
  return filter.split(' and ').every((each) => {
    const [, path = '', value = ''] = /^(.+) eq "(.*)"$/.exec(each) ?? [];
    return read(resource, path) === value;
  });
}

function read(resource: Json, path: string): unknown {
  const [, attribute = '', name = '', wanted, sub = 'value'] = FILTERED.exec(path) ?? [];
  if (attribute !== '') return elements(resource, attribute).find((each) => each[name] === wanted)?.[sub];
  return path === 'manager' ? (extension(resource)['manager'] as Json | undefined)?.['value'] : resource[path];
}

function elements(owner: Json, attribute: string): Json[] {
  const list = (owner[attribute] ?? []) as Json[];
  owner[attribute] = list;
  return list;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function extension(resource: Json): Json {
  const held = (resource[ENTERPRISE] ?? {}) as Json;
  resource[ENTERPRISE] = held;
  return held;
}

/** As Entra wants it: any case of `op`, paths that make their element, dotted names, and members by value. */
export function apply(resource: Json, { op, path, value }: Json): void {
  const isRemoval = String(op).toLowerCase() === 'remove';
  if (path === undefined) {
    for (const [name, each] of Object.entries(value as Json)) set(resource, name, each);
    return;
  }
  const name = path as string;
  if (!name.startsWith('members')) {
    set(resource, name, isRemoval ? undefined : value);
    return;
  }
  const wanted = Array.isArray(value) ? (value as Json[]).map((each) => each['value']) : [FILTERED.exec(name)?.[3]];
  const others = elements(resource, 'members').filter((each) => !wanted.includes(each['value']));
  resource['members'] = isRemoval ? others : [...others, ...wanted.map((each) => ({ value: each }))];
}

function set(resource: Json, path: string, value: unknown): void {
  const typed = value === 'True' ? true : value === 'False' ? false : value;
  const [, attribute = '', name = '', wanted = '', sub = 'value'] = FILTERED.exec(path) ?? [];
  if (attribute !== '') {
    const list = elements(resource, attribute);
    const element = list.find((each) => each[name] === wanted) ?? { [name]: wanted };
    if (!list.includes(element)) list.push(element);
    element[sub] = typed;
  } else if (path === 'manager' || path === `${ENTERPRISE}:manager`) {
    const id = Array.isArray(value) ? (value as Json[])[0]?.['value'] : value;
    extension(resource)['manager'] = { value: id };
  } else if (path.startsWith(`${ENTERPRISE}:`)) extension(resource)[path.slice(ENTERPRISE.length + 1)] = typed;
  else {
    const [key = '', member] = path.split('.');
    if (member === undefined) resource[key] = typed;
    else resource[key] = { ...(resource[key] as Json | undefined), [member]: typed };
  }
}
