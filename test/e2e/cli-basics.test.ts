// The built command line as a process, without a sandbox: texts, exit codes, streams and signals.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTlsMaterial } from '../../src/sandbox/entra/tls.ts';
import { COMPILE_CACHE } from './support/child-processes.ts';

const CLI = new URL('../../dist/cli.js', import.meta.url).pathname;

const MAIN = `defaults: { mode: enforce }
sources:
  acme:
    type: graph
    tenantId: t
    clientId: c
    clientSecret: { fromEnv: GRAPH_SECRET }
`;

const JOB = `id: wiki
source: { use: acme, servicePrincipalId: 11111111-2222-3333-4444-555555555555 }
target:
  baseUrl: https://wiki.example.com/scim/v2
  auth: { type: bearer, token: { fromEnv: WIKI_TOKEN } }
objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }
      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }
`;

const GOOD = { 'scimsync.yaml': MAIN, 'jobs/wiki.yaml': JOB };
const NO_JOBS = { 'scimsync.yaml': MAIN };

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-cli-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

function start(args: readonly string[], stdio: StdioOptions = ['ignore', 'pipe', 'pipe']): Started {
  const secrets = { GRAPH_SECRET: 'graph-s3cr3t', WIKI_TOKEN: 'wiki-s3cr3t' };
  const environment = { PATH: process.env['PATH'], ...COMPILE_CACHE, ...secrets };
  const child = spawn(process.execPath, [CLI, ...args], { env: environment, stdio });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, ended };
}

const run = (...args: readonly string[]): Promise<Ended> => start(args).ended;

