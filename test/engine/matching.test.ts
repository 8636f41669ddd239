// Finding accounts that exist already: adoption, ambiguity, conflicts, and requests whose answer was lost.
import { describe, expect, it } from 'vitest';
import { direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { ambiguous } from '../support/fake-target.ts';
import { buildWorld } from '../support/world.ts';

describe('adoption', () => {
  it.each([
    { by: 'externalId', seed: { externalId: 'a', userName: 'old@example.com' } },
    { by: 'userName', seed: { userName: 'A@Example.com' } },
  ])('by $by sends only what differs', async ({ by, seed }) => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('a');
    world.directory.assign('a');
    const id = world.target.seed('User', { displayName: 'Name a', active: true, ...seed });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 0, adopted: 1 });
    expect(world.target.writes()).toHaveLength(1);
    expect(world.target.resources.User.get(id)).toMatchObject({ externalId: 'a', displayName: 'Name a' });
    const link = await world.store.db.selectFrom('link').selectAll().executeTakeFirst();
    expect(link).toMatchObject({ target_id: id, matched_by: by });
  });

  it('by one of several values of an attribute, listed or asked alike', async () => {
    const attributeMappings = [
      ...USER_ATTRIBUTES.slice(2),
      direct('emails.value', 'mail', 1),
      direct('userName', 'mail'),
    ];
    for (const people of [1, 6]) {
      const world = await buildWorld({ group: null, user: { attributeMappings } });
      for (const id of world.people(people)) {
        const emails = [
          { type: 'home', value: `${id}@home.example` },
          { type: 'work', value: `${id}@example.com` },
        ];
        world.target.seed('User', { userName: `${id}@example.com`, emails });
      }
      const summary = await world.run();
      expect(summary.counts).toMatchObject({ created: 0, adopted: people });
    }
  });

  it('goes by the precedence of the attributes, not by their order or that of the accounts', async () => {
    const attributeMappings = [
      ...USER_ATTRIBUTES.slice(2).filter(({ targetAttributeName }) => !targetAttributeName.startsWith('emails')),
      direct('emails[type eq "work"].value', 'mail', 3),
      direct('userName', 'userPrincipalName', 2),
      direct('externalId', 'employeeId', 1),
    ];
    for (const people of [1, 6]) {
      const world = await buildWorld({ group: null, user: { attributeMappings } });
      world.target.uniqueUserName = false;
      await world.hasWritten();
      const by: Record<string, string> = {};
      for (const [index, id] of world.people(people, { employeeId: 'e' }).entries()) {
        const email = { emails: [{ type: 'work', value: `${id}@example.com` }] };
        // One lacks the first attribute, one has nobody by it, all others are found by it though the next would find another.
        world.directory.setUser(id, { employeeId: index === 0 ? null : `e${index}` });
        world.target.seed('User', { userName: 'other', ...email });
        const second = world.target.seed('User', { userName: `${id}@example.com`, active: true });
        const first = index < 2 ? second : world.target.seed('User', { userName: 'x', externalId: `e${index}` });
        by[id] = first;
      }
      expect((await world.run()).counts).toMatchObject({ created: 0, failed: 0, adopted: people });
      const links = await world.store.db.selectFrom('link').selectAll().execute();
      expect(Object.fromEntries(links.map((each) => [each.source_id, each.target_id]))).toEqual(by);
    }
  });

  it('does not go on to the next attribute where one finds several', async () => {
    const world = await buildWorld({ group: null });
    world.people(1);
    for (const userName of ['x', 'y']) world.target.seed('User', { userName, externalId: 'p0001' });
    world.target.seed('User', { userName: 'p0001@example.com' });
    expect((await world.run()).counts).toMatchObject({ adopted: 0, created: 0, failed: 1 });
    expect(await world.escrows()).toEqual({ p0001: 'DuplicateTargetEntries' });
  });

  it('without Update among the flow types links the account and changes nothing', async () => {
    const world = await buildWorld({ group: null, user: { flowTypes: ['Add'] } });
    world.directory.addUser('a');
    world.directory.assign('a');
    world.target.seed('User', { externalId: 'a', userName: 'other', displayName: 'Other' });
    await world.run();
    expect(world.target.writes()).toEqual([]);
    expect(await world.store.db.selectFrom('link').selectAll().execute()).toHaveLength(1);
  });

  // spec: own-memberships
  it('of a group sends the members that are missing', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    world.directory.addGroup('g', ['a']);
    world.directory.assign('g');
    const stranger = world.target.seed('User', { userName: 'stranger' });
    const id = world.target.seed('Group', { externalId: 'g', displayName: 'Group g', members: [{ value: stranger }] });
    await world.run();
    expect(world.target.resources.Group.get(id)?.['members']).toHaveLength(2);
    expect(world.membersOf('g')).toContain('a');
  });
});

