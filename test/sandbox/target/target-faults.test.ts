import { describe, expect, it, vi } from 'vitest';
import { createFaults } from '../../../src/sandbox/target/faults.ts';
import { createRequestLog } from '../../../src/sandbox/target/request-log.ts';
import { type Client, startClient, testClient, user } from './scim-client.ts';

const start = () => testClient({ kind: 'rfc7644' });
const last = (client: Client) => client.target.log.all().at(-1);

describe('which requests a fault hits', () => {
  const hits = (rules: unknown, requests: [string, string, string?][]) => {
    const faults = createFaults();
    faults.add(rules);
    return requests.map(([method, path, query]) => faults.decide(method, path, query ?? '') !== undefined);
  };
  const three: [string, string][] = [
    ['GET', '/Users'],
    ['POST', '/Users'],
    ['POST', '/Users/1'],
  ];

  it.each<[string, unknown, boolean[]]>([
    ['any', { match: {}, action: {} }, [true, true, true]],
    ['no match at all', { action: {} }, [true, true, true]],
    ['method', { match: { method: 'post' }, action: {} }, [false, true, true]],
    ['path', { match: { path: '^/Users/' }, action: {} }, [false, false, true]],
    ['both', { match: { method: 'POST', path: '^/Users$' }, action: {} }, [false, true, false]],
    ['nth', { match: { nth: 2 }, action: {} }, [false, true, false]],
    ['every', { match: { every: 2 }, action: {} }, [false, true, false]],
    ['times', { match: {}, times: 2, action: {} }, [true, true, false]],
    ['every and times', { match: { method: 'POST', every: 1 }, times: 1, action: {} }, [false, true, false]],
  ])('%s', (_, rule, expected) => {
    expect(hits(rule, three)).toEqual(expected);
  });

  it('matches the decoded query', () => {
    const rule = { match: { query: 'filter=userName eq "a"' }, action: {} };
    expect(
      hits(rule, [
        ['GET', '/Users', 'filter=userName+eq+%22a%22'],
        ['GET', '/Users', 'filter=x'],
      ]),
    ).toEqual([true, false]);
  });

  it('lets the first rule win while the others go on counting', () => {
    const faults = createFaults();
    faults.add([
      { match: {}, times: 1, action: { status: 503 } },
      { match: { nth: 2 }, action: { status: 504 } },
    ]);
    const statuses = [1, 2, 3].map(() => faults.decide('GET', '/', '')?.status);
    expect(statuses).toEqual([503, 504, undefined]);
  });

  it.each([
    [{ action: { status: 99 } }],
    [{ action: { statsu: 500 } }],
    [{ match: { path: '(' }, action: {} }],
    [{ match: { nth: 0 }, action: {} }],
    [[{}]],
    ['text'],
  ])('refuses %j and keeps what it had', (rule) => {
    const faults = createFaults();
    faults.add({ action: { status: 500 } });
    expect(() => faults.add(rule)).toThrow('The faults cannot be used');
    expect(faults.list()).toHaveLength(1);
  });
});

describe('a request that waits when the target is reset', () => {
  it('is cut and never carried out', async () => {
    const client = await start();
    client.target.faults.add({ match: { method: 'POST' }, action: { delayMs: 600_000 } });
    const answer = expect(client.post('/Users', user('late'))).rejects.toThrow();
    await vi.waitUntil(() => client.target.log.all().length === 1);
    client.target.reset();
    await answer;
    expect(client.target.users()).toEqual([]);
    expect(client.target.log.all()).toEqual([]);
  });
});

