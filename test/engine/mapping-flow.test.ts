// Flow types, empty sources and FlowAlways over several cycles: what is written, and that nothing is asked in vain.
import { describe, expect, it } from 'vitest';
import type { PatchOperation } from '../../src/scim/resource.ts';
import { DEPARTMENT, MANAGER, USER_ATTRIBUTES } from '../support/build-job.ts';
import type { LoggedRequest } from '../support/fake-target.ts';
import { buildWorld, type World } from '../support/world.ts';

const EXTENSION = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const TAGS = `${EXTENSION}:tags`;

/** A world whose people have further mappings, which take the place of those with the same target. */
async function worldWith(more: readonly Record<string, unknown>[], variation = {}): Promise<World> {
  const names = new Set(more.map((each) => each['targetAttributeName']));
  const usual = USER_ATTRIBUTES.filter((each) => !names.has(each.targetAttributeName));
  return buildWorld({ group: null, user: { attributeMappings: [...usual, ...more] }, ...variation });
}

function mapped(targetAttributeName: string, name: string, more: Record<string, unknown> = {}) {
  return { targetAttributeName, source: { type: 'Attribute', name }, ...more };
}

function operations(request: LoggedRequest | undefined): PatchOperation[] {
  return (request?.body ?? []) as PatchOperation[];
}

function tagsOf(world: World, id: string): unknown {
  return (world.userOf(id)?.[EXTENSION] as { tags?: unknown } | undefined)?.tags;
}

describe('AttributeAddOnly', () => {
  it('fills what is empty, and asks no more once it is not', async () => {
    const world = await worldWith([mapped('title', 'jobTitle', { flowType: 'AttributeAddOnly' })]);
    world.people(1, { jobTitle: 'Clerk' });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ title: 'Clerk' });

    world.directory.setUser('p0001', { jobTitle: 'Boss' });
    expect((await world.run()).requests.scim).toBe(0);
    expect(world.userOf('p0001')).toMatchObject({ title: 'Clerk' });
  });

  // spec: patches
  it('never replaces what somebody else wrote, from the first contact on', async () => {
    const world = await worldWith([mapped('title', 'jobTitle', { flowType: 'AttributeAddOnly' })]);
    world.target.seed('User', { userName: 'p0001@example.com', externalId: 'p0001', title: 'Theirs', active: true });
    world.people(1, { jobTitle: 'Clerk' });
    expect((await world.run()).counts).toMatchObject({ adopted: 1 });
    world.directory.setUser('p0001', { jobTitle: 'Boss' });
    expect((await world.run()).requests.scim).toBe(0);
    expect(world.userOf('p0001')).toMatchObject({ title: 'Theirs' });
  });

  it('writes the value that comes later', async () => {
    const world = await worldWith([mapped('title', 'jobTitle', { flowType: 'AttributeAddOnly' })]);
    world.people(1);
    await world.run();
    world.directory.setUser('p0001', { jobTitle: 'Clerk' });
    expect((await world.run()).counts).toMatchObject({ updated: 1 });
    expect(world.userOf('p0001')).toMatchObject({ title: 'Clerk' });
  });
});

