// Explanations agree with what cycles do, ask little, write nothing, and put the first reason first.
import { describe, expect, it, onTestFinished } from 'vitest';
import { explainObject, findSubject } from '../../src/engine/explain.ts';
import type { Explanation } from '../../src/engine/explain-result.ts';
import type { ObjectKind } from '../../src/model/directory.ts';
import { DEFAULT_ACCESS_ROLE_ID } from '../../src/model/directory.ts';
import { openStore } from '../../src/store/database.ts';
import { updateJob } from '../../src/store/jobs.ts';
import { direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { MINUTE } from '../support/fake-clock.ts';
import { fakeExplainReader } from '../support/fake-explain-reader.ts';
import { buildWorld, type World } from '../support/world.ts';

const STAFF = {
  groups: [
    {
      name: 'staff only',
      clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['Staff'] } }],
    },
  ],
};

interface Asking {
  readonly kind?: ObjectKind | null;
  readonly offline?: boolean;
  /** False for lists that go on. */
  readonly complete?: boolean;
  readonly refuse?: ReadonlySet<'object' | 'application' | 'assignments' | 'memberships'>;
}

async function explain(
  world: World,
  id: string,
  { kind = 'user', offline = false, complete = true, refuse }: Asking = {},
): Promise<Explanation | null> {
  const scratch = await openStore('sqlite::memory:');
  onTestFinished(() => scratch.close());
  world.target.log.length = 0;
  const io = world.io();
  return explainObject(
    { type: 'one', kind, id, stored: true },
    {
      job: world.job,
      store: world.store,
      scratch,
      clock: world.clock,
      random: io.random,
      signal: io.signal,
      directory: offline ? null : fakeExplainReader(world.directory, refuse, complete),
      io: offline ? null : io,
    },
  );
}

async function explained(world: World, id: string, asking: Asking = {}): Promise<Explanation> {
  const explanation = await explain(world, id, asking);
  if (explanation === null) throw new Error(`${id} is nobody`);
  return explanation;
}

/** People of every kind; a cycle has seen them. */
async function mixedWorld(nestedGroups: 'direct' | 'transitive'): Promise<World> {
  const world = await buildWorld({ source: { nestedGroups }, user: { scope: STAFF } });
  const { directory } = world;
  for (const id of ['assigned', 'member', 'nested', 'blocked', 'filtered', 'default', 'deleted', 'nobody'])
    directory.addUser(id, { department: 'Staff' });
  directory.addGroup('inner', ['nested']);
  directory.addGroup('outer', ['member', 'inner']);
  for (const id of ['assigned', 'blocked', 'filtered', 'deleted', 'outer']) directory.assign(id);
  directory.assign('default', DEFAULT_ACCESS_ROLE_ID);
  directory.setUser('blocked', { accountEnabled: false });
  directory.setUser('filtered', { department: 'Guests' });
  await world.run();
  directory.softDelete('deleted');
  await world.run();
  return world;
}

