// Stands between the program and its target as plain TCP, and notes for each connection which methods were sent over it:
// what a request log cannot say is that nobody even tried.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** See the comment of the file. */
export interface RecordingRelay extends AsyncDisposable {
  /** The address that the configuration gets. */
  readonly url: string;
  /** The methods of each connection so far, the oldest connection first. */
  connections(): readonly (readonly string[])[];
  forget(): void;
}

const REQUEST_LINE = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+ HTTP\/1\.1\r$/gm;

/** Starts a relay before the service at `url`. */
export async function startRecordingRelay(url: string): Promise<RecordingRelay> {
  const { hostname, port, pathname } = new URL(url);
  const open = new Set<Socket>();
  let connections: string[][] = [];
  const server = createServer((client) => {
    const methods: string[] = [];
    connections.push(methods);
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => open.delete(socket));
    }
    client.on('data', (data: Buffer) => {
      for (const [, method = ''] of data.toString('latin1').matchAll(REQUEST_LINE)) methods.push(method);
    });
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    connections: () => connections,
    forget() {
      connections = [];
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
