// `scimsync --sync-now`: one cycle of every enabled job, or of those named, now; then exit.
import PQueue from 'p-queue';
import { openInstallation } from '../compose.ts';
import type { Job } from '../model/job.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJobs, loadOrFail } from './load.ts';
import { createReporting } from './reporting.ts';
import { type JobRun, runOneCycle } from './run-cycle.ts';
import { runExitCode, syncDocument } from './run-outcome.ts';
import { summaryText } from './summary-text.ts';
import type { Terminal } from './terminal.ts';

/** What was asked for. */
export interface SyncNowOptions {
  /** All enabled jobs when absent. */
  readonly jobs?: readonly string[];
  readonly dryRun: boolean;
  readonly waitMilliseconds: number;
}

/** Runs the cycles, several jobs at once, and prints what they did. */
export async function syncNow(sync: SyncNowOptions, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const jobs = chosenJobs(configuration, sync.jobs);
  const reporting = await createReporting(options, configuration, terminal);
  const installation = await openInstallation(configuration);
  try {
    using interruption = listenForInterruption(() =>
      reporting.note(
        'Stopping: what is in flight is finished, the cycle goes on with the next run. Again to stop at once.',
      ),
    );
    const queue = new PQueue({ concurrency: configuration.daemon.maxConcurrentJobs });
    const run = (job: Job): Promise<JobRun> =>
      runOneCycle(
        installation,
        job,
        { request: { trigger: 'syncNow', dryRun: sync.dryRun }, waitMilliseconds: sync.waitMilliseconds },
        { environment: process.env, log: reporting.log, signal: interruption.signal, progress: reporting.progress },
      ).finally(() => reporting.finished(job.id));
    const runs = await Promise.all(jobs.map((job) => queue.add(() => run(job))));
    print(runs, options, terminal);
    if (runs.length === 0) {
      // A container whose configuration was not mounted must not look well for ever.
      terminal.err(`There is no enabled job in ${options.config}/jobs; nothing was run.\n`);
      return EXIT.configuration;
    }
    return worstExitCode(runs.map(runExitCode));
  } finally {
    await installation.store.close();
  }
}

function print(runs: readonly JobRun[], options: GlobalOptions, terminal: Terminal): void {
  if (options.json) {
    terminal.out(`${JSON.stringify(syncDocument(runs), null, 2)}\n`);
    return;
  }
  const suffix = sameConfiguration(options);
  for (const run of runs) terminal.out(`${summaryText(run, suffix, terminal.paint)}\n`);
}
