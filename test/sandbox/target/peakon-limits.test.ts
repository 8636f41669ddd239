import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateWindow } from '../../../src/sandbox/target/rate-window.ts';
import { isScimJson, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { type Client, ENTERPRISE, employee, group, member, testClient } from './scim-client.ts';

const HOUR = 3_600_000;
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

describe('the sliding window', () => {
  it('never lets more than the limit through in any window, and its wait is enough', () => {
    const step = fc.record({ gap: fc.nat(40), cost: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const window = createRateWindow({ operations: 10, windowMs: 100 });
        const passed: { at: number; cost: number }[] = [];
        let at = 0;
        for (const { gap, cost } of steps) {
          at += gap;
          const wait = window.charge(cost, at);
          const inWindow = passed
            .filter((charge) => charge.at > at - 100)
            .reduce((sum, charge) => sum + charge.cost, 0);
          expect(wait === 0).toBe(inWindow + cost <= 10);
          if (wait > 0) {
            at += wait;
            expect(window.charge(cost, at)).toBe(0);
          }
          passed.push({ at, cost });
        }
      }),
    );
  });

  it('forgets thousands of old charges', () => {
    const window = createRateWindow({ operations: 25_000, windowMs: HOUR });
    for (let index = 0; index < 25_000; index += 1) expect(window.charge(1, index)).toBe(0);
    expect(window.charge(1, 25_000)).toBe(HOUR - 25_000);
    expect(window.charge(1, HOUR)).toBe(0);
    expect(window.charge(25_000, 2 * HOUR - 1)).toBe(1);
    expect(window.charge(24_999, 3 * HOUR)).toBe(0);
  });
});

function bulk(client: Client, operations: ScimJson[], more: ScimJson = {}) {
  return client.post('/Bulk', { schemas: [BULK], Operations: operations, ...more });
}

function results(body: ScimJson): (ScimJson | undefined)[] {
  const operations = body['Operations'];
  return Array.isArray(operations) ? operations.map((item) => (isScimJson(item) ? item : undefined)) : [];
}

const post = (email: string): ScimJson => ({ method: 'POST', path: '/Users', bulkId: email, data: employee(email) });

describe('the limit of the target', () => {
  it('counts every request and every bulk operation, answers 429 with Retry-After and recovers', async () => {
    let at = 0;
    const client = await testClient({
      kind: 'peakon',
      now: () => at,
      rateLimit: { operations: 6, windowMs: HOUR },
    });
    await client.create('/Users', employee('a@acme.com'));
    await client.get('/Users');
    expect((await client.get('/Users', { authorization: '' })).status).toBe(401);
    at = 60_000;
    expect((await bulk(client, [post('b@acme.com'), post('c@acme.com'), post('d@acme.com')])).status).toBe(200);
    const tooMuch = await bulk(client, [post('e@acme.com'), post('f@acme.com')]);
    expect([tooMuch.status, tooMuch.headers.get('retry-after')]).toEqual([429, '3540']);
    expect((await client.get('/ServiceProviderConfig')).status).toBe(200);
    const refused = await client.get('/Users');
    expect([refused.status, refused.headers.get('retry-after'), refused.body['status']]).toEqual([429, '3540', '429']);
    expect(client.target.users()).toHaveLength(4);
    at = HOUR - 1;
    expect((await client.get('/Users')).headers.get('retry-after')).toBe('1');
    at = HOUR;
    expect((await client.get('/Users')).status).toBe(200);
  });

  it('is 25,000 in an hour unless told otherwise', async () => {
    const client = await testClient({ kind: 'peakon', now: () => 0 });
    const deletions = Array.from({ length: 1000 }, (): ScimJson => ({ method: 'DELETE', path: '/Users/none' }));
    for (let index = 0; index < 25; index += 1) expect((await bulk(client, deletions)).status).toBe(200);
    expect((await client.get('/Users')).status).toBe(429);
    client.target.reset();
    expect((await client.get('/Users')).status).toBe(200);
  });
});

describe('bulk', () => {
  it('runs operations in order, resolves bulkIds and reports each', async () => {
    const client = await testClient({ kind: 'peakon' });
    const reply = await bulk(client, [
      post('boss@acme.com'),
      {
        method: 'POST',
        path: '/Users',
        bulkId: 'second',
        data: employee('a@acme.com', { [ENTERPRISE]: { manager: { value: 'bulkId:boss@acme.com' } } }),
      },
      {
        method: 'PATCH',
        path: '/Users/bulkId:second',
        data: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'locale', value: 'de' }] },
      },
      post('A@acme.com'),
      { method: 'DELETE', path: '/Users/none' },
      { method: 'POST', path: '/Groups', bulkId: 'g', data: group('G') },
      { method: 'GET', path: '/Users' },
      { method: 'POST', path: '/Users', data: employee('x@acme.com') },
      { method: 'DELETE', path: '/Users/bulkId:unknown' },
      { method: 'PUT', path: '/Users/bulkId:second', data: employee('a2@acme.com') },
    ]);
    expect(reply.status).toBe(200);
    const operations = results(reply.body);
    const [boss, rep] = client.target.users();
    expect(operations.map((result) => result?.['status'])).toEqual([
      '201',
      '201',
      '200',
      '409',
      '404',
      '404',
      '400',
      '400',
      '400',
      '200',
    ]);
    expect(operations[0]).toEqual({
      method: 'POST',
      bulkId: 'boss@acme.com',
      location: member(boss ?? {}, 'meta', 'location'),
      status: '201',
    });
    expect(member(operations[3] ?? {}, 'response', 'scimType')).toBe('uniqueness');
    expect(rep).toMatchObject({ userName: 'a2@acme.com' });
    expect(client.target.users()).toHaveLength(2);
  });

  it('stops after failOnErrors errors', async () => {
    const client = await testClient({ kind: 'peakon' });
    const bad: ScimJson = { method: 'DELETE', path: '/Users/none' };
    const reply = await bulk(client, [bad, post('a@acme.com'), bad, post('b@acme.com')], { failOnErrors: 2 });
    expect(results(reply.body).map((result) => result?.['status'])).toEqual(['404', '201', '404']);
    expect(client.target.users()).toHaveLength(1);
  });

  it('says its caps and refuses what is above or no bulk request', async () => {
    const client = await testClient({ kind: 'peakon' });
    const { body } = await client.get('/ServiceProviderConfig');
    expect(body['bulk']).toEqual({ supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 });
    const many = Array.from({ length: 1001 }, (): ScimJson => ({ method: 'DELETE', path: '/Users/none' }));
    expect((await bulk(client, many)).status).toBe(413);
    expect((await bulk(client, [{ ...post('a@acme.com'), data: { title: 'x'.repeat(1_100_000) } }])).status).toBe(413);
    expect((await client.post('/Bulk', { Operations: [] })).body['scimType']).toBe('invalidSyntax');
    expect((await client.post('/Bulk', { schemas: [BULK], Operations: {} })).body['scimType']).toBe('invalidSyntax');
    expect((await client.get('/Bulk')).status).toBe(405);
  });
});
