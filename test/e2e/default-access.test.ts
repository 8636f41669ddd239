// What becomes of assignments with Default Access: decided by whether the application has roles, and said aloud.
import { expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { list } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { startWorld } from './support/world.ts';

const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';

it('an application without roles provisions everybody, one with roles leaves Default Access out, and both say so', async () => {
  await using world = await startWorld({ users: 3, groups: 1, assigned: 0, target: 'rfc7644' });
  const { tenant } = world;
  for (const row of await tenant.rows(`/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`))
    await tenant.graph(
      'DELETE',
      `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo/${String(row['id'])}`,
    );
  for (const local of ['ana', 'ben', 'cleo']) {
    const id = await createPerson(tenant, local);
    await assign(tenant, id, DEFAULT_ACCESS);
  }
  const status = async () => (await runCli(['status', '--config', world.directory])).stdout;
  const plan = async () => (await runCli(['plan', '--config', world.directory, '--log-level', 'silent'])).stdout;

  const withRoles = await world.sync();
  expectExit(withRoles, 0);
  expect(withRoles.job().counts).toMatchObject({ inScope: 0, created: 0 });
  expect(withRoles.stderr).toContain('assignments with Default Access are left out (source.excludeDefaultAccess)');
  expect(withRoles.stderr).toContain('nobody is in scope: every assignment has Default Access');
  expect(await status()).toContain(
    'Nobody is in scope: 3 assignments with Default Access left out. source.excludeDefaultAccess: false takes them in.',
  );
  expect(await plan()).toMatch(/3 .*Default Access/);

  const application = await tenant.graph('GET', `/servicePrincipals/${tenant.servicePrincipalId}`);
  expect(list(application, 'appRoles').length).toBeGreaterThan(0);
  await tenant.graph('PATCH', `/servicePrincipals/${tenant.servicePrincipalId}`, { appRoles: [] });
  const withoutRoles = await world.sync();
  expectExit(withoutRoles, 0);
  expect(withoutRoles.job().counts).toMatchObject({ inScope: 3, created: 3 });
  expect(withoutRoles.stderr).toContain(
    'assignments with Default Access are included (source.excludeDefaultAccess: the application has no role for users)',
  );
  expect(await status()).not.toContain('Default Access');
  expect(await plan()).not.toContain('Default Access');
});
