import { constants, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { judgeAssertion } from '../../../src/sandbox/entra/client-assertion.ts';
import { makeClientCertificate } from '../../support/client-certificate.ts';

const expected = { clientId: 'app', audience: 'https://login.example/token', now: new Date('2026-03-01T08:00:00Z') };
const seconds = expected.now.getTime() / 1000;
const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const federated = {
  issuer: 'https://k8s.example',
  subject: 'scimsync',
  publicKey: issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
};

let own: Awaited<ReturnType<typeof makeClientCertificate>>;
let thumbprint: string;
beforeAll(async () => {
  own = await makeClientCertificate();
  const digits = new X509Certificate(own.certificate).fingerprint256.replaceAll(':', '');
  thumbprint = Buffer.from(digits, 'hex').toString('base64url');
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function ofCertificate(claims: object = {}, alg = 'PS256', header: object = {}): string {
  const body = { aud: expected.audience, iss: 'app', sub: 'app', exp: seconds + 60, nbf: seconds, ...claims };
  const text = `${encode({ alg, 'x5t#S256': thumbprint, ...header })}.${encode(body)}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const key = { key: own.privateKey, ...(alg === 'PS256' ? pss : {}) };
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

function ofIssuer(claims: object = {}): string {
  const body = { aud: 'api://AzureADTokenExchange', iss: 'https://k8s.example', sub: 'scimsync', exp: seconds + 60 };
  const text = `${encode({ alg: 'RS256' })}.${encode({ ...body, ...claims })}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), issuer.privateKey).toString('base64url')}`;
}

/** The number of the refusal; 0 when the assertion is accepted. */
function codeOf(assertion: string, trust: { certificates?: string[]; federated?: (typeof federated)[] } = {}): number {
  const all = { certificates: [own.certificate], federated: [federated], ...trust };
  return judgeAssertion(assertion, all, expected)?.code ?? 0;
}

describe('a client assertion', () => {
  test.each([
    ['PS256', () => ofCertificate(), 0],
    ['RS256', () => ofCertificate({}, 'RS256'), 0],
    ['of a federated issuer', () => ofIssuer(), 0],
    ['that is no JWT', () => 'abc', 50027],
    ['without a signature method', () => ofCertificate({}, 'RS256', { alg: 'none' }), 50027],
    ['that has expired', () => ofCertificate({ exp: seconds }), 700024],
    ['that begins in an hour', () => ofCertificate({ nbf: seconds + 3600 }), 700024],
    ['for another endpoint', () => ofCertificate({ aud: 'https://other.example' }), 700023],
    ['of another certificate', () => ofCertificate({}, 'PS256', { 'x5t#S256': 'other' }), 700027],
    ['with another signature method than it says', () => ofCertificate({}, 'RS256', { alg: 'PS256' }), 700027],
    ['that was changed', () => `${ofCertificate().slice(0, -8)}AAAAAAAA`, 700027],
    ['of an issuer that nobody trusts', () => ofIssuer({ iss: 'https://other.example' }), 70021],
    ['of another subject', () => ofIssuer({ sub: 'other' }), 70021],
    ['for another audience', () => ofIssuer({ aud: expected.audience }), 70021],
  ])('%s', (_, make, code) => {
    expect(codeOf(make())).toBe(code);
  });

  test('of a certificate or an issuer that is not registered', () => {
    expect(codeOf(ofCertificate(), { certificates: [] })).toBe(700027);
    expect(codeOf(ofIssuer(), { federated: [] })).toBe(70021);
  });
});
