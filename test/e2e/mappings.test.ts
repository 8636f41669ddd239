// Mappings of a job over the wire: a cleared attribute, app roles that are given and taken away, a value that nobody else has.
import { expect, it } from 'vitest';
import { type Json, list, requestJson, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, createPerson, unassign, userRole } from './support/tenant-client.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

const MAPPINGS = [
  { targetAttributeName: 'title', source: '[jobTitle]', whenNull: 'clear' },
  { targetAttributeName: 'roles', source: 'AssertiveAppRoleAssignmentsComplex([appRoleAssignments])' },
  {
    targetAttributeName: 'nickName',
    source: 'SelectUniqueValue(ToLower([givenName]), Append(ToLower([givenName]), "2"))',
    flowType: 'ObjectAddOnly',
  },
];

async function accountOf(world: World, personId: string): Promise<Json> {
  const found = (await world.target().users()).find((user) => user['externalId'] === personId);
  if (found === undefined) throw new Error(`${personId} has no account`);
  return found;
}

it('clear what is empty, keep the roles of others, and give a name once', async () => {
  await using world = await startWorld({ users: 8, groups: 0 });
  const { tenant } = world;
  await editJob(world.directory, 'scim', (job) => {
    part(part(job, 'objectMappings'), 'user')['attributeMappings'] = MAPPINGS;
  });
  const zoe = await createPerson(tenant, 'zoe.one', { givenName: 'Zoe', jobTitle: 'Clerk' });
  const other = await createPerson(tenant, 'zoe.two', { givenName: 'ZOE' });
  for (const id of [zoe, other]) await assign(tenant, id);
  expectExit(await world.sync(), 0);
  const account = await accountOf(world, zoe);
  expect(account).toMatchObject({ title: 'Clerk', roles: [{ value: 'User', display: 'User' }] });
  const names = [account, await accountOf(world, other)].map((each) => text(each, 'nickName'));
  expect(names.toSorted()).toEqual(['zoe', 'zoe2']);

  const { url, token } = world.announced.target ?? { url: '', token: '' };
  await requestJson(
    'PATCH',
    `${url}/Users/${text(account, 'id')}`,
    {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'roles', value: [{ value: 'by-hand' }] }],
    },
    { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' } },
  );
  const application = await tenant.graph('GET', `/servicePrincipals/${tenant.servicePrincipalId}`);
  const given = await userRole(tenant);
  const role = list(application, 'appRoles').find((each) => text(each, 'id') !== given && each['isEnabled'] === true);
  await unassign(tenant, zoe);
  await assign(tenant, zoe, text(role, 'id'));
  await tenant.graph('PATCH', `/users/${zoe}`, { jobTitle: null });
  await world.target().clearLog();
  expectExit(await world.sync(), 0);

  const after = await accountOf(world, zoe);
  expect(after).not.toHaveProperty('title');
  expect(list(after, 'roles').map((each) => each['value'])).toEqual(['by-hand', role?.['value']]);
  expect(writes(await world.target().requests())).toHaveLength(1);
  await world.target().clearLog();
  expectExit(await world.sync(), 0);
  expect(await world.target().requests()).toEqual([]);
});
