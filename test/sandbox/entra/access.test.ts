/** Permissions: what each of them opens, and what is hidden without it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, makeCaller, rowsOf } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;
const ALL = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 12, groups: 6, seed: 2 });
  caller = makeCaller(tenant);
  // The token is issued while everything is granted: what is taken away later counts at once, what is added does not.
  expect((await caller.get('/users?$top=1')).status).toBe(200);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});
afterEach(async () => {
  await caller.admin('POST', '/_emu/permissions', { granted: ALL });
});

test.each([
  ['User.Read.All', ['/users', '/users/delta', '/directory/deletedItems/microsoft.graph.user']],
  ['GroupMember.Read.All', ['/groups', '/groups/delta']],
  ['Application.Read.All', ['/servicePrincipals', '/servicePrincipals/delta']],
])('without %s its reads are 403 and the others go on', async (missing, closed) => {
  await caller.admin('POST', '/_emu/permissions', { granted: ALL.filter((permission) => permission !== missing) });
  for (const path of ['/users', '/users/delta', '/groups', '/groups/delta', '/servicePrincipals', ...closed]) {
    const answer = await caller.get(path);
    expect([path, answer.status]).toEqual([path, closed.includes(path) ? 403 : 200]);
    if (closed.includes(path)) expect(codeOf(answer)).toBe('Authorization_RequestDenied');
  }
});

test('a permission granted later works with a token issued after it', async () => {
  const before = await caller.token();
  await caller.admin('POST', '/_emu/permissions', { granted: [...ALL, 'Group.Read.All'] });
  const path = '/directory/deletedItems/microsoft.graph.group';
  expect((await caller.graph('GET', path, { token: before })).status).toBe(403);
  expect((await caller.graph('GET', path, { token: await caller.token() })).status).toBe(200);
});

test('members of a type the caller may not read come with type and id only', async () => {
  const group = [...tenant.directory.groups.live.values()].find((record) =>
    [...record.members.values()].some((member) => member.kind === 'user'),
  );
  await caller.admin('POST', '/_emu/permissions', { granted: ['GroupMember.Read.All'] });
  const [row] = rowsOf(await caller.get(`/groups/${group?.id}/members?$select=id,displayName,mail`));
  expect(row).toEqual({
    '@odata.type': '#microsoft.graph.user',
    id: [...(group?.members.keys() ?? [])][0],
    displayName: null,
    mail: null,
  });
});
