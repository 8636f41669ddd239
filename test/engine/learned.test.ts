// What a target's answers taught outlives the process; and what the engine does where a target does not delete accounts, or takes
// a group without its members.
import { describe, expect, it } from 'vitest';
import { applyRestart } from '../../src/engine/restart.ts';
import { type LearnedFacts, NOTHING_LEARNED } from '../../src/scim/learned.ts';
import { readJob } from '../../src/store/jobs.ts';
import { buildWorld, type World } from '../support/world.ts';

const LEARNED: LearnedFacts = { ...NOTHING_LEARNED, replaced: ['User title'], memberRemoval: 'list' };

async function learning(): Promise<World> {
  const world = await buildWorld();
  world.people(2);
  world.target.before = ({ method }) => {
    if (method === 'create') world.target.learned = LEARNED;
  };
  await world.run();
  world.target.before = undefined;
  return world;
}

/** What the client of another process begins with. */
async function recalled(world: World): Promise<LearnedFacts> {
  world.target.learned = NOTHING_LEARNED;
  await world.run();
  return world.target.learned;
}

describe('what was learned', () => {
  // spec: learned-rungs
  it('is told to the client of the next process', async () => {
    const world = await learning();
    expect(await recalled(world)).toEqual(LEARNED);
  });

  it('is kept although the cycle fails later', async () => {
    const world = await buildWorld();
    world.people(2);
    world.directory.addGroup('g', ['p0001']);
    world.directory.assign('g');
    world.target.disturb = ({ method, kind }) => {
      if (method === 'create' && kind === 'User') world.target.learned = LEARNED;
      return kind === 'Group' && method === 'create' ? { throws: new Error('the process ends') } : undefined;
    };
    await expect(world.run()).rejects.toThrow('the process ends');
    world.target.disturb = undefined;
    expect(await recalled(world)).toEqual(LEARNED);
  });

  it('outlives another configuration, and is forgotten by a restart from nothing', async () => {
    const world = await learning();
    world.configure({ group: null });
    expect(await recalled(world)).toEqual(LEARNED);
    await world.store.transaction((trx) => applyRestart(trx, world.job.id, ['ConnectorDataStore'], 0));
    expect(await recalled(world)).toEqual(NOTHING_LEARNED);
  });

  it('is not written when nothing new was learned', async () => {
    const world = await learning();
    const before = await readJob(world.store.db, world.job.id);
    await world.run();
    expect((await readJob(world.store.db, world.job.id)).learned).toBe(before.learned);
  });
});

describe('a target that does not delete accounts', () => {
  // spec: refused-deletion-disables
  it('has disabled the account, which the log and the report say', async () => {
    const world = await buildWorld({ group: null });
    world.people(3);
    await world.run();
    world.target.disablesInstead = true;
    world.directory.hardDelete('p0001');
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ deleted: 0, disabled: 1, warnings: 1, failed: 0 });
    expect([...world.target.resources.User.values()].filter((each) => each['active'] === false)).toHaveLength(1);
    const [entry] = (await world.log('p0001')).slice(-1);
    expect(entry).toMatchObject({ provisioningAction: 'disable', provisioningStatusInfo: { status: 'warning' } });
    expect(JSON.stringify(entry)).toContain('does not delete accounts');
    const departures = await world.store.db.selectFrom('departure').selectAll().execute();
    expect(departures).toMatchObject([{ outcome: 'disabled', deleted_at: null, ended_by: 'gone' }]);
    expect((await world.run()).requests.scim).toBe(0);
  });
});

describe('a group that is taken without its members', () => {
  // spec: shown-members
  it.each([true, false])('gets them by another request (it shows members: %s)', async (membersReadable) => {
    const world = await buildWorld({ profile: { membersReadable } });
    world.target.dropsMembersOfNewGroups = true;
    world.target.hidesMembers = !membersReadable;
    const people = world.people(3);
    world.directory.addGroup('g', people);
    world.directory.assign('g');
    const summary = await world.run();
    expect(world.membersOf('g')).toEqual(people);
    expect(summary.counts.memberships).toEqual({ added: 3, removed: 0 });
    expect((await world.run()).requests.scim).toBe(0);
  });
});
