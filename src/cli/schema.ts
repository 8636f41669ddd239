// `scimsync schema …`: Entra's synchronizationSchema into a job file, and a job back into a synchronizationSchema.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import type { ExportFlags } from './schema-export.ts';
import type { ImportFlags } from './schema-import.ts';

/** Adds the command with its subcommands. */
export function registerSchema(program: Command): void {
  const schema = program
    .command('schema')
    .description("Entra's synchronization schema: import it as a job, export a job as one");
  schema
    .command('import')
    .description('write a commented job in mode observe; never overwrites a file')
    .argument('[file]', 'JSON of a synchronizationSchema, a template, or an answer of Graph; - for stdin')
    .option(
      '--out <file>',
      'the job file (default: stdout); what has no place in it goes into NAME.entra.json beside it',
    )
    .option('--from-graph', "read the schema of Entra's own job from Microsoft Graph")
    .option('--service-principal <id>', 'object id of the enterprise application')
    .option('--source <use>', 'a source of scimsync.yaml (default: the only one)')
    .option('--entra-job <id>', 'which job, when Entra has several for the application')
    .option('--template <name>', 'a name of scimsync gallery list, or none (default: recognised)')
    .option('--id <id>', 'id of the job (default: the name of the file)')
    .option('--base-url <url>', 'SCIM root of the application')
    .option('--token-file <file>', 'file with the token of the application (default: an environment variable)')
    .addHelpText(
      'after',
      `
What was not carried over, and why, is on stderr. Exit code 2 when there is any of it, 0 otherwise.

Examples:
  scimsync schema import exported.json --out config/jobs/wiki.yaml
  scimsync schema import --from-graph --service-principal 11111111-2222-3333-4444-555555555555 --out config/jobs/wiki.yaml`,
    )
    .action(async (file: string | undefined, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { importSchema } = await import('./schema-import.ts');
        return importSchema(file, command.opts<ImportFlags>(), options, terminal);
      }),
    );
  schema
    .command('export')
    .description("print a job as Entra's synchronizationSchema")
    .argument('<job>', 'id of a job')
    .option('--out <file>', 'a file instead of stdout; it is not overwritten')
    .addHelpText(
      'after',
      `
What Entra would not understand is left out and named on stderr. Exit code 2 when there is any of it, 0 otherwise.
With --json the document and what was left out are printed together.

Example:
  scimsync schema export wiki --out wiki.json`,
    )
    .action(async (job: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { exportJob } = await import('./schema-export.ts');
        return exportJob(job, command.opts<ExportFlags>(), options, terminal);
      }),
    );
}
