// What is in the target, seen from a job.
import { describe, expect, it } from 'vitest';
import { discoverAccounts } from '../../src/engine/discover.ts';
import { ensureJob } from '../../src/store/jobs.ts';
import { buildWorld, type World } from '../support/world.ts';

async function discover(world: World): Promise<Record<string, string>> {
  await ensureJob(world.store.db, world.job.id);
  world.target.log.length = 0;
  const found = await discoverAccounts(world.job, world.io());
  return Object.fromEntries(
    found.map((each) => [each.name, `${each.group} ${each.sourceId ?? '-'} ${each.foundBy ?? '-'}`]),
  );
}

describe('accounts of the target', () => {
  // spec: discover
  it('are told apart, and nothing is written', async () => {
    const world = await buildWorld();
    world.people(1);
    world.directory.addGroup('g', ['p0001']);
    world.directory.assign('g');
    await world.run();
    world.directory.addUser('stranger', { userPrincipalName: 'Stranger@example.com' });
    world.directory.addUser('later');
    world.directory.assign('later');
    world.target.seed('User', { userName: 'stranger@example.com', active: false });
    world.target.seed('User', { userName: 'x', externalId: 'stranger' });
    world.target.seed('User', { userName: 'admin' });
    world.target.seed('Group', { displayName: 'Local group' });
    const before = await world.store.db.selectFrom('source_object').selectAll().execute();
    expect(await discover(world)).toEqual({
      'p0001@example.com': 'managed p0001 -',
      'stranger@example.com': 'unassigned stranger userName',
      x: 'unassigned stranger externalId',
      admin: 'local - -',
      'Group g': 'managed g -',
      'Local group': 'local - -',
    });
    expect(new Set(world.target.sent().map((each) => each.method))).toEqual(new Set(['list']));
    expect(await world.store.db.selectFrom('source_object').selectAll().execute()).toEqual(before);
  });

  it('of somebody who is in scope and has no link yet are named as such', async () => {
    const world = await buildWorld({ group: null, mode: 'observe' });
    world.people(1);
    world.target.seed('User', { userName: 'p0001@example.com' });
    await world.run();
    expect(await discover(world)).toEqual({ 'p0001@example.com': 'assigned p0001 userName' });
  });

  // spec: discover
  it('a complete target costs the directory nothing', async () => {
    const world = await buildWorld({ group: null });
    world.people(3);
    await world.run();
    const { graph } = world.directory.requests;
    expect(Object.keys(await discover(world))).toHaveLength(3);
    expect(world.directory.requests.graph).toBe(graph);
  });
});
