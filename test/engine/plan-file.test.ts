// A plan that somebody has seen: exactly its changes are sent, nothing else is lost.
import { describe, expect, it } from 'vitest';
import { listApprovable } from '../../src/engine/plan-approval.ts';
import type { ApprovedChange } from '../../src/model/approved-plan.ts';
import type { JobVariation } from '../support/build-job.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

/** What a plan file would hold: planned as on a copy of the store, of which nothing stays. */
async function planned(world: World): Promise<ApprovedChange[]> {
  await world.run({ dryRun: true, describe: true });
  const changes: ApprovedChange[] = [];
  for await (const change of listApprovable(world.store.db, world.job)) changes.push(change);
  return changes;
}

async function linked(count: number, variation: JobVariation = {}) {
  const world = await buildWorld({ group: null, ...variation });
  world.directory.pageSize = 1000;
  const ids = world.people(count);
  await world.run();
  return { world, ids };
}

/** Source ids by what became of their change. */
function outcomes(summary: Awaited<ReturnType<World['run']>>): Record<string, string[]> {
  const byOutcome = Map.groupBy(summary.applied?.changes ?? [], (each) => each.outcome);
  return Object.fromEntries([...byOutcome].map(([name, each]) => [name, each.map(({ change }) => change.id)]));
}

describe('a plan that is applied', () => {
  // spec: plan-files
  it('sends exactly what somebody has seen, and leaves the rest for the next cycle', async () => {
    const { world, ids } = await linked(10);
    world.directory.setUser(ids[0] ?? '', { displayName: 'Seen' });
    world.directory.setUser(ids[1] ?? '', { accountEnabled: false });
    const seen = await planned(world);
    expect(seen.map(({ action, id }) => [action, id])).toEqual([
      ['disable', ids[1]],
      ['update', ids[0]],
    ]);
    world.directory.setUser(ids[2] ?? '', { displayName: 'Not seen' });
    world.directory.setUser(ids[3] ?? '', { accountEnabled: false });
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)).toEqual({ sent: [ids[1], ids[0]] });
    expect(summary.applied?.left).toBe(2);
    expect(world.target.writes()).toHaveLength(2);
    expect(world.userOf(ids[3] ?? '')).toMatchObject({ active: true });

    // The leaver who was not in the file is due, and was not lost.
    expect((await world.run()).counts).toMatchObject({ updated: 1, disabled: 1 });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('of 2,000 people with 40 changes sends exactly these 40 requests', async () => {
    const { world, ids } = await linked(2000);
    const changed = ids.filter((_, index) => index % 50 === 0);
    for (const id of changed) world.directory.setUser(id, { displayName: `Seen ${id}` });
    const seen = await planned(world);
    expect(seen.map(({ id }) => id).toSorted()).toEqual(changed.toSorted());
    expect(world.target.writes().length).toBe(0);
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)['sent']?.toSorted()).toEqual(changed.toSorted());
    expect(changed).toHaveLength(40);
    expect(world.target.writes()).toHaveLength(40);
    for (const id of changed) expect(world.userOf(id)).toMatchObject({ displayName: `Seen ${id}` });
    expect((await world.run()).requests.scim).toBe(0);
  });

  // spec: plan-files
  it('leaves alone what would be something else now, and says what', async () => {
    const { world, ids } = await linked(5);
    world.directory.setUser(ids[0] ?? '', { displayName: 'Seen' });
    world.directory.setUser(ids[1] ?? '', { displayName: 'Also seen' });
    world.directory.setUser(ids[2] ?? '', { displayName: 'Taken back' });
    const seen = await planned(world);
    world.directory.setUser(ids[0] ?? '', { displayName: 'Another' });
    world.directory.setUser(ids[2] ?? '', { displayName: `Name ${ids[2]}` });
    const summary = await world.run({ approved: [...seen, { ...(seen[0] as ApprovedChange), id: 'foreign' }] });
    expect(outcomes(summary)).toEqual({
      different: [ids[0]],
      sent: [ids[1]],
      unnecessary: [ids[2]],
      unknown: ['foreign'],
    });
    expect(summary.applied?.changes.find((each) => each.outcome === 'different')).toMatchObject({
      now: { changes: [{ attribute: 'displayName', oldValue: `Name ${ids[0]}`, newValue: 'Another' }] },
    });
    expect(world.target.writes()).toHaveLength(1);
    expect((await world.run()).counts).toMatchObject({ updated: 1 });
  });

  it('passes every guard, also where another cycle has held the changes meanwhile; protected accounts stay', async () => {
    const { world, ids } = await linked(40, {
      guards: { leavers: { count: 5, percent: 10, from: 5 } },
      protect: ['userName eq "p0001@example.com"'],
    });
    for (const id of ids.slice(0, 12)) world.directory.setUser(id, { accountEnabled: false });
    const seen = await planned(world);
    expect(seen).toHaveLength(11);
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 11 });
    world.directory.setUser(ids[20] ?? '', { accountEnabled: false });
    const summary = await world.run({ approved: seen });
    expect(summary.counts).toMatchObject({ disabled: 11, held: 0 });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ active: true });
    expect(world.userOf(ids[20] ?? '')).toMatchObject({ active: true });
    // What was approved makes no wave of the next leaver.
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
  });

  it('keeps what is held and not in the file', async () => {
    const { world, ids } = await linked(40, { guards: { leavers: { count: 5, percent: 10, from: 5 } } });
    world.directory.setUser(ids[30] ?? '', { displayName: 'Seen' });
    const seen = await planned(world);
    for (const id of ids.slice(0, 12)) world.directory.setUser(id, { accountEnabled: false });
    await world.run();
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)).toEqual({ unnecessary: [ids[30]] });
    expect(summary.counts).toMatchObject({ disabled: 0, held: 12 });
    expect(world.target.writes()).toEqual([]);
  });

  it('sends the members that somebody has seen, and no others', async () => {
    const world = await buildWorld();
    const ids = world.people(4);
    for (const group of ['team', 'other']) {
      world.directory.addGroup(group, ids.slice(0, 2));
      world.directory.assign(group);
    }
    await world.run();
    expect(world.membersOf('team')).toEqual(ids.slice(0, 2));
    world.directory.removeMember('team', ids[0] ?? '');
    for (const id of ids.slice(2)) world.directory.addMember('team', id);
    const seen = await planned(world);
    expect(seen).toMatchObject([
      { action: 'memberships', id: 'team', add: [{ id: ids[2] }, { id: ids[3] }], remove: [{ id: ids[0] }] },
    ]);
    for (const id of ids.slice(2)) world.directory.addMember('other', id);
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)).toEqual({ sent: ['team'] });
    expect(world.membersOf('team')).toEqual(ids.slice(1, 4));
    expect(world.membersOf('other')).toEqual(ids.slice(0, 2));
    await world.run();
    expect(world.membersOf('other')).toEqual(ids);

    world.directory.removeMember('team', ids[3] ?? '');
    const stale = await planned(world);
    world.directory.removeMember('team', ids[2] ?? '');
    expect(outcomes(await world.run({ approved: stale }))).toEqual({ different: ['team'] });
    expect(world.target.writes()).toEqual([]);
    await world.run();
    expect(world.membersOf('team')).toEqual(ids.slice(1, 2));
  });

  it('meets a target for the first time: creations, managers and members as they were seen', async () => {
    const world = await buildWorld();
    const ids = world.people(5);
    world.directory.setManager(ids[0] ?? '', ids[4] ?? '');
    world.directory.addGroup('team', ids);
    world.directory.assign('team');
    const seen = await planned(world);
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)).toMatchObject({ sent: expect.toSatisfy((each: string[]) => each.length === 7) });
    expect(world.membersOf('team')).toEqual(ids);
    expect(world.managerOf(ids[0] ?? '')).toBe(ids[4]);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('shows no password and none of the values that chance decides, and approves them all the same', async () => {
    const world = await buildWorld({
      group: null,
      user: {
        attributeMappings: [
          ...(await import('../support/build-job.ts')).USER_ATTRIBUTES,
          {
            targetAttributeName: 'password',
            source: { type: 'Function', expression: 'RandomString(12, 2, 2, 2, 2, "")' },
            flowBehavior: 'FlowWhenChanged',
          },
        ],
      },
    });
    const [id = ''] = world.people(1);
    const seen = await planned(world);
    expect(seen[0]?.changes).toContainEqual({ attribute: 'password', oldValue: null, newValue: '[Redact]' });
    expect(outcomes(await world.run({ approved: seen }))).toEqual({ sent: [id] });
  });

  it('and killed before its request is sent, is approved still', async () => {
    const { world, ids } = await linked(40, { guards: { leavers: { count: 5, percent: 10, from: 5 } } });
    for (const id of ids.slice(0, 12)) world.directory.setUser(id, { accountEnabled: false });
    const seen = await planned(world);
    world.target.disturb = (request) => (request.method === 'patch' ? { throws: new Error('killed') } : undefined);
    await expect(world.run({ approved: seen })).rejects.toThrow();
    world.target.disturb = undefined;
    expect((await world.run()).counts).toMatchObject({ disabled: 12, held: 0 });
  });
});

