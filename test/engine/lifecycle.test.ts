// Joiners, movers, leavers and those who come back, one request each.
import { describe, expect, it } from 'vitest';
import { USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const SALES_ONLY = {
  scope: {
    groups: [
      { clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['Sales'] } }] },
    ],
  },
};

async function twoPeople(variation = {}): Promise<World> {
  const world = await buildWorld(variation);
  for (const id of ['a', 'b']) {
    world.directory.addUser(id, { department: 'Sales' });
    world.directory.assign(id);
  }
  await world.run();
  return world;
}

function requests(world: World): string[] {
  return world.target.log.map((each) => `${each.method} ${each.kind}`);
}

describe('movers', () => {
  it.each([
    ['a name', { displayName: 'New' }, { displayName: 'New' }],
    ['a userPrincipalName', { userPrincipalName: 'new@example.com' }, { userName: 'new@example.com' }],
    ['an address', { mail: 'n@example.com' }, { emails: [{ type: 'work', primary: true, value: 'n@example.com' }] }],
  ])('%s costs one read and one PATCH of one attribute', async (_name, change, expected) => {
    const world = await twoPeople();
    world.directory.setUser('a', change);
    const summary = await world.run();
    expect(requests(world)).toEqual(['get User', 'patch User']);
    expect(world.target.sent('patch')[0]?.body).toHaveLength(1);
    expect(world.userOf('a')).toMatchObject(expected);
    expect(summary.counts).toMatchObject({ updated: 1, created: 0 });
  });

  it('a change that no mapping uses costs nothing', async () => {
    const world = await twoPeople();
    world.directory.setUser('a', { city: 'Oslo' });
    await world.run();
    expect(requests(world)).toEqual([]);
  });

  it('a value that becomes empty is left as it is', async () => {
    const world = await twoPeople();
    world.directory.setUser('a', { department: null });
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });
});

it('a joiner is created', async () => {
  const world = await twoPeople();
  world.directory.addUser('c');
  world.directory.assign('c');
  const summary = await world.run();
  expect(world.target.writes()).toHaveLength(1);
  expect(world.userOf('c')).toMatchObject({ active: true });
  expect(summary.counts.created).toBe(1);
});

describe('leavers', () => {
  const leavings: [string, (world: World) => void][] = [
    ['unassigned', (world) => world.directory.unassign('a')],
    ['out of the filter', (world) => world.directory.setUser('a', { department: 'Other' })],
    ['blocked', (world) => world.directory.setUser('a', { accountEnabled: false })],
    ['soft deleted', (world) => world.directory.softDelete('a')],
  ];
  // spec: disabling
  it.each(leavings)(
    '%s: the account is disabled first of all, and nothing else of it changes',
    async (_name, leave) => {
      const world = await twoPeople({ user: SALES_ONLY });
      leave(world);
      world.directory.addUser('c', { department: 'Sales' });
      world.directory.assign('c');
      const summary = await world.run();
      expect(world.target.writes().map((each) => each.method)).toEqual(['patch', 'create']);
      expect(world.target.writes()[0]?.body).toEqual([{ op: 'replace', path: 'active', value: false }]);
      expect(world.userOf('a')).toMatchObject({ active: false, displayName: 'Name a' });
      expect(summary.counts).toMatchObject({ disabled: 1, created: 1 });
      await world.run();
      expect(requests(world)).toEqual([]);
    },
  );

  it.each(leavings)('%s and back: the same account is enabled', async (name, leave) => {
    const world = await twoPeople({ user: SALES_ONLY });
    const id = world.userOf('a')?.['id'];
    leave(world);
    await world.run();
    if (name === 'unassigned') world.directory.assign('a');
    else if (name === 'soft deleted') world.directory.restore('a');
    else world.directory.setUser('a', { department: 'Sales', accountEnabled: true });
    const summary = await world.run();
    expect(world.userOf('a')).toMatchObject({ id, active: true });
    expect(requests(world)).toEqual(['get User', 'patch User']);
    expect(summary.counts).toMatchObject({ enabled: 1, created: 0 });
  });

  it('deleted for good: the account is deleted, last of all', async () => {
    const world = await twoPeople();
    world.directory.hardDelete('a');
    world.directory.addUser('c');
    world.directory.assign('c');
    await world.run();
    expect(world.target.writes().map((each) => each.method)).toEqual(['create', 'remove']);
    expect(world.userOf('a')).toBeUndefined();
    await world.run();
    expect(requests(world)).toEqual([]);
  });

  it('disabled first and deleted for good later: the account is deleted', async () => {
    const world = await twoPeople();
    world.directory.softDelete('a');
    await world.run();
    world.directory.hardDelete('a');
    await world.run();
    expect(requests(world)).toEqual(['remove User']);
  });

  it('whose account somebody disabled in the target already is only read', async () => {
    const world = await twoPeople();
    Object.assign(world.userOf('a') ?? {}, { active: 'False' });
    world.directory.unassign('a');
    await world.run();
    expect(requests(world)).toEqual(['get User']);
    await world.run();
    expect(requests(world)).toEqual([]);
  });

  it('whose account somebody deleted in the target are forgotten', async () => {
    const world = await twoPeople();
    world.target.resources.User.delete(String(world.userOf('a')?.['id']));
    world.directory.unassign('a');
    await world.run();
    expect(world.target.writes()).toEqual([]);
    expect(await world.store.db.selectFrom('link').selectAll().execute()).toHaveLength(1);
  });
});

