// Waiting and trying again, in virtual time: who waits, how long, and what is never sent twice.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aTarget } from './target-setup.ts';

const HOST = 'http://scim.test:8080';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  expect(pending).toEqual([]);
});

describe('Retry-After', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['decimal seconds', { 'retry-after': '1.5' }, 1500],
    ['a date, by the clock here', { 'retry-after': 'Mon, 23 Nov 2026 10:00:20 GMT' }, 20_000],
    [
      'a date, by the clock there',
      { 'retry-after': 'Mon, 23 Nov 2026 12:00:05 GMT', date: 'Mon, 23 Nov 2026 12:00:00 GMT' },
      5000,
    ],
    ['nothing', {}, 1000],
    ['zero', { 'retry-after': '0' }, 1000],
    ['nonsense', { 'retry-after': 'soon' }, 1000],
    ['a negative number', { 'retry-after': '-5' }, 1000],
    ['a date that has passed', { 'retry-after': 'Mon, 23 Nov 2020 10:00:00 GMT' }, 1000],
  ])('429 with %s', async (_what, headers, milliseconds) => {
    nock(HOST).post('/scim/v2/Users').reply(429, '', headers).post('/scim/v2/Users').reply(201, { id: '1' });
    const { target, clock, signal } = aTarget();
    expect(await target.create('User', {}, signal)).toMatchObject({ ok: true });
    expect(clock.slept).toEqual([milliseconds]);
    expect(target.requests.scim).toBe(2);
  });

  it('holds back every other request of the target too', async () => {
    nock(HOST).get('/scim/v2/Users/1').reply(429, '', { 'retry-after': '30' });
    const sentAt: number[] = [];
    const { target, clock, signal } = aTarget();
    const reply = (): [number, string] => {
      sentAt.push(clock.now().getTime());
      return [404, ''];
    };
    nock(HOST).get('/scim/v2/Users/1').reply(reply).get('/scim/v2/Users/2').reply(reply);
    const end = Promise.withResolvers<void>();
    clock.held = end.promise;
    const began = clock.now().getTime();
    const first = target.get('User', '1', signal);
    while (clock.slept.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const other = target.get('User', '2', signal);
    // The time is not over yet. When a later request to a target that asked for nothing is answered, the other one would be too.
    nock(HOST).get('/scim/v2/Users/3').reply(404);
    await aTarget().target.get('User', '3', signal);
    end.resolve();
    await Promise.all([first, other]);
    expect(sentAt).toHaveLength(2);
    expect(Math.min(...sentAt) - began).toBeGreaterThanOrEqual(30_000);
  });

  it('does not wait longer than a call may, and leaves the target alone meanwhile', async () => {
    nock(HOST).patch('/scim/v2/Users/1').reply(429, '', { 'retry-after': '3600' });
    nock(HOST).get('/scim/v2/Users/1').reply(404);
    const { target, clock, signal } = aTarget();
    const operations = [{ op: 'replace', path: 'active', value: true }] as const;
    const result = await target.patch('User', '1', operations, signal);
    expect(result).toMatchObject({ ok: false, fault: { code: 'TooManyRequests', status: 429 } });
    expect(result.ok ? '' : result.fault.message).toContain('3600 s');
    expect(await target.get('User', '1', signal)).toMatchObject({ ok: false, fault: { code: 'TooManyRequests' } });
    expect(target.requests.scim).toBe(1);
    expect(clock.slept).toEqual([]);
    clock.advance(3_600_000);
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
  });

  it('gives up after five tries', async () => {
    nock(HOST).post('/scim/v2/Users').times(5).reply(429);
    const { target, clock, signal } = aTarget();
    const result = await target.create('User', {}, signal);
    expect(result).toMatchObject({ ok: false, fault: { code: 'TooManyRequests' } });
    expect(result.ok ? undefined : result.fault.ambiguous).toBeUndefined();
    expect(clock.slept).toEqual([1000, 2000, 4000, 8000]);
  });

  it('counts all waits of a call together', async () => {
    nock(HOST).get('/scim/v2/Users/1').times(3).reply(503, '', { 'retry-after': '50' });
    const { target, clock, signal } = aTarget();
    expect(await target.get('User', '1', signal)).toMatchObject({ ok: false, fault: { code: 'TooManyRequests' } });
    expect(clock.slept).toEqual([50_000, 50_000]);
  });
});

