// How a source proves its identity, as far as it can be judged without asking anybody.

import { createPrivateKey } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withCertificateExpiry } from '../../../src/config/source-credential.ts';
import { sourceSchema } from '../../../src/model/job.ts';
import { makeClientCertificate } from '../../support/client-certificate.ts';
import { JOB, MAIN, summarize, temporaryConfiguration } from './temporary-configuration.ts';

const SECRET = '    clientSecret: { fromEnv: GRAPH_SECRET }\n';
const CLIENT = '    clientId: c\n';

let pair: Awaited<ReturnType<typeof makeClientCertificate>>;
let other: Awaited<ReturnType<typeof makeClientCertificate>>;
let locked: string;
beforeAll(async () => {
  [pair, other] = await Promise.all([makeClientCertificate(), makeClientCertificate(10)]);
  locked = createPrivateKey(pair.privateKey)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
    .toString();
});

/** Faults and warnings of a source with these lines instead of the client secret; places without file, line and column. */
async function judged(lines: string, environment: Readonly<Record<string, string | undefined>> = {}) {
  const files = {
    'scimsync.yaml': MAIN.replace(SECRET, lines.replaceAll(/^(?=.)/gm, '    ')),
    'jobs/wiki.yaml': JOB,
    'good.pem': pair.certificate + pair.privateKey,
    'locked.pem': pair.certificate + locked,
    'soon.pem': other.certificate + other.privateKey,
    'mixed.pem': other.certificate + pair.privateKey,
    'certificate.pem': pair.certificate,
    'key.pem': pair.privateKey,
    password: 'open sesame\n',
    token: 'a.b.c\n',
  };
  const configuration = await temporaryConfiguration(files);
  const result = await configuration.load({ TOKEN: 't', GRAPH_SECRET: 'g', PATH: process.env['PATH'], ...environment });
  const short = (texts: string[]) =>
    [...new Set(texts)]
      .filter((text) => text.includes('sources.acme'))
      .map((text) => text.replace(/^\S+ /, '').replaceAll(`${configuration.directory}/`, ''));
  if (!result.ok) return { faults: short(summarize(configuration.directory, result.faults)), warnings: [] };
  const { refused, warnings } = result.configuration;
  return {
    faults: short(
      summarize(
        configuration.directory,
        refused.filter(({ id }) => id === null).flatMap((file) => file.faults),
      ),
    ),
    warnings: short(summarize(configuration.directory, warnings)),
  };
}

