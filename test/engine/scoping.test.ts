// Filters that ask for more than attributes: the groups that hold a person, which a cycle reads and follows, and the time.
import { describe, expect, it, onTestFinished } from 'vitest';
import { explainObject } from '../../src/engine/explain.ts';
import { openStore } from '../../src/store/database.ts';
import { fakeExplainReader } from '../support/fake-explain-reader.ts';
import { buildWorld, type World } from '../support/world.ts';

const STAFF = 'aaaaaaaa-0000-4000-8000-00000000000a';
const OTHERS = 'aaaaaaaa-0000-4000-8000-00000000000b';

const filter = (sourceOperandName: string, operatorName: string, ...values: string[]) => ({
  scope: { groups: [{ clauses: [{ sourceOperandName, operatorName, targetOperand: { values } }] }] },
});

/** Source ids of the people with an active account. */
const activeIn = (world: World) =>
  [...world.target.resources.User.values()]
    .filter((each) => each['active'] === true)
    .map((each) => String(each['externalId']))
    .toSorted();

/** Counts how often member lists are read. */
function countLists(world: World): () => number {
  let count = 0;
  world.directory.fault = ({ kind, number }) => {
    if (kind === 'members' && number === 0) count += 1;
    return undefined;
  };
  return () => count;
}

describe.each([
  ['assigned people', { syncAll: false }, {}],
  ['everybody', { syncAll: true }, {}],
  ['everybody, without groups', { syncAll: true }, { group: null }],
])('a filter by a group that is not assigned: %s', (_, source, rest) => {
  it('lets its members in, and follows who joins and leaves', async () => {
    const world = await buildWorld({ source, ...rest, user: filter('memberOf', 'Member_Of', STAFF) });
    const [first = '', second = '', third = ''] = world.people(4);
    world.directory.addGroup(STAFF, [first, second]);
    await world.run();
    expect(activeIn(world)).toEqual([first, second]);
    const quiet = await world.run();
    expect(world.target.log).toEqual([]);
    expect(quiet.counts).toMatchObject({ created: 0, updated: 0, disabled: 0 });
    world.directory.addMember(STAFF, third);
    world.directory.removeMember(STAFF, first);
    await world.run();
    expect(activeIn(world)).toEqual([second, third]);
  });

  it('keeps its members out', async () => {
    const world = await buildWorld({ source, ...rest, user: filter('memberOf', 'Not_Member_Of', STAFF) });
    const [first = '', ...free] = world.people(3);
    world.directory.addGroup(STAFF, [first]);
    await world.run();
    expect(activeIn(world)).toEqual(free);
  });

  it('judges on demand by what the directory says now', async () => {
    const world = await buildWorld({ source, ...rest, user: filter('memberOf', 'Member_Of', STAFF) });
    const [first = ''] = world.people(3);
    world.directory.addGroup(STAFF, []);
    await world.run();
    world.directory.addMember(STAFF, first);
    const summary = await world.run({ trigger: 'onDemand', selection: { user: [first], group: [] } });
    expect(summary.counts).toMatchObject({ created: 1 });
    expect(activeIn(world)).toEqual([first]);
  });

  // spec: scope-by-value
  it('changes nobody while the group is not there', async () => {
    const world = await buildWorld({ source, ...rest, user: filter('memberOf', 'Not_Member_Of', STAFF) });
    const people = world.people(3);
    await expect(world.run()).rejects.toMatchObject({ code: 'FilterGroupMissing' });
    world.directory.addGroup(STAFF, []);
    await world.run();
    expect(activeIn(world)).toEqual(people);
    world.directory.deleteGroup(STAFF);
    await expect(world.run()).rejects.toMatchObject({
      code: 'FilterGroupMissing',
      message: expect.stringContaining(STAFF),
    });
    const onDemand = world.run({ trigger: 'onDemand', selection: { user: people, group: [] } });
    await expect(onDemand).rejects.toMatchObject({ code: 'FilterGroupMissing' });
    expect(activeIn(world)).toEqual(people);
  });

  it('believes no empty list of a group that hides its members', async () => {
    const world = await buildWorld({ source, ...rest, user: filter('memberOf', 'Not_Member_Of', STAFF) });
    world.people(2);
    world.directory.addGroup(STAFF, []);
    world.directory.setGroup(STAFF, { visibility: 'HiddenMembership' });
    await expect(world.run()).rejects.toMatchObject({ code: 'SourcePermissionMissing' });
    expect(activeIn(world)).toEqual([]);
  });
});

