// `scimsync schema import`: Entra's synchronizationSchema, from a file, from stdin or from Graph, becomes a job file.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Imported, importJob } from '../config/entra/import-job.ts';
import type { JobFacts } from '../config/entra/job-facts.ts';
import { importedJobText } from '../config/entra/job-text.ts';
import { keptFileOf, keptOf } from '../config/entra/kept.ts';
import { type EntraDocument, readDocument, readDocumentText } from '../config/entra/read-document.ts';
import { recogniseTemplate } from '../config/entra/recognise-template.ts';
import { formatFaults } from '../config/format-faults.ts';
import { listTemplates, type Template } from '../config/gallery.ts';
import { examineConfiguration } from '../config/load.ts';
import { FILL_IN, type Missing, missingIn, type NewJob } from '../config/new-job.ts';
import { jobSchema } from '../model/job.ts';
import { CommandFault } from './command-fault.ts';
import type { ExitCode } from './exit-code.ts';
import { type AddFlags, newJob, writeNew } from './gallery-add.ts';
import { findTemplate } from './gallery-show.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { programName } from './program-name.ts';
import type { EntraJob } from './schema-graph.ts';
import { printItems, reportExit } from './schema-report-text.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** What was given on the command line. */
export interface ImportFlags extends AddFlags {
  readonly out?: string;
  readonly fromGraph?: true;
  readonly entraJob?: string;
  readonly template?: string;
}

/** What is imported, wherever it was read. */
interface Origin {
  readonly document: EntraDocument;
  readonly facts: JobFacts;
  /** Entra's own job, when it was asked. */
  readonly entraJob?: EntraJob;
  /** What the application is called. */
  readonly names: readonly string[];
}

/**
 * Writes the job and says what was not carried over.
 * @throws CommandFault for a document that cannot be read, and for what no job could have; JobFault when Graph refuses.
 */
export async function importSchema(
  file: string | undefined,
  flags: ImportFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  refuseContradictions(file, flags);
  const { jobs, sourceNames } = await examineConfiguration(options.config, process.env);
  const origin = file === undefined ? await fromGraph(flags, options) : await fromFile(file);
  const template = await templateFor(origin, flags, options);
  const imported = importJob(origin.document, origin.facts, template);
  if (imported.job.objects.length === 0) throw nothingToCarry(imported);
  const use = origin.entraJob?.source;
  const job = newJob(
    suggestedId(flags, origin),
    { ...flags, ...(use === undefined ? {} : { source: use }) },
    sourceNames,
  );
  const other = jobs.find(({ draft }) => draft.id === job.id);
  if (other !== undefined && flags.out !== undefined)
    throw new CommandFault(`The id ${job.id} is taken by ${printable(other.file)}. Give this job its own with --id.`);
  const keptFile = flags.out === undefined ? undefined : keptFileOf(flags.out);
  const text = importedJobText({
    job,
    imported: imported.job,
    facts: origin.facts,
    ...(keptFile === undefined ? {} : { keptFile: basename(keptFile) }),
  });
  if (flags.out !== undefined && keptFile !== undefined) {
    // The job without what belongs to it would be half an import.
    if (existsSync(keptFile)) throw new CommandFault(`${printable(keptFile)} exists already and is left as it is.`);
    await writeNew(flags.out, text, dirname(flags.out));
    await writeNew(keptFile, `${JSON.stringify(keptOf(origin.document, imported), null, 2)}\n`, dirname(keptFile));
  }
  const written: Written = { job, imported, origin, text, ...(flags.out === undefined ? {} : { file: flags.out }) };
  if (options.json) terminal.out(`${JSON.stringify(documentOf(written, options), null, 2)}\n`);
  else print(written, options, terminal);
  return reportExit(imported.report);
}

function refuseContradictions(file: string | undefined, flags: ImportFlags): void {
  if ((file === undefined) !== (flags.fromGraph === true))
    throw new CommandFault('Name a file (- for stdin), or give --from-graph with --service-principal.');
  if (flags.fromGraph === true && flags.servicePrincipal === undefined)
    throw new CommandFault('--from-graph needs --service-principal, the object id of the enterprise application.');
  if (flags.entraJob !== undefined && flags.fromGraph !== true)
    throw new CommandFault('--entra-job has no meaning without --from-graph.');
  if (flags.out !== undefined && !/\.ya?ml$/.test(flags.out))
    throw new CommandFault('--out takes the name of a YAML file, for instance config/jobs/wiki.yaml.');
}

/** A few thousand lines are usual. */
const MOST_BYTES = 32 * 1024 * 1024;

async function fromFile(file: string): Promise<Origin> {
  const name = file === '-' ? 'stdin' : file;
  let text: string;
  try {
    text = file === '-' ? await readStdin() : await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandFault(`${printable(name)} cannot be read (${code}).`);
  }
  if (text.length > MOST_BYTES) throw new CommandFault(`${printable(name)} is larger than 32 MiB.`);
  const result = readDocumentText(name, text);
  if (!result.ok) throw new CommandFault(formatFaults(result.faults));
  const { document } = result;
  return { document, facts: {}, names: [...document.names, ...targetNames(document)] };
}

