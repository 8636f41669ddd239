// `scimsync test`: what the mappings of a job make of sample people and groups, against what was written down. Connects to
// nothing, opens no store and needs no secret.
import type { Command } from 'commander';
import { runAction } from './action.ts';
import type { TestFlags } from './test-run.ts';

/** Adds the command. */
export function registerTest(program: Command): void {
  program
    .command('test')
    .description('run the mapping tests that stand beside a job (*.test.yaml)')
    .argument('[file...]', 'test files (default: all beside the jobs and templates of the configuration)')
    .option('--job <id>', 'only the tests of this job; with files: run them against this job')
    .addHelpText(
      'after',
      `
A test is a sample object as Microsoft Graph would answer it, and what should come of it: jobs/wiki.test.yaml for
jobs/wiki.yaml. gallery add writes one to begin with.

  tests:
    - name: an employee
      user: { userPrincipalName: ana@acme.com, displayName: Ana Ruiz, mail: ana@acme.com }
      expect:
        inScope: true
        contains: { userName: ana@acme.com, 'emails[type eq "work"].value': ana@acme.com }

Exit code: 0 when all pass, 2 when some fail, 1 for faults in the files or when there are no tests.

Examples:
  scimsync test
  scimsync test --job wiki
  scimsync test config/jobs/wiki.test.yaml --json`,
    )
    .action(async (_files: unknown, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { runTests } = await import('./test-run.ts');
        return runTests(command.args, command.opts<TestFlags>(), options, terminal);
      }),
    );
}
