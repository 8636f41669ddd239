// `scimsync scope`: scoping filters without a cycle: a file of cases, or one object against the filter of a job. Connects to
// nothing and opens no store.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';

interface ScopeFlags {
  readonly cases?: string;
  readonly job?: string;
  readonly attributes?: string;
}

/** Adds the command. */
export function registerScope(program: Command): void {
  program
    .command('scope')
    .description('judge objects by scoping filters, clause by clause')
    .option('--job <id>', 'judge one object by the filter of this job')
    .option(
      '--attributes <file>',
      'the object, in JSON or YAML, as attributes or as Microsoft Graph answers; - is stdin',
    )
    .option('--cases <file>', 'judge a JSON array of cases, and print an array of verdicts; - is stdin')
    .addHelpText(
      'after',
      `
A case is {id, filter, attributes}; its verdict {id, inScope, reasons}, or {id, error: {kind, message}, inScope} for a
filter that is refused, which lets nobody in. A filter is {groups: [{name?, clauses: [{attribute, operator, value?}]}]},
or that of Microsoft Graph. Neither form needs a secret; cases need no configuration.

Exit code: 0 judged, 1 the input or the job is refused.

Examples:
  scimsync scope --job peakon --attributes ana.json
  scimsync scope --cases cases.json > verdicts.json`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { cases, job, attributes } = command.opts<ScopeFlags>();
        if (cases !== undefined) {
          if (job !== undefined || attributes !== undefined)
            throw new CommandFault('--cases goes alone: each case says its filter and attributes itself.');
          const { judgeFile } = await import('./scope-cases.ts');
          return judgeFile(cases, terminal);
        }
        if (job === undefined || attributes === undefined)
          throw new CommandFault('Give --job ID and --attributes FILE, or --cases FILE. See scope --help.');
        const { judgeByJob } = await import('./scope-job.ts');
        return judgeByJob(job, attributes, options, terminal);
      }),
    );
}
