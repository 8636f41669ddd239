import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GRAPH,
  graphError,
  NEVER,
  rejection,
  serveTokens,
  testSource,
  type VirtualClock,
  virtualClock,
} from './graph-world.ts';

const principal = { id: 'sp', appId: 'app', displayName: 'Peakon', accountEnabled: true, appRoles: [] };
const path = /^\/v1\.0\/servicePrincipals\/sp\?/;

function refuse(status: number, times: number, headers: Record<string, string> = {}, body?: nock.Body): void {
  nock(GRAPH)
    .get(path)
    .times(times)
    .reply(status, body ?? graphError('TooManyRequests'), headers);
}

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('throttling and transient failures', () => {
  it.each([
    ['1', 1000],
    ['2.128', 2128],
    ['600', 600_000],
    ['Sun, 01 Mar 2026 08:00:30 GMT', 30_000],
  ])('waits exactly what Retry-After %s asks', async (header, expected) => {
    refuse(429, 1, { 'Retry-After': header });
    nock(GRAPH).get(path).reply(200, principal);
    const { source, clock } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    expect(clock.sleeps.reduce((sum, each) => sum + each, 0)).toBe(expected);
    expect(source.requests.graph).toBe(2);
  });

  it.each(['0', 'Sun, 01 Mar 2026 07:00:00 GMT'])('asks again at once after Retry-After %s', async (header) => {
    refuse(429, 2, { 'Retry-After': header });
    nock(GRAPH).get(path).reply(200, principal);
    const { source, clock } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    expect(clock.sleeps).toEqual([]);
  });

  it.each([429, 503, 504, 509])('grows its waits after %i without Retry-After', async (status) => {
    refuse(status, 4);
    nock(GRAPH).get(path).reply(200, principal);
    const { source, clock } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000]);
  });

  it('postpones the cycle instead of waiting too long, and stays silent until the time has come', async () => {
    refuse(429, 1, { 'Retry-After': '900' });
    const { source, clock } = testSource();
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(error.message).toContain('900 s');
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code: 'SourceUnreachable' });
    expect(source.requests.graph).toBe(1);
    expect(clock.sleeps).toEqual([]);
    await clock.sleep(900_000);
    nock(GRAPH).get(path).reply(200, principal);
    expect((await source.readServicePrincipal('sp', NEVER)).id).toBe('sp');
  });

  it('gives up on a storm of 429 after the patience of one request', async () => {
    refuse(429, 100, { 'Retry-After': '50' });
    const { source, clock } = testSource();
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code: 'SourceUnreachable' });
    expect(clock.sleeps.reduce((sum, each) => sum + each, 0)).toBe(600_000);
  });

  it('lets no other request out while one has to wait', async () => {
    refuse(429, 1, { 'Retry-After': '20' });
    const sentAt: number[] = [];
    const end = Promise.withResolvers<void>();
    const passing = virtualClock();
    const clock: VirtualClock = {
      ...passing,
      // The time is not over before the test says so.
      async sleep(milliseconds, signal) {
        const slept = passing.sleeps.push(milliseconds);
        await end.promise;
        if (slept === 1) await passing.sleep(milliseconds, signal);
      },
    };
    const { source } = testSource({ clock });
    nock(GRAPH)
      .persist()
      .get(/^\/v1\.0\/servicePrincipals\//)
      .reply(200, () => {
        sentAt.push(clock.now().getTime());
        return principal;
      });
    const first = source.readServicePrincipal('sp', NEVER);
    while (clock.sleeps.length === 0) await new Promise(setImmediate);
    const other = source.readServicePrincipal('other', NEVER);
    // It has either gone out, or waits as well.
    while (clock.sleeps.length < 2 && sentAt.length === 0) await new Promise(setImmediate);
    end.resolve();
    await Promise.all([first, other]);
    expect(sentAt.every((each) => each >= Date.parse('2026-03-01T08:00:20Z'))).toBe(true);
    expect(sentAt).toHaveLength(2);
  });

  it.each([
    [500, graphError('generalException')],
    [500, ''],
    [502, '<html>Bad Gateway</html>'],
    [408, ''],
  ])('retries %i and succeeds', async (status, body) => {
    refuse(status, 4, {}, body as nock.Body);
    nock(GRAPH).get(path).reply(200, principal);
    const { source, clock } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000]);
  });

  it('gives up after five tries of 500', async () => {
    refuse(500, 6);
    const { source } = testSource();
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(error.message).toContain('GET /servicePrincipals/sp was answered with 500');
    expect(source.requests.graph).toBe(5);
  });

  it('ends a wait when aborted', async () => {
    refuse(429, 1, { 'Retry-After': '60' });
    const controller = new AbortController();
    const { source } = testSource({
      clock: {
        now: () => new Date('2026-03-01T08:00:00Z'),
        sleep: async (_milliseconds, signal) => {
          controller.abort(new Error('stop now'));
          signal?.throwIfAborted();
        },
      },
    });
    await expect(source.readServicePrincipal('sp', controller.signal)).rejects.toThrow('stop now');
  });

  it.each([
    ['403', 403, graphError('Authorization_RequestDenied', 'Insufficient privileges'), 'SourcePermissionMissing'],
    ['404', 404, graphError('Request_ResourceNotFound'), 'ServicePrincipalNotFound'],
    ['400', 400, graphError('BadRequest', "Could not find a property named 'x'"), 'SourceRequestRefused'],
    ['501', 501, graphError('NotImplemented'), 'SourceRequestRefused'],
    ['a proxy page with 403', 403, '<html>Blocked</html>', 'SourceProtocolError'],
    ['a proxy page with 200', 200, '<html>Log in</html>', 'SourceProtocolError'],
  ])('does not repeat %s', async (_name, status, body, code) => {
    refuse(status, 5, {}, body as nock.Body);
    const { source } = testSource();
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code });
    expect(source.requests.graph).toBe(1);
  });

  it('does not follow a redirect', async () => {
    refuse(302, 1, { Location: 'https://elsewhere.example/' }, '');
    const { source } = testSource();
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code: 'SourceProtocolError' });
  });

  it('names the permission that is missing', async () => {
    refuse(403, 1, { 'request-id': 'r-1' }, graphError('Authorization_RequestDenied') as nock.Body);
    const { source } = testSource();
    const { message } = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(message).toContain('Application.Read.All');
    expect(message).toContain('9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30');
    expect(message).toContain('r-1');
  });
});
