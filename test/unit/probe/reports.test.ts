// The formats of a report: what came from an endpoint is escaped in each, and every finding says what to do.
import { describe, expect, it } from 'vitest';
import { bodyText, themeLine } from '../../../src/cli/probe-text.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import type { ProbeExchange } from '../../../src/probe/exchange.ts';
import type { Finding } from '../../../src/probe/finding.ts';
import { findingsOf, groupedFindings, type Report } from '../../../src/probe/report.ts';
import { htmlReport } from '../../../src/probe/report-html.ts';
import { jsonReport } from '../../../src/probe/report-json.ts';
import { junitReport } from '../../../src/probe/report-junit.ts';
import type { CheckResult } from '../../../src/probe/run.ts';

const HOSTILE = '</pre><script>alert("1")</script>\u001b[2J\u0000 ]]> & more';

const exchange: ProbeExchange = {
  request: {
    method: 'PATCH',
    target: '/Users/1',
    headers: {},
    body: '{"Operations":[{"op":"add"}]}',
    anonymous: false,
  },
  status: 400,
  headers: {},
  text: HOSTILE,
  json: undefined,
  failure: null,
  detail: '',
  milliseconds: 3,
  recorded: {
    began: '2026-01-01T00:00:00.000Z',
    milliseconds: 3,
    request: {
      method: 'PATCH',
      url: 'http://127.0.0.1/Users/1',
      headers: [],
      credentials: [{ header: 'Authorization', scheme: 'Bearer' }],
      body: { text: `it's "${HOSTILE}"`, size: 40, cut: false },
    },
    response: null,
    failure: null,
  },
};

const found = (id: string, severity: Finding['severity'], check: string): Finding => ({
  id,
  severity,
  check,
  because: `because of ${HOSTILE}`,
  exchange,
});

const check = (id: string, findings: readonly Finding[], skipped: string | null = null): CheckResult => ({
  id,
  theme: 'patch',
  row: null,
  title: id,
  outcome: skipped === null ? '400' : null,
  skipped,
  findings,
  requests: 1,
  milliseconds: 3,
});

const report: Report = {
  version: '1.2.3',
  url: 'http://127.0.0.1/scim',
  suite: 'protocol',
  mode: 'writes',
  began: new Date('2026-01-01T00:00:00Z'),
  milliseconds: 1234,
  requests: 7,
  result: {
    checks: [
      check('patch.one', [found('patch-remove-absent', 'note', 'patch.one')]),
      check('patch.two', [found('patch-ignored', 'error', 'patch.two')]),
      check('patch.three', [found('patch-ignored', 'error', 'patch.three')]),
      check('patch.four', [], 'it writes, and this run only reads'),
    ],
    findings: [],
    removed: 4,
    leftovers: [],
    interrupted: false,
  },
  comparison: null,
  failure: null,
};

describe('findings', () => {
  it('come worst first, those of one kind together', () => {
    expect(findingsOf(report).map(({ check: name }) => name)).toEqual(['patch.two', 'patch.three', 'patch.one']);
    expect(groupedFindings(findingsOf(report)).map((group) => group.length)).toEqual([2, 1]);
  });
});

describe('JUnit', () => {
  const xml = junitReport(report);

  it('has a case for each check, failed only by errors', () => {
    expect(xml).toContain('tests="5" failures="2" errors="0" skipped="1"');
    expect(xml.match(/<testcase /g)).toHaveLength(5);
    expect(xml.match(/<failure type="patch-ignored"/g)).toHaveLength(2);
    expect(xml).toContain('<skipped message="it writes, and this run only reads"/>');
    expect(xml).toContain('note patch-remove-absent');
    expect(xml).toContain('sent: PATCH /Users/1 {&quot;Operations&quot;:[{&quot;op&quot;:&quot;add&quot;}]}');
  });

  it('holds no markup and no character of an endpoint that XML cannot hold', () => {
    expect(xml).toContain('&lt;script&gt;');
    expect(xml).not.toContain('<script');
    expect(Array.from(xml).filter((character) => character < ' ' && character !== '\n')).toEqual([]);
  });
});

describe('a run that did not get to its end', () => {
  const nothing = { checks: [], findings: [], removed: 0, leftovers: [] };
  const failed: Report = { ...report, result: { ...nothing, interrupted: false }, failure: HOSTILE };
  const stopped: Report = { ...report, result: { ...report.result, interrupted: true } };

  it('is an error in JUnit, so that no build takes it for a success', () => {
    expect(junitReport(failed)).toContain('tests="1" failures="0" errors="1" skipped="0"');
    expect(junitReport(failed)).not.toContain('<script');
    expect(junitReport(stopped)).toContain('tests="5" failures="2" errors="1" skipped="1"');
    expect(junitReport(stopped)).toContain('<error type="interrupted" message="Stopped before the end.');
  });

  it('has its reason in JSON and HTML', () => {
    expect(JSON.parse(jsonReport(failed))).toMatchObject({ failure: HOSTILE, interrupted: false, checks: [] });
    expect(JSON.parse(jsonReport(stopped))).toMatchObject({ failure: null, interrupted: true });
    expect(htmlReport(failed)).toContain('&lt;script&gt;');
    expect(htmlReport(failed)).not.toMatch(/<script|>None\.</);
  });
});

