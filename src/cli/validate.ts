// `scimsync validate`: all faults of all files at once, and what the jobs are. Connects to nothing. With --explain: one job
// in effect, each value with the place it comes from.
import type { Command } from 'commander';
import type { ConfigurationFault } from '../config/fault.ts';
import { formatFaults } from '../config/format-faults.ts';
import type { Examination, ExaminedJob, LoadedConfiguration } from '../config/load.ts';
import type { Job } from '../model/job.ts';
import { runAction } from './action.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { programName } from './program-name.ts';
import { checkStorePath } from './store-path.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** What a mode means, in one sentence. */
const MODES: Readonly<Record<Job['mode'], string>> = {
  observe: 'observe: imports and plans on schedule, sends the target no write.',
  enforce: 'enforce: writes to the target.',
};

/** Adds the command. */
export function registerValidate(program: Command): void {
  program
    .command('validate')
    .description('check the configuration: all faults of all files')
    .option('--explain <job>', 'print this job in effect, with the place that each value comes from')
    .addHelpText(
      'after',
      `
Exit code: 0 without faults, 1 with any. A job file with faults stops that job only; a fault in scimsync.yaml stops all.

Examples:
  scimsync validate
  scimsync validate --explain peakon
  scimsync validate --config /etc/scimsync --json`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => {
        const { explain } = command.opts<{ readonly explain?: string }>();
        return explain === undefined ? validate(options, terminal) : explainOne(explain, options, terminal);
      }),
    );
}

async function explainOne(id: string, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { printExplanation } = await import('./explain-job.ts');
  return printExplanation(id, options, terminal);
}

/** What validate says about a configuration. */
interface Validation {
  readonly faults: readonly ConfigurationFault[];
  readonly warnings: readonly ConfigurationFault[];
  /** Absent when scimsync.yaml has faults. */
  readonly configuration?: LoadedConfiguration;
  readonly examined: readonly ExaminedJob[];
}

async function validate(options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { examineConfiguration } = await import('../config/load.ts');
  const validation = judge(await examineConfiguration(options.config, process.env), options.config);
  if (options.json) terminal.out(`${JSON.stringify(validationDocument(validation), null, 2)}\n`);
  else print(validation, options, terminal);
  return validation.faults.length === 0 ? EXIT.well : EXIT.configuration;
}

function judge({ result, jobs }: Examination, directory: string): Validation {
  if (!result.ok) return { faults: result.faults, warnings: [], examined: jobs };
  const { configuration } = result;
  const store = checkStorePath(configuration, directory);
  return {
    faults: [...configuration.refused.flatMap((file) => file.faults), ...store.faults],
    warnings: [...configuration.warnings, ...store.warnings],
    configuration,
    examined: jobs,
  };
}

function validationDocument({ faults, warnings, configuration, examined }: Validation): unknown {
  const ok = faults.length === 0;
  if (configuration === undefined) return { ok, faults };
  const { directory, storeUrl, jobs, files, refused } = configuration;
  return {
    ok,
    directory,
    store: storeUrl,
    jobs: jobs.map((job) => ({ ...jobDocument(job, templateOf(job, examined)), file: files.get(job.id) })),
    ...(ok ? {} : { faults, refused: refused.map(({ file, id }) => ({ file, id })) }),
    warnings,
  };
}

function templateOf(job: Job, examined: readonly ExaminedJob[]): string | null {
  return examined.find(({ draft }) => draft.id === job.id)?.draft.template ?? null;
}

function jobDocument(job: Job, template: string | null): object {
  return {
    id: job.id,
    tenant: job.tenant,
    enabled: job.enabled,
    mode: job.mode,
    template,
    schedule: job.schedule,
    source: job.source.use,
    target: job.target.baseUrl,
    attributeMappings: Object.fromEntries(
      job.objectMappings
        .filter((mapping) => mapping.enabled)
        .map((mapping) => [mapping.sourceObjectName, mapping.attributeMappings.length]),
    ),
  };
}

function print(validation: Validation, options: GlobalOptions, terminal: Terminal): void {
  const { faults, warnings, configuration, examined } = validation;
  if (faults.length > 0) terminal.out(`${formatFaults(faults)}\n`);
  if (warnings.length > 0) {
    const head = terminal.paint('yellow', counted(warnings.length, 'warning'));
    terminal.out(`${faults.length > 0 ? '\n' : ''}${head}\n${formatFaults(warnings)}\n`);
  }
  const jobs = configuration?.jobs ?? [];
  if (jobs.length > 0 && faults.length + warnings.length > 0) terminal.out('\n');
  printJobs(jobs, examined, terminal);
  if (faults.length > 0) {
    const head = terminal.paintErr('red', counted(faults.length, 'fault'));
    const rest = jobs.length === 0 ? 'no job can run' : `${counted(jobs.length, 'job')} without any can run`;
    terminal.err(`${head} in the configuration; ${rest}.\n`);
    return;
  }
  const next = jobs.length === 0 ? '' : ` Next: ${programName()} test-connection${sameConfiguration(options)}`;
  terminal.out(`The configuration is valid: ${counted(jobs.length, 'job')}.${next}\n`);
}

function printJobs(jobs: readonly Job[], examined: readonly ExaminedJob[], terminal: Terminal): void {
  const rows = jobs.map((job) => [
    terminal.paint('bold', job.id),
    job.mode,
    job.enabled ? `every ${job.schedule.every}` : 'not enabled',
    `${printable(job.source.use)} -> ${printable(job.target.baseUrl)}`,
    mappingsText(job),
    templateText(templateOf(job, examined)),
  ]);
  for (const row of alignedRows(rows)) terminal.out(`${row}\n`);
  const modes = Object.entries(MODES).filter(([mode]) => jobs.some((job) => job.mode === mode));
  for (const [, sentence] of modes) terminal.out(`${terminal.paint('dim', sentence)}\n`);
}

function templateText(template: string | null): string {
  return template === null ? 'no template' : `template ${printable(template)}`;
}

function mappingsText(job: Job): string {
  return job.objectMappings
    .filter((mapping) => mapping.enabled)
    .map((mapping) => `${mapping.sourceObjectName} ${counted(mapping.attributeMappings.length, 'mapping')}`)
    .join(', ');
}