// spec: strangers
it.each([
  ['blocked', { accountEnabled: false }],
  ['out of scope', { department: 'Other' }],
])('somebody %s who never had an account gets none', async (_name, properties) => {
  const world = await buildWorld({ user: SALES_ONLY });
  world.directory.addUser('a', { department: 'Sales', ...properties });
  world.directory.assign('a');
  await world.run();
  expect(world.target.log).toEqual([]);
  world.directory.setUser('a', { accountEnabled: true, department: 'Sales' });
  await world.run();
  expect(world.userOf('a')).toMatchObject({ active: true });
});

describe('somebody who left, where the mapping of active gives nothing that closes the account', () => {
  const active = (expression: string) => ({
    attributeMappings: [
      ...USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== 'active'),
      { targetAttributeName: 'active', source: { type: 'Function', expression } },
    ],
  });

  // spec: disabling
  it.each([
    ['fails', 'IIF(DateDiff("d", Now(), CDate([employeeHireDate])) <= 14, "True", "False")'],
    ['asks for a domain that nobody configured', 'IIF([userPrincipalName] = DefaultDomain(), "True", "False")'],
    ['takes too long', 'Replace([jobTitle], , "^(a|a)*$", , "True", , )'],
    ['is no boolean', 'IIF([IsSoftDeleted], "leaver", "True")'],
    ['lists values', 'Split("True,False", ",")'],
    ['leaves the attribute out', 'IIF([IsSoftDeleted], IgnoreAttributeFlow, "True")'],
  ])('is disabled all the same: it %s', async (_, expression) => {
    const world = await buildWorld();
    world.people(2);
    await world.run();
    world.directory.setUser('p0001', { jobTitle: `${'a'.repeat(64)}!` });
    world.configure({ user: active(expression) });
    world.directory.unassign('p0001');
    await world.run();
    expect(world.userOf('p0001')).toMatchObject({ active: false });
    expect((await world.escrows())['p0001']).toBeUndefined();
    await world.run();
    expect(world.target.log.filter((each) => each.id === world.userOf('p0001')?.['id'])).toEqual([]);
  });
});

describe('memberships of somebody who comes back', () => {
  it.each([
    { others: 1, groupsShowDeletions: true },
    { others: 1, groupsShowDeletions: false },
    { others: 0, groupsShowDeletions: true },
    { others: 0, groupsShowDeletions: false },
  ])('are sent again when the target lost them: %o', async ({ others, groupsShowDeletions }) => {
    const world = await buildWorld();
    world.target.dropsMembershipsOfDisabled = true;
    world.directory.groupsShowDeletions = groupsShowDeletions;
    const ids = ['a', 'b', 'c'].slice(0, others + 1);
    for (const id of ids) world.directory.addUser(id);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.directory.softDelete('a');
    await world.run();
    expect(world.userOf('a')).toMatchObject({ active: false });
    expect(world.membersOf('g')).not.toContain('a');
    world.directory.restore('a');
    await world.run();
    expect(world.userOf('a')).toMatchObject({ active: true });
    expect(world.membersOf('g')).toEqual(ids);
    await world.run();
    expect(requests(world)).toEqual([]);
  });

  it('are found again when the member list was read while the person was deleted', async () => {
    const world = await buildWorld();
    world.directory.groupsShowDeletions = false;
    for (const id of ['a', 'b']) {
      world.directory.addUser(id);
      world.directory.assign(id);
    }
    world.directory.addGroup('g', ['a', 'b']);
    await world.run();
    world.directory.softDelete('a');
    world.directory.assign('g');
    await world.run();
    expect(world.membersOf('g')).toEqual(['b']);
    world.directory.restore('a');
    await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b']);
  });

  it('are sent again although the answer to the enabling was lost', async () => {
    const world = await buildWorld();
    world.target.dropsMembershipsOfDisabled = true;
    world.directory.groupsShowDeletions = false;
    for (const id of ['a', 'b']) {
      world.directory.addUser(id);
      world.directory.assign(id);
    }
    world.directory.addGroup('g', ['a', 'b']);
    world.directory.assign('g');
    await world.run();
    world.directory.setUser('a', { accountEnabled: false });
    await world.run();
    world.directory.setUser('a', { accountEnabled: true });
    world.target.disturb = (request) =>
      request.method === 'patch' && request.kind === 'User'
        ? { fault: { code: 'Timeout', message: 'no answer', ambiguous: true }, applied: true }
        : undefined;
    await world.run();
    world.target.disturb = undefined;
    await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b']);
  });
});

