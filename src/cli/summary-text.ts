// What a cycle did, for people: what was found, what was done, what needs attention, and the next command to type.
import type { CycleCounts, RequestCounts } from '../model/cycle.ts';
import { durationText } from './duration-text.ts';
import type { CompletedRun, FailedRun, JobRun } from './run-cycle.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** Text of one run, without a trailing line break. `suffix` is added to suggested commands (--config …). */
export function summaryText(run: JobRun, suffix: string, paint: Paint): string {
  return 'fault' in run ? failedText(run, suffix, paint) : completedText(run, suffix, paint);
}

function completedText({ job, summary }: CompletedRun, suffix: string, paint: Paint): string {
  const { cycle, counts, requests, status } = summary;
  const took = durationText(Date.parse(cycle.timeEnded) - Date.parse(cycle.timeBegan));
  const what = cycle.dryRun ? `${cycle.kind} cycle, planned only: nothing was written` : `${cycle.kind} cycle`;
  const head = `${paint('bold', job.id)}  ${what}  (${took}${status === 'Active' ? '' : `, ${status}`})`;
  const rows = [
    ['found', foundText(counts)],
    [cycle.dryRun ? 'would' : 'done', doneText(counts, cycle.dryRun)],
    ...attentionRows(job.id, counts, cycle.dryRun, suffix, paint),
    ['requests', requestsText(requests)],
  ];
  return [head, ...alignedRows(rows).map((row) => `  ${row}`)].join('\n');
}

function failedText({ job, fault, cycle, counts, requests }: FailedRun, suffix: string, paint: Paint): string {
  const stopped = fault.code === 'Interrupted';
  const head = `${paint('bold', job.id)}  ${paint(stopped ? 'yellow' : 'red', stopped ? 'stopped' : 'could not run')}`;
  const rows = [
    ...(stopped ? [] : [['fault', fault.code]]),
    ['because', printable(fault.message)],
    ['advice', fault.advice],
    ...(cycle === undefined || counts === undefined ? [] : [['so far', doneText(counts, cycle.dryRun)]]),
    ...(requests === undefined ? [] : [['requests', requestsText(requests)]]),
    ['next', nextAfter(fault.code, job.id, suffix)],
  ];
  return [head, ...alignedRows(rows).map((row) => `  ${row}`)].join('\n');
}

/** The command that comes next after a fault of a job. */
export function nextAfter(code: string, jobId: string, suffix: string): string {
  if (code === 'ConfigurationInvalid') return `scimsync validate${suffix}`;
  if (/^(Source|Target|Service)/.test(code)) return `scimsync test-connection --job ${jobId}${suffix}`;
  if (code === 'JobBusy' || code === 'LeaseLost') return `scimsync status --job ${jobId}${suffix}`;
  return `scimsync --sync-now --job ${jobId}${suffix}`;
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

function attentionRows(jobId: string, counts: CycleCounts, planned: boolean, suffix: string, paint: Paint): string[][] {
  const rows: string[][] = [];
  if (counts.held > 0) {
    const next = planned ? 'a guard would hold these removals' : `scimsync staged --job ${jobId}${suffix}`;
    rows.push([paint('yellow', 'held'), `${counts.held}    ${next}`]);
  }
  if (counts.failed > 0) {
    const next = `scimsync logs --job ${jobId} --status failure${suffix}`;
    rows.push([paint('red', 'failed'), `${counts.failed}    ${next}`]);
  }
  if (counts.escrowed > 0) rows.push(['escrowed', `${counts.escrowed}    kept, and tried again by themselves`]);
  if (counts.protected > 0) rows.push(['protected', String(counts.protected)]);
  if (counts.warnings > 0)
    rows.push([
      paint('yellow', 'warnings'),
      `${counts.warnings}    scimsync logs --job ${jobId} --status warning${suffix}`,
    ]);
  return rows;
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
