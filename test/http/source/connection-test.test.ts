import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GRAPH, graphError, LOGIN, NEVER, serveTokens, TENANT, testSource } from './graph-world.ts';

const principal = {
  id: 'sp',
  appId: 'app',
  displayName: 'Peakon',
  accountEnabled: true,
  appRoles: [{ id: 'r', value: null, displayName: 'User', isEnabled: true, allowedMemberTypes: ['User'] }],
};

function serveJwt(roles: string[]): void {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'RS256' })}.${part({ aud: GRAPH, roles })}.c2ln`;
  nock(LOGIN)
    .post(`/${TENANT}/oauth2/v2.0/token`)
    .query(true)
    .reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: token });
}

function servePrincipal(status = 200, body: object = principal): void {
  nock(GRAPH)
    .get(/\/servicePrincipals\/sp\?/)
    .reply(status, body as nock.Body);
}

function serveJobs(status: number, body: object): void {
  nock(GRAPH)
    .get('/v1.0/servicePrincipals/sp/synchronization/jobs')
    .reply(status, body as nock.Body);
}

const REFUSED = graphError('Authorization_RequestDenied');

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('test-connection of a source', () => {
  it('is content with the grant set', async () => {
    serveJwt(['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All']);
    servePrincipal();
    serveJobs(403, REFUSED);
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => [each.name, each.ok])).toEqual([
      ['token', true],
      ['service principal', true],
      ['User.Read.All', true],
      ['GroupMember.Read.All', true],
      ['Application.Read.All', true],
      ['Entra provisioning', null],
    ]);
    expect(checks[5]?.detail).toBe(
      'needs Synchronization.Read.All (optional; role id 5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce).',
    );
    expect(checks[1]?.detail).toBe('Peakon (1 app role(s) for users).');
  });

  it('names each missing permission with its role id', async () => {
    serveJwt(['Group.Read.All']);
    servePrincipal(403, graphError('Authorization_RequestDenied'));
    serveJobs(403, REFUSED);
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([true, false, false, true, false, null]);
    // The message names the permission; the advice does not say it again.
    expect(checks[1]?.advice).toBeUndefined();
    expect(checks[2]?.advice).toContain('df021288-bdef-4463-88db-98f22de89214');
    expect(checks[3]?.detail).toBe('Granted by Group.Read.All.');
    expect(checks[4]?.detail).toContain('9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30');
  });

  it('tries a cheap request each when the token is opaque', async () => {
    serveTokens();
    servePrincipal();
    serveJobs(403, REFUSED);
    nock(GRAPH).get('/v1.0/users?$select=id&$top=1').reply(200, { value: [] });
    nock(GRAPH)
      .get('/v1.0/groups?$select=id&$top=1')
      .reply(403, graphError('Authorization_RequestDenied') as nock.Body);
    nock(GRAPH).get('/v1.0/servicePrincipals?$select=id&$top=1').reply(200, { value: [] });
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([true, true, true, false, true, null]);
    expect(checks[3]?.detail).toContain('98830695-27a2-44f7-8c18-0c3ebc9698f6');
  });

  it('checks nothing else without a token', async () => {
    nock(LOGIN)
      .post(`/${TENANT}/oauth2/v2.0/token`)
      .query(true)
      .reply(401, { error: 'invalid_client', error_description: 'AADSTS7000222: expired', error_codes: [7000222] });
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([false, null, null, null, null, null]);
    expect(checks[0]?.detail).toContain('SourceSecretExpired');
    expect(checks[0]?.advice).toContain('new client secret');
    expect(source.requests.graph).toBe(0);
  });

  it('points at the object id when the enterprise application is unknown', async () => {
    serveJwt(['Directory.Read.All']);
    servePrincipal(404, graphError('Request_ResourceNotFound'));
    serveJobs(404, graphError('Request_ResourceNotFound'));
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([true, false, true, true, true, null]);
    expect(checks[1]?.advice).toContain('servicePrincipalId');
  });

  it('names a provisioning job of Entra that runs, and passes over one that is paused', async () => {
    serveJwt(['Directory.Read.All', 'Synchronization.Read.All']);
    servePrincipal();
    const job = (id: string, state: string, code: string) => ({
      id,
      templateId: 'scim',
      schedule: { state },
      status: { code },
    });
    serveJobs(200, { value: [job('scim.1', 'Active', 'Active'), job('scim.2', 'Disabled', 'Paused')] });
    const { source } = testSource();
    const check = (await source.testConnection('sp', NEVER)).at(-1);
    expect(check).toMatchObject({
      ok: true,
      detail: 'Microsoft Entra provisions this application as well: job scim.1 (scim, Active).',
    });
    expect(check?.advice).toContain('Two writers');
  });

  it.each([
    [200, { value: [] }, true, 'Microsoft Entra does not provision this application.'],
    [
      200,
      { value: [{ id: 'scim.2', status: { code: 'Paused' } }] },
      true,
      'Microsoft Entra does not provision this application.',
    ],
    [200, { nothing: 1 }, null, 'no usable list'],
    [503, graphError('ServiceUnavailable'), null, 'SourceUnreachable'],
  ])('an answer of %i with %j about Entra is judged without asking again', async (status, body, ok, said) => {
    serveJwt(['Directory.Read.All', 'Synchronization.Read.All']);
    servePrincipal();
    serveJobs(status, body);
    const { source, clock } = testSource();
    const check = (await source.testConnection('sp', NEVER)).at(-1);
    expect(check?.ok).toBe(ok);
    expect(check?.detail).toContain(said);
    expect(clock.sleeps).toEqual([]);
  });
});
