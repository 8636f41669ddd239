// `scimsync --sync-now`: one cycle of every enabled job, or of those named, now; then exit.
import PQueue from 'p-queue';
import { openInstallation } from '../compose.ts';
import type { RefusedFile } from '../config/load.ts';
import type { CycleRequest } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { heartbeatOf } from './after-cycle.ts';
import { tellAlerts } from './alerting.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { readVanishedJobs, type VanishedJob, vanishedText } from './job-files.ts';
import { chosenJobs, loadOrFail, reportRefused } from './load.ts';
import { createReporting } from './reporting.ts';
import { type JobRun, runOneCycle } from './run-cycle.ts';
import { runExitCodes, syncDocument } from './run-outcome.ts';
import { vanishedAdvice } from './status-text.ts';
import { checkStorePlace } from './store-preflight.ts';
import { summaryText } from './summary-text.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** What was asked for. */
export interface SyncNowOptions {
  /** All enabled jobs when absent. */
  readonly jobs?: readonly string[];
  readonly dryRun: boolean;
  readonly waitMilliseconds: number;
  /** At most so many objects of each job are created or changed, and each is read back. */
  readonly limit?: number;
}

/** Runs the cycles, several jobs at once, and prints what they did. */
export async function syncNow(
  sync: SyncNowOptions,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<readonly ExitCode[]> {
  const configuration = await loadOrFail(options);
  const jobs = chosenJobs(configuration, sync.jobs);
  // Who names jobs is not concerned by the others.
  const refused = sync.jobs === undefined ? reportRefused(configuration, terminal) : EXIT.well;
  const reporting = await createReporting(options, configuration, terminal);
  checkStorePlace(configuration, (message) => reporting.log.warn({}, message));
  const installation = await openInstallation(configuration, options);
  try {
    using interruption = listenForInterruption(() =>
      reporting.note(
        'Stopping: what is in flight is finished, the cycle goes on with the next run. Again to stop at once.',
      ),
    );
    const queue = new PQueue({ concurrency: configuration.daemon.maxConcurrentJobs });
    const { environment, log } = { environment: process.env, log: reporting.log };
    const run = async (job: Job): Promise<JobRun> => {
      const done = await runOneCycle(
        installation,
        job,
        { request: requestOf(sync), waitMilliseconds: sync.waitMilliseconds },
        { environment, log, signal: interruption.signal, progress: reporting.progress },
      ).finally(() => reporting.finished(job.id));
      await heartbeatOf(done, configuration, log, environment);
      return done;
    };
    const runs = await Promise.all(jobs.map((job) => queue.add(() => run(job))));
    if (!sync.dryRun) {
      const watch = { now: Date.now(), watchedSince: null };
      await tellAlerts(installation, jobs, watch, { environment, log, suffix: sameConfiguration(options) });
    }
    const vanished = await readVanishedJobs(installation.store.db, configuration);
    print(runs, vanished, sync.jobs === undefined ? configuration.refused : [], options, terminal);
    if (runs.length === 0) {
      // A container whose configuration was not mounted must not look well for ever.
      const which = refused === EXIT.well ? 'enabled job' : 'enabled job without faults';
      terminal.err(`There is no ${which} in ${options.config}/jobs; nothing was run.\n`);
      return [EXIT.configuration];
    }
    return [refused, ...runs.flatMap(runExitCodes), ...vanished.map(() => EXIT.held)];
  } finally {
    await installation.store.close();
  }
}

function requestOf({ dryRun, limit }: SyncNowOptions): CycleRequest {
  return { trigger: 'syncNow', dryRun, ...(limit === undefined ? {} : { limit }) };
}

function print(
  runs: readonly JobRun[],
  vanished: readonly VanishedJob[],
  refused: readonly RefusedFile[],
  options: GlobalOptions,
  terminal: Terminal,
): void {
  if (options.json) {
    terminal.out(`${JSON.stringify(syncDocument(runs, vanished, refused), null, 2)}\n`);
  } else {
    const suffix = sameConfiguration(options);
    for (const run of runs) terminal.out(`${summaryText(run, suffix, terminal.paint)}\n`);
  }
  const say = options.json ? terminal.err : terminal.out;
  const [renamed, ...more] = runs.filter((run) => 'fault' in run && run.fault.code === 'JobRenamed');
  const successor = vanished.length === 1 && more.length === 0 ? renamed?.job.id : undefined;
  for (const job of vanished) say(`${vanishedLines(job, options, successor ?? 'NEW').join('\n')}\n`);
}

function vanishedLines(job: VanishedJob, options: GlobalOptions, successor: string): string[] {
  const head = `${printable(job.id)}  ${vanishedText(job)}`;
  return [head, ...vanishedAdvice(job, sameConfiguration(options), successor).map((line) => `  ${line}`)];
}
