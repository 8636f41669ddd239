import { describe, expect, it } from 'vitest';
import { startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { ENTERPRISE, employee, PEAKON, testClient } from './scim-client.ts';

const numbered = (email: string, employeeNumber: string) => employee(email, { [ENTERPRISE]: { employeeNumber } });

describe('duplicateOnPost', () => {
  it('409: refuses each of the four identifiers and writes nothing', async () => {
    const client = await testClient({ kind: 'peakon' });
    await client.create('/Users', { ...numbered('a@acme.com', '7'), externalId: 'x' });
    const replies = [
      await client.post('/Users', employee('A@acme.com')),
      await client.post('/Users', employee('b@acme.com', { externalId: 'x' })),
      await client.post('/Users', numbered('c@acme.com', '7')),
    ];
    expect(replies.map(({ status, body }) => [status, body['scimType']])).toEqual(
      Array.from({ length: 3 }, () => [409, 'uniqueness']),
    );
    expect(client.target.users()).toHaveLength(1);
    const other = await client.create('/Users', numbered('d@acme.com', '8'));
    const renamed = await client.patch(`/Users/${other}`, [{ op: 'replace', path: 'userName', value: 'a@acme.com' }]);
    expect(renamed.status).toBe(409);
    expect((await client.send('PUT', `/Users/${other}`, numbered('d@acme.com', '7'))).status).toBe(409);
  });

  it('adopt: the record of an import takes what was posted and keeps the rest', async () => {
    const client = await testClient({ kind: 'peakon', switches: { duplicateOnPost: 'adopt' } });
    client.target.seed([
      { ...numbered('a@acme.com', '7'), id: 'imported', [PEAKON]: { Gender: 'x', Location: 'Rome' } },
    ]);
    const body = employee('a@acme.com', { externalId: 'x', [PEAKON]: { Location: 'Oslo' } });
    const adopted = await client.post('/Users', body);
    expect(adopted.status).toBe(200);
    expect(adopted.body).toMatchObject({
      id: 'imported',
      externalId: 'x',
      [ENTERPRISE]: { employeeNumber: '7' },
      [PEAKON]: { Gender: 'x', Location: 'Oslo' },
    });
    await client.create('/Users', numbered('b@acme.com', '8'));
    expect((await client.post('/Users', numbered('a@acme.com', '8'))).status).toBe(409);
    expect(client.target.users()).toHaveLength(2);
  });
});

describe('pathWithSpace', () => {
  const operation = { op: 'replace', path: `${PEAKON}:Business Unit`, value: 'EMEA' };

  it.each([
    ['accept', 200, { 'Business Unit': 'EMEA' }],
    ['400', 400, undefined],
  ] as const)('%s', async (pathWithSpace, status, expected) => {
    const client = await testClient({ kind: 'peakon', switches: { pathWithSpace } });
    const path = `/Users/${await client.create('/Users', employee('a@acme.com'))}`;
    const reply = await client.patch(path, [operation]);
    expect(reply.status).toBe(status);
    if (status === 400) expect(reply.body['scimType']).toBe('invalidPath');
    expect((await client.get(path)).body[PEAKON]).toEqual(expected);
    const object = await client.patch(path, [{ op: 'replace', value: { [PEAKON]: { 'Business Unit': 'EMEA' } } }]);
    expect(object.body[PEAKON]).toEqual({ 'Business Unit': 'EMEA' });
    const filtered = await client.patch(path, [{ op: 'replace', path: 'emails[type eq "work"].display', value: 'A' }]);
    expect(filtered.status).toBe(200);
  });
});

describe('managerReference', () => {
  it.each([
    ['email', 400],
    ['emailOrId', 201],
  ] as const)('%s: an id in the Peakon Manager attribute', async (managerReference, status) => {
    const client = await testClient({ kind: 'peakon', switches: { managerReference } });
    const boss = await client.create('/Users', employee('boss@acme.com'));
    const byEmail = await client.post('/Users', employee('a@acme.com', { [PEAKON]: { Manager: 'boss@acme.com' } }));
    expect(byEmail.status).toBe(201);
    const byId = await client.post('/Users', employee('b@acme.com', { [PEAKON]: { Manager: boss } }));
    expect(byId.status).toBe(status);
    if (status === 201) expect(byId.body[PEAKON]).toEqual({ Manager: 'boss@acme.com' });
  });
});

describe('missingManager', () => {
  const body = employee('a@acme.com', {
    [PEAKON]: { Manager: 'nobody@acme.com', Gender: 'x' },
    [ENTERPRISE]: { manager: { value: 'nobody' }, employeeNumber: '7' },
  });

  it('400: refuses and writes nothing', async () => {
    const client = await testClient({ kind: 'peakon' });
    expect((await client.post('/Users', body)).body['scimType']).toBe('invalidValue');
    expect(client.target.users()).toEqual([]);
    const path = `/Users/${await client.create('/Users', employee('b@acme.com'))}`;
    const patch = await client.patch(path, [
      { op: 'replace', path: 'locale', value: 'de' },
      { op: 'replace', path: `${PEAKON}:Manager`, value: 'nobody@acme.com' },
    ]);
    expect(patch.status).toBe(400);
    expect((await client.get(path)).body).not.toHaveProperty('locale');
  });

  it('drop: writes the rest', async () => {
    const client = await testClient({ kind: 'peakon', switches: { missingManager: 'drop' } });
    const made = await client.post('/Users', body);
    expect([made.status, made.body[PEAKON], made.body[ENTERPRISE]]).toEqual([
      201,
      { Gender: 'x' },
      { employeeNumber: '7' },
    ]);
  });
});

describe('patchAnswer', () => {
  it.each([
    ['200', 200],
    ['204', 204],
  ] as const)('%s', async (patchAnswer, status) => {
    const client = await testClient({ kind: 'peakon', switches: { patchAnswer } });
    const path = `/Users/${await client.create('/Users', employee('a@acme.com'))}`;
    const reply = await client.patch(path, [{ op: 'replace', path: 'locale', value: 'de' }]);
    expect([reply.status, reply.body['locale']]).toEqual([status, status === 200 ? 'de' : undefined]);
    expect((await client.get(path)).body['locale']).toBe('de');
  });
});

describe('switches', () => {
  it('can be moved while the target runs and go back on reset', async () => {
    const client = await testClient({ kind: 'peakon', switches: { patchAnswer: '204' } });
    client.target.setSwitches({ patchAnswer: '200', missingManager: 'drop' });
    expect(client.target.switches).toMatchObject({ patchAnswer: '200', missingManager: 'drop' });
    expect(() => client.target.setSwitches({ patchAnswer: '418' })).toThrow('one of 200, 204');
    expect(() => client.target.setSwitches({ colour: 'red' })).toThrow('no switch "colour"');
    client.target.reset();
    expect(client.target.switches).toMatchObject({ patchAnswer: '204', missingManager: '400' });
  });

  it('do not exist on the strict target', async () => {
    const client = await testClient({ kind: 'rfc7644' });
    expect(client.target.switches).toBeUndefined();
    expect(() => client.target.setSwitches({ patchAnswer: '200' })).toThrow('no switches');
    await expect(startScimTarget({ kind: 'peakon', port: Number(new URL(client.target.url).port) })).rejects.toThrow(
      'EADDRINUSE',
    );
  });
});
