// `scimsync undo`: gives accounts back what they held before a cycle.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 600_000;

interface UndoFlags {
  readonly dryRun?: true;
  readonly set?: string;
  readonly wait?: number;
}

/** Adds the command. */
export function registerUndo(program: Command): void {
  program
    .command('undo')
    .description('give accounts and groups back what they held before a cycle, and hold what would do it again')
    .argument('<cycle>', 'the id of a cycle')
    .option('--dry-run', 'show what would be restored; nothing is written to the target')
    .option('--set <set>', 'approve a plan exactly as it was shown, where a guard holds it')
    .option('--wait <duration>', 'how long to wait for another process that runs the job (default: 10m)', parseDuration)
    .addHelpText(
      'after',
      `
Every account is read first: an attribute that holds something else than that cycle wrote is left alone and named. Accounts
that were disabled become active, accounts that were created are disabled, never deleted. Members that were added to groups
are removed while they are there by our hand, members that were removed are added again while they are absent.
What the next cycle would do again is held until it is approved (scimsync staged).
Exit code 3 when a guard holds the plan, 2 when an account or group could not be restored.

Examples:
  scimsync undo 3f0c1a52-0f52-4a6e-8a6e-2f5f0c5b7a9e --dry-run
  scimsync undo 3f0c1a52-0f52-4a6e-8a6e-2f5f0c5b7a9e`,
    )
    .action(async (cycleId: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { undoInStore } = await import('./undo-run.ts');
        const { dryRun, set, wait } = command.opts<UndoFlags>();
        const asked = { cycleId, dryRun: dryRun === true, ...(set === undefined ? {} : { set }) };
        return undoInStore(asked, wait ?? DEFAULT_WAIT_MS, options, terminal);
      }),
    );
}
