// A thin fetch client for the target tests. Uses nothing of src/scim or src/target.
import { onTestFinished } from 'vitest';
import { isScimJson, type JsonValue, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import {
  type SandboxTarget,
  type ScimTargetOptions,
  startScimTarget,
} from '../../../src/sandbox/target/scim-server.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PEAKON = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: ScimJson;
}

export interface Client {
  readonly target: SandboxTarget;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  patch(path: string, operations: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Creates and returns the id; throws unless 201. */
  create(path: string, body: unknown): Promise<string>;
  find(path: string, filter: string): Promise<Reply>;
}

function parse(text: string): ScimJson {
  try {
    const json: unknown = JSON.parse(text);
    return isScimJson(json) ? json : {};
  } catch {
    return {};
  }
}

export function clientOf(target: SandboxTarget): Client {
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('http') ? path : `${target.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${target.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return {
    target,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body) => send('POST', path, body),
    patch: (path, operations, headers) => send('PATCH', path, { schemas: [PATCH], Operations: operations }, headers),
    async create(path, body) {
      const reply = await send('POST', path, body);
      if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
      return idOf(reply.body);
    },
    find: (path, filter) => send('GET', `${path}?filter=${encodeURIComponent(filter)}`),
  };
}

export async function startClient(options: ScimTargetOptions): Promise<Client> {
  return clientOf(await startScimTarget(options));
}

/** A target of one test's own, closed when the test ends. */
export async function testClient(options: ScimTargetOptions): Promise<Client> {
  const client = await startClient(options);
  onTestFinished(() => client.target.close());
  return client;
}

export function user(userName: string, more: ScimJson = {}): ScimJson {
  const extensions = Object.keys(more).filter((name) => name.startsWith('urn:'));
  return { schemas: [USER, ...extensions], userName, ...more };
}

export function group(displayName: string, members: readonly string[] = [], more: ScimJson = {}): ScimJson {
  return { schemas: [GROUP], displayName, members: members.map((value): ScimJson => ({ value })), ...more };
}

export function employee(email: string, more: ScimJson = {}): ScimJson {
  return user(email, {
    name: { givenName: 'Ana', familyName: 'Ruiz' },
    emails: [{ type: 'work', value: email, primary: true }],
    active: true,
    ...more,
  });
}

/** The resources of a list, as a list of one member's values. */
export function pick(reply: Reply, name: string): (JsonValue | undefined)[] {
  const resources = reply.body['Resources'];
  return Array.isArray(resources) ? resources.map((item) => (isScimJson(item) ? item[name] : undefined)) : [];
}

/** The id of a resource; empty if it has none. */
export function idOf(resource: ScimJson | undefined): string {
  return readText(resource?.['id']);
}

/** A member of a nested object; undefined if there is none. */
export function member(document: ScimJson, ...path: string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const name of path) value = isScimJson(value) ? value[name] : undefined;
  return value;
}
