// Every way to prove an identity, through the real identity library: against the token service of a sandbox tenant, or
// against a loopback server that plays the machine.
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sourceCredential } from '../../../src/config/source-secrets.ts';
import { sourceSchema } from '../../../src/model/job.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { createGraphSource, type GraphSource } from '../../../src/source/graph-source.ts';
import { makeClientCertificate } from '../../support/client-certificate.ts';
import { NEVER, rejection, virtualClock } from './graph-world.ts';

let tenant: EntraTenant;
let directory: string;
let own: Awaited<ReturnType<typeof makeClientCertificate>>;

beforeAll(async () => {
  nock.restore();
  tenant = await startEntraTenant({ users: 3, groups: 1, seed: 5 });
  own = await makeClientCertificate();
});
afterAll(async () => {
  await tenant.close();
  nock.activate();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scimsync-credentials-'));
  await admin('reset');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function admin(name: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${tenant.adminUrl}/_emu/${name}`, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBeLessThan(300);
}

const write = (name: string, text: string) => writeFile(join(directory, name), text, { mode: 0o600 });

/** A source as compose would make it from these settings. */
function sourceWith(settings: object, seen = createSecretValues()): GraphSource {
  const parsed = sourceSchema.parse({
    type: 'graph',
    tenantId: tenant.tenantId,
    clientId: tenant.clientId,
    ...settings,
  });
  const environment = process.env;
  return createGraphSource({
    tenantId: parsed.tenantId,
    clientId: parsed.clientId ?? '',
    credential: sourceCredential(parsed, { directory, environment, remember: seen.remember }),
    secrets: seen,
    authorityHost: tenant.authorityHost,
    graphBaseUrl: tenant.graphBaseUrl,
    scope: tenant.scope,
    ca: tenant.caPem,
    disableInstanceDiscovery: true,
    clock: virtualClock(),
    random: () => 0,
  });
}

const read = (source: GraphSource) => source.readServicePrincipal(tenant.servicePrincipalId, NEVER);

describe('a certificate', () => {
  const certificate = { certificate: { file: 'app.pem' } };

  it('that is registered is accepted, with one discovery and one token request', async () => {
    await admin('client-trust', { certificates: [own.certificate] });
    await write('app.pem', own.certificate + own.privateKey);
    const source = sourceWith(certificate);
    expect((await read(source)).id).toBe(tenant.servicePrincipalId);
    expect(source.requests).toEqual({ graph: 1, tokens: 2 });
  });

  it('with a password on its key is opened, the key first and with foreign line breaks', async () => {
    await admin('client-trust', { certificates: [own.certificate] });
    const key = createPrivateKey(own.privateKey);
    const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' });
    const other = await makeClientCertificate();
    await write('app.pem', `${locked.toString()}${other.certificate}\n${own.certificate}`.replaceAll(/\r?\n/g, '\r\n'));
    await write('password', 'open sesame\n');
    const seen = createSecretValues();
    const source = sourceWith({ certificate: { file: 'app.pem', password: { fromFile: 'password' } } }, seen);
    expect((await read(source)).id).toBe(tenant.servicePrincipalId);
    expect(seen.redact('it is open sesame')).toBe('it is ***');
  });

  it('that is not registered: SourceCredentialsInvalid, with the next step', async () => {
    await write('app.pem', own.certificate + own.privateKey);
    const error = await rejection(read(sourceWith(certificate)));
    expect(error).toMatchObject({ code: 'SourceCredentialsInvalid' });
    expect(error.message).toContain('upload its public part to the app registration');
    expect(error.message).not.toMatch(/Trace ID|Correlation ID|Timestamp/);
  });

  it('that was replaced in its file is used at once when the former one is refused', async () => {
    const next = await makeClientCertificate();
    await admin('client-trust', { certificates: [own.certificate] });
    await write('app.pem', own.certificate + own.privateKey);
    const source = sourceWith(certificate);
    await read(source);
    await write('app.pem', next.certificate + next.privateKey);
    await admin('client-trust', { certificates: [next.certificate] });
    await admin('revoke-tokens', {});
    expect((await read(source)).id).toBe(tenant.servicePrincipalId);
  });
});

describe('a workload identity', () => {
  const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = issuer.publicKey.export({ type: 'spki', format: 'pem' });
  const trust = {
    federated: [{ issuer: 'https://k8s.example', subject: 'system:serviceaccount:it:scimsync', publicKey }],
  };

  function token(changes: object = {}): string {
    const claims = {
      iss: 'https://k8s.example',
      sub: 'system:serviceaccount:it:scimsync',
      aud: 'api://AzureADTokenExchange',
      exp: Math.floor(Date.now() / 1000) + 600,
      ...changes,
    };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), issuer.privateKey).toString('base64url')}`;
  }

  it('sends the federated token of the file', async () => {
    await admin('client-trust', trust);
    await write('token', token());
    expect((await read(sourceWith({ workloadIdentity: { tokenFile: 'token' } }))).id).toBe(tenant.servicePrincipalId);
  });

  it('takes the file that the environment names, as Kubernetes sets it', async () => {
    await admin('client-trust', trust);
    await write('token', token());
    vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', join(directory, 'token'));
    expect((await read(sourceWith({ workloadIdentity: {} }))).id).toBe(tenant.servicePrincipalId);
  });

  it('reads the file again for every token, so that a renewed one is found', async () => {
    await admin('client-trust', trust);
    await write('token', token());
    const source = sourceWith({ workloadIdentity: { tokenFile: 'token' } });
    await read(source);
    await admin('client-trust', { federated: [{ ...trust.federated[0], subject: 'somebody-else' }] });
    await write('token', token({ sub: 'somebody-else' }));
    await admin('revoke-tokens', {});
    expect((await read(source)).id).toBe(tenant.servicePrincipalId);
  });

  it.each([
    ['nobody trusts', { iss: 'https://other.example' }, 'has no federated credential'],
    ['has expired', { exp: 1_700_000_000 }, 'out of its time'],
  ])('whose token %s: SourceCredentialsInvalid', async (_, changes, part) => {
    await admin('client-trust', trust);
    const refused = token(changes);
    await write('token', refused);
    const error = await rejection(read(sourceWith({ workloadIdentity: { tokenFile: 'token' } })));
    expect(error).toMatchObject({ code: 'SourceCredentialsInvalid' });
    expect(error.message).toContain(part);
    expect(error.message).not.toContain(refused);
  });

  it('without any file: ConfigurationInvalid', async () => {
    vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', undefined);
    const error = await rejection(read(sourceWith({ workloadIdentity: {} })));
    expect(error).toMatchObject({ code: 'ConfigurationInvalid' });
  });
});

