// What a run found, as one value that every format is written from.

import { type Finding, SEVERITIES, type Severity } from './finding.ts';
import type { CheckResult, SuiteResult } from './run.ts';

/** A run with everything that a report says. */
export interface Report {
  readonly version: string;
  readonly url: string;
  readonly suite: string;
  readonly mode: 'reads' | 'writes';
  readonly began: Date;
  readonly milliseconds: number;
  readonly requests: number;
  readonly result: SuiteResult;
  readonly comparison: Comparison | null;
  /** Why the run could not be made, or ended in the middle; nothing is said then of what was looked at before. */
  readonly failure: string | null;
}

/** How findings differ from those of an earlier run; each as `finding check`. */
export interface Comparison {
  readonly file: string;
  readonly began: string;
  /** Where the earlier run looked; null where it was the same address. */
  readonly elsewhere: string | null;
  readonly added: readonly string[];
  readonly gone: readonly string[];
  readonly unchanged: readonly string[];
  /** Checks whose outcome changed although no finding did. */
  readonly outcomes: readonly { readonly check: string; readonly before: string; readonly now: string }[];
}

/** Findings of all checks and of the run, worst first; otherwise in the order in which they were found. */
export function findingsOf({ result }: Pick<Report, 'result'>): readonly Finding[] {
  const all = [...result.checks.flatMap(({ findings }) => findings), ...result.findings];
  return all.toSorted((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
}

/** How many findings there are of each severity. */
export function countedFindings(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const of = (severity: Severity): number => findings.filter((each) => each.severity === severity).length;
  return { error: of('error'), warning: of('warning'), note: of('note') };
}

/** Findings of one kind together, in the order of the first of each. */
export function groupedFindings(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const group = groups.get(finding.id);
    if (group === undefined) groups.set(finding.id, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

/** The worst severity of a check; null where nothing was found. */
export function worstOf({ findings }: Pick<CheckResult, 'findings'>): Severity | null {
  return SEVERITIES.find((severity) => findings.some((each) => each.severity === severity)) ?? null;
}
