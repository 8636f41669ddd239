/** Plain reads: people, groups, members, applications, assignments, the recycle bin; and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, type Json, makeCaller, readList, rowsOf } from './graph-caller.ts';

const EVENTUAL = { consistencylevel: 'eventual' };
const UNKNOWN = '5b31c38c-2584-42f0-aa47-657fb3a84230';

let tenant: EntraTenant;
let caller: GraphCaller;

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 300, groups: 12, seed: 4 });
  caller = makeCaller(tenant);
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});

function people(): { id: string; properties: Json; managerId: string | null }[] {
  return [...tenant.directory.users.live.values()];
}
function groupNamed(name: string): string {
  for (const [id, record] of tenant.directory.groups.live) if (record.properties['displayName'] === name) return id;
  throw new Error(`no group ${name}`);
}
const enc = encodeURIComponent;

describe('people', () => {
  test('a list shows the default properties, unset ones as null, and continues by nextLink', async () => {
    const first = await caller.get('/users');
    expect(first.headers.get('content-type')).toBe(
      'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
    );
    for (const name of [
      'odata-version',
      'request-id',
      'client-request-id',
      'x-ms-resource-unit',
      'x-ms-ags-diagnostic',
      'date',
    ]) {
      expect(first.headers.get(name), name).toBeTruthy();
    }
    const defaults =
      'businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName';
    for (const row of rowsOf(first)) expect(Object.keys(row).sort().join(' ')).toBe(defaults);
    expect(rowsOf(first)).toHaveLength(100);
    expect(rowsOf(first).some((row) => row['mobilePhone'] === null)).toBe(true);
    const all = await readList(caller, '/users?$select=id&$top=70');
    expect(all.map((row) => row['id'])).toEqual(people().map((person) => person.id));
  });

  test('the caller’s request id comes back', async () => {
    const answer = await caller.get('/users?$top=1', { 'client-request-id': '11112222-aaaa-bbbb-cccc-333344445555' });
    expect(answer.headers.get('client-request-id')).toBe('11112222-aaaa-bbbb-cccc-333344445555');
    const failed = await caller.get('/users/nobody', { 'client-request-id': '11112222-aaaa-bbbb-cccc-333344445555' });
    expect(failed.json).toHaveProperty('error.innerError.client-request-id', '11112222-aaaa-bbbb-cccc-333344445555');
  });

  test.each([
    ["userPrincipalName eq '%s'", 'userPrincipalName'],
    ["id eq '%s'", 'id'],
    ["mail eq '%s'", 'mail'],
    ["employeeId in ('%s','none')", 'employeeId'],
  ])('filter %s finds one person', async (template, property) => {
    const person = people()[5];
    const value = String(property === 'id' ? person?.id : person?.properties[property]).toUpperCase();
    const answer = await caller.get(`/users?$filter=${enc(template.replace('%s', value))}`);
    expect(rowsOf(answer).map((row) => row['id'])).toEqual([person?.id]);
  });

  test('filters combine', async () => {
    const wanted = people().filter(
      (person) => person.properties['accountEnabled'] === false || person.properties['userType'] === 'Guest',
    );
    const rows = await readList(caller, `/users?$filter=${enc("accountEnabled eq false or (userType eq 'Guest')")}`);
    expect(new Set(rows.map((row) => row['id']))).toEqual(new Set(wanted.map((person) => person.id)));
    expect(rows.length).toBeGreaterThan(2);
  });

  test('advanced filters need the header and the count', async () => {
    const guests = `$filter=${enc("endsWith(userPrincipalName,'#EXT#@contoso.example')")}`;
    expect(codeOf(await caller.get(`/users?${guests}`))).toBe('Request_UnsupportedQuery');
    expect((await caller.get(`/users?${guests}`, EVENTUAL)).status).toBe(400);
    const answer = await caller.get(`/users?${guests}&$count=true`, EVENTUAL);
    expect(answer.json['@odata.count']).toBe(rowsOf(answer).length);
    expect(rowsOf(answer).length).toBeGreaterThan(0);
  });

  test('one person by id, by userPrincipalName whatever its casing, and with an escaped #', async () => {
    const guest = people().find((person) => person.properties['userType'] === 'Guest');
    const upn = String(guest?.properties['userPrincipalName']);
    for (const key of [String(guest?.id), upn, upn.toUpperCase()]) {
      expect((await caller.get(`/users/${enc(key)}?$select=id,department`)).json).toMatchObject({
        id: guest?.id,
        department: null,
      });
    }
  });

  test('the manager alone, expanded, and as a chain to the top', async () => {
    const report = people().at(-1) ?? people()[0];
    const person = report?.managerId === null ? people()[290] : report;
    const manager = await caller.get(`/users/${person?.id}/manager?$select=id`);
    expect(manager.json).toMatchObject({ '@odata.type': '#microsoft.graph.user', id: person?.managerId });
    const expanded = await caller.get(`/users/${person?.id}?$select=id&$expand=manager($select=id)`);
    expect(expanded.json).toHaveProperty('manager.id', person?.managerId);
    const levels = `/users/${person?.id}?$expand=manager($levels=max;$select=id)&$select=id&$count=true`;
    expect((await caller.get(levels)).status).toBe(400);
    const chain: unknown[] = [];
    for (
      let at = (await caller.get(levels, EVENTUAL)).json['manager'] as Json | undefined;
      at !== undefined;
      at = at['manager'] as Json
    )
      chain.push(at['id']);
    expect(chain.length).toBeGreaterThanOrEqual(3);
    expect(chain.at(-1)).toBe(people()[0]?.id);
    const top = await caller.get(`/users/${people()[0]?.id}/manager`);
    expect([top.status, codeOf(top)]).toEqual([404, 'Request_ResourceNotFound']);
    expect((await caller.get(`/users/${people()[0]?.id}?$select=id&$expand=manager`)).json).not.toHaveProperty(
      'manager',
    );
  });

  test.each([
    ['/users?$select=nope', 400, 'BadRequest'],
    ['/users?$select=skills', 501, 'NotImplemented'],
    ['/users?$top=0', 400, 'BadRequest'],
    ['/users?$top=1000', 400, 'BadRequest'],
    ['/users?$skip=3', 400, 'BadRequest'],
    ['/users?$select=id&$select=mail', 400, 'BadRequest'],
    ['/users?$filter=nope%20eq%20%27x%27', 400, 'BadRequest'],
    ['/users?$filter=displayName', 400, 'BadRequest'],
    ['/users?$filter=displayName%20gt%20%27x%27', 400, 'Request_UnsupportedQuery'],
    ['/users?$expand=memberOf', 400, 'BadRequest'],
    ['/users?$count=true', 400, 'Request_UnsupportedQuery'],
    ['/users?$skiptoken=abc', 400, 'BadRequest'],
    [`/users/${UNKNOWN}`, 404, 'Request_ResourceNotFound'],
    [`/users/${UNKNOWN}/calendar`, 400, 'BadRequest'],
    ['/me', 400, 'BadRequest'],
    ['/directory/deletedItems', 400, 'Request_BadRequest'],
  ])('%s is refused with %i %s', async (path, status, code) => {
    const answer = await caller.get(path);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(answer.json).toHaveProperty(
      'error.innerError.date',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    );
  });

  test('a known path with another method is a 405', async () => {
    expect((await caller.graph('DELETE', '/users')).status).toBe(405);
  });

  test('a page token of a list is refused after twenty minutes, and with another query', async () => {
    const next = String((await caller.get('/users?$top=1&$select=id')).json['@odata.nextLink']);
    expect((await caller.get(next.replace('/users?', '/groups?'))).status).toBe(400);
    await caller.admin('POST', '/_emu/clock', { advance: '21m' });
    expect(codeOf(await caller.get(next))).toBe('Directory_ExpiredPageToken');
  });
});

describe('groups', () => {
  test('direct members page by page, each with its type', async () => {
    const id = [...tenant.directory.groups.live.values()].find((record) => record.members.size > 20)?.id ?? '';
    const rows = await readList(caller, `/groups/${id}/members?$select=id&$top=7`);
    expect(rows.map((row) => row['id'])).toEqual([...(tenant.directory.groups.live.get(id)?.members.keys() ?? [])]);
    expect(new Set(rows.map((row) => row['@odata.type']))).toEqual(new Set(['#microsoft.graph.user']));
  });

  test('transitive members cross nested groups; casts and counts are advanced queries', async () => {
    const id = groupNamed('All departments (nested)');
    const direct = await readList(caller, `/groups/${id}/members?$select=id`);
    expect(direct.every((row) => row['@odata.type'] === '#microsoft.graph.group')).toBe(true);
    const cast = `/groups/${id}/transitiveMembers/microsoft.graph.user?$select=id&$top=50`;
    expect(codeOf(await caller.get(cast))).toBe('Request_UnsupportedQuery');
    const users = await readList(caller, cast, EVENTUAL);
    const wanted = new Set(
      direct.flatMap((row) => [...(tenant.directory.groups.live.get(String(row['id']))?.members.keys() ?? [])]),
    );
    expect(new Set(users.map((row) => row['id']))).toEqual(wanted);
    const count = await caller.get(`/groups/${id}/transitiveMembers/$count`, EVENTUAL);
    expect([count.headers.get('content-type'), count.text]).toEqual([
      'text/plain',
      String(wanted.size + direct.length),
    ]);
    expect((await caller.get(`/groups/${id}/members/$count`)).status).toBe(400);
  });

  test('groups by filter, with their kind', async () => {
    const answer = await caller.get(
      `/groups?$filter=${enc("displayName eq 'Company news'")}&$select=id,groupTypes,securityEnabled,mail`,
    );
    expect(rowsOf(answer)).toMatchObject([
      { groupTypes: ['Unified'], securityEnabled: false, mail: 'companynews@contoso.example' },
    ]);
    expect((await caller.get(`/groups/${UNKNOWN}/members`)).status).toBe(404);
  });
});

describe('the application', () => {
  test('by id, by client id and by filter', async () => {
    const select = '$select=id,appId,displayName,appRoles';
    const byId = await caller.get(`/servicePrincipals/${tenant.servicePrincipalId}?${select}`);
    const byAppId = await caller.get(`/servicePrincipals(appId='${tenant.appId}')?${select}`);
    const byName = await caller.get(`/servicePrincipals?$filter=${enc("displayName eq 'Sandbox app'")}&${select}`);
    expect(byAppId.json).toEqual(byId.json);
    expect(rowsOf(byName)).toEqual([expect.objectContaining({ id: tenant.servicePrincipalId })]);
    const roles = byId.json['appRoles'] as Json[];
    expect(roles.map((role) => [role['value'], role['isEnabled']])).toEqual([
      ['User', true],
      ['Admin', true],
      ['Reviewer', false],
    ]);
    expect((await caller.get(`/servicePrincipals(appId='${UNKNOWN}')`)).status).toBe(404);
  });

  test('assignments page by page: people, groups, a service principal, default access', async () => {
    const rows = await readList(caller, `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo?$top=5`);
    expect(rows.length).toBe(tenant.directory.assignments.size);
    expect(new Set(rows.map((row) => row['principalType']))).toEqual(new Set(['User', 'Group', 'ServicePrincipal']));
    expect(rows.some((row) => row['appRoleId'] === '00000000-0000-0000-0000-000000000000')).toBe(true);
    for (const row of rows) {
      expect(row['createdDateTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
      expect(row['id']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    }
    const byAppId = await readList(caller, `/servicePrincipals(appId='${tenant.appId}')/appRoleAssignedTo?$top=999`);
    expect(byAppId).toEqual(rows);
    const filtered = await caller.get(
      `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo?$filter=${enc("principalType eq 'User'")}`,
    );
    expect(filtered.status).toBe(400);
  });
});

describe('the directory', () => {
  test('objects by ids, unknown ones left out', async () => {
    const ids = [people()[1]?.id, UNKNOWN, groupNamed('Company news')];
    const both = await caller.graph('POST', '/directoryObjects/getByIds', { body: { ids } });
    expect(rowsOf(both).map((row) => [row['@odata.type'], row['id']])).toEqual([
      ['#microsoft.graph.user', ids[0]],
      ['#microsoft.graph.group', ids[2]],
    ]);
    const users = await caller.graph('POST', '/directoryObjects/getByIds', { body: { ids, types: ['user'] } });
    expect(rowsOf(users)).toHaveLength(1);
    const tooMany = await caller.graph('POST', '/directoryObjects/getByIds', {
      body: { ids: Array.from({ length: 1001 }, () => UNKNOWN) },
    });
    expect(tooMany.status).toBe(400);
  });

  test('directory extensions exist, can be selected and filtered by name only when they do', async () => {
    const answer = await caller.graph('POST', '/directoryObjects/getAvailableExtensionProperties', { body: {} });
    const name = String(rowsOf(answer)[0]?.['name']);
    expect(name).toMatch(/^extension_[0-9a-f]{32}_shirtSize$/);
    const rows = await readList(caller, `/users?$select=${name}&$top=999`);
    expect(new Set(rows.map((row) => row[name]))).toEqual(new Set(['S', 'M', 'L', 'XL', null]));
    expect((await caller.get(`/users?$select=${name}x`)).status).toBe(400);
  });
});
