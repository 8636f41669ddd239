// Assertions that a client signs: what they claim, and that whoever has the public key can verify them.
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signAssertion } from '../../../src/target/client-assertion.ts';
import { makeClientCertificate } from '../../support/client-certificate.ts';

const NOW = new Date('2026-11-23T10:00:00Z');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
const KEYS = {
  rsa,
  p256: ec('P-256'),
  p384: ec('P-384'),
  p521: ec('P-521'),
  ed: generateKeyPairSync('ed25519').privateKey,
};
const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const common = {
  clientId: 'engine',
  audience: 'https://login.test/token',
  keyId: undefined,
  algorithm: undefined,
  now: NOW,
};

function parts(jwt: string) {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const decoded = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  return {
    head: decoded(head),
    claims: decoded(claims),
    signed: Buffer.from(`${head}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

describe('an assertion', () => {
  it.each([
    ['rsa', undefined, 'RS256'],
    ['rsa', 'RS512', 'RS512'],
    ['rsa', 'PS256', 'PS256'],
    ['p256', undefined, 'ES256'],
    ['p384', undefined, 'ES384'],
    ['p521', 'ES512', 'ES512'],
    ['ed', undefined, 'EdDSA'],
  ] as const)('by a key of the kind %s (%s) is signed by %s', (kind, algorithm, expected) => {
    const key = KEYS[kind];
    const { head, signed, signature } = parts(signAssertion({ ...common, pem: pemOf(key), algorithm }));
    expect(head).toEqual({ alg: expected, typ: 'JWT' });
    const publicKey = createPublicKey(key);
    const how = expected.startsWith('PS')
      ? { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
    const digest = expected === 'EdDSA' ? null : `sha${expected.slice(2)}`;
    expect(verify(digest, signed, how, signature)).toBe(true);
    expect(verify(digest, Buffer.concat([signed, Buffer.from('x')]), how, signature)).toBe(false);
  });

  it('is about the client, for the endpoint, for five minutes, and used once', () => {
    const make = () => parts(signAssertion({ ...common, pem: pemOf(rsa), keyId: 'k1' }));
    const { head, claims } = make();
    expect(head).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    const seconds = NOW.getTime() / 1000;
    expect(claims).toEqual({
      iss: 'engine',
      sub: 'engine',
      aud: 'https://login.test/token',
      jti: expect.any(String) as string,
      iat: seconds,
      exp: seconds + 300,
    });
    expect(make().claims['jti']).not.toBe(claims['jti']);
  });

  it('names the certificate of the key', async () => {
    const { certificate, privateKey } = await makeClientCertificate();
    const { head } = parts(signAssertion({ ...common, pem: `${certificate}\n${privateKey}` }));
    const fingerprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();
    expect(Buffer.from(String(head['x5t#S256']), 'base64url').toString('hex')).toBe(fingerprint);
  });

  it.each([
    ['rsa', 'ES256'],
    ['p256', 'RS256'],
    ['p256', 'ES384'],
    ['ed', 'RS256'],
  ] as const)('is not made by a key of the kind %s with %s', (kind, algorithm) => {
    expect(() => signAssertion({ ...common, pem: pemOf(KEYS[kind]), algorithm })).toThrow(
      expect.objectContaining({ code: 'ConfigurationInvalid' }),
    );
  });
});