describe('groups', () => {
  async function team(): Promise<World> {
    const world = await buildWorld();
    for (const id of ['a', 'b', 'c']) {
      world.directory.addUser(id);
      world.directory.assign(id);
    }
    world.directory.addGroup('g', ['a', 'b']);
    world.directory.assign('g');
    await world.run();
    return world;
  }

  // spec: own-memberships
  it('follow members added and removed with one PATCH', async () => {
    const world = await team();
    world.directory.addMember('g', 'c');
    world.directory.removeMember('g', 'a');
    const summary = await world.run();
    expect(requests(world)).toEqual(['patch Group']);
    expect(world.membersOf('g')).toEqual(['b', 'c']);
    expect(summary.counts.memberships).toEqual({ added: 1, removed: 1 });
  });

  it('get a member who has an account only later', async () => {
    const world = await team();
    world.directory.addUser('d', { accountEnabled: false });
    world.directory.addMember('g', 'd');
    await world.run();
    world.directory.setUser('d', { accountEnabled: true });
    await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b', 'd']);
  });

  it('that are unassigned are deleted, and created with their members when they return', async () => {
    const world = await team();
    world.directory.unassign('g');
    await world.run();
    expect(world.groupOf('g')).toBeUndefined();
    world.directory.assign('g');
    world.directory.addMember('g', 'c');
    await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b', 'c']);
  });

  it('that somebody deleted in the target are created anew', async () => {
    const world = await team();
    world.target.resources.Group.clear();
    world.directory.addMember('g', 'c');
    await world.run();
    await world.run();
    expect(world.membersOf('g')).toEqual(['a', 'b', 'c']);
    expect(await world.escrows()).toEqual({});
  });

  it('that are deleted in the directory are deleted, and their members lose access', async () => {
    const world = await team();
    world.directory.unassign('b');
    world.directory.deleteGroup('g');
    await world.run();
    expect(world.groupOf('g')).toBeUndefined();
    expect(world.userOf('b')).toMatchObject({ active: false });
    expect(world.userOf('a')).toMatchObject({ active: true });
  });

  it('that change their name and members are written with one PATCH', async () => {
    const world = await team();
    world.directory.setGroup('g', { displayName: 'Renamed' });
    world.directory.addMember('g', 'c');
    await world.run();
    expect(requests(world)).toEqual(['get Group', 'patch Group']);
    expect(world.groupOf('g')).toMatchObject({ displayName: 'Renamed' });
    expect(world.membersOf('g')).toEqual(['a', 'b', 'c']);
  });
});

// spec: unknown-fate
describe('a change whose answer was lost', () => {
  /** Loses the answer to the next patch, which is carried out all the same. */
  function loseNextAnswer(world: World): void {
    let once = true;
    world.target.disturb = (request) => {
      if (request.method !== 'patch' || !once) return undefined;
      once = false;
      return { fault: { code: 'Timeout', message: 'no answer', ambiguous: true }, applied: true };
    };
  }

  it('and that enabled somebody who leaves again leaves no account active', async () => {
    const world = await buildWorld();
    const [id = ''] = world.people(2);
    await world.run();
    world.directory.unassign(id);
    await world.run();
    expect(world.userOf(id)).toMatchObject({ active: false });
    world.directory.assign(id);
    loseNextAnswer(world);
    await world.run();
    expect(world.userOf(id)).toMatchObject({ active: true });
    world.directory.softDelete(id);
    await world.run();
    expect(world.userOf(id)).toMatchObject({ active: false });
  });

  it('is taken back when the directory takes it back', async () => {
    const world = await buildWorld();
    const [id = ''] = world.people(2);
    await world.run();
    world.directory.setUser(id, { displayName: 'Other' });
    loseNextAnswer(world);
    await world.run();
    expect(world.userOf(id)).toMatchObject({ displayName: 'Other' });
    world.directory.setUser(id, { displayName: `Name ${id}` });
    await world.run();
    expect(world.userOf(id)).toMatchObject({ displayName: `Name ${id}` });
  });

  it.each(['completed', 'sent with a new name'])('is taken back, of a membership that was removed: %s', async (how) => {
    const world = await buildWorld();
    const ids = world.people(2);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.directory.removeMember('g', ids[0] ?? '');
    if (how !== 'completed') world.directory.setGroup('g', { displayName: 'Other' });
    loseNextAnswer(world);
    await world.run();
    expect(world.membersOf('g')).toEqual([ids[1]]);
    world.directory.addMember('g', ids[0] ?? '');
    await world.run();
    await world.run();
    expect(world.membersOf('g')).toEqual(ids);
  });

  it('is taken back, of a manager who came later', async () => {
    const world = await buildWorld();
    for (const id of ['first', 'second']) world.directory.addUser(id);
    world.directory.addUser('report', {}, 'first');
    for (const id of ['first', 'report']) world.directory.assign(id);
    await world.run();
    world.directory.setManager('report', 'second');
    await world.run();
    world.directory.assign('second');
    loseNextAnswer(world);
    await world.run();
    expect(world.managerOf('report')).toBe('second');
    world.directory.setManager('report', 'first');
    await world.run();
    expect(world.managerOf('report')).toBe('first');
  });
});