async function readStdin(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

async function fromGraph(flags: ImportFlags, options: GlobalOptions): Promise<Origin> {
  const { readEntraJob } = await import('./schema-graph.ts');
  const entraJob = await readEntraJob(flags.servicePrincipal ?? '', flags, options);
  const result = readDocument("Graph's answer", entraJob.schema);
  if (!result.ok) throw new CommandFault(formatFaults(result.faults));
  const { document } = result;
  const names = [entraJob.displayName, ...(entraJob.templateId === null ? [] : [entraJob.templateId])];
  return { document, facts: entraJob.facts, entraJob, names: [...names, ...targetNames(document)] };
}

function targetNames({ schema }: EntraDocument): readonly string[] {
  return (schema.synchronizationRules ?? []).flatMap(({ targetDirectoryName }) => targetDirectoryName ?? []);
}

async function templateFor(
  { document, names }: Origin,
  { template }: ImportFlags,
  options: GlobalOptions,
): Promise<Template | undefined> {
  if (template === 'none') return undefined;
  const known = (await listTemplates(options.config)).map(({ name }) => name);
  const name = template ?? recogniseTemplate(document.schema, names, known);
  return name === undefined ? undefined : (await findTemplate(name, options.config)).template;
}

function nothingToCarry({ report }: Imported): CommandFault {
  const reasons = report.leftOut.map(
    ({ path, value, reason }) => `  ${printable(path)}  ${printable(value)}: ${reason}`,
  );
  const message = 'There is no mapping of users or groups out of Microsoft Entra in it, so there is nothing for a job.';
  return new CommandFault([message, ...reasons].join('\n'));
}

/** From the name of the file; otherwise from what the application is called, as far as an id can be. */
function suggestedId({ out }: ImportFlags, { names }: Origin): string {
  const named = out === undefined ? undefined : basename(out).replace(/\.ya?ml$/, '');
  if (named !== undefined) return named;
  const words = names.map((name) =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, ''),
  );
  const usable = words.map((word) => word.slice(0, 40)).find((word) => jobSchema.shape.id.safeParse(word).success);
  return usable ?? 'imported';
}

interface Written {
  readonly job: NewJob;
  readonly imported: Imported;
  readonly origin: Origin;
  readonly text: string;
  readonly file?: string;
}

/** What only a person knows. */
function leftToDo({ job, origin }: Written): readonly Missing[] {
  if (origin.facts.syncAll !== undefined) return missingIn(job);
  const meaning = 'false is written; Entra keeps it among secrets: look at Provisioning, Settings, Scope';
  return [...missingIn(job), { what: 'source.syncAll', meaning }];
}

function nextCommands({ job, file }: Written, options: GlobalOptions): readonly string[] {
  if (file === undefined) return [];
  const suffix = sameConfiguration(options);
  return [`validate`, `test-connection --job ${job.id}`, `plan --job ${job.id}`].map(
    (command) => `${programName()} ${command}${suffix}`,
  );
}

function documentOf(written: Written, options: GlobalOptions): object {
  const { job, imported, origin, text, file } = written;
  const { entraJob } = origin;
  return {
    id: job.id,
    ...(file === undefined ? { text } : { file, keptFile: keptFileOf(file) }),
    template: imported.job.template?.name ?? null,
    entraJob: entraJob === undefined ? null : { id: entraJob.id, active: entraJob.active },
    numbers: imported.numbers,
    ...imported.report,
    unknown: origin.document.unknown,
    kept: imported.kept,
    fillIn: leftToDo(written),
    next: nextCommands(written, options),
  };
}

function print(written: Written, options: GlobalOptions, terminal: Terminal): void {
  const { imported, origin, text, file } = written;
  const { report, numbers } = imported;
  if (file === undefined) terminal.out(text);
  const say = file === undefined ? terminal.err : terminal.out;
  printItems(
    'Not carried over',
    report.leftOut.filter(({ idle }) => idle !== true),
    terminal,
  );
  printItems(
    'Not carried over, and not in use in Entra',
    report.leftOut.filter(({ idle }) => idle === true),
    terminal,
  );
  printItems('Warnings', report.warnings, terminal);
  printItems('Members that are not known', origin.document.unknown, terminal);
  if (file !== undefined) {
    say(`Written: ${printable(file)}, in mode observe${templateText(imported)}.\n`);
    say(`Kept for an export: ${printable(keptFileOf(file))}: ${imported.kept.join(', ') || 'the schema itself'}.\n`);
  }
  const { attributeMappings: mappings, filterGroups: groups } = numbers;
  say(
    `Carried over: ${mappings.carriedOver} of ${counted(mappings.found, 'attribute mapping')}, ${groups.carriedOver} of ${counted(groups.found, 'filter group')}.\n`,
  );
  printTwoWriters(origin, terminal);
  say(`Fill in (marked ${FILL_IN}), provide, and look at:\n`);
  for (const row of alignedRows(leftToDo(written).map(({ what, meaning }) => [`  ${what}`, meaning]))) say(`${row}\n`);
  const next = nextCommands(written, options);
  if (next.length > 0) say(`Next:\n${next.map((command) => `  ${command}\n`).join('')}`);
}

function templateText({ job }: Imported): string {
  return job.template === undefined ? '' : `, with template ${job.template.name}`;
}

function printTwoWriters({ entraJob }: Origin, terminal: Terminal): void {
  if (entraJob === undefined || !entraJob.active) return;
  const head = terminal.paintErr('yellow', 'Two writers');
  terminal.err(
    `${head}: Microsoft Entra still provisions this application: job ${printable(entraJob.shown)}.
  Keep mode: observe until that job is stopped, or they undo each other's changes. To stop it: Enterprise applications,
  ${printable(entraJob.displayName)}, Provisioning, Stop provisioning; or POST ${printable(entraJob.path)}/pause
  with the permission Synchronization.ReadWrite.All. Stopping it changes no account.\n`,
  );
}
