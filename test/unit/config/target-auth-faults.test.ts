// Kinds of authentication to a target: what is accepted, and what is wrong with the others, each at its place.
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTargetExpiry } from '../../../src/config/check-certificate.ts';
import { makeClientCertificate } from '../../support/client-certificate.ts';
import { allFaults, JOB_HEAD, MAIN, temporaryConfiguration, USER_MAPPING } from './temporary-configuration.ts';

const BEARER = '  auth: { type: bearer, token: { fromEnv: TOKEN } }\n';
const OAUTH = 'type: oauth2ClientCredentials, tokenUrl: "https://login.example.com/token", clientId: c';
const SECRET = 'clientSecret: { fromEnv: TOKEN }';
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });

/** Faults and warnings of a job whose target says this instead of a bearer token. */
async function findings(target: string): Promise<string[]> {
  const job = `${JOB_HEAD.replace(BEARER, target)}${USER_MAPPING}`;
  const { certificate, privateKey } = await CERTIFICATE;
  const configuration = await temporaryConfiguration({
    'scimsync.yaml': MAIN,
    'jobs/a.yaml': job,
    'ec.pem': String(KEY),
    'tls.crt': certificate,
    'tls.key': privateKey,
    'soon.pem': (await SOON).certificate + (await SOON).privateKey,
    'no.pem': 'nothing',
  });
  const result = await configuration.load();
  const found = result.ok ? [...allFaults(result), ...result.configuration.warnings] : result.faults;
  return found.map(({ path, message }) => `${path}: ${message}`);
}

const CERTIFICATE = makeClientCertificate();
const SOON = makeClientCertificate(5);

