// `scimsync links …`: which source object is which resource in the target. Reads the store; `remove` forgets a link there, `rebuild`
// finds lost links again.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 60_000;

interface LinksFlags {
  readonly job: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly wait?: number;
}

/** Adds the command with its subcommands. */
export function registerLinks(program: Command): void {
  const links = program.command('links').description('source object and target resource: list, show, remove, rebuild');
  links
    .command('list')
    .description('every link of a job')
    .requiredOption('--job <id>', 'the job')
    .addHelpText('after', '\nExample:\n  scimsync links list --job peakon --json > links.json')
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { listLinks } = await import('./links-list.ts');
        return listLinks(command.opts<LinksFlags>().job, options, terminal);
      }),
    );
  links
    .command('show')
    .description('one link, and what the target is known to hold')
    .argument('<id>', 'source id, target id, display name or userName')
    .requiredOption('--job <id>', 'the job')
    .addHelpText('after', '\nExample:\n  scimsync links show ana.ruiz@acme.com --job peakon')
    .action(async (id: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { showLinks } = await import('./links-show.ts');
        return showLinks(id, command.opts<LinksFlags>().job, options, terminal);
      }),
    );
  links
    .command('remove')
    .description('forget one link; the account stays and is matched anew')
    .argument('<id>', 'source id, target id, display name or userName')
    .requiredOption('--job <id>', 'the job')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Only the store forgets: nothing is sent, and the account stays as it is. The next cycle looks for an account of the person
or group in the target by the matching attributes, and adopts or creates one. Somebody who is not in scope any more is
matched by nobody: such an account stays for good, active or not.

Example:
  scimsync links remove 41c2d0a5-6a3b-4f7e-9f1e-0d3c5b7a9e11 --job peakon`,
    )
    .action(async (id: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { removeOneLink } = await import('./links-remove.ts');
        const { job, yes } = command.opts<LinksFlags>();
        return removeOneLink(id, job, yes === true, options, terminal);
      }),
    );
  registerRebuild(links);
}

function registerRebuild(links: Command): void {
  links
    .command('rebuild')
    .description('find out again which person is which account, after the store was lost')
    .requiredOption('--job <id>', 'the job')
    .option('--dry-run', 'only say what would be found; the store stays as it is')
    .option('--yes', 'do not ask')
    .option('--wait <duration>', 'how long to wait for another process that runs the job (default: 1m)', parseDuration)
    .addHelpText(
      'after',
      `
Reads directory and target and writes nothing to either. People who are assigned are matched with their accounts. Accounts
that carry the id of somebody in the directory who is not assigned any more are linked as well: without a link nobody would
disable them. The next cycle does so, under the guards: look at it with plan before.

Examples:
  scimsync links rebuild --job peakon --dry-run
  scimsync links rebuild --job peakon`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { rebuildInStore } = await import('./links-rebuild.ts');
        const { job, yes, dryRun, wait } = command.opts<LinksFlags>();
        const asked = { yes: yes === true, dryRun: dryRun === true, waitMilliseconds: wait ?? DEFAULT_WAIT_MS };
        return rebuildInStore(job, asked, options, terminal);
      }),
    );
}
