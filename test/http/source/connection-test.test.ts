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

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('test-connection of a source', () => {
  it('is content with the grant set', async () => {
    serveJwt(['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All']);
    servePrincipal();
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => [each.name, each.ok])).toEqual([
      ['token', true],
      ['service principal', true],
      ['User.Read.All', true],
      ['GroupMember.Read.All', true],
      ['Application.Read.All', true],
    ]);
    expect(checks[1]?.detail).toBe('Peakon (1 app role(s) for users).');
  });

  it('names each missing permission with its role id', async () => {
    serveJwt(['Group.Read.All']);
    servePrincipal(403, graphError('Authorization_RequestDenied'));
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([true, false, false, true, false]);
    expect(checks[2]?.advice).toContain('df021288-bdef-4463-88db-98f22de89214');
    expect(checks[3]?.detail).toBe('Granted by Group.Read.All.');
    expect(checks[4]?.detail).toContain('9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30');
  });

  it('tries a cheap request each when the token is opaque', async () => {
    serveTokens();
    servePrincipal();
    nock(GRAPH).get('/v1.0/users?$select=id&$top=1').reply(200, { value: [] });
    nock(GRAPH)
      .get('/v1.0/groups?$select=id&$top=1')
      .reply(403, graphError('Authorization_RequestDenied') as nock.Body);
    nock(GRAPH).get('/v1.0/servicePrincipals?$select=id&$top=1').reply(200, { value: [] });
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([true, true, true, false, true]);
    expect(checks[3]?.detail).toContain('98830695-27a2-44f7-8c18-0c3ebc9698f6');
  });

  it('checks nothing else without a token', async () => {
    nock(LOGIN)
      .post(`/${TENANT}/oauth2/v2.0/token`)
      .query(true)
      .reply(401, { error: 'invalid_client', error_description: 'AADSTS7000222: expired', error_codes: [7000222] });
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([false, false, false, false, false]);
    expect(checks[0]?.detail).toContain('SourceSecretExpired');
    expect(checks[0]?.advice).toContain('new client secret');
    expect(source.requests.graph).toBe(0);
  });

  it('points at the object id when the enterprise application is unknown', async () => {
    serveJwt(['Directory.Read.All']);
    servePrincipal(404, graphError('Request_ResourceNotFound'));
    const { source } = testSource();
    const checks = await source.testConnection('sp', NEVER);
    expect(checks.map((each) => each.ok)).toEqual([true, false, true, true, true]);
    expect(checks[1]?.advice).toContain('servicePrincipalId');
  });
});
