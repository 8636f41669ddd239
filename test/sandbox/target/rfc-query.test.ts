import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Client,
  ENTERPRISE,
  GROUP,
  group,
  idOf,
  pick,
  startClient,
  testClient,
  USER,
  user,
} from './scim-client.ts';

let client: Client;
let ids: string[] = [];
beforeAll(async () => {
  client = await startClient({ kind: 'rfc7644', now: () => Date.UTC(2026, 4, 1) });
  client.target.seed([
    user('Ana', {
      id: 'id-ana',
      externalId: 'X1',
      title: 'Lead',
      active: true,
      emails: [
        { type: 'work', value: 'ana@acme.com', primary: true },
        { type: 'home', value: 'ana@home.org' },
      ],
      [ENTERPRISE]: { department: 'Sales', manager: { value: 'Boss' } },
    }),
    user('bo', {
      externalId: 'x1',
      title: 'engineer',
      active: false,
      emails: [{ type: 'home', value: 'bo@acme.com' }],
    }),
    user('cy', { title: 'Assistant', name: { givenName: 'Cy' } }),
  ]);
  ids = client.target.users().map((resource) => idOf(resource));
  client.target.seed([group('Sales', [ids[0] ?? '']), group('sales', ids.slice(1))]);
});
afterAll(() => client.target.close());

describe('filters', () => {
  it.each<[string, string[]]>([
    ['userName eq "ANA"', ['Ana']],
    ['USERNAME EQ "ana"', ['Ana']],
    [`${USER}:userName eq "ana"`, ['Ana']],
    ['id eq "id-ana"', ['Ana']],
    ['id eq "ID-ANA"', []],
    ['externalId eq "X1"', ['Ana']],
    ['externalId eq "x1"', ['bo']],
    ['userName ne "ana"', ['bo', 'cy']],
    ['title co "nGi"', ['bo']],
    ['userName sw "b"', ['bo']],
    ['emails.value ew "acme.com"', ['Ana', 'bo']],
    ['emails co "home.org"', ['Ana']],
    ['emails.value eq "BO@acme.com"', ['bo']],
    ['emails[type eq "work" and value co "@acme.com"]', ['Ana']],
    ['emails[type eq "work" and value eq "bo@acme.com"]', []],
    ['emails[type eq "home"] and active eq false', ['bo']],
    ['title pr and not (active eq true)', ['bo', 'cy']],
    ['emails pr', ['Ana', 'bo']],
    ['active eq null', ['cy']],
    ['active ne null', ['Ana', 'bo']],
    ['userName eq "ana" or userName eq "cy" and title eq "no"', ['Ana']],
    ['(userName eq "ana" or userName eq "cy") and title eq "Assistant"', ['cy']],
    ['name.givenName eq "Cy"', ['cy']],
    [`${ENTERPRISE}:department eq "sales"`, ['Ana']],
    [`${ENTERPRISE}:manager.value eq "Boss"`, ['Ana']],
    [`${ENTERPRISE}:manager eq "boss"`, []],
    ['meta.lastModified ge "2026-05-01T00:00:00Z"', ['Ana', 'bo', 'cy']],
    ['meta.lastModified gt "2026-05-01T00:00:00Z"', []],
    ['groups.display eq "Sales"', ['Ana', 'bo', 'cy']],
    ['title gt "b" and title lt "f"', ['bo']],
    ['userName eq ""', []],
    ['emails.primary eq true', ['Ana']],
    [`schemas eq "${ENTERPRISE}"`, ['Ana']],
  ])('%s', async (filter, expected) => {
    const reply = await client.find('/Users', filter);
    expect(reply.status, reply.text).toBe(200);
    expect(pick(reply, 'userName')).toEqual(expected);
    expect(reply.body['totalResults']).toBe(expected.length);
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq ana',
    'userName eq "ana',
    'userName is "ana"',
    'shoeSize eq 3',
    'userName eq "a" and',
    '(userName eq "a"',
    'userName eq "a")',
    'active eq "true"',
    'active gt true',
    'userName gt null',
    'userName eq 7',
    'emails[kind eq "work"]',
    'emails[type eq "work"].value eq "ana@acme.com"',
    'name eq "Cy"',
    `userName eq "${'a'.repeat(9000)}"`,
    '('.repeat(5000),
  ])('refuses %j', async (filter) => {
    const reply = await client.find('/Users', filter);
    expect([reply.status, reply.body['scimType']], reply.text).toEqual([400, 'invalidFilter']);
  });

  it('finds any userName by its JSON string, however it is escaped', async () => {
    const own = await testClient({ kind: 'rfc7644' });
    const awkward = fc.string({ unit: fc.constantFrom('"', '\\', ']', '[', '.', ':', ' ', '(', 'a', 'É', '\n', '%') });
    await fc.assert(
      fc.asyncProperty(awkward, async (text) => {
        own.target.reset();
        const id = await own.create('/Users', user(`x${text}`));
        await own.create('/Users', user('other'));
        expect(pick(await own.find('/Users', `userName eq ${JSON.stringify(`x${text}`)}`), 'id')).toEqual([id]);
        expect(pick(await own.find('/Users', `title pr or userName ew ${JSON.stringify(text)}`), 'id')).toContain(id);
      }),
      { numRuns: 60 },
    );
  });

  it('finds groups by displayName in any case', async () => {
    expect(pick(await client.find('/Groups', 'displayName eq "SALES"'), 'displayName')).toEqual(['Sales', 'sales']);
    expect((await client.find('/Groups', 'userName eq "x"')).status).toBe(400);
    expect(pick(await client.find('/Groups', `members.$ref ew "/Users/${ids[1] ?? ''}"`), 'displayName')).toEqual([
      'sales',
    ]);
    expect(pick(await client.find('/Groups', `members eq "${ids[0] ?? ''}"`), 'displayName')).toEqual(['Sales']);
  });
});

