// Where connections go: which addresses are refused although a name leads there, and through which proxy.
import nock from 'nock';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { aSecret } from '../../support/a-secret.ts';
import { aClient } from './authentication-setup.ts';
import { AUTHORIZED, proxyTo, serverCertificates, serving, servingTls } from './loopback.ts';

/** What the names of this file resolve to; the first list is used once, the last one for ever. */
const names = new Map<string, string[][]>();

vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>();
  type Callback = (error: Error | null, addresses: { address: string; family: number }[]) => void;
  const lookup = (name: string, _options: unknown, callback: Callback): void => {
    const lists = names.get(name) ?? [];
    const list = (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
    const found = list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(() =>
      callback(found.length === 0 ? Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }) : null, found),
    );
  };
  return { ...dns, lookup };
});

beforeAll(() => nock.restore());
beforeEach(() => names.clear());

const bearer = { kind: 'bearer', token: aSecret('token') } as const;
const FORBIDDEN = { code: 'TargetAddressForbidden' };

// spec: egress
describe('an address that is not allowed', () => {
  it.each([
    'http://169.254.169.254/scim',
    'http://[::ffff:169.254.169.254]/scim',
    'http://0251.0376.0251.0376/scim',
    'http://2852039166/scim',
    'http://[fd00:ec2::254]/scim',
    'http://0.0.0.0/scim',
    'https://169.254.169.254/scim',
  ])('is not connected to: %s', async (baseUrl) => {
    const { target, signal } = aClient({ baseUrl, credential: bearer });
    await expect(target.create('User', {}, signal)).rejects.toMatchObject(FORBIDDEN);
  });

  it.each([[['169.254.169.254']], [['fe80::1', '100.100.100.200']]])(
    'is not connected to when a name leads to %j',
    async (addresses) => {
      names.set('scim.test', [addresses]);
      const { target, signal } = aClient({ baseUrl: 'http://scim.test/scim', credential: bearer });
      const refused = target.get('User', '1', signal);
      await expect(refused).rejects.toMatchObject(FORBIDDEN);
      await expect(refused).rejects.toThrow('http://scim.test/scim');
    },
  );

  it('is passed over when the name has another one that is allowed', async () => {
    const { port, requests } = await serving((_request, response) => response.writeHead(404).end());
    names.set('scim.test', [['169.254.169.254', '127.0.0.1']]);
    const { target, signal } = aClient({ baseUrl: `http://scim.test:${port}`, credential: bearer });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
    expect(requests).toHaveLength(1);
  });

  it('is noticed when the name begins to lead there', async () => {
    const { port, requests } = await serving((_request, response) =>
      response.writeHead(404, { connection: 'close' }).end(),
    );
    names.set('scim.test', [['127.0.0.1'], ['169.254.169.254']]);
    const { target, signal } = aClient({ baseUrl: `http://scim.test:${port}`, credential: bearer });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
    await expect(target.get('User', '2', signal)).rejects.toMatchObject(FORBIDDEN);
    expect(requests).toHaveLength(1);
  });

  it('is a private one where those are denied, also for the token endpoint', async () => {
    const { port, url, requests } = await serving((_request, response) => response.writeHead(404).end());
    names.set('scim.test', [['127.0.0.1']]);
    names.set('inside.test', [['10.1.2.3', 'fd12::1']]);
    const connection = { privateAddresses: 'deny' } as const;
    for (const baseUrl of [url, `http://scim.test:${port}`, 'http://inside.test']) {
      const { target, signal } = aClient({ baseUrl, credential: bearer, connection });
      await expect(target.get('User', '1', signal)).rejects.toMatchObject(FORBIDDEN);
    }
    const { target, signal } = aClient({ tokenUrl: `${url}/token?key=s3cret-1`, connection });
    const refused = target.get('User', '1', signal);
    await expect(refused).rejects.toMatchObject(FORBIDDEN);
    await expect(refused).rejects.not.toThrow('s3cret-1');
    expect(requests).toEqual([]);
  });

  it('a name that leads nowhere is unreachable', async () => {
    const { target, signal } = aClient({ baseUrl: 'http://gone.test', credential: bearer });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetUnreachable' });
  });
});

