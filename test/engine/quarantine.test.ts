// Quarantine: whatever keeps a job from working is found out with few requests, and the whole job goes on at once when it
// is gone. Held removals slow nothing.
import { describe, expect, it } from 'vitest';
import type { CycleSummary } from '../../src/model/cycle.ts';
import { JobFault, type ObjectFault } from '../../src/model/errors.ts';
import { findQuarantine } from '../../src/store/quarantines.ts';
import { DAY, MINUTE } from '../support/fake-clock.ts';
import type { Json } from '../support/patch-resource.ts';
import { buildWorld, type World } from '../support/world.ts';

const REFUSED: ObjectFault = { code: 'InvalidValue', message: 'not this one', status: 400 };
const BAD_TOKEN = new JobFault('TargetCredentialsInvalid', 'the token is refused');

/** Refuses to create all but the first so many people. */
function refuseAllBut(world: World, count: number, fault = REFUSED): void {
  world.target.disturb = (request) => {
    if (request.method !== 'create' || request.kind !== 'User') return undefined;
    return Number(String((request.body as Json)['externalId']).slice(1)) > count ? { fault } : undefined;
  };
}

async function row(world: World) {
  return world.store.db.selectFrom('job').selectAll().executeTakeFirstOrThrow();
}

const quarantine = (world: World) => findQuarantine(world.store.db, 'job');

/** Runs the job when it is due next. */
async function whenDue(world: World): Promise<CycleSummary | string> {
  const { next_attempt: due } = await row(world);
  world.clock.advance(due - world.clock.now().getTime() - 40 * MINUTE);
  return world.run().catch((error: unknown) => (error as JobFault).code);
}

describe('a target that refuses the token', () => {
  // spec: quarantine
  it('puts the job into quarantine: one question at a time, after 5 minutes, doubling, up to a day', async () => {
    const world = await buildWorld();
    world.people(10);
    world.target.disturb = () => ({ throws: BAD_TOKEN });
    await expect(world.run()).rejects.toMatchObject({ code: 'TargetCredentialsInvalid' });
    const began = world.clock.now().getTime();
    expect(await quarantine(world)).toEqual({
      reason: 'EncounteredQuarantineException',
      currentBegan: began,
      seriesBegan: began,
      nextAttempt: began + 5 * MINUTE,
      seriesCount: 1,
      error: { code: 'TargetCredentialsInvalid', message: 'the token is refused' },
    });
    const delays: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const before = world.clock.now().getTime();
      delays.push(((await row(world)).next_attempt - before) / MINUTE);
      const directory = { ...world.directory.requests };
      expect(await whenDue(world)).toBe('TargetCredentialsInvalid');
      expect(world.target.log.map(({ method }) => method)).toEqual(['find']);
      expect(world.directory.requests).toEqual(directory);
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
    expect(await row(world)).toMatchObject({ status: 'Quarantine' });
    expect(await quarantine(world)).toMatchObject({ seriesCount: 12, seriesBegan: began, currentBegan: began });
  });

  // spec: quarantine
  it('ends by itself: the whole cycle runs with the attempt that succeeds', async () => {
    const world = await buildWorld();
    world.people(10);
    world.target.disturb = () => ({ throws: BAD_TOKEN });
    await expect(world.run()).rejects.toThrow();
    world.target.disturb = undefined;
    expect(await whenDue(world)).toMatchObject({ status: 'Active', counts: { created: 10 } });
    expect(await quarantine(world)).toBeNull();
    expect(await row(world)).toMatchObject({ status: 'Active', last_fault: null });
  });

  it('goes on daily after 28 days', async () => {
    const world = await buildWorld();
    world.people(1);
    world.target.disturb = () => ({ throws: BAD_TOKEN });
    await expect(world.run()).rejects.toThrow();
    for (let attempt = 0; attempt < 45; attempt += 1) await whenDue(world);
    const { seriesBegan, nextAttempt } = (await quarantine(world)) ?? { seriesBegan: 0, nextAttempt: 0 };
    expect(nextAttempt - seriesBegan).toBeGreaterThan(28 * DAY);
    expect(nextAttempt - world.clock.now().getTime()).toBe(DAY);
    world.target.disturb = undefined;
    expect(await whenDue(world)).toMatchObject({ status: 'Active', counts: { created: 1 } });
  });

  it('is tried at once by a person', async () => {
    const world = await buildWorld();
    world.people(3);
    world.target.disturb = () => ({ throws: BAD_TOKEN });
    await expect(world.run()).rejects.toThrow();
    world.target.disturb = undefined;
    world.clock.advance(-39 * MINUTE);
    expect(await world.run({ trigger: 'syncNow' })).toMatchObject({ status: 'Active', counts: { created: 3 } });
  });
});

