// With guards that hold nearly everything, random approvals, accounts that vanish and filters that protect: whatever is not
// held is in step, what is held goes through when it is approved and not before, and a quiet cycle sends nothing.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHeldSets } from '../../../src/cli/held-sets.ts';
import { openStore } from '../../../src/store/database.ts';
import type { JobVariation } from '../../support/build-job.ts';
import { crashingStore } from '../../support/crashing-store.ts';
import { approveHeld } from '../../support/decisions.ts';
import { DAY } from '../../support/fake-clock.ts';
import type { Json } from '../../support/patch-resource.ts';
import { World } from '../../support/world.ts';
import { disagreements } from './oracle.ts';
import { applyEdit, type Cycle, disturbances, PEOPLE, type Step, step, TEAMS } from './random-life.ts';

const ONE = { count: 1, percent: 100, from: 1 };
const GUARDS = {
  leavers: ONE,
  scopeLosses: ONE,
  groupDeletes: { ...ONE, count: 0 },
  memberships: ONE,
  creates: ONE,
  identity: ONE,
};

type Act =
  | Step
  | { readonly type: 'approve'; readonly picked: readonly number[] }
  | { readonly type: 'vanish'; readonly id: string }
  | { readonly type: 'return'; readonly id: string }
  | { readonly type: 'protect'; readonly id: string | null };

const person = fc.constantFrom(...PEOPLE);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: step },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('approve' as const), picked: fc.array(fc.nat(9)) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('vanish' as const, 'return' as const), id: person }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('protect' as const), id: fc.option(person) }) },
);

/** A world whose job can be varied, and what became of accounts that somebody took away in the target. */
interface Life {
  readonly world: World;
  readonly vanished: Map<string, Json>;
  variation: JobVariation;
}

function staged({ store }: World) {
  return store.db.selectFrom('change').selectAll().where('status', '=', 'staged').execute();
}

async function disturbedCycle({ world, variation }: Life, cycle: Cycle): Promise<void> {
  if (cycle.observed) world.configure({ ...variation, mode: 'observe' });
  world.target.disturb = disturbances(cycle.faults, world.target);
  const store = cycle.crash === null ? world.store : crashingStore(world.store, cycle.crash).store;
  await world.run(cycle.request, { store }).catch(() => undefined);
  world.target.disturb = undefined;
  world.configure(variation);
  if (cycle.observed || cycle.request.dryRun === true) expect(world.target.writes()).toEqual([]);
}

/** While nothing happens in the directory, what is held is sent by nobody but a cycle that names it. */
async function quietCycle(life: Life, cycle: Cycle): Promise<void> {
  const held = (await staged(life.world)).filter(
    ({ action, source_id }) =>
      (action === 'disable' || action === 'delete') &&
      cycle.request.selection?.user.includes(source_id) !== true &&
      cycle.request.selection?.group.includes(source_id) !== true,
  );
  await disturbedCycle(life, cycle);
  const removed = life.world.target
    .writes()
    .filter(({ method, body }) => method === 'remove' || JSON.stringify(body).includes('"active"'))
    .map(({ id }) => id);
  for (const { target_id } of held) expect(removed).not.toContain(target_id);
}

async function approveSome(world: World, picked: readonly number[]): Promise<void> {
  const rows = await staged(world);
  const objects = [...new Set(picked.flatMap((index) => rows[index]?.source_id ?? []))];
  if (objects.length > 0) await approveHeld(world.store, 'job', { objects });
}

function vanish({ world, vanished }: Life, id: string): void {
  const account = world.userOf(id);
  if (account === undefined || world.directory.users.get(id)?.state !== 'present') return;
  vanished.set(id, account);
  world.target.resources.User.delete(account['id'] as string);
  world.directory.setUser(id, { department: `since ${world.clock.now().toISOString()}` });
}

