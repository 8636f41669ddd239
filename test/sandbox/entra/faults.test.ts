/** Injected faults and throttling, as a client sees them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, type Json, makeCaller, rowsOf } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 30, groups: 6, seed: 8, pageSize: 10 });
  caller = makeCaller(tenant);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});
afterEach(async () => {
  await caller.admin('DELETE', '/_emu/faults');
});

const DELTA = '/users/delta?$select=id';
const inject = (action: Json, match: Json = { path: '/v1.0/users/delta' }, more: Json = {}): Promise<unknown> =>
  caller.admin('POST', '/_emu/faults', { match, action, ...more });

test('a status with headers, once by default, then the real answer', async () => {
  await inject({ status: 429, headers: { 'Retry-After': '2.128' } });
  const answer = await caller.get(DELTA);
  expect([answer.status, codeOf(answer), answer.headers.get('retry-after')]).toEqual([429, 'TooManyRequests', '2.128']);
  expect((await caller.get(DELTA)).status).toBe(200);
});

test('counting: the n-th, every n-th, for ever, only later ones, only a method', async () => {
  const statuses = async (): Promise<number[]> => {
    const seen: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) seen.push((await caller.get(DELTA)).status);
    await caller.admin('DELETE', '/_emu/faults');
    return seen;
  };
  await inject({ status: 503 }, { path: '/v1.0/users/delta', nth: 3 });
  expect(await statuses()).toEqual([200, 200, 503, 200, 200]);
  await inject({ status: 503 }, { path: 'users/delta', every: 2 }, { times: null });
  expect(await statuses()).toEqual([200, 503, 200, 503, 200]);
  const log = (await caller.admin('GET', '/_emu/log')) as Json[];
  await inject({ status: 503 }, { afterSeq: Number(log.at(-1)?.['seq']) + 3 }, { times: 1 });
  expect(await statuses()).toEqual([200, 200, 200, 503, 200]);
  await inject({ status: 503 }, { method: 'POST' });
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
});

describe('broken transports', () => {
  test('a reset before the answer, and a body that is cut', async () => {
    await inject({ reset: true });
    await expect(caller.get(DELTA)).rejects.toThrow();
    await inject({ truncate: true });
    await expect(caller.get(DELTA)).rejects.toThrow();
    expect((await caller.get(DELTA)).status).toBe(200);
  });

  test('half a JSON text with a clean end, a web page, another content type', async () => {
    await inject({ truncateClean: true });
    const cut = await caller.get(DELTA);
    expect(cut.status).toBe(200);
    expect(() => JSON.parse(cut.text) as unknown).toThrow(SyntaxError);
    await inject({ html: true });
    const page = await caller.get(DELTA);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    await inject({ contentType: null });
    expect((await caller.get(DELTA)).headers.get('content-type')).toBeNull();
  });
});

describe('broken lists', () => {
  const NEXT = '@odata.nextLink';
  const END = '@odata.deltaLink';
  test.each<[string, Json, (rows: Json[], body: Json) => void]>([
    [
      'an empty page keeps its link',
      { emptyValue: true },
      (rows, body) => {
        expect(rows).toEqual([]);
        expect(body).toHaveProperty([NEXT]);
      },
    ],
    [
      'half a list without a link',
      { halfValue: true },
      (rows, body) => {
        expect(rows).toHaveLength(5);
        expect(body).not.toHaveProperty([NEXT]);
      },
    ],
    ['rows twice', { duplicateRows: true }, (rows) => expect(rows.slice(10)).toEqual(rows.slice(0, 10))],
    [
      'a link to itself',
      { nextLinkLoop: true },
      (_rows, body) => expect(body[NEXT]).toBe(`${tenant.url}/v1.0${DELTA}`),
    ],
    [
      'a link to elsewhere',
      { linkOrigin: 'https://evil.example' },
      (_rows, body) => expect(body[NEXT]).toMatch(/^https:\/\/evil\.example\/v1\.0\//),
    ],
    [
      'both links',
      { bothLinks: true },
      (_rows, body) => {
        expect(body).toHaveProperty([NEXT]);
        expect(body).toHaveProperty([END]);
      },
    ],
    [
      'no link',
      { dropLinks: true },
      (_rows, body) => {
        expect(body).not.toHaveProperty([NEXT]);
        expect(body).not.toHaveProperty([END]);
      },
    ],
  ])('%s', async (_name, action, check) => {
    await inject(action);
    const answer = await caller.get(DELTA);
    check(rowsOf(answer), answer.json);
  });
});

test('a fault that is no fault is refused', async () => {
  await expect(inject({ explode: true })).rejects.toThrow(/400/);
  await expect(inject({ status: 500 }, { path: '(' })).rejects.toThrow(/400/);
});

describe('throttling', () => {
  afterEach(async () => {
    await caller.admin('POST', '/_emu/settings', { resourceUnits: null, retryAfterForm: 'decimal' });
  });

  test('beyond the units of ten seconds requests are refused and told how long to wait', async () => {
    await caller.admin('POST', '/_emu/settings', { resourceUnits: 4 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await caller.get('/users?$top=20')).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await caller.get('/users?$top=20');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
    expect(refused.headers.get('x-ms-throttle-information')).toBe('ResourceUnitLimitExceeded');
    expect(await caller.admin('GET', '/_emu/counters')).toMatchObject({ impatient: 1 });
    await caller.admin('POST', '/_emu/clock', { advance: '1m' });
    expect((await caller.get('/users?$top=20')).status).toBe(200);
  });
});
