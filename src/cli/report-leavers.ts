// `scimsync report leavers`: a table, a JSON document or CSV of who left in a period. Nothing is asked but the store.
import type { DepartureEnd, DepartureOutcome } from '../model/departure.ts';
import { type DepartureFacts, judgeLeaver, type LeaverVerdict } from '../rules/leaver-report.ts';
import type { ReportedDeparture } from '../store/departure-report.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { loadOrFail } from './load.ts';
import { csvCell } from './log-csv.ts';
import type { LeaversFlags } from './report.ts';
import { requireStoredJob, withStore } from './stored-job.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

const DAY_MS = 24 * 3_600_000;

/** One event of one person; times are ISO. The names are a contract with scripts. */
interface ReportedLeaver extends LeaverVerdict {
  readonly job: string;
  readonly sourceId: string;
  readonly displayName: string | null;
  readonly targetId: string;
  readonly event: string;
  readonly firstSeen: string;
  readonly confirmed: string | null;
  /** The error of the last attempt, while it is open. */
  readonly error: string | null;
  /** When the account is to be deleted. */
  readonly deletionPlanned: string | null;
  readonly deleted: string | null;
  readonly returned: string | null;
}

/** Prints the report. */
export async function reportLeavers(
  flags: LeaversFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.json && flags.csv === true) throw new CommandFault('Choose one of --json and --csv.');
  const period = { from: Date.parse(flags.from), to: Date.parse(flags.to) + DAY_MS };
  if (period.from >= period.to) throw new CommandFault('--to is before --from.');
  const configuration = await loadOrFail(options);
  return withStore(configuration, async (store) => {
    for (const id of flags.job ?? []) await requireStoredJob(store, id, configuration);
    const { readDepartures } = await import('../store/departure-report.ts');
    const leavers = (await readDepartures(store.db, period, flags.job)).map(reported);
    const summary = summarize(leavers);
    if (options.json)
      terminal.out(`${JSON.stringify({ from: flags.from, to: flags.to, summary, leavers }, null, 2)}\n`);
    else if (flags.csv === true) for (const line of csvLines(leavers)) terminal.out(line);
    else for (const line of textLines(leavers, summary, flags)) terminal.out(`${line}\n`);
    return EXIT.well;
  });
}

function reported(row: ReportedDeparture): ReportedLeaver {
  const verdict = judgeLeaver({
    outcome: row.outcome as DepartureOutcome | null,
    firstSeen: row.first_seen,
    confirmedAt: row.confirmed_at,
    endedBy: row.ended_by as DepartureEnd | null,
    waiting: row.waiting as DepartureFacts['waiting'],
    failing: row.failing,
  });
  return {
    job: row.job_id,
    sourceId: row.source_id,
    displayName: row.display_name,
    targetId: row.target_id,
    event: row.event,
    firstSeen: moment(row.first_seen) ?? '',
    confirmed: moment(row.confirmed_at),
    ...verdict,
    error: verdict.open === 'failed' ? row.failing : null,
    deletionPlanned: moment(row.delete_at),
    deleted: moment(row.deleted_at),
    returned: row.ended_by === 'returned' ? moment(row.ended_at) : null,
  };
}

function moment(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** Numbers over all lines; minutes are null when nothing was confirmed. */
interface Summary {
  readonly events: number;
  readonly confirmed: number;
  readonly open: number;
  readonly medianMinutes: number | null;
  readonly longestMinutes: number | null;
}

function summarize(leavers: readonly ReportedLeaver[]): Summary {
  const minutes = leavers.flatMap((each) => each.minutes ?? []).toSorted((a, b) => a - b);
  return {
    events: leavers.length,
    confirmed: minutes.length,
    open: leavers.filter((each) => each.open !== null).length,
    medianMinutes: minutes[Math.floor((minutes.length - 1) / 2)] ?? null,
    longestMinutes: minutes.at(-1) ?? null,
  };
}

const OUTCOMES: Readonly<Record<NonNullable<LeaverVerdict['outcome']>, string>> = {
  disabled: 'disabled',
  alreadyDisabled: 'was disabled already',
  membershipsRemoved: 'out of all groups',
  attributesSet: 'attributes set',
  deleted: 'deleted',
  gone: 'account was gone',
  leftAlone: 'left alone, as configured',
  protected: 'protected, not written to',
  returned: 'came back before',
  otherEvent: 'another event followed',
};

function textLines(leavers: readonly ReportedLeaver[], summary: Summary, { from, to }: LeaversFlags): string[] {
  const head = `Leavers seen from ${from} to ${to} (UTC)`;
  if (leavers.length === 0) return [`${head}: none.`];
  const rows = leavers.map((each) => [
    printable(each.job),
    printable(shortened(each.displayName ?? each.sourceId, 40)),
    each.event,
    shortMoment(each.firstSeen),
    each.confirmed === null ? '-' : shortMoment(each.confirmed),
    each.minutes === null ? '-' : `${each.minutes} min`,
    outcomeText(each),
  ]);
  const { confirmed, open, medianMinutes: median, longestMinutes: longest } = summary;
  const times = median === null ? '' : ` (median ${median} min, longest ${longest} min)`;
  return [
    head,
    ...alignedRows([['job', 'person', 'event', 'first seen', 'confirmed', 'after', 'outcome'], ...rows]),
    `${counted(summary.events, 'event')}: ${confirmed} confirmed${times}, ${open} still open`,
  ];
}

function shortMoment(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

function outcomeText({ outcome, open, error, deletionPlanned, deleted, returned }: ReportedLeaver): string {
  const done = outcome === null ? [] : [OUTCOMES[outcome]];
  const later = [
    ...(deleted === null || outcome === 'deleted' ? [] : [`deleted ${shortMoment(deleted)}`]),
    ...(deletionPlanned === null ? [] : [`to be deleted ${shortMoment(deletionPlanned)}`]),
    ...(returned === null || outcome === 'returned' ? [] : [`came back ${shortMoment(returned)}`]),
  ];
  return [...done, ...openText(open, error), ...later].join(', ');
}

function openText(open: LeaverVerdict['open'], error: string | null): string[] {
  switch (open) {
    case null:
      return [];
    case 'held':
      return ['OPEN: held by a guard'];
    case 'approved':
      return ['OPEN: approved, due with the next cycle'];
    case 'rejected':
      return ['OPEN: rejected'];
    case 'failed':
      return [`OPEN: failed with ${printable(error ?? '')}`];
    case 'memberships':
      return ['OPEN: still in groups'];
    case 'notYet':
      return ['OPEN: not done yet'];
    default:
      return open satisfies never;
  }
}

const COLUMNS = [
  'job',
  'sourceId',
  'displayName',
  'targetId',
  'event',
  'firstSeen',
  'confirmed',
  'minutes',
  'outcome',
  'open',
  'error',
  'deletionPlanned',
  'deleted',
  'returned',
] as const satisfies readonly (keyof ReportedLeaver)[];

function csvLines(leavers: readonly ReportedLeaver[]): string[] {
  return [
    `${COLUMNS.join(',')}\r\n`,
    ...leavers.map((each) => `${COLUMNS.map((column) => csvCell(String(each[column] ?? ''))).join(',')}\r\n`),
  ];
}