function comeBack({ world, vanished }: Life, id: string): void {
  const account = vanished.get(id);
  if (account === undefined || world.userOf(id) !== undefined) return;
  world.target.resources.User.set(account['id'] as string, account);
  vanished.delete(id);
}

async function perform(life: Life, each: Exclude<Act, Cycle>): Promise<void> {
  if (each.type === 'approve') await approveSome(life.world, each.picked);
  else if (each.type === 'vanish') vanish(life, each.id);
  else if (each.type === 'return') comeBack(life, each.id);
  else if (each.type === 'protect') {
    life.variation = { ...life.variation, protect: each.id === null ? [] : [`externalId eq "${each.id}"`] };
    life.world.configure(life.variation);
  } else applyEdit(life.world, each);
}

async function quietDays(world: World, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    world.clock.advance(DAY);
    await world.run();
  }
}

/** What differs; a group may still name an account that vanished. */
function differences(world: World): string[] {
  return disagreements(world).filter((each) => !each.startsWith('nobody'));
}

async function expectOnlyHeldToDiffer(world: World): Promise<void> {
  const held = new Set((await staged(world)).map((each) => each.source_id));
  const memberships = await world.store.db.selectFrom('held_membership').selectAll().execute();
  const allowed = new Set(memberships.map((each) => `${each.member_id} is still in ${each.group_id}`));
  const concernsHeld = (text: string) => text.split(' ').some((word) => held.has(word));
  expect(differences(world).filter((each) => !concernsHeld(each) && !allowed.has(each))).toEqual([]);
}

async function live(variation: JobVariation, acts: readonly Act[]): Promise<void> {
  const store = await openStore('sqlite::memory:');
  try {
    const guarded = { ...variation, guards: GUARDS };
    const world = new World(store, guarded);
    const life: Life = { world, vanished: new Map(), variation: guarded };
    for (const id of PEOPLE) world.directory.addUser(id);
    for (const id of TEAMS) world.directory.addGroup(id, PEOPLE.slice(0, 3));
    world.directory.assign('g');
    world.directory.assign('e');
    let isQuiet = false;
    for (const each of acts) {
      if (each.type === 'cycle') await (isQuiet ? quietCycle(life, each) : disturbedCycle(life, each));
      else await perform(life, each);
      isQuiet = each.type === 'cycle';
    }
    world.configure(guarded);
    // An account that vanished is noticed when its person is planned.
    for (const id of PEOPLE)
      if (world.directory.users.get(id)?.state !== 'hardDeleted') world.directory.setUser(id, { department: 'End' });
    await quietDays(world, 4);
    expect(world.target.log).toEqual([]);
    expect(await world.escrows()).toEqual({});
    for (const open of Object.values(await world.openChanges())) expect(open).toMatch(/^staged /);
    await expectOnlyHeldToDiffer(world);
    for (let round = 0; round < 6 && (await staged(world)).length > 0; round += 1) {
      for (const { set } of await readHeldSets(store.db, 'job'))
        expect(await approveHeld(store, 'job', { set })).toMatchObject({ ok: true });
      await quietDays(world, 2);
    }
    await quietDays(world, 2);
    expect(differences(world)).toEqual([]);
    expect(await world.openChanges()).toEqual({});
    expect(await store.db.selectFrom('held_membership').selectAll().execute()).toEqual([]);
    expect(world.target.log).toEqual([]);
  } finally {
    await store.close();
  }
}

// spec: convergence
it.each<[string, number, JobVariation]>([
  ['disabled', 40, {}],
  ['deleted instead of disabled', 25, { lifecycle: { unassigned: 'delete', blocked: 'delete' } }],
  ['everybody in the directory', 25, { source: { syncAll: true } }],
])(
  'what is not held is in step, and what is held follows when it is approved: %s',
  async (_name, numRuns, variation) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 2, maxLength: 30 }), (acts) => live(variation, acts)),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? numRuns) },
    );
  },
);
