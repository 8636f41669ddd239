// A token that is refused: read again where it is kept, and tried once more when it was replaced.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { secretProvider } from '../../../src/config/secret-provider.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { aSecret } from '../../support/a-secret.ts';
import { aTarget } from './target-setup.ts';

const HOST = 'http://scim.test:8080';
const bearing = (token: string) => nock(HOST, { reqheaders: { authorization: `Bearer ${token}` } });

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  expect(pending).toEqual([]);
});

describe('a refused token', () => {
  it('that was replaced: the request is sent once more, a write as well', async () => {
    bearing('old-token').post('/scim/v2/Users', { userName: 'a' }).reply(401);
    bearing('new-token').post('/scim/v2/Users', { userName: 'a' }).reply(201, { id: '1' });
    bearing('new-token').get('/scim/v2/Users/1').reply(200, { id: '1' });
    const token = aSecret('old-token', 'new-token');
    const { target, signal } = aTarget({ token });
    expect(await target.create('User', { userName: 'a' }, signal)).toMatchObject({ ok: true });
    expect(await target.get('User', '1', signal)).toMatchObject({ ok: true });
    expect(target.requests.scim).toBe(3);
    expect(token.rereads()).toBe(1);
  });

  it('that is the same as before: TargetCredentialsInvalid after one request', async () => {
    bearing('old-token').get('/scim/v2/Users/1').reply(401);
    const { target, signal } = aTarget({ token: aSecret('old-token') });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
    expect(target.requests.scim).toBe(1);
  });

  it('whose successor is refused too: TargetCredentialsInvalid after two, although there is a third', async () => {
    bearing('token-1').get('/scim/v2/Users/1').reply(401);
    bearing('token-2').get('/scim/v2/Users/1').reply(401);
    const { target, signal } = aTarget({ token: aSecret('token-1', 'token-2', 'token-3') });
    await expect(target.get('User', '1', signal)).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
  });

  it('of many requests at once is read again once', async () => {
    bearing('old-token').get(/Users/).times(5).reply(401);
    bearing('new-token').get(/Users/).times(5).reply(200, { id: '1' });
    const values = ['old-token', 'new-token'];
    let readings = 0;
    const load = async () => {
      readings += 1;
      return values.shift() ?? 'too often';
    };
    const { target, signal } = aTarget({
      token: secretProvider(load, () => undefined),
      profile: { concurrency: 5 },
    });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => target.get('User', '1', signal)));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(readings).toBe(2);
  });
});

// spec: secrets
describe('what a target says about tokens', () => {
  const secrets = createSecretValues();
  secrets.remember('a/b+c"d secret');

  it.each([
    ['The request carries no valid bearer token.', 'The request carries no valid bearer token.'],
    ['Use Bearer authentication', 'Use Bearer authentication'],
    ['got Bearer eyJhbGciOi.J9', 'got Bearer ***'],
    ['{"detail":"token a/b+c\\"d secret is wrong"}', 'token *** is wrong'],
    ['no JSON: a/b+c\\"d secret', 'no JSON: ***'],
    ['?token=a%2Fb%2Bc%22d%20secret&x', '?token=***&x'],
  ])('%s', async (said, shown) => {
    nock(HOST).get(/Users/).reply(401, said);
    const { target, signal } = aTarget({ redact: secrets.redact });
    const fault = target.get('User', '1', signal);
    await expect(fault).rejects.toThrow(shown);
    await expect(fault).rejects.not.toThrow('secret is');
  });
});
