// Servers on this machine for one test, over TLS as well.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';

/** What an http and an https server have in common here. */
type TestServer = Pick<Server, 'listen' | 'address' | 'close' | 'on'>;

/** Its port; it ends with the test. */
export async function listening(server: TestServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}

/** A server that keeps the requests. */
export async function serving(answer: RequestListener) {
  const requests: { readonly line: string; readonly headers: Readonly<Record<string, unknown>> }[] = [];
  const server = createServer((request, response) => {
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    answer(request, response);
  });
  const port = await listening(server);
  return { port, url: `http://127.0.0.1:${port}`, requests };
}

/** As `serving`, over TLS. */
export async function servingTls(options: ServerOptions, answer: RequestListener) {
  const requests: { readonly line: string; readonly headers: Readonly<Record<string, unknown>> }[] = [];
  const server = createTlsServer(options, (request, response) => {
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    answer(request, response);
  });
  const port = await listening(server);
  return { port, url: `https://127.0.0.1:${port}`, requests };
}

const VALID = { algorithm: 'sha256', keyType: 'ec', curve: 'P-256' } as const;

/** An authority, and a certificate by it for 127.0.0.1 and scim.test. */
export async function serverCertificates() {
  const authority = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...VALID,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const issue = (name: string) =>
    generate([{ name: 'commonName', value: name }], {
      ...VALID,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'scim.test' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
  const [server, client] = await Promise.all([issue('scim.test'), issue('engine')]);
  return {
    ca: authority.cert,
    server: { cert: server.cert, key: server.private },
    client: { certificate: client.cert, key: client.private },
  };
}
