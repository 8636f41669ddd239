// A plan in a file: made, read, applied. What was seen is what is sent.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { type Json, member, text } from './support/http-json.ts';
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

function apply(directory: string, file: string, ...more: readonly string[]) {
  return runCli(['apply', file, '--config', directory, ...more]);
}

const MANY = 10;

describe('a plan file', () => {
  // spec: plan-files
  it('is applied: exactly what was seen is sent; what is stale, altered or not to be sent is refused', async () => {
    await using world = await startWorld({ users: 60, groups: 0 });
    const { directory, tenant } = world;
    const target = world.target();
    expectExit(await world.sync(), 0);
    const people = [...(await expectedOf(tenant)).people.keys()];
    const seen = people.slice(0, MANY);
    for (const [index, id] of seen.entries()) await rename(tenant, id, `Seen ${index}`);
    const file = await makePlan(directory);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const changes = await changesIn(file);
    expect(changes.map((change) => text(change, 'id')).toSorted()).toEqual(seen.toSorted());

    // Meanwhile somebody else changes, somebody leaves, and one of those who were seen changes again.
    const [other = '', leaver = ''] = people.slice(MANY);
    const [again = ''] = seen;
    await rename(tenant, other, 'Not seen');
    await rename(tenant, again, 'Another name');
    await tenant.graph('PATCH', `/users/${leaver}`, { accountEnabled: false });
    await target.clearLog();
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.replace('"Seen 1"', '"Sent 1"'));
    const altered = await apply(directory, file);
    expectExit(altered, 1);
    expect(altered.stderr).toContain('was altered');
    await writeFile(file, whole);
    expectExit(await apply(directory, file, '--read-only'), 1);
    expect(await target.requests()).toEqual([]);

    const applied = await apply(directory, file);
    expectExit(applied, 3);
    const sent = writes(await target.requests());
    const accounts = changes
      .filter((change) => text(change, 'id') !== again)
      .map((change) => `/Users/${text(change, 'account')}`);
    expect(sent.map(({ method }) => method)).toEqual(accounts.map(() => 'PATCH'));
    expect(sent.map(({ path }) => path.slice(path.indexOf('/Users/'))).toSorted()).toEqual(accounts.toSorted());
    expect(applied.stdout).toContain('different now, not sent');
    expect(applied.stdout).toMatch(/seen {2}update {2}displayName .* -> "Seen 0"/);
    expect(applied.stdout).toMatch(/now {3}update {2}displayName .* -> "Another name"/);
    expect(applied.stdout).toMatch(/not in the plan +2 changes are due/);
    // Nobody was lost by waiting.
    expect((await world.sync()).job().counts).toMatchObject({ updated: 2, disabled: 1 });
    const once = await apply(directory, file, '--json');
    expect(JSON.parse(once.stdout)).toMatchObject({ applied: { sent: 0, unnecessary: MANY } });

    await target.clearLog();
    await editJob(directory, 'scim', (job) => {
      job['lifecycle'] = { ...member(job, 'lifecycle'), blocked: 'nothing' };
    });
    const stale = await apply(directory, file);
    expectExit(stale, 1);
    expect(stale.stderr).toContain('another configuration');
    await editJob(directory, 'scim', (job) => {
      job['lifecycle'] = { ...member(job, 'lifecycle'), blocked: 'disable' };
      job['mode'] = 'observe';
    });
    const observed = await apply(directory, file);
    expectExit(observed, 1);
    expect(observed.stderr).toContain('mode observe');
    expect(await target.requests()).toEqual([]);
  });
});
