// What a feed of changes may do without being wrong: repeat, shuffle, split, contradict itself, speak of strangers, and
// refuse its own link. The directory as it is now decides, and nothing is concluded from the order of a feed.
import { describe, expect, it } from 'vitest';
import type { DirectoryEntry, ObjectKind } from '../../src/model/directory.ts';
import { JobFault, ResyncRequired } from '../../src/model/errors.ts';
import { direct } from '../support/build-job.ts';
import { HOUR } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

/** Answers the next rounds of one kind with these pages; the other kind has nothing new. */
function answerRounds(world: World, kind: ObjectKind, pages: readonly (readonly DirectoryEntry[])[]): void {
  world.directory.readDelta = async function* round(from) {
    await Promise.resolve();
    const answered = from.kind === kind ? pages : [[]];
    for (const [index, entries] of answered.entries()) {
      const link = JSON.stringify({ since: 1_000_000 + index, offset: 0 });
      yield { entries, ...(index < answered.length - 1 ? { nextLink: link } : { deltaLink: link }) };
    }
  };
}

/** An entry of a person as the directory shows them, with other properties. */
function shown(world: World, id: string, properties: Record<string, unknown> = {}): DirectoryEntry {
  const person = world.directory.users.get(id);
  return { kind: 'user', id, properties: { ...person?.properties, ...properties }, managerId: null };
}

async function people(count: number, variation = {}): Promise<World> {
  const world = await buildWorld(variation);
  world.people(count);
  await world.run();
  return world;
}

describe('one person several times in a round', () => {
  // spec: partial-lists
  it.each([
    ['on one page', (older: DirectoryEntry, newer: DirectoryEntry) => [[newer, older]]],
    ['on two pages', (older: DirectoryEntry, newer: DirectoryEntry) => [[newer], [older]]],
  ])('with an older state second, %s: the present state is written, once', async (_name, pages) => {
    const world = await people(3);
    const older = shown(world, 'p0001', { displayName: 'Between' });
    world.directory.setUser('p0001', { displayName: 'Now' });
    answerRounds(world, 'user', pages(older, shown(world, 'p0001')));
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ displayName: 'Now' });
    expect(world.target.writes()).toHaveLength(1);
  });

  it('in the same state: written once', async () => {
    const world = await people(3);
    world.directory.setUser('p0001', { displayName: 'Now' });
    const entry = shown(world, 'p0001');
    answerRounds(world, 'user', [[entry, entry], [entry]]);
    await world.run();
    expect(world.target.writes()).toHaveLength(1);
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});

it('pages in another order lead to the same accounts', async () => {
  const world = await people(6);
  for (const id of ['p0001', 'p0002', 'p0003', 'p0004']) world.directory.setUser(id, { displayName: `New ${id}` });
  const entries = ['p0004', 'p0002', 'p0003', 'p0001'].map((id) => shown(world, id));
  answerRounds(world, 'user', [entries.slice(2), entries.slice(0, 2)]);
  await world.run();
  for (const id of ['p0001', 'p0002', 'p0003', 'p0004'])
    expect(world.userOf(id)).toMatchObject({ displayName: `New ${id}` });
  expect(world.target.writes()).toHaveLength(4);
});

describe('a removal', () => {
  it.each(['changed', 'deleted'] as const)('(%s) of somebody unknown is nothing', async (removed) => {
    const world = await people(3);
    answerRounds(world, 'user', [[{ kind: 'user', id: 'stranger', properties: {}, removed }]]);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each([false, true])('in the first round of all is nothing (syncAll: %s)', async (syncAll) => {
    const world = await buildWorld({ source: { syncAll } });
    world.people(2);
    const removed: DirectoryEntry = { kind: 'user', id: 'gone', properties: {}, removed: 'deleted' };
    answerRounds(world, 'user', [[removed, shown(world, 'p0001')], [shown(world, 'p0002')]]);
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 2, disabled: 0, deleted: 0, failed: 0 });
  });
});

