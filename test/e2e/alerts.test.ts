// E-mail and heartbeats of real runs: one mail when a job breaks, one when it is well again, one for jobs that break
// together; a heartbeat for every cycle without a fault, and for no other.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { runCli, startCli } from './support/child-processes.ts';
import { searchLeaks } from './support/leaks.ts';
import { expectExit } from './support/sync-run.ts';
import { until } from './support/until.ts';
import { editJob, editMain, startWorld, type World, writeSecret } from './support/world.ts';

const IT = 'it@example.com';

/** The mail server and the recipients of all jobs; what it was given is searched for secrets. */
async function withMail(world: World, server: MailServer): Promise<void> {
  onTestFinished(() => {
    for (const { headers, text } of server.mails) searchLeaks('mail', [...headers, text].join('\n'));
  });
  await editMain(world.directory, (main) => {
    main['smtp'] = { host: '127.0.0.1', port: server.port, security: 'none', from: 'scimsync@example.com' };
    const defaults = (main['defaults'] ?? {}) as Record<string, unknown>;
    main['defaults'] = { ...defaults, notifications: { email: [IT] } };
  });
}

function subjects(server: MailServer): string[] {
  return server.mails.map(({ headers }) => headers.find((line) => line.startsWith('Subject: '))?.slice(9) ?? '');
}

/** A monitoring service; the paths that were asked for. */
async function startMonitor(): Promise<{ readonly url: string; readonly hits: string[]; readonly server: Server }> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    response.end('OK');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits, server };
}

describe('mail', () => {
  // spec: told-once
  it('comes once when a job breaks and once when it is well again', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 4, groups: 0 });
    await withMail(world, server);
    await writeSecret(world.directory, 'scim', 'wrong');
    expectExit(await world.sync(['--dry-run']), 4);
    expect(subjects(server)).toEqual([]);
    expectExit(await world.sync(), 4);
    expectExit(await world.sync(), 4);
    expect(subjects(server)).toEqual(['scimsync: scim is in quarantine (TargetCredentialsInvalid)']);
    expect(server.mails[0]).toMatchObject({ to: [IT], from: 'scimsync@example.com' });
    expect(server.mails[0]?.text).toContain(`status --job scim --config ${world.directory}`);
    await writeSecret(world.directory, 'scim', world.announced.target?.token ?? '');
    expectExit(await world.sync(), 0);
    expectExit(await world.sync(), 0);
    expect(subjects(server).slice(1)).toEqual(['scimsync: scim is out of quarantine']);
  });

  it('is one for two jobs that break together', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 4, groups: 0, target: 'both' });
    await withMail(world, server);
    await writeSecret(world.directory, 'graph', 'wrong');
    const run = await world.sync();
    expectExit(run, 4);
    expect(run.jobs).toHaveLength(2);
    expect(subjects(server)).toEqual([expect.stringMatching(/^scimsync: 2 jobs need attention: \w+, \w+$/)]);
  });

  // spec: told-once
  it('that cannot be sent changes nothing about the cycle, and is owed', async () => {
    const server = await startMailServer({ says: 'come back later' });
    await using world = await startWorld({ users: 4, groups: 0 });
    await withMail(world, server);
    await writeSecret(world.directory, 'scim', 'wrong');
    const run = await world.sync();
    expectExit(run, 4);
    expect(run.stderr).toContain('NotificationFailed');
    expect(run.job().error?.code).toBe('TargetCredentialsInvalid');
    server.says = undefined;
    expectExit(await world.sync(), 4);
    expect(subjects(server)).toEqual(['scimsync: scim is in quarantine (TargetCredentialsInvalid)']);
  });

  it('comes from a daemon, too, and only once', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 4, groups: 0 });
    await withMail(world, server);
    await editJob(world.directory, 'scim', (job) => {
      job['schedule'] = { every: '1s' };
      // Three seconds without success are none that anybody wants to hear of.
      job['notifications'] = { noSuccessAfter: 1000 };
    });
    await writeSecret(world.directory, 'scim', 'wrong');
    await using daemon = startCli(['daemon', '--config', world.directory]);
    await until('a mail', () => (server.mails.length > 0 ? true : undefined));
    const failures = (): number => daemon.printed().stderr.split('TargetCredentialsInvalid').length;
    const before = failures();
    await until('more failing cycles', () => (failures() > before + 3 ? true : undefined));
    daemon.kill('SIGTERM');
    expectExit(await daemon.ended, 0);
    expect(subjects(server)).toEqual(['scimsync: scim is in quarantine (TargetCredentialsInvalid)']);
  });
});

