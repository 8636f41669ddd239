// `scimsync validate`: all faults of all files at once, or what the jobs are. Connects to nothing.
import type { Command } from 'commander';
import type { ConfigurationFault } from '../config/fault.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { Job } from '../model/job.ts';
import { runAction } from './action.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Adds the command. */
export function registerValidate(program: Command): void {
  program
    .command('validate')
    .description('check the configuration: all faults of all files')
    .addHelpText(
      'after',
      `
Examples:
  scimsync validate
  scimsync validate --config /etc/scimsync --json`,
    )
    .action(async (_options: unknown, command: Command) => runAction(command, validate));
}

async function validate(options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { loadConfiguration } = await import('../config/load.ts');
  const { formatFaults } = await import('../config/format-faults.ts');
  const result = await loadConfiguration(options.config, process.env);
  if (options.json) terminal.out(`${JSON.stringify(validationDocument(result), null, 2)}\n`);
  else if (result.ok) printJobs(result.configuration, formatFaults(result.configuration.warnings), options, terminal);
  else {
    terminal.out(`${formatFaults(result.faults)}\n`);
    terminal.err(`${terminal.paintErr('red', counted(result.faults.length, 'fault'))} in the configuration.\n`);
  }
  return result.ok ? EXIT.well : EXIT.configuration;
}

type Validation =
  | { readonly ok: true; readonly configuration: LoadedConfiguration }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

function validationDocument(result: Validation): unknown {
  if (!result.ok) return { ok: false, faults: result.faults };
  const { directory, storeUrl, jobs, warnings } = result.configuration;
  return { ok: true, directory, store: storeUrl, jobs: jobs.map(jobDocument), warnings };
}

function jobDocument(job: Job): unknown {
  return {
    id: job.id,
    tenant: job.tenant,
    enabled: job.enabled,
    mode: job.mode,
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

function printJobs(
  configuration: LoadedConfiguration,
  warningText: string,
  options: GlobalOptions,
  terminal: Terminal,
): void {
  const { jobs, warnings } = configuration;
  if (warnings.length > 0)
    terminal.out(`${terminal.paint('yellow', counted(warnings.length, 'warning'))}\n${warningText}\n\n`);
  const rows = jobs.map((job) => [
    terminal.paint('bold', job.id),
    job.enabled ? `every ${job.schedule.every}` : 'not enabled',
    `${printable(job.source.use)} -> ${printable(job.target.baseUrl)}`,
    mappingsText(job),
  ]);
  for (const row of alignedRows(rows)) terminal.out(`${row}\n`);
  const next = jobs.length === 0 ? '' : ` Next: scimsync test-connection${sameConfiguration(options)}`;
  terminal.out(`The configuration is valid: ${counted(jobs.length, 'job')}.${next}\n`);
}

function mappingsText(job: Job): string {
  return job.objectMappings
    .filter((mapping) => mapping.enabled)
    .map((mapping) => `${mapping.sourceObjectName} ${counted(mapping.attributeMappings.length, 'mapping')}`)
    .join(', ');
}
