// Access tokens by OAuth 2.0 client credentials: asked for once, renewed in time and after a refusal, and never shown.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobFault } from '../../../src/model/errors.ts';
import { aSecret } from '../../support/a-secret.ts';
import { aClient, LOGIN, SCIM } from './authentication-setup.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  expect(pending).toEqual([]);
});

const endpoint = () => nock(LOGIN).post('/oauth/token').query({ tenant: 't3nant-key' });
const issues = (token: string, seconds: unknown = 3600) =>
  endpoint().reply(200, { access_token: token, token_type: 'Bearer', expires_in: seconds });
const people = (token: string, status = 404) =>
  nock(SCIM, { reqheaders: { authorization: `Bearer ${token}` } })
    .get(/^\/scim\/Users\//)
    .reply(status);

async function faultOf(promise: Promise<unknown>): Promise<JobFault> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof JobFault) return error;
  throw new Error(`expected a JobFault, got ${String(error)}`);
}

// spec: access-tokens
describe('one token', () => {
  it('serves all requests, however many wait for it', async () => {
    issues('token-1');
    for (let index = 0; index < 6; index += 1) people('token-1');
    const { target, signal } = aClient();
    await Promise.all([1, 2, 3, 4, 5].map((id) => target.get('User', String(id), signal)));
    await target.get('User', '6', signal);
    expect(target.requests).toEqual({ scim: 6, tokens: 1 });
  });

  it.each([
    [3600, 3299, 3301],
    ['3600', 3299, 3301],
    [60, 53, 55],
  ])('of %s seconds is used for %i and not for %i', async (lifetime, stillGood, notAnyMore) => {
    issues('token-1', lifetime);
    people('token-1');
    people('token-1');
    const { target, clock, signal } = aClient();
    await target.get('User', '1', signal);
    clock.advance(stillGood * 1000);
    await target.get('User', '1', signal);
    issues('token-2', lifetime);
    people('token-2');
    clock.advance((notAnyMore - stillGood) * 1000);
    await target.get('User', '1', signal);
    expect(target.requests.tokens).toBe(2);
  });

  it.each([[null], ['soon'], [0], [-5]])('without a usable lifetime (%s) is used until it is refused', async (said) => {
    issues('token-1', said);
    people('token-1');
    const { target, authentication, clock, signal } = aClient();
    await target.get('User', '1', signal);
    expect(await authentication.tokenFacts(signal)).toEqual({ lifetimeSeconds: null, ends: null });
    clock.advance(90 * 86_400_000);
    people('token-1', 401);
    issues('token-2', said);
    people('token-2');
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
  });

  it('outlives the client that asked for it, until it ends', async () => {
    issues('token-1');
    people('token-1');
    const first = aClient();
    await first.target.get('User', '1', first.signal);
    people('token-1');
    const second = aClient({ memory: first.memory, clock: first.clock });
    await second.target.get('User', '1', second.signal);
    expect(second.target.requests).toEqual({ scim: 1, tokens: 0 });
    expect(await second.authentication.tokenFacts(second.signal)).toEqual({
      lifetimeSeconds: 3600,
      ends: new Date(first.clock.now().getTime() + 3_600_000),
    });
  });

  it('that one caller gives up is still there for the other', async () => {
    issues('token-1');
    people('token-1');
    const { target, authentication, signal } = aClient();
    const stop = new AbortController();
    const given = authentication.tokenFacts(stop.signal);
    const waiting = target.get('User', '1', signal);
    stop.abort(new Error('stopped'));
    await expect(given).rejects.toThrow('stopped');
    expect(await waiting).toEqual({ ok: true, value: null });
  });
});

