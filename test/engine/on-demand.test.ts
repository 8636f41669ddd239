// Cycles on demand: the named objects go through every stage, and nobody else moves.
import { describe, expect, it } from 'vitest';
import { type CycleRequest, type CycleSummary, zeroCounts } from '../../src/model/cycle.ts';
import { readJob } from '../../src/store/jobs.ts';
import { MANAGER } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

function provision(
  world: World,
  named: { readonly user?: readonly string[]; readonly group?: readonly string[] },
  request: Partial<CycleRequest> = {},
): Promise<CycleSummary> {
  const selection = { user: named.user ?? [], group: named.group ?? [] };
  return world.run({ trigger: 'onDemand', selection, ...request });
}

const onlyReport = ({ objects = [] }: CycleSummary) => {
  const [report] = objects;
  if (report === undefined || objects.length !== 1) throw new Error(`${objects.length} reports`);
  return report;
};

const stepsOf = (summary: CycleSummary) =>
  onlyReport(summary).steps.map((step) => `${step.provisioningStepType} ${step.status}`);

/** Everything the store keeps about people and groups that were not named, and about the job. */
async function stateOf(world: World, except: readonly string[]): Promise<unknown> {
  const { db } = world.store;
  const others = await db.selectFrom('source_object').selectAll().where('id', 'not in', except).orderBy('id').execute();
  const links = await db.selectFrom('link').selectAll().where('source_id', 'not in', except).execute();
  const changes = await db
    .selectFrom('change')
    .selectAll()
    .where('source_id', 'not in', except)
    .orderBy('id')
    .execute();
  const { users_link, groups_link, open_cycle_id, initial_done, contacted, last_started, configuration_hash } =
    await readJob(db, 'job');
  const job = { users_link, groups_link, open_cycle_id, initial_done, contacted, last_started, configuration_hash };
  return { others, links, changes, job };
}

