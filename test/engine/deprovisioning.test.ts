// What a lifecycle policy asks for besides disabling: a deletion after some days, memberships, attributes; and what is kept
// of those who left.
import { describe, expect, it } from 'vitest';
import { compareTarget } from '../../src/engine/reconcile.ts';
import type { DepartureTable } from '../../src/store/departure-table.ts';
import { direct, type JobVariation, USER_ATTRIBUTES } from '../support/build-job.ts';
import { DAY, MINUTE } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

async function started(variation: JobVariation = {}, people = 3): Promise<World> {
  const world = await buildWorld(variation);
  world.people(people);
  await world.run();
  return world;
}

function writes(world: World): string[] {
  return world.target.writes().map((each) => `${each.method} ${each.kind}`);
}

function departures(world: World): Promise<DepartureTable[]> {
  return world.store.db.selectFrom('departure').selectAll().orderBy('first_seen').orderBy('id').execute();
}

async function approveAll(world: World): Promise<void> {
  await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
}

describe('deleteAfter', () => {
  const LATER: JobVariation = { group: null, lifecycle: { unassigned: { deleteAfter: '30d' } } };

  // spec: delayed-deletion
  it('disables now and deletes so many days after, to the cycle', async () => {
    const world = await started(LATER);
    world.directory.unassign('p0001');
    await world.run();
    const disabledAt = world.clock.now().getTime();
    expect(world.userOf('p0001')).toMatchObject({ active: false });
    expect(await departures(world)).toMatchObject([{ disabled_at: disabledAt, delete_at: disabledAt + 30 * DAY }]);
    world.clock.advance(30 * DAY - 80 * MINUTE);
    await world.run();
    expect(world.target.log).toEqual([]);
    const summary = await world.run();
    expect(writes(world)).toEqual(['remove User']);
    expect(summary.counts).toMatchObject({ deleted: 1 });
    expect(await departures(world)).toMatchObject([{ outcome: 'disabled', ended_by: 'deleted', delete_at: null }]);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('is said by a plan, which deletes nothing', async () => {
    const world = await started(LATER);
    world.directory.unassign('p0001');
    await world.run();
    world.clock.advance(31 * DAY);
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ deleted: 1 });
    expect(world.target.log).toEqual([]);
    expect((await world.run()).counts).toMatchObject({ deleted: 1 });
  });

  // spec: delayed-deletion
  it('is cancelled when the person comes back, and counts anew when they leave again', async () => {
    const world = await started(LATER);
    const id = world.userOf('p0001')?.['id'];
    world.directory.unassign('p0001');
    await world.run();
    world.clock.advance(29 * DAY);
    world.directory.assign('p0001');
    await world.run();
    world.clock.advance(5 * DAY);
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ id, active: true });
    world.directory.unassign('p0001');
    await world.run();
    world.clock.advance(29 * DAY);
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ id, active: false });
    world.clock.advance(2 * DAY);
    await world.run();
    expect(world.userOf('p0001')).toBeUndefined();
  });

  // spec: delayed-deletion
  it('comes no nearer while the disabling is held', async () => {
    const world = await started({ ...LATER, guards: {} }, 8);
    world.directory.unassign(...Array.from({ length: 6 }, (_, index) => `p000${index + 1}`));
    expect((await world.run()).counts).toMatchObject({ held: 6, disabled: 0 });
    world.clock.advance(60 * DAY);
    expect((await world.run()).counts).toMatchObject({ held: 6, disabled: 0, deleted: 0 });
    await approveAll(world);
    expect((await world.run()).counts).toMatchObject({ disabled: 6, deleted: 0 });
    world.clock.advance(29 * DAY);
    expect((await world.run()).counts).toMatchObject({ deleted: 0 });
    world.clock.advance(DAY);
    // A wave of deletions is judged like any other.
    expect((await world.run()).counts).toMatchObject({ deleted: 0, held: 6 });
    expect((await world.run()).counts).toMatchObject({ deleted: 0, held: 6 });
    await approveAll(world);
    expect((await world.run()).counts).toMatchObject({ deleted: 6 });
  });

  it('waits for an approval where the target cannot take a deletion back', async () => {
    const world = await started({ ...LATER, profile: { irreversible: ['delete'] } });
    world.directory.unassign('p0001');
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
    world.clock.advance(31 * DAY);
    expect((await world.run()).counts).toMatchObject({ deleted: 0, held: 1 });
    expect(await world.openChanges()).toEqual({ p0001: 'staged delete' });
    world.directory.assign('p0001');
    expect((await world.run()).counts).toMatchObject({ enabled: 1, held: 0 });
    expect(await world.openChanges()).toEqual({});
  });

  it('counts from when the account was disabled, also when the policy came later', async () => {
    const world = await started({ group: null });
    world.directory.unassign('p0001');
    await world.run();
    world.clock.advance(20 * DAY);
    world.configure(LATER);
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: false });
    world.clock.advance(10 * DAY);
    await world.run();
    expect(world.userOf('p0001')).toBeUndefined();
  });

  it('counts from the cycle that first looked for those of whom nothing was kept', async () => {
    const world = await started({ group: null });
    world.directory.unassign('p0001');
    await world.run();
    await world.store.db.deleteFrom('departure').execute();
    world.clock.advance(100 * DAY);
    world.configure(LATER);
    await world.run();
    expect(await departures(world)).toMatchObject([{ outcome: 'alreadyDisabled' }]);
    world.clock.advance(29 * DAY);
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: false });
    world.clock.advance(DAY);
    await world.run();
    expect(world.userOf('p0001')).toBeUndefined();
  });

  it('tries a deletion again that the target refused', async () => {
    const world = await started(LATER);
    world.directory.unassign('p0001');
    await world.run();
    world.clock.advance(31 * DAY);
    world.target.disturb = (request) =>
      request.method === 'remove' ? { fault: { code: 'Timeout', message: 'not now' } } : undefined;
    expect((await world.run()).counts).toMatchObject({ failed: 1 });
    world.target.disturb = undefined;
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ deleted: 1 });
  });
});