it('credentials that the directory refuses are asked for at the directory', async () => {
  const world = await buildWorld();
  world.people(3);
  const source = world.directory.readServicePrincipal.bind(world.directory);
  let asked = 0;
  world.directory.readServicePrincipal = () => {
    asked += 1;
    return Promise.reject(new JobFault('SourceSecretExpired', 'expired'));
  };
  await expect(world.run()).rejects.toMatchObject({ code: 'SourceSecretExpired' });
  expect(await whenDue(world)).toBe('SourceSecretExpired');
  expect(asked).toBe(2);
  expect(world.target.log).toEqual([]);
  world.directory.readServicePrincipal = source;
  expect(await whenDue(world)).toMatchObject({ status: 'Active', counts: { created: 3 } });
});

it.each(['TargetUnreachable', 'SourceUnreachable', 'SourcePermissionMissing'] as const)(
  '%s is a fault of the job and no quarantine',
  async (code) => {
    const world = await buildWorld();
    world.people(3);
    world.target.disturb = () => ({ throws: new JobFault(code, 'nobody there') });
    await expect(world.run()).rejects.toMatchObject({ code });
    expect(await quarantine(world)).toBeNull();
  },
);

it('a target that answers 5xx to the question is not asked for more', async () => {
  const world = await buildWorld();
  world.people(5);
  world.target.disturb = () => ({ throws: new JobFault('TargetIncompatible', 'a sign-in page') });
  await expect(world.run()).rejects.toThrow();
  world.target.disturb = () => ({ fault: { code: 'InternalServerError', message: 'oops', status: 500 } });
  expect(await whenDue(world)).toBe('TargetUnreachable');
  expect(world.target.log).toHaveLength(1);
  expect(await quarantine(world)).toMatchObject({
    reason: 'EncounteredQuarantineException',
    seriesCount: 2,
    error: { code: 'TargetUnreachable' },
  });
});

