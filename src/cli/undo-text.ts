// What undoing a cycle came to, for people and for scripts.
import type { CycleCounts } from '../model/cycle.ts';
import type { UndoneAccount } from '../model/undo-report.ts';
import { shortAttribute } from './attribute-text.ts';
import { pauseText } from './pause-text.ts';
import { programName } from './program-name.ts';
import type { JobRun } from './run-cycle.ts';
import { syncDocument } from './run-outcome.ts';
import { summaryText } from './summary-text.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

const SHOWN = 20;
const OUTCOMES: readonly (readonly [UndoneAccount['outcome'], string])[] = [
  ['planned', 'would be restored'],
  ['restored', 'restored'],
  ['failed', 'failed'],
  ['leftAlone', 'left alone'],
];

/** The document of `--json`: that of `--sync-now --json`, with `undo`. */
export function undoDocument(run: JobRun): unknown {
  return { ...(syncDocument([run]) as object), ...('summary' in run ? { undo: run.summary.undo } : {}) };
}

/** Text without a trailing line break; `memberships` are those that the undone cycle wrote. */
export function undoText(
  run: JobRun,
  memberships: CycleCounts['memberships'] | undefined,
  suffix: string,
  paint: Paint,
): string {
  if ('pause' in run)
    return `${paint('bold', run.job.id)}  ${paint('yellow', 'paused')} ${pauseText(run.pause)}: nothing was sent.`;
  if ('fault' in run || run.summary.undo === undefined) return summaryText(run, suffix, paint);
  const { job, summary } = run;
  const { cycleId, objects, held, set, carriedOut } = summary.undo ?? { objects: [], held: [] };
  const rows = OUTCOMES.flatMap(([outcome, text]) => {
    const count = objects.filter((each) => each.outcome === outcome).length;
    return count === 0 ? [] : [[`  ${text}`, counted(count, 'account')]];
  });
  const lines = [`${paint('bold', job.id)}  undo of cycle ${cycleId}`, ...alignedRows(rows)];
  for (const each of objects.slice(0, SHOWN)) lines.push(...objectLines(each));
  if (objects.length > SHOWN) lines.push(`  and ${counted(objects.length - SHOWN, 'more account')}: --json shows them`);
  const { added, removed } = memberships ?? { added: 0, removed: 0 };
  if (added + removed > 0)
    lines.push(`  not touched   ${counted(added, 'membership')} added by that cycle, ${removed} removed`);
  for (const because of held) lines.push(`  ${paint('yellow', 'held')}          ${printable(because)}`);
  const undo = `${programName()} undo ${cycleId}`;
  if (held.length > 0) lines.push(`  next          if this is meant: ${undo} --set ${set}${suffix}`);
  else if (carriedOut)
    lines.push(`  held back     what would do it again: ${programName()} staged --job ${job.id}${suffix}`);
  else if (objects.some(({ outcome }) => outcome === 'planned')) lines.push(`  next          ${undo}${suffix}`);
  return lines.join('\n');
}

function objectLines({ kind, id, name, action, changes, leftAlone }: UndoneAccount): string[] {
  const values = changes.map(({ attribute, oldValue, newValue }) => [
    `      ${printable(shortAttribute(attribute))}`,
    `${value(oldValue)} -> ${value(newValue)}`,
  ]);
  return [
    `  ${(action ?? 'leave').padEnd(7)}  ${kind} ${printable(shortened(name ?? id, 60))} (${printable(id)})`,
    ...alignedRows(values),
    ...leftAlone.map((each) => `      left alone: ${printable(each)}`),
  ];
}

function value(text: string | null): string {
  return text === null ? '(none)' : JSON.stringify(printable(shortened(text, 80)));
}
