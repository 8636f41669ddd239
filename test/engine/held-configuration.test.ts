// A changed configuration that trips a guard is held as a whole: nothing of it is done or held change by change, and the job
// goes on with the last accepted one until somebody decides.
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfigurationChanges, readHeldConfiguration } from '../../src/cli/held-configuration.ts';
import { readHeldSets } from '../../src/cli/held-sets.ts';
import { jobInForce } from '../../src/engine/configuration-in-force.ts';
import { explainObject } from '../../src/engine/explain.ts';
import { listApprovable } from '../../src/engine/plan-approval.ts';
import type { ApprovedChange } from '../../src/model/approved-plan.ts';
import { openStore } from '../../src/store/database.ts';
import { readJob } from '../../src/store/jobs.ts';
import { DEPARTMENT, direct, type JobVariation, USER_ATTRIBUTES } from '../support/build-job.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { approveHeld, rejectHeld } from '../support/decisions.ts';
import { buildWorld, type World } from '../support/world.ts';

const GUARDS = { updates: { from: 5 } };
const PLAIN: JobVariation = { guards: GUARDS, group: null };
const ENTERPRISE = DEPARTMENT.slice(0, DEPARTMENT.lastIndexOf(':'));
const WHOLE = { byConfiguration: true } as const;

/** Attribute mappings with one of them replaced. */
function mapped(targetAttributeName: string, expression: string): JobVariation {
  const others = USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== targetAttributeName);
  const priority = USER_ATTRIBUTES.find((each) => each.targetAttributeName === targetAttributeName);
  const matchingPriority = priority !== undefined && 'matchingPriority' in priority ? priority.matchingPriority : 0;
  const source = { type: 'Function', expression };
  return { ...PLAIN, user: { attributeMappings: [...others, { targetAttributeName, source, matchingPriority }] } };
}

const NAMING = mapped('displayName', 'Join(" ", "Dr.", [displayName])');

/** Only people of the department Sales. */
const ONLY_SALES: JobVariation = {
  ...PLAIN,
  user: {
    scope: {
      groups: [
        {
          clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['Sales'] } }],
        },
      ],
    },
  },
};

/** Twenty people, of whom the first eight are of Sales. */
async function linked(variation: JobVariation = PLAIN): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld(variation);
  const ids = world.people(20);
  ids.forEach((id, index) => {
    world.directory.setUser(id, { department: index < 8 ? 'Sales' : 'Law' });
  });
  await world.run();
  return { world, ids };
}

const held = (world: World) => readHeldConfiguration(world.store.db, 'job', world.clock.now().getTime());
const activeOf = (world: World) =>
  [...world.target.resources.User.values()].filter((each) => each['active'] === true).length;
const openCycles = (world: World) =>
  world.store.db.selectFrom('cycle').selectAll().where('time_ended', 'is', null).execute();

