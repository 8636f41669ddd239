// A restart: out of quarantine, everybody looked at again, failures tried at once; links are forgotten only once everybody
// who left was planned.
import { expect, it } from 'vitest';
import { applyRestart, askRestart } from '../../src/engine/restart.ts';
import { JobFault } from '../../src/model/errors.ts';
import { type ResetScope, USUAL_SCOPES } from '../../src/rules/reset-scopes.ts';
import { findQuarantine } from '../../src/store/quarantines.ts';
import { buildWorld, type World } from '../support/world.ts';

const restart = (world: World, scopes: readonly ResetScope[]) =>
  world.store.transaction((trx) => applyRestart(trx, 'job', scopes, world.clock.now().getTime()));

const linked = async (world: World): Promise<string[]> =>
  (await world.store.db.selectFrom('link').select('source_id').orderBy('source_id').execute()).map(
    (link) => link.source_id,
  );

async function row(world: World) {
  return world.store.db.selectFrom('job').selectAll().executeTakeFirstOrThrow();
}

it('looks at everybody again, reads the directory anew, and keeps links', async () => {
  const world = await buildWorld();
  world.people(5);
  await world.run();
  const links = await linked(world);
  world.directory.setUser('p0001', { displayName: 'Changed' });
  await restart(world, USUAL_SCOPES);
  expect(await row(world)).toMatchObject({ next_attempt: world.clock.now().getTime(), users_link: null });
  const summary = await world.run();
  expect(summary).toMatchObject({ cycle: { kind: 'initial' }, counts: { updated: 1, unchanged: 4, created: 0 } });
  expect(await linked(world)).toEqual(links);
});

it('somebody who left before it is disabled after it', async () => {
  const world = await buildWorld();
  world.people(5);
  await world.run();
  world.directory.unassign('p0002');
  await restart(world, USUAL_SCOPES);
  expect(await world.run()).toMatchObject({ counts: { disabled: 1 } });
  expect(world.userOf('p0002')).toMatchObject({ active: false });
});

// spec: restart
it('tries failures at once, and drops none', async () => {
  const world = await buildWorld();
  world.people(5);
  world.target.disturb = (request) =>
    request.method === 'create' ? { fault: { code: 'InvalidValue', message: 'no', status: 400 } } : undefined;
  await world.run();
  await restart(world, ['Escrows']);
  expect(await world.escrows()).toEqual({});
  world.target.disturb = undefined;
  expect(await world.run()).toMatchObject({ counts: { created: 5, escrowed: 0 } });
});

it('ends a quarantine, and the next cycle runs as a whole', async () => {
  const world = await buildWorld();
  world.people(5);
  world.target.disturb = () => ({ throws: new JobFault('TargetCredentialsInvalid', 'refused') });
  await expect(world.run()).rejects.toThrow();
  await restart(world, ['QuarantineState']);
  expect(await findQuarantine(world.store.db, 'job')).toBeNull();
  expect((await row(world)).status).toBe('Active');
  world.target.disturb = undefined;
  expect(await world.run()).toMatchObject({ status: 'Active', counts: { created: 5 } });
});

it('that was asked for while a cycle ran is what the next one begins with, once', async () => {
  const world = await buildWorld();
  world.people(5);
  await world.run();
  await world.store.transaction((trx) => askRestart(trx, 'job', ['Watermark'], 0));
  await world.store.transaction((trx) => askRestart(trx, 'job', ['Escrows'], 0));
  expect((await row(world)).restart_scopes).toBe('Watermark,Escrows');
  await world.run({ dryRun: true });
  expect((await row(world)).restart_scopes).toBe('Watermark,Escrows');
  expect(await world.run()).toMatchObject({ cycle: { kind: 'initial' } });
  expect(await world.run()).toMatchObject({ cycle: { kind: 'incremental' } });
});

// spec: restart
it('forgets links only after a whole cycle has planned everybody who left, and meets the target anew', async () => {
  const world = await buildWorld();
  world.people(8);
  world.directory.addGroup('g', ['p0001', 'p0002']);
  world.directory.assign('g');
  await world.run();
  world.directory.unassign('p0008');
  await restart(world, ['ConnectorDataStore']);
  expect(await linked(world)).toHaveLength(9);
  expect(await world.run()).toMatchObject({ counts: { disabled: 1 } });
  // Whoever left stays linked: a later deletion must still find the account.
  expect(await linked(world)).toEqual(['p0008']);
  expect(await row(world)).toMatchObject({ link_reset: 0, contacted: 0 });
  const accounts = world.target.resources.User.size;
  expect(await world.run()).toMatchObject({ cycle: { kind: 'initial' }, counts: { adopted: 8, created: 0 } });
  expect(world.target.resources.User.size).toBe(accounts);
  expect(await linked(world)).toHaveLength(9);
  expect(world.membersOf('g')).toEqual(['p0001', 'p0002']);
  world.directory.removeMember('g', 'p0002');
  await world.run();
  expect(world.membersOf('g')).toEqual(['p0001']);
  world.directory.hardDelete('p0008');
  await world.run();
  expect(world.userOf('p0008')).toBeUndefined();
});

// spec: restart
it('keeps the links of whoever is held', async () => {
  const world = await buildWorld({ guards: { scopeLosses: { count: 1, percent: 100, from: 1 } } });
  const ids = world.people(6);
  await world.run();
  for (const id of ids.slice(0, 3)) world.directory.unassign(id);
  await restart(world, ['ConnectorDataStore']);
  expect(await world.run()).toMatchObject({ counts: { held: 3 } });
  expect(await linked(world)).toEqual(['p0001', 'p0002', 'p0003']);
});

it('a target that has lost its accounts meanwhile gets none without a word', async () => {
  const world = await buildWorld();
  world.people(40);
  await world.run();
  for (let index = 0; index < 60; index += 1) world.target.seed('User', { userName: `local${index}` });
  await restart(world, ['ConnectorDataStore']);
  await world.run();
  expect(await linked(world)).toEqual([]);
  for (const [id, account] of world.target.resources.User)
    if (String(account['userName']).startsWith('p')) world.target.resources.User.delete(id);
  expect(await world.run()).toMatchObject({ counts: { created: 0, held: 40 } });
});
