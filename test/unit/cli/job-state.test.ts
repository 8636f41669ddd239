import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conditionOf, type JobState, readJobStates } from '../../../src/cli/job-state.ts';
import { nextCommand, statusLines } from '../../../src/cli/status-text.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import { zeroCounts } from '../../../src/model/cycle.ts';
import type { Job } from '../../../src/model/job.ts';
import { insertCycle } from '../../../src/store/cycles.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { saveEscrow } from '../../../src/store/escrows.ts';
import { ensureJob, updateJob } from '../../../src/store/jobs.ts';
import { aConfiguration } from './configuration.ts';
import { aJob } from './runs.ts';

const NOW = Date.parse('2026-05-31T08:00:00Z');
const VIEW = { now: NOW, isGone: (owner: string) => owner === 'gone' };
let store: Store;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});

afterEach(() => store.close());

const read = (...jobs: readonly Job[]) =>
  readJobStates(store.db, aConfiguration(...jobs), VIEW).then((report) => report.jobs);

function aState(changes: Partial<JobState> = {}): JobState {
  return {
    id: 'wiki',
    condition: 'well',
    status: 'Active',
    configured: true,
    enabled: true,
    file: 'config/jobs/wiki.yaml',
    mode: 'enforce',
    quarantine: null,
    deletions: { count: 0, next: null },
    failing: [],
    restarting: null,
    links: 8,
    lastCycle: {
      id: 'c1',
      kind: 'incremental',
      dryRun: false,
      mode: 'enforce',
      timeBegan: '2026-05-31T07:50:00.000Z',
      timeResumed: '2026-05-31T07:50:00.000Z',
      timeEnded: '2026-05-31T07:55:00.000Z',
      counts: { ...zeroCounts(), inScope: 8, created: 2 },
    },
    nextDue: '2026-05-31T08:30:00.000Z',
    escrowed: 0,
    held: 0,
    configuration: null,
    approved: 0,
    rejected: null,
    paused: null,
    quietCycles: 0,
    lastFault: null,
    refusal: null,
    runningBy: null,
    defaultAccess: 0,
    unstable: [],
    ...changes,
  };
}

const FAULT = { code: 'TargetUnreachable', message: 'refused', advice: 'Check it.', at: '2026-05-31T07:55:00.000Z' };

const PAUSE = { since: '2026-05-31T07:00:00.000Z', until: '2026-05-31T11:00:00.000Z', reason: 'audit' };

describe('conditionOf', () => {
  it.each<[Partial<JobState>, JobState['condition']]>([
    [{}, 'well'],
    [{ configured: false, lastFault: FAULT }, 'vanished'],
    [{ configured: false, refusal: 'jobs/wiki.yaml:3 …' }, 'refused'],
    [{ enabled: false, held: 3 }, 'disabled'],
    [{ paused: PAUSE, lastFault: FAULT }, 'fault'],
    [{ paused: PAUSE }, 'paused'],
    [{ mode: 'observe' }, 'observing'],
    [{ mode: 'observe', held: 1 }, 'held'],
    [{ lastFault: FAULT, held: 3 }, 'fault'],
    [{ status: 'Quarantine', held: 3 }, 'quarantine'],
    [{ held: 3, escrowed: 1 }, 'held'],
    [{ escrowed: 1, runningBy: 'p' }, 'failing'],
    [{ runningBy: 'p' }, 'running'],
    [{ status: 'NotRun', lastCycle: null }, 'neverRun'],
  ])('%j is %s', (changes, condition) => {
    expect(conditionOf(aState(changes))).toBe(condition);
  });
});

