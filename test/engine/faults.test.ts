// Faults of one object are kept and tried again in their time while everybody else goes on; faults of the job end the
// cycle, and the next one goes on from there.
import { describe, expect, it } from 'vitest';
import { JobFault, type ObjectFault } from '../../src/model/errors.ts';
import { HOUR } from '../support/fake-clock.ts';
import type { Json } from '../support/patch-resource.ts';
import { buildWorld, type World } from '../support/world.ts';

const REFUSED: ObjectFault = { code: 'InvalidValue', message: 'not this one', status: 400 };

function refuse(world: World, id: string, fault = REFUSED): void {
  world.target.disturb = (request) =>
    request.method === 'create' && (request.body as Json)['externalId'] === id ? { fault } : undefined;
}

describe('one object that the target refuses', () => {
  // spec: job-faults
  it('does not keep the others from going on', async () => {
    const world = await buildWorld();
    world.people(10);
    refuse(world, 'p0003');
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 9, failed: 1, escrowed: 1 });
    expect(await world.escrows()).toEqual({ p0003: 'InvalidValue' });
    const entry = (await world.log('p0003')).at(-1);
    expect(entry?.provisioningStatusInfo).toMatchObject({
      status: 'failure',
      errorInformation: { errorCode: 'InvalidValue', reason: 'not this one' },
    });
  });

  // spec: escrow
  it('is tried again 6, 12 and 24 hours after the first failure, then daily, and not in between', async () => {
    const world = await buildWorld();
    world.people(2);
    refuse(world, 'p0001');
    await world.run();
    const first = world.clock.now().getTime();
    const attempts: number[] = [];
    for (let cycle = 0; cycle < 110; cycle += 1) {
      await world.run();
      if (world.target.sent('create').length > 0) attempts.push((world.clock.now().getTime() - first) / HOUR);
    }
    expect(attempts.map(Math.floor)).toEqual([6, 12, 24, 48, 72]);
    const escrow = await world.store.db.selectFrom('escrow').selectAll().executeTakeFirstOrThrow();
    expect(escrow).toMatchObject({ attempts: 6, first_seen: first });
  });

  it.each([
    ['with its members', 'p0002'],
    ['whose members are in step', null],
  ])('is tried again with the next cycle where it was refused for now: a group %s', async (_which, joins) => {
    const world = await buildWorld();
    world.people(3);
    world.directory.addGroup('g', ['p0001']);
    world.directory.assign('g');
    await world.run();
    if (joins !== null) world.directory.addMember('g', joins);
    world.directory.setGroup('g', { displayName: 'Renamed' });
    const fault: ObjectFault = { code: 'TooManyRequests', message: 'later', status: 429 };
    world.target.disturb = ({ method, body }) =>
      method === 'patch' && JSON.stringify(body).includes('displayName') ? { fault } : undefined;
    await world.run();
    expect(await world.escrows()).toEqual({ g: 'TooManyRequests' });
    world.target.disturb = undefined;
    await world.run();
    expect(world.groupOf('g')).toMatchObject({ displayName: 'Renamed' });
    expect(world.membersOf('g')).toEqual(['p0001', ...(joins === null ? [] : [joins])]);
    expect(await world.escrows()).toEqual({});
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('is tried at once when it changes, and cleared when it succeeds', async () => {
    const world = await buildWorld();
    world.people(2);
    refuse(world, 'p0001');
    await world.run();
    world.target.disturb = undefined;
    await world.run();
    expect(world.target.log).toEqual([]);
    world.directory.setUser('p0001', { displayName: 'Better' });
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 1, escrowed: 0 });
    expect(await world.escrows()).toEqual({});
  });

  it('with a passing fault is tried with the next cycle', async () => {
    const world = await buildWorld();
    world.people(2);
    refuse(world, 'p0001', { code: 'InternalServerError', message: 'oops', status: 500 });
    await world.run();
    world.target.disturb = undefined;
    await world.run();
    expect(world.userOf('p0001')).toBeDefined();
    expect(await world.escrows()).toEqual({});
  });

  it('and leaves before its time is forgotten without a request', async () => {
    const world = await buildWorld();
    world.people(2);
    refuse(world, 'p0001');
    await world.run();
    world.directory.unassign('p0001');
    await world.run();
    expect(world.target.log).toEqual([]);
    expect(await world.escrows()).toEqual({});
  });

  it('as a manager does not keep the reports from being created', async () => {
    const world = await buildWorld();
    const ids = world.people(5);
    for (const id of ids.slice(1)) world.directory.setManager(id, 'p0001');
    refuse(world, 'p0001');
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ created: 4, failed: 1 });
    world.target.disturb = undefined;
    world.clock.advance(6 * HOUR);
    await world.run();
    expect(ids.slice(1).map((id) => world.managerOf(id))).toEqual(['p0001', 'p0001', 'p0001', 'p0001']);
  });
});