describe('beside other decisions', () => {
  it('a policy that takes memberships is shown, and carried out by the same cycle', async () => {
    const world = await buildWorld({ lifecycle: { blocked: 'removeMemberships' } });
    const ids = world.people(5);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.directory.setUser(ids[0] ?? '', { accountEnabled: false });
    const seen = await planned(world);
    expect(seen).toMatchObject([
      {
        id: ids[0],
        action: 'update',
        event: 'blocked',
        changes: [{ attribute: 'groups', newValue: expect.stringContaining('out of') as unknown }],
      },
    ]);
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)).toEqual({ sent: [ids[0]] });
    expect(world.membersOf('g')).toEqual(ids.slice(1));
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('what was rejected since stays so, and is said', async () => {
    const { world, ids } = await linked(40, { guards: {} });
    const leavers = ids.slice(0, 8);
    for (const id of leavers) world.directory.setUser(id, { accountEnabled: false });
    const seen = await planned(world);
    expect((await world.run()).counts).toMatchObject({ held: 8 });
    const until = world.clock.now().getTime() + 10 * DAY;
    await world.store.db
      .updateTable('change')
      .set({ status: 'rejected', decided_until: until })
      .where('status', '=', 'staged')
      .where('source_id', '!=', leavers[0] ?? '')
      .execute();
    const summary = await world.run({ approved: seen });
    expect(outcomes(summary)).toEqual({ sent: [leavers[0]], rejected: leavers.slice(1) });
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 0 });
  });
});