describe('a person', () => {
  it('who is new is created, and the next cycle has nothing to write for them', async () => {
    const world = await buildWorld();
    world.people(5);
    await world.run();
    world.directory.addUser('new', { department: 'Sales' }, 'p0001');
    world.directory.assign('new');
    const before = await stateOf(world, ['new']);
    const summary = await provision(world, { user: ['new'] });
    expect(summary.counts).toMatchObject({ created: 1, inScope: 1, failed: 0, held: 0 });
    expect(stepsOf(summary)).toEqual(['import success', 'scoping success', 'matching success', 'export success']);
    expect(onlyReport(summary)).toMatchObject({ action: 'create', outcome: 'success', id: 'new' });
    expect(onlyReport(summary).modifiedProperties.map((each) => each.displayName)).toContain('userName');
    expect(world.target.writes()).toHaveLength(1);
    expect(world.managerOf('new')).toBe('p0001');
    expect(await stateOf(world, ['new'])).toEqual(before);
    const next = await world.run();
    expect(world.target.writes()).toEqual([]);
    expect(next.counts).toMatchObject({ created: 0, updated: 0 });
  });

  it('can be the first one of a job that has never run, and everybody else follows with the first cycle', async () => {
    const world = await buildWorld();
    world.people(4);
    await provision(world, { user: ['p0002'] });
    expect(world.target.resources.User.size).toBe(1);
    const first = await world.run();
    expect(first.cycle.kind).toBe('initial');
    expect(first.counts).toMatchObject({ created: 3 });
    expect(world.target.writes().filter((each) => each.method !== 'create')).toEqual([]);
  });

  it('who left is disabled although a guard would hold a count of one', async () => {
    const world = await buildWorld({ guards: { leavers: { count: 0, percent: 0, from: 1 } } });
    world.people(5);
    await world.run();
    world.directory.softDelete('p0003');
    const summary = await provision(world, { user: ['p0003'] });
    expect(summary.counts).toMatchObject({ disabled: 1, held: 0 });
    expect(world.userOf('p0003')?.['active']).toBe(false);
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });

  // spec: on-demand
  it('who is held already goes, because somebody named them; the others stay held', async () => {
    const world = await buildWorld({ guards: { leavers: { count: 1, percent: 1, from: 1 } } });
    world.people(6);
    await world.run();
    for (const id of ['p0001', 'p0002', 'p0003']) world.directory.softDelete(id);
    expect((await world.run()).counts.held).toBe(3);
    await provision(world, { user: ['p0002'] });
    expect(world.userOf('p0002')?.['active']).toBe(false);
    expect(await world.openChanges()).toEqual({ p0001: 'staged disable', p0003: 'staged disable' });
  });

  it('who is not assigned gets nothing, the scoping step says why, and nothing of them is kept', async () => {
    const world = await buildWorld();
    world.people(2);
    await world.run();
    world.directory.addUser('stranger');
    const summary = await provision(world, { user: ['stranger'] });
    expect(world.target.log).toEqual([]);
    expect(onlyReport(summary)).toMatchObject({ action: 'none', outcome: 'skipped' });
    const scoping = onlyReport(summary).steps.find((step) => step.provisioningStepType === 'scoping');
    expect(scoping).toMatchObject({ status: 'skipped', description: 'Not assigned to the application.' });
    const rows = await world.store.db.selectFrom('source_object').select('id').where('id', '=', 'stranger').execute();
    expect(rows).toEqual([]);
  });

  it('is entitled by a group they joined since the last cycle, whose list is not read for it', async () => {
    const world = await buildWorld();
    const ids = world.people(3);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.directory.addUser('late');
    world.directory.addMember('g', 'late');
    await provision(world, { user: ['late'] });
    expect(world.userOf('late')).toBeDefined();
    expect(world.membersOf('g')).not.toContain('late');
    const next = await world.run();
    expect(next.counts.memberships.added).toBe(1);
    expect(world.membersOf('g')).toContain('late');
  });

  it('loses an entitlement only when two readings agree', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    world.directory.addGroup('g', ['a']);
    world.directory.assign('g');
    await world.run();
    world.directory.groupAnswers.push(() => []);
    await provision(world, { user: ['a'] });
    expect(world.userOf('a')?.['active']).toBe(true);
    world.directory.removeMember('g', 'a');
    await provision(world, { user: ['a'] });
    expect(world.userOf('a')?.['active']).toBe(false);
  });

  it('whose account somebody changed in the target is put right', async () => {
    const world = await buildWorld();
    world.people(2);
    await world.run();
    const account = world.userOf('p0001');
    if (account !== undefined) account['displayName'] = 'Somebody else';
    const summary = await provision(world, { user: ['p0001'] });
    expect(onlyReport(summary).modifiedProperties).toEqual([
      { displayName: 'displayName', oldValue: 'Somebody else', newValue: 'Name p0001' },
    ]);
    expect(world.userOf('p0001')?.['displayName']).toBe('Name p0001');
  });

  it('fails alone, with the code and the advice', async () => {
    const world = await buildWorld();
    world.people(2);
    world.target.disturb = ({ method }) =>
      method === 'create' ? { fault: { code: 'InvalidValue', message: 'no such department' } } : undefined;
    const summary = await provision(world, { user: ['p0001'] });
    expect(summary.counts).toMatchObject({ failed: 1, escrowed: 1 });
    expect(onlyReport(summary)).toMatchObject({
      outcome: 'failure',
      errorInformation: { errorCode: 'InvalidValue', reason: 'no such department' },
    });
  });
});

describe('who is entitled', () => {
  it('with syncAll is everybody who is there', async () => {
    const world = await buildWorld({ source: { syncAll: true } });
    world.directory.addUser('a');
    await provision(world, { user: ['a'] });
    expect(world.userOf('a')).toBeDefined();
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });

  it('with nested groups is whoever is below an assigned group', async () => {
    const world = await buildWorld({ source: { nestedGroups: 'transitive' } });
    world.directory.addUser('a');
    world.directory.addGroup('inner', ['a']);
    world.directory.addGroup('outer', ['inner']);
    world.directory.assign('outer');
    await provision(world, { user: ['a'] });
    expect(world.userOf('a')).toBeDefined();
  });

  it('without nested groups is not', async () => {
    const world = await buildWorld();
    world.directory.addUser('a');
    world.directory.addGroup('inner', ['a']);
    world.directory.addGroup('outer', ['inner']);
    world.directory.assign('outer');
    await provision(world, { user: ['a'] });
    expect(world.target.writes()).toEqual([]);
  });
});

describe('references', () => {
  it('of the named people are completed, those of others are left to the next cycle', async () => {
    const world = await buildWorld();
    world.people(3);
    for (const id of ['p0001', 'p0002']) world.directory.setManager(id, 'boss');
    await world.run();
    world.directory.addUser('boss');
    world.directory.assign('boss');
    await provision(world, { user: ['boss', 'p0001'] });
    expect([world.managerOf('p0001'), world.managerOf('p0002')]).toEqual(['boss', undefined]);
    await world.run();
    expect(world.managerOf('p0002')).toBe('boss');
    expect(world.target.writes()).toHaveLength(1);
  });
});

