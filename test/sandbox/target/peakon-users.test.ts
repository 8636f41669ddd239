import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Client,
  clientOf,
  ENTERPRISE,
  employee,
  idOf,
  member,
  PEAKON,
  pick,
  startClient,
  testClient,
  USER,
  user,
} from './scim-client.ts';

let client: Client;
beforeAll(async () => {
  client = await startClient({ kind: 'peakon' });
});
afterAll(() => client.target.close());
beforeEach(() => client.target.reset());

const patched = async (id: string, ...operations: unknown[]) => client.patch(`/Users/${id}`, operations);

describe('roots, media types, operations', () => {
  it('serves the new and the legacy root from one store', async () => {
    const id = await client.create('/Users', employee('ana@acme.com'));
    const { origin, pathname } = new URL(client.target.url);
    expect(pathname).toBe('/api/scim/v2');
    expect((await client.get(`${origin}/scim/v2/Users/${id}`)).body['userName']).toBe('ana@acme.com');
    expect((await client.get(`${origin}/api/v2/Users/${id}`)).status).toBe(404);
  });

  it('answers application/json unless asked for SCIM, and takes both', async () => {
    const made = await client.send('POST', '/Users', employee('a@acme.com'), { 'content-type': 'application/json' });
    expect([made.status, made.headers.get('content-type')]).toEqual([201, 'application/json']);
    const scim = await client.get('/Users', { accept: 'application/scim+json, application/json' });
    expect(scim.headers.get('content-type')).toBe('application/scim+json');
  });

  it.each(['/Groups', '/ResourceTypes', '/Me', '/.search', '/Users/.search'])('has no %s', async (path) => {
    expect((await client.get(path)).status).toBe(404);
  });

  it('wants the token for users and bulk, not for discovery', async () => {
    const without = { authorization: '' };
    expect((await client.get('/Users', without)).status).toBe(401);
    expect((await client.send('POST', '/Bulk', {}, without)).status).toBe(401);
    expect((await client.get('/ServiceProviderConfig', without)).status).toBe(200);
    expect((await client.get('/Schemas', without)).status).toBe(200);
  });

  it('generates /Schemas from the attribute table', async () => {
    const own = await testClient({ kind: 'peakon', attributes: [{ name: 'Cost Centre', type: 'number' }] });
    const schema = await own.get(`/Schemas/${PEAKON}`);
    expect(schema.body['attributes']).toMatchObject([{ name: 'Cost Centre', type: 'integer' }]);
    const reply = await client.get('/Schemas');
    expect(pick(reply, 'id')).toEqual([USER, ENTERPRISE, PEAKON]);
    const attributes = pick(reply, 'attributes')[2];
    const names = Array.isArray(attributes) ? attributes.map((item) => member({ item }, 'item', 'name')) : [];
    expect(names).toContain('Business Unit');
    expect(names).toHaveLength(10);
  });
});

