// What `scimsync reconcile` does: a comparison on a copy of the store, or a cycle that repairs.
import type { JobSurroundings } from '../compose.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { DriftReport } from '../model/drift-report.ts';
import type { Job } from '../model/job.ts';
import { ensureJob } from '../store/jobs.ts';
import { driftText } from './drift-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJob, loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { type JobRun, runOneCycle } from './run-cycle.ts';
import { runExitCodes, syncDocument } from './run-outcome.ts';
import { checkStorePlace } from './store-preflight.ts';
import { summaryText } from './summary-text.ts';
import type { Terminal } from './terminal.ts';

/** How it was asked for. */
export interface ReconcileOptions {
  readonly repair: boolean;
  readonly waitMilliseconds: number;
}

/** Compares, or repairs, and prints what differs. */
export async function reconcile(
  id: string,
  asked: ReconcileOptions,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<readonly ExitCode[]> {
  const configuration = await loadOrFail(options);
  const job = chosenJob(configuration, id);
  const reporting = await createReporting(options, configuration, terminal);
  checkStorePlace(configuration, (message) => reporting.log.warn({}, message));
  using interruption = listenForInterruption(() => reporting.note('Stopping.'), ['SIGINT', 'SIGTERM', 'SIGHUP']);
  const surroundings = surroundingsOf(reporting, interruption.signal);
  if (asked.repair) return repair(job, asked, configuration, surroundings, options, terminal);
  const drift = await compare(configuration, job, surroundings);
  reporting.finished(id);
  if (options.json) terminal.out(`${JSON.stringify({ job: id, ...drift }, null, 2)}\n`);
  else {
    const next = `${programName()} reconcile --job ${id} --repair${sameConfiguration(options)}`;
    terminal.out(`${driftText(id, drift, next, terminal.paint)}\n`);
  }
  return [EXIT.well];
}

async function compare(
  configuration: LoadedConfiguration,
  job: Job,
  surroundings: JobSurroundings,
): Promise<DriftReport> {
  const { connectJob, openPlanning } = await import('../compose.ts');
  const { compareTarget } = await import('../engine/reconcile.ts');
  const installation = await openPlanning(configuration);
  try {
    const { store } = installation;
    await store.transaction((trx) => ensureJob(trx, job.id));
    const { compiled, io } = await connectJob(installation, job, surroundings);
    return await compareTarget(compiled, io);
  } finally {
    await installation.store.close();
  }
}

async function repair(
  job: Job,
  { waitMilliseconds }: ReconcileOptions,
  configuration: LoadedConfiguration,
  surroundings: JobSurroundings,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<readonly ExitCode[]> {
  const { openInstallation } = await import('../compose.ts');
  const installation = await openInstallation(configuration, options);
  try {
    const request = { trigger: 'syncNow', dryRun: false, repair: true } as const;
    const run = await runOneCycle(installation, job, { request, waitMilliseconds }, surroundings);
    const drift = 'summary' in run ? run.summary.drift : undefined;
    if (options.json) {
      const document = { drift: drift ?? null, cycle: syncDocument([run]) };
      terminal.out(`${JSON.stringify(document, null, 2)}\n`);
    } else {
      if (drift !== undefined) terminal.out(`${driftText(job.id, drift, null, terminal.paint)}\n`);
      terminal.out(`${summaryText(withoutDrift(run), sameConfiguration(options), terminal.paint)}\n`);
    }
    return runExitCodes(run);
  } finally {
    await installation.store.close();
  }
}

/** It was said in full before. */
function withoutDrift(run: JobRun): JobRun {
  if (!('summary' in run)) return run;
  const { drift: _, ...summary } = run.summary;
  return { ...run, summary };
}
