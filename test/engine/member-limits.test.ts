// Targets that take so many members in a group, and nobody in more than so many groups: nobody is added beyond, and the group
// says whom it lacks.
import { describe, expect, it } from 'vitest';
import { buildWorld } from '../support/world.ts';

const LIMIT = { count: 100_000, percent: 100 };
const guards = { memberships: LIMIT };

// spec: member-limits
describe('a group with as many members as the target takes', () => {
  it('gets nobody more, from its creation on, and says so', async () => {
    const world = await buildWorld({ profile: { membersPerGroup: 3, membersPerRequest: 2 }, guards });
    const people = world.people(5);
    world.directory.addGroup('g', people);
    world.directory.assign('g');
    await world.run();
    expect(world.membersOf('g')).toEqual(people.slice(0, 3));
    expect(await world.escrows()).toEqual({ g: 'MembershipLimit' });
    // It is judged again with each cycle, which asks the target nothing.
    expect((await world.run()).counts).toMatchObject({ failed: 1 });
    expect(world.target.log).toEqual([]);
    const [entry] = (await world.log('g')).filter(
      ({ provisioningStatusInfo }) => provisioningStatusInfo.status === 'failure',
    );
    expect(JSON.stringify(entry)).toContain('Not added: 2 members, because a group takes 3 members here');
  });

  it('takes somebody in place of one who left', async () => {
    const world = await buildWorld({ profile: { membersPerGroup: 3 }, guards });
    const people = world.people(4);
    world.directory.addGroup('g', people.slice(0, 3));
    world.directory.assign('g');
    await world.run();
    world.directory.removeMember('g', 'p0001');
    world.directory.addMember('g', 'p0004');
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0002', 'p0003', 'p0004']);
    expect(await world.escrows()).toEqual({});
  });

  it('is filled up once somebody leaves it', async () => {
    const world = await buildWorld({ profile: { membersPerGroup: 3 }, guards });
    const people = world.people(4);
    world.directory.addGroup('g', people);
    world.directory.assign('g');
    await world.run();
    world.directory.removeMember('g', 'p0001');
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0002', 'p0003', 'p0004']);
    expect(await world.escrows()).toEqual({});
  });
});

// spec: member-limits
it('somebody in as many groups as the target takes is added to no other; everybody else is', async () => {
  const world = await buildWorld({ profile: { groupsPerUser: 2, membersPerRequest: 1 }, guards });
  world.people(2);
  for (const [id, members] of [
    ['g1', ['p0001']],
    ['g2', ['p0001']],
    ['g3', ['p0001', 'p0002']],
  ] as const) {
    world.directory.addGroup(id, members);
    world.directory.assign(id);
  }
  await world.run();
  await world.run();
  const all = ['g1', 'g2', 'g3'].flatMap((id) => world.membersOf(id));
  expect(all.filter((id) => id === 'p0001')).toHaveLength(2);
  expect(all).toContain('p0002');
  expect(Object.values(await world.escrows())).toEqual(['MembershipLimit']);
});

// spec: member-limits
it('without limits everybody is added', async () => {
  const world = await buildWorld({ profile: { membersPerRequest: 2 }, guards });
  const people = world.people(5);
  world.directory.addGroup('g', people);
  world.directory.assign('g');
  await world.run();
  expect(world.membersOf('g')).toEqual(people);
});
