// Servers on this machine for one test, over TLS as well.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';

/** What an http and an https server have in common here. */
type TestServer = Pick<Server, 'listen' | 'address' | 'close' | 'on'>;

/** Its port; it ends with the test. */
async function listening(server: TestServer): Promise<number> {
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

/** What a proxy of these tests wants to see: the user corp with the password hunter2. */
export const AUTHORIZED = `Basic ${Buffer.from('corp:hunter2').toString('base64')}`;

/** A proxy that leads every tunnel to `port`, and wants a password. */
export async function proxyTo(port: number) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${String(request.headers['proxy-authorization'])}`);
    response.writeHead(404).end();
  });
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url} ${String(request.headers['proxy-authorization'])}`);
    if (request.headers['proxy-authorization'] !== AUTHORIZED) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
  });
  const proxyPort = await listening(server);
  return { url: (user: string) => `http://${user}@127.0.0.1:${proxyPort}`, host: `127.0.0.1:${proxyPort}`, seen };
}

const VALID = { algorithm: 'sha256', keyType: 'ec', curve: 'P-256' } as const;

/** An authority, and a certificate by it for 127.0.0.1 and the names of these tests. */
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
            ...['scim.test', 'login.test', 'graph.test'].map((value) => ({ type: 2 as const, value })),
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
