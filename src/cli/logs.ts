// `scimsync logs`: the provisioning log, as lines, JSON lines or CSV. Reads the store only.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { Db } from '../store/database.ts';
import type { LogQuery, StoredLogEntry } from '../store/provisioning-log.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { parseDuration } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { loadOrFail, openExistingStore, requireKnownJob } from './load.ts';
import { csvHeader, csvLine } from './log-csv.ts';
import { entryLines } from './log-text.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_LIMIT = 100;
const ASK_MS = 500;
const FOLLOW_PAGE = 500;

interface LogsFlags {
  readonly job?: string;
  readonly status?: string;
  readonly action?: string;
  readonly object?: string;
  /** ISO time. */
  readonly since?: string;
  readonly limit: number;
  readonly follow?: true;
  readonly csv?: true;
}

/** Adds the command. */
export function registerLogs(program: Command): void {
  program
    .command('logs')
    .description('the provisioning log: what was done to whom, and why')
    .option('--job <id>', 'only this job')
    .addOption(
      new Option('--status <status>', 'only this outcome').choices(['success', 'failure', 'warning', 'skipped']),
    )
    .addOption(
      new Option('--action <action>', 'only this action').choices([
        'create',
        'update',
        'disable',
        'delete',
        'stagedDelete',
        'other',
      ]),
    )
    .option('--object <id>', 'only this person or group: id, or part of the name')
    .option('--since <time>', 'only what happened since: ISO time, or a duration such as 2h', (text) =>
      parseSince(text, Date.now()),
    )
    .option('--limit <n>', 'at most this many entries, the newest ones', parseLimit, DEFAULT_LIMIT)
    .option('--follow', 'go on with new entries until interrupted')
    .option('--csv', 'print CSV')
    .addHelpText(
      'after',
      `
Examples:
  scimsync logs --job peakon --status failure
  scimsync logs --object "Ana Ruiz" --since 2d
  scimsync logs --since 2026-01-01T00:00:00Z --limit 100000 --csv > log.csv
  scimsync logs --follow --json`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => logs(command.opts<LogsFlags>(), options, terminal)),
    );
}

/** ISO time of `2h` (before `now`, in milliseconds) or of an ISO time. */
export function parseSince(text: string, now: number): string {
  const moment = /^\d{1,9}[smhd]$/.test(text) ? now - parseDuration(text) : isoMoment(text);
  const date = new Date(moment);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Give an ISO time such as 2026-05-31T08:00:00Z, or a duration such as 2h.');
  return date.toISOString();
}

function isoMoment(text: string): number {
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number above 0.');
  return Number(text);
}

async function logs(flags: LogsFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.json && flags.csv === true) throw new CommandFault('Choose one of --json and --csv.');
  const configuration = await loadOrFail(options);
  const print = printer(flags, options, terminal);
  const store = await openExistingStore(configuration);
  if (store === null) {
    terminal.err('Nothing has run yet.\n');
    return EXIT.well;
  }
  try {
    const { readLog } = await import('../store/provisioning-log.ts');
    const { listJobs } = await import('../store/jobs.ts');
    const known = [...configuration.jobs, ...(await listJobs(store.db))].map((job) => job.id);
    if (flags.job !== undefined) requireKnownJob(flags.job, known);
    const entries = await readLog(store.db, queryOf(flags));
    print(entries);
    if (flags.follow === true) await follow(store.db, flags, entries.at(-1)?.seq, print);
    else if (entries.length === 0) terminal.err(`${noEntryText(flags)}\n`);
    else if (entries.length === flags.limit)
      terminal.err(`These are the newest ${flags.limit} entries; --limit shows more.\n`);
  } finally {
    await store.close();
  }
  return EXIT.well;
}

/** An empty log is no surprise before the first write; an empty selection may be a slip. */
function noEntryText({ status, action, object, since }: LogsFlags): string {
  if ([status, action, object, since].some((chosen) => chosen !== undefined)) return 'There is no such entry.';
  return `Nothing is logged: no cycle has written yet. In mode observe none does; what it would do: ${programName()} plan`;
}

function queryOf({ job, status, action, object, since, limit }: LogsFlags): LogQuery {
  return {
    limit,
    ...(job === undefined ? {} : { jobId: job }),
    ...(status === undefined ? {} : { status }),
    ...(action === undefined ? {} : { action }),
    ...(object === undefined ? {} : { object }),
    ...(since === undefined ? {} : { since }),
  };
}

type Print = (entries: readonly StoredLogEntry[]) => void;

function printer(flags: LogsFlags, options: GlobalOptions, terminal: Terminal): Print {
  const text = (entry: ProvisioningLogEntry): string => {
    if (options.json) return `${JSON.stringify(entry)}\n`;
    if (flags.csv === true) return csvLine(entry);
    return `${entryLines(entry, terminal.paint).join('\n')}\n`;
  };
  if (flags.csv === true) terminal.out(csvHeader());
  return (entries) => {
    for (const { entry } of entries) terminal.out(text(entry));
  };
}

/** Asks the store for what came since, until interrupted. */
async function follow(db: Db, flags: LogsFlags, last: number | undefined, print: Print): Promise<void> {
  const { readLog } = await import('../store/provisioning-log.ts');
  using interruption = listenForInterruption(() => undefined);
  let after = last ?? (await readLog(db, { limit: 1 })).at(-1)?.seq ?? 0;
  while (!interruption.signal.aborted) {
    const entries = await readLog(db, { ...queryOf(flags), limit: FOLLOW_PAGE, after });
    print(entries);
    after = entries.at(-1)?.seq ?? after;
    if (entries.length < FOLLOW_PAGE) await pause(interruption.signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(ASK_MS, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