describe('the verdict', () => {
  // spec: explanations
  it.each(['direct', 'transitive'] as const)(
    'is that of a cycle, live and offline (nestedGroups: %s)',
    async (nestedGroups) => {
      const world = await mixedWorld(nestedGroups);
      const rows = await world.store.db.selectFrom('source_object').selectAll().execute();
      expect(rows.length).toBeGreaterThan(5);
      for (const row of rows) {
        const kind = row.kind as ObjectKind;
        const live = await explained(world, row.id, { kind });
        const offline = await explained(world, row.id, { kind, offline: true });
        expect([row.id, live.inScope, offline.inScope]).toEqual([row.id, row.in_scope === 1, row.in_scope === 1]);
        expect([row.id, live.reason]).toEqual([row.id, offline.reason]);
        expect(world.target.writes()).toEqual([]);
      }
    },
  );

  it.each([
    ['assigned', null, 'next'],
    ['nested', 'unassigned', 'assigned'],
    ['blocked', 'blocked', 'directory'],
    ['filtered', 'outOfScope', 'filters'],
    ['default', 'unassigned', 'assigned'],
    ['deleted', 'softDeleted', 'directory'],
    ['nobody', 'unassigned', 'assigned'],
  ] as const)('%s: %s, and the first finding is about it', async (id, reason, topic) => {
    const world = await mixedWorld('direct');
    const explanation = await explained(world, id);
    expect(explanation.reason).toBe(reason);
    if (reason === null) expect(explanation.remedy).toEqual([]);
    else expect(explanation.findings[0]?.topic).toBe(topic);
    expect(explanation.assigned.entitled).toBe(!['nested', 'default', 'nobody'].includes(id));
  });

  it('the way through nested groups is named in both settings', async () => {
    const world = await mixedWorld('direct');
    const out = await explained(world, 'nested');
    expect(out.findings[0]?.lines).toEqual([
      'member of "Group inner", which is inside "Group outer"; "Group outer" is assigned, but nestedGroups is direct',
    ]);
    expect(out.remedy.map(({ text, note, command }) => [text, note, command])).toEqual([
      ['assign "Group inner"', null, null],
      ['nestedGroups: transitive', null, 'plan --job job --set source.nestedGroups=transitive'],
    ]);
    world.configure({ source: { nestedGroups: 'transitive' }, user: { scope: STAFF } });
    const inside = await explained(world, 'nested');
    expect(inside.inScope).toBe(true);
    expect(inside.findings.find(({ topic }) => topic === 'assigned')?.lines[0]).toContain(
      'member of "Group inner", which is inside "Group outer", which is assigned',
    );
  });

  it('an id that nobody has is nobody; one that Graph lost is explained from the store', async () => {
    const world = await mixedWorld('direct');
    expect(await explain(world, 'never', { kind: null })).toBeNull();
    world.directory.hardDelete('assigned');
    const gone = await explained(world, 'assigned');
    expect(gone).toMatchObject({ reason: 'hardDeleted', inScope: false, account: { foundBy: 'link' } });
  });

  it('of a list that goes on, the store knows the rest', async () => {
    const world = await mixedWorld('direct');
    expect(await explained(world, 'assigned', { complete: false })).toMatchObject({
      inScope: true,
      findings: expect.arrayContaining([
        expect.objectContaining({ topic: 'assigned', origin: expect.objectContaining({ from: 'store' }) as object }),
      ]) as object[],
    });
    world.directory.addUser('new', { department: 'Staff' });
    expect(await explained(world, 'new', { complete: false })).toMatchObject({ inScope: false, reason: 'unassigned' });
  });

  it('what is refused is taken from the store, and said', async () => {
    const world = await mixedWorld('direct');
    const known = await explained(world, 'assigned', { refuse: new Set(['assignments'] as const) });
    expect(known).toMatchObject({ inScope: true, notRead: ['the assignments: assignments refused'] });
    world.directory.addUser('new', { department: 'Staff' });
    const unknown = await explained(world, 'new', { refuse: new Set(['application'] as const) });
    expect(unknown).toMatchObject({ inScope: null, reason: 'unknown', concern: 'unknown' });
  });
});

describe('the account', () => {
  // spec: explanations
  it('is asked for with two questions at most, however many matching attributes there are', async () => {
    const third = direct('nickName', 'displayName', 3);
    const world = await buildWorld({ user: { attributeMappings: [...USER_ATTRIBUTES, third] } });
    world.people(1);
    const explanation = await explained(world, 'p0001');
    expect(world.target.log.map(({ method }) => method)).toEqual(['find', 'find']);
    expect(explanation).toMatchObject({ inScope: true, account: null });
    expect(explanation.findings.find(({ topic }) => topic === 'account')?.lines[0]).toBe(
      'with externalId p0001 or userName p0001@example.com',
    );
  });

  it('several accounts: in doubt, failing, and first', async () => {
    const world = await buildWorld();
    world.people(1);
    for (let copy = 0; copy < 2; copy += 1) world.target.seed('User', { externalId: 'p0001', userName: `copy${copy}` });
    const explanation = await explained(world, 'p0001');
    expect(explanation.concern).toBe('failing');
    expect(explanation.findings[0]).toMatchObject({ topic: 'account', answer: 'in doubt' });
    expect(explanation.findings[0]?.lines[0]).toContain('DuplicateTargetEntries');
  });

  it('one that would be adopted, with the differences but not what Redact hides', async () => {
    const world = await buildWorld({
      user: {
        attributeMappings: [
          ...USER_ATTRIBUTES,
          { targetAttributeName: 'nickName', source: { type: 'Function', expression: 'Redact([department])' } },
        ],
      },
    });
    world.people(1, { department: 'Secret' });
    world.target.seed('User', { externalId: 'p0001', userName: 'p0001@example.com', displayName: 'Old', active: true });
    const explanation = await explained(world, 'p0001');
    const next = explanation.findings.find(({ topic }) => topic === 'next');
    expect(next?.answer).toBe('adopt');
    expect(next?.lines).toContain('displayName: "Old" -> "Name p0001"');
    expect(next?.lines).toContain('nickName (not shown)');
    expect(explanation.values.find(({ name }) => name === 'nickName')).toMatchObject({ value: null, redacted: true });
  });

  it('one that is linked and not there any more', async () => {
    const world = await buildWorld();
    world.people(1);
    await world.run();
    world.target.resources.User.clear();
    const explanation = await explained(world, 'p0001');
    expect(explanation.findings[0]?.lines[0]).toContain('is linked, but is not there any more');
    expect(world.target.log.length).toBeLessThanOrEqual(2);
  });

  it('a target that refuses the credentials leaves the rest explained', async () => {
    const world = await buildWorld();
    world.people(1);
    await world.run();
    const { JobFault } = await import('../../src/model/errors.ts');
    world.target.disturb = () => ({ throws: new JobFault('TargetCredentialsInvalid', 'The target answered 401.') });
    const explanation = await explained(world, 'p0001');
    expect(explanation.inScope).toBe(true);
    expect(explanation.findings.find(({ topic }) => topic === 'account')?.lines[1]).toContain(
      'TargetCredentialsInvalid',
    );
  });

  it('of another target is not asked for', async () => {
    const world = await buildWorld();
    world.people(1);
    await world.run();
    world.configure({ target: { baseUrl: 'https://elsewhere.example' } });
    await explained(world, 'p0001');
    expect(world.target.log).toEqual([]);
  });
});

