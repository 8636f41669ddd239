// Writes that go together: fewer requests, and otherwise nothing is different.
import { describe, expect, it } from 'vitest';
import { bulkReference } from '../../src/scim/bulk.ts';
import { MANAGER } from '../support/build-job.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { ambiguous } from '../support/fake-target.ts';
import { buildWorld, type World } from '../support/world.ts';

/** A hierarchy of so many people, with a manager each but the first, and groups of ten. */
function populate(world: World, people: number, span = 7): string[] {
  const ids = world.people(people);
  ids.forEach((id, index) => {
    if (index > 0) world.directory.setManager(id, ids[Math.floor((index - 1) / span)] ?? null);
  });
  for (let from = 0; from < people; from += 10) {
    world.directory.addGroup(`g${from}`, ids.slice(from, from + 10));
    world.directory.assign(`g${from}`);
  }
  return ids;
}

/** What the target holds, in terms of source ids. */
function picture(world: World) {
  const users = [...world.target.resources.User.values()].map((each) => {
    const { externalId, displayName, active, userName } = each;
    return { externalId, displayName, active, userName, manager: world.managerOf(externalId as string) };
  });
  const groups = [...world.target.resources.Group.values()].map(({ externalId, displayName }) => {
    return { externalId, displayName, members: world.membersOf(externalId as string) };
  });
  const byId = (a: { externalId: unknown }, b: { externalId: unknown }) =>
    String(a.externalId) < String(b.externalId) ? -1 : 1;
  return { users: users.toSorted(byId), groups: groups.toSorted(byId) };
}

async function without(people: number, span?: number): Promise<ReturnType<typeof picture>> {
  const world = await buildWorld();
  populate(world, people, span);
  await world.run();
  return picture(world);
}

async function idle(world: World): Promise<void> {
  await world.run();
  expect(world.target.writes()).toEqual([]);
  expect(await world.openChanges()).toEqual({});
  expect(await world.escrows()).toEqual({});
}

describe('an initial cycle', () => {
  // spec: bulk-same-result
  it.each(['resolved', 'kept', 'refused'] as const)('ends as one without bulk, where names are %s', async (names) => {
    const world = await buildWorld();
    world.target.takesBulk(20);
    world.target.names = names;
    populate(world, 60);
    const { counts } = await world.run();
    expect(counts).toMatchObject({ created: 66, failed: 0, warnings: 0, memberships: { added: 60, removed: 0 } });
    expect(picture(world)).toEqual(await without(60));
    expect(world.target.bulk?.references).toBe(names === 'resolved' ? 'proved' : 'useless');
    await idle(world);
  });

  // A quarter of 2,000 people, 100 groups and 6,000 memberships, in requests of a quarter of 100 operations: test/bench
  // counts 29 requests for the whole.
  it('of 500 people and 1,500 memberships takes fewer than 60 requests', async () => {
    const world = await buildWorld();
    world.target.takesBulk(25);
    const ids = world.people(500);
    ids.forEach((id, index) => {
      if (index > 0) world.directory.setManager(id, ids[Math.floor((index - 1) / 8)] ?? null);
    });
    for (let group = 0; group < 25; group += 1) {
      const members = ids.filter((_, index) => index % 25 === group || index % 24 === group || index % 23 === group);
      world.directory.addGroup(`g${group}`, members);
      world.directory.assign(`g${group}`);
    }
    const { counts, requests } = await world.run();
    expect(counts).toMatchObject({ created: 525, failed: 0 });
    expect(counts.memberships.added).toBeGreaterThan(1400);
    expect(requests.scim).toBeLessThan(60);
    expect(world.target.sent('bulk').length).toBeLessThan(30);
  });

  it('creates people with their managers in one request', async () => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    populate(world, 50);
    await world.run();
    const bulks = world.target.sent('bulk');
    expect(bulks).toHaveLength(2);
    // One account with a manager is read, and one group with members.
    expect(world.target.sent('get').map(({ kind }) => kind)).toEqual(['User', 'Group']);
    expect(world.target.sent('patch')).toEqual([]);
  });

  it('looks at every group where the first one lacks its members', async () => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    world.target.dropsMembersOfNewGroups = true;
    populate(world, 50);
    const { counts } = await world.run();
    expect(counts).toMatchObject({ created: 55, failed: 0 });
    expect(world.target.bulk?.members).toBe('useless');
    expect(picture(world)).toEqual(await without(50));
    await idle(world);
  });

  it('asks nothing about names where the answer shows the manager', async () => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    world.target.showsCreated = true;
    populate(world, 50);
    const { counts } = await world.run();
    expect(counts).toMatchObject({ created: 55, warnings: 0 });
    expect(world.target.sent('get')).toEqual([]);
    expect(world.target.bulk?.references).toBe('proved');
  });

  it('remembers the manager by id', async () => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    const [first = '', second = ''] = populate(world, 2);
    await world.run();
    const link = await world.store.db
      .selectFrom('link')
      .select('exported')
      .where('source_id', '=', second)
      .executeTakeFirstOrThrow();
    const manager = world.userOf(first)?.['id'];
    expect(JSON.parse(link.exported)).toMatchObject({ [MANAGER]: manager });
    expect(JSON.stringify(await world.log())).not.toContain(bulkReference(''));
    await idle(world);
  });

  it.each(['resolved', 'kept'] as const)('lets nobody wait for a manager who is refused (names %s)', async (names) => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    world.target.names = names;
    const ids = populate(world, 9);
    world.target.disturb = ({ method, body }) =>
      method === 'create' && (body as { externalId: string }).externalId === ids[0]
        ? { fault: { code: 'InvalidValue', message: 'no', status: 400 } }
        : undefined;
    const { counts } = await world.run();
    expect(counts).toMatchObject({ failed: 1, created: 9 });
    expect(world.managerOf(ids[8] ?? '')).toBe(ids[1]);
    expect(world.managerOf(ids[1] ?? '')).not.toBe(ids[0]);
    world.target.disturb = undefined;
    await world.run({ selection: { user: [ids[0] ?? ''], group: [] } });
    await world.run();
    expect(world.managerOf(ids[1] ?? '')).toBe(ids[0]);
  });

  it('adopts a person who is there already, and a report of theirs has a manager all the same', async () => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    const [manager = '', report = ''] = populate(world, 2);
    // Somebody else makes the account after the plan was made.
    world.target.before = ({ method }) => {
      if (method !== 'bulk' || world.target.user(`${manager}@example.com`) !== undefined) return;
      world.target.seed('User', { userName: `${manager}@example.com` });
    };
    const { counts } = await world.run();
    expect(counts).toMatchObject({ created: 2, adopted: 1, failed: 0 });
    expect(world.managerOf(report)).toBe(manager);
  });
});

