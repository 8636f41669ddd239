// What single answers mean: statuses, bodies of every habit, and what reaches the wire.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobFault } from '../../../src/model/errors.ts';
import type { ScimTargetOptions } from '../../../src/target/scim-target.ts';
import { aSecret } from '../../support/a-secret.ts';
import { aTarget, TOKEN } from './target-setup.ts';

const HOST = 'http://scim.test:8080';
const error = (status: number, scimType: string | undefined, detail: unknown) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  scimType,
  detail,
});
const list = (...Resources: object[]) => ({ totalResults: Resources.length, Resources });

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  expect(pending).toEqual([]);
});

async function faultOf(promise: Promise<unknown>): Promise<JobFault> {
  try {
    await promise;
  } catch (fault) {
    if (fault instanceof JobFault) return fault;
    throw fault;
  }
  throw new Error('no fault was thrown');
}

describe('what reaches the wire', () => {
  it('sends the token, the media types and an encoded filter, and no query of the base URL', async () => {
    nock(HOST, {
      reqheaders: {
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/scim+json, application/json',
        'user-agent': 'scimsync',
      },
    })
      .get('/scim/v2/Users?filter=userName%20eq%20%22a%2Bb%20%5C%22x%5C%22%26c%22')
      .reply(200, list());
    const { target, signal } = aTarget({ baseUrl: `${HOST}/scim/v2/?aadOptscim062020#x` });
    expect(await target.find('User', 'userName', 'a+b "x"&c', signal)).toEqual({ ok: true, value: [] });
    expect(target.requests).toEqual({ scim: 1, tokens: 0 });
  });

  it.each([['application/scim+json' as const], ['application/json' as const]])(
    'sends bodies as %s when the profile says so',
    async (contentType) => {
      nock(HOST, { reqheaders: { 'content-type': contentType } })
        .post('/scim/v2/Users', { userName: 'ä' })
        .reply(201, { id: '1', userName: 'ä' });
      const { target, signal } = aTarget({ profile: { contentType } });
      expect(await target.create('User', { userName: 'ä' }, signal)).toEqual({
        ok: true,
        value: { id: '1', userName: 'ä' },
      });
    },
  );

  it('encodes ids in paths', async () => {
    nock(HOST).get('/scim/v2/Users/a%2Fb%3Fc%20d').reply(200, { id: 'a/b?c d' });
    const { target, signal } = aTarget();
    expect(await target.get('User', 'a/b?c d', signal)).toMatchObject({ ok: true });
  });

  it('never lets an id of dots name another resource', async () => {
    nock(HOST).delete('/scim/v2/Users/%252E%252E').reply(404);
    const { target, signal } = aTarget();
    expect(await target.remove('User', '..', signal)).toEqual({ ok: true, value: 'absent' });
  });

  it('asks for the token again with every request', async () => {
    let number = 0;
    nock(HOST, { reqheaders: { authorization: 'Bearer t1' } })
      .get('/scim/v2/Users/1')
      .reply(200, { id: '1' });
    nock(HOST, { reqheaders: { authorization: 'Bearer t2' } })
      .get('/scim/v2/Users/1')
      .reply(200, { id: '1' });
    const read = async () => {
      number += 1;
      return `t${number}`;
    };
    const { target, signal } = aTarget({ token: { read, reread: async () => undefined } });
    await target.get('User', '1', signal);
    await target.get('User', '1', signal);
  });

  it('does not send an empty PATCH', async () => {
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [], signal)).toEqual({ ok: true, value: null });
    expect(target.requests.scim).toBe(0);
  });

  it('sends a PATCH with schema and operations', async () => {
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    };
    nock(HOST).patch('/scim/v2/Users/1', body).reply(204);
    const { target, signal } = aTarget();
    const operations = [{ op: 'replace', path: 'active', value: false }] as const;
    expect(await target.patch('User', '1', operations, signal)).toEqual({ ok: true, value: null });
  });

  it('refuses a token that cannot be a header without showing it', async () => {
    const { target, signal } = aTarget({ token: aSecret('abc\r\nX-Injected: 1') });
    const fault = await faultOf(target.get('User', '1', signal));
    expect(fault.code).toBe('TargetCredentialsInvalid');
    expect(fault.message).not.toContain('abc');
  });

  it('tells the observer of every request, without values', async () => {
    nock(HOST).get('/scim/v2/Users/secret-id').reply(404);
    const seen: unknown[] = [];
    const observe: ScimTargetOptions['observe'] = (record) => seen.push(record);
    const { target, signal } = aTarget({ observe });
    await target.get('User', 'secret-id', signal);
    expect(seen).toEqual([{ method: 'GET', endpoint: 'Users', status: 404, failure: null, milliseconds: 0 }]);
  });
});