it('refused memberships climb the same ladder, and the first failure is kept', async () => {
  const world = await buildWorld();
  world.directory.addUser('a');
  world.directory.assign('a');
  world.directory.addGroup('g');
  world.directory.assign('g');
  await world.run();
  world.target.disturb = (request) => (request.kind === 'Group' ? { fault: REFUSED } : undefined);
  world.directory.addMember('g', 'a');
  await world.run();
  const first = world.clock.now().getTime();
  const attempts: number[] = [];
  for (let cycle = 0; cycle < 80; cycle += 1) {
    await world.run();
    if (world.target.log.length > 0) attempts.push((world.clock.now().getTime() - first) / HOUR);
  }
  expect(attempts.map(Math.floor)).toEqual([6, 12, 24, 48]);
  world.target.disturb = undefined;
  world.clock.advance(24 * HOUR);
  await world.run();
  expect(world.membersOf('g')).toEqual(['a']);
  expect(await world.escrows()).toEqual({});
});

it('a group that is refused and leaves before its time is forgotten', async () => {
  const world = await buildWorld();
  world.directory.addUser('a');
  world.directory.addGroup('g', ['a']);
  world.directory.assign('g');
  world.target.disturb = (request) => (request.kind === 'Group' ? { fault: REFUSED } : undefined);
  await world.run();
  expect(await world.escrows()).toEqual({ g: 'InvalidValue' });
  world.directory.unassign('g');
  await world.run();
  expect(await world.escrows()).toEqual({});
});

describe('a fault of the job', () => {
  const down = new JobFault('TargetCredentialsInvalid', 'the token is refused');

  // spec: job-faults
  it.each(['create', 'patch', 'get'] as const)(
    'at a %s ends the cycle soon, and the next one goes on',
    async (method) => {
      const world = await buildWorld({ target: { concurrency: 4 } });
      const ids = world.people(60);
      for (const id of ids.slice(1)) world.directory.setManager(id, ids[0] ?? null);
      if (method !== 'create') {
        await world.run();
        for (const id of ids) world.directory.setUser(id, { displayName: `New ${id}` });
      }
      let count = 0;
      world.target.disturb = (request) => {
        if (request.method === method) count += 1;
        return request.method === method && count >= 10 ? { throws: down } : undefined;
      };
      world.target.before = async () => {
        await new Promise((resolve) => setImmediate(resolve));
      };
      await expect(world.run()).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
      const sent = world.target.sent(method).length;
      expect(sent).toBeLessThanOrEqual(10 + 4);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(world.target.sent(method)).toHaveLength(sent);
      const row = await world.store.db.selectFrom('job').selectAll().executeTakeFirstOrThrow();
      expect(JSON.parse(row.last_fault ?? '{}')).toMatchObject({ code: 'TargetCredentialsInvalid' });
      expect(row.lease_owner).toBeNull();

      world.target.disturb = undefined;
      await world.run();
      expect(world.target.resources.User.size).toBe(60);
      for (const id of ids)
        expect(world.userOf(id)).toMatchObject({ displayName: expect.stringContaining(id) as string });
      if (method !== 'create') expect(world.userOf('p0060')).toMatchObject({ displayName: 'New p0060' });
      await world.run();
      expect(world.target.log).toEqual([]);
      const after = await world.store.db.selectFrom('job').select('last_fault').executeTakeFirstOrThrow();
      expect(after.last_fault).toBeNull();
    },
  );

  it('while references are completed sends nothing after it', async () => {
    const world = await buildWorld({ target: { concurrency: 2 } });
    const ids = world.people(30);
    for (const id of ids) world.directory.setManager(id, 'boss');
    world.directory.addUser('boss');
    await world.run();
    world.directory.assign('boss');
    world.target.disturb = (request) => (request.method === 'patch' ? { throws: down } : undefined);
    world.target.before = async () => {
      await new Promise((resolve) => setImmediate(resolve));
    };
    await expect(world.run()).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
    const sent = world.target.log.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.target.log).toHaveLength(sent);
    expect(world.target.sent('patch').length).toBeLessThanOrEqual(2);
    world.target.disturb = undefined;
    await world.run();
    expect(ids.every((id) => world.managerOf(id) === 'boss')).toBe(true);
  });
});

it('a cycle that is stopped from outside goes on later', async () => {
  const world = await buildWorld({ target: { concurrency: 1 } });
  const ids = world.people(20);
  const stop = new AbortController();
  world.target.before = () => {
    if (world.target.sent('create').length === 5) stop.abort(new Error('stopped'));
  };
  await expect(world.run({}, { signal: stop.signal })).rejects.toThrow('stopped');
  expect(world.target.sent('create').length).toBeLessThanOrEqual(6);
  await world.run();
  expect(world.target.resources.User.size).toBe(ids.length);
});