describe('what a step wrote', () => {
  async function bossAndReport(disturb?: World['target']['disturb']) {
    const world = await buildWorld();
    world.people(1);
    world.directory.setManager('p0001', 'boss');
    await world.run();
    world.directory.setUser('p0001', { displayName: 'Ana' });
    world.directory.addUser('boss');
    world.directory.assign('boss');
    world.target.disturb = disturb;
    const { objects = [] } = await provision(world, { user: ['p0001', 'boss'] });
    const report = objects.find(({ id }) => id === 'p0001');
    const steps = report?.steps ?? [];
    return steps.flatMap(({ provisioningStepType: type, status, modifiedProperties = [] }) =>
      modifiedProperties.map(({ displayName }) => `${type} ${status} ${displayName}`),
    );
  }

  it('is told with it', async () => {
    expect(await bossAndReport()).toEqual(['export success displayName', `referenceResolution success ${MANAGER}`]);
  });

  it('is not told with a later one that failed', async () => {
    const isManager = (body: unknown): boolean => JSON.stringify(body).includes(MANAGER);
    const written = await bossAndReport(({ method, body }) =>
      method === 'patch' && isManager(body) ? { fault: { code: 'InvalidValue', message: 'no' } } : undefined,
    );
    expect(written).toEqual(['export success displayName']);
  });
});

describe('a group', () => {
  it('of 1,200 is brought in step with all its members in pages', async () => {
    const world = await buildWorld({ profile: { membersPerRequest: 500 } });
    world.directory.pageSize = 400;
    const ids = world.people(1200);
    await world.run();
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    const summary = await provision(world, { group: ['g'] });
    expect(summary.counts).toMatchObject({ created: 1, memberships: { added: 1200, removed: 0 } });
    expect(world.membersOf('g')).toHaveLength(1200);
    expect(world.target.writes().map((each) => each.method)).toEqual(['create', 'patch', 'patch']);
    expect(onlyReport(summary)).toMatchObject({ action: 'create', outcome: 'success' });
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });

  it('gets back the members that the target has lost', async () => {
    const world = await buildWorld();
    const ids = world.people(4);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    const group = world.groupOf('g');
    if (group !== undefined) group['members'] = [];
    await provision(world, { group: ['g'] });
    expect(world.membersOf('g')).toEqual(ids);
  });
});

describe('beside an unfinished cycle', () => {
  // spec: on-demand
  it('sends only what was named and leaves the rest to that cycle', async () => {
    const world = await buildWorld();
    world.people(6);
    let created = 0;
    world.target.before = ({ method }) => {
      if (method !== 'create') return;
      created += 1;
      if (created === 3) throw new Error('killed');
    };
    await expect(world.run({}, {})).rejects.toThrow('killed');
    world.target.before = undefined;
    const open = await readJob(world.store.db, 'job');
    const missing = ['p0001', 'p0002', 'p0003', 'p0004', 'p0005', 'p0006'].filter(
      (id) => world.userOf(id) === undefined,
    );
    const named = missing.at(-1) ?? '';
    const before = await stateOf(world, [named]);
    const summary = await provision(world, { user: [named] });
    expect(world.target.sent('create')).toHaveLength(1);
    expect(summary.cycle.id).not.toBe(open.open_cycle_id);
    expect(await stateOf(world, [named])).toEqual(before);
    const resumed = await world.run();
    expect(resumed.cycle.id).toBe(open.open_cycle_id);
    expect(world.target.resources.User.size).toBe(6);
  });

  it('that was killed itself after its request creates nobody twice', async () => {
    const world = await buildWorld();
    world.people(2);
    world.target.disturb = ({ method }) =>
      method === 'create' ? { throws: new Error('killed'), applied: true } : undefined;
    await expect(provision(world, { user: ['p0001'] })).rejects.toThrow('killed');
    world.target.disturb = undefined;
    await provision(world, { user: ['p0001'] });
    await world.run();
    expect(world.target.resources.User.size).toBe(2);
  });

  it('lets go of a request that waits for somebody who is no longer assigned, also when it only looks', async () => {
    const world = await buildWorld();
    world.people(3);
    // Who waits for their manager is let through and not sent yet.
    world.directory.setManager('p0003', 'p0001');
    world.target.before = ({ method }) => {
      if (method === 'create') throw new Error('killed');
    };
    await expect(world.run()).rejects.toThrow('killed');
    expect((await world.openChanges())['p0003']).toBe('pending create');
    world.target.before = undefined;
    world.directory.unassign('p0003');
    await provision(world, { user: ['p0003'] }, { dryRun: true });
    await world.run();
    expect(world.userOf('p0003')).toBeUndefined();
    expect(world.target.resources.User.size).toBe(2);
  });

  it('counts nothing in the numbers of the guards', async () => {
    const world = await buildWorld({ guards: { leavers: { count: 2, percent: 100, from: 1 } } });
    world.people(9);
    await world.run();
    for (const id of ['p0001', 'p0002']) {
      world.directory.softDelete(id);
      await provision(world, { user: [id] });
    }
    for (const id of ['p0003', 'p0004']) world.directory.softDelete(id);
    expect((await world.run()).counts).toMatchObject({ disabled: 2, held: 0 });
  });
});

