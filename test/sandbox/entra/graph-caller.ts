/** How the tests talk to a sandbox tenant: a token, Graph over TLS with the tenant's CA, and the admin interface. */
import { Agent, fetch, type RequestInit } from 'undici';
import type { EntraTenant } from '../../../src/sandbox/entra/tenant.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers | import('undici').Headers;
  readonly text: string;
  readonly json: Json;
}

export interface GraphCaller {
  /** A fresh access token. */
  token(): Promise<string>;
  /** A request to `/v1.0{path}`, or to a complete URL. */
  graph(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string>; token?: string },
  ): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** A request to the admin interface; throws for a status of 400 and more. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
  /** A Graph write through the admin interface; throws for a status of 400 and more. */
  edit(method: string, path: string, body?: unknown): Promise<Json>;
  close(): Promise<void>;
}

export function makeCaller(tenant: EntraTenant): GraphCaller {
  const dispatcher = new Agent({ connect: { ca: tenant.caPem } });
  let current: string | undefined;

  const token = async (): Promise<string> => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: tenant.clientId,
      client_secret: tenant.clientSecret,
      scope: tenant.scope,
    });
    const answer = await fetch(`${tenant.url}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: form,
      dispatcher,
    });
    const body = (await answer.json()) as { access_token: string };
    return body.access_token;
  };
  const graph: GraphCaller['graph'] = async (method, path, options = {}) => {
    if (options.token === undefined) current ??= await token();
    const headers: Record<string, string> = {
      authorization: `Bearer ${options.token ?? current ?? ''}`,
      ...options.headers,
    };
    const url = path.startsWith('https:') ? path : `${tenant.url}/v1.0${path}`;
    const init: RequestInit = { method, headers, dispatcher };
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(options.body);
    }
    const answer = await fetch(url, init);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: asJson(text) };
  };
  const admin = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${tenant.adminUrl}${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    token,
    graph,
    get: (path, headers = {}) => graph('GET', path, { headers }),
    admin,
    edit: async (method, path, body) => ((await admin(method, `/_emu/graph/v1.0${path}`, body)) ?? {}) as Json,
    close: () => dispatcher.close(),
  };
}

function asJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** The rows of a list answer. */
export function rowsOf(answer: Answer): Json[] {
  if (!Array.isArray(answer.json['value'])) throw new Error(`no list: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer.json['value'] as Json[];
}

/** The error code of an answer. */
export function codeOf(answer: Answer): unknown {
  return (answer.json['error'] as Json | undefined)?.['code'];
}

/** Follows a delta round from its first URL to the deltaLink. */
export async function readRound(
  caller: GraphCaller,
  first: string,
  headers: Record<string, string> = {},
): Promise<{ rows: Json[]; pages: Json[][]; deltaLink: string }> {
  const pages: Json[][] = [];
  for (let url = first; ; ) {
    const answer = await caller.get(url, headers);
    pages.push(rowsOf(answer));
    const { '@odata.nextLink': next, '@odata.deltaLink': delta } = answer.json;
    if (typeof delta === 'string') return { rows: pages.flat(), pages, deltaLink: delta };
    if (typeof next !== 'string') throw new Error('a delta page without a link');
    url = next;
  }
}

/** All rows of a paged list. */
export async function readList(
  caller: GraphCaller,
  first: string,
  headers: Record<string, string> = {},
): Promise<Json[]> {
  const rows: Json[] = [];
  for (let url: string | undefined = first; url !== undefined; ) {
    const answer = await caller.get(url, headers);
    rows.push(...rowsOf(answer));
    const next = answer.json['@odata.nextLink'];
    url = typeof next === 'string' ? next : undefined;
  }
  return rows;
}
