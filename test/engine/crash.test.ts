// A process may die before or after any commit. The next one goes on: it converges to the same target, creates nobody
// twice and loses no change.
import { describe, expect, it } from 'vitest';
import { MANAGER } from '../support/build-job.ts';
import { crashingStore, ProcessDied } from '../support/crashing-store.ts';
import { buildWorld, type World } from '../support/world.ts';

const FAR = 1_000_000;

async function begin(): Promise<World> {
  const world = await buildWorld({ profile: { membersPerRequest: 3 } });
  // Without unique names a repeated creation shows as a second account.
  world.target.uniqueUserName = false;
  world.target.dropsMembershipsOfDisabled = true;
  const ids = world.people(8);
  world.directory.addUser('head');
  world.directory.assign('head');
  for (const id of ids.slice(0, 5)) world.directory.setManager(id, 'head');
  world.directory.setManager('head', ids[0] ?? null);
  world.target.seed('User', { userName: 'p0008@example.com' });
  world.directory.addGroup('g', ids.slice(0, 6));
  world.directory.assign('g');
  return world;
}

function edit(world: World): void {
  world.directory.setUser('p0001', { displayName: 'New' });
  world.directory.unassign('p0008');
  world.directory.setUser('p0007', { accountEnabled: false });
  world.directory.hardDelete('p0006');
  world.directory.removeMember('g', 'p0005');
  world.directory.addMember('g', 'p0007');
  world.directory.setManager('p0002', 'p0003');
  world.directory.addUser('joiner', {}, 'head');
  world.directory.assign('joiner');
}

/** What the target holds, in terms of source ids. */
function picture(world: World) {
  const users = [...world.target.resources.User.values()].map((each) => {
    const { externalId, displayName, active, userName } = each;
    return { externalId, displayName, active, userName, manager: world.managerOf(externalId as string) };
  });
  const byName = (a: { userName: unknown }, b: { userName: unknown }) =>
    String(a.userName) < String(b.userName) ? -1 : 1;
  return { users: users.toSorted(byName), members: world.membersOf('g'), groups: world.target.resources.Group.size };
}

async function reference() {
  const world = await begin();
  const first = crashingStore(world.store, { at: FAR, committed: true });
  await world.run({}, { store: first.store });
  const afterFirst = picture(world);
  edit(world);
  const second = crashingStore(world.store, { at: FAR, committed: true });
  await world.run({}, { store: second.store });
  return { afterFirst, afterSecond: picture(world), commits: [first.commits(), second.commits()] };
}

// spec: convergence
describe.each([true, false])('a process that dies (its last commit happens: %s)', (committed) => {
  it('at any commit of the initial cycle', async () => {
    const { afterFirst, commits } = await reference();
    for (let at = 1; at <= (commits[0] ?? 0); at += 1) {
      const world = await begin();
      await expect(world.run({}, { store: crashingStore(world.store, { at, committed }).store })).rejects.toMatchObject(
        {
          message: expect.stringContaining('die') as string,
        },
      );
      await world.run();
      expect({ at, ...picture(world) }).toEqual({ at, ...afterFirst });
      await world.run();
      expect({ at, log: world.target.log }).toEqual({ at, log: [] });
      expect(await world.openChanges()).toEqual({});
      expect(await world.escrows()).toEqual({});
    }
  });

  // spec: planned-rows
  it('at any commit of an incremental cycle', async () => {
    const { afterSecond, commits } = await reference();
    for (let at = 1; at <= (commits[1] ?? 0); at += 1) {
      const world = await begin();
      await world.run();
      edit(world);
      await expect(world.run({}, { store: crashingStore(world.store, { at, committed }).store })).rejects.toThrow();
      await world.run();
      expect({ at, ...picture(world) }).toEqual({ at, ...afterSecond });
      await world.run();
      expect({ at, log: world.target.log }).toEqual({ at, log: [] });
      expect(await world.openChanges()).toEqual({});
    }
  });

  it('again and again, each time a little later', async () => {
    const { afterFirst } = await reference();
    const world = await begin();
    for (let at = 2; at <= 60; at += 1) {
      try {
        await world.run({}, { store: crashingStore(world.store, { at, committed }).store });
        break;
      } catch (error) {
        if (!(error instanceof Error && (error instanceof ProcessDied || error.cause instanceof ProcessDied)))
          throw error;
      }
    }
    await world.run();
    expect(picture(world)).toEqual(afterFirst);
  });
});

it.each(['patch', 'create'] as const)(
  'a membership sent by a %s that was never settled is taken back',
  async (method) => {
    const world = await buildWorld();
    for (const id of ['a', 'b']) {
      world.directory.addUser(id);
      world.directory.assign(id);
    }
    world.directory.addGroup('g', method === 'create' ? ['a', 'b'] : ['a']);
    if (method === 'patch') {
      world.directory.assign('g');
      await world.run();
      world.directory.addMember('g', 'b');
    } else world.directory.assign('g');
    world.target.disturb = (request) =>
      request.kind === 'Group' && request.method === method ? { throws: new Error('died'), applied: true } : undefined;
    await expect(world.run()).rejects.toThrow('died');
    expect(world.membersOf('g')).toEqual(['a', 'b']);
    world.target.disturb = undefined;
    world.directory.removeMember('g', 'b');
    await world.run();
    await world.run();
    expect(world.membersOf('g')).toEqual(['a']);
    await world.run();
    expect(world.target.log).toEqual([]);
  },
);

it('a membership whose answer was lost is taken back too', async () => {
  const world = await buildWorld();
  for (const id of ['a', 'b']) {
    world.directory.addUser(id);
    world.directory.assign(id);
  }
  world.directory.addGroup('g', ['a']);
  world.directory.assign('g');
  await world.run();
  world.directory.addMember('g', 'b');
  world.target.disturb = (request) =>
    request.kind === 'Group'
      ? { fault: { code: 'Timeout', message: 'no answer', ambiguous: true }, applied: true }
      : undefined;
  await world.run();
  world.target.disturb = undefined;
  world.directory.removeMember('g', 'b');
  await world.run();
  expect(world.membersOf('g')).toEqual(['a']);
});

it('somebody whose account was never confirmed, and who left meanwhile, is still named as a manager by e-mail', async () => {
  const world = await buildWorld({ group: null, profile: { references: { [MANAGER]: 'email' } } });
  world.directory.addUser('boss', { mail: 'boss@mail.example' });
  world.directory.assign('boss');
  world.target.disturb = ({ method }) =>
    method === 'create' ? { throws: new Error('died'), applied: true } : undefined;
  await expect(world.run()).rejects.toThrow('died');
  world.target.disturb = undefined;
  world.directory.setUser('boss', { accountEnabled: false });
  world.directory.addUser('report');
  world.directory.setManager('report', 'boss');
  world.directory.assign('report');
  await world.run();
  await world.run();
  expect(world.userOf('boss')).toMatchObject({ active: false });
  const extension = world.userOf('report')?.['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'];
  expect(extension).toMatchObject({ manager: { value: 'boss@mail.example' } });
});