// spec: held-configuration
describe('a filter that would drop most people', () => {
  it('disables and holds nobody; leavers, newcomers and changes go on by the accepted one, at no further cost', async () => {
    const { world, ids } = await linked();
    world.configure(ONLY_SALES);
    world.directory.setUser(ids[10] ?? '', { accountEnabled: false });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ disabled: 1, held: 11 });
    expect(summary.configuration).toMatchObject({ state: 'held', reasons: [{ guardClass: 'scopeLosses' }] });
    expect(activeOf(world)).toBe(19);
    expect(await world.openChanges()).toEqual({});
    expect(await openCycles(world)).toEqual([]);
    expect((await readJob(world.store.db, 'job')).open_cycle_id).toBeNull();
    const departures = await world.store.db.selectFrom('departure').select('source_id').execute();
    expect(departures).toEqual([{ source_id: ids[10] }]);
    expect(await held(world)).toMatchObject({
      state: 'held',
      counts: [{ guardClass: 'scopeLosses', kind: 'user', action: 'disable', objects: 11, amount: 11 }],
    });
    world.directory.addUser('new', { department: 'Law' });
    world.directory.assign('new');
    world.directory.unassign(ids[11] ?? '');
    expect((await world.run()).counts).toMatchObject({ created: 1, disabled: 1, held: 10, imported: 1 });
    const quiet = await world.run();
    expect(quiet).toMatchObject({ cycle: { kind: 'incremental' }, requests: { scim: 0 }, counts: { held: 10 } });
  });

  it('is carried out once it is approved, with whom and why in the log, and counts for nothing afterwards', async () => {
    const { world, ids } = await linked();
    world.configure(ONLY_SALES);
    await world.run();
    const approved = await approveHeld(world.store, 'job', WHOLE);
    expect(approved).toMatchObject({ ok: true, decided: [], configuration: 12 });
    expect(await held(world)).toMatchObject({ state: 'approved', decision: { by: 'ana', reason: 'meant' } });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ disabled: 12, held: 0 });
    expect(summary.configuration).toBeUndefined();
    const steps = (await world.log(ids[19])).at(-1)?.provisioningSteps.map(({ description }) => description);
    expect(steps).toContain('Approved by ana: meant');
    expect(await held(world)).toBeNull();
    expect(await world.store.db.selectFrom('held_configuration_change').selectAll().execute()).toEqual([]);
    world.directory.unassign(ids[0] ?? '');
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 0 });
  });

  it('that concerns more people by the time it is approved is carried out for those who were shown', async () => {
    const { world, ids } = await linked();
    world.configure(ONLY_SALES);
    await world.run();
    for (const id of ids.slice(0, 6)) world.directory.setUser(id, { department: 'Law' });
    expect((await world.run()).counts).toMatchObject({ updated: 6, held: 12 });
    await approveHeld(world.store, 'job', WHOLE);
    expect((await world.run()).counts).toMatchObject({ disabled: 12, held: 6 });
    expect(await readHeldSets(world.store.db, 'job')).toMatchObject([{ guardClass: 'scopeLosses', count: 6 }]);
    expect(await held(world)).toBeNull();
  });

  it('that is taken back is over; another one is tried by itself, and a rejection says so until the file is put right', async () => {
    const { world } = await linked();
    world.configure(ONLY_SALES);
    await world.run();
    const at = world.clock.now().getTime();
    expect(await rejectHeld(world.store, 'job', WHOLE, at)).toMatchObject({ ok: true, configuration: 12 });
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 12 });
    expect(await held(world)).toMatchObject({ state: 'rejected', decision: { reason: 'a slip' } });
    world.configure(NAMING);
    expect((await world.run()).counts).toMatchObject({ disabled: 0, updated: 0, held: 20 });
    expect(await held(world)).toMatchObject({ state: 'held', counts: [{ guardClass: 'updates', objects: 20 }] });
    world.configure(PLAIN);
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 0 });
    expect(await held(world)).toBeNull();
  });

  it('is approved as it was shown only: not when the file says something else by now, nor when nothing is held', async () => {
    const { world } = await linked();
    expect(await approveHeld(world.store, 'job', WHOLE)).toMatchObject({ ok: false });
    world.configure(ONLY_SALES);
    await world.run();
    world.configure(NAMING);
    const other = { ...WHOLE, hash: world.job.decidingHash };
    expect(await approveHeld(world.store, 'job', other)).toMatchObject({
      ok: false,
      message: expect.stringContaining('changed since it was held') as string,
    });
    expect(await held(world)).toMatchObject({ state: 'held' });
  });

  it('is shown with names, and what is irreversible counts as what it is due to', async () => {
    const irreversible = { ...PLAIN, profile: { irreversible: ['disable'] } };
    const { world, ids } = await linked(irreversible);
    world.configure({ ...ONLY_SALES, profile: irreversible.profile });
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 12 });
    expect(await world.openChanges()).toEqual({});
    const [first] = await readConfigurationChanges(world.store.db, 'job');
    expect(first).toMatchObject({ objectId: ids[8], displayName: `Name ${ids[8]}`, guardClass: 'scopeLosses' });
    await approveHeld(world.store, 'job', WHOLE);
    expect((await world.run()).counts).toMatchObject({ disabled: 12, held: 0 });
  });
});

describe('finding out', () => {
  it('costs the target nothing while no guard is near: one read and one write for whoever changes', async () => {
    const { world } = await linked({ ...PLAIN, guards: {} });
    world.configure({ ...NAMING, guards: {} });
    expect(await world.run()).toMatchObject({ counts: { updated: 20, held: 0 }, requests: { scim: 41 } });
    expect(world.target.sent('get')).toHaveLength(20);
    expect(world.target.sent('discover')).toHaveLength(1);
  });

  it('reads the accounts before it holds anything: what the target holds already is no change', async () => {
    const { world } = await linked();
    for (const account of world.target.resources.User.values()) account['title'] = 'Clerk';
    for (const id of world.directory.users.keys()) world.directory.setUser(id, { jobTitle: 'Clerk' });
    world.configure({ ...PLAIN, user: { attributeMappings: [...USER_ATTRIBUTES, direct('title', 'jobTitle')] } });
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 0, unchanged: 20 });
    expect(await held(world)).toBeNull();
  });

  it('notices accounts whose names are mapped for the first time and are others in the target', async () => {
    const noNames = USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== 'emails[type eq "work"].value');
    const { world } = await linked({ ...PLAIN, user: { attributeMappings: noNames } });
    for (const account of world.target.resources.User.values())
      account['emails'] = [{ type: 'work', value: `${String(account['userName'])}.old` }];
    world.configure(PLAIN);
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 20 });
    expect(await held(world)).toMatchObject({ counts: [{ guardClass: 'identity', objects: 20 }] });
  });
});

