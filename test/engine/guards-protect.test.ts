// Protected accounts through whole cycles: nothing is ever written to them, whatever happens to their people.
import { describe, expect, it } from 'vitest';
import type { JobVariation } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const BREAK_GLASS = 'userName eq "p0001@example.com"';
const ADMINS = 'title sw "admin"';

async function started(variation: JobVariation): Promise<World> {
  const world = await buildWorld(variation);
  const ids = world.people(3);
  world.directory.addGroup('g', ids);
  world.directory.assign('g');
  await world.run();
  return world;
}

const accountOf = (world: World, id: string): Record<string, unknown> => {
  const account = world.userOf(id);
  if (account === undefined) throw new Error(`no account of ${id}`);
  return account;
};

describe('an account that is protected by a value that is mapped', () => {
  // spec: protected
  it.each([
    ['renamed', (world: World) => world.directory.setUser('p0001', { displayName: 'New' })],
    ['blocked', (world: World) => world.directory.setUser('p0001', { accountEnabled: false })],
    [
      'unassigned',
      (world: World) => {
        world.directory.unassign('p0001');
        world.directory.removeMember('g', 'p0001');
      },
    ],
    ['deleted', (world: World) => world.directory.softDelete('p0001')],
    ['deleted for good', (world: World) => world.directory.hardDelete('p0001')],
    ['given another manager', (world: World) => world.directory.setManager('p0001', 'p0002')],
  ])('whose person is %s stays as it is', async (_name, edit) => {
    const world = await started({ protect: [BREAK_GLASS] });
    const before = structuredClone(accountOf(world, 'p0001'));
    edit(world);
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ protected: 1, failed: 0 });
    expect(accountOf(world, 'p0001')).toEqual(before);
    expect(world.membersOf('g')).toContain('p0001');
    const entry = (await world.log('p0001')).at(-1);
    expect(entry?.provisioningStatusInfo.status).toBe('skipped');
    expect(entry?.provisioningSteps.at(-1)?.description).toContain('protected');
    expect((await world.run()).requests.scim).toBe(0);
  });

  // spec: protected
  it('keeps its memberships, and everybody else loses theirs', async () => {
    const world = await started({ protect: [BREAK_GLASS] });
    world.directory.removeMember('g', 'p0001');
    world.directory.removeMember('g', 'p0002');
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 1 } });
    expect(world.membersOf('g')).toEqual(['p0001', 'p0003']);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('gets no manager either, when the manager gets an account later', async () => {
    const world = await started({ protect: [BREAK_GLASS] });
    world.directory.addUser('late');
    world.directory.setManager('p0001', 'late');
    world.directory.setManager('p0002', 'late');
    await world.run();
    world.directory.assign('late');
    expect((await world.run()).counts).toMatchObject({ created: 1, updated: 1 });
    expect([world.managerOf('p0001'), world.managerOf('p0002')]).toEqual([undefined, 'late']);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('is created all the same when its person is new, and joins groups', async () => {
    const world = await started({ protect: [BREAK_GLASS, 'userName eq "late@example.com"'] });
    world.directory.addUser('late');
    world.directory.assign('late');
    world.directory.addMember('g', 'late');
    expect((await world.run()).counts).toMatchObject({ created: 1, memberships: { added: 1 } });
    world.directory.setUser('late', { displayName: 'New' });
    world.directory.removeMember('g', 'late');
    expect((await world.run()).counts).toMatchObject({ protected: 1, updated: 0, memberships: { removed: 0 } });
  });

  it('and is renamed into the filter is protected from then on', async () => {
    const world = await started({ protect: ['displayName eq "Break Glass"'] });
    world.directory.setUser('p0002', { displayName: 'Break Glass' });
    expect((await world.run()).counts).toMatchObject({ updated: 1, protected: 0 });
    world.directory.setUser('p0002', { accountEnabled: false });
    world.directory.removeMember('g', 'p0002');
    expect((await world.run()).counts).toMatchObject({ disabled: 0, protected: 1, memberships: { removed: 0 } });
  });
});

