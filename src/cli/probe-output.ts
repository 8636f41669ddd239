// Where a probe's report goes as it comes about: on a terminal the running check is shown in the last line, and replaced by the
// line of its theme; elsewhere only lines that stay are written.
import type { Check } from '../probe/check.ts';
import type { Theme } from '../probe/finding.ts';
import type { Report } from '../probe/report.ts';
import { htmlReport } from '../probe/report-html.ts';
import { jsonReport } from '../probe/report-json.ts';
import { junitReport } from '../probe/report-junit.ts';
import type { CheckResult } from '../probe/run.ts';
import type { ProbeAccess } from './probe-access.ts';
import { bodyText, headText, stepLine, themeLine } from './probe-text.ts';
import type { Terminal } from './terminal.ts';
import { shortened } from './terminal-text.ts';

export interface ProbeOutput {
  readonly begin: (url: string, suite: string, access: ProbeAccess) => void;
  /** Says which checks there will be, once a suite is open. */
  readonly expect: (checks: readonly Check[]) => void;
  readonly progress: (check: Check, result: CheckResult | null) => void;
  readonly end: (report: Report) => void;
  /** In place of `end`, where the run failed: the document, where one is expected. People read the reason on stderr. */
  readonly fail: (report: Report) => void;
}

const DOCUMENTS = { json: jsonReport, junit: junitReport, html: htmlReport } as const;

/** The output in one format. */
export function createProbeOutput(
  format: 'text' | keyof typeof DOCUMENTS,
  curl: boolean,
  terminal: Terminal,
): ProbeOutput {
  const line = statusLine(terminal);
  if (format !== 'text') {
    const print = (report: Report): void => {
      line.show(null);
      terminal.out(DOCUMENTS[format](report));
    };
    return {
      begin: () => undefined,
      expect: () => undefined,
      progress: (check, result) => line.show(result === null ? check.title : null),
      end: print,
      fail: print,
    };
  }
  const { paint, columns } = terminal;
  let isStory = false;
  const open = new Map<Theme, { left: number; readonly results: CheckResult[] }>();
  const closeTheme = (theme: Theme): void => {
    const { results } = open.get(theme) ?? { results: [] };
    open.delete(theme);
    if (results.length > 0 && !isStory) terminal.out(themeLine(theme, results, paint));
  };
  return {
    begin(url, suite, access) {
      terminal.out(headText(url, suite, access, paint));
      isStory = suite !== 'protocol';
      line.show(isStory ? 'a tenant and an engine are started' : null);
    },
    expect(checks) {
      for (const { theme } of checks) {
        const entry = open.get(theme) ?? { left: 0, results: [] };
        entry.left += 1;
        open.set(theme, entry);
      }
    },
    progress(check, result) {
      line.show(result === null ? check.title : null);
      const entry = open.get(check.theme);
      if (result === null || entry === undefined) return;
      if (isStory) terminal.out(stepLine(result, paint));
      entry.results.push(result);
      entry.left -= 1;
      if (entry.left === 0) closeTheme(check.theme);
    },
    end(report) {
      line.show(null);
      // Of a run that was stopped there are themes that were only begun.
      for (const theme of open.keys()) closeTheme(theme);
      terminal.out(`\n${bodyText(report, { paint, columns, curl })}`);
    },
    fail: () => line.show(null),
  };
}

/** The last line of a terminal, which goes away again; nothing elsewhere. */
function statusLine({ err, redraws, columns, paintErr }: Terminal): { readonly show: (text: string | null) => void } {
  if (!redraws) return { show: () => undefined };
  return {
    show: (text) =>
      err(text === null ? '\r\u001b[K' : `\r\u001b[K${paintErr('dim', shortened(`  … ${text}`, columns - 1))}`),
  };
}
