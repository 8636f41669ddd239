// The production configuration over real TLS: an own authority, own hosts, nothing intercepted.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRequester } from '../../../src/source/requester.ts';
import { createBackoff } from '../../../src/source/retry.ts';
import { createGraphTransport } from '../../../src/source/transport.ts';
import { NEVER, rejection, TENANT, testSource, virtualClock } from './graph-world.ts';

let server: Server;
let origin: string;
let ca: string;
const seen: string[] = [];

beforeAll(async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  ca = pems.cert;
  server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]} ${request.headers.authorization ?? ''}`.trim());
    response.setHeader('content-type', 'application/json');
    const authority = `${origin}/${TENANT}`;
    if (request.url?.startsWith('/unknown.example')) {
      response.writeHead(404).end('{}');
      return;
    }
    if (request.url?.endsWith('/v2.0/.well-known/openid-configuration')) {
      response.end(
        JSON.stringify({
          issuer: `${authority}/v2.0`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          jwks_uri: `${authority}/discovery/v2.0/keys`,
        }),
      );
      return;
    }
    if (request.method === 'POST') {
      response.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: 'opaque' }));
      return;
    }
    response.end(JSON.stringify({ id: 'sp', appId: 'app', displayName: 'Peakon', accountEnabled: true, appRoles: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function ownCloud(trusted: boolean) {
  return testSource({
    authorityHost: origin,
    graphBaseUrl: origin,
    scope: `${origin}/.default`,
    disableInstanceDiscovery: true,
    ...(trusted ? { ca } : {}),
  });
}

describe('a source with an own authority', () => {
  it('reads discovery, token and Graph through the given CA', async () => {
    const { source } = ownCloud(true);
    expect((await source.readServicePrincipal('sp', NEVER)).displayName).toBe('Peakon');
    expect(seen).toEqual([
      `GET /${TENANT}/v2.0/.well-known/openid-configuration`,
      `POST /${TENANT}/oauth2/v2.0/token`,
      'GET /v1.0/servicePrincipals/sp Bearer opaque',
    ]);
    expect(source.requests).toEqual({ graph: 1, tokens: 2 });
  });

  // spec: token-origin
  it('points at caFile when the certificate is not trusted, without trying again', async () => {
    const { source, clock } = ownCloud(false);
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(error.message).toContain('caFile');
    expect(error.message).toContain('authorityHost');
    expect(clock.sleeps).toEqual([]);
  });

  it('says so when Graph alone is not trusted', async () => {
    const clock = virtualClock();
    const tokens = { get: async () => 't', renew: async () => 't', requests: 0 };
    const transport = createGraphTransport({ origin, timeoutSeconds: 30 }, tokens);
    const requester = createRequester(
      transport,
      createBackoff({ clock, random: () => 0, maxWaitSeconds: 600 }),
      clock,
      (text) => text,
    );
    const subject = { concern: 'users', what: 'GET /users' } as const;
    const error = await rejection(requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, NEVER));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(error.message).toContain('caFile');
  });

  it('hints at authority, tenant and CA when the service does not describe the tenant', async () => {
    const { source } = testSource({
      authorityHost: origin,
      tenantId: 'unknown.example',
      graphBaseUrl: origin,
      scope: `${origin}/.default`,
      disableInstanceDiscovery: true,
      ca,
    });
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(error.message).toContain('unknown.example');
  });
});