describe('HTML', () => {
  const page = htmlReport(report);

  it('holds no markup of an endpoint, and needs nothing from elsewhere', () => {
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
    expect(page).toContain("default-src 'none'");
    expect(page.replaceAll(/<pre>[\s\S]*?<\/pre>/g, '')).not.toMatch(/\b(?:src|href)="(?!#)/);
  });

  it('counts as people do, and says what was left behind', () => {
    expect(page).toContain('>2 errors<');
    expect(page).toContain('<span class="dim">0 warnings</span>');
    expect(page).toContain('>1 note<');
    expect(page).toContain('and removed them');
    const leftovers = [{ kind: 'Users', id: '1', name: 'scimsync-probe-1' }] as const;
    expect(htmlReport({ ...report, result: { ...report.result, leftovers } })).toContain('left 1 of them behind');
  });
});

describe('JSON', () => {
  it('has for each finding what was sent, what came, what to do, and a command', () => {
    const { findings, checks } = JSON.parse(jsonReport(report)) as {
      findings: Record<string, unknown>[];
      checks: Record<string, unknown>[];
    };
    expect(findings[0]).toMatchObject({
      id: 'patch-ignored',
      check: 'patch.two',
      docs: 'docs/probe/patch.md#patch-ignored',
      sent: { method: 'PATCH', target: '/Users/1' },
      came: { status: 400 },
    });
    expect(findings[0]?.['curl']).toMatch(/^curl [\s\S]*\$SCIM_TOKEN/);
    for (const member of ['rfc', 'entra', 'mend', 'because']) expect(findings[0]).toHaveProperty(member);
    expect(checks[3]).toMatchObject({ outcome: null, skipped: 'it writes, and this run only reads' });
  });
});

describe('text of a run that did not come to its end', () => {
  const stopped = { ...report, result: { ...report.result, interrupted: true } };
  const settings = { paint: plainPaint, columns: 80, curl: false };

  it('does not say that all is removed when something is left', () => {
    const leftovers = [{ kind: 'Users', id: '1', name: 'somebody' } as const];
    const left = bodyText({ ...stopped, result: { ...stopped.result, leftovers } }, settings);
    expect(left).toContain('Stopped before the end; 1 resource could not be removed, see above.');
    expect(left).toContain('made and removed, 1 left behind');
    expect(left).not.toContain('what was made is removed');
    expect(bodyText({ ...stopped, result: { ...stopped.result, leftovers: [] } }, settings)).toContain(
      'what was made is removed',
    );
  });

  it('shows nothing of a recording as it stands there', () => {
    const comparison = { file: 'old.har', began: HOSTILE, elsewhere: HOSTILE };
    const compared = { ...report, comparison: { ...comparison, added: [], gone: [], unchanged: [], outcomes: [] } };
    const text = bodyText(compared, settings);
    expect(text).toContain('Compared with old.har (');
    expect(text).not.toContain('\u001b');
    expect(htmlReport(compared)).not.toContain('<script');
  });

  it('says how many checks were not made, and why', () => {
    const checks = ['one', 'two'].map((id) => check(id, [], 'the last 5 requests were not answered'));
    const text = bodyText({ ...report, result: { ...report.result, checks } }, settings);
    expect(text).toContain('2 checks not made: the last 5 requests were not answered.');
    expect(themeLine('patch', [check('one', [], HOSTILE)], plainPaint)).not.toContain('\u001b');
  });
});

describe('text', () => {
  const text = bodyText(report, { paint: plainPaint, columns: 80, curl: false });

  it('holds no control character of an endpoint, and no line that is too wide', () => {
    expect(Array.from(text).filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    expect(text.split('\n').filter((line) => line.length > 79)).toEqual([]);
  });

  it('says what was sent, what came, why, what Entra does, how to mend it, and where to read on', () => {
    for (const label of ['sent', 'came', 'because', 'Entra', 'mend', 'see'])
      expect(text).toMatch(new RegExp(`^ {9}${label} `, 'm'));
    expect(text).toContain('2 errors, 1 note · 7 requests, 1.2 s · 4 resources made and removed');
  });

  it('says once what two checks say in the same words without an exchange', () => {
    const finding = { ...found('life-differs', 'error', 'life.names'), because: 'Ada is there twice' };
    const checks = [check('life.names', [finding]), check('life.everybody', [{ ...finding, exchange: null }])];
    const twice = bodyText(
      { ...report, result: { ...report.result, checks } },
      { paint: plainPaint, columns: 80, curl: false },
    );
    expect(twice.match(/Ada is there twice/g)).toHaveLength(1);
    expect(twice).toContain('2 errors');
  });

  it('says of a theme how many checks were made', () => {
    expect(themeLine('patch', report.result.checks, plainPaint)).toBe(
      '  Changing attributes       3 checks    2 errors, 1 note, 1 not made\n',
    );
  });
});
