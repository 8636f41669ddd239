// SIGKILL at the settling boundaries of a cycle that creates, updates, disables, enables and deletes.
import { expect, it } from 'vitest';
import { sweepCommits } from './support/commit-sweep.ts';
import { copyConfiguration } from './support/crash.ts';
import { recordCrashes } from './support/crash-record.ts';
import { expectedOf } from './support/expected.ts';
import { expectExit } from './support/sync-run.ts';
import { assign, createPerson, managerOf, reference, unassign } from './support/tenant-client.ts';
import { startWorld } from './support/world.ts';

// spec: convergence
it('a cycle of changes that is killed at any commit goes on with the next run', { timeout: 1_800_000 }, async () => {
  const began = performance.now();
  await using world = await startWorld({ users: 14, groups: 4 });
  const { tenant } = world;
  const target = world.target();
  const { people, groups } = await expectedOf(tenant);
  const managers = new Set([...people.values()].map(managerOf));
  const [returning, blocked, unassigned, renamed] = [...people.keys()].filter((id) => !managers.has(id));
  const [groupId] = groups.keys();
  if (!returning || !blocked || !unassigned || !renamed || !groupId) throw new Error('the tenant is too small');
  expectExit(await world.syncHere(), 0);
  await tenant.graph('PATCH', `/users/${returning}`, { accountEnabled: false });
  expectExit(await world.syncHere(), 0);
  await using before = await copyConfiguration(world.directory);
  const [users, groupsBefore] = [await target.users(), await target.groups()];

  await tenant.graph('PATCH', `/users/${returning}`, { accountEnabled: true });
  await tenant.graph('PATCH', `/users/${blocked}`, { accountEnabled: false });
  await unassign(tenant, unassigned);
  for (const id of groups.keys())
    if (groups.get(id)?.members.includes(unassigned))
      await tenant.graph('DELETE', `/groups/${id}/members/${unassigned}/$ref`);
  await tenant.graph('PATCH', `/users/${renamed}`, { displayName: 'Somebody Else', surname: 'Else' });
  const joiner = await createPerson(tenant, 'late.joiner', { 'manager@odata.bind': reference(renamed)['@odata.id'] });
  await assign(tenant, joiner);
  await tenant.graph('POST', `/groups/${groupId}/members/$ref`, reference(joiner));
  await tenant.graph('PATCH', `/groups/${groupId}`, { displayName: 'Renamed group' });

  const sweep = await sweepCommits(world, {
    directory: before.directory,
    async restoreTarget() {
      await target.reset();
      await target.seed([...users, ...groupsBefore]);
    },
  });
  expect(sweep.commits).toBeGreaterThan(15);
  expect(sweep.after).toBeGreaterThan(0);
  await recordCrashes('changes', sweep, (performance.now() - began) / 1000);
});
