// The report as JUnit XML, which CI systems show: one test case for each check, failed where an error was found. Warnings and
// notes stand in system-out, so that they are seen and break no build. A run that did not get to its end is an error.
import { answerLine, bodyLine, requestLine, type SentRequest } from './exchange.ts';
import { type Finding, THEMES, type Theme } from './finding.ts';
import { FINDINGS, type FindingId, pageOf } from './finding-table.ts';
import type { Report } from './report.ts';
import type { CheckResult } from './run.ts';

/** One document. */
export function junitReport(report: Report): string {
  const { checks, findings, interrupted } = report.result;
  const whole: TestCase = {
    id: 'run',
    theme: report.failure === null ? 'cleanup' : 'discovery',
    row: null,
    title: 'the run as a whole',
    outcome: report.failure !== null ? 'not made' : interrupted ? 'stopped' : 'done',
    skipped: null,
    findings,
    requests: 0,
    milliseconds: 0,
    error: errorOf(report),
  };
  const all: readonly TestCase[] = [...checks, whole];
  const suites = (Object.keys(THEMES) as Theme[])
    .map((theme) => ({ theme, cases: all.filter((check) => check.theme === theme) }))
    .filter(({ cases }) => cases.length > 0);
  const attributes = attributesOf(all, report.milliseconds);
  const body = suites.map(({ theme, cases }) => suiteXml(report, theme, cases)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="scimsync probe ${report.suite}"${attributes}>\n${body}</testsuites>\n`;
}

/** A check, or the run as a whole, which may not have got to its end. */
interface TestCase extends CheckResult {
  readonly error?: { readonly type: string; readonly message: string } | undefined;
}

function errorOf({ failure, result }: Report): TestCase['error'] {
  if (failure !== null) return { type: 'not-probed', message: failure };
  return result.interrupted ? { type: 'interrupted', message: 'Stopped before the end.' } : undefined;
}

function suiteXml(report: Report, theme: Theme, cases: readonly TestCase[]): string {
  const spent = cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const name = xml(THEMES[theme]);
  const when = report.began.toISOString().slice(0, 19);
  const head = `  <testsuite name="${name}"${attributesOf(cases, spent)} timestamp="${when}">\n`;
  return `${head}${cases.map((each) => caseXml(report, each)).join('')}  </testsuite>\n`;
}

function attributesOf(cases: readonly TestCase[], milliseconds: number): string {
  const failures = cases.filter((each) => errorsOf(each).length > 0).length;
  const skipped = cases.filter((each) => each.skipped !== null).length;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  return ` tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(milliseconds)}"`;
}

function caseXml(report: Report, check: TestCase): string {
  const head = `    <testcase classname="scimsync.probe.${report.suite}.${check.theme}" name="${xml(`${check.id}: ${check.title}`)}" time="${seconds(check.milliseconds)}"`;
  if (check.skipped !== null) return `${head}>\n      <skipped message="${xml(check.skipped)}"/>\n    </testcase>\n`;
  const errors = errorsOf(check);
  const others = check.findings.filter(({ severity }) => severity !== 'error');
  const failure =
    errors.length === 0
      ? ''
      : `      <failure type="${xml(errors.map(({ id }) => id).join(' '))}" message="${xml(errors.map(titleOf).join('; '))}">${xml(errors.map(told).join('\n\n'))}</failure>\n`;
  const stopped =
    check.error === undefined
      ? ''
      : `      <error type="${check.error.type}" message="${xml(check.error.message)}"/>\n`;
  const output = [...(check.outcome === null ? [] : [`outcome: ${check.outcome}`]), ...others.map(told)].join('\n\n');
  return `${head}>\n${stopped}${failure}      <system-out>${xml(output)}</system-out>\n    </testcase>\n`;
}

function errorsOf({ findings }: CheckResult): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'error');
}

function titleOf({ id }: Finding): string {
  return FINDINGS[id as FindingId].title;
}

function told(finding: Finding): string {
  const { entra, mend, rfc } = FINDINGS[finding.id as FindingId];
  const { exchange } = finding;
  return [
    `${finding.severity} ${finding.id}: ${titleOf(finding)}`,
    `because: ${finding.because}`,
    ...(exchange === null ? [] : [`sent: ${sentLine(exchange.request)}`, `came: ${answerLine(exchange)}`]),
    `Entra: ${entra}`,
    `mend: ${mend}`,
    ...(rfc === null ? [] : [rfc]),
    pageOf(finding.id as FindingId),
  ].join('\n');
}

function sentLine(request: SentRequest): string {
  return request.body === null ? requestLine(request) : `${requestLine(request)} ${bodyLine(request.body)}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** A text of an endpoint in XML 1.0: characters that it cannot hold at all are replaced. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
