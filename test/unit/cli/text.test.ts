import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationText, parseDuration, relativeTime } from '../../../src/cli/duration-text.ts';
import { progressText } from '../../../src/cli/progress-line.ts';
import { summaryText } from '../../../src/cli/summary-text.ts';
import { alignedRows } from '../../../src/cli/table.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import { counted, printable, shortened } from '../../../src/cli/terminal-text.ts';
import { aCompletedRun, aFailedRun } from './runs.ts';

describe('printable', () => {
  it.each([
    ['plain, åéü 林 👍', 'plain, åéü 林 👍'],
    ['two\nlines\r\tand a tab', String.raw`two\nlines\r\tand a tab`],
    ['\u001b[2Jgone', String.raw`\x1b[2Jgone`],
    ['\u009b31m', String.raw`\x9b31m`],
    ['abc\u202edef\u2028', String.raw`abc\u202edef\u2028`],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves no control character, whatever comes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Bidi_Control}]/u.test(printable(text))));
  });
});

describe('shortened and counted', () => {
  it('cuts at characters, not inside of them', () => {
    expect(shortened('👍👍👍👍', 3)).toBe('👍👍…');
    expect(shortened('abc', 3)).toBe('abc');
  });

  it('has a singular', () => {
    expect([counted(0, 'fault'), counted(1, 'fault'), counted(2, 'fault')]).toEqual([
      '0 faults',
      '1 fault',
      '2 faults',
    ]);
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '10', 'm', '-1m', '1.5h', '10 m', '1w', '9999999999s'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow('Give a duration');
  });

  it.each([
    [400, '0.4 s'],
    [12_000, '12 s'],
    [65_000, '1 min 5 s'],
    [120_000, '2 min'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('%i ms is %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });

  it.each([
    [0, 'now'],
    [31_000, 'in 31 s'],
    [-600_000, '10 min ago'],
    [-7_500_000, '2 h ago'],
    [259_200_000, 'in 3 d'],
  ])('%i ms from now is "%s"', (distance, text) => {
    expect(relativeTime(1_000_000_000 + distance, 1_000_000_000)).toBe(text);
  });
});

describe('alignedRows', () => {
  it('aligns columns without counting colours, and leaves no trailing spaces', () => {
    expect(
      alignedRows(
        [
          ['\u001b[31mab\u001b[39m', '1', 'x'],
          ['abcd', '22', ''],
        ],
        ['left', 'right'],
      ),
    ).toEqual(['\u001b[31mab\u001b[39m     1  x', 'abcd  22']);
  });
});

describe('progressText', () => {
  it('draws a bar when the total is known', () => {
    expect(progressText({ jobId: 'wiki', stage: 'apply', done: 50, total: 200 }, 80)).toBe(
      'wiki  applying  [#####---------------] 25 %  50 of 200',
    );
  });

  it('counts when it is not, and stays within the width', () => {
    expect(progressText({ jobId: 'wiki', stage: 'import', done: 1234, total: null }, 80)).toBe('wiki  importing  1234');
    expect(progressText({ jobId: 'wiki', stage: 'import', done: 1234, total: null }, 10)).toHaveLength(10);
  });
});

describe('summaryText', () => {
  it.each([
    ['enforce', 'incremental cycle, read-only (--read-only or SCIMSYNC_READ_ONLY): nothing was written'],
    ['observe', 'incremental cycle, observed: nothing was written'],
  ] as const)('says why a cycle of a job in mode %s wrote nothing', (mode, text) => {
    const run = aCompletedRun({ created: 2 });
    const cycle = { ...run.summary.cycle, mode: 'observe' } as const;
    const observed = { ...run, job: { ...run.job, mode }, summary: { ...run.summary, cycle } };
    expect(summaryText(observed, '', plainPaint)).toContain(text);
  });

  it('says what was done and, where something needs attention, the next command', () => {
    const run = aCompletedRun({
      imported: 9,
      inScope: 8,
      created: 2,
      disabled: 1,
      held: 12,
      failed: 1,
      memberships: { added: 3, removed: 0 },
    });
    expect(summaryText(run, ' --config /etc/scimsync', plainPaint)).toBe(
      [
        'wiki  incremental cycle  (1 min 5 s)',
        '  found     9 read from the directory · 8 in scope · 0 unchanged · 0 skipped',
        '  done      created 2 · disabled 1 · memberships +3 -0',
        '  held      12    scimsync staged --job wiki --config /etc/scimsync',
        '  failed    1    scimsync logs --job wiki --status failure --config /etc/scimsync',
        '  requests  4 to Microsoft Graph · 7 to the target · 1 for tokens',
      ].join('\n'),
    );
  });

  it('times a cycle that was gone on with from when it was; the interruption is no work', () => {
    const run = { ...aCompletedRun({ created: 2 }), startedAt: '2026-05-31T08:01:00.000Z' };
    expect(summaryText(run, '', plainPaint)).toContain('incremental cycle  (5.0 s, gone on with; begun 65 s ago)');
    const whole = { ...aCompletedRun({ created: 2 }), startedAt: '2026-05-31T07:59:59.900Z' };
    expect(summaryText(whole, '', plainPaint)).toContain('incremental cycle  (1 min 5 s)');
  });

  it('says of a dry run that nothing was written', () => {
    const text = summaryText(aCompletedRun({ created: 2 }, 'NotRun', true), '', plainPaint);
    expect(text).toContain('planned only: nothing was written');
    expect(text).toContain('would     create 2');
  });

  it('names code, cause, advice and next command of a fault, with harmless text', () => {
    const text = summaryText(aFailedRun('TargetUnreachable', 'refused \u001b[2J'), '', plainPaint);
    expect(text).toContain('could not run');
    expect(text).toContain(String.raw`refused \x1b[2J`);
    expect(text).toContain('what helps');
    expect(text).toContain('scimsync test-connection --job wiki');
    expect(summaryText(aFailedRun('SourceChanged'), '', plainPaint)).toContain('scimsync job rebind wiki');
    expect(summaryText(aFailedRun('JobRenamed'), '', plainPaint)).toContain('scimsync job list');
  });

  it('calls an interruption by its name', () => {
    const text = summaryText(aFailedRun('Interrupted'), '', plainPaint);
    expect(text).toContain('wiki  stopped');
    expect(text).toContain('scimsync --sync-now --job wiki');
  });
});
