// Quarantine from the outside: a daemon whose token is refused asks one question at a time and goes on by itself once the
// token is put right; most people failing; restart; and held removals, which slow nothing.
import { describe, expect, it } from 'vitest';
import { startMailServer } from '../support/mail-server.ts';
import { runCli, startCli } from './support/child-processes.ts';
import { expectedOf, expectInStep } from './support/expected.ts';
import { list, text } from './support/http-json.ts';
import { expectExit, readRun } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { until } from './support/until.ts';
import { editJob, editMain, startWorld, type World, writeSecret } from './support/world.ts';

type MailServer = Awaited<ReturnType<typeof startMailServer>>;

async function withMail(world: World, server: MailServer): Promise<void> {
  await editMain(world.directory, (main) => {
    main['smtp'] = { host: '127.0.0.1', port: server.port, security: 'none', from: 'scimsync@example.com' };
    const defaults = (main['defaults'] ?? {}) as Record<string, unknown>;
    main['defaults'] = { ...defaults, notifications: { email: ['it@example.com'], noSuccessAfter: 1000 } };
  });
}

function subjects(server: MailServer): string[] {
  return server.mails.map(({ headers }) => headers.find((line) => line.startsWith('Subject: '))?.slice(9) ?? '');
}

async function statusOf(world: World) {
  const run = await runCli(['status', '--config', world.directory, '--job', 'scim', '--json']);
  const [job] = list(JSON.parse(run.stdout), 'jobs');
  return { exitCode: run.exitCode, job: job ?? {} };
}

/** Refuses to create everybody, or everybody but a few. */
async function refuseCreations(world: World, allowed: number): Promise<void> {
  const target = world.target();
  await target.addFaults([
    ...(allowed === 0 ? [] : [{ match: { method: 'POST', path: '^/Users' }, times: allowed, action: { delayMs: 0 } }]),
    {
      match: { method: 'POST', path: '^/Users' },
      action: { status: 400, body: { detail: 'no', scimType: 'invalidValue' } },
    },
  ]);
}

describe('a daemon whose token is refused', () => {
  // spec: quarantine
  it('asks one question at a time, goes on by itself when the token is put right, and tells it once each', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 6, groups: 0 });
    await withMail(world, server);
    await editJob(world.directory, 'scim', (job) => {
      job['schedule'] = { every: '1s' };
    });
    await writeSecret(world.directory, 'scim', 'wrong');
    await using daemon = startCli(['daemon', '--config', world.directory]);
    const refused = (): number => daemon.printed().stderr.split('TargetCredentialsInvalid').length - 1;
    await until('three refusals', () => (refused() >= 3 ? true : undefined));
    const status = await statusOf(world);
    expect(status).toMatchObject({
      exitCode: 4,
      job: {
        condition: 'quarantine',
        status: 'Quarantine',
        quarantine: { reason: 'EncounteredQuarantineException', error: { code: 'TargetCredentialsInvalid' } },
      },
    });
    const asked = await world.target().requests();
    expect(writes(asked)).toEqual([]);
    // The first cycle asked until it was refused; after it each attempt is one question (asked twice, as the secret is read
    // again in between).
    const graph = await world.tenant.graphRequests();
    await until('another refusal', () => (refused() >= 5 ? true : undefined));
    expect(await world.tenant.graphRequests()).toEqual(graph);

    await writeSecret(world.directory, 'scim', world.announced.target?.token ?? '');
    await until('the first cycle', () => (daemon.printed().stderr.includes('cycle ended') ? true : undefined));
    await expectInStep(world.target(), world.tenant);
    await until('a mail about it', () => (server.mails.length >= 2 ? true : undefined));
    expect((await statusOf(world)).job).toMatchObject({ status: 'Active', quarantine: null });
    daemon.kill('SIGTERM');
    expectExit(await daemon.ended, 0);
    expect(subjects(server)).toEqual([
      'scimsync: scim is in quarantine (TargetCredentialsInvalid)',
      'scimsync: scim is out of quarantine',
    ]);
  });

  it('keeps the state over a restart, and tries at once what was put right meanwhile', async () => {
    await using world = await startWorld({ users: 4, groups: 0 });
    await writeSecret(world.directory, 'scim', 'wrong');
    expectExit(await world.syncHere(), 4);
    const before = (await statusOf(world)).job['quarantine'];
    expect(before).toMatchObject({ seriesCount: 1 });
    await writeSecret(world.directory, 'scim', world.announced.target?.token ?? '');
    await using daemon = startCli(['daemon', '--config', world.directory]);
    await until('a cycle', () => (daemon.printed().stderr.includes('cycle ended') ? true : undefined));
    daemon.kill('SIGTERM');
    expectExit(await daemon.ended, 0);
    await expectInStep(world.target(), world.tenant);
  });
});

