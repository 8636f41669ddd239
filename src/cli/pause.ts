// `scimsync pause` and `scimsync resume`. A pause is a mark in the store with an end: the cycle that runs stops after what is
// in flight, nothing begins until the end, and then everything goes on where it stopped.
import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LoadedConfiguration } from '../config/load.ts';
import { processIdentity } from '../process-identity.ts';
import { type Pause, pauseOf } from '../rules/pause.ts';
import type { Db, Store } from '../store/database.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { parseDuration } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { loadOrFail, requireKnownJob } from './load.ts';
import { longPauseText, pauseDocument, pauseText } from './pause-text.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';

const DAY = 86_400_000;
const DEFAULT_MS = DAY;
const LONGEST_MS = 30 * DAY;
const LONGEST_REASON = 200;

interface PauseFlags {
  readonly job?: readonly string[];
  readonly all?: true;
  readonly for: number;
  readonly reason?: string;
}

/** Adds both commands. */
export function registerPause(program: Command): void {
  program
    .command('pause')
    .description('stop jobs for a while; a running cycle stops after what is in flight')
    .option('--job <id...>', 'these jobs')
    .option('--all', 'all jobs')
    .addOption(
      new Option('--for <duration>', 'how long, at most 30d').argParser(parsePauseLength).default(DEFAULT_MS, '24h'),
    )
    .option('--reason <text>', 'shown wherever the pause is', parseReason)
    .addHelpText(
      'after',
      `
A pause ends by itself: after 24 hours unless --for says otherwise. While it lasts the daemon and --sync-now
leave the job alone; --sync-now --dry-run still plans it, and writes nothing.

Examples:
  scimsync pause --job peakon --for 4h --reason "maintenance of the target"
  scimsync pause --all
  scimsync resume --job peakon`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => pause(command.opts<PauseFlags>(), options, terminal)),
    );
  program
    .command('resume')
    .description('end a pause before its time; the job is due at once')
    .option('--job <id...>', 'these jobs')
    .option('--all', 'all jobs')
    .addHelpText(
      'after',
      `
Examples:
  scimsync resume --job peakon
  scimsync resume --all`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => resume(command.opts<PauseFlags>(), options, terminal)),
    );
}

function parsePauseLength(text: string): number {
  const length = parseDuration(text);
  if (length <= 0) throw new InvalidArgumentError('A pause must last longer than that.');
  if (length > LONGEST_MS)
    throw new InvalidArgumentError('A pause lasts at most 30d; to stop a job, set enabled: false.');
  return length;
}

function parseReason(text: string): string {
  const reason = text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
  if (reason === '') throw new InvalidArgumentError('Say why, or leave --reason out.');
  if (reason.length > LONGEST_REASON)
    throw new InvalidArgumentError(`A reason has at most ${LONGEST_REASON} characters.`);
  return reason;
}

/** What became of one job. */
interface Outcome {
  readonly id: string;
  readonly pause: Pause | null;
  /** The process whose cycle is about to stop. */
  readonly runningBy: string | null;
  /** False when there was nothing to do. */
  readonly changed: boolean;
}

async function pause(flags: PauseFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const outcomes = await eachJob(flags, options, (trx, id, now) => pauseJob(trx, id, now, flags));
  if (options.json) return printDocument(outcomes, terminal);
  const suffix = sameConfiguration(options);
  for (const { id, pause: paused, runningBy } of outcomes) {
    if (paused === null) continue;
    terminal.out(`${terminal.paint('bold', id)}  paused ${pauseText(paused)}\n`);
    const long = longPauseText(paused);
    if (long !== null) terminal.out(`  ${long}\n`);
    if (runningBy !== null)
      terminal.out(
        `  its cycle (${runningBy}) stops after what is in flight: ${programName()} status --job ${id}${suffix}\n`,
      );
  }
  terminal.out(`It ends by itself; before that: ${programName()} resume ${selection(flags)}${suffix}\n`);
  return EXIT.well;
}

