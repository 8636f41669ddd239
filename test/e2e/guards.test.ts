// Guards through the real program: what is held, what goes on meanwhile, and what never reaches a target.
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf, expectInStep } from './support/expected.ts';
import { type Json, list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { createPerson, type TenantClient } from './support/tenant-client.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

async function staged(world: World): Promise<readonly Json[]> {
  const shown = await runCli(['staged', '--config', world.directory, '--json']);
  return list(JSON.parse(shown.stdout), 'sets');
}

/** Takes the assignments of these people away, which a script that went wrong does in a second. */
async function unassignAll(tenant: TenantClient, ids: ReadonlySet<string>): Promise<void> {
  const path = `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`;
  for (const row of await tenant.rows(`${path}?$top=999`))
    if (ids.has(text(row, 'principalId'))) await tenant.graph('DELETE', `${path}/${text(row, 'id')}`);
}

async function accountOf(world: World, id: string): Promise<Json> {
  const found = (await world.target().users()).find((user) => user['externalId'] === id);
  expect(found, `the account of ${id}`).toBeDefined();
  return found ?? {};
}

describe('removals', () => {
  it('one blocked person is disabled while 600 unassigned are held', async () => {
    await using world = await startWorld({ users: 720, groups: 0, assigned: 'all' });
    const { tenant } = world;
    expectExit(await world.syncHere(), 0);
    const people = [...(await expectedOf(tenant)).people.keys()];
    const [blocked = '', ...others] = people;
    const lost = new Set(others.slice(0, 600));
    expect(lost.size).toBe(600);
    await unassignAll(tenant, lost);
    await tenant.graph('PATCH', `/users/${blocked}`, { accountEnabled: false });
    await world.target().clearLog();

    const run = await world.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ disabled: 1, held: 600 });
    expect(writes(await world.target().requests())).toHaveLength(1);
    expect(await accountOf(world, blocked)).toMatchObject({ active: false });
    const inactive = (await world.target().users()).filter((user) => user['active'] === false);
    expect(inactive).toHaveLength(1);
    expect(await staged(world)).toMatchObject([{ guardClass: 'scopeLosses', count: 600 }]);
  });

  it('hard-deleted in Peakon is disabled, not deleted', async () => {
    await using world = await startWorld({ users: 40, groups: 0, target: 'peakon' });
    const { tenant } = world;
    expectExit(await world.syncHere(), 0);
    const [gone = ''] = (await expectedOf(tenant)).people.keys();
    await tenant.graph('DELETE', `/users/${gone}`);
    await tenant.graph('DELETE', `/directory/deletedItems/${gone}`);
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ disabled: 1, deleted: 0, held: 0 });
    expect(await accountOf(world, gone)).toMatchObject({ active: false });
    expect((await world.target().requests()).filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  // spec: irreversible
  it('that Peakon cannot take back are held although somebody configured them, until they are approved', async () => {
    await using world = await startWorld({ users: 40, groups: 0, target: 'peakon' });
    await editJob(world.directory, 'peakon', (job) => {
      part(job, 'lifecycle')['hardDeleted'] = 'delete';
      part(job, 'profile')['irreversible'] = ['delete'];
    });
    const { tenant } = world;
    expectExit(await world.syncHere(), 0);
    const [gone = ''] = (await expectedOf(tenant)).people.keys();
    await tenant.graph('DELETE', `/users/${gone}`);
    await tenant.graph('DELETE', `/directory/deletedItems/${gone}`);
    const run = await world.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ deleted: 0, held: 1 });
    const [set] = await staged(world);
    expect(set).toMatchObject({ guardClass: 'irreversible', count: 1 });
    expect((await world.target().requests()).filter(({ method }) => method === 'DELETE')).toEqual([]);
    expectExit(await runCli(['approve', '--config', world.directory, '--job', 'peakon', '--set', text(set, 'set')]), 0);
    expect((await world.syncHere()).job().counts).toMatchObject({ deleted: 1, held: 0 });
  });
});

