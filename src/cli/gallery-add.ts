// `scimsync gallery add`: a job file to begin with. It is made for a configuration that may not be complete yet, so that faults
// of other files do not stand in its way.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseUrlProblems } from '../config/base-url.ts';
import { readTemplate } from '../config/gallery.ts';
import { examineConfiguration } from '../config/load.ts';
import { testFileOf } from '../config/mapping-test-subject.ts';
import { FILL_IN, missingIn, type NewJob, newJobText, newTestText } from '../config/new-job.ts';
import { suggestion } from '../config/suggestion.ts';
import { jobSchema } from '../model/job.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findTemplate } from './gallery-show.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** What was given on the command line. */
export interface AddFlags {
  readonly id?: string;
  readonly source?: string;
  readonly servicePrincipal?: string;
  readonly baseUrl?: string;
  readonly tokenFile?: string;
}

/**
 * Writes the file and says what is left to do.
 * @throws CommandFault for a value that no job could have, an id that is taken, and a file that exists.
 */
export async function addJob(
  name: string,
  flags: AddFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { file: templateFile, template } = await findTemplate(name, options.config);
  const { result, jobs, sourceNames } = await examineConfiguration(options.config, process.env);
  const job = newJob(name, flags, sourceNames);
  const other = jobs.find(({ draft }) => draft.id === job.id);
  if (other !== undefined)
    throw new CommandFault(`The id ${job.id} is taken by ${printable(other.file)}. Give this job its own with --id.`);
  const file = join(options.config, 'jobs', `${job.id}.yaml`);
  await writeNew(file, newJobText(job, template), join(options.config, 'jobs'));
  const tests = await copyTests(templateFile, options.config, file);

  const missing = missingIn(job);
  const suffix = sameConfiguration(options);
  const next = [
    'validate',
    ...(tests === null ? [] : [`test --job ${job.id}`]),
    `test-connection --job ${job.id}`,
    `plan --job ${job.id}`,
  ].map((command) => `${programName()} ${command}${suffix}`);
  if (options.json) {
    const added = { id: job.id, file, tests, fillIn: missing, notes: template.notes, next };
    terminal.out(`${JSON.stringify(added, null, 2)}\n`);
    return EXIT.well;
  }
  terminal.out(`Written: ${printable(file)}, in mode observe.\n`);
  if (tests !== null) terminal.out(`Written: ${printable(tests)}, tests of its mappings to begin with.\n`);
  terminal.out(`Fill in (marked ${FILL_IN}) and provide:\n`);
  for (const row of alignedRows(missing.map(({ what, meaning }) => [`  ${what}`, meaning]))) terminal.out(`${row}\n`);
  if (template.notes.length > 0) terminal.out('Before the first cycle:\n');
  for (const note of template.notes) terminal.out(`  - ${printable(note)}\n`);
  if (!result.ok || result.configuration.refused.length > 0)
    terminal.out(`Other parts of the configuration have faults; ${programName()} validate${suffix} names them.\n`);
  terminal.out(`Next:\n${next.map((command) => `  ${command}\n`).join('')}`);
  return EXIT.well;
}

/**
 * What was given, as far as a job can have it; `suggested` is the id when none was given, and the only source is used when
 * none was named. `sources` is undefined when they are not known.
 * @throws CommandFault naming the option.
 */
export function newJob(suggested: string, flags: AddFlags, sources: readonly string[] | undefined): NewJob {
  const id = flags.id ?? suggested;
  const { id: idSchema, source, target } = jobSchema.shape;
  if (!idSchema.safeParse(id).success || /\.(example|test|base)$/.test(id))
    throw new CommandFault(
      `${JSON.stringify(id)} cannot be the id of a job. Use lower-case letters, digits and dashes.`,
    );
  if (flags.source !== undefined && sources !== undefined && sources.length > 0 && !sources.includes(flags.source)) {
    const advice = suggestion(flags.source, sources) ?? '';
    throw new CommandFault(`There is no source ${JSON.stringify(flags.source)}. ${advice}`.trimEnd());
  }
  const { servicePrincipal, baseUrl } = flags;
  if (servicePrincipal !== undefined && !source.shape.servicePrincipalId.safeParse(servicePrincipal).success)
    throw new CommandFault('--service-principal takes an object id such as 11111111-2222-3333-4444-555555555555.');
  if (baseUrl !== undefined && !target.shape.baseUrl.safeParse(baseUrl).success)
    throw new CommandFault('--base-url takes a URL such as https://example.com/scim/v2.');
  const [problem] = baseUrlProblems(baseUrl ?? '');
  if (problem !== undefined) throw new CommandFault(`--base-url: ${problem.message} ${problem.advice}`);
  if (flags.tokenFile?.trim() === '') throw new CommandFault('--token-file takes the path of a file.');
  const use = flags.source ?? (sources?.length === 1 ? sources[0] : undefined);
  return {
    id,
    ...(use === undefined ? {} : { use }),
    ...(sources === undefined ? {} : { sources }),
    ...(servicePrincipal === undefined ? {} : { servicePrincipalId: servicePrincipal }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(flags.tokenFile === undefined ? {} : { tokenFile: flags.tokenFile }),
  };
}

/**
 * The tests of the template, or of the nearest that it extends, to be changed with the mappings; null when there are none, or
 * the job has some already.
 */
async function copyTests(templateFile: string, directory: string, jobFile: string): Promise<string | null> {
  const file = testFileOf(jobFile);
  const { files = [templateFile] } = await readTemplate(templateFile, directory);
  for (const each of files.toReversed()) {
    const text = await readFile(testFileOf(each), 'utf8').catch(() => null);
    if (text === null) continue;
    // The job is there; tests are no reason to say that it could not be made.
    return writeFile(file, newTestText(text), { flag: 'wx' }).then(
      () => file,
      () => null,
    );
  }
  return null;
}

/**
 * Writes a file that does not exist yet.
 * @throws CommandFault when it does, or cannot be written.
 */
export async function writeNew(file: string, text: string, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = code === 'EEXIST' ? 'exists already and is left as it is' : `cannot be written (${code})`;
    throw new CommandFault(`${printable(file)} ${why}.`);
  }
}
