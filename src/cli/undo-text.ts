// What undoing a cycle came to, for people and for scripts.
import type { CycleCounts } from '../model/cycle.ts';
import type { UndoneAccount, UndoneGroup, UndoneMember } from '../model/undo-report.ts';
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
  const undone = 'fault' in run ? undefined : run.summary.undo;
  if ('fault' in run || undone === undefined) return summaryText(run, suffix, paint);
  const { job } = run;
  const { cycleId, objects, groups, held, set, carriedOut } = undone;
  const rows = OUTCOMES.flatMap(([outcome, text]) => {
    const accounts = objects.filter((each) => each.outcome === outcome).length;
    const teams = groups.filter((each) => each.outcome === outcome);
    const members = teams.reduce((sum, each) => sum + each.added.length + each.removed.length, 0);
    const parts = [
      ...(accounts > 0 ? [counted(accounts, 'account')] : []),
      ...(members > 0 ? [`${counted(members, 'membership')} of ${counted(teams.length, 'group')}`] : []),
      ...(members === 0 && teams.length > 0 ? [`members of ${counted(teams.length, 'group')}`] : []),
    ];
    return parts.length === 0 ? [] : [[`  ${text}`, parts.join(', ')]];
  });
  const lines = [`${paint('bold', job.id)}  undo of cycle ${cycleId}`, ...alignedRows(rows)];
  for (const each of objects.slice(0, SHOWN)) lines.push(...objectLines(each));
  if (objects.length > SHOWN) lines.push(`  and ${counted(objects.length - SHOWN, 'more account')}: --json shows them`);
  for (const each of groups.slice(0, SHOWN)) lines.push(...groupLines(each));
  if (groups.length > SHOWN) lines.push(`  and ${counted(groups.length - SHOWN, 'more group')}: --json shows them`);
  const { added, removed } = memberships ?? { added: 0, removed: 0 };
  const unknown = added + removed - undone.memberships;
  if (unknown > 0)
    lines.push(`  not touched   ${counted(unknown, 'membership')} of which it is not known what was before`);
  for (const because of held) lines.push(`  ${paint('yellow', 'held')}          ${printable(because)}`);
  const undo = `${programName()} undo ${cycleId}`;
  if (held.length > 0) lines.push(`  next          if this is meant: ${undo} --set ${set}${suffix}`);
  else if (carriedOut)
    lines.push(`  held back     what would do it again: ${programName()} staged --job ${job.id}${suffix}`);
  else if ([...objects, ...groups].some(({ outcome }) => outcome === 'planned'))
    lines.push(`  next          ${undo}${suffix}`);
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

function groupLines({ id, name, added, removed, leftAlone }: UndoneGroup): string[] {
  const isDue = added.length + removed.length > 0;
  return [
    `  ${(isDue ? 'members' : 'leave').padEnd(7)}  group ${printable(shortened(name ?? id, 60))} (${printable(id)})`,
    ...alignedRows([...memberRows('remove', removed), ...memberRows('add', added)]),
    ...leftAlone.slice(0, SHOWN).map((each) => `      left alone: ${printable(each)}`),
    ...(leftAlone.length > SHOWN ? [`      and ${leftAlone.length - SHOWN} more left alone: --json shows them`] : []),
  ];
}

function memberRows(verb: string, members: readonly UndoneMember[]): string[][] {
  const rows = members
    .slice(0, SHOWN)
    .map(({ id, name }) => [`      ${verb}`, `${printable(shortened(name ?? id, 60))} (${printable(id)})`]);
  const more = members.length - SHOWN;
  return more > 0 ? [...rows, [`      ${verb}`, `and ${more} more: --json shows them`]] : rows;
}

function value(text: string | null): string {
  return text === null ? '(none)' : JSON.stringify(printable(shortened(text, 80)));
}