describe('employees', () => {
  it('creates with a server id, shows, deactivates, reactivates, deletes', async () => {
    const made = await client.post('/Users', employee('ana@acme.com', { id: 'mine', externalId: 'x' }));
    const id = idOf(made.body);
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${client.target.url}/Users/${id}`);
    expect(id).not.toBe('mine');
    const off = await patched(id, { op: 'Replace', path: 'active', value: 'False' });
    expect(off.body['active']).toBe(false);
    expect(pick(await client.find('/Users', 'userName eq "ANA@acme.com"'), 'active')).toEqual([false]);
    expect((await client.post('/Users', employee('ana@acme.com'))).status).toBe(409);
    expect((await patched(id, { op: 'replace', path: 'active', value: true })).body['active']).toBe(true);
    const gone = await client.send('DELETE', `/Users/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await client.get(`/Users/${id}`)).status).toBe(404);
  });

  it('takes active as false when it is left out, on POST and PUT', async () => {
    const { active: _active, ...body } = employee('ana@acme.com');
    const made = await client.post('/Users', body);
    expect(made.body['active']).toBe(false);
    const id = idOf(made.body);
    await patched(id, { op: 'replace', path: 'active', value: true });
    expect((await client.send('PUT', `/Users/${id}`, body)).body['active']).toBe(false);
  });

  it.each([
    ['a userName that is not the work e-mail', employee('a@acme.com', { userName: 'b@acme.com' })],
    ['no e-mails', user('a@acme.com', { name: { familyName: 'A' } })],
    ['no work e-mail', employee('a@acme.com', { emails: [{ type: 'home', value: 'a@acme.com' }] })],
    ['an e-mail that is none', employee('ana')],
    ['no name', user('a@acme.com', { emails: [{ type: 'work', value: 'a@acme.com' }] })],
    ['an option of 257 characters', employee('a@acme.com', { [PEAKON]: { Department: 'x'.repeat(257) } })],
    ['an option that is no string', employee('a@acme.com', { [PEAKON]: { Department: 7 } })],
    ['a date that does not exist', employee('a@acme.com', { [PEAKON]: { 'Start Date': '2026-13-01T00:00:00Z' } })],
    ['a date in another form', employee('a@acme.com', { [PEAKON]: { 'Start Date': '01.02.2026' } })],
    ['a number with decimals', employee('a@acme.com', { [PEAKON]: { Salary: 1.5 } })],
    ['a number as text', employee('a@acme.com', { [PEAKON]: { Salary: '100' } })],
  ])('refuses %s', async (_, body) => {
    const reply = await client.post('/Users', body);
    expect([reply.status, reply.body['scimType']], reply.text).toEqual([400, 'invalidValue']);
    expect(client.target.users()).toEqual([]);
  });

  it('keeps extension values, names in any case, and passes over unknown names', async () => {
    const made = await client.post(
      '/Users',
      employee('a@acme.com', {
        USERNAME: 'a@acme.com',
        shoeSize: 43,
        [ENTERPRISE]: { Department: 'Sales', EmployeeNumber: '7', costCenter: 'no' },
        [PEAKON]: {
          'business unit': 'EMEA',
          'Start Date': '2026-01-31T00:00:00Z',
          Salary: 100,
          Department: 'x'.repeat(256),
          Team: 'no',
        },
      }),
    );
    expect(made.body[ENTERPRISE]).toEqual({ department: 'Sales', employeeNumber: '7' });
    expect(made.body[PEAKON]).toEqual({
      'Business Unit': 'EMEA',
      'Start Date': '2026-01-31T00:00:00Z',
      Salary: 100,
      Department: 'x'.repeat(256),
    });
    expect(made.body).not.toHaveProperty('shoeSize');
    expect(made.body['schemas']).toEqual([USER, ENTERPRISE, PEAKON]);
  });

  it('moves userName and work e-mail together, and refuses two different ones', async () => {
    const id = await client.create('/Users', employee('a@acme.com'));
    const emailPath = 'emails[type eq "work"].value';
    const byName = await patched(id, { op: 'replace', path: 'userName', value: 'b@acme.com' });
    expect(byName.body['emails']).toMatchObject([{ type: 'work', value: 'b@acme.com' }]);
    const byEmail = await patched(id, { op: 'replace', path: emailPath, value: 'c@acme.com' });
    expect(byEmail.body['userName']).toBe('c@acme.com');
    const both = await patched(
      id,
      { op: 'replace', path: emailPath, value: 'd@acme.com' },
      { op: 'replace', path: 'userName', value: 'e@acme.com' },
    );
    expect(both.status).toBe(400);
    expect((await patched(id, { op: 'remove', path: 'emails[type eq "work"]' })).status).toBe(400);
    expect(pick(await client.find('/Users', 'userName eq "c@acme.com"'), 'id')).toEqual([id]);
    expect(pick(await client.find('/Users', 'userName eq "a@acme.com"'), 'id')).toEqual([]);
  });

  it('replaces by PUT', async () => {
    const id = await client.create('/Users', employee('a@acme.com', { locale: 'de', [PEAKON]: { Gender: 'x' } }));
    const reply = await client.send('PUT', `/Users/${id}`, employee('a@acme.com', { timezone: 'Europe/Berlin' }));
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ id, timezone: 'Europe/Berlin' });
    expect(reply.body).not.toHaveProperty('locale');
    expect(reply.body).not.toHaveProperty([PEAKON]);
  });

  it.each<[string, unknown[], unknown]>([
    ['a path', [{ op: 'replace', path: `${PEAKON}:Job Title`, value: 'Lead' }], { 'Job Title': 'Lead' }],
    ['a path in another case', [{ op: 'add', path: `${PEAKON}:job title`, value: 'Lead' }], { 'Job Title': 'Lead' }],
    ['an object', [{ op: 'replace', value: { [PEAKON]: { 'Job Title': 'Lead' } } }], { 'Job Title': 'Lead' }],
    ['a URN key', [{ op: 'replace', value: { [`${PEAKON}:Job Title`]: 'Lead' } }], { 'Job Title': 'Lead' }],
    [
      'remove',
      [
        { op: 'add', path: `${PEAKON}:Job Title`, value: 'x' },
        { op: 'remove', path: `${PEAKON}:Job Title` },
      ],
      undefined,
    ],
    ['an unknown path', [{ op: 'replace', path: `${PEAKON}:Shoe Size`, value: 43 }], undefined],
  ])('patches the Peakon extension by %s', async (_, operations, expected) => {
    const id = await client.create('/Users', employee('a@acme.com'));
    const reply = await patched(id, ...operations);
    expect([reply.status, reply.body[PEAKON]], reply.text).toEqual([200, expected]);
  });

  it('survives attribute names with periods, colons and brackets', async () => {
    const names = ['Dept. No', 'Site: main', 'Level [1]', 'A (b)'];
    const own = await testClient({
      kind: 'peakon',
      attributes: names.map((name) => ({ name, type: 'option' })),
    });
    const id = await own.create('/Users', employee('a@acme.com'));
    for (const name of names.filter((candidate) => !candidate.includes('['))) {
      await own.patch(`/Users/${id}`, [{ op: 'add', path: `${PEAKON}:${name}`, value: name }]);
      expect(pick(await own.find('/Users', `${PEAKON}:${name} eq "${name}"`), 'id')).toEqual([id]);
    }
    const reply = await own.patch(`/Users/${id}`, [{ op: 'add', value: { [PEAKON]: { 'Level [1]': 'L' } } }]);
    expect(reply.body[PEAKON]).toEqual({
      'Dept. No': 'Dept. No',
      'Site: main': 'Site: main',
      'A (b)': 'A (b)',
      'Level [1]': 'L',
    });
  });
});

