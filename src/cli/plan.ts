// `scimsync plan`: what the next cycle would do, in full. Works on a copy of the store that is thrown away, so that a
// running daemon neither waits nor does anything else because of it. The target is only read.
import { type Command, Option } from 'commander';
import type { Installation } from '../compose.ts';
import type { CompiledJob } from '../engine/compiled-job.ts';
import type { CycleSummary } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJobs, loadOrFail } from './load.ts';
import type { PlanWriter } from './plan-output.ts';
import { programName } from './program-name.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { runFault } from './run-fault.ts';
import { faultExitCode, runExitCode } from './run-outcome.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';
import type { WhatIf } from './what-if.ts';

const FORMATS = ['text', 'json', 'md'] as const;

interface PlanFlags {
  readonly job?: readonly string[];
  readonly set?: readonly string[];
  readonly format?: (typeof FORMATS)[number];
  readonly all?: true;
  readonly out?: string;
}

/** Adds the command. */
export function registerPlan(program: Command): void {
  program
    .command('plan')
    .description('what would happen: whom a job finds, what it would change and why')
    .option('--job <id...>', 'only these jobs')
    .addOption(
      new Option('--set <key=value>', 'try another value of the job; may be repeated').argParser(
        (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
      ),
    )
    .addOption(new Option('--format <format>', 'how it is printed (default: text)').choices(FORMATS))
    .option('--all', 'every object, however many there are')
    .option('--out <file>', 'also write the plan of one job into a file, to be read and applied')
    .addHelpText(
      'after',
      `
Reads the directory and the target, and writes nothing: not to the target, not to the store.
Exit code 3 when a guard would hold changes, 2 when objects cannot be planned.

Examples:
  scimsync plan --job peakon
  scimsync plan --job peakon --set source.nestedGroups=transitive
  scimsync plan --job peakon --format md > plan.md
  scimsync plan --job peakon --out first.plan      then: scimsync apply first.plan`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => plan(command.opts<PlanFlags>(), options, terminal)),
    );
}

async function plan(flags: PlanFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { parseWhatIf, withWhatIfs } = await import('./what-if.ts');
  const whatIfs = (flags.set ?? []).map(parseWhatIf);
  const configuration = await loadOrFail(options);
  const jobs = chosenJobs(configuration, flags.job).map((job) => withWhatIfs(job, whatIfs));
  if (flags.out !== undefined) await requireOnePlan(flags.out, jobs, whatIfs);
  const { openPlanning } = await import('../compose.ts');
  const { createPlanWriter } = await import('./plan-output.ts');
  const format = options.json ? 'json' : (flags.format ?? 'text');
  const writer = createPlanWriter(format, { all: flags.all === true, whatIfs }, options, terminal);
  const reporting = await createReporting(options, configuration, terminal);
  // Before there is a copy, and for a terminal that is closed as well: whatever ends the program, the copy goes with it.
  using interruption = listenForInterruption(() => reporting.note('Stopping.'), ['SIGINT', 'SIGTERM', 'SIGHUP']);
  const installation = await openPlanning(configuration);
  try {
    const codes: ExitCode[] = [];
    writer.begin();
    for (const job of jobs) {
      const surroundings = surroundingsOf(reporting, interruption.signal);
      const finished = () => reporting.finished(job.id);
      codes.push(await planOne(installation, job, surroundings, writer, finished, flags.out, terminal));
    }
    writer.end();
    if (jobs.length === 0) {
      terminal.err(`There is no enabled job in ${options.config}/jobs.\n`);
      return EXIT.configuration;
    }
    return worstExitCode(codes);
  } finally {
    await installation.store.close();
  }
}

async function planOne(
  installation: Installation,
  job: Job,
  surroundings: Parameters<typeof import('../compose.ts').connectJob>[2],
  writer: PlanWriter,
  finished: () => void,
  out: string | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  const { connectJob } = await import('../compose.ts');
  const { runJob } = await import('../engine/run-job.ts');
  let summary: CycleSummary;
  let compiled: CompiledJob;
  try {
    const { compiled: ready, io } = await connectJob(installation, job, surroundings);
    compiled = ready;
    const { refuseRenamed } = await import('./job-files.ts');
    // As a cycle does: a plan of what no cycle would do leads astray.
    await refuseRenamed(installation.store.db, installation.configuration, job, compiled.targetRoot);
    const request = { trigger: 'syncNow', dryRun: true, describe: true } as const;
    summary = await runJob(compiled, request, installation.identity, 0, io);
  } catch (error) {
    const fault = runFault(error, surroundings.signal);
    finished();
    writer.fault(job, fault);
    return faultExitCode(fault.code);
  }
  finished();
  await writer.plan(job, summary, installation.store.db);
  if (out !== undefined) await keepPlan(out, compiled, summary, installation, terminal);
  return runExitCode({ job, summary });
}

/** A file is the plan of one job as it is configured. */
async function requireOnePlan(file: string, jobs: readonly Job[], whatIfs: readonly WhatIf[]): Promise<void> {
  if (whatIfs.length > 0)
    throw new CommandFault(
      '--out writes what would be sent, and with --set nothing would: write it into the job first.',
    );
  if (jobs.length !== 1)
    throw new CommandFault(
      `--out writes the plan of one job. Say which: ${jobs.map((each) => `--job ${each.id}`).join(' or ')}`,
    );
  const { refuseOtherFile } = await import('./plan-file.ts');
  await refuseOtherFile(file);
}

async function keepPlan(
  file: string,
  compiled: CompiledJob,
  { cycle }: CycleSummary,
  { store }: Installation,
  terminal: Terminal,
): Promise<void> {
  const { listApprovable } = await import('../engine/plan-approval.ts');
  const { writePlanFile } = await import('./plan-file.ts');
  const header = {
    scimsyncPlan: 1,
    job: compiled.id,
    tenantId: compiled.tenantId,
    servicePrincipalId: compiled.settings.source.servicePrincipalId,
    target: compiled.targetRoot,
    at: cycle.timeEnded,
    configuration: compiled.configurationHash,
  } as const;
  const count = await writePlanFile(file, header, listApprovable(store.db, compiled));
  const name = printable(file);
  terminal.err(
    `Plan written: ${name} (${counted(count, 'change')}; it holds personal data). Read it, then: ${programName()} apply ${name}\n`,
  );
}
