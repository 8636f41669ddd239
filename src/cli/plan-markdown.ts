// A plan as Markdown, for a ticket or a review: the report as it is printed, and a table of all objects.

import type { ListedChange } from '../engine/plan-listing.ts';
import type { CycleSummary } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import type { PlanShown } from './plan-output.ts';
import { planReportLines } from './plan-report-text.ts';
import { plainPaint, type Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** Prints a plan; tables hold every object. */
export async function markdownPlan(
  job: Job,
  { report }: CycleSummary,
  objects: AsyncIterable<ListedChange>,
  { whatIfs }: PlanShown,
  _suffix: string,
  { out }: Terminal,
): Promise<void> {
  if (report === undefined) throw new Error('a plan comes without its report');
  out(`# Plan of ${text(job.id)}\n\n`);
  out(`${report.at} · ${text(report.target)} · mode \`${job.mode}\`\n\n`);
  for (const { path, value } of whatIfs) out(`What if ${code(path.join('.'))} = ${code(JSON.stringify(value))}\n\n`);
  out(`\`\`\`\n${planReportLines(report, plainPaint).join('\n').replaceAll('`', "'")}\n\`\`\`\n\n`);
  out('| action | object | why | attribute | from | to |\n|---|---|---|---|---|---|\n');
  for await (const object of objects) for (const line of rows(object)) out(`${line}\n`);
}

function rows(object: ListedChange): string[] {
  const { action, kind, displayName, id, event, because } = object;
  const head = [action, `${kind} ${displayName ?? ''} ${id}`, event === null ? because : `${event}. ${because}`];
  const changes = object.changes.length === 0 ? [null] : object.changes;
  return changes.map((change, index) => {
    const cells = [
      ...(index === 0 ? head : ['', '', '']),
      change?.attribute ?? '',
      change?.oldValue ?? '',
      change?.newValue ?? '',
    ];
    return `| ${cells.map(text).join(' | ')} |`;
  });
}

/** Text that Markdown and HTML take for text. */
function text(value: string): string {
  return printable(value).replaceAll(/[\\`*_[\]<>|~#!&]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function code(value: string): string {
  return `\`${printable(value).replaceAll('`', "'")}\``;
}
