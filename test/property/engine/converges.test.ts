// Whatever happens in the directory, whatever the target refuses and whenever the process dies: once everything is quiet
// the target holds what the directory says, and a further cycle sends nothing.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/database.ts';
import { type JobVariation, MANAGER } from '../../support/build-job.ts';
import { crashingStore } from '../../support/crashing-store.ts';
import { DAY } from '../../support/fake-clock.ts';
import type { FakeTarget } from '../../support/fake-target.ts';
import { World } from '../../support/world.ts';
import { disagreements } from './oracle.ts';
import { applyEdit, type Cycle, disturbances, PEOPLE, type Step, step, TEAMS } from './random-life.ts';

interface Tenant {
  readonly groupsShowDeletions: boolean;
  readonly dropsMembershipsOfDisabled: boolean;
  readonly uniqueUserName: boolean;
  readonly membersPerRequest: number;
  /** How many writes share a request; null for none. */
  readonly bulk: number | null;
  readonly names: FakeTarget['names'];
  readonly dropsMembersOfNewGroups: boolean;
  readonly showsChanged: boolean;
}

async function disturbedCycle(world: World, variation: JobVariation, cycle: Cycle): Promise<void> {
  if (cycle.observed) world.configure({ ...variation, mode: 'observe' });
  world.target.disturb = disturbances(cycle.faults, world.target);
  const store = cycle.crash === null ? world.store : crashingStore(world.store, cycle.crash).store;
  // Whatever ends the cycle is what the next ones have to cope with.
  await world.run(cycle.request, { store }).catch(() => undefined);
  world.target.disturb = undefined;
  if (!cycle.observed) return;
  expect(world.target.writes()).toEqual([]);
  world.configure(variation);
}

async function live(tenant: Tenant, variation: JobVariation, steps: readonly Step[]): Promise<void> {
  const store = await openStore('sqlite::memory:');
  try {
    const { membersPerRequest } = tenant;
    const settings = { ...variation, profile: { membersPerRequest, ...variation.profile } };
    const world = new World(store, settings);
    world.directory.groupsShowDeletions = tenant.groupsShowDeletions;
    world.target.dropsMembershipsOfDisabled = tenant.dropsMembershipsOfDisabled;
    world.target.uniqueUserName = tenant.uniqueUserName;
    if (tenant.bulk !== null) world.target.takesBulk(tenant.bulk);
    world.target.names = tenant.names;
    world.target.dropsMembersOfNewGroups = tenant.dropsMembersOfNewGroups;
    world.target.showsChanged = tenant.showsChanged;
    for (const id of PEOPLE) world.directory.addUser(id);
    for (const id of TEAMS) world.directory.addGroup(id, PEOPLE.slice(0, 3));
    world.directory.assign('g');
    world.directory.assign('e');
    for (const each of steps) {
      if (each.type === 'cycle') await disturbedCycle(world, settings, each);
      else applyEdit(world, each);
    }
    for (let cycle = 0; cycle < 3; cycle += 1) {
      world.clock.advance(DAY);
      await world.run();
    }
    expect(disagreements(world)).toEqual([]);
    expect(await world.escrows()).toEqual({});
    expect(await world.openChanges()).toEqual({});
    world.clock.advance(DAY);
    await world.run();
    expect(world.target.log).toEqual([]);
  } finally {
    await store.close();
  }
}

const tenant = fc.record({
  groupsShowDeletions: fc.boolean(),
  dropsMembershipsOfDisabled: fc.boolean(),
  uniqueUserName: fc.boolean(),
  membersPerRequest: fc.constantFrom(1, 2, 500),
  bulk: fc.option(fc.integer({ min: 2, max: 8 })),
  names: fc.constantFrom('resolved' as const, 'kept' as const, 'refused' as const),
  dropsMembersOfNewGroups: fc.boolean(),
  showsChanged: fc.boolean(),
});

// spec: convergence, bulk-same-result
it.each<[string, number, JobVariation]>([
  ['disabled, managers by id', 90, {}],
  ['disabled, managers by e-mail', 50, { profile: { references: { [MANAGER]: 'email' } } }],
  ['deleted instead of disabled', 40, { lifecycle: { unassigned: 'delete', blocked: 'delete' } }],
  ['everybody in the directory', 40, { source: { syncAll: true } }],
])('the target converges to what the directory says: %s', async (_name, numRuns, variation) => {
  await fc.assert(
    fc.asyncProperty(tenant, fc.array(step, { minLength: 2, maxLength: 25 }), (circumstances, steps) =>
      live(circumstances, variation, steps),
    ),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? numRuns) },
  );
});