describe('memberships of a round', () => {
  async function team(): Promise<World> {
    const world = await buildWorld();
    for (const id of ['a', 'b', 'c']) world.directory.addUser(id);
    world.directory.addGroup('g', ['a', 'b']);
    world.directory.assign('g');
    await world.run();
    return world;
  }
  const said = (id: string, removed: boolean): DirectoryEntry => ({
    kind: 'group',
    id: 'g',
    properties: { displayName: 'Group g' },
    members: [{ id, type: 'user', removed }],
  });

  it.each([
    { order: [false, true], isMember: true },
    { order: [true, false], isMember: true },
    { order: [false, true], isMember: false },
    { order: [true, false], isMember: false },
  ])('added and removed on different pages, removed: $order: the list is read, member: $isMember', async (each) => {
    const world = await team();
    if (each.isMember) world.directory.addMember('g', 'c');
    answerRounds(
      world,
      'group',
      each.order.map((removed) => [said('c', removed)]),
    );
    await world.run();
    expect(world.membersOf('g')).toEqual(each.isMember ? ['a', 'b', 'c'] : ['a', 'b']);
  });

  // spec: partial-lists
  it.each([false, true])(
    'of a group over three pages, the connection lost at the second: nobody loses anything (syncAll: %s)',
    async (syncAll) => {
      const world = await buildWorld({ source: { syncAll } });
      const ids = world.people(9);
      world.directory.addGroup('g', ids);
      world.directory.assign('g');
      await world.run();
      const before = world.membersOf('g');
      world.directory.expireTokens();
      const slices = [0, 3, 6].map(
        (from): DirectoryEntry => ({
          kind: 'group',
          id: 'g',
          properties: { displayName: 'Group g' },
          members: ids.slice(from, from + 3).map((id) => ({ id, type: 'user', removed: false })),
        }),
      );
      const readDelta = world.directory.readDelta.bind(world.directory);
      const readMembers = world.directory.readGroupMembers.bind(world.directory);
      world.directory.readDelta = async function* cut(from) {
        if (from.kind === 'user' || 'link' in from || !syncAll) yield* readDelta(from);
        else {
          yield { entries: slices.slice(0, 1), nextLink: JSON.stringify({ since: -1, offset: 0 }) };
          throw new JobFault('SourceUnreachable', 'reset');
        }
      };
      world.directory.readGroupMembers = async function* cut(id, depth) {
        for await (const page of readMembers(id, depth)) {
          yield page;
          throw new JobFault('SourceUnreachable', 'reset');
        }
      };
      await expect(world.run()).rejects.toMatchObject({ code: 'SourceUnreachable' });
      expect(world.target.writes()).toEqual([]);
      world.directory.readDelta = readDelta;
      world.directory.readGroupMembers = readMembers;
      await world.run();
      expect(world.membersOf('g')).toEqual(before);
      expect(world.target.writes()).toEqual([]);
    },
  );
});

it.each([false, true])(
  'a link that is refused in the full reading too ends the cycle as a fault of the source (syncAll: %s)',
  async (syncAll) => {
    const world = await buildWorld({ source: { syncAll } });
    world.people(3);
    await world.run();
    let rounds = 0;
    const readDelta = world.directory.readDelta.bind(world.directory);
    world.directory.readDelta = async function* refused() {
      rounds += 1;
      await Promise.resolve();
      if (rounds > 0) throw new ResyncRequired('410 syncStateNotFound');
      yield { entries: [] };
    };
    await expect(world.run()).rejects.toMatchObject({ code: 'SourceIncomplete' });
    expect(rounds).toBe(2);
    expect(world.target.log).toEqual([]);
    world.directory.readDelta = readDelta;
    world.directory.setUser('p0001', { displayName: 'Meanwhile' });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ displayName: 'Meanwhile' });
    expect(world.target.writes()).toHaveLength(1);
  },
);

