/** Graph's own writes, over TLS and over the admin interface. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, type Json, makeCaller, readList, rowsOf } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 20, groups: 6, seed: 31 });
  caller = makeCaller(tenant);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});
beforeEach(async () => {
  await caller.admin('POST', '/_emu/reset');
});

const person = {
  displayName: 'Nía Test',
  userPrincipalName: 'nia.test@contoso.example',
  accountEnabled: true,
  mailNickname: 'nia.test',
};
const DEFAULT_ROLE = '00000000-0000-0000-0000-000000000000';

function userId(index: number): string {
  return [...tenant.directory.users.live.keys()][index] ?? '';
}
function groupId(index: number): string {
  return [...tenant.directory.groups.live.keys()][index] ?? '';
}
const ref = (id: string): Json => ({ '@odata.id': `https://graph.microsoft.com/v1.0/users/${id}` });

describe.each([
  ['over TLS with a token', (method: string, path: string, body?: unknown) => caller.graph(method, path, { body })],
  [
    'over the admin interface without one',
    async (method: string, path: string, body?: unknown) => ({
      status: 200,
      json: await caller.edit(method, path, body),
    }),
  ],
])('%s', (_name, write) => {
  test('a person is created, changed and deleted', async () => {
    const made = await write('POST', '/users', {
      ...person,
      mail: 'nia@contoso.example',
      passwordProfile: { password: 'forgotten' },
    });
    const id = String(made.json['id']);
    expect(made.json).toMatchObject({ displayName: 'Nía Test', mail: 'nia@contoso.example', jobTitle: null });
    await write('PATCH', `/users/${id}`, { department: "People's Office", businessPhones: ['+1 425 555 0100'] });
    const read = await caller.get(`/users/${id}?$select=department,businessPhones,proxyAddresses,accountEnabled`);
    expect(read.json).toMatchObject({
      department: "People's Office",
      businessPhones: ['+1 425 555 0100'],
      proxyAddresses: ['SMTP:nia@contoso.example'],
      accountEnabled: true,
    });
    expect(JSON.stringify([...tenant.directory.users.live.values()])).not.toContain('forgotten');
    await write('DELETE', `/users/${id}`);
    expect((await caller.get(`/users/${id}`)).status).toBe(404);
  });

  test('a group is made with members, which leave again', async () => {
    const made = await write('POST', '/groups', {
      displayName: 'New group',
      mailEnabled: false,
      mailNickname: 'new',
      securityEnabled: true,
      'members@odata.bind': [`https://graph.microsoft.com/v1.0/directoryObjects/${userId(1)}`],
    });
    const id = String(made.json['id']);
    await write('POST', `/groups/${id}/members/$ref`, ref(userId(2)));
    await write('DELETE', `/groups/${id}/members/${userId(1)}/$ref`);
    expect((await readList(caller, `/groups/${id}/members?$select=id`)).map((row) => row['id'])).toEqual([userId(2)]);
  });

  test('an assignment is made and taken back', async () => {
    const path = `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`;
    const made = await write('POST', path, {
      principalId: groupId(5),
      resourceId: tenant.servicePrincipalId,
      appRoleId: DEFAULT_ROLE,
    });
    expect(made.json).toMatchObject({ principalType: 'Group', appRoleId: DEFAULT_ROLE });
    const rows = (): Promise<Json[]> => readList(caller, path);
    expect((await rows()).map((row) => row['id'])).toContain(made.json['id']);
    await write('DELETE', `${path}/${String(made.json['id'])}`);
    expect((await rows()).map((row) => row['id'])).not.toContain(made.json['id']);
  });

  test('an application goes with its assignments', async () => {
    const path = `/servicePrincipals/${tenant.servicePrincipalId}`;
    expect((await readList(caller, `${path}/appRoleAssignedTo`)).length).toBeGreaterThan(0);
    await write('DELETE', path);
    expect((await caller.get(path)).status).toBe(404);
    expect((await caller.get(`${path}/appRoleAssignedTo`)).status).toBe(404);
    expect((await caller.graph('DELETE', path)).status).toBe(404);
  });
});

describe('refusals', () => {
  const upn = (index: number): unknown => tenant.directory.user(userId(index))?.properties['userPrincipalName'];
  test.each([
    ['a taken userPrincipalName', 'POST', () => '/users', () => ({ ...person, userPrincipalName: upn(3) }), 400],
    ['a rename to a taken one', 'PATCH', () => `/users/${userId(2)}`, () => ({ userPrincipalName: upn(3) }), 400],
    ['no displayName', 'POST', () => '/users', () => ({ userPrincipalName: 'a@contoso.example' }), 400],
    ['an unknown property', 'PATCH', () => `/users/${userId(2)}`, () => ({ shoeSize: 43 }), 400],
    ['a property of another type', 'PATCH', () => `/users/${userId(2)}`, () => ({ accountEnabled: 'yes' }), 400],
    ['an empty text', 'PATCH', () => `/users/${userId(2)}`, () => ({ department: '' }), 400],
    [
      'a read-only property',
      'PATCH',
      () => `/users/${userId(2)}`,
      () => ({ createdDateTime: '2020-01-01T00:00:00Z' }),
      400,
    ],
    ['an unknown person', 'PATCH', () => '/users/nobody@contoso.example', () => ({ city: 'Oslo' }), 404],
    [
      'a member twice',
      'POST',
      () => `/groups/${groupId(0)}/members/$ref`,
      () => ref([...(tenant.directory.groups.live.get(groupId(0))?.members.keys() ?? [])][0] ?? ''),
      400,
    ],
    ['a group in itself', 'POST', () => `/groups/${groupId(0)}/members/$ref`, () => ref(groupId(0)), 400],
    [
      'a leaver who is no member',
      'DELETE',
      () => `/groups/${groupId(4)}/members/${userId(1)}/$ref`,
      () => undefined,
      404,
    ],
    ['oneself as manager', 'PUT', () => `/users/${userId(1)}/manager/$ref`, () => ref(userId(1)), 400],
    ['no JSON object', 'POST', () => '/users', () => ['x'], 400],
  ])('%s', async (_name, method, path, body, status) => {
    const before = tenant.directory.log.head;
    expect((await caller.graph(method, path(), { body: body() })).status).toBe(status);
    expect(tenant.directory.log.head).toBe(before);
  });

  test('a disabled or unknown role, and the same assignment twice', async () => {
    const path = `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`;
    const application = await caller.get(`/servicePrincipals/${tenant.servicePrincipalId}?$select=appRoles`);
    const disabled = (application.json['appRoles'] as Json[]).find((role) => role['isEnabled'] === false);
    const assign = (appRoleId: unknown) =>
      caller.graph('POST', path, {
        body: { principalId: groupId(5), resourceId: tenant.servicePrincipalId, appRoleId },
      });
    expect((await assign(disabled?.['id'])).status).toBe(400);
    expect((await assign('11111111-2222-3333-4444-555555555555')).status).toBe(400);
    expect((await assign(DEFAULT_ROLE)).status).toBe(201);
    expect((await assign(DEFAULT_ROLE)).status).toBe(400);
  });
});

describe('deleting people', () => {
  test('their userPrincipalName is free for somebody else; restoring is then refused', async () => {
    const id = userId(5);
    const upn = tenant.directory.user(id)?.properties['userPrincipalName'];
    await caller.edit('DELETE', `/users/${id}`);
    const successor = await caller.edit('POST', '/users', { displayName: 'Successor', userPrincipalName: upn });
    expect(successor['id']).not.toBe(id);
    await expect(caller.edit('POST', `/directory/deletedItems/${id}/restore`)).rejects.toThrow(/400/);
    await caller.edit('DELETE', `/users/${String(successor['id'])}`);
    expect(await caller.edit('POST', `/directory/deletedItems/${id}/restore`)).toMatchObject({
      id,
      userPrincipalName: upn,
    });
  });

  test('a deleted person is no visible member, manager or assigned principal until restored', async () => {
    const [group, id] = [groupId(0), userId(0)];
    if (tenant.directory.groups.live.get(group)?.members.has(id) !== true)
      await caller.edit('POST', `/groups/${group}/members/$ref`, ref(id));
    const path = `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`;
    const role = { principalId: id, resourceId: tenant.servicePrincipalId, appRoleId: DEFAULT_ROLE };
    await caller.edit('POST', path, role);
    const seen = async (): Promise<boolean[]> => [
      (await readList(caller, `/groups/${group}/members?$select=id`)).some((row) => row['id'] === id),
      (await readList(caller, path)).some((row) => row['principalId'] === id),
      (await caller.get(`/users/${userId(id === userId(0) ? 1 : 0)}/manager`)).status === 200,
    ];
    expect(await seen()).toEqual([true, true, true]);
    await caller.edit('DELETE', `/users/${id}`);
    expect(await seen()).toEqual([false, false, false]);
    await caller.admin('POST', '/_emu/settings', { listDeletedPrincipals: true });
    expect((await seen())[1]).toBe(true);
    await caller.edit('POST', `/directory/deletedItems/${id}/restore`);
    expect(await seen()).toEqual([true, true, true]);
  });

  test('a purge takes memberships and assignments along', async () => {
    const id = String((await caller.edit('POST', '/users', person))['id']);
    await caller.edit('POST', `/groups/${groupId(0)}/members/$ref`, ref(id));
    await caller.edit('DELETE', `/users/${id}`);
    await caller.edit('DELETE', `/directory/deletedItems/${id}`);
    expect(tenant.directory.groups.live.get(groupId(0))?.members.has(id)).toBe(false);
    expect(rowsOf(await caller.get('/directory/deletedItems/microsoft.graph.user'))).toEqual([]);
    expect(codeOf(await caller.get(`/directory/deletedItems/${id}`))).toBe('Request_ResourceNotFound');
  });
});

test('the admin interface refuses web pages', async () => {
  const answer = await fetch(`${tenant.adminUrl}/_emu/log`, { headers: { origin: 'https://evil.example' } });
  expect(answer.status).toBe(403);
});
