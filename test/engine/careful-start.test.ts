// A careful start: no more objects than the limit are sent, each is read back, and the next cycle does the rest.
import { describe, expect, it } from 'vitest';
import { buildWorld } from '../support/world.ts';

describe('a limit', () => {
  // spec: limit
  it('is not exceeded, and the next cycle goes on with what is left', async () => {
    const world = await buildWorld();
    const ids = world.people(7);
    world.directory.setManager('p0007', 'p0001');
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    const first = await world.run({ limit: 3 });
    expect(first.limited).toEqual({ sent: 3, left: 5 });
    expect(first.counts).toMatchObject({ created: 3, failed: 0, warnings: 0 });
    expect(world.target.writes()).toHaveLength(3);
    expect(await world.openChanges()).toEqual({});
    const second = await world.run({ limit: 2 });
    expect(second.cycle.kind).toBe('initial');
    expect(second.limited).toEqual({ sent: 2, left: 3 });
    const rest = await world.run();
    expect(rest.limited).toBeUndefined();
    expect(world.target.resources.User.size).toBe(7);
    expect(world.membersOf('g')).toEqual(ids);
    expect(world.managerOf('p0007')).toBe('p0001');
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });

  it('counts a group whose members change, and a person whose reference is completed, as one object each', async () => {
    const world = await buildWorld();
    const ids = world.people(4);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    for (const id of ['x', 'y']) {
      world.directory.addUser(id);
      world.directory.assign(id);
      world.directory.addMember('g', id);
    }
    const first = await world.run({ limit: 2 });
    expect(first.limited).toEqual({ sent: 2, left: 1 });
    expect(world.target.sent('patch')).toEqual([]);
    const second = await world.run({ limit: 5 });
    expect(second.limited).toEqual({ sent: 1, left: 0 });
    expect(world.membersOf('g')).toContain('y');
  });

  it('counts removals too, and a guard judges what is left once more', async () => {
    const world = await buildWorld({ guards: { leavers: { count: 4, percent: 100, from: 1 } } });
    world.people(9);
    await world.run();
    for (const id of ['p0001', 'p0002', 'p0003']) world.directory.softDelete(id);
    const first = await world.run({ limit: 1 });
    expect(first.counts).toMatchObject({ disabled: 1, held: 0 });
    expect(first.limited).toEqual({ sent: 1, left: 2 });
    // One is carried out and two are left: with two more that is five, and only four may go in a day.
    for (const id of ['p0004', 'p0005']) world.directory.softDelete(id);
    const second = await world.run();
    expect(second.counts).toMatchObject({ disabled: 0, held: 4 });
  });

  it('leaves an approval standing', async () => {
    const world = await buildWorld({ guards: { leavers: { count: 1, percent: 100, from: 1 } } });
    world.people(9);
    await world.run();
    for (const id of ['p0001', 'p0002', 'p0003']) world.directory.softDelete(id);
    expect((await world.run()).counts.held).toBe(3);
    await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
    expect((await world.run({ limit: 1 })).counts).toMatchObject({ disabled: 1, held: 0 });
    expect((await world.run()).counts).toMatchObject({ disabled: 2, held: 0 });
  });

  it('that is larger than the work leaves nothing', async () => {
    const world = await buildWorld();
    world.people(2);
    const only = await world.run({ limit: 10 });
    expect(only.limited).toEqual({ sent: 2, left: 0 });
    expect((await world.run()).cycle.kind).toBe('incremental');
  });
});

it('has no meaning while a job is only observed', async () => {
  const world = await buildWorld({ mode: 'observe' });
  world.people(3);
  const observed = await world.run({ limit: 1 });
  expect(observed.limited).toBeUndefined();
  expect(observed.counts.created).toBe(3);
  expect(world.target.writes()).toEqual([]);
});

describe('reading back', () => {
  // spec: limit
  it('finds everything as it was sent', async () => {
    const world = await buildWorld();
    const ids = world.people(3, { department: 'Sales' });
    world.directory.setManager('p0002', 'p0001');
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    const summary = await world.run({ limit: 10 });
    expect(summary.objects?.map(({ id, readBack }) => [id, readBack?.result])).toEqual([
      ['p0001', 'asSent'],
      ['p0003', 'asSent'],
      ['p0002', 'asSent'],
      ['g', 'asSent'],
    ]);
    expect(summary.counts.warnings).toBe(0);
  });

  it('names the attributes that a target dropped although it answered success, once a person', async () => {
    const world = await buildWorld();
    world.people(2, { department: 'Sales' });
    const drop = () => {
      for (const account of world.target.resources.User.values())
        delete account['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'];
    };
    world.target.before = ({ method }) => (method === 'get' ? drop() : undefined);
    const summary = await world.run({ limit: 1 });
    const [report] = summary.objects ?? [];
    expect(report?.readBack).toEqual({
      result: 'differs',
      differences: [
        {
          attribute: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
          sent: 'Sales',
          held: null,
        },
      ],
    });
    expect(summary.counts).toMatchObject({ created: 1, warnings: 1 });
    const warnings = (await world.log('p0001')).filter((each) => each.provisioningStatusInfo.status === 'warning');
    expect(warnings.map((each) => each.provisioningStatusInfo.errorInformation?.errorCode)).toEqual(['NotApplied']);
  });

  it('says when members are missing, when an account is gone and when it cannot be read', async () => {
    const world = await buildWorld();
    const ids = world.people(2);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    world.target.before = ({ method, kind, id }) => {
      if (method !== 'get') return;
      const held = world.target.resources[kind];
      if (kind === 'Group') Object.assign(held.get(id ?? '') ?? {}, { members: [{ value: 'somebody' }] });
      else if (held.get(id ?? '')?.['externalId'] === 'p0001') held.delete(id ?? '');
    };
    world.target.disturb = ({ method, id }) =>
      method === 'get' && world.target.resources.User.get(id ?? '')?.['externalId'] === 'p0002'
        ? { fault: { code: 'InternalServerError', message: '500' } }
        : undefined;
    const summary = await world.run({ limit: 10 });
    expect(Object.fromEntries((summary.objects ?? []).map((each) => [each.id, each.readBack]))).toEqual({
      p0001: { result: 'gone', differences: [] },
      p0002: { result: 'unread', differences: [] },
      g: { result: 'differs', differences: [{ attribute: 'members', sent: '2 members', held: '0 of them' }] },
    });
    expect(summary.counts.warnings).toBe(3);
  });
});
