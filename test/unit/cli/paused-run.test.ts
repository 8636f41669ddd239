// What people and scripts read of a job that is paused.
import { describe, expect, it } from 'vitest';
import type { PausedRun } from '../../../src/cli/run-cycle.ts';
import { runExitCode, syncDocument } from '../../../src/cli/run-outcome.ts';
import { summaryText } from '../../../src/cli/summary-text.ts';
import { zeroCounts } from '../../../src/model/cycle.ts';
import { aJob } from './runs.ts';

const PAUSE = {
  since: Date.parse('2026-03-02T08:00:00Z'),
  until: Date.parse('2026-03-02T12:00:00Z'),
  reason: 'upgrade \u001b[31mnow',
};
const plain = (_colour: string, text: string): string => text;
const SKIPPED: PausedRun = { job: aJob('wiki'), pause: PAUSE };
const STOPPED: PausedRun = {
  ...SKIPPED,
  cycle: { id: 'c1', kind: 'initial', dryRun: false, mode: 'enforce', timeBegan: '2026-03-02T07:59:00.000Z' },
  counts: { ...zeroCounts(), created: 3 },
  requests: { graph: 4, scim: 3, tokens: 1 },
};

describe('a paused job', () => {
  it('that was not run says until when and why, harmlessly', () => {
    expect(summaryText(SKIPPED, '', plain)).toBe(
      [
        'wiki  paused: nothing was run',
        '  paused  until 2026-03-02 12:00 UTC (upgrade \\x1b[31mnow)',
        '  next    scimsync resume --job wiki',
      ].join('\n'),
    );
  });

  it('whose cycle stopped says what was done', () => {
    const text = summaryText(STOPPED, ' --config x', plain);
    expect(text).toContain('wiki  paused: the cycle stopped, and goes on afterwards');
    expect(text).toContain('so far    created 3');
    expect(text).toContain('scimsync resume --job wiki --config x');
  });

  it.each([{ run: SKIPPED }, { run: STOPPED }])('is no fault', ({ run }) => {
    expect(runExitCode(run)).toBe(0);
  });

  it('is a document with its pause', () => {
    const pause = { since: '2026-03-02T08:00:00.000Z', until: '2026-03-02T12:00:00.000Z', reason: PAUSE.reason };
    expect(syncDocument([SKIPPED])).toEqual({ jobs: [{ id: 'wiki', status: 'Paused', pause }] });
    expect(syncDocument([STOPPED])).toMatchObject({
      jobs: [{ id: 'wiki', status: 'Paused', pause, counts: { created: 3 }, requests: { scim: 3 } }],
    });
  });
});
