// How two runs of a suite differ.
import { describe, expect, it } from 'vitest';
import { compareRuns, type RunSummary, readSummary, summaryOf } from '../../../src/probe/compare.ts';
import type { Report } from '../../../src/probe/report.ts';
import type { CheckResult } from '../../../src/probe/run.ts';

function check(id: string, outcome: string | null, findings: readonly string[] = []): CheckResult {
  const found = findings.map((finding) => ({
    id: finding,
    severity: 'note' as const,
    check: id,
    because: 'because',
    exchange: null,
  }));
  return {
    id,
    theme: 'patch',
    row: null,
    title: id,
    outcome,
    skipped: null,
    findings: found,
    requests: 1,
    milliseconds: 1,
  };
}

function report(...checks: readonly CheckResult[]): Report {
  return {
    version: '1',
    url: 'http://127.0.0.1/scim',
    suite: 'protocol',
    mode: 'writes',
    began: new Date('2026-01-01T00:00:00Z'),
    milliseconds: 1,
    requests: 1,
    result: { checks, findings: [], removed: 0, leftovers: [], interrupted: false },
    comparison: null,
    failure: null,
  };
}

function recorded(...checks: readonly CheckResult[]): RunSummary {
  const summary = readSummary(JSON.stringify({ log: { entries: [], _scimsync: summaryOf(report(...checks)) } }));
  if (typeof summary === 'string') throw new Error(summary);
  return summary;
}

describe('a comparison', () => {
  it('says where the earlier run looked, when it was somewhere else', () => {
    const before = recorded(check('a', '400'));
    expect(compareRuns(before, report(), 'old.har').elsewhere).toBeNull();
    const other = { ...before, url: 'https://staging.app.example/scim' };
    expect(compareRuns(other, report(), 'old.har').elsewhere).toBe('https://staging.app.example/scim');
  });

  it('says which findings are new, gone and unchanged', () => {
    const before = recorded(check('a', '400', ['one', 'two']), check('b', '200'));
    const now = report(check('a', '400', ['two']), check('b', '500', ['three']));
    expect(compareRuns(before, now, 'old.har')).toMatchObject({
      file: 'old.har',
      began: '2026-01-01T00:00:00.000Z',
      added: ['three b'],
      gone: ['one a'],
      unchanged: ['two a'],
      outcomes: [{ check: 'b', before: '200', now: '500' }],
    });
  });

  it('takes nothing for gone that was not looked at, and nothing for new', () => {
    const before = recorded(check('a', '400', ['one']), check('b', null));
    const now = report(check('a', null), check('b', '500', ['two']));
    expect(compareRuns(before, now, 'old.har')).toMatchObject({ added: [], gone: [], unchanged: [], outcomes: [] });
  });

  it('passes over numbers of accounts and times', () => {
    const before = recorded(check('page', '200 t44 s1 i2 n2'), check('load', '25.0/s, 95 % within 3 ms, 0 failed'));
    const now = report(check('page', '200 t7 s1 i2 n2'), check('load', '24.9/s, 95 % within 12 ms, 0 failed'));
    expect(compareRuns(before, now, 'old.har').outcomes).toEqual([]);
  });
});

describe('a file', () => {
  it.each([
    ['no JSON', '<har>', 'no HAR file'],
    ['another HAR', '{"log":{"entries":[]}}', 'no findings of a probe'],
    ['a newer form', '{"log":{"_scimsync":{"probe":2}}}', 'no findings of a probe'],
    ['no archive', '[]', 'no findings of a probe'],
  ])('that is %s is refused with a reason', (_what, text, reason) => {
    expect(readSummary(text)).toContain(reason);
  });
});
