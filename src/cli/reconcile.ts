// `scimsync reconcile --job ID`: how the target differs from what the job made of it; with --repair, a cycle that puts it right.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 600_000;

interface ReconcileFlags {
  readonly job: string;
  readonly repair?: true;
  readonly wait?: number;
}

/** Adds the command. */
export function registerReconcile(program: Command): void {
  program
    .command('reconcile')
    .description('how the target differs from what the job made of it; --repair puts it right')
    .requiredOption('--job <id>', 'the job')
    .option('--repair', 'run a cycle that writes what differs, under guards and protect')
    .option('--wait <duration>', 'how long to wait for another process that runs the job (default: 10m)', parseDuration)
    .addHelpText(
      'after',
      `
Reads every linked account and group back from the target and compares mapped attributes, and members that were sent, with
what is wanted. Without --repair nothing is written, neither to the target nor to the store. Nothing that no mapping asks for
is compared or changed, and members that somebody else added stay.

Examples:
  scimsync reconcile --job peakon
  scimsync reconcile --job peakon --repair`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { reconcile } = await import('./reconcile-run.ts');
        const { job, repair, wait } = command.opts<ReconcileFlags>();
        const asked = { repair: repair === true, waitMilliseconds: wait ?? DEFAULT_WAIT_MS };
        return reconcile(job, asked, options, terminal);
      }),
    );
}