describe('10 people of whom 9 fail', () => {
  async function failing(variation: Parameters<typeof buildWorld>[0] = {}): Promise<World> {
    const world = await buildWorld(variation);
    world.people(10);
    refuseAllBut(world, 1);
    expect(await world.run()).toMatchObject({
      status: 'Quarantine',
      counts: { created: 1, failed: 9, escrowed: 9 },
      quarantine: {
        reason: 'EncounteredEscrowProportionThreshold',
        error: { code: 'InvalidValue', message: expect.stringContaining('9 of 10 objects fail') as string },
      },
    });
    return world;
  }

  it('put the job into quarantine, and three of them are tried at a time', async () => {
    const world = await failing();
    world.directory.setUser('p0001', { displayName: 'Somebody Else' });
    const tried = new Set<unknown>();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await whenDue(world)).toMatchObject({ status: 'Quarantine', probe: { tried: 3, failed: 3 } });
      const created = world.target.sent('create');
      expect(created).toHaveLength(3);
      for (const { body } of created) tried.add((body as Json)['externalId']);
      expect(world.target.sent('patch', 'remove')).toEqual([]);
    }
    expect(tried.size).toBe(9);
    expect(await quarantine(world)).toMatchObject({ seriesCount: 4 });
    expect((await row(world)).last_fault).toBeNull();
  });

  it('leave by themselves once they succeed, and everybody is brought in step at once', async () => {
    const world = await failing();
    world.directory.setUser('p0001', { displayName: 'Somebody Else' });
    world.target.disturb = undefined;
    const before = world.target.requests.scim;
    const summary = await whenDue(world);
    expect(summary).toMatchObject({ requests: { scim: world.target.requests.scim - before } });
    expect(summary).toMatchObject({ status: 'Active', counts: { created: 9, updated: 1, escrowed: 0 } });
    expect(world.target.resources.User.size).toBe(10);
    expect(await quarantine(world)).toBeNull();
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('stay when one of three succeeds, and a whole cycle in which most still fail goes on with the series', async () => {
    const world = await failing();
    refuseAllBut(world, 2);
    expect(await whenDue(world)).toMatchObject({ status: 'Quarantine', probe: { tried: 3, failed: 2 } });
    refuseAllBut(world, 5);
    const summary = await whenDue(world);
    expect(summary).toMatchObject({ status: 'Quarantine', quarantine: { seriesCount: 3 } });
    expect(summary).toMatchObject({ probe: { tried: 3, failed: 2 } });
  });

  it('are tried by a cycle with a limit, which is not exceeded', async () => {
    const world = await failing();
    world.target.disturb = undefined;
    const summary = await world.run({ trigger: 'syncNow', limit: 2 });
    expect(summary).toMatchObject({ status: 'Quarantine', limited: { sent: 2 } });
    expect(world.target.writes()).toHaveLength(2);
  });

  it('are tried as a whole when the configuration changed', async () => {
    const world = await failing();
    world.target.disturb = undefined;
    world.configure({ lifecycle: { blocked: 'nothing' } });
    expect(await whenDue(world)).toMatchObject({ status: 'Active', counts: { created: 9 } });
  });

  it('are no quarantine below the number from which the share counts, or with another share', async () => {
    for (const escrowThresholds of [{ from: 11 }, { percent: 90 }]) {
      const world = await buildWorld({ escrowThresholds });
      world.people(10);
      refuseAllBut(world, 1);
      expect(await world.run()).toMatchObject({ status: 'Active', counts: { failed: 9 } });
    }
  });

  it('are none either when the target only asks to go slower', async () => {
    const world = await buildWorld();
    world.people(10);
    refuseAllBut(world, 1, { code: 'TooManyRequests', message: 'slower', status: 429 });
    expect(await world.run()).toMatchObject({ status: 'Active', counts: { failed: 9 } });
    expect(await quarantine(world)).toBeNull();
  });
});

it('more failures than escrowThresholds.count are a quarantine whatever their share', async () => {
  const world = await buildWorld({ escrowThresholds: { count: 3 } });
  world.people(20);
  refuseAllBut(world, 16);
  expect(await world.run()).toMatchObject({
    status: 'Quarantine',
    quarantine: { reason: 'EncounteredBaseEscrowThreshold' },
  });
});

it('managers and memberships that cannot be written count for escrowThresholds.total only', async () => {
  for (const [total, status] of [
    [60_000, 'Active'],
    [5, 'Quarantine'],
  ] as const) {
    const world = await buildWorld({ escrowThresholds: { total } });
    const ids = world.people(10);
    for (const id of ids) world.directory.setManager(id, 'boss');
    world.directory.addUser('boss');
    await world.run();
    world.directory.assign('boss');
    world.target.disturb = (request) => (request.method === 'patch' ? { fault: REFUSED } : undefined);
    expect(await world.run()).toMatchObject({ status, counts: { failed: 10 } });
    expect((await quarantine(world))?.reason ?? null).toBe(
      status === 'Active' ? null : 'EncounteredTotalEscrowThreshold',
    );
  }
});