describe('other failures', () => {
  it.each([[502], [503], [504], [408]])('a read answered %i is tried again with back-off', async (status) => {
    nock(HOST).get('/scim/v2/Users/1').times(2).reply(status).get('/scim/v2/Users/1').reply(200, { id: '1' });
    const { target, clock, signal } = aTarget();
    expect(await target.get('User', '1', signal)).toMatchObject({ ok: true });
    expect(clock.slept).toEqual([1000, 2000]);
  });

  it('a read answered 500 is tried three times, one answered 501 once', async () => {
    nock(HOST).get('/scim/v2/Users/1').times(3).reply(500).get('/scim/v2/Users/2').reply(501);
    const { target, signal } = aTarget();
    const read = await target.get('User', '1', signal);
    expect(read).toMatchObject({ ok: false, fault: { code: 'InternalServerError' } });
    expect(read.ok ? undefined : read.fault.ambiguous).toBeUndefined();
    expect(await target.get('User', '2', signal)).toMatchObject({ ok: false, fault: { code: 'NotImplemented' } });
  });

  // spec: unknown-fate
  it.each([[500], [502], [503], [504]])('a write answered %i is not sent again', async (status) => {
    nock(HOST).post('/scim/v2/Users').reply(status);
    const { target, signal } = aTarget();
    expect(await target.create('User', {}, signal)).toMatchObject({ ok: false, fault: { ambiguous: true, status } });
  });

  it('a write answered 503 with Retry-After is', async () => {
    nock(HOST).delete('/scim/v2/Users/1').reply(503, '', { 'retry-after': '2' }).delete('/scim/v2/Users/1').reply(204);
    const { target, clock, signal } = aTarget();
    expect(await target.remove('User', '1', signal)).toEqual({ ok: true, value: 'removed' });
    expect(clock.slept).toEqual([2000]);
  });

  it.each([['ECONNREFUSED'], ['ENOTFOUND'], ['EAI_AGAIN'], ['EHOSTUNREACH']])(
    '%s is tried again, also for writes, and then ends the job',
    async (code) => {
      nock(HOST)
        .post('/scim/v2/Users')
        .times(3)
        .replyWithError(Object.assign(new Error('x'), { code }));
      const { target, clock, signal } = aTarget();
      await expect(target.create('User', {}, signal)).rejects.toMatchObject({ code: 'TargetUnreachable' });
      expect(clock.slept).toEqual([1000, 2000]);
    },
  );

  it.each([['DEPTH_ZERO_SELF_SIGNED_CERT'], ['CERT_HAS_EXPIRED'], ['ERR_TLS_CERT_ALTNAME_INVALID'], ['EPROTO']])(
    '%s ends the job at once',
    async (code) => {
      nock(HOST)
        .get('/scim/v2/Users/1')
        .replyWithError(Object.assign(new Error('x'), { code }));
      const { target, signal } = aTarget();
      await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetTlsFailed' });
    },
  );
});

describe('answers that mean later (profile.retryableErrors)', () => {
  const LIMIT = '{"detail":"Request_Limit_Exceeded: over the concurrent limit of 4 requests."}';
  const profile = { retryableErrors: [{ status: 500, text: 'REQUEST_LIMIT_EXCEEDED' }] };

  it('are waited for like 429, also by a write, which was not carried out', async () => {
    nock(HOST)
      .post('/scim/v2/Users')
      .reply(500, LIMIT)
      .post('/scim/v2/Users')
      .reply(500, LIMIT, { 'retry-after': '7' });
    nock(HOST).post('/scim/v2/Users').reply(201, { id: '1' });
    const { target, clock, signal } = aTarget({ profile });
    expect(await target.create('User', {}, signal)).toMatchObject({ ok: true });
    expect(clock.slept).toEqual([1000, 7000]);
  });

  it('are TooManyRequests in the end, and nothing that may have happened', async () => {
    nock(HOST).patch('/scim/v2/Users/1').times(5).reply(500, LIMIT);
    const { target, signal } = aTarget({ profile });
    const result = await target.patch('User', '1', [{ op: 'replace', path: 'title', value: 'x' }], signal);
    expect(result).toMatchObject({ ok: false, fault: { code: 'TooManyRequests', status: 500 } });
    expect(result).not.toHaveProperty('fault.ambiguous');
  });

  it.each([
    ['the status without the text', 500, 'boom'],
    ['the text with another status', 502, LIMIT],
  ])('are no others: %s', async (_what, status, body) => {
    nock(HOST).post('/scim/v2/Users').reply(status, body);
    const { target, clock, signal } = aTarget({ profile });
    expect(await target.create('User', {}, signal)).toMatchObject({ ok: false, fault: { ambiguous: true } });
    expect(clock.slept).toEqual([]);
  });
});

describe('giving up', () => {
  it('ends a wait at once with the reason of the signal', async () => {
    nock(HOST).get('/scim/v2/Users/1').reply(429, '', { 'retry-after': '60' });
    const { target, clock } = aTarget();
    const stop = new AbortController();
    const reading = target.get('User', '1', stop.signal);
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (milliseconds, signal) => {
      stop.abort(new Error('stopping'));
      return sleep(milliseconds, signal);
    };
    await expect(reading).rejects.toThrow('stopping');
    expect(target.requests.scim).toBe(1);
  });

  it('sends nothing when it was stopped before', async () => {
    const { target } = aTarget();
    await expect(target.get('User', '1', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(target.requests.scim).toBe(0);
  });
});

describe('rate limits', () => {
  it('keep any window of the stated length within the limit', async () => {
    nock(HOST).persist().get('/scim/v2/Users/1').reply(404);
    const { target, clock, signal } = aTarget({
      profile: {
        rateLimits: [
          { operations: 3, perSeconds: 10 },
          { operations: 5, perSeconds: 60 },
        ],
      },
    });
    const began = clock.now().getTime();
    const times: number[] = [];
    for (let request = 0; request < 11; request += 1) {
      await target.get('User', '1', signal);
      times.push((clock.now().getTime() - began) / 1000);
      if (request === 0) clock.advance(1000);
    }
    nock.cleanAll();
    expect(times).toEqual([0, 1, 1, 10, 11, 60, 61, 61, 70, 71, 120]);
    for (const [operations, seconds] of [
      [3, 10],
      [5, 60],
    ] as const) {
      const crowded = times.filter(
        (time, index) => (times[index + operations] ?? Number.POSITIVE_INFINITY) < time + seconds,
      );
      expect(crowded).toEqual([]);
    }
  });
});
