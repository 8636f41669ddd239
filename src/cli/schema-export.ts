// `scimsync schema export`: a job of the configuration as Entra's synchronizationSchema. Its mappings are those in effect, with
// template and defaults; what was kept at its import is looked for beside its file.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { exportSchema } from '../config/entra/export-schema.ts';
import { type Kept, keptFileOf, keptSchema } from '../config/entra/kept.ts';
import { formatFaults } from '../config/format-faults.ts';
import { type ExaminedJob, examineConfiguration } from '../config/load.ts';
import { child, toPlain } from '../config/located.ts';
import type { ObjectMapping } from '../model/job.ts';
import { objectMappingSchema } from '../model/object-mapping.ts';
import { CommandFault } from './command-fault.ts';
import type { ExitCode } from './exit-code.ts';
import { writeNew } from './gallery-add.ts';
import type { GlobalOptions } from './global-options.ts';
import { requireKnownJob } from './load.ts';
import { printItems, reportExit } from './schema-report-text.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** What was given on the command line. */
export interface ExportFlags {
  readonly out?: string;
}

/**
 * Prints the document, or writes it, and says what Entra would not understand.
 * @throws CommandFault when there is no such job, or its mappings have faults.
 */
export async function exportJob(
  id: string,
  flags: ExportFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { result, jobs } = await examineConfiguration(options.config, process.env);
  const known = jobs.flatMap(({ draft }) => draft.id ?? []);
  const job = jobs.find(({ draft }) => draft.id === id);
  if (job === undefined) {
    if (!result.ok && known.length === 0) throw new CommandFault(formatFaults(result.faults));
    requireKnownJob(id, known);
    throw new CommandFault(`There is no job ${JSON.stringify(id)}.`);
  }
  const { schema, report } = exportSchema(mappingsOf(job), await readKept(keptFileOf(job.file)));
  const text = JSON.stringify(schema, null, 2);
  if (flags.out !== undefined) await writeNew(flags.out, `${text}\n`, dirname(flags.out));
  if (options.json)
    terminal.out(
      `${JSON.stringify({ job: id, ...(flags.out === undefined ? { schema } : { file: flags.out }), ...report }, null, 2)}\n`,
    );
  else {
    if (flags.out === undefined) terminal.out(`${text}\n`);
    printItems('Left out', report.leftOut, terminal);
    printItems('Warnings', report.warnings, terminal);
    terminal.err(
      'To give it to Entra: PUT …/servicePrincipals/ID/synchronization/jobs/JOB/schema. That starts an initial cycle there.\n',
    );
  }
  return reportExit(report);
}

/** A job need not be complete: only its mappings count, and they have to be sound. */
function mappingsOf({ draft, findings }: ExaminedJob): readonly ObjectMapping[] {
  const parsed = z.array(objectMappingSchema).safeParse(toPlain(child(draft.root, 'objectMappings') ?? draft.root));
  const faults = findings.faults.filter(({ path }) => path.startsWith('objectMappings'));
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new CommandFault(
    `${formatFaults(faults.length > 0 ? faults : findings.faults)}\nThe mappings of the job have faults; nothing was exported.`,
  );
}

async function readKept(file: string): Promise<Kept | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new CommandFault(`${printable(file)} cannot be read.`);
  }
  const parsed = keptSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new CommandFault(
    `${printable(file)} is not what schema import wrote. Restore it, or move it away to export without what was kept.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