describe('a refused token', () => {
  it('is renewed once for all who were refused, and each request repeated once', async () => {
    issues('token-1');
    for (let index = 0; index < 4; index += 1) people('token-1', 401);
    issues('token-2');
    for (let index = 0; index < 4; index += 1) people('token-2');
    const { target, signal } = aClient();
    const answers = await Promise.all([1, 2, 3, 4].map((id) => target.get('User', String(id), signal)));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(target.requests).toEqual({ scim: 8, tokens: 2 });
  });

  it('is renewed for a write as well', async () => {
    issues('token-1');
    const creation = (token: string) =>
      nock(SCIM, { reqheaders: { authorization: `Bearer ${token}` } }).post('/scim/Users', { userName: 'a' });
    creation('token-1').reply(401);
    issues('token-2');
    creation('token-2').reply(201, { id: '1' });
    const { target, signal } = aClient();
    expect(await target.create('User', { userName: 'a' }, signal)).toMatchObject({ ok: true });
  });

  it('whose successor is refused too ends the job, after two requests', async () => {
    issues('token-1');
    people('token-1', 401);
    issues('token-2');
    people('token-2', 401);
    const { target, signal } = aClient();
    expect(await faultOf(target.get('User', '1', signal))).toMatchObject({ code: 'TargetCredentialsInvalid' });
    expect(target.requests).toEqual({ scim: 2, tokens: 2 });
  });
});

describe('what is sent to the token endpoint', () => {
  const form = (expected: Readonly<Record<string, string>>) => (body: Record<string, string>) => {
    expect(body).toEqual(expected);
    return true;
  };
  const grant = { grant_type: 'client_credentials' };

  it('client_secret_post, with scope and further parameters', async () => {
    nock(LOGIN)
      .post(
        '/oauth/token',
        form({ ...grant, client_id: 'engine', client_secret: 's3cret-1', scope: 'a b', resource: 'r' }),
      )
      .query(true)
      .reply(200, { access_token: 'token-1' });
    const { authentication, signal } = aClient({ parameters: { scope: 'a b', resource: 'r' } });
    expect(await authentication.tokenFacts(signal)).toEqual({ lifetimeSeconds: null, ends: null });
  });

  it('client_secret_basic, with id and secret as a form writes them', async () => {
    const authorization = `Basic ${Buffer.from('engine:a%3Ab+c%25%C3%A4').toString('base64')}`;
    nock(LOGIN, { reqheaders: { authorization } })
      .post('/oauth/token', form(grant))
      .query(true)
      .reply(200, { access_token: 'token-1' });
    const proof = { kind: 'clientSecret', secret: aSecret('a:b c%ä'), sentIn: 'header' } as const;
    const { authentication, signal } = aClient({ proof });
    await authentication.tokenFacts(signal);
  });

  it('an assertion of somebody else, issued for each request', async () => {
    let issued = 0;
    for (const assertion of ['jwt-1', 'jwt-2'])
      nock(LOGIN)
        .post(
          '/oauth/token',
          form({
            ...grant,
            client_id: 'engine',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: assertion,
          }),
        )
        .query(true)
        .reply(200, { access_token: `for-${assertion}`, expires_in: 3600 });
    const issue = async () => {
      issued += 1;
      return `jwt-${issued}`;
    };
    const { target, signal, secrets } = aClient({ proof: { kind: 'assertion', issue } });
    people('for-jwt-1', 401);
    people('for-jwt-2');
    await target.get('User', '1', signal);
    expect(secrets.redact('jwt-1 for-jwt-2')).toBe('*** ***');
  });

  it('a secret that was replaced, after the first was refused', async () => {
    nock(LOGIN)
      .post('/oauth/token', /client_secret=old-secret/)
      .query(true)
      .reply(401, { error: 'invalid_client' });
    nock(LOGIN)
      .post('/oauth/token', /client_secret=new-secret/)
      .query(true)
      .reply(200, { access_token: 'token-1' });
    const secret = aSecret('old-secret', 'new-secret');
    const { authentication, signal } = aClient({ proof: { kind: 'clientSecret', secret, sentIn: 'body' } });
    await authentication.tokenFacts(signal);
    expect(secret.rereads()).toBe(1);
  });
});

