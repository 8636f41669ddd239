// `scimsync discover --job ID`: the accounts in the target, and whose they are. Reads only.
import { type Command, Option } from 'commander';
import { runAction } from './action.ts';

interface DiscoverFlags {
  readonly job: string;
  readonly format?: 'text' | 'csv';
  readonly all?: true;
}

/** Adds the command. */
export function registerDiscover(program: Command): void {
  program
    .command('discover')
    .description('the accounts in the target: managed, matched but unassigned, local')
    .requiredOption('--job <id>', 'the job')
    .addOption(new Option('--format <format>', 'how the result is printed').choices(['text', 'csv']).default('text'))
    .option('--all', 'list every account, managed ones as well')
    .addHelpText(
      'after',
      `
Lists the target once and, for accounts without a link, reads the people of the directory once. Writes nothing anywhere.

  managed      linked to somebody of the directory, by this job or another one at the same target
  assigned     fits somebody who is assigned and has no account yet: the next cycle matches it
  unassigned   fits somebody of the directory who is not assigned, or out of scope
  local        fits nobody

Examples:
  scimsync discover --job peakon
  scimsync discover --job peakon --format csv > accounts.csv`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { discover } = await import('./discover-run.ts');
        const { job, format, all } = command.opts<DiscoverFlags>();
        return discover(job, { csv: format === 'csv', all: all === true }, options, terminal);
      }),
    );
}
