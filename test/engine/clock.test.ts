// Mappings that depend on the day: what the passing of time changes although the directory says nothing, and what it costs.
import { describe, expect, it } from 'vitest';
import { USER_ATTRIBUTES } from '../support/build-job.ts';
import { DAY, HOUR } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

const SOON = 'IIF(DateDiff("d", Now(), CDate([employeeHireDate])) <= 2, "soon", "later")';

async function worldWith(expression: string, variation = {}): Promise<World> {
  const title = { targetAttributeName: 'title', source: { type: 'Function', expression } };
  return buildWorld({ group: null, user: { attributeMappings: [...USER_ATTRIBUTES, title] }, ...variation });
}

function titles(world: World): unknown[] {
  return ['p0001', 'p0002'].map((id) => world.userOf(id)?.['title']);
}

/** One person who begins in three days (the clock of a test begins on the 2nd at eight), and one who does much later. */
async function hired(variation = {}): Promise<World> {
  const world = await worldWith(SOON, variation);
  world.people(2, { employeeHireDate: '2026-05-01T00:00:00Z' });
  world.directory.setUser('p0001', { employeeHireDate: '2026-03-06T00:00:00Z' });
  await world.run();
  return world;
}

describe('a mapping that reads the clock', () => {
  it('takes effect on its day, for those concerned, and nothing is asked on any other', async () => {
    const world = await hired();
    expect(titles(world)).toEqual(['later', 'later']);
    expect((await world.run()).requests.scim).toBe(0);
    world.clock.advance(DAY);
    const summary = await world.run();
    expect(summary).toMatchObject({ cycle: { kind: 'incremental' }, counts: { updated: 1, unchanged: 1, held: 0 } });
    expect(titles(world)).toEqual(['soon', 'later']);
    expect(summary.requests.scim).toBe(2);
    expect((await world.run()).requests.scim).toBe(0);
    expect((await world.run()).counts).toMatchObject({ updated: 0, unchanged: 0 });
  });

  // spec: quiet-cycles
  it('is planned once a day, also by a process that died over it', async () => {
    const world = await hired();
    world.clock.advance(DAY);
    world.target.disturb = () => ({ throws: new Error('killed') });
    await expect(world.run()).rejects.toThrow();
    world.target.disturb = undefined;
    await world.run();
    expect(titles(world)).toEqual(['soon', 'later']);
  });

  it('is shown by a plan, which leaves the day to the cycle that writes', async () => {
    const world = await hired();
    world.clock.advance(DAY);
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ updated: 1 });
    expect(titles(world)).toEqual(['later', 'later']);
    expect((await world.run()).counts).toMatchObject({ updated: 1 });
  });

  it('is planned once a day while it is only observed', async () => {
    const world = await hired({ mode: 'observe' });
    world.clock.advance(DAY);
    await world.run();
    expect((await world.run()).requests.scim).toBe(0);
    expect(world.target.writes()).toEqual([]);
  });
});

it('nobody is planned anew with the day where no mapping reads the clock', async () => {
  const world = await worldWith('Append([displayName], "!")');
  world.people(2);
  await world.run();
  world.clock.advance(DAY + HOUR);
  expect((await world.run()).counts).toMatchObject({ updated: 0, unchanged: 0 });
});

it('chance decides once, for a new account', async () => {
  const nickName = { targetAttributeName: 'nickName', source: { type: 'Function', expression: 'Guid()' } };
  const world = await buildWorld({
    group: null,
    user: { attributeMappings: [...USER_ATTRIBUTES, { ...nickName, flowType: 'ObjectAddOnly' }] },
  });
  world.people(2);
  await world.run();
  const before = world.userOf('p0001')?.['nickName'];
  expect(before).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  world.directory.setUser('p0001', { displayName: 'New' });
  await world.run();
  expect(world.userOf('p0001')?.['nickName']).toBe(before);
});