describe('a proxy of the environment', () => {
  it('carries target and token endpoint in tunnels, and sees no credentials of theirs', async () => {
    const { ca, server } = await serverCertificates();
    const { port, requests } = await servingTls(server, (request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/token') response.end('{"access_token": "token-1", "expires_in": 3600}');
      else response.end('{"id": "1"}');
    });
    const proxy = await proxyTo(port);
    const { target, signal } = aClient({
      baseUrl: 'https://scim.test/scim',
      tokenUrl: 'https://scim.test/token',
      connection: { ca, privateAddresses: 'deny', environment: { HTTPS_PROXY: proxy.url('corp:hunter2') } },
    });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: { id: '1' } });
    expect(requests.map(({ line }) => line)).toEqual(['POST /token', 'GET /scim/Users/1']);
    expect(requests[1]?.headers).toMatchObject({ authorization: 'Bearer token-1', host: 'scim.test' });
    expect(requests.some(({ headers }) => 'proxy-authorization' in headers)).toBe(false);
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT scim.test:443 ${AUTHORIZED}`]));
  });

  it('that refuses is named without its password', async () => {
    const proxy = await proxyTo(1);
    const environment = { https_proxy: proxy.url('corp:wrong-hunter2') };
    const { target, signal } = aClient({
      baseUrl: 'https://scim.test',
      credential: bearer,
      connection: { environment },
    });
    const refused = target.get('User', '1', signal);
    await expect(refused).rejects.toMatchObject({ code: 'TargetUnreachable' });
    await expect(refused).rejects.toThrow(`through the proxy ${proxy.host}`);
    await expect(refused).rejects.not.toThrow('hunter2');
  });

  it('that is not there is named too, also for the token endpoint', async () => {
    const environment = { https_proxy: 'http://corp:hunter2@127.0.0.1:1' };
    const { target, signal } = aClient({
      tokenUrl: 'https://scim.test/token',
      connection: { environment },
    });
    const refused = target.get('User', '1', signal);
    await expect(refused).rejects.toMatchObject({ code: 'TargetTokenUnavailable' });
    await expect(refused).rejects.toThrow('ECONNREFUSED through the proxy 127.0.0.1:1');
    await expect(refused).rejects.not.toThrow('hunter2');
  });

  it('is not used for what NO_PROXY names, and forwards plain http', async () => {
    const { port, requests } = await serving((_request, response) => response.writeHead(404).end());
    names.set('scim.test', [['127.0.0.1']]);
    const proxy = await proxyTo(port);
    const environment = { HTTP_PROXY: proxy.url('corp:hunter2'), NO_PROXY: `scim.test:${port}` };
    const direct = aClient({ baseUrl: `http://scim.test:${port}`, credential: bearer, connection: { environment } });
    await direct.target.get('User', '1', direct.signal);
    expect(requests).toHaveLength(1);
    expect(proxy.seen).toEqual([]);
    const proxied = aClient({ baseUrl: 'http://other.test/scim', credential: bearer, connection: { environment } });
    await proxied.target.get('User', '1', proxied.signal);
    expect(proxy.seen).toEqual([`GET http://other.test/scim/Users/1 ${AUTHORIZED}`]);
  });

  it('does not lead to an address that is not allowed', async () => {
    const proxy = await proxyTo(1);
    const environment = { HTTPS_PROXY: proxy.url('corp:hunter2') };
    const connection = { environment, privateAddresses: 'deny' } as const;
    const { target, signal } = aClient({ baseUrl: 'https://10.1.2.3', credential: bearer, connection });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject(FORBIDDEN);
    expect(proxy.seen).toEqual([]);
  });
});
