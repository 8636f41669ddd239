// Targets whose groups do not show their members (profile.membersReadable): what was sent is what is known.
import { describe, expect, it } from 'vitest';
import { compareTarget } from '../../src/engine/reconcile.ts';
import { ambiguous } from '../support/fake-target.ts';
import { buildWorld } from '../support/world.ts';

const UNREADABLE = { profile: { membersReadable: false, membersPerRequest: 2 } };

async function aGroup(members = 3) {
  const world = await buildWorld(UNREADABLE);
  world.target.hidesMembers = true;
  const people = world.people(5);
  world.directory.addGroup('g', people.slice(0, members));
  world.directory.assign('g');
  await world.run();
  return { world, people };
}

describe('groups that do not show their members', () => {
  it('get and lose members by what was sent, and are quiet afterwards', async () => {
    const { world } = await aGroup();
    expect(world.membersOf('g')).toEqual(['p0001', 'p0002', 'p0003']);
    expect((await world.run()).requests.scim).toBe(0);

    world.directory.removeMember('g', 'p0001');
    world.directory.addMember('g', 'p0004');
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0002', 'p0003', 'p0004']);
    expect(world.target.writes()).toHaveLength(1);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('are never repaired from what they answer, and count as unreadable', async () => {
    const { world } = await aGroup();
    const report = await compareTarget(world.job, world.io());
    expect(report.members).toEqual({ missing: 0, extra: 0, groups: [], unreadable: 1 });
    await world.run({ repair: true });
    expect(world.target.writes()).toEqual([]);
  });

  it('get everybody again after an answer that was lost, and nobody who left meanwhile stays', async () => {
    const { world } = await aGroup(2);
    world.directory.addMember('g', 'p0003');
    world.target.disturb = ({ method, kind }) =>
      method === 'patch' && kind === 'Group' ? { fault: ambiguous(), applied: true } : undefined;
    await world.run();
    world.target.disturb = undefined;
    world.directory.removeMember('g', 'p0003');
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0001', 'p0002']);
    expect(await world.escrows()).toEqual({});
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('are adopted without taking over members, even where the configuration says so', async () => {
    const world = await buildWorld({ ...UNREADABLE, adoption: { groupMembers: 'remove' } });
    const [first = '', second = ''] = world.people(2);
    await world.run();
    world.directory.addGroup('g', [first]);
    world.directory.assign('g');
    // It shows a member here, which must not be believed either.
    world.target.seed('Group', { displayName: 'Group g', members: [{ value: world.userOf(second)?.['id'] }] });
    await world.run();
    await world.run();
    expect(world.membersOf('g')).toEqual([first, second]);
    expect((await world.run()).requests.scim).toBe(0);
  });
});
