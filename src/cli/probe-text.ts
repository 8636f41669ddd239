// The report of a probe for people: a line for each theme as it goes, then findings, the worst first, those of one kind together.
import { answerLine, bodyLine, requestLine } from '../probe/exchange.ts';
import { type Finding, type Severity, THEMES, type Theme } from '../probe/finding.ts';
import { FINDINGS, type FindingId, pageOf } from '../probe/finding-table.ts';
import { countedFindings, findingsOf, groupedFindings, type Report, worstOf } from '../probe/report.ts';
import type { CheckResult } from '../probe/run.ts';
import { curlCommand } from '../target/curl.ts';
import type { ProbeAccess } from './probe-access.ts';
import type { Colour, Paint } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

const COLOURS: Readonly<Record<Severity, Colour>> = { error: 'red', warning: 'yellow', note: 'dim' };
const INDENT = 9;
const LABEL = 9;
/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 110;
const NARROWEST = 50;
/** Of one kind so many are shown in full. */
const SHOWN = 3;

export interface TextSettings {
  readonly paint: Paint;
  readonly columns: number;
  /** With the command that repeats each request. */
  readonly curl: boolean;
}

function widthOf({ columns }: TextSettings): number {
  return Math.max(NARROWEST, Math.min(WIDEST, columns - 1));
}

/** The line of a theme whose checks are done. */
export function themeLine(theme: Theme, checks: readonly CheckResult[], paint: Paint): string {
  const made = checks.filter(({ skipped }) => skipped === null).length;
  const findings = checks.flatMap((check) => check.findings);
  const verdict = made === 0 ? paint('dim', skippedText(checks)) : findingsText(findings, paint);
  const left = made > 0 && made < checks.length ? paint('dim', `, ${checks.length - made} not made`) : '';
  const number = made === 0 ? '' : counted(made, 'check');
  return `  ${THEMES[theme].padEnd(26)}${number.padEnd(12)}${verdict}${left}\n`;
}

/** The line of one step, where a suite is a story. */
export function stepLine(check: CheckResult, paint: Paint): string {
  const worst = worstOf(check);
  const verdict =
    check.skipped !== null
      ? paint('dim', 'not made'.padEnd(INDENT))
      : worst === null
        ? paint('green', 'well'.padEnd(INDENT))
        : paint(COLOURS[worst], worst.padEnd(INDENT));
  const outcome = printable(check.skipped ?? check.outcome ?? '');
  return `  ${verdict}${check.title}  ${paint('dim', outcome)}\n`;
}

function skippedText(checks: readonly CheckResult[]): string {
  return `not made: ${printable(checks[0]?.skipped ?? 'nothing to do')}`;
}

function findingsText(findings: readonly Finding[], paint: Paint): string {
  const counts = countedFindings(findings);
  const parts = (['error', 'warning', 'note'] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => paint(COLOURS[severity], counted(counts[severity], severity)));
  return parts.length === 0 ? paint('green', 'well') : parts.join(', ');
}

/** What stands above everything. */
export function headText(url: string, suite: string, access: ProbeAccess, paint: Paint): string {
  const does = access.mayWrite
    ? 'makes accounts and groups of its own, and removes them'
    : `only reads, because ${access.because}. ${access.otherwise}`;
  return `${paint('bold', `scimsync probe ${printable(url)}`)}\n${paint('dim', `${suite} suite · ${does}`)}\n\n`;
}

/** Everything below the lines of themes. */
export function bodyText(report: Report, settings: TextSettings): string {
  const findings = findingsOf(report);
  const groups = groupedFindings(findings).map((group) => groupText(group, settings));
  return [...groups, endText(report, findings, settings)].join('\n');
}