describe('a filter by groups', () => {
  it('takes one list a group in two cycles: the feed says the rest', async () => {
    const world = await buildWorld({ user: filter('memberOf', 'Member_Of', STAFF, OTHERS) });
    const [first = '', second = ''] = world.people(4);
    world.directory.addGroup(STAFF, [first]);
    world.directory.addGroup(OTHERS, [second]);
    const lists = countLists(world);
    await world.run();
    expect(activeIn(world)).toEqual([first, second]);
    expect(lists()).toBe(2);
    await world.run();
    expect(lists()).toBe(4);
    world.directory.removeMember(STAFF, first);
    await world.run();
    expect(lists()).toBe(4);
    expect(activeIn(world)).toEqual([second]);
  });

  it('entitles nobody who is not assigned, and provisions no group', async () => {
    const world = await buildWorld({ user: filter('memberOf', 'Member_Of', STAFF) });
    world.directory.addUser('stranger');
    world.directory.addGroup(STAFF, ['stranger']);
    await world.run();
    expect(world.target.resources.User.size + world.target.resources.Group.size).toBe(0);
  });

  it('counts members of groups inside with nestedGroups: transitive only', async () => {
    for (const [nestedGroups, expected] of [
      ['direct', []],
      ['transitive', ['p0001']],
    ] as const) {
      const world = await buildWorld({ source: { nestedGroups }, user: filter('memberOf', 'Member_Of', STAFF) });
      const [first = ''] = world.people(2);
      world.directory.addGroup(OTHERS, [first]);
      world.directory.addGroup(STAFF, [OTHERS]);
      await world.run();
      expect(activeIn(world), nestedGroups).toEqual(expected);
    }
  });

  it('is taken over when the filter names another group', async () => {
    const world = await buildWorld({ user: filter('memberOf', 'Member_Of', STAFF) });
    const [first = '', second = ''] = world.people(2);
    world.directory.addGroup(STAFF, [first]);
    world.directory.addGroup(OTHERS, [second]);
    await world.run();
    world.configure({ user: filter('memberOf', 'Member_Of', OTHERS) });
    await world.run();
    expect(activeIn(world)).toEqual([second]);
  });

  it('is explained by what the directory says, and offline by the last cycle', async () => {
    const world = await buildWorld({ user: filter('memberOf', 'Member_Of', STAFF) });
    const [first = ''] = world.people(2);
    world.directory.addGroup(STAFF, []);
    await world.run();
    world.directory.addMember(STAFF, first);
    const filters = async (offline: boolean) => {
      const scratch = await openStore('sqlite::memory:');
      onTestFinished(() => scratch.close());
      const { job, store, clock } = world;
      const io = world.io();
      const explanation = await explainObject(
        { type: 'one', kind: 'user', id: first, stored: true },
        {
          job,
          store,
          scratch,
          clock,
          random: io.random,
          signal: io.signal,
          directory: offline ? null : fakeExplainReader(world.directory),
          io: offline ? null : io,
        },
      );
      return explanation;
    };
    const now = await filters(false);
    expect(now?.filters).toMatchObject({
      passes: true,
      reasons: [`group 1: memberOf Member_Of ${STAFF} -> ${STAFF} (yes)`],
      clauses: [{ attribute: 'memberOf', result: true, why: 'compared', scimsyncOnly: true }],
    });
    const then = await filters(true);
    expect(then?.filters).toMatchObject({
      passes: false,
      reasons: [`group 1: memberOf Member_Of ${STAFF} -> none of them (no)`],
    });
    expect(then?.remedy[0]?.text).toContain(`change the groups of`);
  });
});

describe('a filter by time', () => {
  it('lets people in when their day comes, although nothing changed in the directory', async () => {
    const world = await buildWorld({ user: filter('employeeHireDate', 'Before_OR_EQUALS', 'now+14d') });
    const [first = '', second = ''] = world.people(2);
    const day = 24 * 60 * 60_000;
    const inDays = (days: number) => new Date(world.clock.now().getTime() + days * day).toISOString();
    world.directory.setUser(first, { employeeHireDate: inDays(13) });
    world.directory.setUser(second, { employeeHireDate: inDays(20) });
    await world.run();
    expect(activeIn(world)).toEqual([first]);
    world.clock.advance(5 * day);
    await world.run();
    expect(activeIn(world)).toEqual([first]);
    world.clock.advance(2 * day);
    await world.run();
    expect(activeIn(world)).toEqual([first, second]);
  });
});

describe('a pattern that takes too long on a value', () => {
  const SLOW = `${'a'.repeat(64)}!`;

  // spec: scope-by-value
  it('lets nobody in, and keeps the account of nobody who has one', async () => {
    const world = await buildWorld({ user: filter('jobTitle', 'NOT REGEX MATCH', '^(a|a)*$') });
    world.people(3, { jobTitle: 'Clerk' });
    await world.run();
    world.directory.setUser('p0001', { jobTitle: SLOW });
    world.directory.addUser('stranger', { jobTitle: SLOW });
    world.directory.assign('stranger');
    await world.run();
    expect(activeIn(world)).toEqual(['p0001', 'p0002', 'p0003']);
    expect(await world.escrows()).toEqual({ p0001: 'FilterUndecided' });
  });

  it.each(['softDelete', 'unassign'] as const)(
    'does not stand between somebody and their leaving: %s',
    async (leave) => {
      const world = await buildWorld({ user: filter('jobTitle', 'NOT REGEX MATCH', '^(a|a)*$') });
      world.people(2, { jobTitle: 'Clerk' });
      await world.run();
      world.directory.setUser('p0001', { jobTitle: SLOW });
      await world.run();
      world.directory[leave]('p0001');
      await world.run();
      expect(activeIn(world)).toEqual(['p0002']);
    },
  );
});
