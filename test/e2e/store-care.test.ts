// The store from an administrator's side: backed up while in use, restored a day later, copied to another place.
import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, startCli } from './support/child-processes.ts';
import { createdTwice } from './support/crash.ts';
import { expectInStep } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { text } from './support/http-json.ts';
import { searchDirectory } from './support/leaks.ts';
import { expectExit, syncNow } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, createPerson, unassign } from './support/tenant-client.ts';
import { until } from './support/until.ts';

const freshStart = sharedSandbox({ users: 30, groups: 3 });

/** The store of a configuration that the sandbox wrote. */
const storeOf = (directory: string): string => join(directory, 'data', 'scimsync.db');

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), 'scimsync-store-care-'));
  return {
    path,
    [Symbol.asyncDispose]: () => {
      searchDirectory(path);
      return rm(path, { recursive: true, force: true });
    },
  };
}

describe('a backup', () => {
  it('is made while a daemon runs, and overwrites nothing by itself', async () => {
    await using start = await freshStart();
    await using folder = await aFolder();
    await using daemon = startCli(['daemon', '--config', start.directory]);
    await until('the first cycle', () => (daemon.printed().stderr.includes('cycle ended') ? true : undefined));
    const file = join(folder.path, 'backup.db');
    const made = await runCli(['store', 'backup', file, '--config', start.directory]);
    expectExit(made, 0);
    expect(made.stdout).toMatch(/Backup written and checked: .*backup\.db \(.*1 job, \d+ links\)/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await runCli(['store', 'backup', file, '--config', start.directory]);
    expectExit(again, 1);
    expect(again.stderr).toContain('--overwrite');
    const replaced = await runCli(['store', 'backup', file, '--overwrite', '--json', '--config', start.directory]);
    expectExit(replaced, 0);
    expect(JSON.parse(replaced.stdout)).toMatchObject({ backup: { file, jobs: 1 } });
    daemon.kill('SIGTERM');
    expectExit(await daemon.ended, 0);
  });

  // spec: backup
  it.each([
    ['with its delta token still valid', '1d'],
    ['with its delta token expired, after a full reading', '31d'],
  ])(
    'restore of a day-old backup converges without duplicates, leavers of the gap are disabled: %s',
    async (_how, age) => {
      await using start = await freshStart();
      await using folder = await aFolder();
      const { tenant, target } = start;
      const joiner = await createPerson(tenant, 'before.the.backup');
      await assign(tenant, joiner);
      expectExit(await start.syncHere(), 0);
      const before = await expectInStep(target, tenant);
      const file = join(folder.path, 'backup.db');
      expectExit(await runCli(['store', 'backup', file, '--config', start.directory]), 0);

      // The day of the gap: somebody comes, somebody is renamed, two leave; the lost store knew all of it.
      const newcomer = await createPerson(tenant, 'in.the.gap');
      await assign(tenant, newcomer);
      const [renamed = '', blocked = ''] = [...before.people.keys()].filter((id) => id !== joiner);
      await tenant.graph('PATCH', `/users/${renamed}`, { displayName: 'Another Name' });
      expectExit(await start.syncHere(), 0);
      await tenant.graph('PATCH', `/users/${blocked}`, { accountEnabled: false });
      await unassign(tenant, joiner);
      await tenant.admin('POST', '/clock', { advance: age });

      await rm(`${storeOf(start.directory)}-wal`, { force: true });
      await rm(`${storeOf(start.directory)}-shm`, { force: true });
      await cp(file, storeOf(start.directory));
      await target.clearLog();
      const run = await start.sync();
      expectExit(run, 0);
      await expectInStep(target, tenant);
      expect(run.job().counts).toMatchObject({ created: 0, adopted: 1, disabled: 2, failed: 0, held: 0 });
      expect(await createdTwice(target)).toEqual([]);
      const users = await target.users();
      for (const id of [joiner, blocked])
        expect(users.filter((user) => text(user, 'externalId') === id)).toMatchObject([{ active: false }]);
      await target.clearLog();
      expectExit(await start.syncHere(), 0);
      expect(await target.requests()).toEqual([]);
    },
  );
});

describe('a copied store', () => {
  // spec: copied-store
  it('a second process on a copied store refuses', async () => {
    await using start = await freshStart();
    await using folder = await aFolder();
    expectExit(await start.syncHere(), 0);
    const elsewhere = join(folder.path, 'config');
    await cp(start.directory, elsewhere, { recursive: true });
    await start.target.clearLog();

    for (const args of [['--sync-now'], ['daemon'], ['provision', 'somebody@contoso.example']]) {
      const refused = await runCli([...args, '--config', elsewhere]);
      expectExit(refused, 4);
      expect(refused.stderr).toMatch(/StoreCopied: The store .* belongs to .*--take-over/s);
    }
    // Looking is free, and the original goes on.
    expectExit(await runCli(['status', '--config', elsewhere]), 0);
    expectExit(await runCli(['plan', '--config', elsewhere]), 0);
    expectExit(await start.syncHere(), 0);
    expect(writes(await start.target.requests())).toEqual([]);

    expectExit(await syncNow(elsewhere, ['--take-over']), 0);
    expectExit(await syncNow(elsewhere), 0);
    await expectInStep(start.target, start.tenant);
  });
});

describe('a lost store', () => {
  // spec: lost-store
  it('stops the job before it writes; rebuilt links find who left in the meantime', async () => {
    await using start = await freshStart();
    const { tenant, target, directory } = start;
    const leaver = await createPerson(tenant, 'leaves.in.the.gap');
    await assign(tenant, leaver);
    expectExit(await start.syncHere(), 0);
    await unassign(tenant, leaver);
    await rm(join(directory, 'data'), { recursive: true });
    await target.clearLog();

    const lost = await start.sync();
    expectExit(lost, 4);
    expect(lost.job().error).toMatchObject({ code: 'StoreLost' });
    expect(lost.stdout).toContain('links rebuild');
    const status = await runCli(['status', '--config', directory]);
    expect(status.stdout).toContain('scimsync links rebuild --job scim --dry-run');

    const rebuild = (...args: readonly string[]) =>
      runCli(['links', 'rebuild', '--job', 'scim', '--config', directory, ...args]);
    const tried = await rebuild('--dry-run');
    expectExit(tried, 0);
    expect(tried.stdout).toMatch(/would link +\d+ assigned · 1 not assigned any more/);
    expect(tried.stdout).toContain(leaver);
    expectExit(await start.syncHere(), 4);
    expectExit(await rebuild(), 1);
    const done = await rebuild('--yes', '--json');
    expectExit(done, 0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      dryRun: false,
      unassigned: 1,
      unassignedAccounts: [{ sourceId: leaver }],
    });
    expect(writes(await target.requests())).toEqual([]);

    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 0, adopted: 0, disabled: 1, failed: 0 });
    await expectInStep(target, tenant);
    await target.clearLog();
    expectExit(await start.syncHere(), 0);
    expect(await target.requests()).toEqual([]);
  });
});

describe('a daemon whose store is taken away', () => {
  // spec: store-trouble
  it('stops with a fault, so that it is started again with the file that is there', async () => {
    await using start = await freshStart();
    await using folder = await aFolder();
    const { directory } = start;
    await using daemon = startCli(['daemon', '--config', directory]);
    await until('the first cycle', () => (daemon.printed().stderr.includes('cycle ended') ? true : undefined));
    const file = join(folder.path, 'backup.db');
    expectExit(await runCli(['store', 'backup', file, '--config', directory]), 0);
    await rm(join(directory, 'data'), { recursive: true });
    daemon.kill('SIGHUP');
    const ended = await daemon.ended;
    expectExit(ended, 4);
    expect(ended.stderr).toContain('StoreReplaced');
  });
});
