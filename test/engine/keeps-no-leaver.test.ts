// Ways in which somebody who left could keep access, or somebody could lose it, without anybody noticing.
import { describe, expect, it } from 'vitest';
import { JobFault } from '../../src/model/errors.ts';
import { direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { crashingStore, ProcessDied } from '../support/crashing-store.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

const withActive = (active: Record<string, unknown>) => ({
  user: {
    attributeMappings: [...USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== 'active'), active],
  },
});

async function onePerson(variation = {}): Promise<World> {
  const world = await buildWorld(variation);
  world.directory.addUser('a');
  world.directory.assign('a');
  await world.run();
  return world;
}

describe('a mapping of active that does not know who left', () => {
  it.each([
    ['[accountEnabled]', direct('active', 'accountEnabled')],
    ['a constant', { targetAttributeName: 'active', source: { type: 'Constant', value: true } }],
    ['a constant as text', { targetAttributeName: 'active', source: { type: 'Constant', value: 'True' } }],
    ['a default value only', { targetAttributeName: 'active', source: null, defaultValue: true }],
    ['an attribute without value', { ...direct('active', 'city'), defaultValue: true }],
  ])('%s disables all the same', async (_name, active) => {
    const world = await onePerson(withActive(active));
    expect(world.userOf('a')).toMatchObject({ active: true });
    world.directory.unassign('a');
    const summary = await world.run();
    expect(summary.counts.disabled).toBe(1);
    expect(world.userOf('a')).toMatchObject({ active: false });
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each(['Active', 'urn:ietf:params:scim:schemas:core:2.0:User:active'])('written as %s', async (name) => {
    const world = await onePerson(
      withActive({ targetAttributeName: name, source: { type: 'Function', expression: 'Not([IsSoftDeleted])' } }),
    );
    world.directory.softDelete('a');
    const summary = await world.run();
    expect(summary.counts.disabled).toBe(1);
    expect(world.userOf('a')).toMatchObject({ active: false });
    world.directory.restore('a');
    expect((await world.run()).counts.enabled).toBe(1);
  });
});

describe('a 404 for the account of somebody who left', () => {
  it('is not believed while a search still finds the account', async () => {
    const world = await onePerson();
    const [id, account] = [...world.target.resources.User][0] ?? ['', {}];
    const get = world.target.get.bind(world.target);
    world.target.get = () => Promise.resolve({ ok: true, value: null });
    world.directory.softDelete('a');
    expect((await world.run()).counts).toMatchObject({ failed: 1, skipped: 0 });
    expect(await world.escrows()).toEqual({ a: 'IncompatibleAnswer' });
    expect(world.target.resources.User.get(id)).toEqual(account);

    world.target.get = get;
    world.clock.advance(DAY);
    expect((await world.run()).counts.disabled).toBe(1);
    expect(world.userOf('a')).toMatchObject({ active: false });
  });

  it('is believed when the search finds nobody', async () => {
    const world = await onePerson();
    world.target.resources.User.clear();
    world.directory.softDelete('a');
    expect((await world.run()).counts).toMatchObject({ failed: 0, skipped: 1 });
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('leads to the account that took its place', async () => {
    const world = await onePerson();
    const [id, account] = [...world.target.resources.User][0] ?? ['', {}];
    world.target.resources.User.delete(id);
    world.target.seed('User', { ...account, active: true });
    world.directory.softDelete('a');
    expect((await world.run()).counts.disabled).toBe(1);
    expect(world.userOf('a')).toMatchObject({ active: false });
  });
});

it('a 404 to the write that disables somebody does not make them a stranger', async () => {
  const world = await onePerson();
  world.directory.unassign('a');
  world.target.disturb = ({ method }) =>
    method === 'patch' ? { fault: { code: 'InvalidAnchor', message: 'not found' } } : undefined;
  expect((await world.run()).counts).toMatchObject({ failed: 1, disabled: 0 });
  world.target.disturb = undefined;
  world.clock.advance(DAY);
  expect((await world.run()).counts.disabled).toBe(1);
  expect(world.userOf('a')).toMatchObject({ active: false });
});

it('somebody whose account was to be replaced by another one is disabled there when they leave first', async () => {
  const world = await onePerson();
  const [id, account] = [...world.target.resources.User][0] ?? ['', {}];
  world.target.resources.User.delete(id);
  world.target.seed('User', { ...account, externalId: '' });
  world.directory.setUser('a', { department: 'New' });
  world.target.disturb = ({ method }) =>
    method === 'patch' ? { fault: { code: 'InvalidValue', message: 'refused' } } : undefined;
  expect((await world.run()).counts).toMatchObject({ adopted: 0, failed: 1 });
  world.target.disturb = undefined;
  world.directory.setUser('a', { accountEnabled: false });
  await world.run();
  expect(world.target.user('a@example.com')).toMatchObject({ active: false });
});

it('a creation that was let through is not sent for somebody who went while the job was observed', async () => {
  for (let at = 1; at < 25; at += 1) {
    const world = await buildWorld({ group: null });
    world.directory.addUser('a');
    world.directory.assign('a');
    await world.run({}, { store: crashingStore(world.store, { at, committed: true }).store }).catch(() => undefined);
    world.configure({ group: null, mode: 'observe' });
    world.directory.hardDelete('a');
    await world.run();
    await world.run();
    world.configure({ group: null });
    await world.run();
    await world.run();
    expect(world.userOf('a')?.['active'] ?? false, `died at commit ${at}`).toBe(false);
    expect(await world.openChanges()).toEqual({});
  }
});

describe('guards and what they do not see', () => {
  it('removals that were let through but not sent yet count for the next cycle', async () => {
    const guards = { scopeLosses: { count: 6, percent: 100 } };
    const world = await buildWorld({ guards, group: null, lifecycle: { unassigned: 'delete' } });
    const ids = world.people(40);
    await world.run();
    world.target.disturb = (request) =>
      request.method === 'create' ? { throws: new JobFault('TargetUnreachable', 'no connection') } : undefined;
    world.directory.addUser('joiner');
    world.directory.assign('joiner');
    world.directory.unassign(...ids.slice(0, 6));
    await expect(world.run()).rejects.toThrow('no connection');
    world.directory.unassign(...ids.slice(6, 12));
    world.target.disturb = undefined;
    expect((await world.run()).counts).toMatchObject({ deleted: 6, held: 6 });
  });

  it('somebody who is held keeps their memberships until it is decided', async () => {
    const world = await buildWorld({ guards: {} });
    world.directory.addGroup('g');
    world.directory.assign('g');
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    for (const id of ids) {
      world.directory.addUser(id);
      world.directory.addMember('g', id);
    }
    await world.run();
    expect(world.membersOf('g')).toEqual(ids);
    for (const id of ids.slice(1)) world.directory.removeMember('g', id);
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ held: 9, memberships: { removed: 0 } });
    expect((await world.run()).counts).toMatchObject({ held: 9, memberships: { removed: 0 } });
    expect(world.membersOf('g')).toEqual(ids);
    await world.run();
    expect(world.target.log).toEqual([]);

    world.directory.addMember('g', 'm1');
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    expect((await world.run()).counts).toMatchObject({ held: 0, disabled: 8, memberships: { removed: 8 } });
    expect(world.membersOf('g')).toEqual(['m0', 'm1']);
  });
});

it('an account found again after a crash is not lost by a second one', async () => {
  const world = await buildWorld({ group: null });
  world.directory.addUser('a');
  world.directory.assign('a');
  world.target.disturb = ({ method }) =>
    method === 'create' ? { throws: new ProcessDied('died'), applied: true } : undefined;
  await expect(world.run()).rejects.toThrow('died');
  world.target.disturb = undefined;
  for (let at = 1; (await world.openChanges())['a'] !== 'planned adopt' && at < 60; at += 1) {
    const { store } = crashingStore(world.store, { at, committed: true });
    await world.run({}, { store }).catch(() => undefined);
  }
  expect(await world.openChanges()).toEqual({ a: 'planned adopt' });
  world.directory.softDelete('a');
  await world.run();
  expect(world.userOf('a')).toMatchObject({ active: false });
});

describe('a deletion that is answered 404', () => {
  const DELETES = { group: null, lifecycle: { hardDeleted: 'delete' } } as const;

  it('is believed when a search does not show the account either', async () => {
    const world = await onePerson(DELETES);
    world.target.resources.User.clear();
    world.directory.hardDelete('a');
    const { counts } = await world.run();
    expect(counts).toMatchObject({ failed: 0 });
    expect(await world.store.db.selectFrom('link').selectAll().execute()).toEqual([]);
  });

  it('is not believed while a search shows the account; it is tried again until it is true', async () => {
    const world = await onePerson(DELETES);
    world.directory.hardDelete('a');
    world.target.deniesRemovals = true;
    const { counts } = await world.run();
    expect(counts).toMatchObject({ deleted: 0, failed: 1 });
    expect(await world.escrows()).toEqual({ a: 'IncompatibleAnswer' });
    world.target.deniesRemovals = false;
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ deleted: 1, escrowed: 0 });
    expect(world.userOf('a')).toBeUndefined();
  });
});
