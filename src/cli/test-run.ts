// Runs files of mapping tests. Clock and randomness are fixed, so that a test that passes today passes tomorrow.
import { createHash } from 'node:crypto';
import type { ConfigurationFault } from '../config/fault.ts';
import { type Examination, examineConfiguration } from '../config/load.ts';
import { type MappingTest, type MappingTestFile, readMappingTests } from '../config/mapping-test-file.ts';
import { findSubject, mappingTestFiles, subjectOfJob, type TestSubject } from '../config/mapping-test-subject.ts';
import type { MappingEnvironment } from '../rules/evaluate-attribute.ts';
import { planSample } from '../rules/sample.ts';
import { judgeSample, type SampleFailure } from '../rules/sample-verdict.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { requireKnownJob } from './load.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';
import { printTests, testDocument } from './test-text.ts';

/** What was given on the command line beside the files. */
export interface TestFlags {
  readonly job?: string;
}

/** What came of one test. */
export interface TestResult {
  readonly name: string;
  readonly line: number;
  readonly failures: readonly SampleFailure[];
}

/** What came of one file. */
export interface TestedFile {
  readonly file: string;
  readonly subject: Pick<TestSubject, 'type' | 'name'>;
  readonly results: readonly TestResult[];
}

/** What came of all files. */
export interface TestRun {
  readonly files: readonly TestedFile[];
  readonly faults: readonly ConfigurationFault[];
}

/**
 * Runs the files, or those of the configuration, and prints what came of them.
 * @throws CommandFault when there is nothing to run.
 */
export async function runTests(
  files: readonly string[],
  flags: TestFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const examination = await examineConfiguration(options.config, process.env);
  if (flags.job !== undefined) requireJob(flags.job, examination, options);
  const named = files.length > 0 ? files : await mappingTestFiles(options.config);
  const run = await runFiles(named, flags.job, files.length > 0, examination, options.config);
  if (run.files.length === 0 && run.faults.length === 0) throw nothingToRun(flags, options);
  if (options.json) terminal.out(`${JSON.stringify(testDocument(run), null, 2)}\n`);
  else printTests(run, terminal);
  if (run.faults.length > 0) return EXIT.configuration;
  const failed = run.files.some(({ results }) => results.some(({ failures }) => failures.length > 0));
  return failed ? EXIT.objectsFailed : EXIT.well;
}

function requireJob(id: string, { jobs }: Examination, options: GlobalOptions): void {
  const known = jobs.flatMap(({ draft }) => draft.id ?? []);
  if (known.length === 0) throw new CommandFault(`There are no jobs in ${options.config}/jobs that could be read.`);
  requireKnownJob(id, known);
}

function nothingToRun({ job }: TestFlags, options: GlobalOptions): CommandFault {
  const which = job === undefined ? `beside the jobs in ${options.config}/jobs` : `of job ${job}`;
  const name = job ?? 'NAME';
  const where = `${options.config}/jobs/${name}.test.yaml`;
  return new CommandFault(
    `There are no tests ${which}. Write ${where}; ${programName()} test --help shows one${sameConfiguration(options)}.`,
  );
}

async function runFiles(
  files: readonly string[],
  job: string | undefined,
  forced: boolean,
  { jobs }: Examination,
  directory: string,
): Promise<TestRun> {
  const tested: TestedFile[] = [];
  const faults: ConfigurationFault[] = [];
  const chosen = jobs.find(({ draft }) => draft.id === job);
  for (const file of files) {
    const read = await readMappingTests(file);
    if (!read.ok) {
      faults.push(...read.faults);
      continue;
    }
    const { tests } = read;
    const found = forced && chosen !== undefined ? subjectOfJob(chosen) : await findSubject(tests, jobs, directory);
    if (!found.ok) faults.push(...found.faults);
    else if (forced || job === undefined || (found.subject.type === 'job' && found.subject.name === job))
      tested.push(runFile(tests, found.subject));
  }
  return { files: tested, faults };
}

/** Runs the tests of one file against a job or template. */
export function runFile({ file, tests }: MappingTestFile, subject: TestSubject): TestedFile {
  const results = tests.map((test) => ({ name: test.name, line: test.line, failures: runTest(test, subject) }));
  return { file, subject: { type: subject.type, name: subject.name }, results };
}

function runTest(test: MappingTest, subject: TestSubject): readonly SampleFailure[] {
  const job = subject[test.sample.kind];
  if (job === null) {
    const message = `${subject.name} provisions no ${test.sample.kind}s`;
    return [{ about: 'action', message, differences: [] }];
  }
  const taken = new Set(test.taken.map((value) => value.toLowerCase()));
  const { now, params, tenantDefaultDomain } = test;
  const environment: MappingEnvironment = {
    now,
    random: reproducibleBytes(test.name),
    isTaken: (_attribute, candidate) => taken.has(candidate.toLowerCase()),
    params,
    ...(tenantDefaultDomain === undefined ? {} : { tenantDefaultDomain }),
  };
  return judgeSample(test.expected, planSample({ ...test.sample, environment }, job), job.mapping);
}

/** Bytes for Guid and RandomString that are the same in every run of a test. */
function reproducibleBytes(name: string): (count: number) => Uint8Array {
  let block = 0;
  return (count) => {
    const bytes: number[] = [];
    while (bytes.length < count) {
      bytes.push(...createHash('sha256').update(`${name} ${block}`).digest());
      block += 1;
    }
    return Uint8Array.from(bytes.slice(0, count));
  };
}
