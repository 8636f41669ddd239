// The long-running program: due jobs, signals, a second process beside it, and due times that outlive it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { type RunningProgram, runCli, startCli } from './support/child-processes.ts';
import { copyConfiguration, createdTwice } from './support/crash.ts';
import { expectInStep } from './support/expected.ts';
import { list, text } from './support/http-json.ts';
import { endpointClient } from './support/in-process-target.ts';
import { expectExit, readRun, syncNow } from './support/sync-run.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { until } from './support/until.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

const INTERVAL_MS = 40 * 60_000;

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

/** A configuration without state, a directory and a target as at first. */
async function freshStart() {
  await world.tenant.admin('POST', '/reset');
  endpoint.reset();
  return copyConfiguration(world.directory);
}

function startDaemon(directory: string): RunningProgram {
  return startCli(['daemon', '--config', directory]);
}

/** The number of finished cycles that the daemon has reported. */
function cycles(daemon: RunningProgram): number {
  return daemon.printed().stderr.split('cycle ended').length - 1;
}

async function afterCycles(daemon: RunningProgram, count: number): Promise<void> {
  await until(`${count} cycles of the daemon`, () => (cycles(daemon) >= count ? true : undefined));
}

async function stop(daemon: RunningProgram): Promise<void> {
  daemon.kill('SIGTERM');
  expectExit(await daemon.ended, 0);
}

async function statusOf(directory: string) {
  const run = await runCli(['status', '--config', directory, '--json']);
  const [job] = list(JSON.parse(run.stdout), 'jobs');
  return { exitCode: run.exitCode, job: job ?? {}, nextDue: text(job, 'nextDue') };
}

/** Creations take so long that the daemon is in the middle of them; resolves when no more fit into its window. */
async function inTheMiddle(concurrency: number): Promise<void> {
  await until('creations in flight', () => {
    const open = endpoint.log.all().filter(({ method, status }) => method === 'POST' && status === 0);
    return open.length === concurrency ? true : undefined;
  });
}

async function slowCreations(directory: string, concurrency: number): Promise<void> {
  await editJob(directory, 'scim', (job) => {
    part(job, 'target')['concurrency'] = concurrency;
  });
  endpoint.faults.add({ match: { method: 'POST', path: '^/Users' }, action: { delayMs: 1500 } });
}

describe('scimsync daemon', () => {
  it('runs a due job at once, says when it is due next, stops on SIGTERM, and keeps the due time', async () => {
    await using start = await freshStart();
    await using daemon = startDaemon(start.directory);
    const began = Date.now();
    await afterCycles(daemon, 1);
    await expectInStep(endpointClient(endpoint), world.tenant);
    const first = await statusOf(start.directory);
    expect(first.exitCode).toBe(0);
    expect(Date.parse(first.nextDue)).toBeGreaterThan(began + INTERVAL_MS - 1000);
    expect(Date.parse(first.nextDue)).toBeLessThanOrEqual(Date.now() + INTERVAL_MS);
    await stop(daemon);

    endpoint.log.clear();
    await world.tenant.admin('DELETE', '/log');
    await using again = startDaemon(start.directory);
    await until('the start of the daemon', () => (again.printed().stderr.includes('started') ? true : undefined));
    const second = await statusOf(start.directory);
    expect(second.nextDue).toBe(first.nextDue);
    await stop(again);
    expect(endpoint.log.totals().requests).toBe(0);
    expect(await world.tenant.graphRequests()).toEqual([]);
  });

  it('brings changes by itself, on the interval of the job', async () => {
    await using start = await freshStart();
    await editJob(start.directory, 'scim', (job) => {
      job['schedule'] = { every: '1s' };
    });
    await using daemon = startDaemon(start.directory);
    await afterCycles(daemon, 1);
    const joiner = await createPerson(world.tenant, 'new.joiner');
    await assign(world.tenant, joiner);
    await until('the account of the joiner', () =>
      endpoint.users().some((user) => user['externalId'] === joiner) ? true : undefined,
    );
    await stop(daemon);
    expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
  });

  it('on SIGTERM finishes what is in flight and starts nothing more; the next start goes on at once', async () => {
    await using start = await freshStart();
    await slowCreations(start.directory, 3);
    await using daemon = startDaemon(start.directory);
    await inTheMiddle(3);
    const sent = endpoint.log.totals().requests;
    await stop(daemon);
    const log = endpoint.log.all();
    expect(log).toHaveLength(sent);
    const creations = log.filter(({ method }) => method === 'POST');
    expect(creations.map(({ status }) => status)).toEqual(creations.map(() => 201));
    expect((await statusOf(start.directory)).job).toMatchObject({ condition: 'unfinished', runningBy: null });

    endpoint.faults.clear();
    await using again = startDaemon(start.directory);
    await afterCycles(again, 1);
    await stop(again);
    await expectInStep(endpointClient(endpoint), world.tenant);
    expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
  });

  it('that is killed leaves no lock: the next start goes on at once', async () => {
    await using start = await freshStart();
    await slowCreations(start.directory, 3);
    await using daemon = startDaemon(start.directory);
    await inTheMiddle(3);
    daemon.kill('SIGKILL');
    await daemon.ended;
    endpoint.faults.clear();
    await using again = startDaemon(start.directory);
    await afterCycles(again, 1);
    await stop(again);
    await expectInStep(endpointClient(endpoint), world.tenant);
    expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
  });
});

describe('--sync-now beside a daemon', () => {
  // spec: one-writer
  it('that is in the middle of a cycle: JobBusy when it may not wait, otherwise it waits and finds nothing to do', async () => {
    await using start = await freshStart();
    await slowCreations(start.directory, 3);
    await using daemon = startDaemon(start.directory);
    await inTheMiddle(3);
    const waiting = syncNow(start.directory, ['--wait', '2m']);
    const busy = await syncNow(start.directory, ['--wait', '0s']);
    expectExit(busy, 4);
    expect(busy.job().error?.code).toBe('JobBusy');
    endpoint.faults.clear();
    const waited = await waiting;
    expectExit(waited, 0);
    expect(waited.job().counts).toMatchObject({ created: 0, updated: 0, adopted: 0 });
    expect(waited.job().requests.scim).toBe(0);
    await afterCycles(daemon, 1);
    await stop(daemon);
    await expectInStep(endpointClient(endpoint), world.tenant);
    expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
  });

  it('that is idle: it runs at once', async () => {
    await using start = await freshStart();
    await using daemon = startDaemon(start.directory);
    await afterCycles(daemon, 1);
    const joiner = await createPerson(world.tenant, 'new.joiner');
    await assign(world.tenant, joiner);
    const run = await syncNow(start.directory, ['--wait', '0s']);
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 1 });
    await stop(daemon);
  });
});

describe('--sync-now that gets SIGTERM', () => {
  it('finishes what is in flight, says that it was interrupted (exit 4), and the next run goes on', async () => {
    await using start = await freshStart();
    await slowCreations(start.directory, 3);
    await using program = startCli(['--sync-now', '--config', start.directory, '--json']);
    await inTheMiddle(3);
    program.kill('SIGTERM');
    const run = readRun(await program.ended);
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('Interrupted');
    expect(endpoint.log.all().filter(({ status }) => status === 0)).toEqual([]);
    expect(run.job().counts.created).toBe(endpoint.users().length);
    endpoint.faults.clear();
    const next = await syncNow(start.directory);
    expectExit(next, 0);
    await expectInStep(endpointClient(endpoint), world.tenant);
    expect(await createdTwice(endpointClient(endpoint))).toEqual([]);
  });
});
