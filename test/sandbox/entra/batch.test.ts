/** JSON batching: independent answers, dependencies, limits. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { type Answer, type GraphCaller, type Json, makeCaller } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 30, groups: 6, seed: 9 });
  caller = makeCaller(tenant);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});

const UNKNOWN = '5b31c38c-2584-42f0-aa47-657fb3a84230';
const get = (id: string, url: string, more: Json = {}): Json => ({ id, method: 'GET', url, ...more });
const send = (requests: Json[]): Promise<Answer> => caller.graph('POST', '/$batch', { body: { requests } });

function statuses(answer: Answer): Record<string, unknown> {
  return Object.fromEntries((answer.json['responses'] as Json[]).map((item) => [String(item['id']), item['status']]));
}

test('twenty items are answered one by one, in another order than asked', async () => {
  const ids = [...tenant.directory.users.live.keys()].slice(0, 19);
  const answer = await send([
    ...ids.map((id, index) => get(String(index), `/users/${id}?$select=id`)),
    get('x', `users/${UNKNOWN}`),
  ]);
  expect(answer.status).toBe(200);
  const responses = answer.json['responses'] as Json[];
  expect(responses).toHaveLength(20);
  expect(responses[0]?.['id']).toBe('x');
  for (const [index, id] of ids.entries()) {
    const item = responses.find((candidate) => candidate['id'] === String(index));
    expect(item).toMatchObject({ status: 200, body: { id }, headers: { 'OData-Version': '4.0' } });
  }
  expect(responses[0]).toMatchObject({ status: 404, body: { error: { code: 'Request_ResourceNotFound' } } });
});

test('headers belong to items', async () => {
  const answer = await send([
    get('plain', '/users?$count=true&$top=1'),
    get('eventual', '/users?$count=true&$top=1', { headers: { ConsistencyLevel: 'eventual' } }),
  ]);
  expect(statuses(answer)).toEqual({ plain: 400, eventual: 200 });
});

test('dependents of a failed item fail with 424, others run in order', async () => {
  const answer = await send([
    get('c', '/users?$top=1', { dependsOn: ['b'] }),
    get('b', `/users/${UNKNOWN}`, { dependsOn: ['a'] }),
    get('a', '/groups?$top=1'),
    get('d', '/groups?$top=1', { dependsOn: ['a'] }),
  ]);
  expect(statuses(answer)).toEqual({ a: 200, b: 404, c: 424, d: 200 });
});

test.each([
  ['21 items', Array.from({ length: 21 }, (_, index) => get(String(index), '/users'))],
  ['ids that differ in case only', [get('a', '/users'), get('A', '/users')]],
  ['a circle', [get('a', '/users', { dependsOn: ['b'] }), get('b', '/users', { dependsOn: ['a'] })]],
  ['an unknown dependency', [get('a', '/users', { dependsOn: ['z'] })]],
  ['an item without url', [{ id: 'a', method: 'GET' }]],
  ['nothing', []],
])('%s make the whole batch a 400', async (_name, requests) => {
  expect((await send(requests)).status).toBe(400);
});

test('items are throttled and spoilt one by one', async () => {
  await caller.admin('POST', '/_emu/faults', {
    match: { path: '^/v1.0/groups', inBatch: true },
    action: { status: 429, headers: { 'Retry-After': '2' } },
  });
  const requests = [get('a', '/users?$top=1'), get('b', '/groups?$top=1')];
  const first = await send(requests);
  expect(statuses(first)).toEqual({ a: 200, b: 429 });
  expect((first.json['responses'] as Json[])[0]).toMatchObject({ id: 'b', headers: { 'Retry-After': '2' } });
  expect(statuses(await send(requests))).toEqual({ a: 200, b: 200 });
  await caller.admin('POST', '/_emu/settings', { resourceUnits: 3 });
  const throttled = statuses(
    await send(Array.from({ length: 6 }, (_, index) => get(String(index), '/users?$select=id'))),
  );
  await caller.admin('POST', '/_emu/settings', { resourceUnits: null });
  expect(Object.values(throttled).filter((status) => status === 200)).toHaveLength(3);
  expect(Object.values(throttled).filter((status) => status === 429)).toHaveLength(3);
});

test('the request log names the items', async () => {
  await caller.admin('DELETE', '/_emu/log');
  await send([get('a', '/users?$top=1')]);
  expect(await caller.admin('GET', '/_emu/log')).toMatchObject([
    { method: 'POST', path: '/v1.0/$batch', status: 200, items: ['GET /users?$top=1'] },
  ]);
});
