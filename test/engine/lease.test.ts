// One process at a time runs a cycle of a job; one that was taken over writes nothing any more.
import { describe, expect, it } from 'vitest';
import { runJob } from '../../src/engine/run-job.ts';
import { LEASE_MS } from '../../src/store/jobs.ts';
import { buildWorld, type World } from '../support/world.ts';

const REQUEST = { trigger: 'schedule', dryRun: false } as const;

/** Runs `meanwhile` once while a cycle is sending its first creation. */
function during(world: World, meanwhile: () => Promise<void>): void {
  let once = true;
  world.target.before = async (request) => {
    if (request.method !== 'create' || !once) return;
    once = false;
    await meanwhile();
  };
}

describe('a second cycle', () => {
  it.each([
    { owner: 'other', name: 'of another process' },
    { owner: 'first', name: 'of the same process' },
  ])('$name is refused while the first one runs', async ({ owner }) => {
    const world = await buildWorld();
    world.people(3);
    let refused: unknown;
    during(world, async () => {
      const identity = { owner, isGone: () => false };
      refused = await runJob(world.job, REQUEST, identity, 0, world.io()).catch((error: unknown) => error);
    });
    const first = { owner: 'first', isGone: () => false };
    const summary = await runJob(world.job, REQUEST, first, 0, world.io());
    expect(refused).toMatchObject({ code: 'JobBusy' });
    expect(summary.counts.created).toBe(3);
  });

  it('waits for the first one when told so, and then runs', async () => {
    const world = await buildWorld();
    world.people(3);
    await world.store.transaction((trx) =>
      trx
        .updateTable('job')
        .set({ lease_owner: 'first', lease_until: world.clock.now().getTime() + LEASE_MS })
        .execute(),
    );
    const identity = { owner: 'second', isGone: () => false };
    const summary = await runJob(world.job, REQUEST, identity, LEASE_MS * 2, world.io());
    expect(summary.counts.created).toBe(3);
  });

  // spec: one-writer
  it('takes over when the lease has lapsed, and the first one writes nothing more', async () => {
    const world = await buildWorld({ target: { concurrency: 1 } });
    world.target.uniqueUserName = false;
    world.people(6);
    let created = 0;
    during(world, async () => {
      world.clock.advance(LEASE_MS + 1);
      const second = { owner: 'second', isGone: () => false };
      const summary = await runJob(world.job, REQUEST, second, 0, world.io());
      created = summary.counts.created;
    });
    const first = { owner: 'first', isGone: () => false };
    await expect(runJob(world.job, REQUEST, first, 0, world.io())).rejects.toMatchObject({ code: 'LeaseLost' });
    expect(created).toBe(6);
    const links = await world.store.db.selectFrom('link').selectAll().execute();
    expect(links).toHaveLength(6);
    const row = await world.store.db.selectFrom('job').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ lease_owner: null, last_fault: null });
  });
});

it('a holder that has ended is not waited for', async () => {
  const world = await buildWorld();
  world.people(1);
  await world.run();
  await world.store.db
    .updateTable('job')
    .set({ lease_owner: 'dead', lease_until: world.clock.now().getTime() + LEASE_MS })
    .execute();
  const identity = { owner: 'second', isGone: (owner: string) => owner === 'dead' };
  await expect(runJob(world.job, REQUEST, identity, 0, world.io())).resolves.toMatchObject({ jobId: 'job' });
});
