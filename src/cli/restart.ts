// `scimsync restart`: a job begins anew, with what --reset-scope names forgotten. A cycle that runs, in whatever process, stops
// after what is in flight and begins anew by itself.
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { processIdentity } from '../process-identity.ts';
import { type Pause, pauseOf } from '../rules/pause.ts';
import { parseResetScopes, RESET_SCOPES, type ResetScope } from '../rules/reset-scopes.ts';
import type { Db } from '../store/database.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { loadOrFail } from './load.ts';
import { pauseText } from './pause-text.ts';
import { programName } from './program-name.ts';
import { requireStoredJob, withStore } from './stored-job.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

interface RestartFlags {
  readonly job: string;
  readonly resetScope?: string;
  readonly yes?: true;
}

/** Adds the command. */
export function registerRestart(program: Command): void {
  program
    .command('restart')
    .description('begin a job anew: out of quarantine, everybody read and looked at again; links are kept')
    .requiredOption('--job <id>', 'this job')
    .option('--reset-scope <list>', 'what is reset, separated by commas (default: QuarantineState,Watermark,Escrows)')
    .option('--yes', 'do not ask (for ConnectorDataStore and Full)')
    .addHelpText(
      'after',
      `
Scopes, with the names of Microsoft Graph:
  QuarantineState     the quarantine is lifted
  Watermark           everybody is read from the directory and looked at again
  Escrows             objects that failed are tried again at once, their earlier failures forgotten
  ConnectorDataStore  after the next whole cycle has planned everybody who left, the links of those in
                      scope are forgotten, and the target is matched anew as at the first contact
  Full                all of them
Held changes are not released by a restart (ForceDeletes): see scimsync staged and approve.
A running cycle stops after what is in flight and begins anew.

Examples:
  scimsync restart --job peakon
  scimsync restart --job peakon --reset-scope QuarantineState`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => restart(command.opts<RestartFlags>(), options, terminal)),
    );
}

/** What became of it. */
interface Outcome {
  /** The process whose cycle stops and begins anew; null when nothing was running. */
  readonly runningBy: string | null;
  readonly pause: Pause | null;
}

async function restart(flags: RestartFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const suffix = sameConfiguration(options);
  const scopes = scopesOf(flags, suffix);
  return withStore(configuration, async (store) => {
    await requireStoredJob(store, flags.job, configuration);
    if (scopes.includes('ConnectorDataStore'))
      await confirm(
        'After the next whole cycle the store forgets which account belongs to whom, and everybody in scope is matched anew.\nWhoever is not found by the matching attributes gets a second account. Links of people who left are kept.',
        'Forget the links?',
        flags.yes === true,
        terminal,
      );
    const outcome = await store.transaction((trx) => reset(trx, flags.job, scopes));
    if (options.json) {
      const document = { job: flags.job, resetScope: scopes, runningBy: outcome.runningBy };
      terminal.out(`${JSON.stringify(document, null, 2)}\n`);
    } else terminal.out(`${outcomeText(flags.job, scopes, outcome, suffix, terminal)}\n`);
    return EXIT.well;
  });
}

function scopesOf({ job, resetScope }: RestartFlags, suffix: string): readonly ResetScope[] {
  const parsed = parseResetScopes(resetScope ?? '');
  if (parsed.ok) return parsed.scopes;
  const { because, name } = parsed;
  switch (because) {
    case 'approval':
      throw new CommandFault(
        `A restart releases nothing: an approval names what it is about. See it with ${programName()} staged --job ${job}${suffix}, then ${programName()} approve --job ${job} --set SET${suffix}. Nothing was changed.`,
      );
    case 'start':
      throw new CommandFault(
        `None resets nothing. To end a pause: ${programName()} resume --job ${job}${suffix}. Nothing was changed.`,
      );
    case 'unknown':
      throw new CommandFault(
        `There is no reset scope "${printable(name)}". There are ${RESET_SCOPES.join(', ')} and Full. Nothing was changed.`,
      );
    default:
      throw new Error(`unknown refusal ${String(because satisfies never)}`);
  }
}

/** Resets at once while nobody works on the job; otherwise asks the process that does. */
async function reset(trx: Db, jobId: string, scopes: readonly ResetScope[]): Promise<Outcome> {
  const { applyRestart, askRestart } = await import('../engine/restart.ts');
  const { leaseHolder } = await import('../store/inventory.ts');
  const { ensureJob, fenceOff, readJob } = await import('../store/jobs.ts');
  const now = Date.now();
  const { isGone } = processIdentity(hostname(), process.pid);
  await ensureJob(trx, jobId);
  const row = await readJob(trx, jobId);
  const runningBy = leaseHolder(row, { now, isGone });
  if (runningBy !== null) await askRestart(trx, jobId, scopes, now);
  else {
    await fenceOff(trx, jobId);
    await applyRestart(trx, jobId, scopes, now);
  }
  return { runningBy, pause: pauseOf(row, now) };
}

function outcomeText(
  jobId: string,
  scopes: readonly ResetScope[],
  { runningBy, pause }: Outcome,
  suffix: string,
  { paint }: Terminal,
): string {
  const head = `${paint('bold', jobId)}  begins anew: ${scopes.join(', ')}`;
  if (runningBy !== null) return `${head}\n  its cycle (${runningBy}) stops after what is in flight, and begins anew`;
  if (pause !== null)
    return `${head}\n  when its pause ends, ${pauseText(pause)}; before that: ${programName()} resume --job ${jobId}${suffix}`;
  return `${head}\n  A running daemon begins within a minute. Without one: ${programName()} --sync-now --job ${jobId}${suffix}`;
}
