// The first days of a job on a real tenant: it is observed, its plan is read, and a wrong match creates nobody.
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { list, member, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { editJob, startWorld, type World } from './support/world.ts';

async function observe(world: World, mode: 'observe' | 'enforce' = 'observe'): Promise<void> {
  await editJob(world.directory, 'scim', (job) => {
    job['mode'] = mode;
  });
}

/** Accounts that somebody made in the target, `local` as userName and mail. */
function accounts(locals: readonly string[]) {
  return locals.map((local) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: local,
    active: true,
    displayName: `Imported ${local}`,
    emails: [{ type: 'work', value: local }],
  }));
}

describe('a new job', () => {
  // spec: observe
  it('observe sends only reads, then nothing', async () => {
    await using world = await startWorld({ users: 20, groups: 3 });
    const target = world.target();
    await target.seed(accounts(['somebody@else.example']));
    await target.clearLog();
    await observe(world);
    const first = await world.sync();
    expectExit(first, 0);
    const { people } = await expectedOf(world.tenant);
    expect(first.job().counts.created).toBeGreaterThanOrEqual(people.size);
    expect(first.job().cycle).toMatchObject({ mode: 'observe', dryRun: false });
    expect((await target.requests()).length).toBeGreaterThan(0);
    expect(writes(await target.requests())).toEqual([]);
    await target.clearLog();
    const second = await world.sync();
    expectExit(second, 0);
    expect(await target.requests()).toEqual([]);
    expect(second.job().counts.created).toBe(first.job().counts.created);
    const status = await runCli(['status', '--config', world.directory]);
    expect(status.stdout).toContain('observ');
    await observe(world, 'enforce');
    const enforced = await world.sync();
    expectExit(enforced, 0);
    expect(enforced.job().counts.created).toBe(first.job().counts.created);
  });

  // spec: first-contact
  it('840 would-be duplicates are held at first contact, a fresh tenant with one administrator is not', async () => {
    await using world = await startWorld({ users: 860, groups: 0 });
    const target = world.target();
    await target.seed(accounts(Array.from({ length: 840 }, (_, index) => `employee-${index}`)));
    const doubtful = await world.sync();
    expectExit(doubtful, 3);
    const wanted = (await expectedOf(world.tenant)).people.size;
    expect(doubtful.job().counts).toMatchObject({ created: 0, held: wanted });
    expect(await target.users()).toHaveLength(840);
    const staged = await runCli(['staged', '--config', world.directory, '--json']);
    const [set] = list(JSON.parse(staged.stdout), 'sets');
    expect(set).toMatchObject({ guardClass: 'creates', count: wanted });
    // Nothing is lost by waiting, and nothing slips through either.
    const again = await world.syncHere();
    expectExit(again, 3);
    expect(again.job().counts).toMatchObject({ created: 0, held: wanted });
    expectExit(await runCli(['approve', '--config', world.directory, '--job', 'scim', '--set', text(set, 'set')]), 0);
    const approved = await world.sync();
    expectExit(approved, 0);
    expect(approved.job().counts).toMatchObject({ created: wanted, held: 0 });

    await using fresh = await startWorld({ users: 30, groups: 0 });
    await fresh.target().seed(accounts(['admin@fresh.example']));
    const run = await fresh.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: (await expectedOf(fresh.tenant)).people.size, held: 0 });
  });

  it('is told by its first plan which attribute would find more people', async () => {
    await using world = await startWorld({ users: 30, groups: 0 });
    const people = [...(await expectedOf(world.tenant)).people.values()];
    const mails = people.flatMap((person) => text(person, 'mail') || []);
    await world.target().seed(
      mails.slice(0, 8).map((mail, index) => ({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: `employee-${index}`,
        active: true,
        emails: [{ type: 'work', value: mail }],
      })),
    );
    const plan = await runCli(['plan', '--config', world.directory, '--job', 'scim', '--format', 'json']);
    const [job] = list(JSON.parse(plan.stdout), 'jobs');
    expect(member(member(job, 'report'), 'matching')).toMatchObject({ accounts: 8 });
    const printed = await runCli(['plan', '--config', world.directory, '--job', 'scim']);
    expect(printed.stdout).toContain('emails[type eq "work"].value would find 8: consider it as matchingPriority 1');
  });
});

describe('plan', () => {
  // spec: plan
  it('names objects with old and new values, sends no write, and leaves the next cycle as it was', async () => {
    await using world = await startWorld({ users: 20, groups: 2 });
    const target = world.target();
    expectExit(await world.syncHere(), 0);
    const [first = '', second = ''] = [...(await expectedOf(world.tenant)).people.keys()];
    await world.tenant.graph('PATCH', `/users/${first}`, { displayName: 'Renamed Person' });
    await world.tenant.graph('PATCH', `/users/${second}`, { accountEnabled: false });
    const joiner = await createPerson(world.tenant, 'joiner');
    await assign(world.tenant, joiner);
    await target.clearLog();
    const plan = await runCli(['plan', '--config', world.directory, '--format', 'json']);
    expectExit(plan, 0);
    expect(writes(await target.requests())).toEqual([]);
    const [job] = list(JSON.parse(plan.stdout), 'jobs');
    const objects = list(job, 'objects');
    expect(objects.find((each) => each['id'] === first)).toMatchObject({ action: 'update' });
    expect(
      list(
        objects.find((each) => each['id'] === first),
        'changes',
      ),
    ).toContainEqual(expect.objectContaining({ attribute: 'displayName', newValue: 'Renamed Person' }));
    expect(objects.find((each) => each['id'] === second)).toMatchObject({ action: 'disable', event: 'blocked' });
    expect(objects.find((each) => each['id'] === joiner)).toMatchObject({ action: 'create' });
    const printed = await runCli(['plan', '--config', world.directory]);
    expect(printed.stdout).toContain('"Renamed Person"');
    const markdown = await runCli(['plan', '--config', world.directory, '--format', 'md']);
    expect(markdown.stdout).toContain('| update | user');
    const run = await world.sync();
    expect(run.job().counts).toMatchObject({ created: 1, updated: 1, disabled: 1 });
  });

  it('tries another value without touching the job', async () => {
    await using world = await startWorld({ users: 20, groups: 2 });
    expectExit(await world.syncHere(), 0);
    const args = ['plan', '--config', world.directory, '--format', 'json', '--set'];
    const off = await runCli([...args, 'objectMappings.group.enabled=false']);
    expectExit(off, 0);
    const wrong = await runCli([...args, 'source.nestedGroups=deep']);
    expectExit(wrong, 1);
    expect(wrong.stderr).toContain('source.nestedGroups');
    const run = await world.sync();
    expect(run.job().requests.scim).toBe(0);
    expect(run.job().cycle.kind).toBe('incremental');
  });
});
