// A target of the sandbox behind a door that makes typical mistakes of young SCIM services: it changes requests on their way in, or
// answers on their way out.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startScimTarget } from '../../../src/sandbox/target/scim-server.ts';

interface Operation {
  op: string;
  path?: string;
  value?: unknown;
}

interface Passing {
  method: string;
  /** With its query, below the SCIM root. */
  path: string;
  body: Record<string, unknown> | undefined;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown> | undefined;
}

export interface Twist {
  readonly request?: (passing: Passing) => void;
  readonly answer?: (answer: Answer, passing: Passing) => void;
}

function parsed(text: string): Record<string, unknown> | undefined {
  return text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

/** The operations of a PATCH; none of anything else. */
export function operationsOf({ method, body }: Passing): Operation[] {
  return method === 'PATCH' ? ((body?.['Operations'] ?? []) as Operation[]) : [];
}

/** Starts it, runs, and closes it. */
export async function withTwisted<T>(
  twist: Twist,
  run: (target: { readonly url: string; readonly token: string }) => Promise<T>,
): Promise<T> {
  const target = await startScimTarget({ kind: 'rfc7644', token: 'probe-token' });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const passing: Passing = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      body: parsed(Buffer.concat(chunks).toString()),
    };
    twist.request?.(passing);
    const { authorization } = request.headers;
    const came = await fetch(`${target.url}${passing.path}`, {
      method: passing.method,
      headers: {
        'content-type': 'application/scim+json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(passing.body === undefined || passing.method === 'GET' ? {} : { body: JSON.stringify(passing.body) }),
    });
    const headers: Record<string, string> = {};
    for (const name of ['content-type', 'location', 'etag', 'www-authenticate']) {
      const value = came.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    const answer: Answer = { status: came.status, headers, body: parsed(await came.text()) };
    twist.answer?.(answer, passing);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  };
  const door = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  try {
    return await run({ url: `http://127.0.0.1:${port}`, token: target.token });
  } finally {
    door.closeAllConnections();
    await new Promise((resolve) => door.close(resolve));
    await target.close();
  }
}

/** A PATCH without a path is answered as done, and nothing is done. */
export const IGNORES_PATHLESS: Twist = {
  request(passing) {
    if (operationsOf(passing).some(({ path }) => path === undefined)) passing.method = 'GET';
  },
};

/** `remove members[value eq "…"]` removes everybody. */
export const WIPES_MEMBERS: Twist = {
  request(passing) {
    for (const operation of operationsOf(passing))
      if (operation.op === 'remove' && operation.path?.startsWith('members[')) operation.path = 'members';
  },
};

/** The same, and nobody who was in a group before can be put back. */
export const LOSES_MEMBERS: Twist = {
  request(passing) {
    WIPES_MEMBERS.request?.(passing);
    for (const operation of operationsOf(passing))
      if (operation.op !== 'remove' && Array.isArray(operation.value)) operation.value = [];
    if (passing.method === 'PUT' && passing.path.startsWith('/Groups/'))
      passing.body = { ...passing.body, members: [] };
  },
};
