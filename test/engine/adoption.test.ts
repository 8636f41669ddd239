// Which existing accounts are taken over: none of somebody else, none of a namesake, and what an adopted group held before.
import { describe, expect, it } from 'vitest';
import { compileJob } from '../../src/engine/compiled-job.ts';
import { ensureJob, updateJob } from '../../src/store/jobs.ts';
import { buildJob } from '../support/build-job.ts';
import { buildWorld, TENANT, type World } from '../support/world.ts';

async function approve(world: World): Promise<void> {
  await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
}

async function one(variation: Parameters<typeof buildWorld>[0] = {}): Promise<World> {
  const world = await buildWorld({ group: null, ...variation });
  world.directory.addUser('a', { userPrincipalName: 'ana@example.com', mail: 'Ana.Ruiz@example.com' });
  world.directory.assign('a');
  return world;
}

describe('the owner of an account', () => {
  // spec: foreign-accounts
  it.each([
    { externalId: undefined, adopted: 1 },
    { externalId: '', adopted: 1 },
    { externalId: 'a', adopted: 1 },
    { externalId: 'A', adopted: 1 },
    // What Entra's own provisioning writes by default: mailNickname, which usually is one of these.
    { externalId: 'ana', adopted: 1 },
    { externalId: 'ana.ruiz', adopted: 1 },
    { externalId: 'ana@example.com', adopted: 1 },
    { externalId: 'b', adopted: 0 },
    { externalId: '1234', adopted: 0 },
  ])('externalId $externalId: adopted $adopted', async ({ externalId, adopted }) => {
    const world = await one();
    await world.hasWritten();
    world.target.seed('User', {
      userName: 'ana@example.com',
      active: true,
      ...(externalId === undefined ? {} : { externalId }),
    });
    expect((await world.run()).counts).toMatchObject({ adopted, created: 0, failed: 1 - adopted });
    expect(await world.escrows()).toEqual(adopted === 1 ? {} : { a: 'TargetOwnedByOther' });
    if (adopted === 0) expect(world.target.writes()).toEqual([]);
  });

  it('is not asked where the configuration takes everything over', async () => {
    const world = await one({ adoption: { otherOwner: 'allow' } });
    world.target.seed('User', { userName: 'ana@example.com', active: true, externalId: '1234' });
    expect((await world.run()).counts).toMatchObject({ adopted: 1, failed: 0 });
    expect(world.userOf('a')).toBeDefined();
  });

  it('is judged again at once when the configuration changes', async () => {
    const world = await one();
    world.target.seed('User', { userName: 'ana@example.com', active: true, externalId: '1234' });
    await world.run();
    world.configure({ group: null, adoption: { otherOwner: 'allow' } });
    expect((await world.run()).counts).toMatchObject({ adopted: 1, failed: 0, escrowed: 0 });
  });

  it('is judged as well when the account shows with a 409', async () => {
    const world = await one();
    world.target.before = (request) => {
      if (request.method === 'create' && world.target.resources.User.size === 0)
        world.target.seed('User', { userName: 'ana@example.com', externalId: '1234' });
    };
    await world.run();
    expect(await world.escrows()).toEqual({ a: 'TargetOwnedByOther' });
    expect(world.target.sent('patch')).toEqual([]);
  });

  it('may be another job at the same target: for another person it is refused, for the same one not', async () => {
    for (const owner of ['b', 'a']) {
      const world = await one();
      const id = world.target.seed('User', { userName: 'ana@example.com', active: true });
      const other = compileJob({ ...buildJob({ group: null }), id: 'other' }, TENANT);
      await ensureJob(world.store.db, other.id);
      await updateJob(world.store.db, other.id, { target_root: other.targetRoot });
      const link = {
        kind: 'user',
        matched_by: 'userName',
        exported: '{}',
        active: 1,
        email: null,
        cycle_id: 'c',
        verify: 0,
        linked_at: 't',
        protected: 0,
      };
      await world.store.db
        .insertInto('link')
        .values({ ...link, job_id: 'other', source_id: owner, target_id: id })
        .execute();
      await world.run();
      expect(await world.escrows()).toEqual(owner === 'a' ? {} : { a: 'TargetOwnedByOther' });
    }
  });
});

