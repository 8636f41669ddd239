// `scimsync plan`: what the next cycle would do, in full. Works on a copy of the store that is thrown away, so that a
// running daemon neither waits nor does anything else because of it. The target is only read.
import { type Command, Option } from 'commander';
import type { Installation } from '../compose.ts';
import type { CycleSummary } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { runAction } from './action.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJobs, loadOrFail } from './load.ts';
import type { PlanWriter } from './plan-output.ts';
import { createReporting } from './reporting.ts';
import { runFault } from './run-fault.ts';
import { faultExitCode, runExitCode } from './run-outcome.ts';
import type { Terminal } from './terminal.ts';

const FORMATS = ['text', 'json', 'md'] as const;

interface PlanFlags {
  readonly job?: readonly string[];
  readonly set?: readonly string[];
  readonly format?: (typeof FORMATS)[number];
  readonly all?: true;
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
    .addHelpText(
      'after',
      `
Reads the directory and the target, and writes nothing: not to the target, not to the store.
Exit code 3 when a guard would hold changes, 2 when objects cannot be planned.

Examples:
  scimsync plan --job peakon
  scimsync plan --job peakon --set source.nestedGroups=transitive
  scimsync plan --job peakon --format md > plan.md`,
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
      const surroundings = {
        environment: process.env,
        log: reporting.log,
        signal: interruption.signal,
        progress: reporting.progress,
      };
      codes.push(await planOne(installation, job, surroundings, writer, () => reporting.finished(job.id)));
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
): Promise<ExitCode> {
  const { connectJob } = await import('../compose.ts');
  const { runJob } = await import('../engine/run-job.ts');
  let summary: CycleSummary;
  try {
    const { compiled, io } = await connectJob(installation, job, surroundings);
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
  return runExitCode({ job, summary });
}
