// What a job belongs to: bound with its first cycle, stopped by a difference, bound anew only when it is the same system.
import { describe, expect, it } from 'vitest';
import { compileJob } from '../../src/engine/compiled-job.ts';
import { rebindJob } from '../../src/engine/rebind.ts';
import { readJob, updateJob } from '../../src/store/jobs.ts';
import { buildJob, type JobVariation } from '../support/build-job.ts';
import { buildWorld, TENANT, type World } from '../support/world.ts';

const ELSEWHERE: JobVariation = { target: { baseUrl: 'https://moved.example/scim/v2/' } };
const OTHER_APPLICATION = 'aaaaaaaa-0000-4000-8000-00000000ffff';
const OTHER_TENANT = 'cccccccc-0000-4000-8000-000000000001';

/** A world whose job has met its target. */
async function boundWorld(people = 6): Promise<World> {
  const world = await buildWorld();
  world.people(people);
  await world.run();
  world.target.log.length = 0;
  return world;
}

const rowOf = (world: World) => readJob(world.store.db, 'job');
const rebind = (world: World) => rebindJob(world.job, world.identity(), 0, world.io());

describe('a job is bound', () => {
  it('to target, tenant and enterprise application with its first cycle, not by a plan', async () => {
    const world = await buildWorld();
    world.people(2);
    await world.run({ dryRun: true });
    expect(await rowOf(world)).toMatchObject({ target_root: null, tenant_id: null, service_principal_id: null });
    await world.run();
    expect(await rowOf(world)).toMatchObject({
      target_root: 'https://scim.example',
      tenant_id: TENANT,
      service_principal_id: world.job.settings.source.servicePrincipalId,
    });
  });

  // spec: binding
  it.each<[string, string, JobVariation, string]>([
    ['another address', 'TargetChanged', ELSEWHERE, TENANT],
    ['another application', 'SourceChanged', { source: { servicePrincipalId: OTHER_APPLICATION } }, TENANT],
    ['another tenant', 'SourceChanged', {}, OTHER_TENANT],
  ])('%s stops it, planned or for real, before any request', async (_name, code, variation, tenant) => {
    const world = await boundWorld();
    const requests = { ...world.directory.requests };
    world.job = compileJob(buildJob(variation), tenant);
    await expect(world.run()).rejects.toMatchObject({ code });
    await expect(world.run({ dryRun: true })).rejects.toMatchObject({ code });
    expect(world.target.log).toEqual([]);
    expect(world.directory.requests).toEqual(requests);
    expect(JSON.parse((await rowOf(world)).last_fault ?? '{}')).toMatchObject({ code });
  });

  it('however ids and addresses are written', async () => {
    const world = await boundWorld();
    const { servicePrincipalId } = world.job.settings.source;
    const variation = {
      source: { servicePrincipalId: servicePrincipalId.toUpperCase() },
      target: { baseUrl: 'https://SCIM.example/' },
    };
    world.job = compileJob(buildJob(variation), TENANT.toUpperCase());
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 0 });
  });

  it('silently when an older version did not know it', async () => {
    const world = await boundWorld();
    await updateJob(world.store.db, 'job', { tenant_id: null, service_principal_id: null });
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 0 });
    expect(await rowOf(world)).toMatchObject({ tenant_id: TENANT });
  });

  it('to whatever it names next while it has no links: a mistyped address is simply put right', async () => {
    const world = await buildWorld();
    await world.run();
    world.people(3);
    world.configure(ELSEWHERE);
    const summary = await world.run();
    expect(summary.cycle.kind).toBe('initial');
    expect(summary.counts).toMatchObject({ created: 3 });
    expect(await rowOf(world)).toMatchObject({ target_root: 'https://moved.example/scim/v2' });
  });
});