describe('lists', () => {
  it.each<[string, (string | number)[], number, number]>([
    ['startIndex=1&count=2', ['Ana', 'bo'], 3, 1],
    ['startIndex=3&count=2', ['cy'], 3, 3],
    ['startIndex=4&count=2', [], 3, 4],
    ['startIndex=-5&count=1', ['Ana'], 3, 1],
    ['count=0', [], 3, 1],
    ['count=-1', [], 3, 1],
    ['filter=active%20pr&startIndex=2', ['bo'], 2, 2],
    ['sortBy=title', ['cy', 'bo', 'Ana'], 3, 1],
    ['sortBy=title&sortOrder=descending', ['Ana', 'bo', 'cy'], 3, 1],
    ['sortBy=emails.value', ['Ana', 'bo', 'cy'], 3, 1],
    ['sortBy=userName&sortOrder=descending&count=1', ['cy'], 3, 1],
  ])('%s', async (query, names, total, startIndex) => {
    const reply = await client.get(`/Users?${query}`);
    expect(pick(reply, 'userName')).toEqual(names);
    expect(reply.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: total,
      itemsPerPage: names.length,
      startIndex,
    });
  });

  it('refuses a count that is no number and an unknown sortBy', async () => {
    expect((await client.get('/Users?count=many')).body['scimType']).toBe('invalidValue');
    expect((await client.get('/Users?sortBy=shoeSize')).body['scimType']).toBe('invalidPath');
  });

  it('cuts pages at the cap and still says how many there are', async () => {
    const own = await testClient({ kind: 'rfc7644', pageCap: 2 });
    own.target.seed(['a', 'b', 'c', 'd', 'e'].map((name) => user(name)));
    const pages = [];
    for (let start = 1; start <= 5; start += 2)
      pages.push(pick(await own.get(`/Users?startIndex=${start}&count=50`), 'userName'));
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect((await own.get('/Users')).body).toMatchObject({ totalResults: 5, itemsPerPage: 2 });
    expect((await own.get('/ServiceProviderConfig')).body['filter']).toEqual({ supported: true, maxResults: 2 });
    const [first] = own.target.users();
    await own.send('DELETE', `/Users/${idOf(first)}`);
    expect(pick(await own.get('/Users'), 'userName')).toEqual(['b', 'c']);
  });

  it.each<[string, unknown]>([
    ['attributes=userName', { schemas: [USER, ENTERPRISE], id: 'id-ana', userName: 'Ana' }],
    [
      'attributes=EMAILS.value,shoeSize',
      { schemas: [USER, ENTERPRISE], id: 'id-ana', emails: [{ value: 'ana@acme.com' }, { value: 'ana@home.org' }] },
    ],
    [
      `attributes=${ENTERPRISE}:department`,
      { schemas: [USER, ENTERPRISE], id: 'id-ana', [ENTERPRISE]: { department: 'Sales' } },
    ],
    [
      `attributes=${ENTERPRISE}`,
      { schemas: [USER, ENTERPRISE], id: 'id-ana', [ENTERPRISE]: { department: 'Sales', manager: { value: 'Boss' } } },
    ],
    [
      `excludedAttributes=emails,meta,id,groups,externalId,title,${ENTERPRISE}:manager`,
      {
        schemas: [USER, ENTERPRISE],
        id: 'id-ana',
        userName: 'Ana',
        active: true,
        [ENTERPRISE]: { department: 'Sales' },
      },
    ],
  ])('%s', async (query, expected) => {
    expect((await client.get(`/Users/id-ana?${query}`)).body).toEqual(expected);
    expect((await client.get(`/Users?count=1&${query}`)).body['Resources']).toEqual([expected]);
  });

  it('searches by POST', async () => {
    const reply = await client.post('/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName eq "bo"',
      attributes: ['userName', 'title'],
    });
    expect(pick(reply, 'title')).toEqual(['engineer']);
    expect((await client.get('/Users/.search')).status).toBe(405);
  });
});

