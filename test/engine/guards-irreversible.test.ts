// What a target cannot take back waits for somebody's word, be it one account.
import { describe, expect, it } from 'vitest';
import type { JobVariation } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const DELETES: JobVariation = {
  profile: { irreversible: ['delete'] },
  lifecycle: { hardDeleted: 'delete' },
  guards: {},
};

async function approve(world: World): Promise<void> {
  await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
}

async function started(variation: JobVariation): Promise<World> {
  const world = await buildWorld({ group: null, ...variation });
  world.people(20);
  await world.run();
  return world;
}

describe('a deletion that cannot be undone', () => {
  // spec: irreversible
  it('is held although it is one, and sent when it is approved', async () => {
    const world = await started(DELETES);
    world.directory.hardDelete('p0001');
    world.directory.setUser('p0002', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ deleted: 0, disabled: 1, held: 1 });
    expect(world.userOf('p0001')).toBeDefined();
    const held = (await world.log('p0001')).at(-1)?.provisioningSteps.at(-1)?.description ?? '';
    expect(held).toContain('cannot take back');
    expect((await world.run()).counts).toMatchObject({ deleted: 0, held: 1 });
    await approve(world);
    expect((await world.run()).counts).toMatchObject({ deleted: 1, held: 0 });
    expect(world.userOf('p0001')).toBeUndefined();
  });

  it('goes through where the configuration allows it', async () => {
    const world = await started({ ...DELETES, guards: { irreversible: 'allow' } });
    world.directory.hardDelete('p0001');
    expect((await world.run()).counts).toMatchObject({ deleted: 1, held: 0 });
  });

  it('does not make disabling wait, nor the other way round', async () => {
    const world = await started({ ...DELETES, profile: { irreversible: ['disable'] } });
    world.directory.hardDelete('p0001');
    world.directory.setUser('p0002', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ deleted: 1, disabled: 0, held: 1 });
  });

  it('of a group is held as well', async () => {
    const world = await buildWorld({ ...DELETES, lifecycle: { unassigned: 'delete' } });
    for (const group of ['g1', 'g2', 'g3', 'g4', 'g5', 'g6']) {
      world.directory.addGroup(group);
      world.directory.assign(group);
    }
    await world.run();
    world.directory.unassign('g1');
    expect((await world.run()).counts).toMatchObject({ deleted: 0, held: 1 });
  });

  it('is approved still when the process dies while it is on its way', async () => {
    const world = await started(DELETES);
    world.directory.hardDelete('p0001');
    await world.run();
    await approve(world);
    world.target.disturb = ({ method }) => (method === 'remove' ? { throws: new Error('killed') } : undefined);
    await expect(world.run()).rejects.toThrow('killed');
    world.target.disturb = undefined;
    expect((await world.run()).counts).toMatchObject({ deleted: 1, held: 0 });
  });

  it('is shown by a plan as held', async () => {
    const world = await started(DELETES);
    world.directory.hardDelete('p0001');
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ held: 1 });
    expect(world.target.writes()).toEqual([]);
  });
});