// spec: deleted-later
describe('a tombstone', () => {
  it.each([
    ['softDeleted and then for good', true],
    ['for good at once', false],
  ])('somebody unassigned first and deleted later (%s) is still removed', async (_name, soft) => {
    const world = await started({ group: null });
    world.directory.unassign('p0001');
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: false });
    if (soft) {
      world.directory.softDelete('p0001');
      await world.run();
      expect(world.userOf('p0001')).toBeDefined();
    }
    world.directory.hardDelete('p0001');
    await world.run();
    expect(writes(world)).toEqual(['remove User']);
    const events = (await departures(world)).map(({ event, outcome, ended_by: by }) => [event, outcome, by]);
    expect(events).toEqual([
      ['unassigned', 'disabled', 'otherEvent'],
      ...(soft ? [['softDeleted', 'alreadyDisabled', 'otherEvent']] : []),
      ['hardDeleted', 'deleted', 'deleted'],
    ]);
  });
});

describe('removeMemberships', () => {
  async function team(variation: JobVariation): Promise<World> {
    const world = await buildWorld(variation);
    world.people(4);
    for (const group of ['g', 'h']) {
      world.directory.addGroup(group, ['p0001', 'p0002']);
      world.directory.assign(group);
    }
    await world.run();
    return world;
  }

  it('takes the person out of every group of the job, besides disabling', async () => {
    const world = await team({ lifecycle: { blocked: { removeMemberships: true } } });
    world.directory.setUser('p0001', { accountEnabled: false });
    const summary = await world.run();
    expect(writes(world)).toEqual(['patch User', 'patch Group', 'patch Group']);
    expect(summary.counts).toMatchObject({ disabled: 1, memberships: { added: 0, removed: 2 } });
    expect([world.membersOf('g'), world.membersOf('h')]).toEqual([['p0002'], ['p0002']]);
    expect((await departures(world))[0]?.confirmed_at).not.toBeNull();
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('instead of disabling: the account stays as it is', async () => {
    const world = await team({ lifecycle: { blocked: 'removeMemberships' } });
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    expect(writes(world)).toEqual(['patch Group', 'patch Group']);
    expect(world.userOf('p0001')).toMatchObject({ active: true });
    expect(world.membersOf('g')).toEqual(['p0002']);
    expect(await departures(world)).toMatchObject([{ outcome: 'membershipsRemoved' }]);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  // spec: stripped-memberships
  it('keeps them out while they are away, and puts them back when they return', async () => {
    const world = await team({ lifecycle: { blocked: { removeMemberships: true } } });
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    world.directory.addMember('g', 'p0003');
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0002', 'p0003']);
    world.directory.setUser('p0001', { accountEnabled: true });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: true });
    expect([world.membersOf('g'), world.membersOf('h')]).toEqual([
      ['p0001', 'p0002', 'p0003'],
      ['p0001', 'p0002'],
    ]);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each([[{ removeMemberships: true }], ['removeMemberships']])(
    '%o of a wave is held with the people',
    async (policy) => {
      const world = await buildWorld({ lifecycle: { blocked: policy }, guards: {} });
      const ids = world.people(8);
      world.directory.addGroup('g', ids);
      world.directory.assign('g');
      await world.run();
      for (const id of ids.slice(0, 6)) world.directory.setUser(id, { accountEnabled: false });
      expect((await world.run()).counts).toMatchObject({ held: 6, memberships: { removed: 0 } });
      expect(world.membersOf('g')).toEqual(ids);
      const far = world.clock.now().getTime() + 30 * DAY;
      await world.store.db
        .updateTable('change')
        .set({ status: 'rejected', decided_until: far })
        .where('status', '=', 'staged')
        .execute();
      expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { removed: 0 } });
      expect(world.membersOf('g')).toEqual(ids);
      world.clock.advance(31 * DAY);
      expect((await world.run()).counts).toMatchObject({ held: 6, memberships: { removed: 0 } });
      await approveAll(world);
      expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { removed: 6 } });
      expect(world.membersOf('g')).toEqual(ids.slice(6));
    },
  );

  it('never takes a protected account out of a group', async () => {
    const world = await team({
      lifecycle: { blocked: 'removeMemberships' },
      protect: ['externalId eq "p0001"'],
    });
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    expect(world.target.writes()).toEqual([]);
    expect(world.membersOf('g')).toContain('p0001');
    expect(await departures(world)).toMatchObject([{ outcome: 'protected', confirmed_at: null }]);
  });

  // spec: departures
  it('is not confirmed before the group has answered', async () => {
    const world = await team({ lifecycle: { blocked: { removeMemberships: true } } });
    world.directory.setUser('p0001', { accountEnabled: false });
    world.target.disturb = (request) =>
      request.method === 'patch' && request.kind === 'Group'
        ? { fault: { code: 'Timeout', message: 'not now' } }
        : undefined;
    await world.run();
    expect(await departures(world)).toMatchObject([{ outcome: 'disabled', confirmed_at: null }]);
    world.target.disturb = undefined;
    world.clock.advance(DAY);
    await world.run();
    expect(world.membersOf('g')).toEqual(['p0002']);
    expect((await departures(world))[0]?.confirmed_at).toBe(world.clock.now().getTime());
  });
});