describe('ambiguity', () => {
  // spec: ambiguous-match
  it('leaves an object alone that matches several accounts', async () => {
    const world = await buildWorld({ group: null });
    world.target.uniqueUserName = false;
    world.directory.addUser('a');
    world.directory.assign('a');
    for (const displayName of ['one', 'two']) world.target.seed('User', { userName: 'a@example.com', displayName });
    const summary = await world.run();
    expect(await world.escrows()).toEqual({ a: 'DuplicateTargetEntries' });
    expect(world.target.writes()).toEqual([]);
    expect(summary.counts).toMatchObject({ created: 0, failed: 1, escrowed: 1 });
  });

  // spec: one-owner
  it('gives an account to one of two source objects', async () => {
    const world = await buildWorld({ group: null });
    for (const id of ['a', 'b']) {
      world.directory.addUser(id, { userPrincipalName: 'shared@example.com' });
      world.directory.assign(id);
    }
    world.target.seed('User', { userName: 'shared@example.com' });
    await world.run();
    expect(Object.values(await world.escrows())).toEqual(['DuplicateSourceEntries']);
    expect(world.target.resources.User.size).toBe(1);
  });

  // spec: one-owner
  it.each(['first', 'last'])('gives a created account to whoever it was created for, answered %s', async (slow) => {
    const world = await buildWorld({ group: null });
    for (const id of ['a', 'b']) {
      world.directory.addUser(id, { userPrincipalName: 'shared@example.com' });
      world.directory.assign(id);
    }
    if (slow === 'last') {
      const create = world.target.create.bind(world.target);
      world.target.create = async (...args) => {
        const answer = await create(...args);
        if (answer.ok) await new Promise((resolve) => setTimeout(resolve, 50));
        return answer;
      };
    }
    await world.run();
    expect(Object.values(await world.escrows())).toEqual(['DuplicateSourceEntries']);
    expect(world.target.resources.User.size).toBe(1);
    expect(world.target.sent('patch')).toEqual([]);
    const link = await world.store.db.selectFrom('link').selectAll().execute();
    expect(link.map((each) => each.source_id)).toEqual([[...world.target.resources.User.values()][0]?.['externalId']]);
  });

  it('skips an object without any matching value', async () => {
    const attributeMappings = [direct('userName', 'employeeId', 1), ...USER_ATTRIBUTES.slice(2)];
    const world = await buildWorld({ group: null, user: { attributeMappings } });
    world.directory.addUser('a');
    world.directory.assign('a');
    await world.run();
    expect(await world.escrows()).toEqual({ a: 'ImportSkipped' });
    expect(world.target.writes()).toEqual([]);
  });
});

describe('conflict and doubt', () => {
  it('adopts the account that a 409 tells of', async () => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('a');
    world.directory.assign('a');
    world.target.before = (request) => {
      if (request.method === 'create' && world.target.resources.User.size === 0)
        world.target.seed('User', { userName: 'a@example.com' });
    };
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 0, adopted: 1, failed: 0 });
    expect(world.userOf('a')).toMatchObject({ userName: 'a@example.com', displayName: 'Name a' });
  });

  // spec: unknown-fate
  it.each(['in the same cycle', 'in the next one'])('a creation whose answer was lost is found %s', async (when) => {
    const world = await buildWorld({ group: null });
    world.target.uniqueUserName = false;
    world.directory.addUser('a');
    world.directory.assign('a');
    let doubtful = true;
    world.target.disturb = (request) => {
      if (request.method === 'create' && doubtful) return { fault: ambiguous(), applied: true };
      return request.method === 'find' && doubtful && when !== 'in the same cycle' ? { fault: ambiguous() } : undefined;
    };
    await world.run();
    doubtful = false;
    await world.run();
    expect(world.target.resources.User.size).toBe(1);
    expect(await world.store.db.selectFrom('link').selectAll().execute()).toHaveLength(1);
    expect(await world.escrows()).toEqual({});
  });

  // spec: unknown-fate
  it('asks the target itself, not an older list, about a creation whose answer was lost', async () => {
    const world = await buildWorld({ group: null });
    world.target.uniqueUserName = false;
    const ids = world.people(20);
    let down = false;
    world.target.disturb = (request) => {
      if (request.method === 'create' && ids.length > 0) down = true;
      if (request.method === 'create') return { fault: ambiguous(), applied: true };
      return down && request.method === 'find' ? { fault: ambiguous() } : undefined;
    };
    await world.run();
    world.target.disturb = undefined;
    await world.run();
    await world.run();
    expect(world.target.resources.User.size).toBe(20);
    expect(world.target.log).toEqual([]);
  });
});

describe('somebody who leaves before their creation was confirmed', () => {
  it.each([
    { leave: 'unassigned', expected: [false] },
    { leave: 'deleted', expected: [] },
  ])('$leave: the account is found and does not stay active', async ({ leave, expected }) => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('a');
    world.directory.assign('a');
    world.target.disturb = (request) => {
      if (request.method === 'create') return { fault: ambiguous(), applied: true };
      return request.method === 'find' ? { fault: ambiguous() } : undefined;
    };
    await world.run();
    expect(world.target.resources.User.size).toBe(1);
    if (leave === 'deleted') world.directory.hardDelete('a');
    else world.directory.unassign('a');
    await world.run();
    world.target.disturb = undefined;
    await world.run();
    expect([...world.target.resources.User.values()].map((each) => each['active'])).toEqual(expected);
    await world.run();
    expect(world.target.log).toEqual([]);
    expect(await world.escrows()).toEqual({});
  });

  it('is not asked for when nothing was ever sent', async () => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('a', { accountEnabled: false });
    world.directory.assign('a');
    world.target.seed('User', { externalId: 'a', userName: 'a@example.com', active: true });
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});