async function pauseJob(trx: Db, id: string, now: number, flags: PauseFlags): Promise<void> {
  const { ensureJob, readJob, updateJob } = await import('../store/jobs.ts');
  await ensureJob(trx, id);
  const before = pauseOf(await readJob(trx, id), now);
  await updateJob(trx, id, {
    // A pause that is made longer still began when it began.
    paused_since: before?.since ?? now,
    paused_until: now + flags.for,
    pause_reason: flags.reason ?? null,
  });
}

async function resume(flags: PauseFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const outcomes = await eachJob(flags, options, resumeJob);
  if (options.json) return printDocument(outcomes, terminal);
  for (const { id, changed } of outcomes)
    terminal.out(`${terminal.paint('bold', id)}  ${changed ? 'goes on' : 'is not paused'}\n`);
  if (outcomes.some(({ changed }) => changed))
    terminal.out(
      `A running daemon begins within a minute. Without one: ${programName()} --sync-now${jobOption(flags)}${sameConfiguration(options)}\n`,
    );
  return EXIT.well;
}

async function resumeJob(trx: Db, id: string, now: number): Promise<void> {
  const { readJob, updateJob } = await import('../store/jobs.ts');
  const paused = pauseOf(await readJob(trx, id), now);
  // The end is kept: what was missed while the job was paused is nobody's fault.
  if (paused !== null) await updateJob(trx, id, { paused_until: now, next_attempt: now });
}

/** Changes the chosen jobs in one transaction, so that all of them are paused or none. */
async function eachJob(
  flags: PauseFlags,
  options: GlobalOptions,
  change: (trx: Db, id: string, now: number) => Promise<void>,
): Promise<Outcome[]> {
  if ((flags.job === undefined) === (flags.all === undefined))
    throw new CommandFault('Say which: --job ID, or --all for all jobs.');
  const configuration = await loadOrFail(options);
  const { openStore } = await import('../store/database.ts');
  const { leaseHolder } = await import('../store/inventory.ts');
  const { ensureJob, readJob } = await import('../store/jobs.ts');
  const store = await openStore(configuration.storeUrl);
  try {
    const ids = await chosenIds(flags, configuration, store);
    const now = Date.now();
    const { isGone } = processIdentity(hostname(), process.pid);
    return await store.transaction(async (trx) => {
      const outcomes: Outcome[] = [];
      for (const id of ids) {
        await ensureJob(trx, id);
        const before = pauseOf(await readJob(trx, id), now);
        await change(trx, id, now);
        const row = await readJob(trx, id);
        const after = pauseOf(row, now);
        const runningBy = after === null ? null : leaseHolder(row, { now, isGone });
        outcomes.push({ id, pause: after, runningBy, changed: before !== null || after !== null });
      }
      return outcomes;
    });
  } finally {
    await store.close();
  }
}

/** Jobs whose file has faults and jobs without a file count as well: a daemon may be running them. */
async function chosenIds(
  flags: PauseFlags,
  { jobs, refused }: LoadedConfiguration,
  store: Store,
): Promise<readonly string[]> {
  const { listJobs } = await import('../store/jobs.ts');
  const stored = (await listJobs(store.db)).map((row) => row.id);
  const known = [...new Set([...jobs.map((job) => job.id), ...refused.flatMap(({ id }) => id ?? []), ...stored])];
  if (flags.job === undefined) return known;
  for (const id of flags.job) requireKnownJob(id, known);
  return [...new Set(flags.job)];
}

function printDocument(outcomes: readonly Outcome[], terminal: Terminal): ExitCode {
  const jobs = outcomes.map(({ id, pause: paused, runningBy, changed }) => ({
    id,
    pause: paused === null ? null : pauseDocument(paused),
    runningBy,
    changed,
  }));
  terminal.out(`${JSON.stringify({ jobs }, null, 2)}\n`);
  return EXIT.well;
}

function selection(flags: PauseFlags): string {
  return flags.job === undefined ? '--all' : `--job ${flags.job.join(' ')}`;
}

function jobOption(flags: PauseFlags): string {
  return flags.job === undefined ? '' : ` --job ${flags.job.join(' ')}`;
}