describe('an account that is protected by a value that only the target knows', () => {
  async function withAdmin(): Promise<World> {
    const world = await started({ protect: [ADMINS] });
    accountOf(world, 'p0001')['title'] = 'Administrator';
    return world;
  }

  it('is recognised when it is read', async () => {
    const world = await withAdmin();
    world.directory.setUser('p0001', { accountEnabled: false });
    world.directory.setUser('p0002', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ disabled: 1, protected: 1 });
    expect(accountOf(world, 'p0001')).toMatchObject({ active: true });
  });

  it('is read before it is deleted', async () => {
    const world = await withAdmin();
    world.directory.hardDelete('p0001');
    world.directory.hardDelete('p0002');
    expect((await world.run()).counts).toMatchObject({ deleted: 1, protected: 1 });
    expect(world.target.sent('get').map((each) => each.id)).toContain(accountOf(world, 'p0001')['id']);
  });

  it('is a fault of that person while it cannot be read', async () => {
    const world = await withAdmin();
    world.target.disturb = ({ method }) =>
      method === 'get' ? { fault: { code: 'WebExceptionProtocolError', message: 'down' } } : undefined;
    world.directory.hardDelete('p0001');
    expect((await world.run()).counts).toMatchObject({ deleted: 0, failed: 1 });
  });
});

describe('adoption', () => {
  it('links a protected account, and writes nothing to it', async () => {
    const world = await buildWorld({ protect: [BREAK_GLASS] });
    const id = world.target.seed('User', { userName: 'p0001@example.com', displayName: 'Local', active: true });
    world.people(2);
    expect((await world.run()).counts).toMatchObject({ adopted: 1, created: 1 });
    expect(world.target.resources.User.get(id)).toEqual({
      id,
      userName: 'p0001@example.com',
      displayName: 'Local',
      active: true,
    });
    world.directory.setUser('p0001', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ disabled: 0, protected: 1 });
  });

  it('after a conflict does so too', async () => {
    const world = await buildWorld({ protect: [BREAK_GLASS] });
    world.people(1);
    world.target.before = ({ method }) => {
      if (method === 'create' && world.target.user('p0001@example.com') === undefined)
        world.target.seed('User', { userName: 'p0001@example.com', displayName: 'Local', active: true });
    };
    expect((await world.run()).counts).toMatchObject({ adopted: 1, failed: 0 });
    expect(world.target.user('p0001@example.com')).toMatchObject({ displayName: 'Local' });
    expect(world.target.sent('patch')).toEqual([]);
    world.directory.setUser('p0001', { displayName: 'Again' });
    expect((await world.run()).counts).toMatchObject({ updated: 0, protected: 1 });
  });
});

describe('filters that change', () => {
  it('are applied to everybody, without a request where the mapped values answer them', async () => {
    const world = await started({});
    world.configure({ protect: [BREAK_GLASS] });
    const summary = await world.run();
    expect(summary.requests.scim).toBe(0);
    const links = await world.store.db
      .selectFrom('link')
      .select(['source_id', 'protected'])
      .where('kind', '=', 'user')
      .execute();
    expect(Object.fromEntries(links.map((each) => [each.source_id, each.protected]))).toEqual({
      p0001: 1,
      p0002: 0,
      p0003: 0,
    });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('protect nobody any more when they are taken away: what waited is carried out', async () => {
    const world = await started({ protect: [BREAK_GLASS] });
    world.directory.setUser('p0001', { accountEnabled: false });
    world.directory.removeMember('g', 'p0001');
    expect((await world.run()).counts).toMatchObject({ protected: 1 });
    world.configure({});
    expect((await world.run()).counts).toMatchObject({ disabled: 1, protected: 0, memberships: { removed: 1 } });
  });

  it('are judged before memberships are removed, also when an account cannot be read', async () => {
    const world = await started({});
    accountOf(world, 'p0001')['title'] = 'Administrator';
    world.configure({ protect: [ADMINS] });
    world.directory.removeMember('g', 'p0001');
    world.directory.removeMember('g', 'p0002');
    world.target.disturb = ({ method, kind }) =>
      method === 'get' && kind === 'User'
        ? { fault: { code: 'WebExceptionProtocolError', message: 'down' } }
        : undefined;
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 0 } });
    world.target.disturb = undefined;
    world.clock.advance(7 * 3_600_000);
    expect((await world.run()).counts).toMatchObject({ memberships: { removed: 1 } });
    expect(world.membersOf('g')).toEqual(['p0001', 'p0003']);
  });
});

it('a dry run without the filters leaves nobody unprotected who is protected again afterwards', async () => {
  const protect = ['userName eq "p0001@example.com"'];
  const world = await buildWorld({ protect });
  const ids = world.people(3);
  world.directory.addGroup('g', ids);
  world.directory.assign('g');
  await world.run();
  world.configure({});
  await world.run({ dryRun: true });
  world.configure({ protect });
  world.directory.removeMember('g', 'p0001');
  await world.run();
  await world.run();
  expect(world.membersOf('g')).toEqual(ids);
});