describe('set', () => {
  const TITLE: JobVariation = {
    group: null,
    lifecycle: { blocked: { set: { title: 'left' } } },
    user: { attributeMappings: [...USER_ATTRIBUTES, direct('title', 'jobTitle')] },
  };

  // spec: disabling
  it('is sent together with the disabling, once', async () => {
    const world = await started(TITLE);
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    expect(world.target.sent('patch').map((each) => each.body)).toEqual([
      [
        { op: 'replace', path: 'active', value: false },
        { op: 'add', path: 'title', value: 'left' },
      ],
    ]);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each([
    ['the mapped value', { jobTitle: 'Engineer' }, 'Engineer'],
    ['nothing, where the directory says nothing', {}, undefined],
  ])('gives way to %s when the person comes back', async (_name, properties, title) => {
    const world = await started(TITLE);
    world.directory.setUser('p0001', { ...properties });
    await world.run();
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ title: 'left', active: false });
    world.directory.setUser('p0001', { accountEnabled: true });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: true });
    expect(world.userOf('p0001')?.['title']).toBe(title);
    await world.run();
    expect(world.target.log).toEqual([]);
    expect(await departures(world)).toMatchObject([{ ended_by: 'returned', set_values: null }]);
  });

  it('is undone with the next attempt when the first one failed', async () => {
    const world = await started(TITLE);
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    world.directory.setUser('p0001', { accountEnabled: true });
    world.target.disturb = (request) =>
      request.method === 'patch' ? { fault: { code: 'Timeout', message: 'not now' } } : undefined;
    await world.run();
    world.target.disturb = undefined;
    world.clock.advance(DAY);
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: true });
    expect(world.userOf('p0001')?.['title']).toBeUndefined();
  });

  it('leaves what somebody else wrote there meanwhile', async () => {
    const world = await started({ ...TITLE, user: { attributeMappings: USER_ATTRIBUTES } });
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    Object.assign(world.userOf('p0001') ?? {}, { title: 'Emeritus' });
    world.directory.setUser('p0001', { accountEnabled: true });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: true, title: 'Emeritus' });
  });

  it('without disabling: the account stays active, and is changed like anybody else is', async () => {
    const world = await started({ ...TITLE, lifecycle: { blocked: { action: 'nothing', set: { title: 'away' } } } });
    world.directory.setUser('p0001', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ updated: 1, disabled: 0 });
    expect(world.userOf('p0001')).toMatchObject({ active: true, title: 'away' });
    expect(await departures(world)).toMatchObject([{ outcome: 'attributesSet' }]);
    world.directory.setUser('p0001', { accountEnabled: true });
    await world.run();
    expect(world.userOf('p0001')?.['title']).toBeUndefined();
  });
});