describe('what cannot be taken back', () => {
  it('waits for an approval although it was named', async () => {
    const world = await buildWorld({
      profile: { irreversible: ['delete'] },
      guards: { irreversible: 'stage' },
      lifecycle: { softDeleted: 'delete' },
    });
    world.people(3);
    await world.run();
    world.directory.softDelete('p0001');
    const summary = await provision(world, { user: ['p0001'] });
    expect(onlyReport(summary).outcome).toBe('held');
    expect(summary.counts).toMatchObject({ held: 1, deleted: 0 });
    expect(world.target.writes()).toEqual([]);
  });
});

describe('protected accounts', () => {
  const protect = ['userName eq "p0001@example.com"'];

  it('are left alone although they were named, also when the protection is newer than the last cycle', async () => {
    const world = await buildWorld();
    const ids = world.people(3);
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    await world.run();
    world.configure({ protect });
    world.directory.setUser('p0001', { displayName: 'New' });
    world.directory.removeMember('g', 'p0001');
    world.directory.removeMember('g', 'p0002');
    const summary = await provision(world, { user: ['p0001'], group: ['g'] });
    expect(summary.objects?.[0]?.outcome).toBe('skipped');
    expect(world.userOf('p0001')?.['displayName']).toBe('Name p0001');
    expect(world.membersOf('g')).toContain('p0001');
  });
});

describe('a guard of memberships', () => {
  it('does not hold a named group, nor count it afterwards', async () => {
    const world = await buildWorld({ guards: { memberships: { count: 2, percent: 100, from: 1 } } });
    const ids = world.people(9);
    for (const group of ['g', 'h']) {
      world.directory.addGroup(group, ids);
      world.directory.assign(group);
    }
    await world.run();
    for (const id of ['p0001', 'p0002', 'p0003']) world.directory.removeMember('g', id);
    const named = await provision(world, { group: ['g'] });
    expect(named.counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 3 } });
    for (const id of ['p0001', 'p0002']) world.directory.removeMember('h', id);
    expect((await world.run()).counts).toMatchObject({ held: 0, memberships: { added: 0, removed: 2 } });
  });
});

describe('without writing', () => {
  it('a dry run says what would be done and leaves no trace', async () => {
    const world = await buildWorld();
    world.people(3);
    await world.run();
    world.directory.addUser('new');
    world.directory.assign('new');
    const before = await stateOf(world, ['new']);
    const summary = await provision(world, { user: ['new'] }, { dryRun: true });
    expect(onlyReport(summary)).toMatchObject({ action: 'create', outcome: 'planned' });
    expect(summary.counts).toMatchObject({
      ...zeroCounts(),
      imported: expect.anything() as number,
      created: 1,
      inScope: 1,
    });
    expect(world.target.writes()).toEqual([]);
    expect(await stateOf(world, ['new'])).toEqual(before);
    expect(await world.openChanges()).toEqual({});
    expect((await world.run()).counts.created).toBe(1);
  });

  it('a dry run counts the memberships of a group', async () => {
    const world = await buildWorld();
    const ids = world.people(3);
    await world.run();
    world.directory.addGroup('g', ids);
    world.directory.assign('g');
    const summary = await provision(world, { group: ['g'] }, { dryRun: true });
    expect(summary.counts.memberships).toEqual({ added: 3, removed: 0 });
    expect(world.target.writes()).toEqual([]);
  });

  it('a job that is only observed writes nothing', async () => {
    const world = await buildWorld();
    world.job = { ...world.job, settings: { ...world.job.settings, mode: 'observe' } };
    world.people(2);
    const summary = await provision(world, { user: ['p0001'] });
    expect(summary.cycle.mode).toBe('observe');
    expect(onlyReport(summary)).toMatchObject({ action: 'create', outcome: 'planned' });
    expect(world.target.writes()).toEqual([]);
  });
});
