// SelectUniqueValue: who gets which candidate, what the target is asked, and what becomes of those who get none.
import { describe, expect, it } from 'vitest';
import { USER_ATTRIBUTES } from '../support/build-job.ts';
import { ambiguous } from '../support/fake-target.ts';
import { buildWorld, type World } from '../support/world.ts';

const UNIQUE = 'SelectUniqueValue([givenName], Append([givenName], "2"), Append([givenName], "3"))';

async function worldWith(expression = UNIQUE, variation = {}): Promise<World> {
  const nickName = {
    targetAttributeName: 'nickName',
    source: { type: 'Function', expression },
    flowType: 'ObjectAddOnly',
  };
  return buildWorld({ group: null, user: { attributeMappings: [...USER_ATTRIBUTES, nickName] }, ...variation });
}

function nickNames(world: World): string[] {
  return [...world.target.resources.User.values()].map((each) => String(each['nickName'])).toSorted();
}

function questions(world: World): unknown[] {
  return world.target
    .sent('find')
    .map(({ body }) => body as { attribute: string; value: string })
    .filter(({ attribute }) => attribute === 'nickName')
    .map(({ value }) => value);
}

describe('a candidate', () => {
  // spec: one-owner
  it('goes to the first who wants it; the others go on to their next', async () => {
    const world = await worldWith();
    world.people(3, { givenName: 'Ana' });
    expect((await world.run()).counts).toMatchObject({ created: 3, failed: 0 });
    expect(nickNames(world)).toEqual(['Ana', 'Ana2', 'Ana3']);
    expect((await world.run()).requests.scim).toBe(0);
    world.directory.setUser('p0001', { givenName: 'Bea' });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('that somebody in the target has is passed over, whatever its case', async () => {
    const world = await worldWith();
    world.target.seed('User', { userName: 'local', nickName: 'ANA' });
    world.people(1, { givenName: 'Ana' });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ nickName: 'Ana2' });
    expect(questions(world)).toEqual(['Ana', 'Ana2']);
  });

  it('is the one of the latest attributes when a creation is tried again', async () => {
    const world = await worldWith();
    world.people(1, { givenName: 'Ana' });
    world.target.disturb = ({ method }) => (method === 'create' ? { fault: ambiguous() } : undefined);
    await world.run();
    world.target.disturb = undefined;
    world.target.seed('User', { userName: 'local', nickName: 'Ana' });
    expect((await world.run()).counts).toMatchObject({ created: 1 });
    expect(world.userOf('p0001')).toMatchObject({ nickName: 'Ana2' });
  });

  it('that a held creation waits for is not given to somebody else', async () => {
    const world = await worldWith(UNIQUE, { guards: { creates: { count: 0, percent: 0, from: 1 } } });
    world.directory.pageSize = 1000;
    world.people(6, { givenName: 'Ana' });
    const three = ['p0001', 'p0002', 'p0003'];
    world.directory.unassign('p0004', 'p0005', 'p0006');
    await world.run();
    expect(nickNames(world)).toEqual(['Ana', 'Ana2', 'Ana3']);
    // One account vanishes: to make it anew is held. Its name is promised to it all the same.
    const [id] = [...world.target.resources.User].find(([, each]) => each['nickName'] === 'Ana2') ?? [];
    const owner = three.find((each) => world.userOf(each)?.['nickName'] === 'Ana2') ?? '';
    world.target.resources.User.delete(id ?? '');
    world.directory.setUser(owner, { displayName: 'Changed' });
    expect((await world.run()).counts).toMatchObject({ held: 1 });
    world.directory.assign('p0004');
    await world.run();
    expect((await world.escrows())['p0004']).toBe('NoUniqueValue');
  });
});

it('a random candidate is the one that the target was asked about', async () => {
  const world = await worldWith('SelectUniqueValue(RandomString(8, 1, 0, 1, 1), Guid())');
  world.people(2, { givenName: 'Ana' });
  expect((await world.run()).counts).toMatchObject({ created: 2, failed: 0 });
  expect(nickNames(world)).toEqual(questions(world).map(String).toSorted());
  expect(new Set(nickNames(world)).size).toBe(2);
});

describe('nobody', () => {
  it('without a free candidate is created, nor keeps anybody else from it', async () => {
    const world = await worldWith();
    for (const nickName of ['Ana', 'Ana2', 'Ana3']) world.target.seed('User', { userName: nickName, nickName });
    world.people(1, { givenName: 'Ana' });
    world.directory.addUser('bea', { givenName: 'Bea' });
    world.directory.assign('bea');
    expect((await world.run()).counts).toMatchObject({ created: 1, failed: 1 });
    expect(await world.escrows()).toEqual({ p0001: 'NoUniqueValue' });
    expect((await world.log('p0001')).at(-1)?.provisioningStatusInfo.errorInformation?.reason).toContain('nickName: ');
  });

  it('is asked for without end', async () => {
    const candidates = Array.from({ length: 60 }, (_, index) => `Append([givenName], "${index}")`);
    const world = await worldWith(`SelectUniqueValue(${candidates.join(', ')})`);
    for (let index = 0; index < 60; index += 1)
      world.target.seed('User', { userName: `u${index}`, nickName: `Ana${index}` });
    world.people(1, { givenName: 'Ana' });
    await world.run();
    expect(await world.escrows()).toEqual({ p0001: 'NoUniqueValue' });
    expect(questions(world)).toHaveLength(50);
  });

  it('is created when the target cannot be asked', async () => {
    const world = await worldWith();
    world.people(1, { givenName: 'Ana' });
    world.target.disturb = ({ method, body }) =>
      method === 'find' && (body as { attribute: string }).attribute === 'nickName'
        ? { fault: { code: 'InternalServerError', message: 'down', status: 500 } }
        : undefined;
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 1 });
    expect(await world.escrows()).toEqual({ p0001: 'InternalServerError' });
  });
});

it('a dry run asks and writes nothing, and promises nothing to anybody', async () => {
  const world = await worldWith();
  world.people(2, { givenName: 'Ana' });
  expect((await world.run({ dryRun: true })).counts).toMatchObject({ created: 2 });
  expect(world.target.writes()).toEqual([]);
  await world.run();
  expect(nickNames(world)).toEqual(['Ana', 'Ana2']);
});