describe('readJobStates', () => {
  it('knows jobs that never ran, without a store as well', async () => {
    const { jobs, daemonRuns } = await readJobStates(
      null,
      aConfiguration(aJob('a'), aJob('b', { enabled: false })),
      VIEW,
    );
    expect(daemonRuns).toBe(false);
    expect(jobs.map(({ id, condition }) => [id, condition])).toEqual([
      ['a', 'neverRun'],
      ['b', 'disabled'],
    ]);
  });

  it('lists the worst first, and jobs without a file', async () => {
    for (const id of ['well', 'broken', 'gone', 'failing']) {
      await ensureJob(store.db, id);
      await updateJob(store.db, id, { status: 'Active', next_attempt: NOW + 60_000, last_started: NOW - 1 });
    }
    await updateJob(store.db, 'broken', { last_fault: JSON.stringify(FAULT) });
    await saveEscrow(store.db, {
      job_id: 'failing',
      kind: 'user',
      source_id: 'u1',
      display_name: null,
      code: 'EntryConflict',
      message: 'taken',
      attempts: 1,
      first_seen: 1,
      next_attempt: 2,
      reference: 0,
    });
    const states = await read(aJob('well'), aJob('failing'), aJob('broken'));
    expect(states.map(({ id, condition }) => [id, condition])).toEqual([
      ['broken', 'fault'],
      ['gone', 'vanished'],
      ['failing', 'failing'],
      ['well', 'well'],
    ]);
    expect(states[0]).toMatchObject({ lastFault: FAULT, nextDue: new Date(NOW + 60_000).toISOString() });
  });

  it('shows refused files with their faults, beside what the store knows of their jobs', async () => {
    await ensureJob(store.db, 'wiki');
    await updateJob(store.db, 'wiki', { last_started: 1, file: 'jobs/wiki.yaml' });
    const faults = [{ file: 'config/jobs/wiki.yaml', line: 3, path: 'mode', message: 'What mode is that?' }];
    const configuration = {
      ...aConfiguration(aJob('crm')),
      refused: [
        { file: 'config/jobs/wiki.yaml', id: 'wiki', faults },
        { file: 'config/jobs/new.yaml', id: null, faults: [] },
      ],
    };
    const { jobs } = await readJobStates(store.db, configuration, VIEW);
    expect(jobs.map(({ id, condition, file }) => [id, condition, file])).toEqual([
      ['config/jobs/new.yaml', 'refused', 'config/jobs/new.yaml'],
      ['wiki', 'refused', 'config/jobs/wiki.yaml'],
      ['crm', 'neverRun', '/etc/scimsync/jobs/crm.yaml'],
    ]);
    expect(linesOf(jobs).join('\n')).toContain('config/jobs/wiki.yaml:3  mode  What mode is that?');
  });

  it('leaves out what only a plan has made', async () => {
    await ensureJob(store.db, 'planned');
    expect(await read()).toEqual([]);
  });

  it.each([
    ['a lease that is held', 'host/1/2', NOW + 1, 'running'],
    ['a lease that has lapsed', 'host/1/2', NOW - 1, 'well'],
    ['a lease of a process that has ended', 'gone', NOW + 1, 'well'],
  ])('%s', async (_name, owner, until, condition) => {
    await ensureJob(store.db, 'wiki');
    await updateJob(store.db, 'wiki', { status: 'Active', lease_owner: owner, lease_until: until });
    expect((await read(aJob()))[0]?.condition).toBe(condition);
  });

  it('shows the last cycle that was carried out, not a planned one after it', async () => {
    await ensureJob(store.db, 'wiki');
    const cycle = {
      job_id: 'wiki',
      kind: 'initial',
      trigger: 'syncNow',
      mode: 'enforce',
      requests: null,
      counts: null,
    };
    await insertCycle(store.db, {
      ...cycle,
      id: 'real',
      dry_run: 0,
      time_began: '2026-05-31T07:00:00Z',
      time_ended: null,
    });
    await insertCycle(store.db, {
      ...cycle,
      id: 'plan',
      dry_run: 1,
      time_began: '2026-05-31T07:30:00Z',
      time_ended: null,
    });
    const [state] = await read(aJob());
    expect(state).toMatchObject({ condition: 'unfinished', lastCycle: { id: 'real' } });
  });
});

const linesOf = (states: readonly JobState[], daemonRuns = true) =>
  statusLines({ jobs: states, daemonRuns }, NOW, '', plainPaint);

