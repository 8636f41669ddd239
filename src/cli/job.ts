// `scimsync job …`: the jobs of the store against the jobs of the files.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 60_000;

/** Adds the command with its subcommands. */
export function registerJob(program: Command): void {
  const job = program
    .command('job')
    .description('the jobs of the store against the files: list, rename, rebind, forget');
  registerList(job);
  registerRename(job);
  registerRebind(job);
  registerForget(job);
}

function registerList(job: Command): void {
  job
    .command('list')
    .description('every job: what its file says, how many links are kept, its last cycle')
    .addHelpText(
      'after',
      '\nExit code 3 while a job has accounts but no configuration.\n\nExample:\n  scimsync job list',
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { listJobInventory } = await import('./job-list.ts');
        return listJobInventory(options, terminal);
      }),
    );
}

function registerRename(job: Command): void {
  job
    .command('rename')
    .description('give all that the store knows about a job to another id')
    .argument('<old>', 'the id in the store')
    .argument('<new>', 'the id in the file now')
    .addHelpText(
      'after',
      `
For a job whose id was changed in its file. Links, history and held changes move; nothing is read or written elsewhere.
Refused while a cycle of the job runs, and when a job of the new id has worked already.

Example:
  scimsync job rename peakon peakon-emea`,
    )
    .action(async (from: string, to: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { renameInStore } = await import('./job-rename.ts');
        return renameInStore(from, to, options, terminal);
      }),
    );
}

function registerRebind(job: Command): void {
  job
    .command('rebind')
    .description('go on with the same accounts at another address, tenant or enterprise application')
    .argument('<id>', 'the job, with its configuration changed already')
    .option('--wait <duration>', 'how long to wait for another process that runs the job (default: 1m)', parseDuration)
    .addHelpText(
      'after',
      `
Reads up to 200 linked accounts back and compares them with what the links say; for another tenant or enterprise
application also whether the directory knows the people. Accepts when at least 95 % are there and are the same, and
refuses otherwise, changing nothing. Only reads.

Example:
  scimsync job rebind peakon`,
    )
    .action(async (id: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { rebindInStore } = await import('./job-rebind.ts');
        return rebindInStore(id, command.opts<{ wait?: number }>().wait ?? DEFAULT_WAIT_MS, options, terminal);
      }),
    );
}

function registerForget(job: Command): void {
  job
    .command('forget')
    .description('remove everything the store knows about a job; accounts stay as they are')
    .argument('<id>', 'the id in the store')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
For a job that is given up. Accounts in the target stay exactly as they are, active ones included, and nobody processes
their leavers any more. A job with this id begins afresh and matches every account anew;
where accounts hold its own ids it stops first and asks whether they are to be linked again (links rebuild).

Example:
  scimsync job forget peakon-trial`,
    )
    .action(async (id: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { forgetInStore } = await import('./job-forget.ts');
        return forgetInStore(id, command.opts<{ yes?: true }>().yes === true, options, terminal);
      }),
    );
}
