import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, ENTERPRISE, group, idOf, member, pick, startClient, USER, user } from './scim-client.ts';

let client: Client;
let clock = Date.UTC(2026, 0, 1);
beforeAll(async () => {
  client = await startClient({ kind: 'rfc7644', now: () => clock });
});
afterAll(() => client.target.close());
beforeEach(() => client.target.reset());

describe('users of the strict target', () => {
  it('creates, shows, replaces and deletes', async () => {
    const made = await client.post('/Users', user('ana@acme.com', { USERNAME: 'ana@acme.com', Active: true }));
    expect(made.status).toBe(201);
    expect(made.headers.get('content-type')).toBe('application/scim+json');
    const id = idOf(made.body);
    expect(made.headers.get('location')).toBe(`${client.target.url}/Users/${id}`);
    expect(made.body).toMatchObject({ userName: 'ana@acme.com', active: true, schemas: [USER] });
    expect(member(made.body, 'meta', 'created')).toBe('2026-01-01T00:00:00.000Z');

    const replaced = await client.send('PUT', `/Users/${id}`, user('ana@acme.com', { title: 'Engineer' }));
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ id, title: 'Engineer' });
    expect(replaced.body).not.toHaveProperty('active');

    const gone = await client.send('DELETE', `/Users/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await client.get(`/Users/${id}`)).status).toBe(404);
    expect((await client.send('DELETE', `/Users/${id}`)).status).toBe(404);
  });

  it.each([
    ['an unknown attribute', user('a', { shoeSize: 43 }), 400, 'invalidSyntax'],
    ['an unknown sub-attribute', user('a', { name: { firstName: 'A' } }), 400, 'invalidSyntax'],
    ['an unknown extension', user('a', { 'urn:acme:User': {} }), 400, 'invalidSyntax'],
    ['a boolean as text', user('a', { active: 'True' }), 400, 'invalidValue'],
    ['a number for a string', user('a', { title: 7 }), 400, 'invalidValue'],
    ['a string for an object', user('a', { [ENTERPRISE]: { manager: 'x' } }), 400, 'invalidValue'],
    ['an object for a list', user('a', { emails: { value: 'a@b' } }), 400, 'invalidValue'],
    [
      'two primaries',
      user('a', {
        emails: [
          { value: '1', primary: true },
          { value: '2', primary: true },
        ],
      }),
      400,
      'invalidValue',
    ],
    ['no userName', { schemas: [USER] }, 400, 'invalidValue'],
    ['an empty userName', user(''), 400, 'invalidValue'],
    ['no schemas', { userName: 'a' }, 400, 'invalidSyntax'],
    ['a foreign schema', { schemas: [USER, 'urn:acme'], userName: 'a' }, 400, 'invalidSyntax'],
    [
      'an extension that schemas does not list',
      { schemas: [USER], userName: 'a', [ENTERPRISE]: {} },
      400,
      'invalidSyntax',
    ],
    ['a body that is a list', [], 400, 'invalidSyntax'],
    ['a body that is no JSON', '{"userName":', 400, 'invalidSyntax'],
  ])('refuses %s', async (_, body, status, scimType) => {
    const reply = await client.post('/Users', body);
    expect(reply.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      scimType,
    });
    expect(reply.status).toBe(status);
    expect(client.target.users()).toEqual([]);
  });

  it('drops null, empty lists, readOnly attributes and the password', async () => {
    const body = user('a', {
      title: null,
      emails: [],
      id: 'mine',
      groups: [{ value: 'g' }],
      password: 'secret',
      name: {},
    });
    const made = await client.post('/Users', body);
    expect(Object.keys(made.body).toSorted()).toEqual(['id', 'meta', 'schemas', 'userName']);
    expect(made.body['id']).not.toBe('mine');
  });

  it('keeps userName unique in any case, on POST, PUT and PATCH', async () => {
    await client.create('/Users', user('Ana@acme.com'));
    const other = await client.create('/Users', user('bo@acme.com', { externalId: 'same' }));
    const replies = [
      await client.post('/Users', user('ana@ACME.com')),
      await client.send('PUT', `/Users/${other}`, user('ana@acme.com')),
      await client.patch(`/Users/${other}`, [{ op: 'replace', path: 'userName', value: 'ANA@acme.com' }]),
    ];
    expect(replies.map(({ status }) => status)).toEqual([409, 409, 409]);
    expect(replies.map(({ body }) => body['scimType'])).toEqual(['uniqueness', 'uniqueness', 'uniqueness']);
    const sameCase = await client.patch(`/Users/${other}`, [{ op: 'replace', path: 'userName', value: 'BO@acme.com' }]);
    expect(sameCase.body['userName']).toBe('BO@acme.com');
    expect((await client.post('/Users', user('cy@acme.com', { externalId: 'same' }))).status).toBe(201);
    await client.send('DELETE', `/Users/${other}`);
    expect((await client.post('/Users', user('bo@acme.com'))).status).toBe(201);
  });

  it('has entity tags with preconditions, and changes nothing when nothing changes', async () => {
    const made = await client.post('/Users', user('a'));
    const path = `/Users/${idOf(made.body)}`;
    const tag = String(made.headers.get('etag'));
    expect(member(made.body, 'meta', 'version')).toBe(tag);
    expect(tag).toMatch(/^W\/"/);
    expect((await client.get(path, { 'if-none-match': tag })).status).toBe(304);
    clock += 60_000;
    const idle = await client.patch(path, [{ op: 'replace', path: 'userName', value: 'a' }]);
    expect([idle.status, idle.headers.get('etag'), member(idle.body, 'meta', 'lastModified')]).toEqual([
      200,
      tag,
      member(made.body, 'meta', 'lastModified'),
    ]);
    const changed = await client.patch(path, [{ op: 'replace', path: 'title', value: 'x' }], { 'if-match': tag });
    expect(changed.headers.get('etag')).not.toBe(tag);
    expect(member(changed.body, 'meta', 'lastModified')).not.toBe(member(made.body, 'meta', 'lastModified'));
    const stale = { 'if-match': tag };
    expect((await client.patch(path, [{ op: 'remove', path: 'title' }], stale)).status).toBe(412);
    expect((await client.send('PUT', path, user('a'), stale)).status).toBe(412);
    expect((await client.send('DELETE', path, undefined, stale)).status).toBe(412);
    expect((await client.get(path, { 'if-none-match': tag })).status).toBe(200);
    expect((await client.send('DELETE', path, undefined, { 'if-match': '*' })).status).toBe(204);
  });
});

describe('groups of the strict target', () => {
  const newUsers = (...names: string[]) => Promise.all(names.map((name) => client.create('/Users', user(name))));

  it('generates display, type and $ref of members and lists groups on the user', async () => {
    const [ana = ''] = await newUsers('ana');
    const inner = await client.create('/Groups', group('Inner'));
    const made = await client.post('/Groups', group('Sales', [ana, inner, ana]));
    const { url } = client.target;
    expect(made.body['members']).toEqual([
      { value: ana, display: 'ana', type: 'User', $ref: `${url}/Users/${ana}` },
      { value: inner, display: 'Inner', type: 'Group', $ref: `${url}/Groups/${inner}` },
    ]);
    const shown = await client.get(`/Users/${ana}`);
    expect(shown.body['groups']).toEqual([
      { value: made.body['id'], display: 'Sales', type: 'direct', $ref: `${url}/Groups/${idOf(made.body)}` },
    ]);
    const without = await client.get(`/Groups/${idOf(made.body)}?excludedAttributes=members`);
    expect(without.body).not.toHaveProperty('members');
    expect(without.body['displayName']).toBe('Sales');
  });

  it('refuses members that do not exist, the group itself and members without a value', async () => {
    const missing = await client.post('/Groups', group('Sales', ['nobody']));
    expect([missing.status, missing.body['scimType']]).toEqual([400, 'invalidValue']);
    const id = await client.create('/Groups', group('Sales'));
    const add = (value: unknown) => client.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value }]);
    expect((await add([{ value: 'nobody' }])).body['scimType']).toBe('invalidValue');
    expect((await add([{ value: id }])).body['scimType']).toBe('invalidValue');
    expect((await add([{ type: 'User' }])).body['scimType']).toBe('invalidValue');
    expect((await client.get(`/Groups/${id}`)).body).not.toHaveProperty('members');
    expect((await client.post('/Groups', group('Sales'))).status).toBe(201);
  });

  it('adds members once, removes them by filter and by value list, and by path alone', async () => {
    const [a = '', b = '', c = '', d = ''] = await newUsers('a', 'b', 'c', 'd');
    const path = `/Groups/${await client.create('/Groups', group('G', [a]))}`;
    const values = async (operations: unknown) => {
      const reply = await client.patch(path, operations);
      const members = reply.body['members'];
      return Array.isArray(members) ? members.map((item) => member({ item }, 'item', 'value')) : reply.status;
    };
    expect(await values([{ op: 'Add', path: 'members', value: [{ value: a }, { value: b, display: 'x' }] }])).toEqual([
      a,
      b,
    ]);
    expect(await values([{ op: 'add', path: 'members', value: { value: c } }])).toEqual([a, b, c]);
    expect(await values([{ op: 'add', value: { members: [{ value: d }] } }])).toEqual([a, b, c, d]);
    expect(await values([{ op: 'remove', path: `members[value eq "${b}"]` }])).toEqual([a, c, d]);
    expect(await values([{ op: 'remove', path: `members[value eq "${b}"]` }])).toEqual([a, c, d]);
    expect(await values([{ op: 'remove', path: 'members', value: [{ value: c }] }])).toEqual([a, d]);
    expect(await values([{ op: 'replace', path: 'members', value: [{ value: b }] }])).toEqual([b]);
    expect(await values([{ op: 'remove', path: 'members' }])).toBe(200);
    expect(client.target.groups()[0]).not.toHaveProperty('members');
  });

  it('changes nothing when one of several operations is refused', async () => {
    const [a = ''] = await newUsers('a');
    const path = `/Groups/${await client.create('/Groups', group('G', [a]))}`;
    const refused = await client.patch(path, [
      { op: 'remove', path: 'members' },
      { op: 'replace', path: 'nonsense', value: 1 },
    ]);
    expect([refused.status, refused.body['scimType']]).toEqual([400, 'invalidPath']);
    expect((await client.get(path)).body['members']).toHaveLength(1);
  });

  it('forgets deleted users and groups everywhere', async () => {
    const [a = '', b = ''] = await newUsers('a', 'b');
    const inner = await client.create('/Groups', group('Inner', [a]));
    const outer = await client.create('/Groups', group('Outer', [a, b, inner]));
    const before = await client.get(`/Groups/${outer}`);
    await client.send('DELETE', `/Users/${a}`);
    await client.send('DELETE', `/Groups/${inner}`);
    const after = await client.get(`/Groups/${outer}`);
    expect(after.body['members']).toMatchObject([{ value: b }]);
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(pick(await client.find('/Groups', `members.value eq "${a}"`), 'id')).toEqual([]);
    expect(pick(await client.find('/Groups', `members[value eq "${b}"]`), 'id')).toEqual([outer]);
  });
});
