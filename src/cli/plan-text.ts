// A plan for a terminal: the report, then object by object with old and new values, then what to do next.

import type { ListedChange } from '../engine/plan-listing.ts';
import type { CycleSummary } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { shortAttribute } from './attribute-text.ts';
import { reportText } from './held-configuration-text.ts';
import type { PlanShown } from './plan-output.ts';
import { planReportLines } from './plan-report-text.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Colour, Paint, Terminal } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

/** Few enough that the report above them is not lost from sight. */
const SHOWN_OBJECTS = 12;
/** Values shown of an account that would be created; all of them are new. */
const SHOWN_VALUES = 3;

const COLOURS: Readonly<Record<string, Colour>> = { create: 'green', enable: 'green', disable: 'red', delete: 'red' };

/** Prints a plan. */
export async function textPlan(
  job: Job,
  summary: CycleSummary,
  objects: AsyncIterable<ListedChange>,
  shown: PlanShown,
  suffix: string,
  { out, paint }: Terminal,
): Promise<void> {
  const { report } = summary;
  if (report === undefined) throw new Error('a plan comes without its report');
  const what = report.firstContact ? `first contact with ${report.target}` : `the next cycle against ${report.target}`;
  const mode = job.mode === 'observe' ? 'mode: observe, nothing is written' : 'mode: enforce';
  const { dialect } = job.target;
  const manner = dialect === 'rfc7644' ? '' : ` · dialect: ${dialect}`;
  out(`${paint('bold', job.id)}   ${printable(what)}      ${mode}${manner}\n`);
  for (const { path, value } of shown.whatIfs)
    out(`  ${paint('yellow', 'what if')}   ${printable(path.join('.'))} = ${JSON.stringify(value)}\n`);
  for (const line of planReportLines(report, paint)) out(`${line}\n`);
  if (summary.configuration !== undefined)
    out(`  ${paint('yellow', 'held')}      ${printable(reportText(summary.configuration))}\n`);
  await printObjects(objects, shown.all, out, paint);
  for (const line of nextLines(job, summary, shown, suffix)) out(`${line}\n`);
}

async function printObjects(
  objects: AsyncIterable<ListedChange>,
  all: boolean,
  out: Terminal['out'],
  paint: Paint,
): Promise<void> {
  let printed = 0;
  let left = 0;
  for await (const object of objects) {
    if (object.action === 'adopt' && object.changes.length === 0 && !all) continue;
    if (!all && printed >= SHOWN_OBJECTS) {
      left += 1;
      continue;
    }
    if (printed === 0) out('\n');
    printed += 1;
    for (const line of objectLines(object, all, paint)) out(`${line}\n`);
  }
  if (left > 0) out(`  and ${counted(left, 'more object')}: --all shows them\n`);
  if (printed > 0) out('\n');
}

function objectLines(object: ListedChange, all: boolean, paint: Paint): string[] {
  const { action, kind, id, displayName, event, because, changes } = object;
  const colour = COLOURS[action];
  const verb = action.padEnd(7);
  const why = event === null ? because : `${event}. ${because}`;
  const name = printable(shortened(displayName ?? id, 60));
  const head = `  ${colour === undefined ? verb : paint(colour, verb)}  ${kind} ${name} (${printable(id)})`;
  const shown = action === 'create' && !all ? changes.slice(0, SHOWN_VALUES) : changes;
  const values = shown.map(({ attribute, oldValue, newValue }) => [
    `      ${printable(shortAttribute(attribute))}`,
    action === 'create' ? value(newValue) : `${value(oldValue)} -> ${value(newValue)}`,
  ]);
  const left = changes.length - shown.length;
  return [
    head,
    paint('dim', `      ${printable(why)}`),
    ...alignedRows(values),
    ...(left > 0 ? [`      and ${counted(left, 'more value')}`] : []),
  ];
}

function value(text: string | null): string {
  return text === null ? '(none)' : JSON.stringify(printable(shortened(text, 80)));
}

function nextLines(job: Job, { report, counts }: CycleSummary, { whatIfs }: PlanShown, suffix: string): string[] {
  const file = `the file of job ${job.id}`;
  // Any other command would work with the values of the file.
  if (whatIfs.length > 0)
    return [`  next      to have it so, write it into ${file}, then: ${programName()} plan --job ${job.id}${suffix}`];
  if (report?.firstContact === true && report.held.some((each) => each.guardClass === 'creates')) {
    const staged = `${programName()} staged --job ${job.id}${suffix}`;
    return [
      '  next      look at some of those who would be created: have they an account under another name?',
      `            yes: correct the matching attributes in ${file}, then: ${programName()} plan --job ${job.id}${suffix}`,
      `            no: ${job.mode === 'observe' ? `go on with mode: enforce in ${file}` : 'go on'}; they are held until you approve them: ${staged}`,
    ];
  }
  if (counts.held > 0)
    return [
      `  next      if this is meant, it is approved once it is held: ${programName()} staged --job ${job.id}${suffix}`,
    ];
  if (job.mode === 'observe')
    return [
      `  next      read it, then write mode: enforce into ${file}`,
      `            begin with a few: ${programName()} --sync-now --job ${job.id} --limit 5${suffix}`,
      `            or send exactly this: ${programName()} plan --job ${job.id} --out FILE${suffix}, then apply FILE`,
    ];
  return [`  next      ${programName()} --sync-now --job ${job.id}${suffix}`];
}
