/** Delta rounds over the wire: shapes, triggers, tokens and their end. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, type Json, makeCaller, readRound, rowsOf } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 40, groups: 10, seed: 21 });
  caller = makeCaller(tenant);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});
beforeEach(async () => {
  await caller.admin('POST', '/_emu/reset');
});

const SELECT = '/users/delta?$select=displayName,department,manager';

function userIds(): string[] {
  return [...tenant.directory.users.live.keys()];
}
function user(index: number): string {
  return userIds()[index] ?? '';
}
function group(name: string): string {
  for (const [id, record] of tenant.directory.groups.live) if (record.properties['displayName'] === name) return id;
  throw new Error(`no group ${name}`);
}
const ref = (id: string): Json => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });
const link = (id: string): Json => ({ '@odata.type': '#microsoft.graph.user', id });

describe('users', () => {
  test('a first round lists everybody, never-set properties left out, and ends with a deltaLink that says nothing new', async () => {
    const round = await readRound(caller, SELECT);
    expect(round.rows.map((row) => row['id'])).toEqual(userIds());
    const holes = [...tenant.directory.users.live.values()].filter(
      (record) => record.properties['department'] === undefined,
    );
    for (const record of holes)
      expect(round.rows.find((row) => row['id'] === record.id)).not.toHaveProperty('department');
    expect(round.rows.filter((row) => 'manager@delta' in row).length).toBeGreaterThan(30);
    const again = await readRound(caller, round.deltaLink);
    expect(again.rows).toEqual([]);
    expect(again.deltaLink).not.toBe('');
  });

  test('a change of a selected property comes with the full selected state, of another one not at all', async () => {
    const { deltaLink } = await readRound(caller, SELECT);
    await caller.edit('PATCH', `/users/${user(20)}`, { displayName: 'Renamed', department: null });
    await caller.edit('PATCH', `/users/${user(21)}`, { jobTitle: 'Unselected' });
    const { rows } = await readRound(caller, deltaLink);
    expect(rows).toEqual([{ displayName: 'Renamed', department: null, id: user(20) }]);
  });

  test('return=minimal leaves unchanged properties out', async () => {
    const { deltaLink } = await readRound(caller, '/users/delta?$select=displayName,department,city');
    await caller.edit('PATCH', `/users/${user(20)}`, { department: null });
    const answer = await caller.get(deltaLink, { prefer: 'return=minimal' });
    expect(rowsOf(answer)).toEqual([{ department: null, id: user(20) }]);
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    const full = rowsOf(await caller.get(deltaLink))[0] ?? {};
    expect(Object.keys(full).sort()).toEqual(['city', 'department', 'displayName', 'id']);
  });

  test('the same deltaLink replays the same changes', async () => {
    const { deltaLink } = await readRound(caller, SELECT);
    await caller.edit('PATCH', `/users/${user(20)}`, { displayName: 'Once' });
    expect((await readRound(caller, deltaLink)).rows).toEqual((await readRound(caller, deltaLink)).rows);
  });

  test('a change made while a round is being read comes in a page of it or in the next round', async () => {
    await caller.admin('POST', '/_emu/settings', { pageSize: 10 });
    const first = await caller.get(SELECT);
    await caller.edit('PATCH', `/users/${user(0)}`, { displayName: 'Changed behind the cursor' });
    const rest = await readRound(caller, String(first.json['@odata.nextLink']));
    expect(rest.rows.map((row) => row['id'])).not.toContain(user(0));
    const next = await readRound(caller, rest.deltaLink);
    expect(next.rows).toMatchObject([{ id: user(0), displayName: 'Changed behind the cursor' }]);
  });

  test('soft delete, restore and purge follow each other as Entra tells them', async () => {
    const id = user(30);
    const upn = tenant.directory.user(id)?.properties['userPrincipalName'];
    let { deltaLink } = await readRound(caller, '/users/delta?$select=userPrincipalName');
    const next = async (): Promise<Json[]> => {
      const round = await readRound(caller, deltaLink);
      deltaLink = round.deltaLink;
      return round.rows;
    };
    await caller.edit('DELETE', `/users/${id}`);
    expect(await next()).toEqual([{ id, '@removed': { reason: 'changed' } }]);
    expect((await caller.get(`/users/${id}`)).status).toBe(404);
    const bin = await caller.get(
      '/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,deletedDateTime',
    );
    expect(rowsOf(bin)).toMatchObject([{ id, userPrincipalName: id.replaceAll('-', '') + String(upn) }]);
    await caller.edit('POST', `/directory/deletedItems/${id}/restore`);
    expect(await next()).toEqual([{ id, userPrincipalName: upn }]);
    await caller.edit('DELETE', `/users/${id}`);
    await caller.edit('DELETE', `/directory/deletedItems/${id}`);
    expect(await next()).toEqual([{ id, '@removed': { reason: 'deleted' } }]);
  });

  test('the recycle bin is emptied after 30 days on the clock of the tenant', async () => {
    await caller.edit('DELETE', `/users/${user(30)}`);
    expect(await caller.admin('POST', '/_emu/clock', { advance: '29d' })).toMatchObject({ purged: 0 });
    expect(await caller.admin('POST', '/_emu/clock', { advance: '1d' })).toMatchObject({ purged: 1 });
  });

  test('managers: set, replaced, cleared', async () => {
    let { deltaLink } = await readRound(caller, SELECT);
    const id = user(39);
    const next = async (): Promise<unknown> => {
      const round = await readRound(caller, deltaLink);
      deltaLink = round.deltaLink;
      return round.rows.map((row) => row['manager@delta']);
    };
    await caller.edit('PUT', `/users/${id}/manager/$ref`, ref(user(0)));
    expect(await next()).toEqual([[link(user(0))]]);
    await caller.edit('PATCH', `/users/${id}`, { displayName: 'Manager unchanged' });
    expect(await next()).toEqual([undefined]);
    await caller.edit('DELETE', `/users/${id}/manager/$ref`);
    expect(await next()).toEqual([[{ ...link(user(0)), '@removed': { reason: 'deleted' } }]]);
  });

  test('latest starts from now without telling contents', async () => {
    await caller.edit('PATCH', `/users/${user(1)}`, { displayName: 'Before' });
    const start = await readRound(caller, '/users/delta?$select=displayName&$deltatoken=latest');
    expect(start.rows).toEqual([]);
    await caller.edit('PATCH', `/users/${user(2)}`, { displayName: 'After' });
    expect((await readRound(caller, start.deltaLink)).rows).toEqual([{ displayName: 'After', id: user(2) }]);
  });

  test('a filter on ids bounds the round and those after it; more than fifty are refused', async () => {
    const filter = `$filter=${encodeURIComponent(`id eq '${user(3)}' or id eq '${user(9)}'`)}`;
    const round = await readRound(caller, `/users/delta?$select=displayName&${filter}`);
    expect(round.rows.map((row) => row['id'])).toEqual([user(3), user(9)]);
    await caller.edit('PATCH', `/users/${user(4)}`, { displayName: 'Outside' });
    await caller.edit('PATCH', `/users/${user(9)}`, { displayName: 'Inside' });
    expect((await readRound(caller, round.deltaLink)).rows).toEqual([{ displayName: 'Inside', id: user(9) }]);
    const many = Array.from({ length: 51 }, () => `id eq '${user(3)}'`).join(' or ');
    expect((await caller.get(`/users/delta?$filter=${encodeURIComponent(many)}`)).status).toBe(400);
  });

  test.each(['/users/microsoft.graph.delta', '/users/delta()', '/users/microsoft.graph.delta()'])(
    '%s is another spelling',
    async (path) => {
      expect(rowsOf(await caller.get(`${path}?$select=displayName`))).toHaveLength(40);
    },
  );

  test.each([
    '$top=5',
    '$expand=manager',
    '$orderby=displayName',
    "$filter=displayName eq 'x'",
    '$select=nope',
    '$search=x',
    'foo=1',
  ])('the option %s is refused', async (option) => {
    const answer = await caller.get(`/users/delta?${option}`);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe('BadRequest');
  });

  test('a token goes alone and cannot be made up', async () => {
    const { deltaLink } = await readRound(caller, SELECT);
    expect((await caller.get(`${deltaLink}&$select=displayName`)).status).toBe(400);
    expect((await caller.get(deltaLink.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(400);
    expect((await caller.get(deltaLink.replace('/users/', '/groups/'))).status).toBe(400);
  });

  test('empty pages do not end a round', async () => {
    await caller.admin('POST', '/_emu/settings', { pageSize: 15, emptyPageEvery: 2 });
    const round = await readRound(caller, SELECT);
    expect(round.pages.map((page) => page.length)).toEqual([15, 0, 15, 0, 10]);
    expect(round.rows.map((row) => row['id'])).toEqual(userIds());
  });
});

describe('the end of a token', () => {
  test('after seven days a deltaLink is refused, by default with 400', async () => {
    const { deltaLink } = await readRound(caller, SELECT);
    await caller.admin('POST', '/_emu/token-lifetime', { seconds: 86_400 });
    await caller.admin('POST', '/_emu/clock', { advance: '6d23h' });
    const fresh = { token: await caller.token() };
    expect((await caller.graph('GET', deltaLink, fresh)).status).toBe(200);
    await caller.admin('POST', '/_emu/clock', { advance: '2h' });
    const expired = await caller.graph('GET', deltaLink, fresh);
    expect([expired.status, codeOf(expired)]).toEqual([400, 'syncStateNotFound']);
    await caller.admin('POST', '/_emu/settings', { expiredDeltaStatus: 410 });
    expect((await caller.graph('GET', deltaLink, fresh)).status).toBe(410);
  });

  test('lost delta state is a 410 whose Location starts the same query anew', async () => {
    const { deltaLink } = await readRound(caller, SELECT);
    await caller.admin('POST', '/_emu/expire-delta');
    const gone = await caller.get(deltaLink);
    expect([gone.status, codeOf(gone)]).toEqual([410, 'SyncStateNotFound']);
    const location = gone.headers.get('location') ?? '';
    expect(location).toBe(`${tenant.url}/v1.0/users/delta?$select=displayName,department,manager&$deltatoken=`);
    expect((await readRound(caller, location)).rows).toHaveLength(40);
  });
});

describe('groups', () => {
  const GROUPS = '/groups/delta?$select=displayName,members';

  test('a large group continues on the next page, and no page exceeds the slice', async () => {
    await caller.admin('POST', '/_emu/settings', { memberSliceSize: 4 });
    const round = await readRound(caller, GROUPS);
    const sizes = round.pages.map((page) =>
      page.reduce((sum, row) => sum + ((row['members@delta'] as unknown[]) ?? []).length, 0),
    );
    expect(Math.max(...sizes)).toBe(4);
    const found = new Map<unknown, unknown[]>();
    for (const row of round.rows)
      found.set(row['id'], [...(found.get(row['id']) ?? []), ...((row['members@delta'] as Json[]) ?? [])]);
    for (const [id, record] of tenant.directory.groups.live) {
      expect(found.get(id)?.map((row) => (row as Json)['id'])).toEqual([...record.members.keys()]);
    }
    expect(round.rows.length).toBeGreaterThan(found.size);
  });

  test('an empty group has no members@delta key, a nested one holds groups', async () => {
    const { rows } = await readRound(caller, GROUPS);
    expect(rows.find((row) => row['id'] === group('sg-Future hires'))).not.toHaveProperty('members@delta');
    const nested = rows.find((row) => row['id'] === group('All departments (nested)'));
    expect(nested?.['members@delta']).toContainEqual(
      expect.objectContaining({ '@odata.type': '#microsoft.graph.group' }),
    );
  });

  test('joining and leaving come as rows of the group', async () => {
    const id = group('sg-Future hires');
    await caller.edit('POST', `/groups/${id}/members/$ref`, ref(user(1)));
    const { deltaLink } = await readRound(caller, GROUPS);
    await caller.edit('POST', `/groups/${id}/members/$ref`, ref(user(2)));
    await caller.edit('DELETE', `/groups/${id}/members/${user(1)}/$ref`);
    const { rows } = await readRound(caller, deltaLink);
    const left = { ...link(user(1)), '@removed': { reason: 'deleted' } };
    expect(rows).toEqual([{ displayName: 'sg-Future hires', id, 'members@delta': [link(user(2)), left] }]);
  });

  test('memberships of a soft-deleted person stay untold until the purge', async () => {
    const id = group('sg-Future hires');
    await caller.edit('POST', `/groups/${id}/members/$ref`, ref(user(35)));
    const member = user(35);
    let { deltaLink } = await readRound(caller, GROUPS);
    await caller.edit('DELETE', `/users/${member}`);
    const afterDelete = await readRound(caller, deltaLink);
    expect(afterDelete.rows).toEqual([]);
    deltaLink = afterDelete.deltaLink;
    await caller.edit('DELETE', `/directory/deletedItems/${member}`);
    const rows = (await readRound(caller, deltaLink)).rows.filter((row) => row['id'] === id);
    expect(rows).toMatchObject([{ 'members@delta': [{ id: member, '@removed': { reason: 'deleted' } }] }]);
  });

  test('a security group is gone at once, a Microsoft 365 group rests in the recycle bin', async () => {
    const { deltaLink } = await readRound(caller, '/groups/delta?$select=displayName');
    const [security, unified] = [group('sg-Future hires'), group('Company news')];
    await caller.edit('DELETE', `/groups/${security}`);
    await caller.edit('DELETE', `/groups/${unified}`);
    expect((await readRound(caller, deltaLink)).rows).toEqual([
      { id: security, '@removed': { reason: 'deleted' } },
      { id: unified, '@removed': { reason: 'changed' } },
    ]);
  });
});

test('service principals tell of changed roles, not of assignments', async () => {
  const { servicePrincipalId: id } = tenant;
  const { deltaLink } = await readRound(caller, `/servicePrincipals/delta?$select=id,appRoles&$filter=id eq '${id}'`);
  await caller.edit('POST', `/servicePrincipals/${id}/appRoleAssignedTo`, {
    principalId: group('Company news'),
    resourceId: id,
    appRoleId: '00000000-0000-0000-0000-000000000000',
  });
  const quiet = await readRound(caller, deltaLink);
  expect(quiet.rows).toEqual([]);
  await caller.edit('PATCH', `/servicePrincipals/${id}`, { appRoles: [] });
  expect((await readRound(caller, quiet.deltaLink)).rows).toEqual([{ id, appRoles: [] }]);
});
