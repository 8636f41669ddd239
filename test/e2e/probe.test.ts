// The built `scimsync probe`: exit codes, formats, where it may write, and what is left when somebody stops it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SandboxTarget, startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { runCli, startCli } from './support/child-processes.ts';
import { until } from './support/until.ts';

const TOKEN = 'probe-token-of-the-test';
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let target: SandboxTarget;

beforeAll(async () => {
  target = await startScimTarget({ kind: 'rfc7644', token: TOKEN, latencyMs: 4 });
});
afterAll(() => target.close());

const environment = { SCIM_TOKEN: TOKEN };

it('prints its findings, leaves nothing behind, and says by its exit code whether there were errors', async () => {
  const { exitCode, stdout, stderr } = await runCli(['probe', target.url, '--json'], { environment });
  const report = JSON.parse(stdout) as {
    findings: { id: string; docs: string; curl: string }[];
    cleanup: { left: unknown[] };
  };
  expect(stderr).toBe('');
  expect(report.cleanup.left).toEqual([]);
  expect(target.users()).toEqual([]);
  const text = report.findings.find(({ id }) => id === 'active-text-refused');
  expect(text?.docs).toBe('docs/probe/active.md#active-text-refused');
  expect(text?.curl).toContain('$SCIM_TOKEN');
  expect(exitCode, 'it refuses the groups that Entra creates').toBe(2);

  target.faults.add({ match: { path: '^/Schemas' }, action: { status: 500 } });
  const broken = await runCli(['probe', target.url, '--read-only', '--format', 'junit'], { environment });
  target.faults.clear();
  expect(broken.stdout).toMatch(/<testcase [^>]*name="discovery.schemas: [^>]*>\s*<failure type="server-error"/);
  expect(broken.exitCode).toBe(2);
});

// spec: probe-reads-only
it('writes nothing where it may not', async () => {
  target.log.clear();
  const { exitCode, stdout } = await runCli(['probe', target.url, '--read-only'], { environment });
  expect(stdout).toContain('only reads, because --read-only was given.');
  expect(Object.keys(target.log.totals().byMethod)).toEqual(['GET']);
  expect(exitCode).toBe(0);
});

// spec: probe-own-resources
it('removes what it made when it is stopped', async () => {
  await using program = startCli(['probe', target.url], { environment });
  await until('accounts are made', () => (target.users().length >= 3 ? true : undefined));
  program.kill('SIGINT');
  const { exitCode, stdout } = await program.ended;
  expect(stdout).toContain('Stopped before the end');
  expect(exitCode).toBe(4);
  expect(target.users()).toEqual([]);
});

// spec: probe-own-resources
it('removes what it made when nobody reads what it prints any more', async () => {
  const program = spawn(process.execPath, [CLI, 'probe', target.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const ended = once(program, 'exit');
  await once(program.stdout, 'data');
  program.stdout.destroy();
  expect(await ended).toEqual([4, null]);
  expect(target.users()).toEqual([]);
});

it('says what is wrong when there is nothing to look at', async () => {
  const cases = [
    { args: ['not a url'], environment, code: 1, says: 'is no URL' },
    { args: [target.url, '--oauth', target.tokenUrl, 'client'], environment, code: 1, says: 'SCIM_CLIENT_SECRET' },
    { args: [target.url], environment: { SCIM_TOKEN: 'another-token' }, code: 4, says: 'refuses the credentials' },
    { args: [`${new URL(target.url).origin}/elsewhere`], environment, code: 4, says: 'no SCIM service' },
    { args: ['http://127.0.0.1:9/scim'], environment, code: 4, says: 'cannot be reached' },
  ];
  const runs = cases.map(async ({ args, environment: variables, code, says }) => {
    const { exitCode, stderr } = await runCli(['probe', ...args], { environment: variables });
    expect(stderr).toContain(says);
    expect(exitCode, says).toBe(code);
  });
  await Promise.all(runs);
  const oauth = { SCIM_CLIENT_SECRET: TOKEN };
  const signedIn = await runCli(['probe', target.url, '--read-only', '--oauth', target.tokenUrl, 'client'], {
    environment: oauth,
  });
  expect(signedIn.exitCode).toBe(0);
});
