import { describe, expect, it } from 'vitest';
import { credentialExpiry, expiringCredentials, expiryText } from '../../../src/rules/credential-expiry.ts';

const EXPIRES = '2027-05-31';
const SOON = { fromEnv: 'SECRET', expires: EXPIRES };
const OAUTH = {
  type: 'oauth2ClientCredentials',
  tokenUrl: 'https://login.example/token',
  clientId: 'engine',
  sendSecretIn: 'body',
  parameters: {},
} as const;

describe('credentialExpiry', () => {
  it.each([
    ['2027-04-30T23:59:59Z', null],
    ['2027-05-01T00:00:00Z', { daysLeft: 30, level: 30 }],
    ['2027-05-16T23:59:59Z', { daysLeft: 15, level: 30 }],
    ['2027-05-17T00:00:00Z', { daysLeft: 14, level: 14 }],
    ['2027-05-24T08:00:00Z', { daysLeft: 7, level: 7 }],
    ['2027-05-29T12:00:00Z', { daysLeft: 2, level: 7 }],
    ['2027-05-30T00:00:00Z', { daysLeft: 1, level: 1 }],
    ['2027-05-31T23:59:59Z', { daysLeft: 0, level: 1 }],
    ['2027-06-01T00:00:00Z', { daysLeft: -1, level: 'past' }],
    ['2028-06-01T00:00:00Z', { daysLeft: -367, level: 'past' }],
  ])('at %s', (now, expected) => {
    expect(credentialExpiry(EXPIRES, new Date(now))).toEqual(expected);
  });
});

describe('expiringCredentials', () => {
  const target = (expires?: string) => ({
    target: {
      baseUrl: 'https://scim.example',
      auth: { type: 'bearer' as const, token: { fromEnv: 'TOKEN', ...(expires === undefined ? {} : { expires }) } },
      timeoutSeconds: 60,
    },
  });
  const now = new Date('2027-05-20T10:00:00Z');

  it('names what ends soon, most urgent first', () => {
    const job = { ...target('2027-06-10'), heartbeat: { url: { fromFile: 'hc', expires: '2027-05-01' } } };
    const source = { clientSecret: { fromEnv: 'SECRET', expires: EXPIRES } };
    expect(expiringCredentials(job, source, now)).toEqual([
      { what: 'heartbeat.url', expires: '2027-05-01', daysLeft: -19, level: 'past' },
      { what: 'source.clientSecret', expires: EXPIRES, daysLeft: 11, level: 14 },
      { what: 'target.auth.token', expires: '2027-06-10', daysLeft: 21, level: 30 },
    ]);
  });

  it.each([
    ['target.auth.password', { auth: { type: 'basic', username: 'a', password: SOON } }],
    ['target.auth.clientSecret', { auth: { ...OAUTH, clientSecret: SOON } }],
    ['target.auth.privateKeyJwt', { auth: { ...OAUTH, privateKeyJwt: { file: 'key.pem', expires: EXPIRES } } }],
    ['target.auth.privateKeyJwt.password', { auth: { ...OAUTH, privateKeyJwt: { file: 'key.pem', password: SOON } } }],
    ['target.headers.X-Api-Key', { auth: { type: 'none' }, headers: { 'X-Api-Key': SOON } }],
    [
      'target.clientCertificate',
      { auth: { ...OAUTH, mtls: {} }, clientCertificate: { file: 'tls.pem', expires: EXPIRES } },
    ],
    [
      'target.clientCertificate.password',
      { auth: { type: 'none' }, clientCertificate: { file: 'tls.pem', password: SOON } },
    ],
  ] as const)('names %s', (what, settings) => {
    const job = { target: { baseUrl: 'https://scim.example', timeoutSeconds: 60, ...settings } };
    expect(expiringCredentials(job, undefined, now)).toEqual([{ what, expires: EXPIRES, daysLeft: 11, level: 14 }]);
  });

  it('says nothing about credentials without a date, or with time left', () => {
    expect(expiringCredentials(target(), { clientSecret: { fromEnv: 'SECRET' } }, now)).toEqual([]);
    expect(expiringCredentials(target('2030-01-01'), undefined, now)).toEqual([]);
  });
});

describe('expiryText', () => {
  it.each([
    [11, 'source.clientSecret expires in 11 days (2027-05-31)'],
    [1, 'source.clientSecret expires in 1 day (2027-05-31)'],
    [0, 'source.clientSecret expires today (2027-05-31)'],
    [-3, 'source.clientSecret expired on 2027-05-31'],
  ])('with %d days left', (daysLeft, text) => {
    expect(expiryText({ what: 'source.clientSecret', expires: EXPIRES, daysLeft })).toBe(text);
  });
});
