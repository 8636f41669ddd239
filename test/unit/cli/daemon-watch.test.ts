import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DaemonWatch } from '../../../src/cli/daemon-watch.ts';
import { isDaemonRunning } from '../../../src/store/daemons.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { ensureJob, updateJob } from '../../../src/store/jobs.ts';
import { aJob } from './runs.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BEGIN = Date.parse('2026-05-31T08:00:00Z');

let store: Store;
let now: number;
let warnings: string[];
let jobs: string[];

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  now = BEGIN;
  warnings = [];
  jobs = ['kept'];
  for (const id of ['kept', 'lost']) {
    await ensureJob(store.db, id);
    await updateJob(store.db, id, { last_started: 1, file: `jobs/${id}.yaml` });
  }
});
afterEach(() => store.close());

function watch(owner = 'host/1/1'): DaemonWatch {
  return new DaemonWatch({
    store,
    identity: { owner, isGone: () => false },
    configuration: () => ({ jobs: jobs.map((id) => aJob(id)), refused: [] }),
    now: () => now,
    log: {
      info: () => undefined,
      warn: (fields, message) => void warnings.push(`${String(fields['jobId'])} ${String(fields['file'])}: ${message}`),
    },
  });
}

const runs = (isGone: (owner: string) => boolean = () => false) => isDaemonRunning(store.db, { now, isGone });

describe('DaemonWatch', () => {
  it('names the jobs that vanished at once, after a change, and once a day', async () => {
    const daemon = watch();
    await daemon.tick();
    expect(warnings).toEqual([expect.stringContaining('lost jobs/lost.yaml: no configuration; 0 links kept')]);
    now += DAY - 1;
    await daemon.tick();
    expect(warnings).toHaveLength(1);
    now += 1;
    await daemon.tick();
    expect(warnings).toHaveLength(2);
    await daemon.tellVanished();
    expect(warnings).toHaveLength(3);
    jobs.push('lost');
    await daemon.tellVanished();
    expect(warnings).toHaveLength(3);
  });

  it('says that it is there until it ends, falls silent, or its process is gone', async () => {
    const daemon = watch();
    expect(await runs()).toBe(false);
    await daemon.tick();
    expect(await runs()).toBe(true);
    expect(await runs((owner) => owner === 'host/1/1')).toBe(false);
    now += 4 * MINUTE;
    expect(await runs()).toBe(false);
    await daemon.tick();
    expect(await runs()).toBe(true);
    await daemon.end();
    expect(await runs()).toBe(false);
  });

  it('does not stop the daemon when the store cannot be asked', async () => {
    const daemon = watch();
    await store.close();
    await expect(daemon.tick()).resolves.toBeUndefined();
    await expect(daemon.end()).resolves.toBeUndefined();
    store = await openStore('sqlite::memory:');
  });
});
