// A SCIM service made with @better-auth/scim, as somebody would add it to an application that uses Better Auth; its database is
// the library's own in memory.
import { randomBytes } from 'node:crypto';
import { scim } from '@better-auth/scim';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { bodyOf, type Held, serve } from './serving.ts';

const TOKEN = randomBytes(32).toString('hex');
const ROOT = '/api/auth/scim/v2';
const PAGE = 100;

const database: Record<string, unknown[]> = {};
const auth = betterAuth({
  baseURL: 'http://127.0.0.1',
  secret: randomBytes(32).toString('hex'),
  database: memoryAdapter(database),
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    scim({ connections: [{ id: 'scimsync', credentials: [{ type: 'bearer', id: 'interop', token: TOKEN }] }] }),
  ],
});
for (const table of Object.values((await auth.$context).tables)) database[table.modelName] = [];

const ask = (url: string, init: RequestInit): Promise<Response> => auth.handler(new Request(url, init));

async function all(origin: string, endpoint: string): Promise<object[]> {
  const found: object[] = [];
  for (;;) {
    const url = `${origin}${ROOT}/${endpoint}?startIndex=${found.length + 1}&count=${PAGE}`;
    const answer = await ask(url, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const { Resources, totalResults } = (await answer.json()) as { Resources: object[]; totalResults: number };
    found.push(...Resources);
    if (found.length >= totalResults || Resources.length === 0) return found;
  }
}

async function held(origin: string): Promise<Held> {
  return { accounts: await all(origin, 'Users'), groups: await all(origin, 'Groups') };
}

await serve(
  { root: ROOT, token: TOKEN },
  (request, response) => {
    const handle = async (): Promise<void> => {
      const body = await bodyOf(request);
      const headers = Object.entries(request.headers).filter(
        (pair): pair is [string, string] => typeof pair[1] === 'string',
      );
      const answer = await ask(`http://${request.headers.host}${request.url}`, {
        method: request.method ?? 'GET',
        headers,
        ...(body === '' ? {} : { body }),
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    };
    handle().catch((error: unknown) => response.writeHead(500).end(String(error)));
  },
  held,
);