/** Resolves when a line of the daemon's log has this message. */
function logged(child: ChildProcess, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(`"msg":"${message}`)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without "${message}": ${text}`)));
  });
}

describe('values of options', () => {
  it.each(['source', '=x', 'mode=[', 'mode=*nobody'])('plan --set %s is refused in words', async (value) => {
    const directory = await directoryWith(GOOD);
    const { code, out, err } = await run('plan', '--config', directory, '--set', value);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^[^\n]*(KEY=VALUE|not YAML)[^\n]*\n$/);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a stream that cannot be written', () => {
  const streams = (out: boolean, err: boolean): StdioOptions => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    return ['ignore', out ? full : 'pipe', err ? full : 'pipe'];
  };

  it('for results is said in words', async () => {
    const directory = await directoryWith(GOOD);
    const { code, err } = await start(['validate', '--config', directory], streams(true, false)).ended;
    expect(code).toBe(1);
    expect(err).toBe('The result cannot be written (ENOSPC).\n');
  });

  it('for messages keeps nobody from working', async () => {
    const directory = await directoryWith(NO_JOBS);
    const { code, out } = await start(['validate', '--config', directory], streams(false, true)).ended;
    expect([code, out.includes('no job')]).toEqual([0, true]);
    expect((await start(['no-such-command'], streams(false, true)).ended).code).toBe(1);
  });
});

describe('help and version', () => {
  it('--version prints the version', async () => {
    const { code, out } = await run('--version');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run('status', '--version')).out).toBe(out);
  });

  it('--help lists every command and has examples', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const command of [
      'daemon',
      'validate',
      'gallery',
      'test-connection',
      'status',
      'explain',
      'logs',
      'staged',
      'approve',
      'sandbox',
      'demo',
    ])
      expect(out).toContain(`\n  ${command}`);
    expect(out).toContain('Examples:');
  });

  it.each(['daemon', 'validate', 'test-connection', 'status', 'explain', 'logs', 'staged', 'approve'])(
    '%s --help has examples and the options of every command',
    async (command) => {
      const { code, out } = await run(command, '--help');
      expect(code).toBe(0);
      for (const part of ['Examples:', '--config', '--log-level', '--json', '--no-color', '--version'])
        expect(out).toContain(part);
    },
  );

  it('without anything: help, and the status where there is a configuration; nothing is written', async () => {
    const directory = await directoryWith(GOOD);
    const { code, out } = await run('--config', directory);
    expect(code).toBe(0);
    expect(out).toContain('test-connection');
    expect(out).toContain(`scimsync plan --job wiki --config ${directory}`);
    expect(existsSync(join(directory, 'data'))).toBe(false);
    const none = await run('--config', join(directory, 'none'));
    expect(none.code).toBe(0);
    expect(none.out).toContain('scimsync demo');
  });
});

describe('usage', () => {
  it.each([
    [['stauts'], 'Did you mean "status"?'],
    [['status', '--jbo', 'x'], "unknown option '--jbo'"],
    [['--dry-run'], 'needs --sync-now'],
    [['--dry-run', 'status'], 'has no effect'],
    [['--sync-now', '--wait', 'soon'], 'Give a duration'],
    [['logs', '--since', 'yesterday'], 'ISO time'],
    [['logs', '--limit', '0'], 'above 0'],
    [['logs', '--status', 'odd'], 'Allowed choices'],
    [['approve'], '--job'],
    [['status', '--log-level', 'loud'], 'Allowed choices'],
  ])('%j is refused with exit code 1', async (args, said) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(said);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('validate', () => {
  it('says what the jobs are', async () => {
    const directory = await directoryWith(GOOD);
    const { code, out, err } = await run('validate', '--config', directory);
    expect(code).toBe(0);
    expect(out).toContain(
      'wiki  enforce  every 40m  acme -> https://wiki.example.com/scim/v2  user 2 mappings  no template',
    );
    expect(out).toContain('enforce: writes to the target.');
    expect(out + err).not.toContain('s3cr3t');
    const json = await run('--json', 'validate', '--config', directory);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: true,
      jobs: [{ id: 'wiki', mode: 'enforce', template: null, attributeMappings: { user: 2 } }],
    });
  });

  it('lists all faults of all files', async () => {
    const broken = { 'scimsync.yaml': `${MAIN}sorces: {}\n`, 'jobs/wiki.yaml': JOB.replace('[mail]', '[mial]') };
    const directory = await directoryWith(broken);
    const { code, out } = await run('validate', '--config', directory);
    expect(code).toBe(1);
    expect(out).toMatch(/scimsync\.yaml:\d+:\d+ .*sorces/);
    expect(out).toMatch(/wiki\.yaml:\d+:\d+ .*mial/s);
    const json = await run('validate', '--json', '--config', directory);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false });
  });

  it('every other command refuses the same faults', async () => {
    const directory = await directoryWith({ 'scimsync.yaml': 'sources: [' });
    for (const args of [['--sync-now'], ['daemon'], ['status'], ['logs'], ['staged'], ['test-connection']]) {
      const { code, out, err } = await run(...args, '--config', directory);
      expect([args, code, out]).toEqual([args, 1, '']);
      expect(err).toContain('scimsync.yaml');
    }
  });
});

describe('before anything has run', () => {
  it('status, logs and staged say so and create no store', async () => {
    const directory = await directoryWith(GOOD);
    const status = await run('status', '--config', directory);
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/^not run yet {2}wiki/);
    const json = await run('status', '--json', '--config', directory);
    expect(JSON.parse(json.out)).toMatchObject({ jobs: [{ id: 'wiki', condition: 'neverRun' }] });
    expect(await run('logs', '--config', directory)).toMatchObject({ code: 0, out: '' });
    expect(await run('staged', '--config', directory)).toMatchObject({ code: 0, out: 'Nothing is held.\n' });
    expect(await run('approve', '--job', 'wiki', '--set', 'x', '--config', directory)).toMatchObject({ code: 1 });
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });

  it('a job that does not exist is refused', async () => {
    const directory = await directoryWith(GOOD);
    for (const args of [['--sync-now'], ['status'], ['staged'], ['test-connection']]) {
      const { code, err } = await run(...args, '--job', 'wikki', '--config', directory);
      expect([args, code]).toEqual([args, 1]);
      expect(err).toContain('Did you mean "wiki"?');
    }
  });

  it('--sync-now without jobs prints an empty document, says so and does not look well', async () => {
    const directory = await directoryWith(NO_JOBS);
    const { code, out, err } = await run('--sync-now', '--json', '--config', directory);
    expect(code).toBe(1);
    expect(err).toContain('There is no enabled job');
    expect(JSON.parse(out)).toEqual({ jobs: [] });
  });
});

describe('streams', () => {
  it('writes no ANSI sequence where there is no terminal', async () => {
    const directory = await directoryWith(GOOD);
    for (const args of [[], ['--help'], ['validate'], ['status'], ['stauts']]) {
      const { out, err } = await run(...args, '--config', directory);
      expect(out + err).not.toContain('\u001b');
    }
  });
});

describe('a job that cannot run', () => {
  /** A source whose certificate nobody vouches for, which is found out at once. */
  async function untrustedSource(): Promise<string> {
    const material = await makeTlsMaterial();
    const server = createServer({ key: material.keyPem, cert: material.certPem }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    return `${MAIN}    authorityHost: ${url}\n    graphBaseUrl: ${url}\n    scope: ${url}/.default\n`;
  }

  it('exit code 4, the fault in the document and in the status, and never a secret', async () => {
    const directory = await directoryWith({ 'scimsync.yaml': await untrustedSource(), 'jobs/wiki.yaml': JOB });
    const { code, out, err } = await run('--sync-now', '--json', '--config', directory);
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      jobs: [{ id: 'wiki', error: { code: 'SourceUnreachable', message: expect.stringContaining('TLS') as string } }],
    });
    expect(out + err).not.toContain('s3cr3t');
    const status = await run('status', '--config', directory);
    expect(status.code).toBe(4);
    expect(status.out).toMatch(/^could not run {2}wiki .* scimsync test-connection --job wiki/);
  });
});

describe('daemon', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s stops it with exit code 0', async (signal) => {
    const directory = await directoryWith(NO_JOBS);
    const { child, ended } = start(['daemon', '--config', directory]);
    await logged(child, 'started');
    child.kill(signal);
    const { code, out, err } = await ended;
    expect(code).toBe(0);
    expect(out).toBe('');
    for (const line of err.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
    expect(err).toContain('"msg":"stopped"');
  });

  it('SIGHUP takes over a configuration, and refuses a broken one', async () => {
    const directory = await directoryWith(NO_JOBS);
    const { child, ended } = start(['daemon', '--config', directory]);
    await logged(child, 'started');
    child.kill('SIGHUP');
    await logged(child, 'configuration reloaded');
    await writeFile(join(directory, 'scimsync.yaml'), 'sources: [');
    child.kill('SIGHUP');
    await logged(child, 'the changed configuration has faults');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
