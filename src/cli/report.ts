// `scimsync report …`: evidence from the store, for auditors. Reads the store only.
import { type Command, InvalidArgumentError } from 'commander';
import { runAction } from './action.ts';

/** What a report of leavers is about. */
export interface LeaversFlags {
  /** First and last day (YYYY-MM-DD, UTC), both included. */
  readonly from: string;
  readonly to: string;
  readonly job?: readonly string[];
  readonly csv?: true;
}

/** Adds the command with its subcommands. */
export function registerReport(program: Command): void {
  const report = program.command('report').description('evidence from the store: who left, and when it was confirmed');
  report
    .command('leavers')
    .description('who lost access in a period, when it was seen and when the target confirmed it')
    .requiredOption('--from <day>', 'first day, as 2026-05-01 (UTC)', parseDay)
    .requiredOption('--to <day>', 'last day, included', parseDay)
    .option('--job <id...>', 'only these jobs')
    .option('--csv', 'print CSV')
    .addHelpText(
      'after',
      `
One line for each event of each person who had an account: unassigned, out of scope, blocked, deleted. The minutes are
those from the run that first read it until the target confirmed it; what is still open says why.

Examples:
  scimsync report leavers --from 2026-05-01 --to 2026-05-31
  scimsync report leavers --from 2026-05-01 --to 2026-05-31 --job peakon --csv > leavers.csv`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { reportLeavers } = await import('./report-leavers.ts');
        return reportLeavers(command.opts<LeaversFlags>(), options, terminal);
      }),
    );
}

function parseDay(text: string): string {
  const moment = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment) || new Date(moment).toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('Give a day such as 2026-05-31.');
  return text;
}
