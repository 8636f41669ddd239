import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, GRAPH, graphError, NEVER, rejection, serveTokens, testSource } from './graph-world.ts';

const assignedTo = '/v1.0/servicePrincipals/sp/appRoleAssignedTo?$top=999';
const role = '00000000-0000-0000-0000-000000000000';
const row = (principalId: string, principalType = 'User') => ({
  id: 'opaque',
  principalId,
  principalType,
  appRoleId: role,
});
const link = (path: string, token: number) => ({ '@odata.nextLink': `${GRAPH}/v1.0${path}?$skiptoken=${token}` });

function serve(path: string, body: object, status = 200): void {
  nock(GRAPH)
    .get(path)
    .reply(status, body as nock.Body);
}

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('assignments', () => {
  const following = (token: number) => `/v1.0/servicePrincipals/sp/appRoleAssignedTo?$skiptoken=${token}`;
  const more = (token: number) => link('/servicePrincipals/sp/appRoleAssignedTo', token);

  it('reads 2,500 rows over pages and leaves out unknown principals', async () => {
    const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(`u${from + index}`));
    serve(assignedTo, { value: rows(0, 999), ...more(1) });
    serve(following(1), { value: [], ...more(2) });
    serve(following(2), { value: rows(999, 999), ...more(3) });
    serve(following(3), {
      value: [...rows(1998, 499), row('g', 'Group'), row('s', 'ServicePrincipal'), row('x', 'Agent')],
    });
    const { source } = testSource();
    const read = (await collect(source.readAssignments('sp', NEVER))).flat();
    expect(read).toHaveLength(2499);
    expect(read.at(-2)).toEqual({ principalId: 'g', principalType: 'Group', appRoleId: role });
    expect(read.at(-1)?.principalType).toBe('ServicePrincipal');
  });

  it('hands on nothing of a list that was not read to its end', async () => {
    serve(assignedTo, { value: [row('a')], ...more(1) });
    serve(following(1), graphError('Authorization_RequestDenied'), 403);
    const { source } = testSource();
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const page of source.readAssignments('sp', NEVER)) seen.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'SourcePermissionMissing' });
    expect(seen).toEqual([]);
  });

  it('starts again once when the page token expired, without rows read twice', async () => {
    serve(assignedTo, { value: [row('a')], ...more(1) });
    serve(following(1), graphError('Directory_ExpiredPageToken'), 400);
    serve(assignedTo, { value: [row('a')], ...more(2) });
    serve(following(2), { value: [row('b')] });
    const { source } = testSource();
    const read = (await collect(source.readAssignments('sp', NEVER))).flat();
    expect(read.map((each) => each.principalId)).toEqual(['a', 'b']);
    for (let times = 0; times < 2; times += 1) {
      serve(assignedTo, { value: [row('a')], ...more(1) });
      serve(following(1), graphError('Directory_ExpiredPageToken'), 400);
    }
    await expect(collect(source.readAssignments('sp', NEVER))).rejects.toMatchObject({ code: 'SourceIncomplete' });
  });

  it.each([
    ['an unknown service principal', 404, graphError('Request_ResourceNotFound'), 'ServicePrincipalNotFound'],
    ['a missing permission', 403, graphError('Authorization_RequestDenied'), 'SourcePermissionMissing'],
    ['a broken row', 200, { value: [{ principalId: 'a' }] }, 'SourceProtocolError'],
    ['a list without value', 200, {}, 'SourceProtocolError'],
  ])('faults on %s', async (_name, status, body, code) => {
    serve(assignedTo, body, status);
    const { source } = testSource();
    await expect(collect(source.readAssignments('sp', NEVER))).rejects.toMatchObject({ code });
  });

  it('encodes the id', async () => {
    serve('/v1.0/servicePrincipals/a%2Fb%3F%23%24/appRoleAssignedTo?$top=999', { value: [] });
    const { source } = testSource();
    expect(await collect(source.readAssignments('a/b?#$', NEVER))).toEqual([[]]);
  });
});

describe('group members', () => {
  it('reads direct members with their types', async () => {
    serve('/v1.0/groups/g/members?$select=id&$top=999', {
      value: [
        { '@odata.type': '#microsoft.graph.user', id: 'a' },
        { '@odata.type': '#microsoft.graph.group', id: 'b', displayName: null },
        { id: 'c' },
      ],
    });
    const { source } = testSource();
    expect(await collect(source.readGroupMembers('g', 'direct', NEVER))).toEqual([
      [
        { id: 'a', type: 'user' },
        { id: 'b', type: 'group' },
        { id: 'c', type: 'unknown' },
      ],
    ]);
  });

  it('sends ConsistencyLevel with every page of transitive members', async () => {
    const eventual = nock(GRAPH, { reqheaders: { consistencylevel: 'eventual' } });
    const path = '/groups/g/transitiveMembers/microsoft.graph.user';
    eventual
      .get(`/v1.0${path}?$select=id&$top=999&$count=true`)
      .reply(200, { '@odata.count': 2, value: [{ id: 'a' }], ...link(path, 1) });
    eventual.get(`/v1.0${path}?$skiptoken=1`).reply(200, { value: [{ id: 'b' }] });
    const { source } = testSource();
    const members = (await collect(source.readGroupMembers('g', 'transitive', NEVER))).flat();
    expect(members).toEqual([
      { id: 'a', type: 'user' },
      { id: 'b', type: 'user' },
    ]);
  });

  it('takes a vanished group for an incomplete answer, never for an empty group', async () => {
    serve('/v1.0/groups/g/members?$select=id&$top=999', graphError('Request_ResourceNotFound'), 404);
    const { source } = testSource();
    const error = await rejection(collect(source.readGroupMembers('g', 'direct', NEVER)));
    expect(error).toMatchObject({ code: 'SourceIncomplete' });
  });
});

describe('the service principal', () => {
  const path = '/v1.0/servicePrincipals/sp?$select=id,appId,displayName,accountEnabled,appRoles';

  it('reads roles, with null values', async () => {
    serve(path, {
      id: 'sp',
      appId: 'app',
      displayName: 'Peakon',
      accountEnabled: false,
      appRoles: [
        {
          id: 'r',
          value: null,
          displayName: 'User',
          isEnabled: true,
          allowedMemberTypes: ['User'],
          origin: 'Application',
        },
      ],
    });
    const { source } = testSource();
    expect(await source.readServicePrincipal('sp', NEVER)).toEqual({
      id: 'sp',
      appId: 'app',
      displayName: 'Peakon',
      accountEnabled: false,
      appRoles: [{ id: 'r', value: null, displayName: 'User', isEnabled: true, allowedMemberTypes: ['User'] }],
    });
  });

  it('faults on an answer without roles', async () => {
    serve(path, { id: 'sp', appId: 'app' });
    const { source } = testSource();
    const error = await rejection(source.readServicePrincipal('sp', NEVER));
    expect(error).toMatchObject({ code: 'SourceProtocolError' });
    expect(error.message).toContain('appRoles');
  });
});
