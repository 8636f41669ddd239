// What `scimsync provision` does: whom each name means, then one cycle for exactly these objects.
import { openInstallation } from '../compose.ts';
import { collectCurl } from '../compose-recording.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import { isReadOnly } from '../config/read-only.ts';
import { MOST_SELECTED } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { CommandFault } from './command-fault.ts';
import type { ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJobs, loadOrFail } from './load.ts';
import { findNamed } from './provision-names.ts';
import { curlLines, provisionDocument, provisionText } from './provision-text.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { runOneCycle } from './run-cycle.ts';
import { runExitCodes } from './run-outcome.ts';
import { checkStorePlace } from './store-preflight.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

/** What was asked for. */
export interface ProvisionOptions {
  readonly names: readonly string[];
  readonly job?: string;
  readonly dryRun: boolean;
  readonly waitMilliseconds: number;
  /** Whether requests are printed as curl commands. */
  readonly curl: boolean;
}

/** Why a plan was not carried out. */
export type NotWritten = 'dryRun' | 'observe' | 'readOnly';

/** Provisions, and prints each object. */
export async function provisionOnDemand(
  asked: ProvisionOptions,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<readonly ExitCode[]> {
  if (asked.names.length > MOST_SELECTED)
    throw new CommandFault(
      `${counted(asked.names.length, 'object')} are more than provision takes at once (${MOST_SELECTED}). For so many: scimsync --sync-now.`,
    );
  const configuration = await loadOrFail(options);
  const job = theJob(configuration, asked.job);
  const reporting = await createReporting(options, configuration, terminal);
  checkStorePlace(configuration, (message) => reporting.log.warn({}, message));
  const installation = await openInstallation(configuration, options);
  const collected = asked.curl ? collectCurl() : null;
  try {
    using interruption = listenForInterruption(() => reporting.note('Stopping: what is in flight is finished.'));
    const surroundings = surroundingsOf(reporting, interruption.signal);
    const selection = await findNamed(installation, job, asked.names, surroundings);
    const run = await runOneCycle(
      installation,
      job,
      {
        request: { trigger: 'onDemand', dryRun: asked.dryRun, selection },
        waitMilliseconds: asked.waitMilliseconds,
      },
      surroundings,
    );
    reporting.finished(job.id);
    const because = notWritten(asked, job);
    if (options.json) terminal.out(`${JSON.stringify(provisionDocument(run, because, collected?.()), null, 2)}\n`);
    else terminal.out(`${provisionText(run, because, sameConfiguration(options), terminal.paint)}\n`);
    if (!options.json && collected !== null)
      for (const line of curlLines(collected(), because !== null)) terminal.out(`${line}\n`);
    return runExitCodes(run);
  } finally {
    collected?.();
    await installation.store.close();
  }
}

function notWritten({ dryRun }: ProvisionOptions, job: Job): NotWritten | null {
  if (dryRun) return 'dryRun';
  if (isReadOnly(process.env)) return 'readOnly';
  return job.mode === 'observe' ? 'observe' : null;
}

/** The job that was named, or the only one. */
function theJob(configuration: LoadedConfiguration, id: string | undefined): Job {
  const jobs = chosenJobs(configuration, id === undefined ? undefined : [id]);
  const [job] = jobs;
  if (job === undefined) throw new CommandFault('There is no enabled job.');
  if (jobs.length > 1)
    throw new CommandFault(
      `Say which job is meant: ${jobs.map((each) => `--job ${each.id}`).join(' or ')}. Nothing was sent.`,
    );
  return job;
}
