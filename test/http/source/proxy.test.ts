// Microsoft Graph and the token service through a proxy of the environment, over TLS with an own authority.
import nock from 'nock';
import { beforeAll, expect, it } from 'vitest';
import { AUTHORIZED, proxyTo, serverCertificates, servingTls } from '../target/loopback.ts';
import { NEVER, rejection, TENANT, testSource } from './graph-world.ts';

const LOGIN = 'https://login.test';
const GRAPH = 'https://graph.test';

beforeAll(() => nock.restore());

const json = (value: unknown): string => JSON.stringify(value);

async function start() {
  const { ca, server } = await serverCertificates();
  const { port, requests } = await servingTls(server, (request, response) => {
    response.setHeader('content-type', 'application/json');
    const authority = `${LOGIN}/${TENANT}`;
    if (request.url?.endsWith('openid-configuration') === true)
      response.end(
        json({
          issuer: `${authority}/v2.0`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          jwks_uri: `${authority}/discovery/v2.0/keys`,
        }),
      );
    else if (request.method === 'POST')
      response.end(json({ token_type: 'Bearer', expires_in: 3599, access_token: 'opaque' }));
    else response.end(json({ id: 'sp', appId: 'app', displayName: 'Peakon', accountEnabled: true, appRoles: [] }));
  });
  const proxy = await proxyTo(port);
  const source = (user: string) =>
    testSource({
      authorityHost: LOGIN,
      graphBaseUrl: GRAPH,
      scope: `${GRAPH}/.default`,
      disableInstanceDiscovery: true,
      ca,
      environment: { HTTPS_PROXY: proxy.url(user) },
    }).source;
  return { proxy, requests, source };
}

it('both go through it, and it sees none of their credentials', async () => {
  const { proxy, requests, source } = await start();
  expect((await source('corp:hunter2').readServicePrincipal('sp', NEVER)).displayName).toBe('Peakon');
  expect(requests.map(({ line }) => line.split('?')[0])).toEqual([
    `GET /${TENANT}/v2.0/.well-known/openid-configuration`,
    `POST /${TENANT}/oauth2/v2.0/token`,
    'GET /v1.0/servicePrincipals/sp',
  ]);
  expect(new Set(proxy.seen)).toEqual(
    new Set([`CONNECT login.test:443 ${AUTHORIZED}`, `CONNECT graph.test:443 ${AUTHORIZED}`]),
  );
  expect(requests.some(({ headers }) => 'proxy-authorization' in headers)).toBe(false);
});

it('one that refuses is a fault of the source, without its password', async () => {
  const { source, requests } = await start();
  const fault = await rejection(source('corp:wrong-hunter2').readServicePrincipal('sp', NEVER));
  expect(fault.code).toBe('SourceUnreachable');
  expect(`${fault.message}${String(fault.stack)}`).not.toContain('hunter2');
  expect(requests).toEqual([]);
});
