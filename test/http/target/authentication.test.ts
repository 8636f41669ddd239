// Kinds of authentication besides tokens, on real sockets: what is sent, and that it is sent to nobody else.
import type { TLSSocket } from 'node:tls';
import nock from 'nock';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TargetCredential } from '../../../src/model/target-credential.ts';
import { aSecret } from '../../support/a-secret.ts';
import { aClient } from './authentication-setup.ts';
import { serverCertificates, serving, servingTls } from './loopback.ts';

beforeAll(() => nock.restore());

const basic = (...passwords: readonly [string, ...string[]]): TargetCredential => ({
  kind: 'basic',
  username: 'engine',
  password: aSecret(...passwords),
});
const NONE: TargetCredential = { kind: 'none' };
const encoded = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a user name and a password', () => {
  it('are sent in UTF-8, and a replaced password is tried once more', async () => {
    const { url, requests } = await serving((request, response) => {
      response.writeHead(request.headers.authorization === encoded('engine:nëw') ? 404 : 401).end();
    });
    const { target, signal, secrets } = aClient({ baseUrl: url, credential: basic('old', 'nëw', 'third') });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
    expect(await target.get('User', '2', signal)).toEqual({ ok: true, value: null });
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual(
      ['old', 'nëw', 'nëw'].map((password) => encoded(`engine:${password}`)),
    );
    expect(secrets.redact(`it said ${encoded('engine:nëw')}`)).toBe('it said Basic ***');
  });

  it('that are refused end the job', async () => {
    const { url, requests } = await serving((_request, response) => response.writeHead(401).end());
    const { target, signal } = aClient({ baseUrl: url, credential: basic('wrong') });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
    expect(requests).toHaveLength(1);
  });
});

describe('further headers', () => {
  it('go beside Authorization, never instead of what scimsync sends itself', async () => {
    const { url, requests } = await serving((_request, response) => response.writeHead(404).end());
    const headers = { 'X-Api-Key': aSecret('key with blank'), 'X-Tenant': aSecret('acme') };
    const { target, signal } = aClient({ baseUrl: url, credential: basic('pass'), headers });
    await target.get('User', '1', signal);
    expect(requests[0]?.headers).toMatchObject({
      authorization: encoded('engine:pass'),
      'x-api-key': 'key with blank',
      'x-tenant': 'acme',
      accept: 'application/scim+json, application/json',
    });
  });

  it('are read again after a 401', async () => {
    const { url, requests } = await serving((request, response) =>
      response.writeHead(request.headers['x-api-key'] === 'new' ? 404 : 401).end(),
    );
    const { target, signal } = aClient({
      baseUrl: url,
      credential: NONE,
      headers: { 'X-Api-Key': aSecret('old', 'new') },
    });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('hold no line break', async () => {
    const { url, requests } = await serving((_request, response) => response.end());
    const { target, signal } = aClient({
      baseUrl: url,
      credential: NONE,
      headers: { 'X-Api-Key': aSecret('key\r\nX-Evil: 1') },
    });
    const refused = target.get('User', '1', signal);
    await expect(refused).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
    await expect(refused).rejects.not.toThrow('Evil');
    expect(requests).toEqual([]);
  });
});

describe('a client certificate', () => {
  it('is presented to the target and to the token endpoint', async () => {
    const { ca, server, client } = await serverCertificates();
    const names: unknown[] = [];
    const { url, requests } = await servingTls({ ...server, ca, requestCert: true }, (request, response) => {
      const socket = request.socket as TLSSocket;
      names.push(socket.authorized && socket.getPeerCertificate().subject.CN);
      response.setHeader('content-type', 'application/json');
      if (request.url === '/token') response.end('{"access_token": "token-1", "expires_in": 3600}');
      else response.writeHead(404).end();
    });
    const { target, signal } = aClient({
      baseUrl: `${url}/scim`,
      tokenUrl: `${url}/token`,
      proof: { kind: 'mtls' },
      connection: { ca, clientCertificate: client },
    });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
    expect(names).toEqual(['engine', 'engine']);
    expect(requests.map(({ line }) => line)).toEqual(['POST /token', 'GET /scim/Users/1']);
  });

  it('that is missing is a fault of TLS or of credentials, not of the person', async () => {
    const { ca, server } = await serverCertificates();
    const { url } = await servingTls(
      { ...server, ca, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
      (_request, response) => response.end(),
    );
    const { target, signal } = aClient({ baseUrl: url, credential: NONE, connection: { ca } });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetTlsFailed' });
  });
});

// spec: token-origin
describe('credentials stay at the configured address', () => {
  it.each([301, 302, 303, 307, 308])('a redirect with %i is not followed', async (status) => {
    const elsewhere = await serving((_request, response) => response.end('{}'));
    const { url } = await serving((_request, response) =>
      response.writeHead(status, { location: `${elsewhere.url}/Users/1` }).end(),
    );
    for (const credential of [basic('pass'), { kind: 'bearer', token: aSecret('token') } as const, NONE]) {
      const { target, signal } = aClient({ baseUrl: url, credential, headers: { 'X-Api-Key': aSecret('key') } });
      await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetIncompatible' });
      await expect(target.create('User', { userName: 'a' }, signal)).rejects.toMatchObject({
        code: 'TargetIncompatible',
      });
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it('whatever addresses an answer names', async () => {
    const elsewhere = await serving((_request, response) => response.end('{}'));
    const resource = {
      id: `../../${elsewhere.url}/x`,
      meta: { location: `${elsewhere.url}/Users/1` },
      nextLink: `${elsewhere.url}/next`,
    };
    const { url, requests } = await serving((request, response) => {
      response.setHeader('content-type', 'application/scim+json');
      if (request.method === 'POST') {
        response.writeHead(201, { location: `${elsewhere.url}/Users/1`, link: `<${elsewhere.url}/next>; rel="next"` });
        response.end(JSON.stringify(resource));
      } else response.end(JSON.stringify({ totalResults: 1, Resources: [resource], next: `${elsewhere.url}/next` }));
    });
    const { target, signal } = aClient({ baseUrl: `${url}/scim`, credential: basic('pass') });
    const created = await target.create('User', { userName: 'a' }, signal);
    expect(created.ok).toBe(true);
    for await (const _page of target.list('User', signal)) void _page;
    await target.get('User', resource.id, signal);
    expect(elsewhere.requests).toEqual([]);
    expect(requests.every(({ line }) => / \/scim\/Users(?:[/?]|$)/.test(line))).toBe(true);
  });
});