describe('names', () => {
  it('a renamed userPrincipalName of a deleted person never reaches the target', async () => {
    await using world = await startWorld({ users: 40, groups: 4 });
    const { tenant } = world;
    expectExit(await world.syncHere(), 0);
    const [deleted = ''] = (await expectedOf(tenant)).people.keys();
    const before = await accountOf(world, deleted);
    await tenant.graph('DELETE', `/users/${deleted}`);
    const prefix = deleted.replaceAll('-', '');
    const inBin = await tenant.graph('GET', `/directory/deletedItems/${deleted}`);
    expect(text(inBin, 'userPrincipalName').startsWith(prefix)).toBe(true);

    expect((await world.syncHere()).job().counts).toMatchObject({ disabled: 1 });
    // Another configuration plans everybody afresh, whoever is in the recycle bin included.
    await editJob(world.directory, 'scim', (job) => {
      part(job, 'lifecycle')['outOfScope'] = 'nothing';
    });
    expect((await world.syncHere()).job().counts).toMatchObject({ updated: 0, failed: 0 });
    expect(await accountOf(world, deleted)).toEqual({ ...before, active: false, meta: expect.anything() });
    const sent = JSON.stringify(await world.target().requests());
    expect(sent).toContain(deleted);
    expect(sent).not.toContain(prefix);

    await tenant.graph('POST', `/directory/deletedItems/${deleted}/restore`);
    expect((await world.syncHere()).job().counts).toMatchObject({ enabled: 1, updated: 0 });
    await expectInStep(world.target(), tenant);
    expect(JSON.stringify(await world.target().requests())).not.toContain(prefix);
  });

  // spec: held-identities
  it('of a domain that is renamed are shown old and new, and written when they are approved', async () => {
    await using world = await startWorld({ users: 60, groups: 0, assigned: 'all' });
    const { tenant } = world;
    expectExit(await world.syncHere(), 0);
    const people = [...(await expectedOf(tenant)).people.values()].filter((each) => each['userType'] !== 'Guest');
    const renamed = people.slice(0, 12);
    for (const person of renamed)
      await tenant.graph('PATCH', `/users/${text(person, 'id')}`, {
        userPrincipalName: text(person, 'userPrincipalName').replace(/@.*/, '@renamed.example'),
      });
    const run = await world.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ updated: 0, held: 12 });
    const shown = await runCli(['staged', '--config', world.directory]);
    const [first] = renamed;
    const old = text(first, 'userPrincipalName');
    expect(shown.stdout).toContain(`userName "${old}" -> "${old.replace(/@.*/, '@renamed.example')}"`);
    const [set] = await staged(world);
    expectExit(await runCli(['approve', '--config', world.directory, '--job', 'scim', '--set', text(set, 'set')]), 0);
    expect((await world.syncHere()).job().counts).toMatchObject({ updated: 12, held: 0 });
    await expectInStep(world.target(), tenant);
  });
});

describe('a first contact', () => {
  // spec: vanished-accounts
  it('with a target full of strangers creates nobody until that is approved', async () => {
    await using world = await startWorld({ users: 30, groups: 0 });
    const strangers = Array.from({ length: 40 }, (_, index) => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `stranger${index}@elsewhere.example`,
      active: true,
    }));
    await world.target().seed(strangers);
    const run = await world.sync();
    expectExit(run, 3);
    const held = run.job().counts.held;
    expect(run.job().counts).toMatchObject({ created: 0 });
    expect(held).toBeGreaterThan(20);
    expect(writes(await world.target().requests())).toEqual([]);
    const [set] = await staged(world);
    expect(set).toMatchObject({ guardClass: 'creates', count: held });
    const log = await runCli(['logs', '--config', world.directory, '--action', 'create']);
    expect(log.stdout).toContain('40 accounts');
    expectExit(await runCli(['approve', '--config', world.directory, '--job', 'scim', '--set', text(set, 'set')]), 0);
    expect((await world.syncHere()).job().counts).toMatchObject({ created: held, held: 0 });
  });
});

describe('protect', () => {
  // spec: protected
  it('refuses a filter that cannot be read, and keeps its hands off the account of one that can', async () => {
    await using world = await startWorld({ users: 20, groups: 3 });
    const { tenant } = world;
    const glass = await createPerson(tenant, 'break.glass');
    const assignment = { principalId: glass, resourceId: tenant.servicePrincipalId };
    const role = list(await tenant.graph('GET', `/servicePrincipals/${tenant.servicePrincipalId}`), 'appRoles')[0];
    await tenant.graph('POST', `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`, {
      ...assignment,
      appRoleId: text(role, 'id'),
    });
    const protect = (filter: string) =>
      editJob(world.directory, 'scim', (job) => {
        job['protect'] = [filter];
      });
    await protect('userName eq "break.glass@contoso.example');
    const refused = await runCli(['validate', '--config', world.directory]);
    expectExit(refused, 1);
    expect(refused.stdout + refused.stderr).toContain('protect[0]');
    await protect('userName eq "BREAK.GLASS@contoso.example"');
    expectExit(await world.syncHere(), 0);
    const before = await accountOf(world, glass);
    await tenant.graph('DELETE', `/users/${glass}`);
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ protected: 1, disabled: 0 });
    expect(await accountOf(world, glass)).toEqual(before);
  });
});
