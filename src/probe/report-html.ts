// The report as one HTML file without anything from elsewhere: to be attached to a ticket or kept with a build. Everything that
// came from the endpoint is escaped; a policy in the page forbids scripts and connections all the same.
import { curlCommand } from '../target/curl.ts';
import { answerLine, requestLine } from './exchange.ts';
import { type Finding, type Severity, THEMES, type Theme } from './finding.ts';
import { FINDINGS, type FindingId, pageOf } from './finding-table.ts';
import { countedFindings, findingsOf, groupedFindings, type Report, worstOf } from './report.ts';
import type { CheckResult } from './run.ts';

const STYLE = `
:root{color-scheme:light dark;--error:#b3261e;--warning:#8a5a00;--note:#5b6270;--well:#1b6e3c;--line:#8884}
@media(prefers-color-scheme:dark){:root{--error:#ff8a80;--warning:#ffc46b;--note:#a9b0bd;--well:#7fd8a0}}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.5rem 0 .5rem}h3{font-size:1rem;margin:0}
p{margin:.3rem 0}code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
pre{background:#8881;border-radius:6px;margin:.4rem 0;padding:.6rem .8rem}
article{border-left:4px solid var(--c);margin:1rem 0;padding:.2rem 0 .2rem 1rem}
.error{--c:var(--error)}.warning{--c:var(--warning)}.note{--c:var(--note)}.well{--c:var(--well)}
.tag{color:var(--c);font-weight:600}.dim{color:var(--note)}
dl{display:grid;gap:.15rem .8rem;grid-template-columns:5.5rem 1fr;margin:.5rem 0}dt{color:var(--note)}dd{margin:0;min-width:0}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
summary{cursor:pointer}
@media(max-width:36rem){dl{grid-template-columns:1fr}dt:empty,thead{display:none}dt:not(:first-child){margin-top:.3rem}
tr{border-bottom:1px solid var(--line);display:block;padding:.3rem 0}td,th{border:0;display:block;overflow-wrap:anywhere;padding:.1rem 0}td:empty{display:none}}
`;

/** One document. */
export function htmlReport(report: Report): string {
  const findings = findingsOf(report);
  const { leftovers } = report.result;
  const removed = leftovers.length === 0 ? 'removed them' : `left ${leftovers.length} of them behind`;
  const mode = report.mode === 'writes' ? `it made accounts and groups of its own, and ${removed}` : 'it only read';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>scimsync probe ${html(report.url)}</title><style>${STYLE}</style></head><body>
<h1>scimsync probe</h1>
<p><code>${html(report.url)}</code></p>
<p class="dim">${html(report.suite)} suite, ${report.began.toISOString()}, ${report.requests} requests in ${(report.milliseconds / 1000).toFixed(1)} s${report.failure === null ? `; ${mode}` : ''}. scimsync ${html(report.version)}.</p>
${report.failure === null ? foundHtml(report, findings) : `<p class="tag error">The run failed: ${html(report.failure)}</p>`}
</body></html>
`;
}

function foundHtml(report: Report, findings: readonly Finding[]): string {
  const { error, warning, note } = countedFindings(findings);
  const { result } = report;
  return `${result.interrupted ? '<p class="tag warning">Stopped before the end.</p>' : ''}
<p>${countHtml(error, 'error')} · ${countHtml(warning, 'warning')} · ${countHtml(note, 'note')}</p>
${comparisonHtml(report)}<h2>Findings</h2>
${findings.length === 0 ? '<p class="tag well">None.</p>' : groupedFindings(findings).map(groupHtml).join('\n')}
<h2>Checks</h2>
<table><thead><tr><th>Check</th><th>Answer</th><th>Verdict</th></tr></thead><tbody>
${themesOf(result.checks)}
</tbody></table>`;
}

/** Nothing of a kind is nothing to look at. */
function countHtml(count: number, severity: Severity): string {
  return `<span class="${count === 0 ? 'dim' : `tag ${severity}`}">${count} ${severity}${count === 1 ? '' : 's'}</span>`;
}

function comparisonHtml({ comparison }: Report): string {
  if (comparison === null) return '';
  const list = (name: string, keys: readonly string[]) =>
    keys.length === 0 ? '' : `<dt>${name}</dt><dd>${keys.map(html).join('<br>')}</dd>`;
  const changed = comparison.outcomes.map(({ check, before, now }) => `${check}: ${before} before, ${now} now`);
  return `<h2>Compared with ${html(comparison.file)} (${html(comparison.began)}${comparison.elsewhere === null ? '' : ` of ${html(comparison.elsewhere)}`})</h2>
<dl>${list('new', comparison.added)}${list('gone', comparison.gone)}${list('answers', changed)}<dt>unchanged</dt><dd>${comparison.unchanged.length}</dd></dl>
`;
}

function groupHtml(group: readonly [Finding, ...Finding[]]): string {
  const [{ id, severity }] = group;
  const { title, entra, mend, rfc } = FINDINGS[id as FindingId];
  return `<article class="${severity}" id="${html(id)}"><h3><span class="tag">${severity}</span> ${html(title)}</h3>
<dl>${group.map(evidenceHtml).join('')}<dt>Entra</dt><dd>${html(entra)}</dd><dt>mend</dt><dd>${html(mend)}</dd>
<dt>see</dt><dd class="dim">${rfc === null ? '' : `${html(rfc)} · `}<code>${html(pageOf(id as FindingId))}</code></dd></dl></article>`;
}

function evidenceHtml({ check, because, exchange }: Finding): string {
  const head = `<dt>check</dt><dd><code>${html(check)}</code>: ${html(because)}</dd>`;
  if (exchange === null) return head;
  const { body } = exchange.request;
  const sent = `${requestLine(exchange.request)}${body === null ? '' : `\n${body}`}`;
  return `${head}<dt></dt><dd><pre>${html(sent)}</pre><pre>${html(answerLine(exchange))}</pre>
<details><summary class="dim">as a curl command</summary><pre>${html(curlCommand(exchange.recorded))}</pre></details></dd>`;
}

function themesOf(checks: readonly CheckResult[]): string {
  const themes = Object.keys(THEMES) as Theme[];
  return themes
    .map((theme) => checks.filter((check) => check.theme === theme).map(rowHtml))
    .flatMap((rows, index) => (rows.length === 0 ? [] : [headHtml(themes[index]), ...rows]))
    .join('\n');
}

function headHtml(theme: Theme | undefined): string {
  return `<tr><th colspan="3">${theme === undefined ? '' : html(THEMES[theme])}</th></tr>`;
}

function rowHtml(check: CheckResult): string {
  const worst = worstOf(check) ?? 'well';
  const verdict =
    check.skipped === null
      ? `<span class="tag ${worst}">${worst}</span> ${check.findings.map(({ id }) => `<a href="#${html(id)}">${html(id)}</a>`).join(', ')}`
      : `<span class="dim">not made: ${html(check.skipped)}</span>`;
  return `<tr><td>${html(check.title)}<br><code class="dim">${html(check.id)}</code></td><td><code>${html(check.outcome ?? '')}</code></td><td>${verdict}</td></tr>`;
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
