// An HTTP server around a SCIM library: counts what arrives, and shows what the library holds at /held, outside of SCIM.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Everything that a service holds, in the form of SCIM. */
export interface Held {
  readonly accounts: readonly object[];
  readonly groups: readonly object[];
}

/** What a service announces when it is ready. */
export interface Announcement {
  readonly origin: string;
  /** The SCIM root. */
  readonly url: string;
  readonly token: string;
}

/** Serves `handle` below `root`; announces itself with one line of JSON. */
export async function serve(
  { root, token }: { readonly root: string; readonly token: string },
  handle: RequestListener,
  held: (origin: string) => Promise<Held>,
): Promise<void> {
  const requests: Record<string, number> = {};
  const server = createServer((request, response) => {
    const answer = (body: unknown) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const { origin } = new URL(`http://${request.headers.host}`);
    if (request.url === '/requests') answer(requests);
    else if (request.url === '/held') {
      held(origin).then(answer, (error: unknown) => response.writeHead(500).end(String(error)));
    } else {
      const [endpoint = ''] = (request.url ?? '').slice(root.length + 1).split(/[/?]/);
      const key = `${request.method} ${endpoint}`;
      requests[key] = (requests[key] ?? 0) + 1;
      handle(request, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  process.stdout.write(`${JSON.stringify({ origin, url: `${origin}${root}`, token } satisfies Announcement)}\n`);
}

/** The whole body of a request as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