describe('references between employees', () => {
  it('shows the manager by the current e-mail and clears both references when the manager is deleted', async () => {
    const boss = await client.create('/Users', employee('boss@acme.com'));
    const id = await client.create(
      '/Users',
      employee('a@acme.com', {
        [PEAKON]: { Manager: 'BOSS@acme.com', Gender: 'x' },
        [ENTERPRISE]: { manager: { value: boss } },
      }),
    );
    const shown = async () => (await client.get(`/Users/${id}`)).body;
    expect((await shown())[PEAKON]).toEqual({ Manager: 'boss@acme.com', Gender: 'x' });
    await patched(boss, { op: 'replace', path: 'userName', value: 'chief@acme.com' });
    expect((await shown())[PEAKON]).toEqual({ Manager: 'chief@acme.com', Gender: 'x' });
    expect((await patched(id, { op: 'replace', path: `${PEAKON}:Gender`, value: 'y' })).status).toBe(200);
    expect(pick(await client.find('/Users', `${PEAKON}:Manager eq "chief@acme.com"`), 'id')).toEqual([id]);
    await client.send('DELETE', `/Users/${boss}`);
    expect((await shown())[PEAKON]).toEqual({ Gender: 'y' });
    expect(await shown()).not.toHaveProperty([ENTERPRISE]);
  });

  it('takes the enterprise manager as object and as text', async () => {
    const boss = await client.create('/Users', employee('boss@acme.com'));
    const id = await client.create('/Users', employee('a@acme.com'));
    const reply = await patched(id, { op: 'add', path: `${ENTERPRISE}:manager`, value: boss });
    expect(reply.body[ENTERPRISE]).toEqual({ manager: { value: boss } });
    const wrong = await patched(id, {
      op: 'replace',
      path: `${ENTERPRISE}:manager`,
      value: { value: 'boss@acme.com' },
    });
    expect([wrong.status, wrong.body['scimType']]).toEqual([400, 'invalidValue']);
  });
});

describe('seeding', () => {
  it('knows accounts of an import, managers after their reports, and refuses twins', async () => {
    client.target.seed([employee('r@acme.com', { [PEAKON]: { Manager: 'm@acme.com' } }), employee('m@acme.com')]);
    expect(client.target.users()[0]).toMatchObject({ active: true, [PEAKON]: { Manager: 'm@acme.com' } });
    expect(() => client.target.seed([employee('R@acme.com')])).toThrow(/already an employee/);
    expect(client.target.groups()).toEqual([]);
    const again = clientOf(client.target);
    expect((await again.find('/Users', 'userName eq "m@acme.com"')).body['totalResults']).toBe(1);
  });
});
