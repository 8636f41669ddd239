import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOUDS } from '../../../src/source/clouds.ts';
import { grantedRoles } from '../../../src/source/connection-test.ts';
import { isOwnLink } from '../../../src/source/pages.ts';
import { GRAPH_PERMISSIONS, isGranted, PERMISSION_NAMES } from '../../../src/source/permissions.ts';
import { deltaPath, membersPath, objectPath } from '../../../src/source/queries.ts';
import { claimsChallenge } from '../../../src/source/transport.ts';

describe('queries', () => {
  it('selects each property once, the relation last', () => {
    expect(deltaPath('user', ['mail', 'displayName', 'mail'], true, 'latest')).toBe(
      '/users/delta?$select=id,accountEnabled,displayName,userPrincipalName,userType,mail,manager&$deltatoken=latest',
    );
    expect(deltaPath('group', [], false, 'beginning')).toBe('/groups/delta?$select=id,displayName');
  });

  it('never lets an id or a property out of its place', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (id, name) => {
        const url = new URL(`https://graph.example/v1.0${objectPath('user', `x${id}`, [name], true)}`);
        expect(url.pathname.split('/')).toHaveLength(4);
        expect([...url.searchParams.keys()]).toEqual(['$select', '$expand']);
        expect(url.hash).toBe('');
        expect(new URL(`https://graph.example${membersPath(`x${id}`, 'direct')}`).pathname).toMatch(/\/members$/);
      }),
    );
  });
});

describe('links', () => {
  it.each([
    ['https://graph.microsoft.com/v1.0/users/delta?$skiptoken=1', true],
    ['https://graph.microsoft.com:443/v1.0/users', true],
    ['https://GRAPH.microsoft.com/v1.0/users', true],
    ['https://graph.microsoft.com:8443/v1.0/users', false],
    ['http://graph.microsoft.com/v1.0/users', false],
    ['https://graph.microsoft.com@evil.example/', false],
    ['https://user@graph.microsoft.com/v1.0/users', false],
    ['//graph.microsoft.com/v1.0/users', false],
    ['', false],
  ])('%s: %s', (link, own) => {
    expect(isOwnLink(link, 'https://graph.microsoft.com')).toBe(own);
  });
});

describe('clouds', () => {
  it('keep scope and Graph together', () => {
    for (const cloud of Object.values(CLOUDS)) {
      expect(cloud.scope).toBe(`${cloud.graphBaseUrl}/.default`);
      expect(new URL(cloud.graphBaseUrl).origin).toBe(cloud.graphBaseUrl);
      expect(new URL(cloud.authorityHost).origin).toBe(cloud.authorityHost);
    }
  });
});

describe('permissions', () => {
  it('are each granted by themselves and by Directory.Read.All, by nothing unrelated', () => {
    for (const name of PERMISSION_NAMES) {
      expect(isGranted(name, [name])).toBe(true);
      expect(isGranted(name, ['Directory.Read.All'])).toBe(true);
      expect(isGranted(name, ['Mail.Read', ...PERMISSION_NAMES.filter((each) => each !== name)])).toBe(false);
      expect(GRAPH_PERMISSIONS[name].roleId).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('tokens and challenges', () => {
  const jwt = (payload: string) => `e30.${Buffer.from(payload).toString('base64url')}.c2ln`;

  it.each([
    ['opaque', undefined],
    ['a.b.c', undefined],
    [jwt('[]'), undefined],
    [jwt('{}'), []],
    [jwt('{"roles":["A",1]}'), ['A']],
  ])('roles of %s', (token, roles) => {
    expect(grantedRoles(token)).toEqual(roles);
  });

  const encoded = Buffer.from('{"access_token":{}}').toString('base64');
  it.each([
    [`Bearer realm="", error="insufficient_claims", claims="${encoded}"`, '{"access_token":{}}'],
    ['Bearer realm=""', undefined],
    ['Bearer claims="bm90IGpzb24="', undefined],
    [null, undefined],
  ])('claims of %s', (header, claims) => {
    expect(claimsChallenge(header)).toBe(claims);
  });
});