describe('what a fault does', () => {
  it('answers a status, headers and a body without carrying the request out', async () => {
    const client = await start();
    client.target.faults.add([
      { match: { method: 'POST' }, times: 1, action: { status: 503, headers: { 'retry-after': '7' } } },
      { match: { method: 'POST' }, times: 1, action: { status: 500, body: 'plain trouble' } },
      { match: { method: 'POST' }, times: 1, action: { status: 400, body: { errors: [{ title: 'no' }] } } },
      { match: { method: 'POST' }, times: 1, action: { html: true } },
      { match: { method: 'POST' }, times: 1, action: { status: 201, html: true } },
    ]);
    const busy = await client.post('/Users', user('a'));
    expect([busy.status, busy.headers.get('retry-after'), busy.body['status']]).toEqual([503, '7', '503']);
    const plain = await client.post('/Users', user('a'));
    expect([plain.status, plain.text]).toEqual([500, 'plain trouble']);
    expect((await client.post('/Users', user('a'))).body).toEqual({ errors: [{ title: 'no' }] });
    const html = await client.post('/Users', user('a'));
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect((await client.post('/Users', user('a'))).status).toBe(201);
    expect(client.target.users()).toEqual([]);
    expect(client.target.log.all().map(({ performed }) => performed)).toEqual([false, false, false, false, false]);
    expect((await client.post('/Users', user('a'))).status).toBe(201);
  });

  it('carries the request out and then fails: the ambiguous write', async () => {
    const client = await start();
    client.target.faults.add([
      { match: { method: 'POST' }, times: 1, action: { applyThenFail: true } },
      { match: { method: 'POST' }, times: 1, action: { applyThenFail: true, reset: true } },
      { match: { method: 'POST' }, times: 1, action: { applyThenFail: true, status: 504 } },
    ]);
    expect((await client.post('/Users', user('a'))).status).toBe(500);
    await expect(client.post('/Users', user('b'))).rejects.toThrow('fetch failed');
    expect(last(client)).toMatchObject({ status: 0, performed: true });
    expect((await client.post('/Users', user('c'))).status).toBe(504);
    expect(client.target.users().map((resource) => resource['userName'])).toEqual(['a', 'b', 'c']);
  });

  it('cuts the connection', async () => {
    const client = await start();
    client.target.faults.add({ match: {}, times: 1, action: { reset: true } });
    await expect(client.post('/Users', user('a'))).rejects.toThrow('fetch failed');
    expect(last(client)).toMatchObject({ status: 0, performed: false });
    expect(client.target.users()).toEqual([]);
  });

  it('hangs until the client gives up', async () => {
    const client = await start();
    client.target.faults.add({ match: {}, action: { hang: true } });
    const hanging = fetch(`${client.target.url}/Users`, { signal: AbortSignal.timeout(50) });
    await expect(hanging).rejects.toThrow(/timeout/i);
    expect(last(client)).toMatchObject({ status: 0, performed: false });
  });

  it('waits, and stops waiting when the target closes', async () => {
    const client = await startClient({ kind: 'rfc7644' });
    client.target.faults.add({ match: { nth: 1 }, action: { delayMs: 5 } });
    client.target.faults.add({ match: { nth: 2 }, action: { delayMs: 600_000 } });
    expect((await client.get('/Users')).status).toBe(200);
    const waiting = client.get('/Users').catch((error: unknown) => error);
    while (client.target.log.totals().requests < 2) await new Promise((resolve) => setImmediate(resolve));
    await client.target.close();
    expect(await waiting).toBeInstanceOf(Error);
  });

  it('leaves the id out, sends half an answer, sends a giant one, adds headers', async () => {
    const client = await start();
    client.target.faults.add([
      { match: { nth: 1 }, action: { omitId: true, headers: { 'x-fault': '1' } } },
      { match: { nth: 2 }, action: { truncate: true } },
      { match: { nth: 3 }, action: { oversize: 3_000_000 } },
      { match: { method: 'GET' }, action: { drip: true } },
    ]);
    const made = await client.post('/Users', user('a'));
    expect([made.status, made.body['id'], made.headers.get('x-fault')]).toEqual([201, undefined, '1']);
    await expect(client.post('/Users', user('b'))).rejects.toThrow();
    const giant = await client.post('/Users', user('c'));
    expect(giant.text.length).toBeGreaterThan(3_000_000);
    expect(giant.body['userName']).toBe('c');
    expect(client.target.users()).toHaveLength(3);
    const slow = await fetch(`${client.target.url}/Users`, {
      headers: { authorization: `Bearer ${client.target.token}` },
    });
    const first = await slow.body?.getReader().read();
    expect(first?.value).toHaveLength(1);
  });
});

describe('the request log', () => {
  it('keeps method, path, query, body and status, never the token', async () => {
    const client = await start();
    await client.post('/Users?attributes=userName', user('a'));
    await client.send('POST', '/Users', '{"broken');
    await client.get('/Nothing');
    expect(client.target.log.all()).toEqual([
      expect.objectContaining({
        seq: 1,
        method: 'POST',
        path: '/scim/v2/Users',
        query: 'attributes=userName',
        status: 201,
        body: user('a'),
      }),
      expect.objectContaining({ seq: 2, status: 400, bodyBytes: 8, performed: true }),
      expect.objectContaining({ seq: 3, status: 404 }),
    ]);
    expect(client.target.log.all()[1]).not.toHaveProperty('body');
    expect(client.target.log.totals()).toEqual({
      requests: 3,
      byMethod: { POST: 2, GET: 1 },
      byStatus: { 201: 1, 400: 1, 404: 1 },
    });
    expect(JSON.stringify(client.target.log.all())).not.toContain(client.target.token);
    client.target.log.clear();
    expect(client.target.log.all()).toEqual([]);
  });

  it('is bounded: old bodies go first, then old entries; counters stay', () => {
    const log = createRequestLog(5, 2);
    for (let index = 1; index <= 12; index += 1) {
      log.open({ method: 'GET', path: `/${index}`, query: '', at: index, bodyBytes: 1, body: index }).finish(200, true);
    }
    expect(log.all().map(({ seq, body }) => [seq, body])).toEqual([
      [8, undefined],
      [9, undefined],
      [10, undefined],
      [11, 11],
      [12, 12],
    ]);
    expect(log.totals()).toMatchObject({ requests: 12, byStatus: { 200: 12 } });
  });
});