describe('a list', () => {
  // spec: patches
  it.each(['ValueAddOnly', 'MultiValueAddOnly'])('only grows with %s', async (flowType) => {
    const world = await worldWith([mapped(TAGS, 'otherMails', { flowType })]);
    world.people(1, { otherMails: ['a', 'b'] });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({
      schemas: expect.arrayContaining([EXTENSION]) as string[],
      [EXTENSION]: { tags: ['a', 'b'] },
    });
    world.directory.setUser('p0001', { otherMails: ['b'] });
    expect((await world.run()).requests.scim).toBe(0);

    world.directory.setUser('p0001', { otherMails: ['b', 'c'] });
    await world.run();
    expect(operations(world.target.writes()[0])).toEqual([{ op: 'add', path: TAGS, value: ['c'] }]);
    expect(tagsOf(world, 'p0001')).toEqual(['a', 'b', 'c']);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('is a set, and is replaced by the usual flow', async () => {
    const world = await worldWith([mapped(TAGS, 'otherMails')]);
    world.people(1, { otherMails: ['a', 'b', 'a'] });
    await world.run();
    expect(tagsOf(world, 'p0001')).toEqual(['a', 'b']);
    world.directory.setUser('p0001', { otherMails: ['b', 'a'], displayName: 'New' });
    await world.run();
    expect(operations(world.target.writes()[0]).map(({ path }) => path)).toEqual(['displayName']);
    world.directory.setUser('p0001', { otherMails: ['c'] });
    await world.run();
    expect(tagsOf(world, 'p0001')).toEqual(['c']);
  });
});

describe('a creation that finds an account', () => {
  it('writes neither what is for creations only nor their defaults', async () => {
    const world = await worldWith([
      mapped('title', 'jobTitle', { flowType: 'ObjectAddOnly' }),
      mapped('nickName', 'mailNickname', { defaultValue: 'Nobody' }),
    ]);
    world.people(1, { jobTitle: 'Clerk', department: 'Sales' });
    // Nobody is found by matching, and yet the name is taken.
    world.target.disturb = ({ method }) => {
      if (method !== 'create') return undefined;
      world.target.disturb = undefined;
      world.target.seed('User', { userName: 'p0001@example.com', externalId: 'p0001', title: 'Theirs' });
      return undefined;
    };
    expect((await world.run()).counts).toMatchObject({ adopted: 1, failed: 0 });
    expect(world.userOf('p0001')).toMatchObject({ title: 'Theirs' });
    expect(world.userOf('p0001')).not.toHaveProperty('nickName');
    expect(world.userOf('p0001')).toHaveProperty(DEPARTMENT.slice(0, DEPARTMENT.lastIndexOf(':')), {
      department: 'Sales',
    });
  });
});

describe('whenNull', () => {
  it('clear removes what the directory does not have any more, once', async () => {
    const world = await worldWith([
      mapped(DEPARTMENT, 'department', { whenNull: 'clear' }),
      mapped('title', 'jobTitle', { whenNull: 'clear' }),
    ]);
    world.people(1, { department: 'Sales' });
    await world.run();
    expect(operations(world.target.writes()[0])).not.toHaveProperty('title');
    world.directory.setUser('p0001', { department: null });
    await world.run();
    expect(operations(world.target.writes()[0])).toEqual([{ op: 'remove', path: DEPARTMENT }]);
    expect((await world.log('p0001')).at(-1)?.modifiedProperties).toEqual([
      { displayName: DEPARTMENT, oldValue: 'Sales', newValue: null },
    ]);
    expect((await world.run()).requests.scim).toBe(0);
    world.directory.setUser('p0001', { department: 'Sales' });
    await world.run();
    expect(operations(world.target.writes()[0])).toEqual([{ op: 'add', path: DEPARTMENT, value: 'Sales' }]);
  });

  it('skip leaves it, as in Entra; default puts the default in its place', async () => {
    const world = await worldWith([
      mapped('title', 'jobTitle', { defaultValue: 'First' }),
      mapped('nickName', 'mailNickname', { defaultValue: 'Other', whenNull: 'default' }),
    ]);
    world.people(1, { jobTitle: 'Clerk', mailNickname: 'ana' });
    await world.run();
    world.directory.setUser('p0001', { jobTitle: null, mailNickname: null });
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ title: 'Clerk', nickName: 'Other' });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('clear takes a manager away who is not there any more', async () => {
    const world = await worldWith([mapped(MANAGER, 'manager', { whenNull: 'clear' })]);
    world.people(2);
    world.directory.setManager('p0002', 'p0001');
    await world.run();
    expect(world.managerOf('p0002')).toBe('p0001');
    world.directory.setManager('p0002', null);
    await world.run();
    expect(world.managerOf('p0002')).toBeUndefined();
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('clear of many addresses is held as changed identities are', async () => {
    const world = await worldWith([mapped('emails[type eq "work"].value', 'mail', { whenNull: 'clear' })], {
      guards: {},
    });
    world.directory.pageSize = 1000;
    const ids = world.people(40);
    await world.run();
    for (const id of ids.slice(0, 10)) world.directory.setUser(id, { mail: null });
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 10 });
    expect(world.userOf('p0001')).toMatchObject({ emails: [{ value: 'p0001@example.com' }] });
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    expect((await world.run()).counts).toMatchObject({ updated: 10, held: 0 });
    expect(world.userOf('p0001')).toMatchObject({ emails: [] });
  });
});

describe('FlowAlways', () => {
  it('is part of every update, causes none, and is no change', async () => {
    const world = await worldWith([mapped('locale', 'usageLocation', { flowBehavior: 'FlowAlways' })]);
    world.people(1, { usageLocation: 'ES' });
    await world.run();
    expect((await world.run()).requests.scim).toBe(0);
    world.directory.setUser('p0001', { city: 'Rom' });
    expect((await world.run()).requests.scim).toBe(0);
    world.directory.setUser('p0001', { displayName: 'New' });
    await world.run();
    expect(operations(world.target.writes()[0])).toEqual([
      { op: 'replace', path: 'displayName', value: 'New' },
      { op: 'replace', path: 'locale', value: 'ES' },
    ]);
    expect((await world.log('p0001')).at(-1)?.modifiedProperties).toHaveLength(1);
    world.directory.setUser('p0001', { accountEnabled: false });
    await world.run();
    expect(operations(world.target.writes()[0]).map(({ path }) => path)).toEqual(['active']);
  });
});