describe('authentication to a target', () => {
  it.each([
    ['a password', '  auth: { type: basic, username: engine, password: { fromEnv: TOKEN } }\n'],
    ['a client secret', `  auth: { ${OAUTH}, ${SECRET}, scope: "a b", parameters: { resource: r } }\n`],
    ['a client secret in a header', `  auth: { ${OAUTH}, ${SECRET}, sendSecretIn: header, audience: x }\n`],
    ['a key', `  auth: { ${OAUTH}, privateKeyJwt: { file: ec.pem, keyId: k, algorithm: ES256 } }\n`],
    ['a key with its certificate', `  auth: { ${OAUTH}, privateKeyJwt: { file: tls.key, algorithm: PS256 } }\n`],
    ['a certificate', `  auth: { ${OAUTH}, mtls: {} }\n  clientCertificate: { file: tls.crt, keyFile: tls.key }\n`],
    [
      'workload identity',
      '  auth: { type: workloadIdentity, tokenUrl: "https://x.example/t", clientId: c, audience: "api://a" }\n',
    ],
    ['headers alone', '  auth: { type: none }\n  headers: { X-Api-Key: { fromEnv: TOKEN } }\n'],
    ['headers besides', `${BEARER}  headers: { X-Api-Key: { fromEnv: TOKEN }, X-Tenant: { fromEnv: TOKEN } }\n`],
    [
      'plain http on this machine',
      `  auth: { ${OAUTH.replace('https://login.example.com', 'http://127.0.0.1:8')}, ${SECRET} }\n`,
    ],
  ])('%s is accepted', async (_name, target) => {
    expect(await findings(target)).toEqual([]);
  });

  it.each([
    [
      '  auth: { type: digest }\n',
      ['target.auth.type: This must be bearer, basic, oauth2ClientCredentials, workloadIdentity or none.'],
    ],
    [
      '  auth: { type: basic, username: "a:b", password: { fromEnv: TOKEN } }\n',
      ['target.auth.username: The user name must not have a colon or control character.'],
    ],
    [
      '  auth: { type: basic, username: a, password: hunter2 }\n',
      ['target.auth.password: A secret must not stand in the configuration.'],
    ],
    [
      '  auth: { type: basic, username: a, token: { fromEnv: TOKEN } }\n',
      [
        'target.auth.password: This key is missing.',
        'target.auth.token: The key "token" does not belong to type basic.',
      ],
    ],
    [
      `  auth: { ${OAUTH}, clientSecret: hunter2 }\n`,
      ['target.auth.clientSecret: A secret must not stand in the configuration.'],
    ],
    [
      `  auth: { ${OAUTH}, clientSecret: { fromEnv: UNSET } }\n`,
      ['target.auth.clientSecret.fromEnv: The environment variable UNSET is not set.'],
    ],
    [`  auth: { ${OAUTH} }\n`, ['target.auth: Nothing proves the client.']],
    [
      `  auth: { ${OAUTH}, ${SECRET}, privateKeyJwt: { file: ec.pem } }\n`,
      ['target.auth.privateKeyJwt: clientSecret and privateKeyJwt exclude each other.'],
    ],
    [`  auth: { ${OAUTH}, mtls: {} }\n`, ['target.auth.mtls: mtls needs a certificate, and there is none.']],
    [
      `  auth: { ${OAUTH}, privateKeyJwt: { file: ec.pem }, sendSecretIn: body }\n`,
      ['target.auth.sendSecretIn: sendSecretIn has no effect without clientSecret.'],
    ],
    [
      `  auth: { ${OAUTH}, privateKeyJwt: { file: ec.pem, algorithm: RS256 } }\n`,
      ['target.auth.privateKeyJwt.file: This key does not sign by RS256.'],
    ],
    [
      `  auth: { ${OAUTH}, privateKeyJwt: { file: no.pem } }\n`,
      ['target.auth.privateKeyJwt.file: The file holds no private key.'],
    ],
    [
      `  auth: { ${OAUTH}, ${SECRET}, parameters: { client_secret: hunter2 } }\n`,
      ['target.auth.parameters.client_secret: client_secret is no further parameter.'],
    ],
    [
      `  auth: { ${OAUTH.replace('https', 'http')}, ${SECRET} }\n`,
      ['target.auth.tokenUrl: Plain http would send the token and personal data unprotected.'],
    ],
    [
      `  auth: { ${OAUTH.replace('https://', 'https://c:hunter2@')}, ${SECRET} }\n`,
      ['target.auth.tokenUrl: The URL must not contain credentials.'],
    ],
    ['  auth: { type: none }\n', ['target.auth.type: The target would not know who is asking.']],
    [
      `${BEARER}  headers: { authorization: { fromEnv: TOKEN } }\n`,
      ['target.headers.authorization: scimsync sends the header authorization itself.'],
    ],
    [
      `${BEARER}  headers: { Host: { fromEnv: TOKEN } }\n`,
      ['target.headers.Host: scimsync sends the header Host itself.'],
    ],
    [
      `${BEARER}  headers: { X-A: { fromEnv: TOKEN }, x-a: { fromEnv: TOKEN } }\n`,
      ['target.headers.x-a: The header x-a stands here twice.'],
    ],
    [`${BEARER}  headers: { "X A": { fromEnv: TOKEN } }\n`, ['target.headers["X A"]: This is no name of a header.']],
    [
      `${BEARER}  headers: { X-Api-Key: hunter2 }\n`,
      ['target.headers.X-Api-Key: A secret must not stand in the configuration.'],
    ],
    [
      `${BEARER}  clientCertificate: { file: tls.crt }\n`,
      ['target.clientCertificate.file: The certificate file holds no private key.'],
    ],
    [
      `${BEARER}  clientCertificate: { file: gone.pem }\n`,
      [expect.stringMatching(/^target\.clientCertificate\.file: The certificate file .* cannot be read/)],
    ],
    [
      `${BEARER}  clientCertificate: { file: soon.pem }\n`,
      [expect.stringMatching(/^target\.clientCertificate\.file: This credential expires in [45] days/)],
    ],
  ])('%s', async (target, expected) => {
    const found = await findings(target);
    expect(found).toEqual(expected);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('of certificates the last day is read from their files, unless it is written', async () => {
    const { certificate, privateKey } = await SOON;
    const job = (written: string) =>
      `${JOB_HEAD.replace(BEARER, `  auth: { ${OAUTH}, privateKeyJwt: { file: tls.pem } }\n  clientCertificate: { file: tls.pem${written} }\n`)}${USER_MAPPING}`;
    const last = async (text: string) => {
      const configuration = await temporaryConfiguration({
        'scimsync.yaml': MAIN,
        'jobs/a.yaml': text,
        'tls.pem': `${privateKey}\n${certificate}`,
      });
      const result = await configuration.load();
      const [loaded] = result.ok ? result.configuration.jobs : [];
      if (loaded === undefined) throw new Error('the job was refused');
      const { auth, clientCertificate } = (await withTargetExpiry(loaded, configuration.directory)).target;
      return [auth.type === 'oauth2ClientCredentials' && auth.privateKeyJwt?.expires, clientCertificate?.expires];
    };
    const day = new X509Certificate(certificate).validToDate.toISOString().slice(0, 10);
    expect(await last(job(''))).toEqual([day, day]);
    expect(await last(job(', expires: 2027-01-02'))).toEqual([day, '2027-01-02']);
  });

  it('a file that changes is read when the configuration is loaded', async () => {
    const job = `${JOB_HEAD.replace(BEARER, `${BEARER}  clientCertificate: { file: tls.pem }\n`)}${USER_MAPPING}`;
    const configuration = await temporaryConfiguration({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job, 'tls.pem': 'x' });
    expect((await configuration.load()).ok && 'loaded').toBe('loaded');
    const { certificate, privateKey } = await CERTIFICATE;
    await writeFile(join(configuration.directory, 'tls.pem'), `${privateKey}\n${certificate}`);
    const result = await configuration.load();
    expect(allFaults(result)).toEqual([]);
  });
});