describe('refusals of one object', () => {
  it.each([
    [400, error(400, 'invalidValue', 'no'), 'InvalidValue'],
    [400, error(400, 'invalidPath', 'no'), 'SchemaAttributeNotFound'],
    [400, error(400, 'uniqueness', 'taken'), 'EntryConflict'],
    [400, '', 'InvalidValue'],
    [403, error(403, undefined, 'no'), 'InsufficientRights'],
    [405, '', 'MethodNotAllowed'],
    [409, error(409, 'uniqueness', 'taken'), 'EntryConflict'],
    [409, { status: 409, detail: ['taken', 'really'] }, 'EntryConflict'],
    [412, '', 'UnprocessableEntity'],
    [413, '', 'UnprocessableEntity'],
    [418, '', 'UnprocessableEntity'],
    [422, '', 'UnprocessableEntity'],
    [500, 'Traceback (most recent call last)', 'InternalServerError'],
    [501, '', 'NotImplemented'],
    [402, '', 'LicenseLimitExceeded'],
    [503, '', 'InternalServerError'],
  ])('POST answered %i %j is the fault %s', async (status, body, code) => {
    nock(HOST).post('/scim/v2/Users').reply(status, body);
    const { target, signal } = aTarget();
    const result = await target.create('User', { userName: 'a' }, signal);
    expect(result).toMatchObject({ ok: false, fault: { code, status } });
    const ambiguous = result.ok ? undefined : result.fault.ambiguous;
    expect(ambiguous).toBe(status >= 500 && status !== 501 ? true : undefined);
    expect(target.requests.scim).toBe(1);
  });

  it.each([
    [
      'SCIM',
      error(409, 'uniqueness', 'userName is taken'),
      'The target answered 409 (uniqueness) to POST /Users: userName is taken.',
    ],
    ['a list as detail', { detail: ['first', 'second'] }, 'The target answered 409 to POST /Users: first; second.'],
    [
      'JSON:API',
      { errors: [{ status: '409', title: 'Taken', detail: 'name in use' }] },
      'The target answered 409 to POST /Users: name in use.',
    ],
    ['nested error', { error: { code: 1, message: 'in use' } }, 'The target answered 409 to POST /Users: in use.'],
    ['nothing', '', 'The target answered 409 to POST /Users without explanation.'],
    ['text', 'already there', 'The target answered 409 to POST /Users: already there.'],
    [
      'HTML',
      '<!DOCTYPE html><html><style>p{}</style><body><h1>Conflict</h1></body>',
      'The target answered 409 to POST /Users: Conflict.',
    ],
  ])('explains an error body of the kind: %s', async (_kind, body, message) => {
    nock(HOST).post('/scim/v2/Users').reply(409, body);
    const { target, signal } = aTarget();
    const result = await target.create('User', {}, signal);
    expect(result.ok ? '' : result.fault.message).toBe(message);
  });

  // spec: secrets
  it('shows at most 300 characters of an answer, on one line, without secrets', async () => {
    const said = `bad\r\n\u0000\u001b[31m token ${TOKEN} Bearer abcdefgh1 {"password": "hunter2"} ${'x'.repeat(5000)}`;
    nock(HOST).post('/scim/v2/Users').reply(400, said);
    const { target, signal } = aTarget();
    const result = await target.create('User', {}, signal);
    const message = result.ok ? '' : result.fault.message;
    expect(message).toContain('bad [31m token *** Bearer *** {"password": "***"} xxx');
    expect(message.length).toBeLessThan(360);
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});

describe('success that cannot be used', () => {
  it.each([
    [201, ''],
    [201, {}],
    [201, { id: '' }],
    [201, { id: '..' }],
    [200, { id: null }],
    [202, { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], id: '1' }],
    [201, '<html>ok</html>'],
    [204, undefined],
  ])('POST answered %i %j is IncompatibleAnswer, and ambiguous', async (status, body) => {
    nock(HOST).post('/scim/v2/Users').reply(status, body);
    const { target, signal } = aTarget();
    expect(await target.create('User', {}, signal)).toMatchObject({
      ok: false,
      fault: { code: 'IncompatibleAnswer', ambiguous: true, status },
    });
  });

  it('reads JSON whatever the content type says, with a byte order mark, and a numeric id', async () => {
    nock(HOST).post('/scim/v2/Users').reply(201, '\uFEFF{"id": 42}', { 'content-type': 'text/plain' });
    const { target, signal } = aTarget();
    expect(await target.create('User', {}, signal)).toEqual({ ok: true, value: { id: '42' } });
  });

  it('does not believe a GET that answers another resource', async () => {
    nock(HOST).get('/scim/v2/Users/1').reply(200, { id: '2' });
    const { target, signal } = aTarget();
    expect(await target.get('User', '1', signal)).toMatchObject({ ok: false, fault: { code: 'IncompatibleAnswer' } });
  });

  it('answers the resource of a PATCH, and null when there is none', async () => {
    nock(HOST).patch('/scim/v2/Users/1').reply(200, { id: '1', title: 'x' });
    nock(HOST).patch('/scim/v2/Users/1').reply(200, 'OK');
    const { target, signal } = aTarget();
    const operations = [{ op: 'add', path: 'title', value: 'x' }] as const;
    expect(await target.patch('User', '1', operations, signal)).toEqual({ ok: true, value: { id: '1', title: 'x' } });
    expect(await target.patch('User', '1', operations, signal)).toEqual({ ok: true, value: null });
  });
});

describe('not found', () => {
  it('is null for GET and absence for DELETE', async () => {
    nock(HOST).get('/scim/v2/Users/1').reply(404).delete('/scim/v2/Users/1').reply(404);
    const { target, signal } = aTarget();
    expect(await target.get('User', '1', signal)).toEqual({ ok: true, value: null });
    expect(await target.remove('User', '1', signal)).toEqual({ ok: true, value: 'absent' });
  });

  it('is a lost link for PATCH', async () => {
    nock(HOST)
      .patch('/scim/v2/Users/1')
      .reply(404, error(404, undefined, 'gone'));
    const { target, signal } = aTarget();
    const result = await target.patch('User', '1', [{ op: 'add', path: 'title', value: 'x' }], signal);
    expect(result).toMatchObject({ ok: false, fault: { code: 'InvalidAnchor', status: 404 } });
  });

  it.each([
    ['200 with a body', 200, { id: '1' }],
    ['200 with text', 200, 'deleted'],
    ['204', 204, undefined],
    ['202', 202, undefined],
  ])('DELETE accepts %s', async (_what, status, body) => {
    nock(HOST).delete('/scim/v2/Users/1').reply(status, body);
    const { target, signal } = aTarget();
    expect(await target.remove('User', '1', signal)).toEqual({ ok: true, value: 'removed' });
  });
});

describe('faults of the job', () => {
  it.each([
    [401, error(401, undefined, 'expired'), {}, 'TargetCredentialsInvalid', 'expired'],
    [404, '', {}, 'TargetIncompatible', 'without /Users'],
    [200, '<html><body>Sign in</body></html>', { 'content-type': 'text/html' }, 'TargetIncompatible', 'Sign in'],
    [200, 'hello', {}, 'TargetIncompatible', 'not SCIM'],
    [200, { hello: 1 }, {}, 'TargetIncompatible', 'not SCIM'],
    [302, '', { location: 'https://login.test/x?state=s3cret' }, 'TargetIncompatible', 'https://login.test/x (302)'],
  ])('a filter answered %i %j', async (status, body, headers, code, part) => {
    nock(HOST).get(/Users/).reply(status, body, headers);
    const { target, signal } = aTarget();
    const fault = await faultOf(target.find('User', 'userName', 'ana@example.test', signal));
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(part);
    expect(fault.message).not.toMatch(/s3cret|ana@example/);
  });

  it('advises about groups when /Groups does not exist', async () => {
    nock(HOST)
      .get(/Groups/)
      .reply(404);
    const { target, signal } = aTarget();
    expect((await faultOf(target.find('Group', 'displayName', 'g', signal))).message).toContain('groups: false');
  });

  it('a creation at an endpoint that does not exist', async () => {
    nock(HOST).post('/scim/v2/Users').reply(404);
    const { target, signal } = aTarget();
    expect((await faultOf(target.create('User', {}, signal))).code).toBe('TargetIncompatible');
  });

  it('a web page with status 200 for one object', async () => {
    const page = '<html>Sign in</html>';
    nock(HOST).get('/scim/v2/Users/1').reply(200, page).delete('/scim/v2/Users/1').reply(200, page);
    const { target, signal } = aTarget();
    expect((await faultOf(target.get('User', '1', signal))).code).toBe('TargetIncompatible');
    expect((await faultOf(target.remove('User', '1', signal))).code).toBe('TargetIncompatible');
  });
});