describe('discovery and paths', () => {
  it('says what it can', async () => {
    const { body } = await client.get('/ServiceProviderConfig');
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 100 },
      sort: { supported: true },
      etag: { supported: true },
      changePassword: { supported: false },
    });
    expect(pick(await client.get('/ResourceTypes'), 'id')).toEqual(['User', 'Group']);
    expect((await client.get('/ResourceTypes/User')).body).toMatchObject({
      endpoint: '/Users',
      schemaExtensions: [{ schema: ENTERPRISE, required: false }],
    });
    expect(pick(await client.get('/Schemas'), 'id')).toEqual([USER, ENTERPRISE, GROUP]);
    const schema = await client.get(`/Schemas/${encodeURIComponent(GROUP)}`);
    expect(schema.body).toMatchObject({
      id: GROUP,
      attributes: [{ name: 'displayName', required: true }, { name: 'members' }],
    });
    expect((await client.get('/Schemas/urn:acme')).status).toBe(404);
    expect((await client.get('/Schemas?filter=x')).status).toBe(403);
  });

  it.each([
    ['POST', '/Bulk/a', 404],
    ['GET', '/Bulk', 405],
    ['GET', '/Me', 501],
    ['POST', '/.search', 501],
    ['GET', '/Nothing', 404],
    ['GET', '/Users/a/b', 404],
    ['GET', '/users', 404],
    ['DELETE', '/Users', 405],
    ['POST', '/Users/id-ana', 405],
    ['POST', '/Schemas', 405],
    ['GET', '/Users/%E0%A4%A', 400],
  ])('%s %s -> %d', async (method, path, status) => {
    const reply = await client.send(method, path, method === 'POST' ? {} : undefined);
    expect(reply.status).toBe(status);
    expect(reply.body['status']).toBe(String(status));
  });

  it('wants the token, the media type and a body of decent size', async () => {
    const none = await client.get('/Users', { authorization: '' });
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="scim"']);
    expect((await client.get('/Users', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await client.get('/Users', { authorization: `bearer ${client.target.token}` })).status).toBe(200);
    expect((await client.send('POST', '/Users', user('z'), { 'content-type': 'text/plain' })).status).toBe(415);
    const large = await client.send('POST', '/Users', user('z', { title: 'x'.repeat(1_100_000) }));
    expect([large.status, large.body['status']]).toEqual([413, '413']);
    const elsewhere = await fetch(new URL('/elsewhere', client.target.url));
    expect(elsewhere.status).toBe(404);
  });
});
