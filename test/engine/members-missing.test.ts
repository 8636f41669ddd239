// Members that a target leaves out although it answers success, or that a change took with it: who is not there is never taken for
// a member, keeps nobody else waiting, and is added with the very next cycle.
import { describe, expect, it } from 'vitest';
import type { ObjectFault } from '../../src/model/errors.ts';
import type { Disturbance, LoggedRequest } from '../support/fake-target.ts';
import { buildWorld, type World } from '../support/world.ts';

async function aGroup(members: readonly string[], variation: Parameters<typeof buildWorld>[0] = {}): Promise<World> {
  const world = await buildWorld(variation);
  world.people(5);
  world.directory.addGroup('g', [...members]);
  world.directory.assign('g');
  await world.run();
  world.target.showsChanged = true;
  return world;
}

function unwanted(world: World, ...ids: string[]): void {
  world.target.unwanted = ids.map((id) => String(world.userOf(id)?.['id']));
}

/** What additions and removals were sent for the group, by the source ids of the members. */
function sentTo(world: World): string[] {
  const nameOf = (id: string): string => String(world.target.resources.User.get(id)?.['externalId']);
  return world.target.sent('patch').flatMap(({ body }) =>
    (body as { op: string; path: string; value?: { value: string }[] }[]).flatMap(({ op, path, value }) => {
      if (!path.startsWith('members')) return [];
      const ids = value === undefined ? [/"(.*)"/.exec(path)?.[1] ?? ''] : value.map((each) => each.value);
      return ids.map((id) => `${op} ${nameOf(id)}`);
    }),
  );
}

// spec: additions-are-looked-at
describe('a member whom the target does not take', () => {
  it.each([
    ['with the change of the group', 100, true],
    ['after all objects', 100, false],
    ['one by one', 1, false],
  ])('is told of, is no member, and keeps nobody waiting: %s', async (_how, membersPerRequest, isRenamed) => {
    const world = await aGroup(['p0001', 'p0005'], { profile: { membersPerRequest } });
    unwanted(world, 'p0002');
    world.directory.addMember('g', 'p0002');
    world.directory.addMember('g', 'p0003');
    world.directory.removeMember('g', 'p0001');
    if (isRenamed) world.directory.setGroup('g', { displayName: 'Renamed' });
    const { counts } = await world.run();
    expect(world.membersOf('g')).toEqual(['p0003', 'p0005']);
    expect(counts).toMatchObject({ failed: 1, memberships: { added: 1, removed: 1 } });
    expect(await world.escrows()).toEqual({ g: 'MembersMissing' });
    const failures = (await world.log('g')).filter((each) => each.provisioningStatusInfo.status === 'failure');
    expect(failures.at(-1)?.provisioningSteps.at(-1)?.description).toContain('are not in the group');

    await world.run();
    expect(sentTo(world)).toEqual(['add p0002']);
    world.directory.removeMember('g', 'p0005');
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0003']);
    expect(await world.escrows()).toEqual({ g: 'MembersMissing' });

    world.target.unwanted = [];
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0002', 'p0003']);
    expect(await world.escrows()).toEqual({});
    expect((await world.run()).requests.scim).toBe(0);
  });

  it.each([true, false])('is taken out again where the target took them late, and they left: %s', async (hasLeft) => {
    const world = await aGroup(['p0001']);
    unwanted(world, 'p0002');
    world.directory.addMember('g', 'p0002');
    await world.run();
    world.target.unwanted = [];
    const group = world.groupOf('g') ?? {};
    group['members'] = [...(group['members'] as object[]), { value: world.userOf('p0002')?.['id'] }];
    if (hasLeft) world.directory.removeMember('g', 'p0002');
    await world.run();
    expect(sentTo(world)).toEqual(hasLeft ? ['remove p0002'] : []);
    expect(world.membersOf('g')).toEqual(hasLeft ? ['p0001'] : ['p0001', 'p0002']);
    expect(await world.escrows()).toEqual({});
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('is no member although the target answers nothing from then on', async () => {
    const world = await aGroup(['p0001']);
    unwanted(world, 'p0002');
    world.directory.addMember('g', 'p0002');
    await world.run();
    world.target.showsChanged = false;
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await world.run();
      expect(await world.escrows()).toEqual({ g: 'MembersMissing' });
      expect(sentTo(world)).toEqual(['add p0002']);
    }
    world.target.unwanted = [];
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0001', 'p0002']);
    expect(await world.escrows()).toEqual({});
    expect((await world.run()).requests.scim).toBe(0);
  });

  it.each(['entra', 'entra-legacy'])('is told of where nothing is adapted, and that is all: %s', async (dialect) => {
    const world = await aGroup(['p0001'], { target: { dialect } });
    unwanted(world, 'p0002');
    world.directory.addMember('g', 'p0002');
    world.directory.addMember('g', 'p0003');
    const { counts } = await world.run();
    expect(counts).toMatchObject({ failed: 0, warnings: 1 });
    const warnings = (await world.log('g')).filter((each) => each.provisioningStatusInfo.status === 'warning');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.provisioningSteps.at(-1)?.description).toContain('does not show 1 of those who were added');
    expect(world.target.sent('get').filter(({ kind }) => kind === 'Group')).toHaveLength(
      world.target.sent('patch').length,
    );
    await world.run();
    expect(sentTo(world)).toEqual([]);
  });

  it('is told of where an addition takes others with it, in a dialect that adapts to nothing', async () => {
    const world = await aGroup(['p0001', 'p0003'], { target: { dialect: 'entra' } });
    unwanted(world, 'p0001', 'p0003');
    world.directory.addMember('g', 'p0002');
    expect((await world.run()).counts).toMatchObject({ failed: 0, warnings: 1 });
    const warning = (await world.log('g')).find((each) => each.provisioningStatusInfo.status === 'warning');
    expect(warning?.provisioningSteps.at(-1)?.description).toContain('does not show 2 of those who were added');
  });
});

const LOST: ObjectFault = { code: 'MembersMissing', message: '1 members are missing', ambiguous: true };

// spec: lost-members-return
describe('members that a change took with it', () => {
  it.each<[string, boolean, Disturbance]>([
    ['the change of the group said so', true, { fault: LOST, applied: true }],
    ['the change of members said so', false, { fault: LOST, applied: true }],
    ['the process ended before it could', true, { throws: new Error('killed'), applied: true }],
    ['the process ended before it could, after all objects', false, { throws: new Error('killed'), applied: true }],
  ])('are back after the very next cycle: %s', async (_how, isRenamed, disturbance) => {
    const world = await aGroup(['p0001', 'p0002', 'p0003']);
    world.directory.removeMember('g', 'p0003');
    world.directory.addMember('g', 'p0004');
    if (isRenamed) world.directory.setGroup('g', { displayName: 'Renamed' });
    let changes = 0;
    world.target.disturb = ({ method, kind }: LoggedRequest) => {
      if (method !== 'patch' || kind !== 'Group' || changes > 0) return undefined;
      changes += 1;
      const group = world.groupOf('g') ?? {};
      const members = group['members'] as { value: string }[];
      group['members'] = members.filter(({ value }) => value !== world.userOf('p0001')?.['id']);
      return disturbance;
    };
    await world.run().catch(() => undefined);
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0001', 'p0002', 'p0004']);
    expect(await world.escrows()).toEqual({});
    await world.run();
    expect(world.target.writes()).toEqual([]);
    expect((await world.run()).requests.scim).toBe(0);
  });
});
