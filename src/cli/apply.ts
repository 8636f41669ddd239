// `scimsync apply`: sends exactly those changes of a plan file that are still what was seen.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 600_000;

/** Adds the command. */
export function registerApply(program: Command): void {
  program
    .command('apply')
    .description('send the changes of a plan file that are still as they were seen, and nothing else')
    .argument('<file>', 'a file of scimsync plan --out')
    .option('--wait <duration>', 'how long to wait for another process that runs the job (default: 10m)', parseDuration)
    .addHelpText(
      'after',
      `
Everything is planned anew. A change that would be something else now is not sent, and shown with what differs; what is due
and not in the file is left for the next cycle. A change of the file counts as approved, so that no guard holds it;
protected accounts stay. A file that was altered, belongs to another job, was made with another configuration or is older
than 7 days is refused as a whole.
Exit code 3 when a change of the file was not sent because it is different or unknown now, 2 when the target refused one.

Examples:
  scimsync plan --job peakon --out first.plan
  scimsync apply first.plan`,
    )
    .action(async (file: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { applyPlan } = await import('./apply-run.ts');
        const { wait } = command.opts<{ readonly wait?: number }>();
        return applyPlan(file, wait ?? DEFAULT_WAIT_MS, options, terminal);
      }),
    );
}
