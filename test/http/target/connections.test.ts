// Real sockets on the loopback interface: broken connections, half bodies, silence, floods and certificates.
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import nock from 'nock';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { aTarget } from './target-setup.ts';

/** What http and https servers have in common here. */
interface TestServer {
  listen(port: number, host: string, listening: () => void): unknown;
  address(): unknown;
  closeAllConnections(): void;
  close(): unknown;
}

const servers: TestServer[] = [];

beforeAll(() => nock.restore());
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: TestServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function serve(handler: http.RequestListener): Promise<{ baseUrl: string; count: () => number }> {
  let requests = 0;
  const port = await listen(
    http.createServer((request, response) => {
      requests += 1;
      handler(request, response);
    }),
  );
  return { baseUrl: `http://127.0.0.1:${port}/scim`, count: () => requests };
}

const operations = [{ op: 'replace', path: 'active', value: false }] as const;

describe('broken connections', () => {
  it.each([
    ['before the answer', (_request: http.IncomingMessage, response: http.ServerResponse) => response.destroy()],
    [
      'within the body',
      (_request: http.IncomingMessage, response: http.ServerResponse) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"id": "1"', () => response.destroy());
      },
    ],
    [
      'within a chunked body',
      (_request: http.IncomingMessage, response: http.ServerResponse) => {
        response.write('{"id": "1"}', () => response.destroy());
      },
    ],
  ])('%s: a write is ambiguous and sent once, a read is tried five times', async (_when, handler) => {
    const { baseUrl, count } = await serve(handler);
    const { target, signal } = aTarget({ baseUrl });
    expect(await target.patch('User', '1', operations, signal)).toMatchObject({
      ok: false,
      fault: { code: 'WebExceptionProtocolError', ambiguous: true },
    });
    expect(count()).toBe(1);
    const read = await target.get('User', '1', signal);
    expect(read).toMatchObject({ ok: false, fault: { code: 'WebExceptionProtocolError' } });
    expect(read.ok ? undefined : read.fault.ambiguous).toBeUndefined();
    expect(count()).toBe(6);
    expect(target.requests.scim).toBe(6);
  });

  it('a read that succeeds with the second try is a success', async () => {
    let first = true;
    const { baseUrl } = await serve((_request, response) => {
      if (first) response.destroy();
      else response.end('{"id": "1"}');
      first = false;
    });
    const { target, clock, signal } = aTarget({ baseUrl });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: { id: '1' } });
    expect(clock.slept).toEqual([1000]);
  });

  it('nobody listening ends the job', async () => {
    const server = http.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { target, signal } = aTarget({ baseUrl: `http://127.0.0.1:${port}` });
    await expect(target.create('User', {}, signal)).rejects.toMatchObject({ code: 'TargetUnreachable' });
  });
});

describe('silence', () => {
  it.each([
    ['no answer', () => undefined],
    [
      'half an answer',
      (_request: http.IncomingMessage, response: http.ServerResponse) => {
        response.writeHead(200);
        response.write('{');
      },
    ],
  ])('%s: a write times out as ambiguous, a read is tried twice', async (_what, handler) => {
    const { baseUrl, count } = await serve(handler);
    const { target, signal } = aTarget({ baseUrl, timeoutSeconds: 0.25 });
    expect(await target.create('User', {}, signal)).toMatchObject({ fault: { code: 'Timeout', ambiguous: true } });
    expect(count()).toBe(1);
    expect(await target.get('User', '1', signal)).toMatchObject({ ok: false, fault: { code: 'Timeout' } });
    expect(count()).toBe(3);
  });

  it('lets a write that is under way be answered when the caller wants to stop', async () => {
    const stop = new AbortController();
    const { baseUrl, count } = await serve((_request, response) => {
      stop.abort(new Error('stopping'));
      setImmediate(() => response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"1"}'));
    });
    const { target } = aTarget({ baseUrl });
    expect(await target.create('User', {}, stop.signal)).toEqual({ ok: true, value: { id: '1' } });
    await expect(target.create('User', {}, stop.signal)).rejects.toThrow('stopping');
    expect(count()).toBe(1);
  });

  it('breaks a read off at once when the caller stops', async () => {
    const stop = new AbortController();
    const { baseUrl } = await serve(() => stop.abort(new Error('stopping')));
    const { target } = aTarget({ baseUrl });
    await expect(target.get('User', '1', stop.signal)).rejects.toThrow('stopping');
  });
});

