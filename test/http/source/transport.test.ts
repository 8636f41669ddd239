import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRequester } from '../../../src/source/requester.ts';
import { createBackoff } from '../../../src/source/retry.ts';
import type { AccessTokens } from '../../../src/source/token.ts';
import { createGraphTransport } from '../../../src/source/transport.ts';
import { NEVER, rejection, virtualClock } from './graph-world.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const servers: Server[] = [];
const tokens: AccessTokens = { get: async () => 'secret-token', renew: async () => 'secret-token-2', requests: 0 };
const subject = { concern: 'users', what: 'GET /users/delta' } as const;

async function serve(handler: Handler): Promise<{ origin: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response, requests.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function requesterFor(origin: string, timeoutSeconds = 30) {
  const clock = virtualClock();
  const transport = createGraphTransport({ origin, timeoutSeconds }, tokens);
  const backoff = createBackoff({ clock, random: () => 0, maxWaitSeconds: 600 });
  return { requester: createRequester(transport, backoff, clock, (text) => text), transport, clock };
}

const ok: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[]}');
};

/** The fault for the first request, a good answer for the others. */
const once =
  (fault: Handler): Handler =>
  (request, response, count) =>
    (count === 1 ? fault : ok)(request, response, count);

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('the wire', () => {
  it.each<[string, Handler]>([
    ['a reset before the headers', (request) => request.socket.resetAndDestroy()],
    [
      'a body cut in the middle',
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"value":[', () => request.socket.destroy());
      },
    ],
    [
      'truncated JSON with a clean end',
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[{"id"'),
    ],
    [
      'an empty JSON answer',
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
    ],
  ])('repeats the request after %s', async (_name, fault) => {
    const { origin } = await serve(once(fault));
    const { requester, clock, transport } = requesterFor(origin);
    const answer = await requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, NEVER);
    expect(answer).toEqual({ value: [] });
    expect(clock.sleeps).toEqual([1000]);
    expect(transport.requests).toBe(2);
  });

  it.each<[string, Handler]>([
    ['before the headers', () => undefined],
    [
      'inside the body',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"value":');
      },
    ],
    [
      'in single bytes without end',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('gives up waiting for an answer that stalls %s, and repeats it', async (_name, fault) => {
    const { origin } = await serve(once(fault));
    const { requester, clock } = requesterFor(origin, 0.3);
    const answer = await requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, NEVER);
    expect(answer).toEqual({ value: [] });
    expect(clock.sleeps).toEqual([1000]);
  });

  it('keeps the network error in the fault after the last try', async () => {
    const { origin } = await serve((request) => request.socket.resetAndDestroy());
    const { requester, transport } = requesterFor(origin);
    const error = await rejection(requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, NEVER));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(error.message).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(error.cause).toBeInstanceOf(Error);
    expect(transport.requests).toBe(5);
  });

  it.each<[string, Handler]>([
    ['before the headers', () => undefined],
    ['inside the body', (_request, response) => void response.writeHead(200).write('{')],
  ])('ends with the reason of the abort %s', async (_name, stall) => {
    const controller = new AbortController();
    const { origin } = await serve((request, response, count) => {
      stall(request, response, count);
      setImmediate(() => controller.abort(new Error('shutting down')));
    });
    const { requester } = requesterFor(origin);
    const pending = requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, controller.signal);
    await expect(pending).rejects.toThrow('shutting down');
  });

  it.each([
    ['text/html', '<html>please log in</html>'],
    ['text/plain', 'hello'],
  ])('takes %s with status 200 for the page of a proxy', async (type, body) => {
    const { origin } = await serve((_request, response) => response.writeHead(200, { 'content-type': type }).end(body));
    const { requester, transport } = requesterFor(origin);
    const error = await rejection(requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, NEVER));
    expect(error).toMatchObject({ code: 'SourceProtocolError' });
    expect(error.message).toContain(type);
    expect(transport.requests).toBe(1);
  });

  it('takes an answer without a content type that is no JSON for the page of a proxy', async () => {
    const { origin } = await serve((_request, response) => response.writeHead(200).end('<html>please log in</html>'));
    const { requester, transport } = requesterFor(origin);
    const error = await rejection(requester.json({ method: 'GET', url: `${origin}/v1.0/users` }, subject, NEVER));
    expect(error).toMatchObject({ code: 'SourceProtocolError' });
    expect(error.message).toContain('content type absent');
    expect(transport.requests).toBe(1);
  });

  // spec: token-origin
  it('gives the token to the configured origin only', async () => {
    const own = await serve(ok);
    const other = await serve(ok);
    const { transport } = requesterFor(own.origin);
    await transport.send({ method: 'GET', url: `${own.origin}/v1.0/users` }, NEVER);
    await transport.send({ method: 'GET', url: `${other.origin}/v1.0/users` }, NEVER);
    expect(own.requests[0]?.headers.authorization).toBe('Bearer secret-token');
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });

  // spec: token-origin
  it('does not carry the token along a redirect', async () => {
    const other = await serve(ok);
    const own = await serve((_request, response) => response.writeHead(302, { location: other.origin }).end());
    const { transport } = requesterFor(own.origin);
    expect((await transport.send({ method: 'GET', url: `${own.origin}/v1.0/users` }, NEVER)).status).toBe(302);
    expect(other.requests).toEqual([]);
  });

  it('sends a link byte for byte, repeated and foreign parameters included', async () => {
    const { origin, requests } = await serve(ok);
    const { transport } = requesterFor(origin);
    const path = '/v1.0/users/delta?$skiptoken=a%3D%3D&x=1&$select=b&x=2&y=https://z.example/';
    await transport.send({ method: 'GET', url: `${origin}${path}` }, NEVER);
    expect(requests[0]?.url).toBe(path);
    expect(requests[0]?.headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('posts JSON', async () => {
    const { origin, requests } = await serve((request, response) => request.pipe(response));
    const { transport } = requesterFor(origin);
    const answer = await transport.send(
      { method: 'POST', url: `${origin}/v1.0/$batch`, body: '{"requests":[]}' },
      NEVER,
    );
    expect(answer.text).toBe('{"requests":[]}');
    expect(requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('refuses a body without end', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const block = Buffer.alloc(1024 * 1024, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    });
    const { transport } = requesterFor(origin);
    await expect(transport.send({ method: 'GET', url: `${origin}/v1.0/users` }, NEVER)).rejects.toThrow('longer than');
  });
});
