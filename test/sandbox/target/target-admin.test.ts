import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handleTargetAdmin } from '../../../src/sandbox/target/admin.ts';
import { type Client, employee, startClient } from './scim-client.ts';

let client: Client;
let base = '';
const server = createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (!handleTargetAdmin(client.target, request, response, path)) response.writeHead(418).end();
});
beforeAll(async () => {
  client = await startClient({ kind: 'peakon' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/_emu/target`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await client.target.close();
});
beforeEach(() => client.target.reset());

async function admin(method: string, path: string, body?: unknown) {
  const init =
    body === undefined ? { method } : { method, body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

describe('the admin face', () => {
  it('leaves other paths alone', async () => {
    expect((await fetch(`${base}/rfc7644/log`)).status).toBe(418);
    expect((await fetch(base)).status).toBe(418);
  });

  it('seeds and shows users', async () => {
    expect((await admin('POST', '/peakon/users', [employee('a@acme.com'), employee('b@acme.com')])).status).toBe(204);
    expect((await admin('POST', '/peakon/users', employee('c@acme.com'))).status).toBe(204);
    const page = await admin('GET', '/peakon/users?startIndex=2&count=1');
    expect(page.body).toMatchObject({ totalResults: 3, startIndex: 2, Resources: [{ userName: 'b@acme.com' }] });
    const twin = await admin('POST', '/peakon/users', employee('a@acme.com'));
    expect([twin.status, twin.body]).toEqual([400, { error: 'There is already an employee like a@acme.com.' }]);
    expect((await admin('GET', '/peakon/groups')).body).toMatchObject({ totalResults: 0 });
  });

  it('shows and clears the log', async () => {
    await client.get('/Users');
    await client.get('/Schemas');
    expect((await admin('GET', '/peakon/log?since=1')).body).toMatchObject({
      totals: { requests: 2 },
      entries: [{ seq: 2, path: '/api/scim/v2/Schemas' }],
    });
    expect((await admin('DELETE', '/peakon/log')).status).toBe(204);
    expect((await admin('GET', '/peakon/log')).body).toMatchObject({ entries: [] });
  });

  it('adds, shows and clears faults', async () => {
    const rule = { match: { path: '^/Users' }, times: 1, action: { status: 503 } };
    expect((await admin('POST', '/peakon/faults', [rule])).status).toBe(204);
    expect((await admin('GET', '/peakon/faults')).body).toEqual([rule]);
    expect((await client.get('/Users')).status).toBe(503);
    expect((await admin('DELETE', '/peakon/faults')).status).toBe(204);
    expect((await admin('GET', '/peakon/faults')).body).toEqual([]);
    expect((await admin('POST', '/peakon/faults', { action: { status: 1 } })).status).toBe(400);
    expect((await admin('POST', '/peakon/faults', '{')).status).toBe(400);
  });

  it('moves switches and resets everything', async () => {
    expect((await admin('POST', '/peakon/switches', { patchAnswer: '204' })).status).toBe(204);
    expect((await admin('GET', '/peakon/switches')).body).toMatchObject({ patchAnswer: '204' });
    expect((await admin('POST', '/peakon/switches', { patchAnswer: '9' })).status).toBe(400);
    await admin('POST', '/peakon/users', employee('a@acme.com'));
    expect((await admin('POST', '/peakon/reset')).status).toBe(204);
    expect((await admin('GET', '/peakon/switches')).body).toMatchObject({ patchAnswer: '200' });
    expect(client.target.users()).toEqual([]);
  });

  it('refuses other methods and names', async () => {
    expect((await admin('PUT', '/peakon/log', {})).status).toBe(405);
    expect((await admin('GET', '/peakon/nothing')).status).toBe(404);
    expect((await admin('POST', '/peakon/users', 'x'.repeat(1_100_000))).status).toBe(413);
  });
});
