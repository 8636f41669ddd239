// Reading a target back: what differs is found and told, and repaired through the gate like everything else.
import { describe, expect, it } from 'vitest';
import { compareTarget } from '../../src/engine/reconcile.ts';
import type { DriftReport } from '../../src/model/drift-report.ts';
import { DEPARTMENT, direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

async function drift(world: World): Promise<DriftReport> {
  world.target.log.length = 0;
  const report = await compareTarget(world.job, world.io());
  expect(world.target.writes()).toEqual([]);
  return report;
}

function edit(world: World, id: string, change: Record<string, unknown>): void {
  const account = world.userOf(id) ?? {};
  world.target.resources.User.set(account['id'] as string, { ...account, ...change });
}

const NOTHING = { drifted: 0, attributes: [], gone: { count: 0 }, members: { missing: 0 } };

describe('drift', () => {
  // spec: read-back
  it('is told per attribute, only of what is mapped, and repaired', async () => {
    const world = await buildWorld({ group: null });
    world.people(3);
    await world.run();
    expect(await drift(world)).toMatchObject({ checked: 3, left: 0, ...NOTHING });
    edit(world, 'p0001', { displayName: 'Edited', nickName: 'Local' });
    edit(world, 'p0002', { active: false, nickName: 'Local' });
    const found = await drift(world);
    expect(found).toMatchObject({ checked: 3, drifted: 2, gone: { count: 0 } });
    expect(found.attributes).toMatchObject([
      { attribute: 'active', count: 1, examples: [{ id: 'p0002', found: 'false', wanted: 'true' }] },
      { attribute: 'displayName', count: 1, examples: [{ id: 'p0001', found: 'Edited', wanted: 'Name p0001' }] },
    ]);
    expect((await world.run()).requests.scim).toBe(0);

    const summary = await world.run({ repair: true });
    expect(summary).toMatchObject({ counts: { updated: 1, enabled: 1 }, drift: { drifted: 2 } });
    expect(world.userOf('p0001')).toMatchObject({ displayName: 'Name p0001', nickName: 'Local' });
    expect(await drift(world)).toMatchObject(NOTHING);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('is found where the target lists nothing, by reading each account', async () => {
    const world = await buildWorld({ group: null });
    world.people(2);
    await world.run();
    edit(world, 'p0001', { displayName: 'Edited' });
    world.target.list = async function* () {};
    expect(await drift(world)).toMatchObject({ checked: 2, drifted: 1 });
  });

  it('of somebody who left and was enabled by hand is repaired', async () => {
    const world = await buildWorld({ group: null });
    world.people(2);
    await world.run();
    world.directory.unassign('p0001');
    await world.run();
    expect(await drift(world)).toMatchObject(NOTHING);
    edit(world, 'p0001', { active: true });
    expect((await drift(world)).attributes).toMatchObject([{ attribute: 'active', count: 1 }]);
    expect((await world.run({ repair: true })).counts).toMatchObject({ disabled: 1 });
    expect(world.userOf('p0001')).toMatchObject({ active: false });
  });

  it('is none where the directory has changed since: that is planned anyway', async () => {
    const world = await buildWorld({ group: null });
    world.people(1);
    await world.run();
    world.directory.setUser('p0001', { displayName: 'New' });
    await world.run({ dryRun: true });
    expect(await drift(world)).toMatchObject({ checked: 0, left: 1, drifted: 0 });
  });

  // spec: read-back
  it('leaves protected accounts and flow types that only add alone', async () => {
    const attributeMappings = [
      ...USER_ATTRIBUTES.filter(({ targetAttributeName }) => targetAttributeName !== DEPARTMENT),
      { ...direct('title', 'jobTitle'), flowType: 'ObjectAddOnly' },
    ];
    const world = await buildWorld({
      group: null,
      user: { attributeMappings },
      protect: ['userName eq "p0002@example.com"'],
    });
    world.people(2, { jobTitle: 'Buyer' });
    await world.run();
    edit(world, 'p0001', { title: 'Edited' });
    edit(world, 'p0002', { displayName: 'Edited' });
    expect(await drift(world)).toMatchObject({ checked: 1, left: 1, drifted: 0 });
    expect((await world.run({ repair: true })).counts).toMatchObject({ updated: 0 });
    expect(world.target.writes()).toEqual([]);
  });

  it('shows no value that an expression redacts', async () => {
    const attributeMappings = [
      ...USER_ATTRIBUTES,
      { targetAttributeName: 'title', source: { type: 'Function', expression: 'Redact([jobTitle])' } },
    ];
    const world = await buildWorld({ group: null, user: { attributeMappings } });
    world.people(1, { jobTitle: 'Secret agent' });
    await world.run();
    edit(world, 'p0001', { title: 'Public clerk' });
    const found = JSON.stringify(await drift(world));
    expect(found).toContain('[Redact]');
    expect(found).not.toMatch(/Secret|Public/);
  });
});

describe('accounts deleted by hand', () => {
  // spec: read-back
  it('are made anew, counted by the guard of creations', async () => {
    for (const count of [1, 20]) {
      const world = await buildWorld({ guards: {}, group: null });
      const ids = world.people(30);
      await world.run();
      for (const id of ids.slice(0, count)) world.target.resources.User.delete(world.userOf(id)?.['id'] as string);
      expect(await drift(world)).toMatchObject({ drifted: 0, gone: { count } });
      const { counts } = await world.run({ repair: true });
      expect(counts).toMatchObject(count === 1 ? { created: 1, held: 0 } : { created: 0, held: 20 });
    }
  });

  it('are matched again where they were made again by hand', async () => {
    const world = await buildWorld({ group: null });
    world.people(1);
    await world.run();
    world.target.resources.User.clear();
    const id = world.target.seed('User', { userName: 'p0001@example.com', active: true });
    expect((await world.run({ repair: true })).counts).toMatchObject({ adopted: 1, created: 0 });
    expect(world.userOf('p0001')?.['id']).toBe(id);
  });
});

describe('members', () => {
  async function group(variation: Parameters<typeof buildWorld>[0] = {}) {
    const world = await buildWorld(variation);
    world.people(3);
    world.directory.addGroup('g', ['p0001', 'p0002']);
    world.directory.assign('g');
    await world.run();
    await world.run();
    const account = (id: string) => world.userOf(id)?.['id'] as string;
    const held = world.groupOf('g') ?? {};
    const members = [{ value: account('p0001') }, { value: account('p0003') }];
    world.target.resources.Group.set(held['id'] as string, { ...held, members });
    return world;
  }

  it('that are missing are added again, those of others stay', async () => {
    const world = await group();
    expect((await drift(world)).members).toMatchObject({ missing: 1, extra: 1, groups: [{ id: 'g' }] });
    await world.run({ repair: true });
    expect(world.membersOf('g')).toEqual(['p0001', 'p0002', 'p0003']);
    expect((await drift(world)).members).toMatchObject({ missing: 0, extra: 1 });
  });

  it('of others are taken out where the configuration says so', async () => {
    const world = await group({ adoption: { groupMembers: 'remove' } });
    await world.run({ repair: true });
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0001', 'p0002']);
    expect((await drift(world)).members).toMatchObject({ missing: 0, extra: 0 });
  });

  it('that the target does not show are no drift', async () => {
    const world = await group();
    const held = world.groupOf('g') ?? {};
    world.target.resources.Group.set(held['id'] as string, { ...held, members: [] });
    expect((await drift(world)).members).toMatchObject({ missing: 0, extra: 0, unreadable: 1 });
  });
});

describe('endless updates', () => {
  /** A service that keeps texts in upper case, whatever it is sent. */
  function shout(world: World): void {
    const patch = world.target.patch.bind(world.target);
    const spoil = () => {
      for (const [id, each] of world.target.resources.User)
        world.target.resources.User.set(id, { ...each, displayName: String(each['displayName']).toUpperCase() });
    };
    world.target.patch = async (...args) => {
      const answer = await patch(...args);
      spoil();
      return answer;
    };
    spoil();
  }

  // spec: endless-updates
  it('end after the same was written three times, until another value is wanted', async () => {
    const world = await buildWorld({ group: null });
    world.people(1);
    await world.run();
    shout(world);
    for (const updated of [1, 1, 0, 0])
      expect((await world.run({ repair: true })).counts).toMatchObject({ updated, failed: 0 });
    const report = await drift(world);
    expect(report).toMatchObject({ drifted: 0, unstable: [{ attribute: 'displayName', objects: 1 }] });
    // Also when the account is written for another reason.
    world.directory.setUser('p0001', { department: 'Sales' });
    expect((await world.run()).counts).toMatchObject({ updated: 1 });
    expect(JSON.stringify(world.target.writes())).not.toContain('displayName');

    world.directory.setUser('p0001', { displayName: 'Another' });
    expect((await world.run()).counts).toMatchObject({ updated: 1 });
    expect(JSON.stringify(world.target.writes())).toContain('Another');
  });

  it('are none when somebody edits an account again and again', async () => {
    const world = await buildWorld({ group: null });
    world.people(1);
    await world.run();
    for (const displayName of ['one', 'two', 'three', 'four', 'five']) {
      edit(world, 'p0001', { displayName });
      expect((await world.run({ repair: true })).counts).toMatchObject({ updated: 1 });
    }
    expect((await drift(world)).unstable).toEqual([]);
  });

  it('are forgotten with what the target showed: a value that is stored as sent is written again', async () => {
    const world = await buildWorld({ group: null });
    world.people(1);
    await world.run();
    shout(world);
    for (let cycle = 0; cycle < 3; cycle += 1) await world.run({ repair: true });
    edit(world, 'p0001', { displayName: 'Edited' });
    expect((await world.run({ repair: true })).counts).toMatchObject({ updated: 1 });
  });
});

describe('reading back on a schedule', () => {
  const HOUR = 3_600_000;
  const weekly = { group: null, schedule: { every: '40m', reconcile: '7d' } } as const;

  it('is done by the first cycle after the interval, from the first cycle on, and puts right what differs', async () => {
    const world = await buildWorld(weekly);
    world.people(3);
    await world.run();
    edit(world, 'p0001', { displayName: 'Edited' });
    world.clock.advance(7 * DAY - HOUR);
    expect((await world.run()).requests.scim).toBe(0);
    world.clock.advance(HOUR);
    const summary = await world.run();
    expect(summary).toMatchObject({ drift: { checked: 3, drifted: 1 }, counts: { updated: 1 } });
    expect(world.userOf('p0001')).toMatchObject({ displayName: 'Name p0001' });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('is not needed where somebody asked for it meanwhile, and is no part of a plan or of an observed cycle', async () => {
    const world = await buildWorld(weekly);
    world.people(3);
    await world.run();
    world.clock.advance(4 * DAY);
    await world.run({ repair: true });
    world.clock.advance(4 * DAY);
    expect((await world.run()).drift).toBeUndefined();
    world.clock.advance(4 * DAY);
    expect((await world.run({ dryRun: true })).drift).toBeUndefined();
    world.configure({ ...weekly, mode: 'observe' });
    expect((await world.run()).drift).toBeUndefined();
    world.configure(weekly);
    expect((await world.run()).drift).toMatchObject({ drifted: 0 });
  });

  it('holds what a guard counts, as ever', async () => {
    const world = await buildWorld({ ...weekly, guards: { creates: { from: 1, count: 1 } } });
    world.people(3);
    await world.run();
    world.target.resources.User.clear();
    world.clock.advance(8 * DAY);
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 3 });
  });
});
