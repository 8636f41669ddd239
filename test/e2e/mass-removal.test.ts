// A removal that is too large for one cycle: held, shown, approved, carried out.
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf, expectInStep } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import type { TenantClient } from './support/tenant-client.ts';

const freshStart = sharedSandbox({ users: 40, groups: 8 });
const MANY = 10;

async function block(tenant: TenantClient, ids: readonly string[], accountEnabled = false): Promise<void> {
  for (const id of ids) await tenant.graph('PATCH', `/users/${id}`, { accountEnabled });
}

async function stagedSets(directory: string) {
  const staged = await runCli(['staged', '--config', directory, '--json']);
  return { staged, sets: list(JSON.parse(staged.stdout), 'sets') };
}

describe('a mass removal', () => {
  // spec: held-removals
  it('is held (exit 3) while other changes go on; approved, the next run carries it out', async () => {
    await using start = await freshStart();
    const { tenant, target, directory } = start;
    expectExit(await start.syncHere(), 0);
    const [renamed = '', ...others] = [...(await expectedOf(tenant)).people.keys()];
    const leavers = others.slice(0, MANY);
    await block(tenant, leavers);
    await tenant.graph('PATCH', `/users/${renamed}`, { displayName: 'Renamed Meanwhile' });
    const run = await start.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ held: MANY, disabled: 0, updated: 1 });
    const users = await target.users();
    expect(users.filter((user) => leavers.includes(text(user, 'externalId')) && user['active'] === true)).toHaveLength(
      MANY,
    );
    expect(users.map((user) => user['displayName'])).toContain('Renamed Meanwhile');

    const { staged, sets } = await stagedSets(directory);
    expectExit(staged, 3);
    expect(sets).toHaveLength(1);
    expect(sets[0]).toMatchObject({ jobId: 'scim', guardClass: 'leavers', count: MANY });
    expect(
      list(sets[0], 'changes')
        .map((change) => text(change, 'objectId'))
        .toSorted(),
    ).toEqual(leavers.toSorted());
    const status = await runCli(['status', '--config', directory, '--json']);
    expectExit(status, 3);

    const approve = await runCli(['approve', '--config', directory, '--job', 'scim', '--set', text(sets[0], 'set')]);
    expectExit(approve, 0);
    const carriedOut = await start.sync();
    expectExit(carriedOut, 0);
    expect(carriedOut.job().counts).toMatchObject({ held: 0, disabled: MANY });
    await expectInStep(target, tenant);
    expect((await start.syncHere()).job().requests.scim).toBe(0);
    expect((await stagedSets(directory)).sets).toEqual([]);
  });

  // spec: approvals
  it('is approved as it was shown, or not at all', async () => {
    await using start = await freshStart();
    const { tenant, directory } = start;
    expectExit(await start.syncHere(), 0);
    const people = [...(await expectedOf(tenant)).people.keys()];
    await block(tenant, people.slice(0, MANY));
    expectExit(await start.syncHere(), 3);
    const shown = text((await stagedSets(directory)).sets[0], 'set');
    await block(tenant, people.slice(MANY, MANY + 2));
    expectExit(await start.syncHere(), 3);
    const refused = await runCli(['approve', '--config', directory, '--job', 'scim', '--set', shown]);
    expectExit(refused, 1);
    expect(refused.stderr).toContain('2 more');
    const run = await start.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ held: MANY + 2, disabled: 0 });
  });

  it('is forgotten when the directory takes it back, also after the approval', async () => {
    await using start = await freshStart();
    const { tenant, target, directory } = start;
    expectExit(await start.syncHere(), 0);
    const leavers = [...(await expectedOf(tenant)).people.keys()].slice(0, MANY);
    await block(tenant, leavers);
    expectExit(await start.syncHere(), 3);
    const shown = text((await stagedSets(directory)).sets[0], 'set');
    expectExit(await runCli(['approve', '--config', directory, '--job', 'scim', '--set', shown]), 0);
    await block(tenant, leavers.slice(0, 4), true);
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ held: 0, disabled: MANY - 4 });
    await expectInStep(target, tenant);
  });
});