describe('scimsync notify --test', () => {
  const notify = (world: World, ...args: readonly string[]) =>
    runCli(['notify', '--test', '--config', world.directory, ...args]);

  it('sends a mail and prints what the server answered', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 1, groups: 0 });
    await withMail(world, server);
    const run = await notify(world);
    expectExit(run, 0);
    expect(run.stdout).toBe(`sent  scim  to ${IT}\n  127.0.0.1 with security: none answered: 250 queued as 42\n`);
    expect(subjects(server)).toEqual(['scimsync: test mail']);
    const document: unknown = JSON.parse((await notify(world, '--json')).stdout);
    expect(document).toEqual({
      ok: true,
      mails: [{ jobs: ['scim'], to: [IT], ok: true, answer: '250 queued as 42', refused: 0 }],
    });
  });

  it('says why it could not (exit 4)', async () => {
    const server = await startMailServer();
    await using world = await startWorld({ users: 1, groups: 0 });
    await withMail(world, server);
    await server.stop();
    const run = await notify(world);
    expectExit(run, 4);
    expect(run.stdout).toMatch(/^not sent {2}scim {2}to it@example\.com\n {2}The mail server .* cannot be reached/);
    expect(run.stdout).toContain('Check smtp.host and smtp.port');
  });

  it('says that there is nobody to tell, or no server (exit 1)', async () => {
    await using world = await startWorld({ users: 1, groups: 0 });
    const nobody = await notify(world);
    expectExit(nobody, 1);
    expect(nobody.stderr).toContain('No job has recipients.');
    await editJob(world.directory, 'scim', (job) => {
      job['notifications'] = { email: [IT] };
    });
    const nothing = await notify(world);
    expectExit(nothing, 1);
    expect(nothing.stderr).toContain('There is no mail server.');
    expectExit(await notify(world, '--job', 'nonsense'), 1);
    expectExit(await runCli(['notify', '--config', world.directory]), 1);
  });
});

describe('a heartbeat', () => {
  // spec: heartbeat
  it('follows every cycle without a fault, and no other', async () => {
    const monitor = await startMonitor();
    await using world = await startWorld({ users: 4, groups: 0 });
    await editJob(world.directory, 'scim', (job) => {
      job['heartbeat'] = { url: { fromEnv: 'HC_URL' } };
    });
    const options = { environment: { HC_URL: `${monitor.url}/ping/3f2a9c01` } };
    expectExit(await world.sync(['--dry-run'], options), 0);
    expect(monitor.hits).toEqual([]);
    expectExit(await world.sync([], options), 0);
    expect(monitor.hits).toEqual(['GET /ping/3f2a9c01']);
    await writeSecret(world.directory, 'graph', 'wrong');
    expectExit(await world.sync([], options), 4);
    expect(monitor.hits).toHaveLength(1);
    await writeSecret(world.directory, 'graph', world.announced.graph.clientSecret);
    expectExit(await world.sync([], options), 0);
    expect(monitor.hits).toHaveLength(2);
  });

  // spec: heartbeat
  it('that does not arrive is a warning without its address, and the cycle is as well as before', async () => {
    const monitor = await startMonitor();
    await new Promise<void>((resolve) => monitor.server.close(() => resolve()));
    await using world = await startWorld({ users: 4, groups: 0 });
    await editJob(world.directory, 'scim', (job) => {
      job['heartbeat'] = { url: { fromEnv: 'HC_URL' } };
    });
    const run = await world.sync([], { environment: { HC_URL: `${monitor.url}/ping/3f2a9c01` } });
    expectExit(run, 0);
    expect(run.stderr).toContain('HeartbeatFailed');
    expect(run.stdout + run.stderr).not.toContain('3f2a9c01');
    const unset = await world.sync();
    expectExit(unset, 0);
    expect(unset.stderr).toContain('HeartbeatFailed');
  });
});
