// Jobs that lose their file or their application, from the outside: it is said loudly, nobody is removed, and nothing is
// adopted anew.
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, runCli, startCli } from './support/child-processes.ts';
import { expectInStep } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { until } from './support/until.ts';
import { editJob } from './support/world.ts';

const freshStart = sharedSandbox({ users: 12, groups: 3 });

const LOUD = /no configuration; \d+ links kept; leavers are NOT processed/;

function cli(directory: string, ...args: readonly string[]): Promise<Ended> {
  return runCli([...args, '--config', directory]);
}

/** Another id in the file, and another name of the file. */
async function renameInFiles(directory: string): Promise<void> {
  await editJob(directory, 'scim', (job) => {
    job['id'] = 'wiki';
  });
  await rename(join(directory, 'jobs', 'scim.yaml'), join(directory, 'jobs', 'wiki.yaml'));
}

describe('a job whose file is gone', () => {
  // spec: vanished-files
  it('a renamed job file is shouted about', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await renameInFiles(start.directory);
    await start.target.clearLog();

    const run = await start.sync();
    expectExit(run, 3);
    expect(run.stderr).toMatch(LOUD);
    expect(run.job('wiki').error).toMatchObject({ code: 'JobRenamed' });
    const planned = await cli(start.directory, 'plan');
    expect(planned).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('job rename scim wiki') });
    expect(list(JSON.parse(run.stdout), 'vanished')).toMatchObject([{ id: 'scim', file: 'jobs/scim.yaml' }]);
    const printed = await cli(start.directory, '--sync-now');
    expectExit(printed, 3);
    expect(printed.stdout).toMatch(LOUD);
    for (const command of [['status'], ['job', 'list']]) {
      const shown = await cli(start.directory, ...command);
      expectExit(shown, 3);
      expect(shown.stdout).toMatch(LOUD);
      expect(shown.stdout).toContain('scimsync job rename scim wiki');
    }
    expect(await start.target.requests()).toEqual([]);

    for (const ids of [
      ['scim', 'No Such Id'],
      ['wiki-old', 'wiki'],
      ['scim', 'scim'],
    ])
      expectExit(await cli(start.directory, 'job', 'rename', ...ids), 1);
    const renamed = await cli(start.directory, 'job', 'rename', 'scim', 'wiki');
    expectExit(renamed, 0);
    expect(renamed.stdout).toMatch(/Job scim is wiki now, with \d+ links\./);
    const well = await start.sync();
    expectExit(well, 0);
    expect(well.stderr).not.toMatch(LOUD);
    expect(well.job('wiki').counts).toMatchObject({ created: 0, adopted: 0, updated: 0 });
    expect(well.job('wiki').requests.scim).toBe(0);
    expect(await start.target.requests()).toEqual([]);
    expectExit(await cli(start.directory, 'status'), 0);
    await expectInStep(start.target, start.tenant);
  });

  it('is not one that is switched off or has faults', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await editJob(start.directory, 'scim', (job) => {
      job['enabled'] = false;
    });
    expectExit(await cli(start.directory, 'job', 'list'), 0);
    await editJob(start.directory, 'scim', (job) => {
      job['mode'] = 'no such mode';
    });
    const status = await cli(start.directory, 'status');
    expectExit(status, 1);
    expect(`${status.stdout}${status.stderr}`).not.toMatch(LOUD);
  });

  it('is named by a daemon when it starts and when its configuration changes', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await renameInFiles(start.directory);
    await start.target.clearLog();
    await using daemon = startCli(['daemon', '--config', start.directory]);
    const named = (): number => daemon.printed().stderr.split('leavers are NOT processed').length - 1;
    await until('the warning at the start', () => (named() === 1 ? true : undefined));
    await until('the start', () => (daemon.printed().stderr.includes('"started"') ? true : undefined));
    daemon.kill('SIGHUP');
    await until('the warning after the change', () => (named() === 2 ? true : undefined));
    const status = await cli(start.directory, 'status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ daemonRuns: true });
    daemon.kill('SIGTERM');
    expectExit(await daemon.ended, 0);
    expect(JSON.parse((await cli(start.directory, 'status', '--json')).stdout)).toMatchObject({ daemonRuns: false });
    expect(await start.target.requests()).toEqual([]);
  });

  it('is forgotten only when somebody says so, and its accounts stay', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await rm(join(start.directory, 'jobs', 'scim.yaml'));
    const users = await start.target.users();
    const asked = await cli(start.directory, 'job', 'forget', 'scim');
    expectExit(asked, 1);
    expect(asked.stderr).toContain('stay as they are');
    expect(asked.stderr).toContain('--yes');
    expectExit(await cli(start.directory, 'job', 'list'), 3);
    expectExit(await cli(start.directory, 'job', 'forget', 'scim', '--yes'), 0);
    const shown = await cli(start.directory, 'job', 'list');
    expectExit(shown, 0);
    expect(shown.stdout).toContain('There are no jobs.');
    expect(await start.target.users()).toEqual(users);
    expectExit(await cli(start.directory, 'job', 'forget', 'scim', '--yes'), 1);
  });
});