describe('10 people of whom 9 fail', () => {
  // spec: quarantine
  it('are a quarantine (exit 3): a few of them are tried, nobody else is written, until they succeed', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 11, groups: 0 });
    await withMail(world, server);
    await refuseCreations(world, 1);
    const run = await world.sync();
    expectExit(run, 3);
    expect(run.job()).toMatchObject({
      status: 'Quarantine',
      quarantine: { reason: 'EncounteredEscrowProportionThreshold' },
      counts: { created: 1, failed: 9, escrowed: 9 },
    });
    expect(subjects(server)).toEqual(['scimsync: scim is in quarantine (InvalidValue)']);

    const again = await world.syncHere();
    expectExit(again, 3);
    expect(again.job()).toMatchObject({ status: 'Quarantine', probe: { tried: 3, failed: 3 } });
    const people = await runCli(['--sync-now', '--config', world.directory]);
    expectExit(people, 3);
    expect(people.stdout).toContain('still in quarantine');
    const status = await runCli(['status', '--config', world.directory, '--job', 'scim']);
    expectExit(status, 3);
    expect(status.stdout).toMatch(/in quarantine/);
    expect(status.stdout).toMatch(/EncounteredEscrowProportionThreshold: too large a share/);
    expect(status.stdout).toMatch(/failed \d times?, first .*\n\s+InvalidValue: /);

    await world.target().clearFaults();
    const well = await world.sync();
    expectExit(well, 0);
    expect(well.job().status).toBe('Active');
    await expectInStep(world.target(), world.tenant);
    expect(subjects(server).slice(1)).toEqual(['scimsync: scim is out of quarantine']);
  });
});

describe('scimsync restart', () => {
  const restart = (world: World, ...args: readonly string[]) =>
    runCli(['restart', '--config', world.directory, '--job', 'scim', ...args]);

  it('lifts a quarantine: the next run is a whole cycle', async () => {
    await using world = await startWorld({ users: 11, groups: 0 });
    await refuseCreations(world, 1);
    expectExit(await world.syncHere(), 3);
    const run = await restart(world);
    expectExit(run, 0);
    expect(run.stdout).toContain('begins anew: QuarantineState, Watermark, Escrows');
    expect((await statusOf(world)).job).toMatchObject({ status: 'Active', quarantine: null, escrowed: 0 });
    await world.target().clearFaults();
    const next = await world.syncHere();
    expectExit(next, 0);
    expect(next.job()).toMatchObject({ cycle: { kind: 'initial' }, counts: { created: 9 } });
  });

  // spec: restart
  it('releases nothing that is held, and says the way on', async () => {
    await using world = await startWorld({ users: 2, groups: 0 });
    expectExit(await world.syncHere(), 0);
    const run = await restart(world, '--reset-scope', 'ForceDeletes');
    expectExit(run, 1);
    expect(run.stderr).toContain('staged --job scim');
    expectExit(await restart(world, '--reset-scope', 'Everything'), 1);
    const links = await restart(world, '--reset-scope', 'Full');
    expectExit(links, 1);
    expect(links.stderr).toContain('add --yes');
    const document = JSON.parse((await restart(world, '--reset-scope', 'Full', '--yes', '--json')).stdout) as unknown;
    expect(document).toMatchObject({ job: 'scim', runningBy: null });
    expectExit(await world.syncHere(), 0);
    const matched = await world.sync();
    expectExit(matched, 0);
    expect(matched.job().counts).toMatchObject({ adopted: 2, created: 0 });
  });

  it('stops a running cycle after what is in flight, and the same process begins anew', async () => {
    await using world = await startWorld({ users: 12, groups: 0 });
    await editJob(world.directory, 'scim', (job) => {
      const target = job['target'] as Record<string, unknown>;
      target['concurrency'] = 2;
    });
    await world.target().addFaults([{ match: { method: 'POST', path: '^/Users' }, action: { delayMs: 1500 } }]);
    await using program = startCli(['--sync-now', '--config', world.directory, '--json']);
    await until('a creation', async () => (writes(await world.target().requests()).length > 0 ? true : undefined));
    const run = await restart(world);
    expectExit(run, 0);
    expect(run.stdout).toContain('stops after what is in flight, and begins anew');
    await world.target().clearFaults();
    const ended = readRun(await program.ended);
    expectExit(ended, 0);
    expect(ended.job()).toMatchObject({ cycle: { kind: 'initial' } });
    await expectInStep(world.target(), world.tenant);
    const users = await world.target().users();
    expect(new Set(users.map((user) => text(user, 'userName'))).size).toBe(users.length);
  });
});

// spec: held-slows-nothing
it("held removals are TooManyDeletes in Entra's terms, and slow nothing", async () => {
  await using world = await startWorld({ users: 40, groups: 0 });
  expectExit(await world.syncHere(), 0);
  const [renamed = '', ...others] = [...(await expectedOf(world.tenant)).people.keys()];
  for (const id of others.slice(0, 12)) await world.tenant.graph('PATCH', `/users/${id}`, { accountEnabled: false });
  await world.tenant.graph('PATCH', `/users/${renamed}`, { displayName: 'Renamed Meanwhile' });
  const before = Date.now();
  const run = await world.sync();
  expectExit(run, 3);
  expect(run.job()).toMatchObject({ status: 'Active', counts: { held: 12, updated: 1 } });
  const { job, exitCode } = await statusOf(world);
  expect(exitCode).toBe(3);
  expect(job).toMatchObject({ condition: 'held', status: 'Active', quarantine: { reason: 'TooManyDeletes' } });
  expect(Date.parse(text(job, 'nextDue'))).toBeLessThanOrEqual(Date.now() + 40 * 60_000);
  expect(Date.parse(text(job, 'nextDue'))).toBeGreaterThanOrEqual(before);
});