describe('somebody deleted, and made anew with the same userPrincipalName', () => {
  const ana = { userPrincipalName: 'ana@example.com', mail: 'ana@example.com' };

  it('gets an account of their own where people are matched by id', async () => {
    const attributeMappings = [
      direct('externalId', 'objectId', 1),
      direct('userName', 'userPrincipalName'),
      { targetAttributeName: 'active', source: { type: 'Function', expression: 'Not([IsSoftDeleted])' } },
    ];
    const world = await buildWorld({ group: null, user: { attributeMappings } });
    world.target.uniqueUserName = false;
    world.directory.addUser('old', ana);
    world.directory.assign('old');
    await world.run();
    const before = world.userOf('old')?.['id'];
    world.directory.softDelete('old');
    world.directory.addUser('new', ana);
    world.directory.assign('new');
    await world.run();
    expect(world.userOf('old')).toMatchObject({ id: before, active: false });
    expect(world.userOf('new')).toMatchObject({ active: true });
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('waits, and is said to, while the former account holds the name; then gets an account of their own', async () => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('old', ana);
    world.directory.assign('old');
    await world.run();
    const before = world.userOf('old')?.['id'];
    world.directory.softDelete('old');
    world.directory.addUser('new', ana);
    world.directory.assign('new');
    await world.run();
    expect(world.userOf('old')).toMatchObject({ id: before, active: false });
    expect(await world.escrows()).toEqual({ new: 'DuplicateSourceEntries' });
    world.directory.hardDelete('old');
    await world.run();
    world.clock.advance(24 * HOUR);
    await world.run();
    expect(world.userOf('new')).toMatchObject({ active: true });
    expect(world.userOf('new')?.['id']).not.toBe(before);
    expect(await world.escrows()).toEqual({});
  });
});

it('names, addresses and streets of every kind are written as they are, and what is empty is not written', async () => {
  const world = await buildWorld({
    group: null,
    user: {
      attributeMappings: [
        { targetAttributeName: 'externalId', source: { type: 'Attribute', name: 'objectId' }, matchingPriority: 1 },
        { targetAttributeName: 'userName', source: { type: 'Attribute', name: 'userPrincipalName' } },
        { targetAttributeName: 'displayName', source: { type: 'Attribute', name: 'displayName' } },
        { targetAttributeName: 'emails[type eq "work"].value', source: { type: 'Attribute', name: 'mail' } },
        { targetAttributeName: 'title', source: { type: 'Attribute', name: 'extensionAttribute1' } },
        { targetAttributeName: 'nickName', source: { type: 'Attribute', name: 'employeeOrgData.costCenter' } },
        {
          targetAttributeName: 'addresses[type eq "work"].streetAddress',
          source: { type: 'Attribute', name: 'streetAddress' },
        },
      ],
    },
  });
  const street = 'x'.repeat(1024);
  const kinds: Readonly<Record<string, Record<string, unknown>>> = {
    nothing: { mail: null, streetAddress: null, employeeOrgData: null, onPremisesExtensionAttributes: null },
    guest: { userPrincipalName: 'ana_contoso.com#EXT#@fabrikam.example', mail: 'ana@contoso.com' },
    emoji: { displayName: 'Žofie 🙂‍↕️' },
    rightToLeft: { displayName: 'محمد \u200fبن علي' },
    long: { streetAddress: street },
    unset: {
      onPremisesExtensionAttributes: Object.fromEntries(
        Array.from({ length: 15 }, (_, index) => [`extensionAttribute${index + 1}`, null]),
      ),
    },
  };
  for (const [id, properties] of Object.entries(kinds)) {
    world.directory.addUser(id, properties);
    world.directory.assign(id);
  }
  const summary = await world.run();
  expect(summary.counts).toMatchObject({ created: 6, failed: 0 });
  expect(world.userOf('emoji')).toMatchObject({ displayName: 'Žofie 🙂‍↕️' });
  expect(world.userOf('rightToLeft')).toMatchObject({ displayName: 'محمد \u200fبن علي' });
  expect(JSON.stringify(world.userOf('long'))).toContain(street);
  expect(world.userOf('nothing')).not.toHaveProperty('emails');
  expect(JSON.stringify(world.target.writes().map(({ body }) => body))).not.toMatch(/:""|:null/);
  await world.run();
  expect(world.target.log).toEqual([]);
});