function groupText(group: readonly [Finding, ...Finding[]], settings: TextSettings): string {
  const [first] = group;
  const { paint } = settings;
  const entry = FINDINGS[first.id as FindingId];
  const width = widthOf(settings);
  const word = paint(COLOURS[first.severity], first.severity.toUpperCase().padEnd(INDENT));
  const title = wrapped(entry.title, width - INDENT).map((line) => paint('bold', line));
  const lines = [`${word}${title.join(`\n${' '.repeat(INDENT)}`)}`];
  const say = (label: string, text: string, isWhole = false): void => {
    const [head = '', ...rest] = isWhole ? text.split('\n') : wrapped(text, width - INDENT - LABEL);
    lines.push(`${' '.repeat(INDENT)}${paint('dim', label.padEnd(LABEL))}${head}`);
    for (const line of rest) lines.push(`${' '.repeat(INDENT + LABEL)}${line}`);
  };
  const isNote = first.severity === 'note';
  const told = group.filter(
    (finding, index) => index === 0 || finding.because !== group[index - 1]?.because || finding.exchange !== null,
  );
  for (const finding of told.slice(0, isNote && !settings.curl ? 1 : SHOWN)) sayEvidence(finding, settings, say);
  const more = told.length - (isNote && !settings.curl ? 1 : SHOWN);
  if (more > 0)
    say(
      '',
      `and ${more} more: ${told
        .slice(-more)
        .map(({ check }) => check)
        .join(', ')}`,
    );
  if (!isNote) say('Entra', entry.entra);
  say('mend', entry.mend);
  say('see', `${entry.rfc === null ? '' : `${entry.rfc} · `}${pageOf(first.id as FindingId)}`);
  return `${lines.join('\n')}\n`;
}

/** `isWhole`: lines are kept as they are, to be copied. */
type Say = (label: string, text: string, isWhole?: boolean) => void;

function sayEvidence(finding: Finding, settings: TextSettings, say: Say): void {
  const { exchange } = finding;
  if (exchange !== null) {
    const room = (widthOf(settings) - INDENT - LABEL) * 2;
    const { body } = exchange.request;
    say(
      'sent',
      shortened(printable(`${requestLine(exchange.request)}${body === null ? '' : ` ${bodyShown(body)}`}`), room),
    );
    say('came', shortened(printable(answerLine(exchange)), room));
  }
  say('because', printable(finding.because));
  if (settings.curl && exchange !== null) say('curl', curlCommand(exchange.recorded), true);
}

/** Of a PATCH its operations, of anything else the whole body. */
function bodyShown(body: string): string {
  const plain = bodyLine(body);
  return /^\{"Operations":(\[.*\])\}$/.exec(plain)?.[1] ?? plain;
}

function endText(report: Report, findings: readonly Finding[], settings: TextSettings): string {
  const { paint } = settings;
  const { result, comparison } = report;
  const lines = [];
  const { leftovers } = result;
  if (report.mode === 'writes')
    for (const [reason, number] of skippedReasons(result.checks))
      lines.push(...wrapped(`${counted(number, 'check')} not made: ${printable(reason)}.`, widthOf(settings)));
  if (result.interrupted)
    lines.push(
      paint(
        'yellow',
        `Stopped before the end; ${leftovers.length === 0 ? 'what was made is removed' : `${counted(leftovers.length, 'resource')} could not be removed, see above`}.`,
      ),
    );
  if (comparison !== null) {
    const of = comparison.elsewhere === null ? '' : ` of ${comparison.elsewhere}`;
    lines.push(`Compared with ${printable(`${comparison.file} (${comparison.began}${of})`)}:`);
    const part = (sign: string, colour: Colour, keys: readonly string[]) =>
      keys.map((key) => `  ${paint(colour, `${sign} ${printable(key)}`)}`);
    lines.push(...part('new ', 'red', comparison.added), ...part('gone', 'green', comparison.gone));
    for (const { check, before, now } of comparison.outcomes)
      lines.push(`  ${printable(`${check}: ${before} before, ${now} now`)}`);
    lines.push(`  ${comparison.unchanged.length} unchanged`);
  }
  const took = `${counted(report.requests, 'request')}, ${(report.milliseconds / 1000).toFixed(1)} s`;
  const left = leftovers.length === 0 ? '' : `, ${leftovers.length} left behind`;
  const made = report.mode === 'writes' ? ` · ${counted(result.removed, 'resource')} made and removed${left}` : '';
  lines.push(`${findingsText(findings, paint)} · ${took}${made}`);
  return `${lines.join('\n')}\n`;
}

/** How many checks were not made for each reason, in the order in which reasons came up. */
function skippedReasons(checks: readonly CheckResult[]): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const { skipped } of checks) if (skipped !== null) reasons.set(skipped, (reasons.get(skipped) ?? 0) + 1);
  return reasons;
}

/** Lines of at most `width` characters, broken at blanks where there are any. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = '';
    }
    while (rest.length > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return line === '' ? lines : [...lines, line];
}
