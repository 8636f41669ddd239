// Secrets that change while the program runs, that a command prints, and that end soon: through the real program.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { makeClientCertificate } from '../support/client-certificate.ts';
import { runCli, startCli } from './support/child-processes.ts';
import { copyConfiguration, createdTwice } from './support/crash.ts';
import { expectInStep } from './support/expected.ts';
import { endpointClient } from './support/in-process-target.ts';
import { expectExit, readRun, syncNow } from './support/sync-run.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { until } from './support/until.ts';
import { editJob, editSource, part, startWorld, type World, writeSecret } from './support/world.ts';

let endpoint: Awaited<ReturnType<typeof startScimTarget>>;
let world: World;

beforeAll(async () => {
  endpoint = await startScimTarget({ kind: 'rfc7644' });
  world = await startWorld({ users: 12, groups: 2, endpoint });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await endpoint.close();
});

/** A configuration without state, a directory and a target as at first, with their first secrets. */
async function freshStart() {
  await world.tenant.admin('POST', '/reset');
  endpoint.reset();
  return copyConfiguration(world.directory);
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('a secret that is replaced', () => {
  it('a rotated secret file is used without restart', async () => {
    await using start = await freshStart();
    await editJob(start.directory, 'scim', (job) => {
      job['schedule'] = { every: '1s' };
    });
    await using daemon = startCli(['daemon', '--config', start.directory]);
    await until('the first cycle', () => (daemon.printed().stderr.includes('cycle ended') ? true : undefined));
    await writeSecret(start.directory, 'graph', 'the-second-graph-secret-1');
    await world.tenant.admin('POST', '/client-secret', { value: 'the-second-graph-secret-1' });
    await writeSecret(start.directory, 'scim', 'the-second-target-token-1');
    endpoint.setToken('the-second-target-token-1');
    const joiner = await createPerson(world.tenant, 'new.joiner');
    await assign(world.tenant, joiner);
    await until('the account of the joiner', () =>
      endpoint.users().some((user) => user['externalId'] === joiner) ? true : undefined,
    );
    daemon.kill('SIGTERM');
    const ended = await daemon.ended;
    expectExit(ended, 0);
    expect(ended.stderr).not.toMatch(/the-second-(graph-secret|target-token)/);
  });

  it('in the middle of a cycle: the cycle goes on with the new one, and nobody is created twice', async () => {
    await using start = await freshStart();
    await editJob(start.directory, 'scim', (job) => {
      part(job, 'target')['concurrency'] = 3;
    });
    endpoint.faults.add({ match: { method: 'POST', path: '^/Users' }, action: { delayMs: 1500 } });
    await using program = startCli(['--sync-now', '--config', start.directory, '--json']);
    await until('creations in flight', () => {
      const open = endpoint.log.all().filter(({ method, status }) => method === 'POST' && status === 0);
      return open.length === 3 ? true : undefined;
    });
    await writeSecret(start.directory, 'scim', 'the-second-target-token-2');
    endpoint.setToken('the-second-target-token-2');
    endpoint.faults.clear();
    const run = readRun(await program.ended);
    expectExit(run, 0);
    const refused = endpoint.log.all().filter(({ status }) => status === 401);
    expect(refused).toHaveLength(3);
    expect(run.job().counts.failed).toBe(0);
    expect(run.job().requests.scim).toBe(endpoint.log.totals().requests);
    expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
    await expectInStep(endpointClient(endpoint), world.tenant);
  });

  it('that is refused and was not replaced: TargetCredentialsInvalid, with one request', async () => {
    await using start = await freshStart();
    endpoint.setToken('the-second-target-token-3');
    const run = await syncNow(start.directory);
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('TargetCredentialsInvalid');
    expect(endpoint.log.totals().requests).toBe(1);
  });
});

describe('a secret that a command prints', () => {
  it('is read by a cycle and by test-connection, not by validate', async () => {
    await using start = await freshStart();
    const { directory } = start;
    const text = `require('fs').appendFileSync('runs', 'x'); console.log(require('fs').readFileSync('secrets/scim', 'utf8'))`;
    await editJob(directory, 'scim', (job) => {
      part(part(job, 'target'), 'auth')['token'] = { fromCommand: [process.execPath, '-e', text] };
    });
    const runs = () => readFile(join(directory, 'runs'), 'utf8').catch(() => '');
    expectExit(await runCli(['validate', '--config', directory]), 0);
    expect(await runs()).toBe('');
    expectExit(await runCli(['test-connection', '--config', directory]), 0);
    expect(await runs()).toBe('x');
    expectExit(await syncNow(directory), 0);
    expect(await runs()).toBe('xx');
    await expectInStep(endpointClient(endpoint), world.tenant);
  });

  it('that fails: SecretUnavailable, without what the command said', async () => {
    await using start = await freshStart();
    await editJob(start.directory, 'scim', (job) => {
      const command = [process.execPath, '-e', 'console.error("s3cret-word"); process.exit(7)'];
      part(part(job, 'target'), 'auth')['token'] = { fromCommand: command };
    });
    const run = await syncNow(start.directory);
    expectExit(run, 4);
    expect(run.job().error).toMatchObject({ code: 'SecretUnavailable' });
    expect(run.job().error?.message).toContain('ended with exit code 7');
    expect(`${run.stdout}${run.stderr}`).not.toContain('s3cret-word');
  });
});

describe('a certificate instead of a client secret', () => {
  it('brings everybody to the target', async () => {
    await using start = await freshStart();
    const { certificate, privateKey } = await makeClientCertificate();
    await writeFile(join(start.directory, 'secrets/app.pem'), certificate + privateKey, { mode: 0o600 });
    await editSource(start.directory, (source) => {
      delete source['clientSecret'];
      source['certificate'] = { file: 'secrets/app.pem' };
    });
    await world.tenant.admin('POST', '/client-trust', { certificates: [certificate] });
    const run = await syncNow(start.directory);
    expectExit(run, 0);
    expect(run.job().requests.tokens).toBe(2);
    await expectInStep(endpointClient(endpoint), world.tenant);
  });
});

describe('a credential that ends soon', () => {
  it('is a warning of validate, and one line of a cycle', async () => {
    await using start = await freshStart();
    await editSource(start.directory, (source) => {
      part(source, 'clientSecret')['expires'] = inDays(5);
    });
    await editJob(start.directory, 'scim', (job) => {
      part(part(part(job, 'target'), 'auth'), 'token')['expires'] = inDays(-2);
    });
    const validated = await runCli(['validate', '--config', start.directory]);
    expectExit(validated, 0);
    expect(validated.stdout).toContain(`This credential expires in 5 days (${inDays(5)}).`);
    expect(validated.stdout).toContain(`This credential expired on ${inDays(-2)}.`);
    const run = await syncNow(start.directory);
    expectExit(run, 0);
    const warnings = run.stderr.split('\n').filter((line) => line.includes('renew credentials'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      `target.auth.token expired on ${inDays(-2)}, source.clientSecret expires in 5 days (${inDays(5)})`,
    );
  });
});
