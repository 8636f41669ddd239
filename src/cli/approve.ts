// `scimsync approve`: marks held changes as approved. It sends nothing: the next cycle plans these objects afresh and
// carries out what is still due.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { sizeText } from './held-set-text.ts';
import type { Approval } from './held-sets.ts';
import { loadOrFail, openExistingStore, requireKnownJob } from './load.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';

interface ApproveFlags {
  readonly job: string;
  readonly set?: string;
  readonly object?: readonly string[];
}

/** Adds the command. */
export function registerApprove(program: Command): void {
  program
    .command('approve')
    .description('let held changes through with the next cycle')
    .requiredOption('--job <id>', 'the job')
    .option('--set <set>', 'a set as scimsync staged shows it; refused when it has changed since')
    .option('--object <id...>', 'only the held changes of these people or groups')
    .addHelpText(
      'after',
      `
Examples:
  scimsync staged --job peakon
  scimsync approve --job peakon --set leavers-12-3f2a9c01d4
  scimsync approve --job peakon --object 41c2d0a5-6a3b-4f7e-9f1e-0d3c5b7a9e11`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => approve(command.opts<ApproveFlags>(), options, terminal)),
    );
}

async function approve(flags: ApproveFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const approval = approvalOf(flags);
  const configuration = await loadOrFail(options);
  requireKnownJob(
    flags.job,
    configuration.jobs.map((job) => job.id),
  );
  const suffix = sameConfiguration(options);
  const store = await openExistingStore(configuration);
  if (store === null) throw new CommandFault('Nothing has run yet, so nothing is held.');
  try {
    const { approveHeld } = await import('./held-sets.ts');
    const result = await approveHeld(store, flags.job, approval);
    if (!result.ok)
      throw new CommandFault(
        `${result.message} Nothing was approved. Look again: ${programName()} staged --job ${flags.job}${suffix}`,
      );
    if (options.json)
      terminal.out(
        `${JSON.stringify({ job: flags.job, approved: result.approved.length, changes: result.approved }, null, 2)}\n`,
      );
    else
      terminal.out(
        `Approved ${sizeText(classOf(approval), result.approved)} of ${flags.job}. The next cycle carries out what is still due; now: ${programName()} --sync-now --job ${flags.job}${suffix}\n`,
      );
  } finally {
    await store.close();
  }
  return EXIT.well;
}

/** The class of the set; objects may be held in several. */
function classOf(approval: Approval): string | null {
  return 'set' in approval ? (approval.set.split('-')[0] ?? null) : null;
}

function approvalOf({ set, object }: ApproveFlags): Approval {
  if (set !== undefined && object === undefined) return { set };
  if (object !== undefined && set === undefined) return { objects: object };
  throw new CommandFault('Say what to approve: either --set SET or --object ID. scimsync staged shows both.');
}
