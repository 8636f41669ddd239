// `scimsync validate --explain JOB`: the job in effect, whoever wrote its parts. A job with faults is explained as far as it
// could be read, because its faults are what one wants to understand.
import { relative } from 'node:path';
import { explainJob, leavesOf } from '../config/explain.ts';
import { sortedFaults } from '../config/fault.ts';
import { formatFaults } from '../config/format-faults.ts';
import { type ExaminedJob, examineConfiguration } from '../config/load.ts';
import type { Origin } from '../config/located.ts';
import { effectiveJobLines } from './effective-job-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { requireKnownJob } from './load.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/**
 * Prints the job.
 * @returns EXIT.configuration when it has faults.
 * @throws CommandFault when no readable file holds a job with this id.
 */
export async function printExplanation(id: string, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { jobs } = await examineConfiguration(options.config, process.env);
  const job = jobs.find(({ draft }) => draft.id === id);
  if (job === undefined)
    requireKnownJob(
      id,
      jobs.flatMap(({ draft }) => draft.id ?? []),
    );
  else if (options.json) terminal.out(`${JSON.stringify(explanationDocument(job), null, 2)}\n`);
  else printText(job, terminal);
  return job === undefined || job.findings.faults.length > 0 ? EXIT.configuration : EXIT.well;
}

function printText(job: ExaminedJob, terminal: Terminal): void {
  terminal.out(`# From the weakest to the strongest: ${job.layers.map(shownFile).map(printable).join(' < ')}\n`);
  for (const line of effectiveJobLines(explainJob(job), originText)) terminal.out(`${line}\n`);
  const { faults } = job.findings;
  if (faults.length > 0) terminal.err(`${formatFaults(faults)}\n${counted(faults.length, 'fault')} in this job.\n`);
}

function explanationDocument(job: ExaminedJob): unknown {
  const { file, draft, layers, findings } = job;
  return {
    job: draft.id,
    file,
    template: draft.template ?? null,
    layers,
    values: leavesOf(explainJob(job)).map(({ path, value, origin }) => ({
      path,
      value,
      origin: origin === null ? null : { file: origin.file, line: origin.line, column: origin.column },
    })),
    faults: sortedFaults(findings.faults),
  };
}

function originText({ file, line }: Origin): string {
  return `${shownFile(file)}:${line}`;
}

/** Shipped templates lie wherever the program does; what is below the working directory is shown relative to it. */
function shownFile(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') || path.length > file.length ? file : path;
}