describe('a configuration that is held', () => {
  it('is that of cycles on demand and of explanations as well', async () => {
    const { world, ids } = await linked();
    world.configure(ONLY_SALES);
    await world.run();
    const selection = { user: [ids[19] ?? ''], group: [] };
    const summary = await world.run({ trigger: 'onDemand', selection });
    expect(summary).toMatchObject({ counts: { disabled: 0, unchanged: 1 }, configuration: { state: 'held' } });
    const scratch = await openStore('sqlite::memory:');
    onTestFinished(() => scratch.close());
    const job = await jobInForce(world.store.db, world.job);
    const { clock, store } = world;
    const { random, signal } = world.io();
    const about = { job, store, scratch, clock, random, signal, directory: null, io: null };
    const explanation = await explainObject({ type: 'one', kind: 'user', id: ids[19] ?? '', stored: true }, about);
    expect(explanation).toMatchObject({ inScope: true, byAccepted: { since: expect.any(String) as string } });
  });

  it('stays held through a restart', async () => {
    const { world } = await linked();
    world.configure(ONLY_SALES);
    await world.run();
    await world.store.db.updateTable('job').set({ restart_scopes: 'Watermark,Escrows' }).execute();
    expect(await world.run()).toMatchObject({ cycle: { kind: 'initial' }, counts: { disabled: 0, held: 12 } });
  });

  it('leaves decisions about other changes as they are', async () => {
    const { world, ids } = await linked();
    for (const id of ids.slice(0, 6)) world.directory.setUser(id, { accountEnabled: false });
    await world.run();
    const at = world.clock.now().getTime();
    await rejectHeld(world.store, 'job', { objects: ids.slice(0, 3) }, at);
    const before = await world.openChanges();
    expect(Object.values(before)).toHaveLength(6);
    world.configure(ONLY_SALES);
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 15 });
    expect(await world.openChanges()).toEqual(before);
  });

  it('of which nothing is due that the directory does not say itself is tried again, and taken', async () => {
    const { world, ids } = await linked();
    world.directory.unassign(...ids.slice(0, 6));
    world.configure({ ...PLAIN, user: { attributeMappings: [...USER_ATTRIBUTES, direct('title', 'jobTitle')] } });
    expect((await world.run()).counts).toMatchObject({ held: 6, disabled: 0 });
    expect(await held(world)).toBeNull();
    expect((await world.run()).counts).toMatchObject({ held: 6, disabled: 0 });
    const { accepted_configuration: accepted } = await readJob(world.store.db, 'job');
    expect(accepted).toContain('jobTitle');
  });

  it('that would rename accounts is approved for the names that were shown', async () => {
    const { world, ids } = await linked();
    world.configure(mapped('userName', 'Append([mailNickname], "@new.example")'));
    for (const id of ids) world.directory.setUser(id, { mailNickname: id });
    expect((await world.run()).counts).toMatchObject({ held: 20, updated: 0 });
    for (const id of ids.slice(0, 5)) world.directory.setUser(id, { mailNickname: `${id}x` });
    await approveHeld(world.store, 'job', WHOLE);
    expect((await world.run()).counts).toMatchObject({ held: 5, updated: 15 });
  });

  it('that cannot be gone back from is taken, and guards hold its changes one class at a time', async () => {
    const { world } = await linked();
    await world.store.db.updateTable('job').set({ accepted_configuration: '{"of":"another version"}' }).execute();
    world.configure(ONLY_SALES);
    expect((await world.run()).counts).toMatchObject({ disabled: 0, held: 12 });
    expect(await readHeldSets(world.store.db, 'job')).toMatchObject([{ guardClass: 'scopeLosses', count: 12 }]);
  });
});

it('members that groups would lose by a configuration are held with it, and released with it', async () => {
  const world = await buildWorld({ guards: {}, source: { nestedGroups: 'transitive' } });
  const ids = world.people(30);
  world.directory.addGroup('inner', ids);
  world.directory.addGroup('g', ids.slice(0, 2));
  world.directory.addMember('g', 'inner');
  world.directory.assign('g');
  await world.run();
  expect(world.membersOf('g')).toHaveLength(30);
  world.configure({ guards: {}, source: { nestedGroups: 'direct' } });
  expect((await world.run()).counts).toMatchObject({ held: 1, memberships: { removed: 0 } });
  expect(await held(world)).toMatchObject({ counts: [{ guardClass: 'memberships', objects: 1, amount: 28 }] });
  expect((await world.run()).requests.scim).toBe(0);
  await approveHeld(world.store, 'job', WHOLE);
  expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { removed: 28 } });
  expect(world.membersOf('g')).toEqual(ids.slice(0, 2));
});