describe('no token', () => {
  const PLACE = 'The token request to http://login.test:8081/oauth/token';

  it.each([
    [
      400,
      { error: 'invalid_scope', error_description: 'No such scope: s3cret-1.' },
      'was refused with 400 (invalid_scope: No such scope: ***).',
    ],
    [401, { error: 'invalid_client' }, 'was refused with 401 (invalid_client).'],
    [403, '<html>s3cret-1</html>', 'was refused with 403.'],
    [404, '', 'was refused with 404.'],
    [
      200,
      '<html>Sign in</html>',
      'was answered with 200, but without a usable access_token. Check target.auth.tokenUrl.',
    ],
    [200, { error: 'invalid_client' }, 'was answered with 200 (invalid_client). Check target.auth.tokenUrl.'],
    [200, { access_token: 'with blank' }, 'was answered with 200, but without a usable access_token'],
    [200, { access_token: 'line\r\nX-Evil: 1' }, 'was answered with 200, but without a usable access_token'],
    [
      200,
      { access_token: 'token', token_type: 'DPoP' },
      'brought a token of the type DPoP; only Bearer tokens can be used.',
    ],
  ])('%i %j: refused, once', async (status, body, message) => {
    endpoint().reply(status, body);
    const { target, signal } = aClient();
    const fault = await faultOf(target.get('User', '1', signal));
    expect(fault.code).toBe('TargetTokenRefused');
    expect(fault.message).toContain(`${PLACE} ${message}`);
    expect(`${fault.message}${fault.stack}`).not.toMatch(/s3cret-1|t3nant-key/);
    expect(target.requests).toEqual({ scim: 0, tokens: 1 });
  });

  it.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (status) => {
    endpoint().reply(status, '', { location: 'http://elsewhere.test/token' });
    const { target, signal } = aClient();
    const fault = await faultOf(target.get('User', '1', signal));
    expect(fault).toMatchObject({ code: 'TargetTokenRefused' });
    expect(fault.message).toContain('Redirects are not followed');
  });

  it('an endpoint that keeps failing is asked three times', async () => {
    for (const status of [500, 502, 503]) endpoint().reply(status, { error: 'temporarily_unavailable' });
    const { target, clock, signal } = aClient();
    const fault = await faultOf(target.get('User', '1', signal));
    expect(fault.code).toBe('TargetTokenUnavailable');
    expect(fault.message).toBe(`${PLACE} was answered with 503 (temporarily_unavailable).`);
    expect(clock.slept).toEqual([1000, 2000]);
  });

  it('Retry-After is obeyed when it is short, and ends the job when it is long', async () => {
    endpoint().reply(429, '', { 'retry-after': '7' });
    issues('token-1');
    people('token-1');
    const patient = aClient();
    await patient.target.get('User', '1', patient.signal);
    expect(patient.clock.slept).toEqual([7000]);
    endpoint().reply(429, '', { 'retry-after': '3600' });
    const impatient = aClient();
    expect(await faultOf(impatient.target.get('User', '1', impatient.signal))).toMatchObject({
      code: 'TargetTokenUnavailable',
    });
    expect(impatient.clock.slept).toEqual([]);
  });

  it('what cannot be reached is named by its code', async () => {
    for (let tries = 0; tries < 3; tries += 1)
      endpoint().replyWithError(Object.assign(new Error('with s3cret-1'), { code: 'ECONNREFUSED' }));
    const { target, signal } = aClient();
    const fault = await faultOf(target.get('User', '1', signal));
    expect(fault).toMatchObject({ code: 'TargetTokenUnavailable', message: `${PLACE} failed: ECONNREFUSED.` });
  });

  it('an answer without end is cut off', async () => {
    for (let tries = 0; tries < 3; tries += 1) endpoint().reply(200, 'x'.repeat(300_000));
    const { target, signal } = aClient();
    expect((await faultOf(target.get('User', '1', signal))).message).toContain('more than 262144 bytes');
  });

  it('is asked for again by the next cycle', async () => {
    endpoint().reply(401, { error: 'invalid_client' });
    const { target, signal } = aClient();
    await faultOf(target.get('User', '1', signal));
    issues('token-1');
    people('token-1');
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
  });
});
