// `scimsync status`: one line a job, worst first. Reads the store; connects to nothing and creates nothing.
import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { LoadedConfiguration } from '../config/load.ts';
import { processIdentity } from '../process-identity.ts';
import { runAction } from './action.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import type { Condition, JobState, StatusReport } from './job-state.ts';
import { loadOrFail, openExistingStore, requireKnownJob } from './load.ts';
import { faultExitCode } from './run-outcome.ts';
import { nextCommand, statusLines } from './status-text.ts';
import type { Terminal } from './terminal.ts';

interface StatusFlags {
  readonly job?: readonly string[];
  readonly all?: true;
}

/** Adds the command. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('how the jobs are, worst first, with the next command to type')
    .option('--job <id...>', 'only these jobs')
    .option('--all', 'all jobs (the default)')
    .addHelpText(
      'after',
      `
Exit code: 0 well, 1 a file is refused, 2 objects are failing, 3 changes are held, a job is in quarantine or has
lost its configuration, 4 a job could not run. With --job also the objects that have failed longest.

Examples:
  scimsync status
  scimsync status --job peakon --json`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => status(command.opts<StatusFlags>(), options, terminal)),
    );
}

async function status(flags: StatusFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const all = await readStates(configuration);
  const ids = flags.all === true ? undefined : flags.job;
  for (const id of ids ?? [])
    requireKnownJob(
      id,
      all.jobs.map((state) => state.id),
    );
  const jobs = ids === undefined ? all.jobs : all.jobs.filter((state) => ids.includes(state.id));
  const suffix = sameConfiguration(options);
  if (options.json) {
    const document = {
      jobs: jobs.map((state) => ({ ...state, next: nextCommand(state, suffix) || null })),
      daemonRuns: all.daemonRuns,
    };
    terminal.out(`${JSON.stringify(document, null, 2)}\n`);
  } else printStates({ ...all, jobs }, suffix, terminal, ids !== undefined);
  return worstExitCode(jobs.map(exitCodeOf));
}

/** The states of all jobs of a configuration, as of now. */
export async function readStates(configuration: LoadedConfiguration): Promise<StatusReport> {
  const { readJobStates } = await import('./job-state.ts');
  const store = await openExistingStore(configuration);
  try {
    return await readJobStates(store?.db ?? null, configuration, leaseViewNow());
  } finally {
    await store?.close();
  }
}

/** Prints the lines, `closely` with the objects that fail; what the jobs say about themselves is a result. */
export function printStates(report: StatusReport, suffix: string, terminal: Terminal, closely = false): void {
  if (report.jobs.length === 0) terminal.out('There are no jobs.\n');
  for (const line of statusLines(report, Date.now(), suffix, terminal.paint, closely)) terminal.out(`${line}\n`);
}

/** Who holds leases now, as seen from this machine. */
export function leaseViewNow(): { readonly now: number; readonly isGone: (owner: string) => boolean } {
  return { now: Date.now(), isGone: processIdentity(hostname(), process.pid).isGone };
}

const EXIT_CODES: Readonly<Partial<Record<Condition, ExitCode>>> = {
  refused: EXIT.configuration,
  quarantine: EXIT.held,
  vanished: EXIT.held,
  held: EXIT.held,
  failing: EXIT.objectsFailed,
};

function exitCodeOf({ condition, lastFault }: JobState): ExitCode {
  // In quarantine because a side refuses it the job could not run, which is worse.
  if (condition === 'fault' || (condition === 'quarantine' && lastFault !== null))
    return faultExitCode(lastFault?.code ?? '');
  return EXIT_CODES[condition] ?? EXIT.well;
}
