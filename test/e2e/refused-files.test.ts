// Files with faults beside files without: what runs, what is said, and what a running daemon keeps.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { type RunningProgram, runCli, startCli } from './support/child-processes.ts';
import { copyConfiguration } from './support/crash.ts';
import { list } from './support/http-json.ts';
import { expectExit, syncNow } from './support/sync-run.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { until } from './support/until.ts';
import { editJob, startWorld, type World } from './support/world.ts';

const USERS = 3;

let endpoint: Awaited<ReturnType<typeof startScimTarget>>;
let world: World;

beforeAll(async () => {
  endpoint = await startScimTarget({ kind: 'rfc7644' });
  world = await startWorld({ users: USERS, groups: 0, endpoint });
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

const jobFile = (directory: string, name: string) => join(directory, 'jobs', `${name}.yaml`);

/** Resolves when the daemon has logged a line with this message, for the nth time; the line. */
function logged(daemon: RunningProgram, message: string, times = 1): Promise<Record<string, unknown>> {
  return until(`"${message}" in the log of the daemon`, () => {
    const lines = daemon
      .printed()
      .stderr.split('\n')
      .filter((line) => line.includes(message));
    const line = lines[times - 1];
    return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
  });
}

async function stop(daemon: RunningProgram): Promise<void> {
  daemon.kill('SIGTERM');
  expectExit(await daemon.ended, 0);
}

describe('the files that the sandbox writes', () => {
  it('name the schema by which editors check them', async () => {
    for (const [path, schema] of [
      ['scimsync.yaml', 'scimsync'],
      [join('jobs', 'scim.yaml'), 'job'],
    ] as const) {
      const text = await readFile(join(world.directory, path), 'utf8');
      const named = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? '';
      expect(named.endsWith(`${schema}.schema.json`)).toBe(true);
      expect(JSON.parse(await readFile(named, 'utf8'))).toHaveProperty('properties');
    }
  });
});

describe('--sync-now', () => {
  // spec: refused-files
  it('a typo in one of 30 files leaves 29 running', async () => {
    await using start = await freshStart();
    const targets = await Promise.all(
      Array.from({ length: 30 }, () => startScimTarget({ kind: 'rfc7644', token: endpoint.token })),
    );
    try {
      const template = await readFile(jobFile(start.directory, 'scim'), 'utf8');
      // All files share the secret of the first job.
      for (const [index, target] of targets.entries()) {
        const text = template.replace('id: scim\n', `id: tenant-${index}\n`).replaceAll(endpoint.url, target.url);
        const typo = index === 17 ? text.replace('template: scim', 'template: scimm') : text;
        await writeFile(jobFile(start.directory, `tenant-${index}`), typo);
      }
      await writeFile(jobFile(start.directory, 'scim'), `${template}enabled: false\n`);
      const run = await syncNow(start.directory);
      expectExit(run, 1);
      const created = run.jobs.map(({ id, counts }) => `${id} ${counts.created}`);
      const expected = targets.flatMap((_, index) => (index === 17 ? [] : [`tenant-${index} ${USERS}`]));
      expect(created.toSorted()).toEqual(expected.toSorted());
      expect(targets.map((target) => target.users().length)).toEqual(
        targets.map((_, index) => (index === 17 ? 0 : USERS)),
      );
      expect(run.stderr).toMatch(/tenant-17\.yaml:\d+:\d+ {2}template {2}There is no template "scimm"\./);
      const [refused, ...others] = list(JSON.parse(run.stdout), 'refused');
      expect([refused?.['id'], others]).toEqual(['tenant-17', []]);

      const named = await runCli(['--sync-now', '--job', 'tenant-17', '--config', start.directory]);
      expect(named.exitCode).toBe(1);
      expect(named.stderr).toContain('There is no template "scimm"');
      const other = await syncNow(start.directory, ['--job', 'tenant-3']);
      expectExit(other, 0);
      expect(other.job().counts.unchanged + other.job().counts.created).toBe(0);
    } finally {
      await Promise.all(targets.map((target) => target.close()));
    }
  });

  it('a file that is no YAML is named when its job is asked for', async () => {
    await using start = await freshStart();
    await writeFile(jobFile(start.directory, 'scim'), 'id: scim\n  x: [');
    const run = await runCli(['--sync-now', '--job', 'scim', '--config', start.directory]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/scim\.yaml:2:\d+/);
    const all = await runCli(['--sync-now', '--config', start.directory]);
    expect(all.exitCode).toBe(1);
    expect(all.stderr).toContain('There is no enabled job without faults');
  });
});

describe('a daemon', () => {
  // spec: refused-files
  it('goes on with the last accepted configuration of a file that became invalid, and follows it once corrected', async () => {
    await using start = await freshStart();
    const file = jobFile(start.directory, 'scim');
    await editJob(start.directory, 'scim', (job) => {
      job['schedule'] = { every: '1s' };
    });
    const good = await readFile(file, 'utf8');
    await using daemon = startCli(['daemon', '--config', start.directory]);
    await logged(daemon, 'cycle ended');

    await writeFile(file, 'id: scim\n  typo: [');
    daemon.kill('SIGHUP');
    const kept = await logged(daemon, 'its last accepted configuration stays in use');
    expect(kept).toMatchObject({ level: 'error', jobId: 'scim', file });
    expect(JSON.stringify(kept['faults'])).toMatch(/scim\.yaml:2:/);
    await logged(daemon, 'configuration reloaded');
    const joiner = await createPerson(world.tenant, 'new.joiner');
    await assign(world.tenant, joiner);
    await until('the account of the joiner', () =>
      endpoint.users().some((user) => user['externalId'] === joiner) ? true : undefined,
    );

    await writeFile(file, `${good}enabled: false\n`);
    daemon.kill('SIGHUP');
    expect(await logged(daemon, 'configuration reloaded', 2)).toMatchObject({ jobs: [] });
    await stop(daemon);
  });

  it('that starts beside a broken file runs the others, and says which file it is', async () => {
    await using start = await freshStart();
    await writeFile(jobFile(start.directory, 'broken'), stringify({ id: 'broken', source: { use: 'sandbox' } }));
    await using daemon = startCli(['daemon', '--config', start.directory]);
    const idle = await logged(daemon, 'what it says is not used until they are corrected');
    expect(idle).toMatchObject({ level: 'error', jobId: 'broken', file: jobFile(start.directory, 'broken') });
    await logged(daemon, 'cycle ended');
    expect(endpoint.users()).toHaveLength(USERS);
    await stop(daemon);
  });

  it('keeps everything as it was while scimsync.yaml is broken', async () => {
    await using start = await freshStart();
    await editJob(start.directory, 'scim', (job) => {
      job['schedule'] = { every: '1s' };
    });
    await using daemon = startCli(['daemon', '--config', start.directory]);
    await logged(daemon, 'cycle ended');
    await writeFile(join(start.directory, 'scimsync.yaml'), 'sources: [');
    daemon.kill('SIGHUP');
    await logged(daemon, 'the changed configuration has faults');
    const joiner = await createPerson(world.tenant, 'new.joiner');
    await assign(world.tenant, joiner);
    await until('the account of the joiner', () =>
      endpoint.users().some((user) => user['externalId'] === joiner) ? true : undefined,
    );
    await stop(daemon);
  });
});