describe('the credential of a source', () => {
  it.each([
    ['clientSecret: { fromEnv: GRAPH_SECRET }\n'],
    ['certificate: { file: good.pem }\n'],
    ['certificate: { file: locked.pem, password: { fromFile: password } }\n'],
    [`certificate: { file: locked.pem, password: { fromCommand: [cat, password] } }\n`],
    ['managedIdentity: {}\n'],
    ['managedIdentity: { clientId: 1234 }\n'.replace('1234', '"1234"')],
    ['workloadIdentity: { tokenFile: token }\n'],
    ['azureCli: {}\n'],
  ])('%s is accepted', async (lines) => {
    expect(await judged(lines)).toEqual({ faults: [], warnings: [] });
  });

  const alternatives = 'sources.acme';
  it.each([
    ['', [`${alternatives}: The source has no credential.`]],
    [
      'clientSecret: { fromEnv: GRAPH_SECRET }\nmanagedIdentity: {}\n',
      [`${alternatives}.managedIdentity: clientSecret and managedIdentity exclude each other.`],
    ],
    ['certificate: {}\n', ['sources.acme.certificate.file: This key is missing.']],
    [
      'certificate: { file: missing.pem }\n',
      ['sources.acme.certificate.file: The certificate file missing.pem cannot be read (ENOENT).'],
    ],
    ['certificate: { file: key.pem }\n', ['sources.acme.certificate.file: The certificate file holds no certificate.']],
    [
      'certificate: { file: certificate.pem }\n',
      ['sources.acme.certificate.file: The certificate file holds no private key.'],
    ],
    [
      'certificate: { file: mixed.pem }\n',
      ['sources.acme.certificate.file: The certificate file holds no certificate that belongs to its private key.'],
    ],
    [
      'certificate: { file: locked.pem }\n',
      ['sources.acme.certificate.file: The private key of the certificate needs a password.'],
    ],
    [
      'certificate: { file: locked.pem, password: { fromEnv: TOKEN } }\n',
      ['sources.acme.certificate.file: The password does not open the private key of the certificate.'],
    ],
    [
      'certificate: { file: locked.pem, password: open sesame }\n',
      ['sources.acme.certificate.password: A secret must not stand in the configuration.'],
    ],
    [
      'certificate: { file: good.pem, pasword: { fromEnv: TOKEN } }\n',
      ['sources.acme.certificate.pasword: Unknown key "pasword".'],
    ],
    ['workloadIdentity: {}\n', ['sources.acme.workloadIdentity: AZURE_FEDERATED_TOKEN_FILE is not set.']],
    [
      'workloadIdentity: { tokenFile: ./missing }\n',
      ['sources.acme.workloadIdentity.tokenFile: The secret file missing does not exist.'],
    ],
    ['managedIdentity: { tenant: x }\n', ['sources.acme.managedIdentity.tenant: Unknown key "tenant".']],
    ['managedIdentity: true\n', ['sources.acme.managedIdentity: This must be a map of keys and values.']],
    [
      'clientSecret: { fromCommand: [az-not-here, keyvault] }\n',
      ['sources.acme.clientSecret.fromCommand: The command az-not-here does not exist.'],
    ],
    ['clientSecret: { fromCommand: [] }\n', ['sources.acme.clientSecret.fromCommand: This list must not be empty.']],
    ['clientSecret: { fromCommand: cat x }\n', ['sources.acme.clientSecret.fromCommand: This must be a list.']],
  ])('%j is refused', async (lines, faults) => {
    expect((await judged(lines)).faults).toEqual(faults);
  });

  it('names the alternatives', async () => {
    const configuration = await temporaryConfiguration({
      'scimsync.yaml': MAIN.replace(SECRET, ''),
      'jobs/wiki.yaml': JOB,
    });
    expect(JSON.stringify(await configuration.load())).toContain(
      'Give exactly one of clientSecret, certificate, managedIdentity, workloadIdentity or azureCli.',
    );
  });

  it.each([
    [SECRET, ['sources.acme.clientId: This key is missing.']],
    ['    managedIdentity: {}\n', []],
    ['    azureCli: {}\n', []],
  ])('without clientId: %s', async (credential, faults) => {
    const configuration = await temporaryConfiguration({
      'scimsync.yaml': MAIN.replace(CLIENT, '').replace(SECRET, credential),
      'jobs/wiki.yaml': JOB,
    });
    const result = await configuration.load();
    const found = result.ok ? result.configuration.refused.filter(({ id }) => id === null) : [];
    const texts = summarize(
      configuration.directory,
      found.flatMap((file) => file.faults),
    );
    expect(texts.map((text) => text.replace(/^\S+ /, ''))).toEqual(faults);
  });

  it('takes the federated token from where the environment says', async () => {
    const { directory } = await temporaryConfiguration({ token: 'a.b.c' });
    const environment = { AZURE_FEDERATED_TOKEN_FILE: join(directory, 'token') };
    expect(await judged('workloadIdentity: {}\n', environment)).toEqual({ faults: [], warnings: [] });
  });
});

describe('what ends soon', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  it.each([
    [`clientSecret: { fromEnv: GRAPH_SECRET, expires: ${inDays(5)} }\n`, 'clientSecret.expires', 5],
    [`certificate: { file: good.pem, expires: ${inDays(3)} }\n`, 'certificate.expires', 3],
    ['certificate: { file: soon.pem }\n', 'certificate.file', 10],
  ])('is a warning at its place: %s', async (lines, place, days) => {
    expect((await judged(lines)).warnings).toEqual([
      `sources.acme.${place}: This credential expires in ${days} days (${inDays(days)}).`,
    ]);
  });

  it('is none while there is time', async () => {
    const lines = `clientSecret: { fromEnv: GRAPH_SECRET, expires: ${inDays(40)} }\n`;
    expect((await judged(lines)).warnings).toEqual([]);
  });
});

describe('withCertificateExpiry', () => {
  const source = (certificate: object) =>
    sourceSchema.parse({
      type: 'graph',
      tenantId: 't',
      clientId: 'c',
      certificate: { file: 'app.pem', ...certificate },
    });

  it('is what the file says now, unless something else is written', async () => {
    const { directory } = await temporaryConfiguration({ 'app.pem': other.certificate });
    const inFile = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    expect((await withCertificateExpiry(source({}), directory)).certificate?.expires).toBe(inFile);
    const written = { expires: '2026-01-01' };
    expect((await withCertificateExpiry(source(written), directory)).certificate?.expires).toBe('2026-01-01');
    await writeFile(join(directory, 'app.pem'), '');
    expect(await withCertificateExpiry(source({}), directory)).toEqual(source({}));
  });

  it('warns of a key that everybody can read', async () => {
    const configuration = await temporaryConfiguration({
      'scimsync.yaml': MAIN.replace(SECRET, '    certificate: { file: app.pem }\n'),
      'jobs/wiki.yaml': JOB,
      'app.pem': pair.certificate + pair.privateKey,
    });
    await chmod(join(configuration.directory, 'app.pem'), 0o644);
    const result = await configuration.load();
    expect(result.ok && summarize(configuration.directory, result.configuration.warnings).join()).toContain(
      'can be read by every user of this machine',
    );
  });
});
