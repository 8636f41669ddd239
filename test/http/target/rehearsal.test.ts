// What a dry run says it would send, and what is sent then: the same requests, in every dialect.
import { describe, expect, it } from 'vitest';
import type { Selection } from '../../../src/model/cycle.ts';
import type { Dialect } from '../../../src/model/dialect.ts';
import type { RecordedExchange } from '../../../src/model/recorded-exchange.ts';
import { dialectWorld } from '../dialects/dialect-world.ts';

const person = { jobTitle: 'Seller', employeeId: '7', department: 'Sales' };

async function place(dialect: Dialect, variation: Parameters<typeof dialectWorld>[2] = {}) {
  const told: (RecordedExchange | null)[] = [];
  const sent: RecordedExchange[] = [];
  const made = await dialectWorld(
    dialect,
    {
      rehearsed: (exchange) => void told.push(exchange),
      exchanged: (exchange) => void sent.push(exchange),
    },
    variation,
  );
  const { directory } = made.world;
  directory.addUser('boss', person);
  directory.addUser('ana', { ...person, mobilePhone: '+44' }, 'boss');
  for (const id of ['boss', 'ana']) directory.assign(id);
  const provision = async (selection: Partial<Selection>, dryRun: boolean) => {
    told.length = 0;
    sent.length = 0;
    const request = { trigger: 'onDemand', dryRun, selection: { user: [], group: [], ...selection } } as const;
    const { counts } = await made.world.run(request, made.io);
    const writes = sent.filter(({ request: { method } }) => method !== 'GET').map(shape);
    return { counts, writes, told: told.map((each) => (each === null ? null : shape(each))) };
  };
  return { ...made, provision, last: () => told.at(-1) };
}

const shape = ({ request: { method, url, headers, credentials, body } }: RecordedExchange) => ({
  method,
  url,
  headers,
  credentials,
  body: body === null ? null : (JSON.parse(body.text) as unknown),
});

// spec: rehearsal
describe.each<Dialect>(['rfc7644', 'entra', 'entra-legacy'])('a dry run in the dialect %s', (dialect) => {
  it('tells the creation that is sent then, and sends no write', async () => {
    const { provision, endpoint, last } = await place(dialect);
    const dry = await provision({ user: ['boss'] }, true);
    expect(dry.writes).toEqual([]);
    expect(endpoint.resources.Users.size).toBe(0);
    expect(dry.told).toHaveLength(1);
    expect(last()).toMatchObject({ response: null, failure: null });
    expect(JSON.stringify(last())).not.toContain('the-token');
    expect((await provision({ user: ['boss'] }, false)).writes).toEqual(dry.told);
  });

  it('tells changes, removals and a group with its members', async () => {
    const { world, provision } = await place(dialect);
    await provision({ user: ['boss', 'ana'] }, false);
    world.directory.setUser('ana', { displayName: 'Ana', surname: 'Moss', mobilePhone: null });
    world.directory.hardDelete('boss');
    world.directory.addGroup('team', ['ana']);
    world.directory.assign('team');
    const selection = { user: ['ana', 'boss'], group: ['team'] };
    const before = await world.store.db.selectFrom('target_member').selectAll().execute();
    const dry = await provision(selection, true);
    expect(await world.store.db.selectFrom('target_member').selectAll().execute()).toEqual(before);
    expect(dry.told.map((each) => each?.method)).toEqual(['PATCH', 'POST', 'DELETE']);
    const { writes } = await provision(selection, false);
    // In the dialects of Entra, members follow in requests of their own.
    expect(writes).toEqual(expect.arrayContaining(dry.told));
    expect(writes).toHaveLength(dialect === 'rfc7644' ? 3 : 4);
  });
});

it('tells a manager who has an account', async () => {
  const { provision } = await place('rfc7644');
  await provision({ user: ['boss'] }, false);
  const dry = await provision({ user: ['ana'] }, true);
  expect(JSON.stringify(dry.told)).toContain('"manager":{"value":"user-1"}');
  expect((await provision({ user: ['ana'] }, false)).writes).toEqual(dry.told);
});

it('leaves out what a guard would hold, and tells nothing where nothing would change', async () => {
  const held = { profile: { irreversible: ['delete'] }, guards: { irreversible: 'stage' } };
  const { world, provision } = await place('rfc7644', held);
  await provision({ user: ['boss', 'ana'] }, false);
  expect((await provision({ user: ['boss'] }, true)).told).toEqual([]);
  world.directory.hardDelete('boss');
  const { told, counts } = await provision({ user: ['boss'] }, true);
  expect(counts.held).toBe(1);
  expect(told).toEqual([]);
});

it('says that a change goes by PUT where the target has no PATCH', async () => {
  const { world, provision } = await place('rfc7644', { profile: { patch: 'none' } });
  await provision({ user: ['boss'] }, false);
  world.directory.setUser('boss', { displayName: 'Bea' });
  expect((await provision({ user: ['boss'] }, true)).told).toEqual([null]);
});
