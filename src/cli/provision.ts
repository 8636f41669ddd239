// `scimsync provision`: people or groups on demand, now, with what happened to each of them step by step.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 600_000;

interface ProvisionFlags {
  readonly job?: string;
  readonly dryRun?: true;
  readonly wait?: number;
  readonly curl?: true;
}

/** Adds the command. */
export function registerProvision(program: Command): void {
  program
    .command('provision')
    .description('provision people or groups on demand, and say what happened step by step')
    .argument('<id...>', 'object ids, userPrincipalNames, mail addresses or exact display names')
    .option('--job <id>', 'the job, when there are several')
    .option('--dry-run', 'plan only: nothing is written to the target')
    .option(
      '--curl',
      'print what was written, and what was refused, as curl commands without credentials; with --dry-run, the first write about each object',
    )
    .option('--wait <duration>', 'how long to wait for another process that runs the job (default: 10m)', parseDuration)
    .addHelpText(
      'after',
      `
Nobody else is read, planned or written, and an unfinished cycle is not disturbed. Guards that count do not hold objects
that are named; what a target cannot take back and protected accounts stay guarded. A group is brought in step with all
its members that have an account; memberships of a person in other groups follow with the next cycle.

Examples:
  scimsync provision ana.ruiz@acme.com --dry-run
  scimsync provision ana.ruiz@acme.com "Sales EMEA" --job peakon
  scimsync provision ana.ruiz@acme.com --curl --dry-run
  scimsync provision 41c2d0a5-6a3b-4f7e-9f1e-0d3c5b7a9e11 --json`,
    )
    .action(async (_names: unknown, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { provisionOnDemand } = await import('./provision-run.ts');
        const flags = command.opts<ProvisionFlags>();
        return provisionOnDemand(
          {
            names: command.args,
            ...(flags.job === undefined ? {} : { job: flags.job }),
            dryRun: flags.dryRun === true,
            curl: flags.curl === true,
            waitMilliseconds: flags.wait ?? DEFAULT_WAIT_MS,
          },
          options,
          terminal,
        );
      }),
    );
}