// spec: deleted-application
it('a deleted enterprise application is a fault of the job, and removes nobody', async () => {
  await using start = await freshStart();
  expectExit(await start.syncHere(), 0);
  const users = await start.target.users();
  await start.tenant.graph('DELETE', `/servicePrincipals/${start.tenant.servicePrincipalId}`);
  await start.target.clearLog();
  for (let cycle = 0; cycle < 2; cycle += 1) {
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error).toMatchObject({ code: 'ServicePrincipalNotFound' });
    expect(run.stdout).toContain('Nobody is disabled because of it.');
  }
  expect(await start.target.requests()).toEqual([]);
  expect(await start.target.users()).toEqual(users);
  expect(users.some((user) => user['active'] === true)).toBe(true);
});

describe('links', () => {
  it('are listed, shown by any of their names, and removed one by one; the account is found again', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    const listed = await cli(start.directory, 'links', 'list', '--job', 'scim', '--json');
    const links = list(JSON.parse(listed.stdout), 'links');
    const accounts = [...(await start.target.users()), ...(await start.target.groups())];
    expect(links.map((link) => text(link, 'targetId')).toSorted()).toEqual(
      accounts.map((account) => text(account, 'id')).toSorted(),
    );
    const lines = await cli(start.directory, 'links', 'list', '--job', 'scim');
    expect(lines.stdout.trimEnd().split('\n')).toHaveLength(links.length);

    const person = links.find((link) => link['kind'] === 'user' && link['active'] === true) ?? {};
    const names = [
      person['sourceId'],
      person['targetId'],
      text(person, 'userName').toUpperCase(),
      person['displayName'],
    ];
    for (const name of names) {
      const shown = await cli(start.directory, 'links', 'show', String(name), '--job', 'scim', '--json');
      expectExit(shown, 0);
      expect(list(JSON.parse(shown.stdout), 'links').map((link) => link['sourceId'])).toContain(person['sourceId']);
    }
    expectExit(await cli(start.directory, 'links', 'show', 'nobody%', '--job', 'scim'), 1);

    const id = text(person, 'sourceId');
    expectExit(await cli(start.directory, 'links', 'remove', id, '--job', 'scim'), 1);
    expectExit(await cli(start.directory, 'links', 'remove', id, '--job', 'scim', '--yes'), 0);
    expectExit(await cli(start.directory, 'links', 'show', id, '--job', 'scim'), 1);
    await start.target.clearLog();
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 0, failed: 0 });
    const again = await cli(start.directory, 'links', 'show', id, '--job', 'scim', '--json');
    expect(list(JSON.parse(again.stdout), 'links')).toMatchObject([{ targetId: person['targetId'] }]);
    await expectInStep(start.target, start.tenant);
  });
});