describe('rebindJob', () => {
  it('has nothing to do when nothing differs', async () => {
    const world = await boundWorld();
    expect(await rebind(world)).toMatchObject({ outcome: 'unchanged', links: 6, target: null });
    expect(world.target.log).toEqual([]);
  });

  it('has nothing to do for a job without links', async () => {
    const world = await buildWorld();
    await world.run();
    world.configure(ELSEWHERE);
    expect(await rebind(world)).toMatchObject({ outcome: 'unchanged', links: 0, target: null });
    expect(world.target.log).toEqual([]);
  });

  it('accepts the same system at another address, reads only, and the next cycle writes nothing', async () => {
    const world = await boundWorld();
    world.configure(ELSEWHERE);
    await expect(world.run()).rejects.toMatchObject({ code: 'TargetChanged' });
    expect(await rebind(world)).toMatchObject({ outcome: 'bound', target: { asked: 6, same: 6 }, source: null });
    expect(world.target.log.every(({ method }) => method === 'get')).toBe(true);
    expect(await rowOf(world)).toMatchObject({ last_fault: null, lease_owner: null });
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 0, updated: 0, failed: 0 });
  });

  // spec: binding
  it.each<[string, (world: World) => void, string]>([
    ['an empty system', (world) => world.target.resources.User.clear(), 'the target has no such account'],
    [
      'a system where the same ids are other people',
      (world) => {
        for (const [id, user] of world.target.resources.User)
          world.target.resources.User.set(id, { ...user, externalId: `other-${id}` });
      },
      'another externalId',
    ],
    [
      'a system whose accounts show nothing',
      (world) => {
        for (const id of world.target.resources.User.keys()) world.target.resources.User.set(id, { id });
      },
      'the account shows nothing by which it could be recognised',
    ],
  ])('refuses %s with examples, changing nothing', async (_name, change, reason) => {
    const world = await boundWorld();
    const before = await rowOf(world);
    change(world);
    world.configure(ELSEWHERE);
    const report = await rebind(world);
    expect(report).toMatchObject({ outcome: 'refused', target: { asked: 6, same: 0 } });
    expect(report.target?.wrong).toHaveLength(5);
    expect(report.target?.wrong[0]).toMatchObject({ kind: 'user', sourceId: 'p0001', reason });
    expect(await rowOf(world)).toEqual({ ...before, lease_epoch: before.lease_epoch + 1 });
  });

  it.each([
    ['1 of 40 missing is nearly all', 1, 'bound'],
    ['3 of 40 missing is not', 3, 'refused'],
  ])('%s', async (_name, missing, outcome) => {
    const world = await boundWorld(40);
    for (const id of [...world.target.resources.User.keys()].slice(0, missing)) world.target.resources.User.delete(id);
    world.configure(ELSEWHERE);
    expect(await rebind(world)).toMatchObject({ outcome, target: { asked: 40, same: 40 - missing } });
  });

  it('does not miss disabled accounts, which some targets forget', async () => {
    const world = await boundWorld(6);
    for (const id of ['p0001', 'p0002', 'p0003']) world.directory.setUser(id, { accountEnabled: false });
    await world.run();
    for (const id of ['p0001', 'p0002', 'p0003']) world.target.resources.User.delete(String(world.userOf(id)?.['id']));
    world.configure(ELSEWHERE);
    expect(await rebind(world)).toMatchObject({ outcome: 'bound', links: 6, target: { asked: 3, same: 3 } });
  });

  it('asks for 200 accounts at most, spread over all', async () => {
    const world = await boundWorld(450);
    world.configure(ELSEWHERE);
    expect(await rebind(world)).toMatchObject({ outcome: 'bound', links: 450, target: { asked: 200, same: 200 } });
    const asked = world.target.log.map(({ id }) => id);
    expect(new Set(asked).size).toBe(200);
  });

  it('accepts another tenant or application only if the directory knows the people', async () => {
    const world = await boundWorld();
    world.job = compileJob(buildJob({ source: { servicePrincipalId: OTHER_APPLICATION } }), OTHER_TENANT);
    for (const id of ['p0001', 'p0002']) world.directory.users.delete(id);
    const refused = await rebind(world);
    expect(refused).toMatchObject({ outcome: 'refused', target: { same: 6 }, source: { asked: 6, same: 4 } });
    expect(refused.source?.wrong[0]).toMatchObject({
      sourceId: 'p0001',
      reason: 'the directory does not know this id',
    });
    world.directory.addUser('p0001');
    world.directory.addUser('p0002');
    expect(await rebind(world)).toMatchObject({ outcome: 'bound', source: { asked: 6, same: 6 } });
    expect(await rowOf(world)).toMatchObject({ tenant_id: OTHER_TENANT, users_link: null, groups_link: null });
  });
});
