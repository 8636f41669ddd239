// The first minute of everybody who tries scimsync: sandbox, configuration, two runs.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { expectedOf, expectInStep } from './support/expected.ts';
import { text } from './support/http-json.ts';
import { expectExit, syncNow } from './support/sync-run.ts';
import { editJob, startWorld } from './support/world.ts';

describe('sandbox --write-config and --sync-now', () => {
  it('provisions both targets; a second run creates and updates nothing and sends nothing', async () => {
    await using world = await startWorld({ users: 40, groups: 8, target: 'both' });
    const first = await world.sync();
    expectExit(first, 0);
    const { people } = await expectInStep(world.target('rfc7644'), world.tenant);
    const peakon = await world.target('peakon').users();
    expect(new Set(peakon.map((user) => text(user, 'externalId')))).toEqual(new Set(people.keys()));
    expect(first.job('peakon').counts.created).toBe(people.size);
    expect(first.job('scim').cycle.kind).toBe('initial');

    await world.target('rfc7644').clearLog();
    await world.target('peakon').clearLog();
    const second = await world.sync();
    expectExit(second, 0);
    for (const job of second.jobs) {
      expect(job.cycle.kind).toBe('incremental');
      expect(job.counts).toMatchObject({ created: 0, updated: 0, adopted: 0, disabled: 0, deleted: 0, failed: 0 });
      expect(job.requests.scim).toBe(0);
    }
    expect(await world.target('rfc7644').requests()).toEqual([]);
    expect(await world.target('peakon').requests()).toEqual([]);
  });

  it('provisions an endpoint of the caller’s own', async () => {
    const endpoint = await startScimTarget({ kind: 'rfc7644' });
    try {
      await using world = await startWorld({ users: 20, groups: 3, endpoint });
      const run = await world.sync();
      expectExit(run, 0);
      const { people } = await expectedOf(world.tenant);
      expect(new Set(endpoint.users().map((user) => text(user, 'externalId')))).toEqual(new Set(people.keys()));
      expect(run.job('scim').requests.scim).toBe(endpoint.log.totals().requests);
      endpoint.log.clear();
      expectExit(await world.sync(), 0);
      expect(endpoint.log.totals().requests).toBe(0);
    } finally {
      await endpoint.close();
    }
  });

  // spec: dry-run
  it('plans without writing with --dry-run, and the run after it does the work', async () => {
    await using world = await startWorld();
    const planned = await world.sync(['--dry-run']);
    expectExit(planned, 0);
    expect(planned.job().cycle.dryRun).toBe(true);
    expect(await world.target().users()).toEqual([]);
    const done = await world.sync();
    expectExit(done, 0);
    expect(done.job().counts.created).toBe(planned.job().counts.created);
    await expectInStep(world.target(), world.tenant);
  });

  it('adopts accounts that exist already instead of making second ones', async () => {
    await using world = await startWorld();
    const { people } = await expectedOf(world.tenant);
    const members = [...people.values()].filter((person) => person['userType'] !== 'Guest');
    const names = members.slice(0, 5).map((person) => text(person, 'userPrincipalName').toUpperCase());
    await world.target().seed(names.map((userName) => ({ userName, active: true })));
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts.adopted).toBe(5);
    expect(await world.target().users()).toHaveLength(people.size);
    await expectInStep(world.target(), world.tenant);
  });

  it('runs one job alone when it is named', async () => {
    await using world = await startWorld({ target: 'both' });
    const run = await world.sync(['--job', 'scim']);
    expectExit(run, 0);
    expect(run.jobs.map(({ id }) => id)).toEqual(['scim']);
    expect(await world.target('peakon').users()).toEqual([]);
  });
});

describe('what the configuration directory holds', () => {
  // spec: secrets, owner-only
  it('keeps secrets and state to the owner, and no secret in log, result or store', async () => {
    await using world = await startWorld({ target: 'both' });
    const run = await world.sync(['--log-level', 'debug']);
    expectExit(run, 0);
    const store = join(world.directory, 'data', 'scimsync.db');
    const modes = await Promise.all(
      [store, join(world.directory, 'secrets', 'graph'), join(world.directory, 'secrets', 'scim')].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    const written = `${run.stdout}${run.stderr}${(await readFile(store)).toString('latin1')}`;
    for (const name of ['graph', 'peakon', 'scim']) {
      const secret = (await readFile(join(world.directory, 'secrets', name), 'utf8')).trim();
      expect(written.includes(secret), `the secret ${name} shows`).toBe(false);
    }
  });

  it('names every fault of a configuration and starts nothing (exit 1)', async () => {
    await using world = await startWorld();
    await editJob(world.directory, 'scim', (job) => {
      job['mode'] = 'enforced';
      job['gruops'] = true;
    });
    const run = await world.sync();
    expectExit(run, 1);
    expect(run.stderr).toContain('jobs/scim.yaml');
    expect(run.stderr).toContain('gruops');
    expect(run.stderr).toContain('mode');
    expect(await world.target().requests()).toEqual([]);
  });

  it('says that there is no configuration (exit 1)', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scimsync-e2e-'));
    try {
      const run = await syncNow(directory);
      expectExit(run, 1);
      expect(run.stderr).toContain('scimsync.yaml');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
