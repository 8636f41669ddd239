import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDaemon, type Daemon } from '../../../src/daemon.ts';
import type { Job } from '../../../src/model/job.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { ensureJob, readJob, updateJob } from '../../../src/store/jobs.ts';
import { aConfiguration } from './configuration.ts';
import { aJob } from './runs.ts';

const MINUTE = 60_000;
const BEGIN = Date.parse('2026-05-31T08:00:00Z');

/** A daemon whose cycles end when the test says so. */
class World {
  now = BEGIN;
  readonly started: string[] = [];
  readonly aborted: string[] = [];
  readonly warnings: string[] = [];
  wakeAt: number | null = null;
  readonly store: Store;
  readonly #endings = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  constructor(store: Store) {
    this.store = store;
  }

  daemon(...jobs: readonly Job[]): Daemon {
    return createDaemon({
      store: this.store,
      configuration: aConfiguration(...jobs),
      clock: { now: () => new Date(this.now) },
      wakeAt: (moment) => {
        this.wakeAt = moment;
      },
      log: { info: () => undefined, warn: (_fields, message) => void this.warnings.push(message) },
      runCycle: (job, _configuration, signal) => this.#run(job, signal),
    });
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    this.started.push(job.id);
    await updateJob(this.store.db, job.id, { last_started: this.now, next_attempt: this.now + 40 * MINUTE });
    await new Promise<void>((resolve, reject) => {
      this.#endings.set(job.id, { resolve, reject });
      signal.addEventListener('abort', () => {
        this.aborted.push(job.id);
        resolve();
      });
    });
  }

  end(id: string): void {
    this.#endings.get(id)?.resolve();
  }

  fail(id: string): void {
    this.#endings.get(id)?.reject(new Error('unexpected'));
  }

  due(id: string): Promise<number> {
    return readJob(this.store.db, id).then((row) => row.next_attempt);
  }
}

