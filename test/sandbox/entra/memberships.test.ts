/** memberOf and transitiveMemberOf, and Entra's own provisioning jobs: shapes, paging, permissions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, makeCaller, readList, rowsOf } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;
let person: string;
const group: Record<string, string> = {};

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 3, groups: 0, seed: 4 });
  caller = makeCaller(tenant);
  person = [...tenant.directory.users.live.keys()][0] ?? '';
  for (const displayName of ['Inner', 'Middle', 'Outer']) {
    const body = { displayName, mailNickname: displayName, mailEnabled: false, securityEnabled: true };
    group[displayName] = String((await caller.edit('POST', '/groups', body))['id']);
  }
  const join = (outer: string, id: string) =>
    caller.edit('POST', `/groups/${outer}/members/$ref`, {
      '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
    });
  await join(group['Inner'] ?? '', person);
  await join(group['Middle'] ?? '', group['Inner'] ?? '');
  await join(group['Outer'] ?? '', group['Middle'] ?? '');
  // A circle, which the way up must survive.
  await join(group['Inner'] ?? '', group['Outer'] ?? '');
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});

const names = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row['displayName']);

describe('memberships', () => {
  test('of a person: the groups that hold them directly, and those around', async () => {
    const direct = await caller.get(`/users/${person}/memberOf?$select=id,displayName`);
    expect(rowsOf(direct)).toEqual([
      { '@odata.type': '#microsoft.graph.group', id: group['Inner'], displayName: 'Inner' },
    ]);
    const all = await caller.get(`/users/${person}/transitiveMemberOf?$select=id,displayName&$top=999`);
    expect(names(rowsOf(all))).toEqual(['Inner', 'Middle', 'Outer']);
    expect(all.json['@odata.nextLink']).toBeUndefined();
  });

  test('of a group, without the group itself', async () => {
    const all = await caller.get(`/groups/${group['Inner']}/transitiveMemberOf?$select=displayName`);
    expect(names(rowsOf(all))).toEqual(['Middle', 'Outer']);
    const direct = await caller.get(`/groups/${group['Middle']}/memberOf`);
    expect(names(rowsOf(direct))).toEqual(['Outer']);
  });

  test('pages continue by nextLink', async () => {
    const rows = await readList(caller, `/users/${person}/transitiveMemberOf?$select=displayName&$top=2`);
    expect(names(rows)).toEqual(['Inner', 'Middle', 'Outer']);
  });

  test('the cast and $count are advanced queries; a cast row has no type', async () => {
    const path = `/users/${person}/memberOf/microsoft.graph.group?$select=id&$count=true`;
    expect(codeOf(await caller.get(path))).toBe('Request_UnsupportedQuery');
    const cast = await caller.get(path, { consistencylevel: 'eventual' });
    expect(cast.json['@odata.count']).toBe(1);
    expect(rowsOf(cast)).toEqual([{ id: group['Inner'] }]);
  });

  test('without GroupMember.Read.All groups are ids without names; without User.Read.All people are refused', async () => {
    await caller.admin('POST', '/_emu/permissions', { granted: ['User.Read.All'] });
    const limited = await caller.get(`/users/${person}/memberOf?$select=id,displayName`);
    expect(rowsOf(limited)).toEqual([
      { '@odata.type': '#microsoft.graph.group', id: group['Inner'], displayName: null },
    ]);
    expect((await caller.get(`/groups/${group['Middle']}/memberOf`)).status).toBe(403);
    await caller.admin('POST', '/_emu/permissions', { granted: ['GroupMember.Read.All'] });
    expect((await caller.get(`/users/${person}/memberOf`)).status).toBe(403);
    await caller.admin('POST', '/_emu/permissions', {
      granted: ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'],
    });
  });

  test('somebody who is not there is a 404', async () => {
    expect((await caller.get('/users/5b31c38c-2584-42f0-aa47-657fb3a84230/memberOf')).status).toBe(404);
  });
});

describe('synchronization jobs', () => {
  const path = () => `/servicePrincipals/${tenant.servicePrincipalId}/synchronization/jobs`;

  test('ask for a permission of their own, and there are none until some are set', async () => {
    expect((await caller.get(path())).status).toBe(403);
    const granted = ['Synchronization.Read.All'];
    await caller.admin('POST', '/_emu/permissions', { granted });
    const token = await caller.token();
    expect(rowsOf(await caller.graph('GET', path(), { token }))).toEqual([]);
    await caller.admin('POST', '/_emu/synchronization-jobs', {
      jobs: [{ id: 'scim.1' }, { id: 'scim.2', code: 'Paused' }],
    });
    const jobs = rowsOf(await caller.graph('GET', path(), { token }));
    expect(jobs).toMatchObject([
      { id: 'scim.1', templateId: 'scim', schedule: { state: 'Active' }, status: { code: 'Active' } },
      { id: 'scim.2', schedule: { state: 'Disabled' }, status: { code: 'Paused' } },
    ]);
  });
});
