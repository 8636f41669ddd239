import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { CLOUDS } from '../../../src/source/clouds.ts';
import { createAccessTokens } from '../../../src/source/token.ts';
import { aSecret } from '../../support/a-secret.ts';
import {
  collect,
  GRAPH,
  graphError,
  LOGIN,
  NEVER,
  rejection,
  serveTokens,
  TENANT,
  testSource,
  virtualClock,
} from './graph-world.ts';

const principal = { id: 'sp', appId: 'app', displayName: 'Peakon', accountEnabled: true, appRoles: [] };
const principalPath = /^\/v1\.0\/servicePrincipals\/sp\?/;
const tokenPath = `/${TENANT}/oauth2/v2.0/token`;

function refuseToken(status: number, body: unknown, headers: Record<string, string> = {}, times = 1): void {
  nock(LOGIN)
    .post(tokenPath)
    .query(true)
    .times(times)
    .reply(status, body as nock.Body, headers);
}

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('tokens', () => {
  it('asks once for parallel first calls and keeps the token', async () => {
    serveTokens();
    const graph = nock(GRAPH, { reqheaders: { authorization: 'Bearer token-1' } })
      .get(principalPath)
      .times(6)
      .reply(200, principal);
    const { source } = testSource();
    await Promise.all([1, 2, 3, 4, 5].map(() => source.readServicePrincipal('sp', NEVER)));
    await source.readServicePrincipal('sp', NEVER);
    expect(source.requests).toEqual({ graph: 6, tokens: 1 });
    expect(graph.isDone()).toBe(true);
  });

  it('renews the token once after 401, sends back the claims, and repeats the same URL', async () => {
    const bodies: string[] = [];
    nock(LOGIN)
      .persist()
      .post(tokenPath, (body) => bodies.push(JSON.stringify(body)) > 0)
      .query(true)
      .reply(200, () => ({ token_type: 'Bearer', expires_in: 3599, access_token: `token-${bodies.length}` }));
    const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}').toString('base64');
    nock(GRAPH, { reqheaders: { authorization: 'Bearer token-1' } })
      .get(principalPath)
      .reply(401, graphError('InvalidAuthenticationToken'), {
        'WWW-Authenticate': `Bearer realm="", error="insufficient_claims", claims="${claims}"`,
      });
    nock(GRAPH, { reqheaders: { authorization: 'Bearer token-2' } })
      .get('/v1.0/servicePrincipals/sp?$select=id,appId,displayName,accountEnabled,appRoles')
      .reply(200, principal);
    const { source } = testSource();
    expect((await source.readServicePrincipal('sp', NEVER)).id).toBe('sp');
    expect(source.requests).toEqual({ graph: 2, tokens: 2 });
    expect(bodies[0]).not.toContain('1700000000');
    expect(bodies[1]).toContain('1700000000');
  });

  it('forces a new token after 401 without claims, one for all parallel requests', async () => {
    serveTokens();
    nock(GRAPH, { reqheaders: { authorization: 'Bearer token-1' } })
      .persist()
      .get(principalPath)
      .reply(401, graphError('InvalidAuthenticationToken'));
    nock(GRAPH, { reqheaders: { authorization: 'Bearer token-2' } })
      .persist()
      .get(principalPath)
      .reply(200, principal);
    const { source } = testSource();
    await Promise.all([1, 2, 3].map(() => source.readServicePrincipal('sp', NEVER)));
    expect(source.requests).toEqual({ graph: 6, tokens: 2 });
  });

  it('does not renew for a late 401 of a token that was replaced meanwhile', async () => {
    serveTokens();
    const tokens = createAccessTokens({
      ...CLOUDS.global,
      tenantId: TENANT,
      clientId: 'client-1',
      credential: { kind: 'clientSecret', secret: aSecret('correct-horse') },
      secrets: createSecretValues(),
      disableInstanceDiscovery: false,
      clock: virtualClock(),
      random: () => 0,
      timeoutSeconds: 30,
      maxWaitSeconds: 600,
    });
    expect(await tokens.get(NEVER)).toBe('token-1');
    expect(await tokens.renew('token-1', undefined, NEVER)).toBe('token-2');
    expect(await tokens.renew('token-1', undefined, NEVER)).toBe('token-2');
    expect(tokens.requests).toBe(2);
  });

  it('ends as credentials fault when the new token is refused too', async () => {
    serveTokens();
    nock(GRAPH).persist().get(principalPath).reply(401, graphError('InvalidAuthenticationToken', 'Lifetime'));
    const { source } = testSource();
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ name: 'JobFault', code: 'SourceCredentialsInvalid' });
    expect(error.message).not.toContain('token-');
    expect(source.requests).toEqual({ graph: 2, tokens: 2 });
  });

  it.each([
    [401, 'invalid_client', 7000215, 'SourceCredentialsInvalid'],
    [401, 'invalid_client', 7000222, 'SourceSecretExpired'],
    [400, 'unauthorized_client', 700016, 'SourceClientUnknown'],
    [400, 'invalid_request', 90002, 'SourceTenantUnknown'],
    [400, 'invalid_scope', 70011, 'SourceCredentialsInvalid'],
  ])('%i %s AADSTS%i is %s, without a second try', async (status, code, number, expected) => {
    refuseToken(status, {
      error: code,
      error_description: `AADSTS${number}: Some words. Trace ID: 1`,
      error_codes: [number],
      timestamp: '2026-03-01 08:00:00Z',
      trace_id: '1',
      correlation_id: '2',
    });
    const { source, clock } = testSource();
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ name: 'JobFault', code: expected });
    expect(error.message).toContain(`AADSTS${number}`);
    expect(error.message).not.toContain('correct-horse');
    expect(source.requests).toEqual({ graph: 0, tokens: 1 });
    expect(clock.sleeps).toEqual([]);
  });

  it('asks once more, with the secret that has replaced the refused one', async () => {
    nock(LOGIN)
      .post(tokenPath, /client_secret=old/)
      .query(true)
      .reply(401, { error: 'invalid_client', error_description: 'AADSTS7000222: expired', error_codes: [7000222] });
    nock(LOGIN)
      .post(tokenPath, /client_secret=new/)
      .query(true)
      .reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'fresh' });
    nock(GRAPH).get(principalPath).reply(200, principal);
    const secret = aSecret('old', 'new');
    const { source } = testSource({ credential: { kind: 'clientSecret', secret } });
    expect((await source.readServicePrincipal('sp', NEVER)).id).toBe('sp');
    expect(source.requests).toEqual({ graph: 1, tokens: 2 });
  });

  it('asks no more when the secret is still the refused one', async () => {
    refuseToken(401, { error: 'invalid_client', error_description: 'AADSTS7000215: wrong', error_codes: [7000215] });
    const secret = aSecret('old');
    const { source } = testSource({ credential: { kind: 'clientSecret', secret } });
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code: 'SourceCredentialsInvalid' });
    expect(source.requests).toEqual({ graph: 0, tokens: 1 });
    expect(secret.rereads()).toBe(1);
  });

  it('does not read the secret again for a refusal that it cannot cure', async () => {
    refuseToken(400, { error: 'x', error_description: 'AADSTS90002: no tenant', error_codes: [90002] });
    const secret = aSecret('old', 'new');
    const { source } = testSource({ credential: { kind: 'clientSecret', secret } });
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code: 'SourceTenantUnknown' });
    expect(secret.rereads()).toBe(0);
  });

  // spec: secrets
  it('says what Entra said, without the lines that differ every time, and without a secret', async () => {
    refuseToken(401, {
      error: 'invalid_client',
      error_description:
        'AADSTS7000215: Invalid client secret provided: correct-horse. Ensure it is the value.\r\nTrace ID: 4c1d\r\nCorrelation ID: 9aa2\r\nTimestamp: 2026-03-01 08:00:00Z',
      error_codes: [7000215],
    });
    const secrets = createSecretValues();
    secrets.remember('correct-horse');
    const { source } = testSource({ secrets });
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error.message).toBe(
      'The client secret of client-1 is wrong. (AADSTS7000215: Invalid client secret provided: ***. Ensure it is the value.)',
    );
  });

  it('asks again each time while tokens live shorter than the safety margin', async () => {
    nock(LOGIN)
      .post(tokenPath)
      .query(true)
      .times(2)
      .reply(200, { token_type: 'Bearer', expires_in: 60, access_token: 'short' });
    nock(GRAPH).get(principalPath).times(2).reply(200, principal);
    const { source } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    await source.readServicePrincipal('sp', NEVER);
    expect(source.requests.tokens).toBe(2);
  });

  it('obeys Retry-After of the token service and then goes on', async () => {
    refuseToken(429, { error: 'temporarily_unavailable' }, { 'Retry-After': '7' });
    serveTokens();
    nock(GRAPH).get(principalPath).reply(200, principal);
    const { source, clock } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    expect(clock.sleeps).toEqual([7000]);
    expect(source.requests).toEqual({ graph: 1, tokens: 2 });
  });

  it('asks again after 503 of the token service', async () => {
    refuseToken(503, 'busy', {}, 2);
    serveTokens();
    nock(GRAPH).get(principalPath).reply(200, principal);
    const { source, clock } = testSource();
    await source.readServicePrincipal('sp', NEVER);
    expect(clock.sleeps).toEqual([1000, 2000]);
    expect(source.requests).toEqual({ graph: 1, tokens: 3 });
  });

  it('does not wait for a token service that never answers', async () => {
    nock(LOGIN).persist().post(tokenPath).query(true).delay(60_000).reply(200, {});
    const { source } = testSource({ timeoutSeconds: 0.05 });
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code: 'SourceUnreachable' });
    expect(source.requests).toEqual({ graph: 0, tokens: 5 });
    nock.abortPendingRequests();
  });

  it.each([
    ['500', () => refuseToken(500, 'oops', {}, 5), 'SourceUnreachable', 5],
    [
      'reset',
      () =>
        nock(LOGIN)
          .persist()
          .post(tokenPath)
          .query(true)
          .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
      'SourceUnreachable',
      5,
    ],
    ['an HTML page', () => refuseToken(200, '<html>', { 'Content-Type': 'text/html' }, 5), 'SourceProtocolError', 1],
  ])('gives up on %s from the token service', async (_name, arrange, code, requests) => {
    arrange();
    const { source } = testSource();
    await expect(source.readServicePrincipal('sp', NEVER)).rejects.toMatchObject({ code });
    expect(source.requests.tokens).toBe(requests);
  });

  it('stops waiting for a token when aborted', async () => {
    nock(LOGIN).post(tokenPath).query(true).delay(60_000).reply(200, {});
    const controller = new AbortController();
    const { source } = testSource();
    const pending = collect(source.readAssignments('sp', controller.signal));
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    nock.abortPendingRequests();
  });
});