describe('bodies', () => {
  it('reads compressed answers', async () => {
    const { baseUrl } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('{"id": "1", "title": "ä"}'));
    });
    const { target, signal } = aTarget({ baseUrl });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: { id: '1', title: 'ä' } });
  });

  it.each([
    ['with a stated length', {}, Buffer.alloc(2000, 'x')],
    ['after decompression', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(100_000, 'x'))],
  ])('refuses an answer that is too large %s', async (_how, headers, body) => {
    const { baseUrl, count } = await serve((_request, response) => {
      response.writeHead(201, headers);
      response.end(body);
    });
    const { target, signal } = aTarget({ baseUrl, maxBodyBytes: 1000 });
    expect(await target.create('User', {}, signal)).toMatchObject({
      ok: false,
      fault: { code: 'IncompatibleAnswer', ambiguous: true },
    });
    expect(await target.get('User', '1', signal)).toMatchObject({ fault: { code: 'IncompatibleAnswer' } });
    expect(count()).toBe(2);
  });

  it('sends UTF-8 of the right length', async () => {
    let received = '';
    const { baseUrl } = await serve((request, response) => {
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        received += chunk;
      });
      request.on('end', () => response.writeHead(201).end('{"id": "1"}'));
    });
    const { target, signal } = aTarget({ baseUrl });
    await target.create('User', { userName: 'Žofie 🙂' }, signal);
    expect(JSON.parse(received)).toEqual({ userName: 'Žofie 🙂' });
  });

  // spec: token-origin
  it('does not follow redirects, so the token stays here', async () => {
    let followed = 0;
    const elsewhere = await serve((_request, response) => {
      followed += 1;
      response.end('{}');
    });
    const { baseUrl } = await serve((_request, response) => {
      response.writeHead(307, { location: elsewhere.baseUrl }).end();
    });
    const { target, signal } = aTarget({ baseUrl });
    await expect(target.create('User', {}, signal)).rejects.toMatchObject({ code: 'TargetIncompatible' });
    expect(followed).toBe(0);
  });
});

describe('proxies', () => {
  it('of the environment are not used', async () => {
    const { baseUrl: proxy, count } = await serve((_request, response) => response.end('{"id": "proxied"}'));
    const { baseUrl } = await serve((_request, response) => response.end('{"id": "1"}'));
    for (const name of ['http_proxy', 'HTTP_PROXY']) vi.stubEnv(name, proxy);
    for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, '');
    const { target, signal } = aTarget({ baseUrl });
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: { id: '1' } });
    expect(count()).toBe(0);
  });
});

describe('concurrency', () => {
  it('has no more requests on the wire than the profile says, and serves all', async () => {
    let now = 0;
    let most = 0;
    const { baseUrl, count } = await serve((_request, response) => {
      now += 1;
      most = Math.max(most, now);
      setImmediate(() => {
        now -= 1;
        response.writeHead(404).end();
      });
    });
    const { target, signal } = aTarget({ baseUrl, profile: { concurrency: 3 } });
    await Promise.all(Array.from({ length: 30 }, (_, index) => target.get('User', String(index), signal)));
    expect(count()).toBe(30);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('a request that is stopped while waiting for its turn leaves the queue', async () => {
    const waiting: http.ServerResponse[] = [];
    const arrived = Promise.withResolvers<void>();
    const { baseUrl, count } = await serve((_request, response) => {
      waiting.push(response);
      arrived.resolve();
    });
    const { target, signal } = aTarget({ baseUrl, profile: { concurrency: 1 } });
    const first = target.get('User', '1', signal);
    await arrived.promise;
    const stop = new AbortController();
    const second = target.get('User', '2', stop.signal);
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    waiting[0]?.writeHead(404).end();
    expect(await first).toEqual({ ok: true, value: null });
    expect(count()).toBe(1);
  });
});

describe('TLS', () => {
  // spec: token-origin
  it('trusts a given authority and refuses unknown ones', async () => {
    const certificate = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      algorithm: 'sha256',
      keySize: 2048,
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    const port = await listen(
      https.createServer({ key: certificate.private, cert: certificate.cert }, (_request, response) => {
        response.end('{"id": "1"}');
      }),
    );
    const baseUrl = `https://127.0.0.1:${port}`;
    const known = aTarget({ baseUrl, connection: { ca: certificate.cert } });
    expect(await known.target.get('User', '1', known.signal)).toEqual({ ok: true, value: { id: '1' } });
    const unknown = aTarget({ baseUrl });
    await expect(unknown.target.get('User', '1', unknown.signal)).rejects.toMatchObject({ code: 'TargetTlsFailed' });
    const otherName = aTarget({ baseUrl: `https://localhost:${port}`, connection: { ca: certificate.cert } });
    await expect(otherName.target.get('User', '1', otherName.signal)).rejects.toMatchObject({
      code: 'TargetTlsFailed',
    });
    expect(unknown.target.requests.scim).toBe(1);
  });

  it('says that a service does not speak it, instead of blaming a certificate', async () => {
    const { baseUrl } = await serve((_request, response) => response.end('{"id": "1"}'));
    const { target, signal } = aTarget({ baseUrl: baseUrl.replace('http:', 'https:') });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject({
      code: 'TargetTlsFailed',
      message: expect.stringContaining('does not answer in TLS (ERR_SSL_'),
    });
  });
});
