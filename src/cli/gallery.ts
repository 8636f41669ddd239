// `scimsync gallery …`: application templates, and a job file to begin with. Connects to nothing.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import type { AddFlags } from './gallery-add.ts';

/** Adds the command with its subcommands. */
export function registerGallery(program: Command): void {
  const gallery = program.command('gallery').description('application templates: list, show, add a job from one');
  gallery
    .command('list')
    .description('every template')
    .addHelpText('after', '\nExample:\n  scimsync gallery list')
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { listGallery } = await import('./gallery-show.ts');
        return listGallery(options, terminal);
      }),
    );
  gallery
    .command('show')
    .description('one template, with what has to be known before the first cycle')
    .argument('<name>', 'a name of scimsync gallery list')
    .addHelpText('after', '\nExample:\n  scimsync gallery show peakon')
    .action(async (name: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { showTemplate } = await import('./gallery-show.ts');
        return showTemplate(name, options, terminal);
      }),
    );
  gallery
    .command('add')
    .description('write a commented job in mode observe; never overwrites a file')
    .argument('<name>', 'a name of scimsync gallery list')
    .option('--id <id>', 'id of the job and name of its file (default: the name of the template)')
    .option('--source <use>', 'a source of scimsync.yaml (default: the only one)')
    .option('--service-principal <id>', 'object id of the enterprise application')
    .option('--base-url <url>', 'SCIM root of the application')
    .option('--token-file <file>', 'file with the token of the application (default: an environment variable)')
    .addHelpText(
      'after',
      `
What is not given is marked in the file, and validate names it until it is filled in.

Examples:
  scimsync gallery add peakon
  scimsync gallery add scim --id wiki --source acme --base-url https://wiki.example.com/scim/v2`,
    )
    .action(async (name: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { addJob } = await import('./gallery-add.ts');
        return addJob(name, command.opts<AddFlags>(), options, terminal);
      }),
    );
}