describe('what somebody saw of a configuration that nobody has tried', () => {
  it('is sent when that plan is applied, and the configuration is tried by the next cycle all the same', async () => {
    const { world, ids } = await linked();
    world.configure(ONLY_SALES);
    await world.run({ dryRun: true, describe: true });
    const seen: ApprovedChange[] = [];
    for await (const change of listApprovable(world.store.db, world.job)) seen.push(change);
    const [leaver] = seen;
    expect(seen.map(({ action }) => action)).toEqual(Array(12).fill('disable'));
    await world.run({ approved: leaver === undefined ? [] : [leaver] });
    expect(activeOf(world)).toBe(19);
    expect(await held(world)).toBeNull();
    const summary = await world.run();
    expect(summary.configuration).toMatchObject({ state: 'held' });
    world.configure(PLAIN);
    await world.run();
    expect(world.userOf(leaver?.id ?? '')).toMatchObject({ active: true });
    expect(activeOf(world)).toBe(ids.length);
  });

  it('is not taken by undoing a cycle', async () => {
    const { world, ids } = await linked();
    world.directory.setUser(ids[0] ?? '', { displayName: 'Wrong' });
    const { cycle } = await world.run();
    world.configure(ONLY_SALES);
    await world.run({ undo: { cycleId: cycle.id } });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ displayName: `Name ${ids[0]}` });
    expect(activeOf(world)).toBe(20);
    expect((await world.run()).configuration).toMatchObject({ state: 'held' });
    expect(activeOf(world)).toBe(20);
  });
});

describe('nothing is written and nothing moves', () => {
  it('by a dry run, which says that the configuration would be held', async () => {
    const { world } = await linked();
    const { accepted_configuration: accepted } = await readJob(world.store.db, 'job');
    world.configure(ONLY_SALES);
    const summary = await world.run({ dryRun: true });
    expect(summary).toMatchObject({ counts: { held: 12 }, configuration: { state: 'wouldBeHeld' } });
    expect(await held(world)).toBeNull();
    expect((await readJob(world.store.db, 'job')).accepted_configuration).toBe(accepted);
    world.configure(NAMING);
    expect((await world.run({ dryRun: true })).configuration).toMatchObject({ reasons: [{ guardClass: 'updates' }] });
    expect((await world.run()).counts).toMatchObject({ held: 20, updated: 0 });
  });

  it('while the job is only observed, which says so too; the first cycle that writes holds it', async () => {
    const { world } = await linked();
    world.configure({ ...ONLY_SALES, mode: 'observe' });
    const summary = await world.run();
    expect(summary).toMatchObject({ counts: { held: 12 }, configuration: { state: 'wouldBeHeld' } });
    expect(await held(world)).toBeNull();
    world.configure(ONLY_SALES);
    expect((await world.run()).counts).toMatchObject({ held: 12, disabled: 0 });
    expect(await held(world)).toMatchObject({ state: 'held' });
    expect(world.target.writes()).toEqual([]);
  });
});

// At every third commit of a run, which meets all of its stages.
it('a process that dies during the trial, the refusal or what follows converges', async () => {
  const begin = async (): Promise<World> => {
    const world = await buildWorld(PLAIN);
    world.people(6, { department: 'Law' });
    await world.run();
    world.configure(NAMING);
    world.directory.setUser('p0001', { accountEnabled: false });
    world.directory.setUser('p0002', { department: 'Sales' });
    return world;
  };
  const reference = await begin();
  const uncrashed = crashingStore(reference.store, { at: 1_000_000, committed: true });
  await reference.run({}, { store: uncrashed.store });
  for (let at = 1; at <= uncrashed.commits(); at += 3) {
    const world = await begin();
    const { store } = crashingStore(world.store, { at, committed: true });
    await world.run({}, { store }).catch(() => undefined);
    const { counts } = await world.run();
    expect({ at, held: counts.held }).toEqual({ at, held: 5 });
    expect(world.userOf('p0001')).toMatchObject({ active: false, displayName: 'Name p0001' });
    expect(world.userOf('p0002')).toMatchObject({ displayName: 'Name p0002', [ENTERPRISE]: { department: 'Sales' } });
    expect(await held(world)).toMatchObject({ counts: [{ guardClass: 'updates', objects: 5 }] });
    expect(await world.openChanges()).toEqual({});
  }
});