describe('what is pending', () => {
  it('an escrow: the fault, the next attempt, and the advice', async () => {
    const world = await buildWorld();
    world.people(1);
    world.target.disturb = ({ method }) =>
      method === 'create' ? { fault: { code: 'InvalidValue', message: 'userName: too long' } } : undefined;
    await world.run();
    world.target.disturb = undefined;
    const explanation = await explained(world, 'p0001');
    expect(explanation.concern).toBe('failing');
    expect(explanation.findings[0]).toMatchObject({ topic: 'pending', answer: 'failing' });
    expect(explanation.findings[0]?.lines.join(' ')).toMatch(/failed 1 time, last with InvalidValue: .* next attempt /);
    expect(explanation.remedy.at(-1)?.command).toBe('provision p0001 --job job');
  });

  it('a pause, and a job that is only observed', async () => {
    const world = await buildWorld();
    world.people(1);
    await world.run();
    world.directory.addUser('later');
    world.directory.assign('later');
    const now = world.clock.now().getTime();
    const pause = { paused_since: now, paused_until: now + 60 * MINUTE, pause_reason: 'maintenance' };
    await updateJob(world.store.db, 'job', pause);
    const paused = await explained(world, 'later');
    expect(paused.findings[0]?.lines[0]).toContain('(maintenance)');
    expect(paused.remedy).toEqual([{ text: 'end the pause', note: null, command: 'resume --job job' }]);
    await updateJob(world.store.db, 'job', { paused_since: null, paused_until: null });
    world.configure({ mode: 'observe' });
    const observed = await explained(world, 'later');
    expect(observed.findings.find(({ topic }) => topic === 'next')).toMatchObject({ answer: 'create' });
    expect(observed.remedy[0]?.text).toContain('mode: enforce');
  });

  it('a person the job has not met: what will be created, at the next cycle', async () => {
    const world = await buildWorld();
    world.people(1);
    const explanation = await explained(world, 'p0001');
    expect(explanation).toMatchObject({ inScope: true, concern: 'pending' });
    expect(explanation.remedy[0]?.command).toBe('provision p0001 --job job');
  });
});

describe('whom a name means', () => {
  const about = async (world: World) => {
    const io = world.io();
    return {
      job: world.job,
      store: world.store,
      scratch: world.store,
      clock: world.clock,
      random: io.random,
      signal: io.signal,
      directory: fakeExplainReader(world.directory),
      io,
    };
  };

  it('the store first, by the most particular name, whatever its casing', async () => {
    const world = await buildWorld();
    world.people(2, { displayName: 'Namesake' });
    world.directory.setUser('p0002', { displayName: 'p0001@example.com' });
    await world.run();
    expect(await findSubject('P0001@Example.com', await about(world))).toMatchObject({
      type: 'one',
      id: 'p0001',
      stored: true,
    });
    expect(await findSubject('Namesake', await about(world))).toMatchObject({ type: 'one', id: 'p0001' });
    world.directory.setUser('p0002', { displayName: 'Namesake' });
    await world.run();
    expect(await findSubject('Namesake', await about(world))).toMatchObject({ type: 'several', candidates: [{}, {}] });
  });

  it.each(['%', '_', '"', "O'Neil", 'Zoë "Z" \\ 100%', '%"mail":"'])('%j is a name and no pattern', async (name) => {
    const world = await buildWorld();
    world.people(1);
    world.directory.addUser('odd', { displayName: name, mail: name });
    world.directory.assign('odd');
    await world.run();
    expect(await findSubject(name, await about(world))).toMatchObject({ type: 'one', id: 'odd' });
    expect(await findSubject('p000_@example.com', await about(world))).toMatchObject({ type: 'nobody' });
  });
});
