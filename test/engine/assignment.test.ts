// Who is entitled: roles, Default Access, several ways at once, nested groups, everybody.
import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCESS_ROLE_ID } from '../../src/model/directory.ts';
import { USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const OTHER_ROLE = '22222222-2222-4222-8222-222222222222';
const TITLE_BY_ROLE = [
  ...USER_ATTRIBUTES,
  {
    targetAttributeName: 'title',
    source: { type: 'Function', expression: 'SingleAppRoleAssignment([appRoleAssignments])' },
  },
];

function activePeople(world: World): string[] {
  return [...world.target.resources.User.values()]
    .filter((each) => each['active'] === true)
    .map((each) => each['externalId'] as string)
    .toSorted();
}

describe('Default Access', () => {
  it.each([
    { setting: 'auto', roles: true, provisioned: [] },
    { setting: 'auto', roles: false, provisioned: ['a', 'b'] },
    { setting: true, roles: false, provisioned: [] },
    { setting: false, roles: true, provisioned: ['a', 'b'] },
  ])('setting $setting, application with roles $roles: $provisioned', async ({ setting, roles, provisioned }) => {
    const world = await buildWorld({ source: { excludeDefaultAccess: setting } });
    if (!roles) world.directory.appRoles = [];
    world.directory.addUser('a');
    world.directory.addUser('b');
    world.directory.addGroup('g', ['b']);
    for (const id of ['a', 'g']) world.directory.assign(id, DEFAULT_ACCESS_ROLE_ID);
    const summary = await world.run();
    expect(activePeople(world)).toEqual(provisioned);
    expect(summary.counts.warnings).toBe(provisioned.length === 0 ? 1 : 0);
  });
});

describe('several ways at once', () => {
  it('losing one of them changes nothing, losing the last one disables', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    world.directory.addGroup('g', ['a']);
    world.directory.addGroup('h', ['a']);
    for (const id of ['a', 'g', 'h']) world.directory.assign(id);
    await world.run();
    world.directory.unassign('a');
    await world.run();
    expect(world.target.writes()).toEqual([]);
    world.directory.removeMember('g', 'a');
    await world.run();
    expect(activePeople(world)).toEqual(['a']);
    world.directory.unassign('h');
    await world.run();
    expect(activePeople(world)).toEqual([]);
  });

  it('members of a group in a group are not reached', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    world.directory.addUser('b');
    world.directory.addGroup('inner', ['b']);
    world.directory.addGroup('outer', ['a', 'inner']);
    world.directory.assign('outer');
    await world.run();
    expect(activePeople(world)).toEqual(['a']);
    expect(world.membersOf('outer')).toEqual(['a']);
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});

describe('nested groups, when told so', () => {
  it('entitle the people below, and follow changes inside', async () => {
    const world = await buildWorld({ source: { nestedGroups: 'transitive' } });
    for (const id of ['a', 'b', 'c']) world.directory.addUser(id);
    world.directory.addGroup('inner', ['b']);
    world.directory.addGroup('outer', ['a', 'inner']);
    world.directory.addMember('inner', 'outer');
    world.directory.assign('outer');
    await world.run();
    expect(activePeople(world)).toEqual(['a', 'b']);
    expect(world.membersOf('outer')).toEqual(['a', 'b']);
    world.directory.addMember('inner', 'c');
    world.directory.removeMember('inner', 'b');
    await world.run();
    expect(activePeople(world)).toEqual(['a', 'c']);
    expect(world.membersOf('outer')).toEqual(['a', 'c']);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('are left when told so no longer', async () => {
    const world = await buildWorld({ source: { nestedGroups: 'transitive' } });
    for (const id of ['a', 'b']) world.directory.addUser(id);
    world.directory.addGroup('inner', ['b']);
    world.directory.addGroup('outer', ['a', 'inner']);
    world.directory.assign('outer');
    await world.run();
    world.configure({});
    await world.run();
    expect(activePeople(world)).toEqual(['a']);
    expect(world.membersOf('outer')).toEqual(['a']);
  });
});

describe('roles', () => {
  async function withRoles(): Promise<World> {
    const world = await buildWorld({ group: null, user: { attributeMappings: TITLE_BY_ROLE } });
    const role = { displayName: 'Other', isEnabled: true, allowedMemberTypes: ['User'] };
    world.directory.appRoles.push({ id: OTHER_ROLE, value: 'Other', ...role });
    world.directory.addUser('a');
    world.directory.addUser('b');
    world.directory.assign('a');
    world.directory.assign('b', OTHER_ROLE);
    await world.run();
    return world;
  }

  it('that change are written', async () => {
    const world = await withRoles();
    const before = world.userOf('a')?.['title'];
    world.directory.unassign('a');
    world.directory.assign('a', OTHER_ROLE);
    await world.run();
    expect(world.userOf('a')?.['title']).toBe(world.userOf('b')?.['title']);
    expect(world.userOf('a')?.['title']).not.toBe(before);
    expect(world.target.writes()).toHaveLength(1);
  });

  it('that get another name are written for those who hold them', async () => {
    const world = await withRoles();
    world.directory.appRoles = world.directory.appRoles.map((role) =>
      role.id === OTHER_ROLE ? { ...role, value: 'Renamed', displayName: 'Renamed' } : role,
    );
    await world.run();
    expect(world.userOf('b')?.['title']).toBe('Renamed');
    expect(world.target.writes()).toHaveLength(1);
    await world.run();
    expect(world.target.log).toEqual([]);
  });
});

it('with syncAll everybody is provisioned, assigned or not', async () => {
  const world = await buildWorld({ source: { syncAll: true } });
  for (const id of ['a', 'b']) world.directory.addUser(id);
  world.directory.addGroup('g', ['a']);
  await world.run();
  expect(activePeople(world)).toEqual(['a', 'b']);
  expect(world.membersOf('g')).toEqual(['a']);
  world.directory.addUser('c');
  world.directory.addMember('g', 'c');
  world.directory.softDelete('b');
  await world.run();
  expect(activePeople(world)).toEqual(['a', 'c']);
  expect(world.membersOf('g')).toEqual(['a', 'c']);
  await world.run();
  expect(world.target.log).toEqual([]);
});

it.each([
  ['before the first cycle', true],
  ['between two cycles', false],
])(
  'somebody who was in the recycle bin when a list was read (deleted %s) counts once they are restored',
  async (_name, early) => {
    const world = await buildWorld({ group: null });
    world.directory.groupsShowDeletions = false;
    world.directory.addUser('ana');
    world.directory.addGroup('team', ['ana']);
    if (early) world.directory.softDelete('ana');
    else {
      await world.run();
      world.directory.softDelete('ana');
    }
    world.directory.assign('team');
    await world.run();
    expect(world.userOf('ana')).toBeUndefined();
    world.directory.restore('ana');
    await world.run();
    expect(world.userOf('ana')).toMatchObject({ active: true });
  },
);
