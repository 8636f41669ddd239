// Two runs of the same suite: what a run leaves in its recording, and how a later one differs from it. Findings are the same when
// kind and check are; what was sent and came back may differ, as ids do in every run.
import { objectOf, textIn } from './exchange.ts';
import { type Comparison, findingsOf, type Report } from './report.ts';

/** What stands in a recording about the run; its form has a version. */
export interface RunSummary {
  readonly probe: 1;
  readonly suite: string;
  readonly mode: Report['mode'];
  readonly url: string;
  readonly began: string;
  /** Outcomes by check; null for those that were not made. */
  readonly checks: Readonly<Record<string, string | null>>;
  /** `finding check`, each once. */
  readonly findings: readonly string[];
}

/** The summary of a run. */
export function summaryOf(report: Report): RunSummary {
  return {
    probe: 1,
    suite: report.suite,
    mode: report.mode,
    url: report.url,
    began: report.began.toISOString(),
    checks: Object.fromEntries(report.result.checks.map(({ id, outcome }) => [id, outcome])),
    findings: [...new Set(findingsOf(report).map(({ id, check }) => `${id} ${check}`))],
  };
}

/** The summary in a recording; a sentence when there is none that can be compared. */
export function readSummary(text: string): RunSummary | string {
  let har: unknown;
  try {
    har = JSON.parse(text);
  } catch {
    // Whatever it is, it is no recording.
    return 'It is no HAR file.';
  }
  const own = objectOf(objectOf(objectOf(har)?.['log'])?.['_scimsync']);
  if (own?.['probe'] !== 1)
    return 'It holds no findings of a probe: make one with scimsync probe URL --record FILE.har, to the end of the run.';
  const { findings, checks } = own;
  return {
    probe: 1,
    suite: textIn(own, 'suite'),
    mode: own['mode'] === 'writes' ? 'writes' : 'reads',
    url: textIn(own, 'url'),
    began: textIn(own, 'began'),
    checks: Object.fromEntries(
      Object.entries(objectOf(checks) ?? {}).map(([id, outcome]) => [id, typeof outcome === 'string' ? outcome : null]),
    ),
    findings: Array.isArray(findings) ? findings.filter((each): each is string => typeof each === 'string') : [],
  };
}

/** How a run differs from an earlier one. What only one of them looked at is neither new nor gone. */
export function compareRuns(before: RunSummary, report: Report, file: string): Comparison {
  const now = summaryOf(report);
  const both = new Set(
    Object.keys(now.checks).filter((id) => now.checks[id] !== null && (before.checks[id] ?? null) !== null),
  );
  // Findings of the run as a whole belong to no check.
  const isJudged = (key: string): boolean => {
    const check = key.split(' ')[1] ?? '';
    return both.has(check) || !(check in now.checks || check in before.checks);
  };
  const [were, are] = [before.findings.filter(isJudged), now.findings.filter(isJudged)];
  return {
    file,
    began: before.began,
    elsewhere: before.url === now.url ? null : before.url,
    added: are.filter((key) => !were.includes(key)),
    gone: were.filter((key) => !are.includes(key)),
    unchanged: are.filter((key) => were.includes(key)),
    outcomes: [...both].flatMap((check) => {
      const old = before.checks[check] ?? '';
      const current = now.checks[check] ?? '';
      return steady(old) === steady(current) ? [] : [{ check, before: old, now: current }];
    }),
  };
}

/** An outcome without what differs in every run: numbers of accounts, and times. */
function steady(outcome: string): string {
  return outcome.replace(/^(\d+) t\d+ s(\S+) i\S+ n\S+$/, '$1 s$2').replaceAll(/\d+(?:\.\d+)?(?:\/s| ms)/g, '');
}
