// `scimsync provision` as a process: each object with its steps, exactly the requests it needs, and a next cycle without
// work for them.
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { list, text } from './support/http-json.ts';
import { provision } from './support/provision-run.ts';
import { expectExit } from './support/sync-run.ts';
import { type TargetClient, writes } from './support/target-client.ts';
import { assign, createPerson, reference, type TenantClient } from './support/tenant-client.ts';
import { startWorld, type World } from './support/world.ts';

/** A world whose first cycle has run. */
async function provisioned(users = 12): Promise<World> {
  const world = await startWorld({ users, groups: 3 });
  try {
    expectExit(await world.syncHere(), 0);
    await world.target().clearLog();
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

async function written(target: TargetClient): Promise<readonly string[]> {
  return writes(await target.requests()).map(
    ({ method, path }) => `${method} ${path.split('/').slice(0, 4).join('/')}`,
  );
}

async function accountOf(target: TargetClient, id: string) {
  return (await target.users()).find((user) => user['externalId'] === id);
}

async function expectQuiet(world: World): Promise<void> {
  await world.target().clearLog();
  expectExit(await world.syncHere(), 0);
  expect(await written(world.target())).toEqual([]);
}

async function somebody(tenant: TenantClient): Promise<string> {
  const [id = ''] = (await expectedOf(tenant)).people.keys();
  return id;
}

const stepsOf = ({ objects }: Awaited<ReturnType<typeof provision>>) =>
  objects.map(({ steps }) => steps.map((step) => `${step.provisioningStepType} ${step.status}`));

describe('on demand', () => {
  // spec: on-demand
  it('provisions a new person by address, a leaver by id, both at once', async () => {
    await using world = await provisioned();
    const { tenant } = world;
    const joiner = await createPerson(tenant, 'new.joiner');
    await assign(tenant, joiner);
    const leaver = await somebody(tenant);
    await tenant.graph('DELETE', `/users/${leaver}`);

    const run = await provision(world.directory, ['new.joiner@contoso.example', leaver]);
    expectExit(run, 0);
    expect(run.objects.map(({ id, action, outcome }) => ({ id, action, outcome }))).toEqual([
      { id: joiner, action: 'create', outcome: 'success' },
      { id: leaver, action: 'disable', outcome: 'success' },
    ]);
    expect(stepsOf(run)[0]).toEqual(['import success', 'scoping success', 'matching success', 'export success']);
    expect(run.document).toMatchObject({ written: true, because: null });
    expect((await written(world.target())).map((each) => each.split(' ')[0]).toSorted()).toEqual(['PATCH', 'POST']);
    expect((await accountOf(world.target(), joiner))?.['active']).toBe(true);
    expect((await accountOf(world.target(), leaver))?.['active']).toBe(false);
    await expectQuiet(world);
  });

  it('says why somebody gets nothing, and sends nothing', async () => {
    await using world = await provisioned();
    await createPerson(world.tenant, 'not.assigned');
    const run = await provision(world.directory, ['not.assigned@contoso.example']);
    expectExit(run, 0);
    expect(run.objects).toMatchObject([{ action: 'none', outcome: 'skipped' }]);
    expect(run.objects[0]?.steps.find((step) => step.provisioningStepType === 'scoping')?.description).toBe(
      'Not assigned to the application.',
    );
    expect(await world.target().requests()).toEqual([]);
  });

  it('provisions a group of 1,200 with all its members', async () => {
    await using world = await provisioned(1700);
    const { tenant } = world;
    const people = [...(await expectedOf(tenant)).people.keys()].slice(0, 1200);
    expect(people).toHaveLength(1200);
    const group = text(await tenant.graph('POST', '/groups', { displayName: 'Everybody in sales' }), 'id');
    for (let from = 0; from < people.length; from += 20) {
      const bound = people.slice(from, from + 20).map((id) => reference(id)['@odata.id']);
      await tenant.graph('PATCH', `/groups/${group}`, { 'members@odata.bind': bound });
    }
    await assign(tenant, group);
    const run = await provision(world.directory, ['Everybody in sales']);
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 1, memberships: { added: 1200, removed: 0 } });
    const made = (await world.target().groups()).find((each) => each['externalId'] === group);
    expect(list(made, 'members')).toHaveLength(1200);
    const sent = await written(world.target());
    expect(
      sent.every((each) => each.includes('/Groups')),
      sent.join(),
    ).toBe(true);
    await expectQuiet(world);
  });

  it('a dry run shows what would be done and does none of it', async () => {
    await using world = await provisioned();
    const joiner = await createPerson(world.tenant, 'new.joiner');
    await assign(world.tenant, joiner);
    const run = await provision(world.directory, [joiner], ['--dry-run']);
    expectExit(run, 0);
    expect(run.objects).toMatchObject([{ action: 'create', outcome: 'planned', displayName: 'Person new.joiner' }]);
    expect(run.document).toMatchObject({ written: false, because: 'dryRun' });
    expect(await written(world.target())).toEqual([]);
    const shown = await runCli(['provision', joiner, '--dry-run', '--config', world.directory, '--log-level', 'error']);
    expect(shown.stdout).toMatch(/nothing was written[\s\S]*import[\s\S]*scoping[\s\S]*matching[\s\S]*Would create/);
    const sync = await world.sync();
    expect(sync.job().counts.created).toBe(1);
  });

  it('refuses names that mean nobody or several, and says whom they could mean', async () => {
    await using world = await provisioned();
    const [first, second] = [
      await createPerson(world.tenant, 'twin.one', { displayName: 'Twin' }),
      await createPerson(world.tenant, 'twin.two', { displayName: 'Twin' }),
    ];
    const run = await provision(world.directory, ['Twin', 'nobody@contoso.example']);
    expectExit(run, 1);
    for (const part of [first, second, 'twin.one@contoso.example', '"nobody@contoso.example"'])
      expect(run.stderr).toContain(part);
    expect(await world.target().requests()).toEqual([]);
  });
});

describe('--sync-now --limit', () => {
  // spec: limit
  it('sends so many, reads them back, and leaves the rest to the next run', async () => {
    await using world = await startWorld({ users: 12, groups: 2 });
    const run = await runCli(['--sync-now', '--limit', '3', '--config', world.directory, '--log-level', 'error']);
    expectExit(run, 0);
    expect(run.stdout).toMatch(/3 of \d+ sent · \d+ left: run again with a larger --limit or without/);
    expect(run.stdout.match(/: as sent/g)).toHaveLength(3);
    expect(await written(world.target())).toHaveLength(3);
    const reads = (await world.target().requests()).slice(-3);
    expect(reads.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    expectExit(await world.syncHere(), 0);
    await expectQuiet(world);
  });
});

describe('--fail-on', () => {
  it('decides which conditions the exit code tells', async () => {
    await using world = await startWorld({ users: 6, groups: 0 });
    await world.target().addFaults({ match: { method: 'POST' }, times: 1, action: { status: 400 } });
    const failed = await world.sync();
    expectExit(failed, 2);
    expectExit(await world.sync(['--fail-on', 'config,job,held']), 0);
    expectExit(await world.sync(['--fail-on', 'objects']), 2);
    expectExit(await world.sync(['--fail-on', 'people']), 1);
  });
});
