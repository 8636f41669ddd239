// A client that may only read: a write never gets as far as a connection, whatever asked for it.

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import nock from 'nock';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { aTarget } from './target-setup.ts';

beforeAll(() => nock.restore());

/** Counts connections and hangs up. */
async function listen(): Promise<{ readonly baseUrl: string; readonly connections: () => number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim`,
    connections: () => sockets.length,
  };
}

// spec: read-only
it('refuses every write before a connection is opened', async () => {
  const { baseUrl, connections } = await listen();
  const { target, signal } = aTarget({ baseUrl, readOnly: true });
  const refused = { name: 'JobFault', code: 'ReadOnly' };
  await expect(target.create('User', { schemas: [], userName: 'a' }, signal)).rejects.toMatchObject(refused);
  await expect(
    target.patch('User', 'a', [{ op: 'replace', path: 'active', value: false }], signal),
  ).rejects.toMatchObject(refused);
  await expect(target.remove('Group', 'a', signal)).rejects.toMatchObject(refused);
  expect(connections()).toBe(0);
  expect(target.requests.scim).toBe(0);
});

it('reads as ever', async () => {
  const { baseUrl, connections } = await listen();
  const { target, signal } = aTarget({ baseUrl, readOnly: true });
  expect(await target.get('User', 'a', signal)).toEqual({ ok: true, value: null });
  expect(connections()).toBe(1);
});
