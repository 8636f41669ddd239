// What makes a daemon try a job in quarantine before its time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { QuarantineWatch } from '../../../src/cli/quarantine-watch.ts';
import { type Job, type SourceSettings, sourceSchema } from '../../../src/model/job.ts';
import type { QuarantineReason } from '../../../src/model/quarantine.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { ensureJob, readJob, updateJob } from '../../../src/store/jobs.ts';
import { saveQuarantine } from '../../../src/store/quarantines.ts';
import { buildJob } from '../../support/build-job.ts';

const NOW = Date.parse('2026-03-02T08:00:00Z');
const LATER = NOW + 3_600_000;

let store: Store;
let directory: string;
let jobs: Job[];
let source: SourceSettings;
let watch: QuarantineWatch;

function newWatch(): QuarantineWatch {
  return new QuarantineWatch({
    store,
    configuration: () => ({ jobs, sources: new Map([['entra', source]]), directory }),
    now: () => NOW,
    log: { info: () => undefined, warn: (fields, message) => expect.fail(`${message} ${JSON.stringify(fields)}`) },
  });
}

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  directory = await mkdtemp(join(tmpdir(), 'scimsync-watch-'));
  await writeFile(join(directory, 'token'), 'first');
  const auth = { type: 'bearer', token: { fromFile: 'token' } };
  jobs = [buildJob({ target: { auth } })];
  source = sourceSchema.parse({ type: 'graph', tenantId: 't', clientId: 'c', clientSecret: { fromEnv: 'SECRET' } });
  await ensureJob(store.db, 'job');
  watch = newWatch();
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

async function quarantine(reason: QuarantineReason): Promise<void> {
  const moments = { currentBegan: NOW, seriesBegan: NOW, nextAttempt: LATER };
  await saveQuarantine(store.db, 'job', { reason, ...moments, seriesCount: 4, error: null });
  await updateJob(store.db, 'job', { status: 'Quarantine', next_attempt: LATER });
}

const isDue = async (): Promise<boolean> => (await readJob(store.db, 'job')).next_attempt === NOW;

it('nothing new waits for its time', async () => {
  await watch.tick();
  await quarantine('EncounteredQuarantineException');
  await watch.tick();
  await watch.tick();
  expect(await isDue()).toBe(false);
});

it.each<[string, () => unknown]>([
  ['a token file that was written', () => writeFile(join(directory, 'token'), 'another one')],
  ['a token file that is gone', () => rm(join(directory, 'token'))],
  ['another address', () => (jobs = [buildJob({ target: { baseUrl: 'https://other.example' } })])],
  ['another credential of the source', () => (source = { ...source, clientId: 'another' })],
])('%s is tried at once', async (_, change) => {
  await watch.tick();
  await quarantine('EncounteredEscrowProportionThreshold');
  await watch.tick();
  expect(await isDue()).toBe(false);
  await change();
  await watch.tick();
  expect(await isDue()).toBe(true);
});

it('a daemon that starts tries at once what one question tells', async () => {
  await quarantine('EncounteredQuarantineException');
  await watch.tick();
  expect(await isDue()).toBe(true);
});

it('a daemon that starts tries failing objects at once only with another configuration', async () => {
  await quarantine('EncounteredEscrowProportionThreshold');
  const { compileJob } = await import('../../../src/engine/compiled-job.ts');
  const [job] = jobs;
  if (job === undefined) return expect.fail();
  await updateJob(store.db, 'job', { configuration_hash: compileJob(job, 't').configurationHash });
  await watch.tick();
  expect(await isDue()).toBe(false);
  jobs = [{ ...job, lifecycle: { ...job.lifecycle, blocked: 'nothing' } }];
  await newWatch().tick();
  expect(await isDue()).toBe(true);
});

it('a job that is in no quarantine keeps its due time', async () => {
  await updateJob(store.db, 'job', { next_attempt: LATER });
  await watch.tick();
  await writeFile(join(directory, 'token'), 'another one');
  await watch.tick();
  expect(await isDue()).toBe(false);
});
