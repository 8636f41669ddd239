// What a job belongs to, from the outside: another system is not written to, the same one at another address is.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { runCli } from './support/child-processes.ts';
import { expectInStep } from './support/expected.ts';
import { type FreshStart, sharedSandbox } from './support/fresh-start.ts';
import { isJson, type Json, list, member, text } from './support/http-json.ts';
import { startKillingProxy } from './support/killing-proxy.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { editJob, part, writeSecret } from './support/world.ts';

const freshStart = sharedSandbox({ users: 12, groups: 3 });
let other: Awaited<ReturnType<typeof startScimTarget>>;

beforeAll(async () => {
  other = await startScimTarget({ kind: 'rfc7644' });
});
afterAll(() => other.close());

/** Points the job at another address; answers the former one. */
async function moveTo(directory: string, url: string): Promise<string> {
  let before = '';
  await editJob(directory, 'scim', (job) => {
    before = text(part(job, 'target'), 'baseUrl');
    part(job, 'target')['baseUrl'] = url;
  });
  return before;
}

async function rebind(directory: string): Promise<{ readonly exitCode: number | null; readonly report: Json }> {
  const run = await runCli(['job', 'rebind', 'scim', '--config', directory, '--json']);
  const report: unknown = run.stdout === '' ? {} : JSON.parse(run.stdout);
  return { exitCode: run.exitCode, report: isJson(report) ? report : {} };
}

/** The other system, empty, with the token that the job uses. */
async function toOtherSystem({ directory }: FreshStart): Promise<string> {
  other.reset();
  other.log.clear();
  await writeSecret(directory, 'scim', other.token);
  return moveTo(directory, other.url);
}

describe('a job belongs to its target', () => {
  // spec: binding
  it('base URL switched to another system stops the job', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    const leaver = text((await start.target.users())[0], 'externalId');
    await start.tenant.graph('PATCH', `/users/${leaver}`, { accountEnabled: false });
    const before = await toOtherSystem(start);
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error).toMatchObject({ code: 'TargetChanged' });
    expect(run.job().error?.message).toContain(`${before} and is ${other.url}`);
    expect(other.log.all()).toEqual([]);
    expectExit(await start.sync(['--dry-run']), 4);
    expect(other.log.all()).toEqual([]);
    const status = await runCli(['status', '--config', start.directory]);
    expectExit(status, 4);
    expect(status.stdout).toContain('scimsync job rebind scim');

    const refused = await rebind(start.directory);
    expect(refused.exitCode).toBe(1);
    expect(refused.report).toMatchObject({ outcome: 'refused', target: { same: 0 } });
    expect(list(member(refused.report, 'target'), 'wrong')).toHaveLength(5);
    expect(writes(other.log.all())).toEqual([]);
    expectExit(await start.syncHere(), 4);
    expect(writes(other.log.all())).toEqual([]);
  });

  it('goes on with the same system at another address after job rebind', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    const address = await moveTo(start.directory, 'http://127.0.0.1:1/scim/v2');
    const { origin, pathname } = new URL(address);
    await using proxy = await startKillingProxy(origin, pathname);
    await moveTo(start.directory, proxy.url);
    expectExit(await start.syncHere(), 4);
    expect(proxy.seen()).toBe(0);
    await start.target.clearLog();

    const { exitCode, report } = await rebind(start.directory);
    expect(exitCode).toBe(0);
    const { asked, same } = member(report, 'target');
    expect(report).toMatchObject({ outcome: 'bound', source: null });
    expect(asked).toBe(report['links']);
    expect(same).toBe(asked);
    expect(proxy.seen()).toBe(asked);
    expect(writes(await start.target.requests())).toEqual([]);

    const joiner = await createPerson(start.tenant, 'new.joiner');
    await assign(start.tenant, joiner);
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 1, adopted: 0 });
    await expectInStep(start.target, start.tenant);
  });
});