it('adopts a report who is there already, and names the manager of the same request', async () => {
  const world = await buildWorld();
  world.target.takesBulk(100);
  const [manager = '', report = ''] = populate(world, 2);
  world.target.before = ({ method }) => {
    if (method !== 'bulk' || world.target.user(`${report}@example.com`) !== undefined) return;
    world.target.seed('User', { userName: `${report}@example.com` });
  };
  const { counts } = await world.run();
  expect(counts).toMatchObject({ created: 2, adopted: 1, failed: 0 });
  expect(world.managerOf(report)).toBe(manager);
  await idle(world);
});

it('takes refusals for what they are, once names are known to work', async () => {
  const world = await buildWorld();
  world.target.takesBulk(20);
  world.target.uniqueUserName = true;
  const ids = populate(world, 60, 3);
  // Somebody exists already, and somebody is refused; both have a manager and reports.
  const taken = ids[12] ?? '';
  const refused = ids[2] ?? '';
  world.target.disturb = ({ method, body }) =>
    method === 'create' && (body as { externalId: string }).externalId === refused
      ? { fault: { code: 'InvalidValue', message: 'no', status: 400 } }
      : undefined;
  let requests = 0;
  world.target.before = ({ method }) => {
    if (method === 'bulk') requests += 1;
    if (
      requests === 1 &&
      world.target.user(`${taken}@example.com`) === undefined &&
      world.userOf(ids[1] ?? '') !== undefined
    )
      world.target.seed('User', { userName: `${taken}@example.com` });
  };
  const { counts } = await world.run();
  expect(world.target.bulk?.references).toBe('proved');
  expect(counts).toMatchObject({ failed: 1, created: 64, adopted: 1 });
  const picked = picture(world).users.filter(({ externalId }) => externalId !== refused);
  const wanted = (await without(60, 3)).users.filter(({ externalId }) => externalId !== refused);
  expect(picked).toEqual(wanted.map((each) => (each.manager === refused ? { ...each, manager: undefined } : each)));
});

it('completes the members of several groups side by side, so many a request', async () => {
  const world = await buildWorld({ profile: { membersPerRequest: 3 } });
  world.target.takesBulk(100);
  const ids = world.people(20);
  for (const group of ['a', 'b', 'c', 'd']) {
    world.directory.addGroup(group, ids.slice(0, 10));
    world.directory.assign(group);
  }
  await world.run();
  for (const group of ['a', 'b', 'c', 'd']) expect(world.membersOf(group)).toEqual(ids.slice(0, 10));
  // Everybody, the groups with three members each, and three rounds for the seven others.
  expect(world.target.sent('bulk').map(({ body }) => (body as unknown[]).length)).toEqual([20, 4, 4, 4, 4]);
  await idle(world);
});

