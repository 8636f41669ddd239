// The heartbeat against a server on this machine.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentsFor } from '../../../src/network/guarded-agents.ts';
import { HeartbeatFault, sendHeartbeat } from '../../../src/notify/heartbeat.ts';

const SECRET = '/ping/3f2a9c01-hunter2';

/** A server that answers as told and keeps the requests. */
async function listen(answer: RequestListener): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Over connections that may go to this machine. */
const send = (address: string, privateAddresses: 'allow' | 'deny' = 'allow'): Promise<void> =>
  sendHeartbeat(address, (url) => agentsFor(url, { privateAddresses, environment: {} }));

/** The message of the fault; none contains the address. */
async function faultOf(address: string, privateAddresses: 'allow' | 'deny' = 'allow'): Promise<string> {
  const fault = await send(address, privateAddresses).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof HeartbeatFault)) throw new Error(`expected a HeartbeatFault, got ${String(fault)}`);
  expect(JSON.stringify([fault.message, fault.stack, String(fault.cause)])).not.toContain('hunter2');
  return fault.message;
}

// spec: heartbeat
describe('a heartbeat', () => {
  it('is one GET', async () => {
    const { url, requests } = await listen((_request, response) => response.end('OK'));
    await send(`${url}${SECRET}`);
    expect(requests).toEqual([`GET ${SECRET}`]);
  });

  it('goes to no address that is not allowed', async () => {
    const { url, requests } = await listen((_request, response) => response.end('OK'));
    expect(await faultOf(`${url}${SECRET}`, 'deny')).toContain('no connection is allowed');
    expect(await faultOf(`https://169.254.169.254${SECRET}`)).toContain('no connection is allowed');
    expect(requests).toEqual([]);
  });

  it('follows a redirect on the same host', async () => {
    const { url, requests } = await listen((request, response) => {
      if (request.url === SECRET) response.writeHead(302, { location: '/elsewhere' }).end();
      else response.end('OK');
    });
    await send(`${url}${SECRET}`);
    expect(requests).toEqual([`GET ${SECRET}`, 'GET /elsewhere']);
  });

  it('follows none to another host', async () => {
    const other = await listen((_request, response) => response.end('OK'));
    const { url } = await listen((_request, response) =>
      response.writeHead(302, { location: `${other.url}${SECRET}` }).end(),
    );
    expect(await faultOf(`${url}${SECRET}`)).toContain('redirects to another host');
    expect(other.requests).toEqual([]);
  });

  it.each([404, 500])('that is answered %i has not arrived, and is not repeated', async (status) => {
    const { url, requests } = await listen((_request, response) => response.writeHead(status).end());
    expect(await faultOf(`${url}${SECRET}`)).toBe(`The monitoring service answered ${status}.`);
    expect(requests).toHaveLength(1);
  });

  it('says that nobody listens', async () => {
    const { url } = await listen((request) => request.socket.destroy());
    expect(await faultOf(`${url}${SECRET}`)).toMatch(/^The monitoring service cannot be reached \([A-Z_]+\)\.$/);
  });

  it.each([
    { name: 'no URL', address: 'hunter2' },
    { name: 'plain http to another machine', address: 'http://hc.example/hunter2' },
    { name: 'another scheme', address: 'ftp://127.0.0.1/hunter2' },
    { name: 'a host that only looks like this machine', address: 'http://127.0.0.1.example/hunter2' },
  ])('is not sent to $name', async ({ address }) => {
    expect(await faultOf(address)).toMatch(/not a URL|must begin with https/);
  });
});