describe('statusLines', () => {
  it('is one line a job', () => {
    expect(linesOf([aState(), aState({ id: 'b', condition: 'held', held: 12 })])).toEqual([
      'well  wiki           incremental 5 min ago: created 2  due in 30 min',
      'held  b     12 held  incremental 5 min ago: created 2  due in 30 min  scimsync staged --job b',
    ]);
  });

  it.each([
    ['2026-05-31T08:30:00.000Z', 'due in 30 min when the daemon runs'],
    ['2026-05-31T07:30:00.000Z', 'due when the daemon runs'],
  ])('says what a due time is worth without a daemon: %s', (nextDue, text) => {
    expect(linesOf([aState({ nextDue })], false)[0]).toContain(text);
  });

  it('adds cause and advice of a fault', () => {
    const state = aState({ condition: 'fault', lastFault: { ...FAULT, message: 'refused\u0007' } });
    expect(linesOf([state]).slice(1)).toEqual([String.raw`  TargetUnreachable: refused\x07`, '  Check it.']);
  });

  it('names the setting when Default Access is the reason that nobody is in scope', () => {
    const lastCycle = { ...aState().lastCycle, counts: zeroCounts() } as JobState['lastCycle'];
    const lines = linesOf([aState({ lastCycle, defaultAccess: 21 })]);
    expect(lines[1]).toContain('Nobody is in scope: 21 assignments with Default Access left out. source.exclude');
  });

  it('names the number that is left out in any case', () => {
    expect(linesOf([aState({ defaultAccess: 1 })])[1]).toContain('1 assignment with Default Access left out');
    expect(linesOf([aState()])).toHaveLength(1);
  });

  it('shouts about a job without configuration, and says the ways on', () => {
    const lines = linesOf([
      aState({ condition: 'vanished', configured: false, file: 'jobs/wiki.yaml', nextDue: null }),
    ]);
    expect(lines[0]).toBe(
      'vanished  wiki    no configuration; 8 links kept; leavers are NOT processed    scimsync job list',
    );
    expect(lines.join('\n')).toContain('It was last configured in jobs/wiki.yaml.');
    expect(lines.join('\n')).toContain('scimsync job rename wiki NEW');
    expect(lines.join('\n')).toContain('scimsync job forget wiki');
  });

  it('names the id that the job has now, when it is plain', () => {
    const gone = aState({ condition: 'vanished', configured: false });
    const renamed = aState({ id: 'crm', condition: 'fault', lastFault: { ...FAULT, code: 'JobRenamed' } });
    expect(linesOf([renamed, gone]).join('\n')).toContain('scimsync job rename wiki crm');
    expect(linesOf([renamed, { ...renamed, id: 'b' }, gone]).join('\n')).toContain('scimsync job rename wiki NEW');
  });

  it('says when a pause ends, and why it is one, instead of a due time', () => {
    const lines = linesOf([aState({ condition: 'paused', paused: PAUSE })]);
    expect(lines).toEqual([
      'paused  wiki  goes on in 3 h  incremental 5 min ago: created 2    scimsync resume --job wiki',
      '  Paused: audit',
    ]);
  });

  it('says when a pause ends as precisely as it was asked for', () => {
    const paused = { ...PAUSE, until: '2026-05-31T11:59:58.000Z' };
    expect(linesOf([aState({ condition: 'paused', paused })])[0]).toContain('goes on in 3 h 59 min');
  });

  it('says what was approved and waits for the next cycle', () => {
    expect(linesOf([aState({ approved: 254 })])[0]).toContain('254 approved, not carried out yet');
    const rejected = { count: 12, until: '2026-12-23T10:00:00.000Z' };
    expect(linesOf([aState({ rejected })])[0]).toContain('12 rejected until 2026-12-23');
  });

  it('of an observed job, what a guard would hold', () => {
    const counts = { ...zeroCounts(), created: 18, adopted: 2, held: 18 };
    const lastCycle = { ...aState().lastCycle, mode: 'observe', counts } as JobState['lastCycle'];
    expect(linesOf([aState({ condition: 'observing', mode: 'observe', lastCycle })])[0]).toContain(
      'would create 18 · adopt 2, and a guard would hold 18 of it',
    );
  });

  it.each([
    [0, 'initial 5 min ago: would create 18 · adopt 2'],
    [1, 'initial 5 min ago: nothing would change, for 1 cycle'],
    [12, 'initial 5 min ago: nothing would change, for 12 cycles'],
  ])('of an observed job, quiet for %i cycles', (quietCycles, text) => {
    const lastCycle = {
      ...aState().lastCycle,
      kind: 'initial',
      mode: 'observe',
      counts: { ...zeroCounts(), created: 18, adopted: 2 },
    } as JobState['lastCycle'];
    expect(linesOf([aState({ condition: 'observing', mode: 'observe', quietCycles, lastCycle })])[0]).toContain(text);
  });

  it.each<[string, Partial<NonNullable<JobState['lastCycle']>>, string | null, string]>([
    ['runs', {}, 'host/1/2', 'initial cycle for 10 min'],
    [
      'is gone on with after an interruption',
      { timeResumed: '2026-05-31T07:59:00.000Z' },
      'host/1/2',
      'initial cycle, begun 10 min ago, gone on with for 1 min',
    ],
    ['waits', {}, null, 'initial cycle, begun 10 min ago, unfinished: goes on with the next run'],
  ])('times a cycle that %s', (_name, changes, runningBy, text) => {
    const lastCycle = { ...aState().lastCycle, kind: 'initial', timeEnded: null, ...changes } as JobState['lastCycle'];
    expect(linesOf([aState({ condition: 'running', lastCycle, runningBy })])[0]).toContain(text);
  });
});

describe('nextCommand', () => {
  it.each<[Partial<JobState>, string]>([
    [{ condition: 'fault', lastFault: FAULT }, 'scimsync test-connection --job wiki'],
    [{ condition: 'fault', lastFault: { ...FAULT, code: 'ConfigurationInvalid' } }, 'scimsync validate'],
    [{ condition: 'fault', lastFault: { ...FAULT, code: 'StoreUnavailable' } }, 'scimsync --sync-now --job wiki'],
    [{ condition: 'failing' }, 'scimsync logs --job wiki --status failure'],
    [{ condition: 'neverRun' }, 'scimsync plan --job wiki'],
    [{ condition: 'fault', lastFault: { ...FAULT, code: 'TargetChanged' } }, 'scimsync job rebind wiki'],
    [{ condition: 'vanished' }, 'scimsync job list'],
    [{ condition: 'refused' }, 'scimsync validate'],
    [{ condition: 'paused' }, 'scimsync resume --job wiki'],
    [{ condition: 'well' }, ''],
    [{ condition: 'well', approved: 3 }, 'scimsync --sync-now --job wiki'],
  ])('%j', (changes, command) => {
    expect(nextCommand(aState(changes), '')).toBe(command);
  });
});
