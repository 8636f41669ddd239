// Groups that are created with everybody they are to hold are in step at once; others are compared at the end of the cycle.
import { describe, expect, it } from 'vitest';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

type Variation = Parameters<typeof buildWorld>[0];

/** Whether a group is still to be compared, and whether with what the target says. */
async function marksOf({ store }: World, id = 'team') {
  const row = await store.db
    .selectFrom('source_object')
    .select(['members_dirty as dirty', 'members_verify as verify'])
    .where('kind', '=', 'group')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row;
}

/** Two people who are each other's manager, so that one of them is completed after groups were created, and their group. */
async function aTeam(variation: Variation = {}) {
  const world = await buildWorld(variation);
  world.directory.addUser('a', {}, 'b');
  world.directory.addUser('b', {}, 'a');
  world.directory.addGroup('team', ['a', 'b']);
  world.directory.assign('team');
  const atReferences: object[] = [];
  world.target.before = async (request) => {
    if (request.method === 'patch' && request.kind === 'User') atReferences.push(await marksOf(world));
  };
  return { world, atReferences };
}

const IN_STEP = { dirty: 0, verify: 0 };

describe('a group that is created', () => {
  // spec: created-in-step
  it('with all its members is in step before memberships are completed', async () => {
    const { world, atReferences } = await aTeam();
    expect((await world.run()).counts).toMatchObject({ created: 3, memberships: { added: 2, removed: 0 } });
    expect(atReferences).toEqual([IN_STEP]);
    expect(world.membersOf('team')).toEqual(['a', 'b']);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it.each<[string, Variation]>([
    ['with as many as fit into a request', { profile: { membersPerRequest: 2 } }],
    ['with fewer, of whom each counts for a limit', { profile: { membersPerGroup: 9 } }],
  ])('%s is compared, and is in step then', async (_name, variation) => {
    const { world, atReferences } = await aTeam(variation);
    await world.run();
    expect(atReferences).toEqual([{ dirty: 1, verify: 0 }]);
    expect(await marksOf(world)).toEqual(IN_STEP);
    expect(world.membersOf('team')).toEqual(['a', 'b']);
  });

  it('by a target that takes only the group is completed', async () => {
    const { world, atReferences } = await aTeam();
    world.target.dropsMembersOfNewGroups = true;
    await world.run();
    expect(atReferences).toEqual([{ dirty: 1, verify: 1 }]);
    expect(world.membersOf('team')).toEqual(['a', 'b']);
    expect(await marksOf(world)).toEqual(IN_STEP);
  });

  it('gets whoever has an account later', async () => {
    const { world } = await aTeam();
    world.directory.addUser('late');
    world.directory.addMember('team', 'late');
    world.target.disturb = (request) =>
      request.method === 'create' && (request.body as Record<string, unknown>)['externalId'] === 'late'
        ? { fault: { code: 'TooManyRequests', message: 'later' } }
        : undefined;
    expect((await world.run()).counts).toMatchObject({ failed: 1, memberships: { added: 2 } });
    expect(await marksOf(world)).toEqual(IN_STEP);
    world.target.disturb = undefined;
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ created: 1, memberships: { added: 1 } });
    expect(world.membersOf('team')).toEqual(['a', 'b', 'late']);
  });

  it('with people whose leaving is held is looked at again once that is decided', async () => {
    const world = await buildWorld({ guards: {} });
    world.directory.pageSize = 1000;
    const people = world.people(60);
    await world.run();
    world.directory.addGroup('team', people);
    world.directory.assign('team');
    for (const id of people.slice(0, 30)) world.directory.setUser(id, { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ created: 1, held: 30, memberships: { added: 60 } });
    expect(await marksOf(world)).toEqual({ dirty: 1, verify: 0 });
  });
});
