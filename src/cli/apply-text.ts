// What became of a plan file, for people and for scripts: what was sent, what is not necessary any more, what differs now.
import type { AppliedChange, ApprovedChange, PlanHeader } from '../model/approved-plan.ts';
import { shortAttribute } from './attribute-text.ts';
import { relativeTime } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { pauseText } from './pause-text.ts';
import { programName } from './program-name.ts';
import type { JobRun } from './run-cycle.ts';
import { syncDocument } from './run-outcome.ts';
import { summaryText } from './summary-text.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

type Outcome = AppliedChange['outcome'];

const OUTCOMES: readonly (readonly [Outcome, string])[] = [
  ['sent', 'sent'],
  ['unnecessary', 'not necessary any more'],
  ['different', 'different now, not sent'],
  ['rejected', 'rejected by somebody, not sent'],
  ['unknown', 'unknown here, not sent'],
  ['failed', 'failed, tried again like any failure'],
  ['left', 'not reached, still approved'],
];
/** Changes and members shown one by one. */
const SHOWN = 20;

/** The document of `--json`: that of `--sync-now --json`, with what became of each change. */
export function appliedDocument(header: PlanHeader, run: JobRun): unknown {
  const applied = 'summary' in run ? run.summary.applied : undefined;
  return {
    ...(syncDocument([run]) as object),
    plan: { job: header.job, at: header.at },
    ...(applied === undefined
      ? {}
      : {
          applied: Object.fromEntries(OUTCOMES.map(([outcome]) => [outcome, countOf(applied.changes, outcome)])),
          notInThePlan: applied.left,
          changes: applied.changes.map(({ change, ...outcome }) => ({
            kind: change.kind,
            id: change.id,
            name: change.name,
            action: change.action,
            ...outcome,
          })),
        }),
  };
}

/** The exit codes of what was seen and not sent. */
export function appliedCodes(run: JobRun): readonly ExitCode[] {
  const changes = 'summary' in run ? (run.summary.applied?.changes ?? []) : [];
  return changes.map(({ outcome }) => {
    if (outcome === 'failed') return EXIT.objectsFailed;
    return outcome === 'sent' || outcome === 'unnecessary' ? EXIT.well : EXIT.held;
  });
}

/** Text without a trailing line break. */
export function appliedText(header: PlanHeader, run: JobRun, suffix: string, paint: Paint): string {
  if ('pause' in run)
    return `${paint('bold', run.job.id)}  ${paint('yellow', 'paused')} ${pauseText(run.pause)}: nothing was sent. ${programName()} resume --job ${run.job.id}${suffix}`;
  if ('fault' in run) return summaryText(run, suffix, paint);
  const { job, summary } = run;
  const changes = summary.applied?.changes ?? [];
  const left = summary.applied?.left ?? 0;
  const made = relativeTime(Date.parse(header.at), Date.parse(summary.cycle.timeEnded));
  const rows = OUTCOMES.flatMap(([outcome, text]) => {
    const of = changes.filter((each) => each.outcome === outcome);
    return of.length === 0 ? [] : [[`  ${text}`, String(of.length), actionsText(of)]];
  });
  const lines = [
    `${paint('bold', job.id)}  the plan of ${header.at} (${made}): ${counted(changes.length, 'change')}`,
    ...alignedRows(rows, ['left', 'right', 'left']),
  ];
  const told = changes.filter(({ outcome }) => outcome !== 'sent' && outcome !== 'unnecessary');
  for (const each of told.slice(0, SHOWN)) lines.push(...toldLines(each));
  if (told.length > SHOWN) lines.push(`  and ${told.length - SHOWN} more: --json shows them`);
  if (left > 0)
    lines.push(`  not in the plan  ${counted(left, 'change is', 'changes are')} due, left for the next cycle`);
  const differs = told.some(({ outcome }) => outcome === 'different');
  if (differs || left > 0)
    lines.push(`  next             ${programName()} plan --job ${job.id}${differs ? ' --out FILE' : ''}${suffix}`);
  return lines.join('\n');
}

function countOf(changes: readonly AppliedChange[], outcome: Outcome): number {
  return changes.filter((each) => each.outcome === outcome).length;
}

function actionsText(changes: readonly AppliedChange[]): string {
  const counts = Map.groupBy(changes, ({ change }) => change.action);
  return [...counts].map(([action, each]) => `${action} ${each.length}`).join(' · ');
}

function toldLines(each: AppliedChange): string[] {
  const { change } = each;
  const who = printable(shortened(change.name ?? change.id, 60));
  const head = `    ${change.action}  ${change.kind} ${who} (${printable(change.id)})`;
  if (each.outcome === 'failed') return [head, `      ${printable(each.because)}`];
  if (each.outcome !== 'different') return [head];
  return [head, ...alignedRows([...valueRows('seen', change), ...valueRows('now', each.now)])];
}

function valueRows(when: string, { action, changes, add, remove }: Omit<ApprovedChange, 'hash'>): string[][] {
  const rows =
    action === 'memberships'
      ? [[`add ${add?.length ?? 0} · remove ${remove?.length ?? 0}`]]
      : (changes ?? []).map(({ attribute, oldValue, newValue }) => [
          printable(shortAttribute(attribute)),
          action === 'create' ? value(newValue) : `${value(oldValue)} -> ${value(newValue)}`,
        ]);
  const shown = rows.length === 0 ? [['']] : rows;
  return shown.map((row, index) => [index === 0 ? `      ${when}` : '', index === 0 ? action : '', ...row]);
}

function value(text: string | null): string {
  return text === null ? '(none)' : JSON.stringify(printable(shortened(text, 60)));
}
