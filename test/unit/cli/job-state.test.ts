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
let store: Store;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});

afterEach(() => store.close());

const read = (...jobs: readonly Job[]) =>
  readJobStates(store.db, aConfiguration(...jobs), { now: NOW, isGone: (owner) => owner === 'gone' });

function aState(changes: Partial<JobState> = {}): JobState {
  return {
    id: 'wiki',
    condition: 'well',
    status: 'Active',
    configured: true,
    enabled: true,
    lastCycle: {
      id: 'c1',
      kind: 'incremental',
      dryRun: false,
      timeBegan: '2026-05-31T07:50:00.000Z',
      timeEnded: '2026-05-31T07:55:00.000Z',
      counts: { ...zeroCounts(), inScope: 8, created: 2 },
    },
    nextDue: '2026-05-31T08:30:00.000Z',
    escrowed: 0,
    held: 0,
    lastFault: null,
    runningBy: null,
    defaultAccess: 0,
    ...changes,
  };
}

const FAULT = { code: 'TargetUnreachable', message: 'refused', advice: 'Check it.', at: '2026-05-31T07:55:00.000Z' };

describe('conditionOf', () => {
  it.each<[Partial<JobState>, JobState['condition']]>([
    [{}, 'well'],
    [{ configured: false, lastFault: FAULT }, 'noFile'],
    [{ enabled: false, held: 3 }, 'disabled'],
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
    const states = await readJobStates(null, aConfiguration(aJob('a'), aJob('b', { enabled: false })), {
      now: NOW,
      isGone: () => false,
    });
    expect(states.map(({ id, condition }) => [id, condition])).toEqual([
      ['a', 'neverRun'],
      ['b', 'disabled'],
    ]);
  });

  it('lists the worst first, and jobs without a file', async () => {
    for (const id of ['well', 'broken', 'gone', 'failing']) {
      await ensureJob(store.db, id);
      await updateJob(store.db, id, { status: 'Active', next_attempt: NOW + 60_000 });
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
    });
    const states = await read(aJob('well'), aJob('failing'), aJob('broken'));
    expect(states.map(({ id, condition }) => [id, condition])).toEqual([
      ['broken', 'fault'],
      ['failing', 'failing'],
      ['gone', 'noFile'],
      ['well', 'well'],
    ]);
    expect(states[0]).toMatchObject({ lastFault: FAULT, nextDue: new Date(NOW + 60_000).toISOString() });
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

describe('statusLines', () => {
  it('is one line a job', () => {
    expect(statusLines([aState(), aState({ id: 'b', condition: 'held', held: 12 })], NOW, '', plainPaint)).toEqual([
      'well  wiki           incremental 5 min ago: created 2  due in 30 min',
      'held  b     12 held  incremental 5 min ago: created 2  due in 30 min  scimsync staged --job b',
    ]);
  });

  it('adds cause and advice of a fault', () => {
    const state = aState({ condition: 'fault', lastFault: { ...FAULT, message: 'refused\u0007' } });
    expect(statusLines([state], NOW, '', plainPaint).slice(1)).toEqual([
      String.raw`  TargetUnreachable: refused\x07`,
      '  Check it.',
    ]);
  });

  it('names the setting when Default Access is the reason that nobody is in scope', () => {
    const lastCycle = { ...aState().lastCycle, counts: zeroCounts() } as JobState['lastCycle'];
    const lines = statusLines([aState({ lastCycle, defaultAccess: 21 })], NOW, '', plainPaint);
    expect(lines[1]).toContain('21 assignment(s) hold Default Access. source.excludeDefaultAccess');
  });
});

describe('nextCommand', () => {
  it.each<[Partial<JobState>, string]>([
    [{ condition: 'fault', lastFault: FAULT }, 'scimsync test-connection --job wiki'],
    [{ condition: 'fault', lastFault: { ...FAULT, code: 'ConfigurationInvalid' } }, 'scimsync validate'],
    [{ condition: 'fault', lastFault: { ...FAULT, code: 'StoreUnavailable' } }, 'scimsync --sync-now --job wiki'],
    [{ condition: 'failing' }, 'scimsync logs --job wiki --status failure'],
    [{ condition: 'neverRun' }, 'scimsync --sync-now --job wiki --dry-run'],
    [{ condition: 'well' }, ''],
  ])('%j', (changes, command) => {
    expect(nextCommand(aState(changes), '')).toBe(command);
  });
});
