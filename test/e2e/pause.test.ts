// A job that is paused: its running cycle stops after what is in flight, nothing begins, and then it goes on to the end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { runCli, startCli } from './support/child-processes.ts';
import { copyConfiguration, createdTwice } from './support/crash.ts';
import { expectInStep } from './support/expected.ts';
import { endpointClient } from './support/in-process-target.ts';
import { expectExit, readRun, syncNow } from './support/sync-run.ts';
import { until } from './support/until.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

const CONCURRENCY = 3;

let endpoint: Awaited<ReturnType<typeof startScimTarget>>;
let world: World;

beforeAll(async () => {
  endpoint = await startScimTarget({ kind: 'rfc7644' });
  world = await startWorld({ users: 24, groups: 3, endpoint });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await endpoint.close();
});

/** A configuration without state, and creations that take so long that a cycle is in the middle of them. */
async function slowStart() {
  await world.tenant.admin('POST', '/reset');
  endpoint.reset();
  endpoint.faults.add({ match: { method: 'POST', path: '^/Users' }, action: { delayMs: 1500 } });
  const start = await copyConfiguration(world.directory);
  await editJob(start.directory, 'scim', (job) => {
    part(job, 'target')['concurrency'] = CONCURRENCY;
  });
  return start;
}

async function inTheMiddle(): Promise<void> {
  await until('creations in flight', () => {
    const open = endpoint.log.all().filter(({ method, status }) => method === 'POST' && status === 0);
    return open.length === CONCURRENCY ? true : undefined;
  });
}

const pause = (directory: string, ...args: readonly string[]) =>
  runCli(['pause', '--job', 'scim', '--config', directory, ...args]);
const resume = (directory: string) => runCli(['resume', '--all', '--config', directory]);

async function expectComplete(): Promise<void> {
  await expectInStep(endpointClient(endpoint), world.tenant);
  expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
}

describe('scimsync pause', () => {
  // spec: pause
  it('stops the running cycle of another process, which goes on to the end after resume', async () => {
    await using start = await slowStart();
    await using program = startCli(['--sync-now', '--config', start.directory, '--json']);
    await inTheMiddle();
    const paused = await pause(start.directory, '--for', '4h', '--reason', 'an upgrade\u001b[31m of the target');
    expectExit(paused, 0);
    expect(paused.stdout).toMatch(/^scim {2}paused until .* UTC \(an upgrade \[31m of the target\)\n/);
    expect(paused.stdout).toMatch(/its cycle \(.+\) stops after what is in flight/);
    expect(paused.stdout).not.toContain('\u001b');
    const run = readRun(await program.ended);
    expectExit(run, 0);
    expect(run.job()).toMatchObject({ status: 'Paused', pause: { reason: 'an upgrade [31m of the target' } });
    expect(endpoint.log.all().filter(({ status }) => status === 0)).toEqual([]);
    expect(endpoint.users().length).toBeLessThan(24);
    expect(run.job().counts.created).toBe(endpoint.users().length);

    endpoint.faults.clear();
    endpoint.log.clear();
    const skipped = await syncNow(start.directory, ['--job', 'scim']);
    expectExit(skipped, 0);
    expect(skipped.job().status).toBe('Paused');
    expect(endpoint.log.totals().requests).toBe(0);
    const text = await runCli(['--sync-now', '--config', start.directory]);
    expect(text.stdout).toContain('scim  paused: nothing was run\n');
    const planned = await syncNow(start.directory, ['--dry-run']);
    expectExit(planned, 0);
    expect(planned.job().cycle.dryRun).toBe(true);
    expect(endpoint.log.all().filter(({ method }) => method !== 'GET')).toEqual([]);

    const resumed = await resume(start.directory);
    expectExit(resumed, 0);
    expect(resumed.stdout).toContain('scim  goes on\n');
    expectExit(await syncNow(start.directory), 0);
    await expectComplete();
  });

  // spec: pause
  it('holds a daemon back, and ends by itself', async () => {
    await using start = await slowStart();
    await using daemon = startCli(['daemon', '--config', start.directory]);
    await inTheMiddle();
    expectExit(await pause(start.directory, '--for', '10s'), 0);
    await until('the pause', () => (daemon.printed().stderr.includes('the job is paused') ? true : undefined));
    expect(endpoint.log.all().filter(({ status }) => status === 0)).toEqual([]);
    expect(daemon.printed().stderr).not.toContain('cycle ended');
    endpoint.faults.clear();
    await until('the rest of the cycle', () => (daemon.printed().stderr.includes('cycle ended') ? true : undefined));
    daemon.kill('SIGTERM');
    expectExit(await daemon.ended, 0);
    await expectComplete();
  });

  it.each([
    { name: 'without saying which job', args: ['pause'], says: 'Say which' },
    { name: 'with an unknown job', args: ['pause', '--job', 'nonsense'], says: 'There is no job "nonsense"' },
    { name: 'for too long', args: ['pause', '--all', '--for', '31d'], says: 'at most 30d' },
    { name: 'for no time', args: ['pause', '--all', '--for', '0s'], says: 'longer than that' },
    { name: 'for an empty reason', args: ['pause', '--all', '--reason', ' '], says: 'Say why' },
    { name: 'and resume of an unknown job', args: ['resume', '--job', 'nonsense'], says: 'There is no job' },
  ])('$name is refused (exit 1)', async ({ args, says }) => {
    const run = await runCli([...args, '--config', world.directory]);
    expectExit(run, 1);
    expect(run.stderr).toContain(says);
  });

  it('pauses again without moving the beginning; resume of a job that runs says so', async () => {
    await using start = await copyConfiguration(world.directory);
    const first = JSON.parse((await pause(start.directory, '--json')).stdout) as PauseDocument;
    const second = JSON.parse((await pause(start.directory, '--for', '2d', '--json')).stdout) as PauseDocument;
    const { since, until: end } = first.jobs[0]?.pause ?? { since: '', until: '' };
    expect(Date.parse(end) - Date.parse(since)).toBe(86_400_000);
    expect(second.jobs[0]?.pause?.since).toBe(since);
    expect(Date.parse(second.jobs[0]?.pause?.until ?? '')).toBeGreaterThan(Date.parse(end));
    expect((await resume(start.directory)).stdout).toContain('scim  goes on');
    expect((await resume(start.directory)).stdout).toBe('scim  is not paused\n');
  });
});

interface PauseDocument {
  readonly jobs: readonly { readonly pause: { readonly since: string; readonly until: string } | null }[];
}