it('a target that refuses everybody is not asked for each of them', async () => {
  const world = await buildWorld();
  world.people(1000);
  refuseAllBut(world, 0);
  expect(await world.run()).toMatchObject({ status: 'Quarantine' });
  expect(world.target.sent('create').length).toBeLessThanOrEqual(600);
  world.target.disturb = undefined;
  expect(await whenDue(world)).toMatchObject({ status: 'Active', counts: { escrowed: 0 } });
  expect(world.target.resources.User.size).toBe(1000);
});

// spec: quarantine
it('nothing that a guard counts is sent by an attempt', async () => {
  const world = await buildWorld();
  const ids = world.people(20);
  await world.run();
  for (const id of ids) world.directory.setUser(id, { displayName: `New ${id}` });
  world.target.disturb = (request) => (request.method === 'patch' ? { fault: REFUSED } : undefined);
  expect(await world.run()).toMatchObject({ status: 'Quarantine' });
  for (const id of ids) world.directory.setUser(id, { accountEnabled: false });
  world.configure({ guards: { leavers: { count: 2, percent: 100, from: 1 } } });
  // As the configuration is the same for the hash, the attempt tries people first.
  world.target.disturb = undefined;
  const summary = await whenDue(world);
  expect(world.target.writes()).toEqual([]);
  expect(summary).toMatchObject({ counts: { held: 20 } });
});

// spec: held-slows-nothing
it('held removals are no quarantine: the schedule stays, and everything harmless goes through', async () => {
  const world = await buildWorld({ guards: { scopeLosses: { count: 2, percent: 100, from: 1 } } });
  const ids = world.people(20);
  await world.run();
  for (const id of ids.slice(0, 5)) world.directory.unassign(id);
  world.directory.setUser('p0020', { displayName: 'Harmless' });
  expect(await world.run()).toMatchObject({ status: 'Active', counts: { held: 5, updated: 1, disabled: 0 } });
  expect(await quarantine(world)).toBeNull();
});

it('a plan and a cycle on demand neither begin nor end a quarantine', async () => {
  const world = await buildWorld();
  world.people(3);
  world.target.disturb = () => ({ throws: BAD_TOKEN });
  await expect(world.run({ dryRun: true })).rejects.toThrow();
  await expect(world.run({ trigger: 'onDemand', selection: { user: ['p0001'], group: [] } })).rejects.toThrow();
  expect(await quarantine(world)).toBeNull();
  await expect(world.run()).rejects.toThrow();
  const before = await quarantine(world);
  world.target.disturb = undefined;
  await world.run({ dryRun: true });
  await world.run({ trigger: 'onDemand', selection: { user: ['p0001'], group: [] } });
  expect(world.userOf('p0001')).toBeDefined();
  expect(await quarantine(world)).toEqual(before);
});

it('another reason begins anew, and the series goes on', async () => {
  const world = await buildWorld();
  world.people(10);
  refuseAllBut(world, 1);
  await world.run();
  const first = await quarantine(world);
  world.target.disturb = () => ({ throws: BAD_TOKEN });
  expect(await whenDue(world)).toBe('TargetCredentialsInvalid');
  const second = await quarantine(world);
  expect(second).toMatchObject({
    reason: 'EncounteredQuarantineException',
    seriesBegan: first?.seriesBegan,
    seriesCount: 2,
  });
  expect(second?.currentBegan).toBeGreaterThan(first?.currentBegan ?? 0);
  // The token is well again, but most people still fail: a few are tried before anything else is written.
  refuseAllBut(world, 1);
  world.directory.setUser('p0001', { displayName: 'Somebody Else' });
  expect(await whenDue(world)).toMatchObject({ status: 'Quarantine', probe: { tried: 3, failed: 3 } });
  expect(world.target.sent('patch')).toEqual([]);
  expect(await quarantine(world)).toMatchObject({ reason: 'EncounteredEscrowProportionThreshold', seriesCount: 3 });
});
