// Lifecycle policies through the real program: what is sent when somebody leaves and comes back, where the planned deletion is
// shown, and the report that proves it.
import { expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { type Json, list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { assign, createPerson, unassign } from './support/tenant-client.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

async function accountOf(world: World, id: string): Promise<Json | undefined> {
  return (await world.target().users()).find((user) => user['externalId'] === id);
}

async function groupsWith(world: World, accountId: string): Promise<number> {
  const groups = await world.target().groups();
  return groups.filter((group) => list(group, 'members').some((member) => member['value'] === accountId)).length;
}

async function printed(world: World, ...args: readonly string[]): Promise<string> {
  const run = await runCli([...args, '--config', world.directory]);
  expectExit(run, 0);
  return run.stdout;
}

function period(): string[] {
  const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  // A night may pass while the test runs.
  return ['--from', day(-1), '--to', day(1)];
}

// spec: delayed-deletion, stripped-memberships
it('disables, sets, takes memberships, announces the deletion, undoes all of it for who comes back, and deletes who does not', async () => {
  await using world = await startWorld({ users: 12, groups: 2 });
  await editJob(world.directory, 'scim', (job) => {
    part(job, 'lifecycle')['blocked'] = {
      deleteAfter: '30d',
      removeMemberships: true,
      set: { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter': 'left' },
    };
    part(job, 'lifecycle')['unassigned'] = { deleteAfter: '0d' };
  });
  const { tenant } = world;
  const gone = await createPerson(tenant, 'leaver', { displayName: '=cmd|leaver' });
  await assign(tenant, gone);
  expectExit(await world.sync(), 0);
  let person = '';
  for (const id of (await expectedOf(tenant)).people.keys()) {
    const account = await accountOf(world, id);
    if (account !== undefined && (await groupsWith(world, text(account, 'id'))) > 0) person = id;
    if (person !== '') break;
  }
  const before = await accountOf(world, person);
  const accountId = text(before, 'id');
  const memberships = await groupsWith(world, accountId);
  expect(memberships).toBeGreaterThan(0);

  await tenant.graph('PATCH', `/users/${person}`, { accountEnabled: false });
  await unassign(tenant, gone);
  const left = await world.sync();
  expectExit(left, 0);
  expect(left.job().counts).toMatchObject({ disabled: 2, deleted: 0, memberships: { removed: memberships } });
  const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  expect(await accountOf(world, person)).toMatchObject({ active: false, [enterprise]: { costCenter: 'left' } });
  expect(await groupsWith(world, accountId)).toBe(0);

  const planned = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 7);
  expect(await printed(world, 'status')).toMatch(/2 deletions planned, the next one \d{4}-\d\d-\d\d/);
  expect(await printed(world, 'links', 'show', person, '--job', 'scim')).toContain(`deletion  planned from ${planned}`);
  expect((await runCli(['explain', person, '--job', 'scim', '--config', world.directory])).stdout).toContain(
    'the account is deleted from',
  );
  const report = JSON.parse(await printed(world, 'report', 'leavers', ...period(), '--json')) as Json;
  expect(report).toMatchObject({
    summary: { events: 2, confirmed: 2, open: 0 },
    leavers: expect.arrayContaining([
      expect.objectContaining({ job: 'scim', sourceId: person, event: 'blocked', outcome: 'disabled', open: null }),
    ]) as unknown,
  });

  await tenant.graph('PATCH', `/users/${person}`, { accountEnabled: true });
  const back = await world.sync();
  expectExit(back, 0);
  expect(back.job().counts).toMatchObject({ enabled: 1, disabled: 0, deleted: 1, memberships: { added: memberships } });
  const again = await accountOf(world, person);
  expect(again).toMatchObject({ id: accountId, active: true });
  expect(again?.[enterprise]).toEqual(before?.[enterprise]);
  expect(await printed(world, 'status')).not.toContain('planned');
  expect(await accountOf(world, gone)).toBeUndefined();
  expect(await printed(world, 'report', 'leavers', ...period())).toContain('came back');
  const csv = await printed(world, 'report', 'leavers', ...period(), '--csv');
  expect(csv.split('\r\n')[0]).toContain('sourceId,displayName,targetId,event,firstSeen,confirmed,minutes');
  expect(csv).toMatch(new RegExp(`^scim,${gone},'=cmd\\|leaver,.*,disabled,`, 'm'));
  expect((await world.sync()).job().requests.scim).toBe(0);
});
