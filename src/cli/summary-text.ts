// What a cycle did, for people: what was found, what was done, what needs attention, and the next command to type.
import { READ_ONLY_VARIABLE } from '../config/read-only.ts';
import type { CycleCounts, CycleMode, RequestCounts } from '../model/cycle.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { failedInDialect } from './dialect-hint.ts';
import { durationText, relativeTime } from './duration-text.ts';
import { reportText } from './held-configuration-text.ts';
import { pauseText } from './pause-text.ts';
import { planReportLines } from './plan-report-text.ts';
import { programName } from './program-name.ts';
import { limitedRows } from './read-back-text.ts';
import type { CompletedRun, FailedRun, JobRun, PausedRun } from './run-cycle.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** Text of one run, without a trailing line break. `suffix` is added to suggested commands (--config …). */
export function summaryText(run: JobRun, suffix: string, paint: Paint): string {
  if ('pause' in run) return pausedText(run, suffix, paint);
  return 'fault' in run ? failedText(run, suffix, paint) : completedText(run, suffix, paint);
}

function completedText({ job, summary, startedAt }: CompletedRun, suffix: string, paint: Paint): string {
  const { cycle, counts, requests, status, quarantine } = summary;
  if (summary.probe !== undefined) return probedText(summary, suffix, paint);
  const took = tookText(cycle, startedAt);
  const planned = cycle.dryRun || cycle.mode === 'observe';
  const head = `${paint('bold', job.id)}  ${cycleText(cycle, job.mode)}  (${took}${status === 'Active' ? '' : `, ${status}`})`;
  const rows = [
    ['found', foundText(counts)],
    [planned ? 'would' : 'done', doneText(counts, planned)],
    ...driftRows(summary),
    ...limitedRows(summary, paint),
    ...(summary.configuration === undefined
      ? []
      : [[paint('yellow', 'configuration'), printable(reportText(summary.configuration))]]),
    ...attentionRows(job.id, counts, planned, suffix, paint),
    ...dialectRows(job, counts),
    ...quarantineRows(quarantine, paint),
    ['requests', requestsText(requests)],
    ...(quarantine === undefined ? [] : [['next', `${programName()} status --job ${job.id}${suffix}`]]),
    ...(planned && (summary.report !== undefined || counts.held > 0)
      ? [['next', `${programName()} plan --job ${job.id}${suffix}`]]
      : []),
  ];
  return [head, ...reportLines(summary, paint), ...alignedRows(rows).map((row) => `  ${row}`)].join('\n');
}

/** What reading the target back has shown, in short. */
function driftRows({ drift }: CompletedRun['summary']): string[][] {
  if (drift === undefined) return [];
  const { checked, drifted, gone, members } = drift;
  return [
    [
      'read back',
      `${checked} compared · ${drifted} differed · ${gone.count} gone · ${members.missing} members missing`,
    ],
  ];
}

/** An attempt that ended with the few objects that were tried. */
function probedText(
  { jobId, probe, quarantine, requests }: CompletedRun['summary'],
  suffix: string,
  paint: Paint,
): string {
  const rows = [
    [
      'tried',
      `${probe?.tried ?? 0} of the objects that fail: ${probe?.failed ?? 0} failed again; nothing else was done`,
    ],
    ...quarantineRows(quarantine, paint),
    ['requests', requestsText(requests)],
    ['next', `${programName()} status --job ${jobId}${suffix}`],
  ];
  const head = `${paint('bold', jobId)}  ${paint('red', 'still in quarantine')}`;
  return [head, ...alignedRows(rows).map((row) => `  ${row}`)].join('\n');
}

function quarantineRows(quarantine: Quarantine | undefined, paint: Paint): string[][] {
  if (quarantine === undefined) return [];
  const { reason, error, nextAttempt } = quarantine;
  const because = error === null ? '' : `: ${printable(error.message)}`;
  const again = `tried again ${relativeTime(nextAttempt, Date.now())} by a daemon, at once by --sync-now`;
  return [
    [paint('red', 'quarantine'), `${reason}${because}`],
    ['', again],
  ];
}

/** How long it took; the interruption before a cycle was gone on with is no work. */
function tookText({ timeBegan, timeEnded }: CompletedRun['summary']['cycle'], startedAt: string | undefined): string {
  const [began, ended] = [Date.parse(timeBegan), Date.parse(timeEnded)];
  const started = startedAt === undefined ? began : Date.parse(startedAt);
  if (started - began < 1000) return durationText(ended - began);
  return `${durationText(ended - started)}, gone on with; begun ${relativeTime(began, ended)}`;
}

/** Whoever has forgotten the read-only variable must not look for the cause in the job. */
function cycleText({ kind, dryRun, mode }: CompletedRun['summary']['cycle'], jobMode: CycleMode): string {
  if (dryRun) return `${kind} cycle, planned only: nothing was written`;
  if (mode === 'observe' && jobMode === 'enforce')
    return `${kind} cycle, read-only (--read-only or ${READ_ONLY_VARIABLE}): nothing was written`;
  return mode === 'observe' ? `${kind} cycle, observed: nothing was written` : `${kind} cycle`;
}

/** What a first contact found comes before what was done about it. */
function reportLines({ report }: CompletedRun['summary'], paint: Paint): string[] {
  if (report === undefined) return [];
  const lines = planReportLines(report, paint);
  return [`  first contact with ${printable(report.target)}`, ...lines.map((line) => `  ${line}`)];
}