/** Lets promises and the store come to rest: its driver is synchronous, so a few turns of the event loop are enough. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

let world: World;

beforeEach(async () => {
  world = new World(await openStore('sqlite::memory:'));
});

afterEach(() => world.store.close());

describe('daemon', () => {
  it('runs a single new job at once, and again after its interval', async () => {
    const daemon = world.daemon(aJob('a'));
    await daemon.start();
    await rest();
    expect(world.started).toEqual(['a']);
    world.end('a');
    await rest();
    expect(world.wakeAt).toBe(BEGIN + 40 * MINUTE);
    world.now = BEGIN + 39 * MINUTE;
    await daemon.tick();
    expect(world.started).toEqual(['a']);
    world.now = BEGIN + 40 * MINUTE;
    await daemon.tick();
    await rest();
    expect(world.started).toEqual(['a', 'a']);
  });

  it('spreads jobs that never ran', async () => {
    await world.daemon(aJob('a'), aJob('b'), aJob('c')).start();
    const dues = await Promise.all(['a', 'b', 'c'].map((id) => world.due(id)));
    expect(new Set(dues).size).toBe(3);
    expect(dues.every((due) => due >= BEGIN && due < BEGIN + MINUTE)).toBe(true);
  });

  it('keeps due times over a restart', async () => {
    await ensureJob(world.store.db, 'a');
    await updateJob(world.store.db, 'a', { next_attempt: BEGIN + 7 * MINUTE, last_started: BEGIN - 33 * MINUTE });
    await world.daemon(aJob('a')).start();
    await rest();
    expect(world.started).toEqual([]);
    expect(world.wakeAt).toBe(BEGIN + 7 * MINUTE);
  });

  it.each([false, true])(
    'waits one interval at most after the clock was set back (while it runs: %j)',
    async (runs) => {
      const ahead = BEGIN + 100 * 24 * 60 * MINUTE;
      await ensureJob(world.store.db, 'a');
      await updateJob(world.store.db, 'a', { next_attempt: ahead + 40 * MINUTE, last_started: ahead });
      world.now = runs ? ahead : BEGIN;
      const daemon = world.daemon(aJob('a'));
      await daemon.start();
      world.now = BEGIN;
      await daemon.tick();
      expect(world.wakeAt).toBe(BEGIN + 40 * MINUTE);
      world.now = BEGIN + 40 * MINUTE;
      await daemon.tick();
      await rest();
      expect(world.started).toEqual(['a']);
    },
  );

  it('leaves a job in quarantine alone until its next attempt, also after a restart and with an unfinished cycle', async () => {
    const attempt = BEGIN + 20 * 60 * MINUTE;
    await ensureJob(world.store.db, 'a');
    await updateJob(world.store.db, 'a', {
      status: 'Quarantine',
      next_attempt: attempt,
      last_started: BEGIN,
      open_cycle_id: 'c1',
    });
    const daemon = world.daemon(aJob('a'));
    await daemon.start();
    await daemon.tick();
    await rest();
    expect(world.started).toEqual([]);
    expect(await world.due('a')).toBe(attempt);
    world.now = attempt;
    await daemon.tick();
    await rest();
    expect(world.started).toEqual(['a']);
  });

  it('goes on at once with a cycle that an earlier process did not finish', async () => {
    await ensureJob(world.store.db, 'a');
    await updateJob(world.store.db, 'a', { next_attempt: BEGIN + 7 * MINUTE, open_cycle_id: 'c1' });
    await world.daemon(aJob('a')).start();
    await rest();
    expect(world.started).toEqual(['a']);
  });

  it('runs at most maxConcurrentJobs, never one job twice, and starts the next when one ends', async () => {
    const daemon = world.daemon(aJob('a'), aJob('b'), aJob('c'));
    world.now = BEGIN;
    await daemon.start();
    await rest();
    for (const id of world.started) world.end(id);
    await rest();
    world.started.length = 0;
    for (const [index, id] of ['a', 'b', 'c'].entries())
      await updateJob(world.store.db, id, { next_attempt: index + 1 });
    await daemon.tick();
    await daemon.tick();
    await rest();
    expect(world.started).toEqual(['a', 'b']);
    expect(daemon.running).toEqual(['a', 'b']);
    world.end('b');
    await rest();
    expect(world.started).toEqual(['a', 'b', 'c']);
  });

  it('leaves disabled jobs alone', async () => {
    await world.daemon(aJob('a', { enabled: false })).start();
    await rest();
    expect(world.started).toEqual([]);
  });

  it('survives a cycle that ends unexpectedly, without starting it at once again', async () => {
    const daemon = world.daemon(aJob('a'));
    await daemon.start();
    await rest();
    world.fail('a');
    await rest();
    expect(world.warnings).toHaveLength(1);
    expect(daemon.running).toEqual([]);
    expect(world.started).toEqual(['a']);
    world.now += 40 * MINUTE;
    await daemon.tick();
    await rest();
    expect(world.started).toEqual(['a', 'a']);
  });

  it('uses a changed configuration from the next cycle on; a shorter interval counts from the last start', async () => {
    const daemon = world.daemon(aJob('a'), aJob('old'));
    await ensureJob(world.store.db, 'old');
    await updateJob(world.store.db, 'old', { next_attempt: BEGIN + 400 * MINUTE });
    await updateJob(world.store.db, 'old', { last_started: BEGIN });
    await daemon.start();
    await rest();
    world.end('a');
    await rest();
    world.started.length = 0;
    world.now = BEGIN + 10 * MINUTE;
    await daemon.reload(aConfiguration(aJob('a', { schedule: { every: '5m' } }), aJob('new')));
    await rest();
    expect(world.started).toContain('a');
    expect(await world.due('new')).toBeGreaterThan(0);
    world.now = BEGIN + 500 * MINUTE;
    await daemon.tick();
    await rest();
    expect(world.started).not.toContain('old');
  });

  it('stops: asks cycles to end, waits for them, starts nothing more', async () => {
    const daemon = world.daemon(aJob('a'));
    await daemon.start();
    await rest();
    await daemon.stop();
    expect(world.aborted).toEqual(['a']);
    expect(daemon.running).toEqual([]);
    world.now += 400 * MINUTE;
    await daemon.tick();
    expect(world.started).toEqual(['a']);
  });

  // spec: pause
  it('leaves a paused job alone, and runs what was due once the pause has ended by itself', async () => {
    const daemon = world.daemon(aJob('a'));
    await ensureJob(world.store.db, 'a');
    await updateJob(world.store.db, 'a', { paused_since: BEGIN, paused_until: BEGIN + 90 * MINUTE });
    await daemon.start();
    await rest();
    expect(world.wakeAt).toBe(BEGIN + 90 * MINUTE);
    world.now += 89 * MINUTE;
    await daemon.tick();
    await rest();
    expect(world.started).toEqual([]);
    world.now += MINUTE;
    await daemon.tick();
    await rest();
    expect(world.started).toEqual(['a']);
  });

  it('runs other jobs while one is paused', async () => {
    const daemon = world.daemon(aJob('a'), aJob('b'));
    await ensureJob(world.store.db, 'a');
    await updateJob(world.store.db, 'a', { paused_since: BEGIN, paused_until: BEGIN + 90 * MINUTE });
    await daemon.start();
    world.now += MINUTE;
    await daemon.tick();
    await rest();
    expect(world.started).toEqual(['b']);
  });
});
