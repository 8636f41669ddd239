// A plan in a file: made, read, applied. What was seen is what is sent.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { type Json, list, member, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import type { TenantClient } from './support/tenant-client.ts';
import { editJob, startWorld } from './support/world.ts';

/** The changes of a plan file. */
async function changesIn(file: string): Promise<Json[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.slice(1, -1).map((line) => JSON.parse(line) as Json);
}

async function makePlan(directory: string): Promise<string> {
  const file = join(directory, 'first.plan');
  const made = await runCli(['plan', '--config', directory, '--job', 'scim', '--out', file]);
  expect([0, 3], made.stderr).toContain(made.exitCode);
  return file;
}

function rename(tenant: TenantClient, id: string, displayName: string) {
  return tenant.graph('PATCH', `/users/${id}`, { displayName });
}

function apply(directory: string, file: string) {
  return runCli(['apply', file, '--config', directory, '--json']);
}

const freshStart = sharedSandbox({ users: 20, groups: 3 });

describe('a plan file', () => {
  it('of 40 changes among 2,000 people is applied: exactly these requests are sent', async () => {
    await using world = await startWorld({ users: 2000, groups: 0 });
    expectExit(await world.sync(), 0);
    const people = [...(await expectedOf(world.tenant)).people.keys()];
    const seen = people.slice(0, 40);
    for (const [index, id] of seen.entries()) await rename(world.tenant, id, `Seen ${index}`);
    const file = await makePlan(world.directory);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const changes = await changesIn(file);
    expect(changes.map((change) => text(change, 'id')).toSorted()).toEqual(seen.toSorted());
    // Meanwhile somebody else changes, and somebody leaves.
    const [other = '', leaver = ''] = people.slice(40);
    await rename(world.tenant, other, 'Not seen');
    await world.tenant.graph('PATCH', `/users/${leaver}`, { accountEnabled: false });
    const target = world.target();
    await target.clearLog();
    const applied = await apply(world.directory, file);
    expectExit(applied, 0);
    const sent = writes(await target.requests());
    const accounts = changes.map((change) => `/Users/${text(change, 'account')}`);
    expect(sent.map(({ method }) => method)).toEqual(accounts.map(() => 'PATCH'));
    expect(sent.map(({ path }) => path.slice(path.indexOf('/Users/'))).toSorted()).toEqual(accounts.toSorted());
    const document: unknown = JSON.parse(applied.stdout);
    expect(document).toMatchObject({ applied: { sent: 40, different: 0 }, notInThePlan: 2 });
    const names = (await target.users()).map((user) => user['displayName']);
    expect(names).toEqual(expect.arrayContaining(seen.map((_, index) => `Seen ${index}`)));
    expect(names).not.toContain('Not seen');
    // Nobody was lost by waiting.
    const next = await world.sync();
    expect(next.job().counts).toMatchObject({ updated: 1, disabled: 1 });
    const again = await apply(world.directory, file);
    expectExit(again, 0);
    expect(JSON.parse(again.stdout)).toMatchObject({ applied: { sent: 0, unnecessary: 40 } });
  });

  it('that is stale is refused: each change by itself, and as a whole after another configuration', async () => {
    await using start = await freshStart();
    const { directory, tenant, target } = start;
    expectExit(await start.sync(), 0);
    const [first = '', second = ''] = [...(await expectedOf(tenant)).people.keys()];
    await rename(tenant, first, 'Seen first');
    await rename(tenant, second, 'Seen second');
    const file = await makePlan(directory);
    await rename(tenant, first, 'Another name');
    await target.clearLog();
    const applied = await runCli(['apply', file, '--config', directory]);
    expectExit(applied, 3);
    expect(applied.stdout).toContain('different now, not sent');
    expect(applied.stdout).toMatch(/seen {2}update {2}displayName .* -> "Seen first"/);
    expect(applied.stdout).toMatch(/now {3}update {2}displayName .* -> "Another name"/);
    expect(writes(await target.requests())).toHaveLength(1);

    await editJob(directory, 'scim', (job) => {
      job['lifecycle'] = { ...member(job, 'lifecycle'), blocked: 'nothing' };
    });
    await target.clearLog();
    const stale = await apply(directory, file);
    expectExit(stale, 1);
    expect(stale.stderr).toContain('another configuration');
    expect(await target.requests()).toEqual([]);
  });

  it('that was altered, is another job’s, too old, or not to be sent is refused as a whole', async () => {
    await using start = await freshStart();
    const { directory, tenant, target } = start;
    expectExit(await start.sync(), 0);
    const [first = ''] = [...(await expectedOf(tenant)).people.keys()];
    await rename(tenant, first, 'Seen');
    const file = await makePlan(directory);
    const whole = await readFile(file, 'utf8');
    await target.clearLog();
    const refused = async (content: string): Promise<string> => {
      await writeFile(file, content);
      const ended = await apply(directory, file);
      expectExit(ended, 1);
      return ended.stderr;
    };
    expect(await refused(whole.replace('"Seen"', '"Sent"'))).toContain('was altered');
    expect(await refused(whole.slice(0, -10))).toContain('was altered');
    expect(await refused('users: []\n')).toContain('no plan of this version');
    // Nobody overwrites another file by mistake.
    const lost = await runCli(['plan', '--config', directory, '--out', file]);
    expectExit(lost, 1);
    expect(lost.stderr).toContain('is no plan');
    await writeFile(file, whole);
    await editJob(directory, 'scim', (job) => {
      job['mode'] = 'observe';
    });
    const observed = await apply(directory, file);
    expectExit(observed, 1);
    expect(observed.stderr).toContain('mode observe');
    const readOnly = await runCli(['apply', file, '--config', directory, '--read-only']);
    expectExit(readOnly, 1);
    expect(await target.requests()).toEqual([]);
  });

  it('counts as approved: what a guard would hold is sent', async () => {
    await using start = await freshStart();
    const { directory, tenant } = start;
    expectExit(await start.sync(), 0);
    const leavers = [...(await expectedOf(tenant)).people.keys()].slice(0, 8);
    for (const id of leavers) await tenant.graph('PATCH', `/users/${id}`, { accountEnabled: false });
    const file = await makePlan(directory);
    expect(await changesIn(file)).toHaveLength(8);
    expect(list(JSON.parse((await start.sync()).stdout), 'jobs')[0]).toMatchObject({ counts: { held: 8 } });
    const applied = await apply(directory, file);
    expectExit(applied, 0);
    expect(JSON.parse(applied.stdout)).toMatchObject({ applied: { sent: 8 } });
  });
});