describe('a managed identity', () => {
  // The library remembers the first endpoint it finds for as long as the process lives, so there is one for all tests.
  const asked: { url: URL; header: unknown }[] = [];
  let answer: { status: number; body: object };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push({ url, header: request.headers['x-identity-header'] });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  /** The identity endpoint of an App Service, as the library finds it by the environment. */
  function machineAnswers(status: number, body: object): void {
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
    vi.stubEnv('IDENTITY_HEADER', 'header-of-the-machine');
    answer = { status, body };
    asked.length = 0;
  }

  /** A token of the tenant, which an Azure machine would get for its identity. */
  async function tenantToken(): Promise<string> {
    const { fetch: trusting, Agent } = await import('undici');
    const dispatcher = new Agent({ connect: { ca: tenant.caPem } });
    const answer = await trusting(`${tenant.url}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      dispatcher,
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: tenant.clientId,
        client_secret: tenant.clientSecret,
        scope: tenant.scope,
      }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    await dispatcher.close();
    return access_token;
  }

  it('asks the endpoint of the machine, names a user-assigned one, and counts the request', async () => {
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
    const access_token = await tenantToken();
    const body = { access_token, expires_on, resource: 'https://graph.microsoft.com', token_type: 'Bearer' };
    machineAnswers(200, body);
    const source = sourceWith({ clientId: undefined, managedIdentity: { clientId: 'user-assigned-1' } });
    expect((await read(source)).id).toBe(tenant.servicePrincipalId);
    await read(source);
    expect(source.requests).toEqual({ graph: 2, tokens: 1 });
    const [first] = asked;
    expect(first?.url.searchParams.get('resource')).toBe('https://graph.microsoft.com');
    expect(first?.url.searchParams.get('client_id')).toBe('user-assigned-1');
    expect(first?.header).toBe('header-of-the-machine');
  });

  it('that does not exist: SourceCredentialsInvalid, naming who was asked', async () => {
    const body = { error: 'invalid_request', error_description: 'Identity not found' };
    machineAnswers(400, body);
    const source = sourceWith({ managedIdentity: { clientId: 'user-assigned-2' } });
    const error = await rejection(read(source));
    expect(error).toMatchObject({ code: 'SourceCredentialsInvalid' });
    expect(error.message).toContain('the managed identity endpoint of this machine was refused with 400');
    expect(asked).toHaveLength(1);
    expect(source.requests.tokens).toBe(1);
  });

  it('that is overrun is asked again', async () => {
    machineAnswers(503, {});
    const error = await rejection(read(sourceWith({ managedIdentity: { clientId: 'user-assigned-3' } })));
    expect(error).toMatchObject({ code: 'SourceUnreachable' });
    expect(asked.length).toBeGreaterThan(1);
  });
});

describe('the Azure CLI', () => {
  async function az(script: string): Promise<void> {
    await write('az', `#!/bin/sh\n${script}\n`);
    await chmod(join(directory, 'az'), 0o700);
    vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
  }

  it('is started once for a token that is good for an hour', async () => {
    const token = createHash('sha256').update('x').digest('hex');
    const expires = Math.floor(Date.now() / 1000) + 3600;
    await az(`echo run >> "${directory}/runs"\necho '{"accessToken":"${token}","expires_on":${expires}}'`);
    const source = sourceWith({ clientId: undefined, azureCli: {} });
    // The token is none of the tenant, so Graph refuses it, and it is asked for once more.
    await expect(read(source)).rejects.toMatchObject({ code: 'SourceCredentialsInvalid' });
    const { readFile } = await import('node:fs/promises');
    expect((await readFile(join(directory, 'runs'), 'utf8')).trim().split('\n')).toHaveLength(2);
    expect(source.requests.tokens).toBe(0);
  });

  it('without anybody signed in: SourceCredentialsInvalid with its advice', async () => {
    await az(`echo "ERROR: Please run 'az login' to setup account." >&2\nexit 1`);
    const error = await rejection(read(sourceWith({ azureCli: {} })));
    expect(error).toMatchObject({ code: 'SourceCredentialsInvalid' });
    expect(error.message).toContain('az login');
  });
});

describe('an assertion for somebody else', () => {
  const audienceOf = (jwt: string): unknown =>
    (JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as { aud: unknown }).aud;

  it('is a token of the same identity for that audience, counted with the others, asked for once', async () => {
    await write('secret', tenant.clientSecret);
    const seen = createSecretValues();
    const source = sourceWith({ clientSecret: { fromFile: 'secret' } }, seen);
    const issued = await source.issueAssertion('api://scim-app', NEVER);
    expect(audienceOf(issued)).toBe('api://scim-app');
    expect(await source.issueAssertion('api://scim-app', NEVER)).toBe(issued);
    expect(seen.redact(`the target echoed ${issued}`)).toBe('the target echoed ***');
    expect(source.requests).toEqual({ graph: 0, tokens: 2 });
    expect(audienceOf(await source.issueAssertion('api://other', NEVER))).toBe('api://other');
  });

  it('that Entra does not give is a fault of the source', async () => {
    await write('secret', 'wrong');
    const source = sourceWith({ clientSecret: { fromFile: 'secret' } });
    expect(await rejection(source.issueAssertion('api://scim-app', NEVER))).toMatchObject({
      code: 'SourceCredentialsInvalid',
    });
  });
});
