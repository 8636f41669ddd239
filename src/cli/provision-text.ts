// The outcome of `scimsync provision` for people and for scripts: each object with its steps, as Entra's on-demand
// provisioning shows them (import, scoping, matching, processing, references, export).
import { type CurlCommand, MOST_COMMANDS } from '../compose-recording.ts';
import type { ProvisioningStep } from '../model/cycle.ts';
import type { ObjectReport } from '../model/object-report.ts';
import { shortAttribute } from './attribute-text.ts';
import { failedInDialect } from './dialect-hint.ts';
import { reportText } from './held-configuration-text.ts';
import { pauseText } from './pause-text.ts';
import { programName } from './program-name.ts';
import type { NotWritten } from './provision-run.ts';
import type { JobRun } from './run-cycle.ts';
import { syncDocument } from './run-outcome.ts';
import { summaryText } from './summary-text.ts';
import { alignedRows } from './table.ts';
import type { Colour, Paint } from './terminal.ts';
import { printable } from './terminal-text.ts';

const WHY_NOT: Readonly<Record<NotWritten, string>> = {
  dryRun: 'planned only (--dry-run): nothing was written',
  observe: 'planned only: the job is in mode observe, so nothing was written',
  readOnly: 'planned only (--read-only): nothing was written',
};

/** The document of `--json`; the jobs in it are those of `--sync-now --json`, with `objects`. */
export function provisionDocument(run: JobRun, because: NotWritten | null, curl?: readonly CurlCommand[]): unknown {
  const written = because === null && 'summary' in run;
  return { ...(syncDocument([run]) as object), written, because, ...(curl === undefined ? {} : { curl }) };
}

const LATER = 'members of groups that exist, managers, and other forms of what is refused';
const NOTHING = 'Members of groups that exist, and managers, may follow.';

/**
 * Commands as they are pasted: nothing stands before them on their lines. Of a plan the last line says what they leave out.
 */
export function curlLines(commands: readonly CurlCommand[], isOnlyPlanned: boolean): string[] {
  const lines = commands.flatMap(({ command, answer }) => [
    '',
    answer === null ? '# would be sent' : `# answered ${printable(answer)}`,
    ...command.split('\n').map((line) => printable(line)),
  ]);
  if (commands.length >= MOST_COMMANDS) lines.push('', `# Only the first ${MOST_COMMANDS} are shown.`);
  if (!isOnlyPlanned) return lines;
  const isAnyKnown = commands.some(({ answer }) => answer === null);
  return [
    ...lines,
    '',
    isAnyKnown
      ? `# Not shown, because it depends on the answers: ${LATER}.`
      : `# No write is known beforehand. ${NOTHING}`,
  ];
}

/** Text without a trailing line break. */
export function provisionText(run: JobRun, because: NotWritten | null, suffix: string, paint: Paint): string {
  if ('pause' in run)
    return `${paint('bold', run.job.id)}  ${paint('yellow', 'paused')} ${pauseText(run.pause)}: nothing was sent. Look with --dry-run, or: ${programName()} resume --job ${run.job.id}${suffix}`;
  if ('fault' in run) return summaryText(run, suffix, paint);
  const { job, summary } = run;
  const head = `${paint('bold', job.id)}  on demand${because === null ? '' : `, ${WHY_NOT[because]}`}`;
  const { graph, scim, tokens } = summary.requests;
  const blocks = (summary.objects ?? []).map((report) => objectLines(report, summary.counts.memberships, paint));
  const foot = `  requests  ${graph} to Microsoft Graph · ${scim} to the target · ${tokens} for tokens`;
  const held = (summary.objects ?? []).some((report) => report.outcome === 'held')
    ? [`  next      ${programName()} staged --job ${job.id}${suffix}`]
    : [];
  const hint = failedInDialect(job.target.dialect, job.target.baseUrl);
  const mend = hint !== null && summary.counts.failed > 0 ? [`  dialect   ${hint}`] : [];
  const { configuration } = summary;
  const by = configuration === undefined ? [] : [`  ${paint('yellow', printable(reportText(configuration)))}`];
  return [head, ...by, ...blocks.flat(), ...mend, foot, ...held].join('\n');
}

const COLOURS: Readonly<Record<ObjectReport['outcome'], Colour>> = {
  success: 'green',
  warning: 'yellow',
  failure: 'red',
  skipped: 'dim',
  held: 'yellow',
  planned: 'bold',
};

const STAGES: Readonly<Record<ProvisioningStep['provisioningStepType'], string>> = {
  import: 'import',
  scoping: 'scoping',
  matching: 'matching',
  processing: 'processing',
  referenceResolution: 'references',
  export: 'export',
};

function objectLines(
  report: ObjectReport,
  memberships: { readonly added: number; readonly removed: number },
  paint: Paint,
): string[] {
  const { kind, id, displayName, outcome, action } = report;
  const name = displayName === null ? '' : `${printable(displayName)}  `;
  const what =
    outcome === 'planned' ? `would ${action}` : action === 'none' ? outcome : `${action}: ${outcomeText(report)}`;
  const steps = report.steps.flatMap((step) => [
    [STAGES[step.provisioningStepType], `${mark(step.status)} ${printable(step.description)}`],
    ...changeRows(step.modifiedProperties ?? []),
  ]);
  if (outcome === 'planned') steps.push(['export', plannedExport(report, memberships)]);
  const written = new Set(report.steps.flatMap(({ modifiedProperties = [] }) => modifiedProperties.map(nameOf)));
  const others = report.modifiedProperties.filter((each) => !written.has(nameOf(each)));
  const changes = changeRows(others, outcome === 'planned' ? '' : 'not written');
  const advice = report.errorInformation === undefined ? [] : [['advice', report.errorInformation.recommendedAction]];
  return [
    `  ${kind} ${name}${id}  ${paint(COLOURS[outcome], what)}`,
    ...alignedRows([...steps, ...changes, ...advice]).map((row) => `    ${row}`),
  ];
}

/** A request that failed after another one had succeeded does not take that back. */
function outcomeText({ outcome, steps }: ObjectReport): string {
  const wrote = steps.some(({ provisioningStepType: type, status }) => type === 'export' && status === 'success');
  return outcome === 'failure' && wrote ? 'done, but not all of it' : outcome;
}

type Modified = ObjectReport['modifiedProperties'][number];

function nameOf({ displayName }: Modified): string {
  return displayName;
}

/** `label` stands before the first one. */
function changeRows(changes: readonly Modified[], label = ''): string[][] {
  return changes.map(({ displayName, oldValue, newValue }, index) => [
    index === 0 ? label : '',
    `  ${printable(shortAttribute(displayName))}  ${quoted(oldValue)} -> ${quoted(newValue)}`,
  ]);
}

function plannedExport(
  { action, kind, targetId }: ObjectReport,
  { added, removed }: { readonly added: number; readonly removed: number },
): string {
  const members = kind === 'group' && added + removed > 0 ? `, ${added} members to add, ${removed} to remove` : '';
  return `- Would ${action}${targetId === null ? '' : ` ${printable(targetId)}`}${members}.`;
}

function mark(status: ProvisioningStep['status']): string {
  return { success: '+', warning: '!', failure: 'x', skipped: '-' }[status];
}

function quoted(value: string | null): string {
  return value === null ? '(none)' : `"${printable(value)}"`;
}
