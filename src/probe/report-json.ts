// The report for programs. What stands here is kept: checks are known by `id`, findings by `id` and `check`.
import { curlCommand } from '../target/curl.ts';
import { answerName } from './exchange.ts';
import type { Finding } from './finding.ts';
import { FINDINGS, type FindingId, pageOf } from './finding-table.ts';
import { countedFindings, findingsOf, type Report } from './report.ts';

/** One document. */
export function jsonReport(report: Report): string {
  const { result } = report;
  const findings = findingsOf(report);
  const document = {
    scimsync: report.version,
    url: report.url,
    suite: report.suite,
    mode: report.mode,
    began: report.began.toISOString(),
    milliseconds: report.milliseconds,
    requests: report.requests,
    interrupted: result.interrupted,
    failure: report.failure,
    counts: { checks: result.checks.length, ...countedFindings(findings) },
    checks: result.checks.map(({ id, theme, row, title, outcome, skipped, requests, milliseconds, ...rest }) => ({
      id,
      theme,
      row,
      title,
      outcome,
      skipped,
      findings: rest.findings.map((finding) => finding.id),
      requests,
      milliseconds,
    })),
    findings: findings.map(jsonFinding),
    cleanup: { removed: result.removed, left: result.leftovers },
    ...(report.comparison === null ? {} : { comparison: report.comparison }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function jsonFinding(finding: Finding) {
  const entry = FINDINGS[finding.id as FindingId];
  const { exchange } = finding;
  return {
    id: finding.id,
    severity: finding.severity,
    check: finding.check,
    theme: entry.theme,
    title: entry.title,
    because: finding.because,
    rfc: entry.rfc,
    entra: entry.entra,
    mend: entry.mend,
    docs: pageOf(finding.id as FindingId),
    ...(exchange === null
      ? {}
      : {
          sent: { method: exchange.request.method, target: exchange.request.target, body: exchange.request.body },
          came: {
            answer: answerName(exchange),
            status: exchange.status,
            body: exchange.text,
            failure: exchange.failure,
          },
          curl: curlCommand(exchange.recorded),
        }),
  };
}
