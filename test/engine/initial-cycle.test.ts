// The first cycle: who is created, in which order, with how many requests; and that the next one has nothing to do.
import { describe, expect, it } from 'vitest';
import type { Json } from '../support/patch-resource.ts';
import { buildWorld } from '../support/world.ts';

describe('the initial cycle', () => {
  it('creates managers before their reports, and sends the manager with the report', async () => {
    const world = await buildWorld();
    const { directory, target } = world;
    directory.addUser('report', {}, 'middle');
    directory.addUser('middle', {}, 'boss');
    directory.addUser('boss');
    for (const id of ['report', 'middle', 'boss']) directory.assign(id);
    const summary = await world.run();
    expect(target.sent('create').map((each) => (each.body as Json)['externalId'])).toEqual([
      'boss',
      'middle',
      'report',
    ]);
    expect(target.sent('patch')).toEqual([]);
    expect([world.managerOf('report'), world.managerOf('middle'), world.managerOf('boss')]).toEqual([
      'middle',
      'boss',
      undefined,
    ]);
    expect(summary.counts).toMatchObject({ created: 3, updated: 0, failed: 0, inScope: 3 });
    expect(summary.cycle.kind).toBe('initial');
  });

  it('creates a group with its members in the POST, after the users', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    world.directory.addUser('b');
    world.directory.addGroup('g', ['a', 'b']);
    world.directory.assign('g');
    const summary = await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b']);
    expect(world.target.writes().map((each) => `${each.method} ${each.kind}`)).toEqual([
      'create User',
      'create User',
      'create Group',
    ]);
    expect(summary.counts).toMatchObject({ created: 3, memberships: { added: 2, removed: 0 } });
  });

  it('completes members beyond the first request by PATCH', async () => {
    const world = await buildWorld({ profile: { membersPerRequest: 2 } });
    for (const id of ['a', 'b', 'c', 'd', 'e']) world.directory.addUser(id);
    world.directory.addGroup('g', ['a', 'b', 'c', 'd', 'e']);
    world.directory.assign('g');
    const summary = await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(world.target.sent('patch')).toHaveLength(2);
    expect(summary.counts).toMatchObject({ created: 6, updated: 0, memberships: { added: 5, removed: 0 } });
  });

  it('cuts a cycle of two in the hierarchy with one extra PATCH', async () => {
    const world = await buildWorld();
    world.directory.addUser('a', {}, 'b');
    world.directory.addUser('b', {}, 'a');
    for (const id of ['a', 'b']) world.directory.assign(id);
    await world.run();
    expect([world.managerOf('a'), world.managerOf('b')]).toEqual(['b', 'a']);
    expect(world.target.sent('create')).toHaveLength(2);
    expect(world.target.sent('patch')).toHaveLength(1);
    expect(world.target.sent('get')).toEqual([]);
  });

  it('cuts a cycle at its top once, however many people hang below it', async () => {
    const world = await buildWorld();
    world.directory.addUser('y', {}, 'z');
    world.directory.addUser('z', {}, 'y');
    for (const id of ['a', 'b', 'c', 'd']) world.directory.addUser(id, {}, id === 'a' ? 'z' : 'a');
    for (const id of ['a', 'b', 'c', 'd', 'y', 'z']) world.directory.assign(id);
    await world.run();
    expect(world.target.sent('create')).toHaveLength(6);
    expect(world.target.sent('patch')).toHaveLength(1);
    expect(['a', 'b', 'c', 'd', 'y', 'z'].map((id) => world.managerOf(id))).toEqual(['z', 'a', 'a', 'a', 'z', 'y']);
  });

  it('writes somebody who is their own manager', async () => {
    const world = await buildWorld();
    world.directory.addUser('self', {}, 'self');
    world.directory.assign('self');
    await world.run();
    expect(world.managerOf('self')).toBe('self');
    expect(world.target.writes()).toHaveLength(2);
  });

  // spec: strangers
  it('does not wait for a manager who is not in scope', async () => {
    const world = await buildWorld();
    world.directory.addUser('chief');
    world.directory.addUser('a', {}, 'chief');
    world.directory.assign('a');
    const summary = await world.run();
    expect(world.managerOf('a')).toBeUndefined();
    expect(world.target.writes()).toHaveLength(1);
    expect(summary.counts.failed).toBe(0);
  });

  it('sends N users and M groups with a small constant of other requests', async () => {
    const world = await buildWorld();
    const ids = world.people(120);
    world.directory.pageSize = 200;
    world.directory.addGroup('g1', ids.slice(0, 60));
    world.directory.addGroup('g2', ids.slice(30, 90));
    for (const id of ['g1', 'g2']) world.directory.assign(id);
    const summary = await world.run();
    expect(world.target.sent('create')).toHaveLength(122);
    expect(summary.requests.scim).toBeLessThanOrEqual(122 + 5);
    expect(summary.requests.graph).toBeLessThanOrEqual(10);
    expect(world.target.sent('discover')).toHaveLength(1);
  });

  // spec: quiet-cycles
  it('sends the target nothing in the second cycle, and reads little', async () => {
    const world = await buildWorld();
    const ids = world.people(40);
    world.directory.pageSize = 200;
    world.directory.addGroup('g1', ids);
    world.directory.assign('g1');
    await world.run();
    const summary = await world.run();
    expect(world.target.log).toEqual([]);
    expect(summary.requests).toMatchObject({ scim: 0, graph: 5 });
    expect((await world.run()).requests).toMatchObject({ scim: 0, graph: 4 });
    expect(summary.counts).toMatchObject({ created: 0, updated: 0, unchanged: 0, failed: 0, inScope: 41 });
    expect(summary.cycle.kind).toBe('incremental');
  });

  it('answers replays of the feed with nothing', async () => {
    const world = await buildWorld();
    const ids = world.people(10);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.directory.replays = 100;
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('asks discovery once although many objects are planned at the same time', async () => {
    const world = await buildWorld();
    for (const id of world.people(30)) world.target.seed('User', { userName: `${id}@example.com` });
    world.target.before = async () => {
      await new Promise((resolve) => setImmediate(resolve));
    };
    await world.run();
    expect(world.target.sent('discover')).toHaveLength(1);
  });
});

describe('choosing between listing and asking', () => {
  it.each([
    { people: 3, accounts: 1000, listed: 1, asked: 6 },
    { people: 30, accounts: 250, listed: 3, asked: 0 },
    { people: 1, accounts: 0, listed: 1, asked: 0 },
  ])('$people people against $accounts accounts', async ({ people, accounts, listed, asked }) => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('known');
    world.directory.assign('known');
    await world.run();
    for (let index = 0; index < accounts; index += 1)
      world.target.seed('User', { userName: `old${index}@example.com` });
    world.people(people);
    await world.run();
    expect(world.target.sent('list')).toHaveLength(listed);
    expect(world.target.sent('find')).toHaveLength(asked);
    expect(world.target.sent('create')).toHaveLength(people);
  });

  it('asks for one joiner without listing the accounts that are known', async () => {
    const world = await buildWorld({ group: null });
    world.people(150);
    await world.run();
    world.directory.addUser('joiner');
    world.directory.assign('joiner');
    await world.run();
    expect(world.target.log.map((each) => each.method)).toEqual(['find', 'find', 'create']);
  });
});