describe('an inactive account', () => {
  // spec: foreign-accounts
  it('a namesake is not revived', async () => {
    const world = await one();
    const id = world.target.seed('User', { userName: 'ana@example.com', active: false, displayName: 'The former Ana' });
    expect((await world.run()).counts).toMatchObject({ held: 1, adopted: 0, created: 0 });
    expect(await world.openChanges()).toEqual({ a: 'staged adopt' });
    world.directory.setUser('a', { displayName: 'Ana' });
    expect((await world.run()).counts).toMatchObject({ held: 1 });
    expect(world.target.writes()).toEqual([]);
    expect(world.target.resources.User.get(id)).toMatchObject({ active: false, displayName: 'The former Ana' });

    await approve(world);
    expect((await world.run()).counts).toMatchObject({ adopted: 1, held: 0 });
    expect(world.target.resources.User.get(id)).toMatchObject({ active: true, displayName: 'Ana', externalId: 'a' });
  });

  it('is not revived on demand either', async () => {
    const world = await one();
    world.target.seed('User', { userName: 'ana@example.com', active: false });
    await world.run({ trigger: 'onDemand', selection: { user: ['a'], group: [] } });
    expect(await world.openChanges()).toEqual({ a: 'staged adopt' });
    expect(world.target.writes()).toEqual([]);
  });

  it('is not revived after a 409', async () => {
    const world = await one();
    world.target.before = (request) => {
      if (request.method === 'create' && world.target.resources.User.size === 0)
        world.target.seed('User', { userName: 'ana@example.com', active: false });
    };
    await world.run();
    expect(await world.escrows()).toEqual({ a: 'EntryConflict' });
    expect(world.target.sent('patch')).toEqual([]);
  });

  it('an approval is for the account that was shown', async () => {
    const world = await one();
    const shown = world.target.seed('User', { userName: 'ana@example.com', active: false });
    await world.run();
    await approve(world);
    world.target.resources.User.delete(shown);
    const another = world.target.seed('User', { userName: 'ana@example.com', active: false });
    expect((await world.run()).counts).toMatchObject({ adopted: 0, held: 1 });
    expect(world.target.resources.User.get(another)).toMatchObject({ active: false });
  });

  it.each([
    { of: 'the same person, by the id it carries', seed: { externalId: 'a' }, variation: {} },
    { of: 'anybody, where the configuration says so', seed: {}, variation: { adoption: { inactive: 'allow' } } },
  ])('of $of is adopted', async ({ seed, variation }) => {
    const world = await one(variation);
    await world.hasWritten();
    const id = world.target.seed('User', { userName: 'ana@example.com', active: false, ...seed });
    expect((await world.run()).counts).toMatchObject({ adopted: 1, held: 0 });
    expect(world.target.resources.User.get(id)).toMatchObject({ active: true });
  });

  it('that this job disabled for the same person is adopted again', async () => {
    const world = await one();
    await world.run();
    const [[id, account] = ['', {}]] = [...world.target.resources.User];
    world.directory.unassign('a');
    await world.run();
    await world.store.db.deleteFrom('link').execute();
    world.target.resources.User.set(id, { ...account, active: false, externalId: '' });
    world.directory.assign('a');
    expect((await world.run()).counts).toMatchObject({ adopted: 1, held: 0 });
    expect(world.target.resources.User.get(id)).toMatchObject({ active: true });
  });
});

describe('the members that an adopted group had before', () => {
  async function adopted(variation: Parameters<typeof buildWorld>[0]) {
    const world = await buildWorld(variation);
    const [first = '', second = ''] = world.people(2);
    await world.run();
    const accounts = [first, second].map((id) => world.userOf(id)?.['id'] as string);
    const stranger = world.target.seed('User', { userName: 'stranger' });
    world.directory.addGroup('g', [first]);
    world.directory.assign('g');
    const members = [{ value: accounts[1] }, { value: stranger }];
    world.target.seed('Group', { displayName: 'Group g', members });
    await world.run();
    await world.run();
    return { world, first, second };
  }

  it('stay', async () => {
    const { world, first, second } = await adopted({});
    expect(world.membersOf('g')).toEqual(['nobody', first, second]);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('are taken out where the configuration says so, as far as they are managed here', async () => {
    const { world, first } = await adopted({ adoption: { groupMembers: 'remove' } });
    expect(world.membersOf('g')).toEqual(['nobody', first]);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('are judged by the guard of memberships first', async () => {
    const guards = { memberships: { count: 0, percent: 0, from: 1 } };
    const { world, first, second } = await adopted({ guards, adoption: { groupMembers: 'remove' } });
    expect(world.membersOf('g')).toEqual(['nobody', first, second]);
    expect(await world.openChanges()).toEqual({ g: 'staged update' });
  });
});