it('goes on after a request that could not be sent', async () => {
  const world = await buildWorld();
  world.target.takesBulk(100);
  world.people(3);
  await world.run();
  for (const id of ['p0001', 'p0002', 'p0003']) world.directory.setUser(id, { accountEnabled: false });
  world.target.before = ({ method }) => {
    if (method === 'bulk') throw new Error('the cable was pulled');
  };
  await expect(world.run()).rejects.toThrow('the cable was pulled');
  world.target.before = undefined;
  await world.run();
  expect([...world.target.resources.User.values()].map(({ active }) => active)).toEqual([false, false, false]);
});

// 450 of 900 fail in the first page, which is more than 40 %; their reports are sent once more without them.
it('is left alone when too much has failed, also where reports of the refused were created after all', async () => {
  const world = await buildWorld();
  world.target.takesBulk(500);
  const ids = world.people(900);
  const managers = new Set(ids.slice(0, 450));
  for (const [index, id] of ids.slice(450).entries()) world.directory.setManager(id, ids[index] ?? null);
  world.target.disturb = ({ method, body }) =>
    method === 'create' && managers.has((body as { externalId: string }).externalId)
      ? { fault: { code: 'InvalidValue', message: 'no', status: 400 } }
      : undefined;
  const { counts, status } = await world.run();
  expect(status).toBe('Quarantine');
  expect(counts).toMatchObject({ created: 50, failed: 450 });
});

describe('a careful start', () => {
  // spec: bulk-only-trusted
  it('sends one by one', async () => {
    const world = await buildWorld();
    world.target.takesBulk(100);
    populate(world, 10);
    await world.run({ limit: 5 });
    expect(world.target.sent('bulk')).toEqual([]);
    expect(world.target.sent('create')).toHaveLength(5);
  });
});

describe('later cycles', () => {
  it('send updates, memberships, disables and deletes together, leavers first and deletions last', async () => {
    const world = await buildWorld({ lifecycle: { hardDeleted: 'delete' } });
    world.target.takesBulk(100);
    const ids = populate(world, 30);
    await world.run();
    for (const id of ids.slice(0, 4)) world.directory.setUser(id, { displayName: `New ${id}` });
    for (const id of ids.slice(10, 14)) world.directory.setUser(id, { accountEnabled: false });
    for (const id of ids.slice(24, 28)) world.directory.hardDelete(id);
    world.directory.addMember('g0', ids[15] ?? '');
    world.directory.addMember('g10', ids[4] ?? '');
    const { counts } = await world.run();
    expect(counts).toMatchObject({ updated: 7, disabled: 4, deleted: 4, failed: 0 });
    const actions = world.target.sent('bulk').map(({ body }) => {
      return [...new Set((body as { type: string; kind: string }[]).map(({ type, kind }) => `${type} ${kind}`))];
    });
    expect(actions.at(0)).toEqual(['patch User']);
    expect(actions.at(-1)).toEqual(['remove User']);
    await idle(world);
  });
});

describe('an answer that never comes', () => {
  // spec: bulk-ambiguous
  it.each([true, false])('leaves nobody twice and nobody out (carried out: %s)', async (applied) => {
    const world = await buildWorld();
    world.target.takesBulk(20);
    world.target.uniqueUserName = false;
    populate(world, 60);
    let bulks = 0;
    world.target.disturb = ({ method }) => {
      if (method === 'bulk') bulks += 1;
      if (bulks !== 2) return undefined;
      if (method === 'bulk') return applied ? { fault: ambiguous(), applied: true } : undefined;
      return applied ? undefined : { fault: ambiguous() };
    };
    await world.run();
    world.target.disturb = undefined;
    await world.run();
    await world.run();
    expect(picture(world)).toEqual(await without(60));
    await idle(world);
  });
});

describe('a process that dies', () => {
  // spec: bulk-ambiguous
  it.each([true, false])('between answers and their settling is made up for (commits: %s)', async (committed) => {
    const expected = await without(24);
    for (let at = 4; at < 60; at += 5) {
      const world = await buildWorld();
      world.target.takesBulk(10);
      world.target.uniqueUserName = false;
      populate(world, 24);
      const crashed = crashingStore(world.store, { at, committed });
      const ended = await world.run({}, { store: crashed.store }).then(
        () => true,
        () => false,
      );
      await world.run();
      expect({ at, ...picture(world) }).toEqual({ at, ...expected });
      if (ended) break;
    }
  });
});