describe('what is kept of those who left', () => {
  // spec: departures
  it('says when it was first read, although planning came to nothing for hours', async () => {
    const world = await started({ group: null });
    world.directory.unassign('p0001');
    world.target.disturb = () => ({ fault: { code: 'Timeout', message: 'not now' } });
    await world.run();
    const [first] = await departures(world);
    world.clock.advance(5 * 60 * MINUTE);
    world.target.disturb = undefined;
    await world.run();
    const [settled] = await departures(world);
    expect(settled?.first_seen).toBe(first?.first_seen);
    expect((settled?.confirmed_at ?? 0) - (settled?.first_seen ?? 0)).toBeGreaterThan(5 * 60 * MINUTE);
    expect(settled?.outcome).toBe('disabled');
  });

  it.each([
    ['nothing', { lifecycle: { unassigned: 'nothing' } }, { outcome: 'leftAlone', confirmed_at: null }],
    ['delete', { lifecycle: { unassigned: 'delete' } }, { outcome: 'deleted', ended_by: 'deleted' }],
  ] as const)('with %s', async (_name, variation, expected) => {
    const world = await started({ group: null, ...variation });
    world.directory.unassign('p0001');
    await world.run();
    expect(await departures(world)).toMatchObject([expected]);
  });

  it('is nothing of people who never had an account, and nothing that a plan or an observed job did not do', async () => {
    const world = await started({ group: null });
    world.directory.addUser('x', { accountEnabled: false });
    world.directory.assign('x');
    world.directory.unassign('p0001');
    await world.run({ dryRun: true });
    world.configure({ group: null, mode: 'observe' });
    await world.run();
    expect(await departures(world)).toEqual([]);
  });

  it('is forgotten with the log', async () => {
    const world = await started({ group: null, retention: { log: '10d' } });
    world.directory.unassign('p0001');
    await world.run();
    world.clock.advance(20 * DAY);
    await world.run();
    expect(await departures(world)).toHaveLength(1);
    world.directory.assign('p0001');
    await world.run();
    world.clock.advance(11 * DAY);
    await world.run();
    expect(await departures(world)).toEqual([]);
  });
});

describe('beside the rest', () => {
  it('what a policy set and somebody changed is found by a comparison, and set again by a repair', async () => {
    const world = await started({ group: null, lifecycle: { unassigned: { set: { title: 'left' } } } });
    world.directory.unassign('p0001');
    await world.run();
    const account = world.userOf('p0001') ?? {};
    world.target.resources.User.set(account['id'] as string, { ...account, title: 'Edited' });
    const report = await compareTarget(world.job, world.io());
    expect(report.attributes).toMatchObject([
      { attribute: 'title', count: 1, examples: [{ found: 'Edited', wanted: 'left' }] },
    ]);
    await world.run({ repair: true });
    expect(world.userOf('p0001')).toMatchObject({ active: false, title: 'left' });
    expect(await compareTarget(world.job, world.io())).toMatchObject({ drifted: 0 });
  });

  it('a target that keeps changing what a policy sets is not written to for ever', async () => {
    const world = await started({ group: null, lifecycle: { unassigned: { set: { title: 'left' } } } });
    world.directory.unassign('p0001');
    await world.run();
    const account = world.userOf('p0001') ?? {};
    const edit = () => world.target.resources.User.set(account['id'] as string, { ...account, title: 'LEFT' });
    for (let times = 0; times < 3; times += 1) {
      edit();
      await world.run({ repair: true });
    }
    edit();
    expect((await world.run({ repair: true })).counts).toMatchObject({ updated: 0 });
    expect(world.userOf('p0001')).toMatchObject({ active: false, title: 'LEFT' });
  });

  it('somebody whom no filter can judge is no leaver', async () => {
    const clause = {
      sourceOperandName: 'jobTitle',
      operatorName: 'NOT REGEX MATCH',
      targetOperand: { values: ['^(a|a)*$'] },
    };
    const scope = { groups: [{ clauses: [clause] }] };
    const world = await buildWorld({ group: null, user: { scope } });
    world.people(3, { jobTitle: 'Clerk' });
    await world.run();
    world.directory.setUser('p0001', { jobTitle: `${'a'.repeat(64)}!` });
    await world.run();
    expect(await world.escrows()).toEqual({ p0001: 'FilterUndecided' });
    expect(await departures(world)).toEqual([]);
  });
});