function failedText(
  { job, fault, cycle, counts, requests, quarantine }: FailedRun,
  suffix: string,
  paint: Paint,
): string {
  const stopped = fault.code === 'Interrupted';
  const head = `${paint('bold', job.id)}  ${paint(stopped ? 'yellow' : 'red', stopped ? 'stopped' : 'could not run')}`;
  const rows = [
    ...(stopped ? [] : [['fault', fault.code]]),
    ['because', printable(fault.message)],
    ['advice', fault.advice],
    ...(quarantine === undefined ? [] : quarantineRows({ ...quarantine, error: null }, paint)),
    ...(cycle === undefined || counts === undefined ? [] : [['so far', doneText(counts, cycle.dryRun)]]),
    ...(requests === undefined ? [] : [['requests', requestsText(requests)]]),
    ['next', nextAfter(fault.code, job.id, suffix)],
  ];
  return [head, ...alignedRows(rows).map((row) => `  ${row}`)].join('\n');
}

function pausedText({ job, pause, cycle, counts, requests }: PausedRun, suffix: string, paint: Paint): string {
  const what = cycle === undefined ? 'paused: nothing was run' : 'paused: the cycle stopped, and goes on afterwards';
  const rows = [
    ['paused', pauseText(pause)],
    ...(counts === undefined ? [] : [['so far', doneText(counts, false)]]),
    ...(requests === undefined ? [] : [['requests', requestsText(requests)]]),
    ['next', `${programName()} resume --job ${job.id}${suffix}`],
  ];
  return [`${paint('bold', job.id)}  ${paint('yellow', what)}`, ...alignedRows(rows).map((row) => `  ${row}`)].join(
    '\n',
  );
}

/** The command that comes next after a fault of a job. */
export function nextAfter(code: string, jobId: string, suffix: string): string {
  return `${programName()} ${afterFault(code, jobId)}${suffix}`;
}

function afterFault(code: string, jobId: string): string {
  if (code === 'ConfigurationInvalid') return 'validate';
  if (code === 'TargetChanged' || code === 'SourceChanged') return `job rebind ${jobId}`;
  if (code === 'JobRenamed') return 'job list';
  if (code === 'StoreLost') return `links rebuild --job ${jobId} --dry-run`;
  if (/^(Source|Target|Service)/.test(code)) return `test-connection --job ${jobId}`;
  if (code === 'JobBusy' || code === 'LeaseLost') return `status --job ${jobId}`;
  return `--sync-now --job ${jobId}`;
}

function foundText({ imported, inScope, unchanged, skipped }: CycleCounts): string {
  return `${imported} read from the directory · ${inScope} in scope · ${unchanged} unchanged · ${skipped} skipped`;
}

const DONE = ['created', 'adopted', 'updated', 'enabled', 'disabled', 'deleted'] as const;
const WOULD = ['create', 'adopt', 'update', 'enable', 'disable', 'delete'] as const;

function doneText(counts: CycleCounts, planned: boolean): string {
  const parts = DONE.flatMap((name, index) => {
    const count = counts[name];
    return count === 0 ? [] : [planned ? `${WOULD[index] ?? name} ${count}` : `${name} ${count}`];
  });
  const { added, removed } = counts.memberships;
  if (added + removed > 0) parts.push(`memberships +${added} -${removed}`);
  return parts.length === 0 ? 'nothing' : parts.join(' · ');
}

function dialectRows({ target }: CompletedRun['job'], { failed }: CycleCounts): string[][] {
  const hint = failed === 0 ? null : failedInDialect(target.dialect, target.baseUrl);
  return hint === null ? [] : [['dialect', hint]];
}

function attentionRows(jobId: string, counts: CycleCounts, planned: boolean, suffix: string, paint: Paint): string[][] {
  const rows: string[][] = [];
  if (counts.held > 0) {
    const next = planned ? 'a guard would hold these changes' : `${programName()} staged --job ${jobId}${suffix}`;
    rows.push([paint('yellow', 'held'), `${counts.held}    ${next}`]);
  }
  if (counts.failed > 0) {
    const next = `${programName()} logs --job ${jobId} --status failure${suffix}`;
    rows.push([paint('red', 'failed'), `${counts.failed}    ${next}`]);
  }
  if (counts.escrowed > 0) rows.push(['escrowed', `${counts.escrowed}    kept, and tried again by themselves`]);
  if (counts.protected > 0) rows.push(['protected', String(counts.protected)]);
  if (counts.warnings > 0)
    rows.push([
      paint('yellow', 'warnings'),
      `${counts.warnings}    ${programName()} logs --job ${jobId} --status warning${suffix}`,
    ]);
  return rows;
}

/** What a cycle would do, as far as it was only planned. */
export function plannedText(counts: CycleCounts): string {
  return doneText(counts, true);
}

/** What a cycle did and left open, in one line for a log. */
export function countsText(counts: CycleCounts): string {
  const open = (['held', 'failed', 'escrowed', 'warnings'] as const).flatMap((name) =>
    counts[name] === 0 ? [] : [`${name} ${counts[name]}`],
  );
  return [doneText(counts, false), ...open].join(' · ');
}

function requestsText({ graph, scim, tokens }: RequestCounts): string {
  return `${graph} to Microsoft Graph · ${scim} to the target · ${tokens} for tokens`;
}
