/** The real credential and the real Graph client against the tenant, configured as for a national cloud. */
import { ClientSecretCredential } from '@azure/identity';
import { Client, type Context, type Middleware } from '@microsoft/microsoft-graph-client';
import { Agent, fetch, type RequestInfo, type RequestInit } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, type Json, makeCaller } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 30, groups: 6, seed: 11, pageSize: 7 });
  caller = makeCaller(tenant);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});

function credential(secret: string): ClientSecretCredential {
  return new ClientSecretCredential(tenant.tenantId, tenant.clientId, secret, {
    authorityHost: tenant.authorityHost,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: tenant.caPem },
  });
}

class Authentication implements Middleware {
  #next: Middleware | undefined;
  readonly #token: string;
  constructor(token: string) {
    this.#token = token;
  }
  setNext(next: Middleware): void {
    this.#next = next;
  }
  async execute(context: Context): Promise<void> {
    context.options = {
      ...context.options,
      headers: { ...(context.options?.headers as object), authorization: `Bearer ${this.#token}` },
    };
    await this.#next?.execute(context);
  }
}

class UndiciFetch implements Middleware {
  readonly #dispatcher: Agent;
  constructor(dispatcher: Agent) {
    this.#dispatcher = dispatcher;
  }
  async execute(context: Context): Promise<void> {
    const options = { ...(context.options as unknown as RequestInit), dispatcher: this.#dispatcher };
    context.response = (await fetch(context.request as RequestInfo, options)) as unknown as Response;
  }
}

describe('the client credentials flow of the real credential', () => {
  test('a right secret gives a token that is kept until it is about to expire', async () => {
    await caller.admin('DELETE', '/_emu/log');
    const own = credential(tenant.clientSecret);
    const first = await own.getToken(tenant.scope);
    const second = await own.getToken(tenant.scope);
    expect(second.token).toBe(first.token);
    const lifetime = first.expiresOnTimestamp - Date.now();
    expect(lifetime).toBeGreaterThan(3_400_000);
    expect(lifetime).toBeLessThanOrEqual(3_600_000);
    const log = (await caller.admin('GET', '/_emu/log')) as Json[];
    expect(log.map((entry) => `${String(entry['method'])} ${String(entry['path'])}`)).toEqual([
      `GET /${tenant.tenantId}/v2.0/.well-known/openid-configuration`,
      `POST /${tenant.tenantId}/oauth2/v2.0/token`,
    ]);
    expect(JSON.stringify(log)).not.toContain(tenant.clientSecret);
  });

  test('a wrong secret is told by its number', async () => {
    await expect(credential('not-the-secret').getToken(tenant.scope)).rejects.toThrow(/AADSTS7000215/);
  });

  test('an expired secret is told apart from a wrong one', async () => {
    await caller.admin('POST', '/_emu/client-secret', { expired: true });
    await expect(credential(tenant.clientSecret).getToken(tenant.scope)).rejects.toThrow(/AADSTS7000222/);
    await caller.admin('POST', '/_emu/client-secret', { expired: false });
    await expect(credential(tenant.clientSecret).getToken(tenant.scope)).resolves.toMatchObject({
      tokenType: 'Bearer',
    });
  });

  test('a scope of another resource is refused', async () => {
    await expect(credential(tenant.clientSecret).getToken('https://management.azure.com/.default')).rejects.toThrow(
      /AADSTS70011/,
    );
  });

  test.each([
    [
      'unknown client',
      (form: URLSearchParams) => form.set('client_id', '00000000-1111-2222-3333-444444444444'),
      400,
      700016,
    ],
    ['other grant', (form: URLSearchParams) => form.set('grant_type', 'password'), 400, 70003],
    ['nothing', (form: URLSearchParams) => form.delete('client_id'), 400, 900144],
  ])('%s: the token endpoint says which number', async (_name, spoil, status, code) => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: tenant.clientId,
      client_secret: tenant.clientSecret,
      scope: tenant.scope,
    });
    spoil(form);
    const dispatcher = new Agent({ connect: { ca: tenant.caPem } });
    const answer = await fetch(`${tenant.url}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: form,
      dispatcher,
    });
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as Json)['error_codes']).toEqual([code]);
    await dispatcher.close();
  });
});

test('the real Graph client reads a delta round page by page', async () => {
  const { token } = await credential(tenant.clientSecret).getToken(tenant.scope);
  const dispatcher = new Agent({ connect: { ca: tenant.caPem } });
  const first = new Authentication(token);
  first.setNext(new UndiciFetch(dispatcher));
  const client = Client.initWithMiddleware({
    baseUrl: tenant.graphBaseUrl,
    customHosts: new Set(['localhost']),
    middleware: first,
  });
  const ids: unknown[] = [];
  let pages = 0;
  let page = (await client.api('/users/delta').select('id,displayName').get()) as Json;
  for (;;) {
    pages += 1;
    ids.push(...(page['value'] as Json[]).map((row) => row['id']));
    const next = page['@odata.nextLink'];
    if (typeof next !== 'string') break;
    page = (await client.api(next).get()) as Json;
  }
  expect(pages).toBe(5);
  expect(new Set(ids)).toEqual(new Set(tenant.directory.users.live.keys()));
  expect(ids.length).toBe(30);
  await expect(client.api('/users/nobody@contoso.example').get()).rejects.toMatchObject({
    statusCode: 404,
    code: 'Request_ResourceNotFound',
  });
  await dispatcher.close();
});

describe('what Graph accepts as a token', () => {
  test.each([
    ['no token', ''],
    ['no JWT', 'abc'],
    ['a forged one', 'eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJVc2VyLlJlYWQuQWxsIl19.'],
  ])('%s is a 401 that names the authority', async (_name, token) => {
    const answer = await caller.graph('GET', '/users', { token });
    expect(answer.status).toBe(401);
    expect(codeOf(answer)).toBe('InvalidAuthenticationToken');
    expect(answer.headers.get('www-authenticate')).toContain(`authorization_uri="${tenant.url}/${tenant.tenantId}/`);
  });

  test('a token is refused after its lifetime by the clock of the tenant', async () => {
    await caller.admin('POST', '/_emu/token-lifetime', { seconds: 600 });
    const token = await caller.token();
    expect((await caller.graph('GET', '/users', { token })).status).toBe(200);
    await caller.admin('POST', '/_emu/clock', { advance: '10m' });
    const answer = await caller.graph('GET', '/users', { token });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('Lifetime validation failed');
  });

  test('revoked tokens are refused, with a claims challenge when asked for; newer ones are fine', async () => {
    const token = await caller.token();
    await caller.admin('POST', '/_emu/revoke-tokens', { cae: true });
    const answer = await caller.graph('GET', '/users', { token });
    expect(answer.status).toBe(401);
    const claims = /error="insufficient_claims", claims="([^"]+)"/.exec(
      answer.headers.get('www-authenticate') ?? '',
    )?.[1];
    expect(JSON.parse(Buffer.from(claims ?? '', 'base64').toString())).toHaveProperty(
      'access_token.nbf.essential',
      true,
    );
    expect((await caller.graph('GET', '/users', { token: await caller.token() })).status).toBe(200);
  });

  test('a tampered token is refused', async () => {
    const token = await caller.token();
    const [head, , signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Json;
    const forged = Buffer.from(JSON.stringify({ ...claims, roles: ['Directory.ReadWrite.All'] })).toString('base64url');
    expect((await caller.graph('GET', '/users', { token: `${head}.${forged}.${signature}` })).status).toBe(401);
  });
});
