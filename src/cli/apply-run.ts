// What `scimsync apply` does: refuses a file that is not about this job as it is configured, then one cycle for its changes.
import { compileJobOf, type Installation, openInstallation } from '../compose.ts';
import { isReadOnly } from '../config/read-only.ts';
import type { PlanHeader } from '../model/approved-plan.ts';
import type { Job } from '../model/job.ts';
import { findQuarantine } from '../store/quarantines.ts';
import { appliedCodes, appliedDocument, appliedText } from './apply-text.ts';
import { CommandFault } from './command-fault.ts';
import { relativeTime } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJob, loadOrFail } from './load.ts';
import { type PlanFile, readPlanFile } from './plan-file.ts';
import { programName } from './program-name.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { runOneCycle } from './run-cycle.ts';
import { runExitCodes } from './run-outcome.ts';
import { checkStorePlace } from './store-preflight.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** What somebody saw a week ago is looked at again before it is sent. */
const OLDEST_MS = 7 * 24 * 3_600_000;

/** Applies a plan file and prints what became of it. */
export async function applyPlan(
  file: string,
  waitMilliseconds: number,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<readonly ExitCode[]> {
  const plan = await readPlanFile(file);
  const configuration = await loadOrFail(options);
  const job = chosenJob(configuration, plan.header.job);
  const suffix = sameConfiguration(options);
  const again = `Make a new one: ${programName()} plan --job ${job.id} --out FILE${suffix}`;
  refuseForeign(plan.header, compileJobOf(configuration, job), again);
  refuseOld(plan.header, Date.now(), again);
  refuseIdle(job, suffix);
  const reporting = await createReporting(options, configuration, terminal);
  checkStorePlace(configuration, (message) => reporting.log.warn({}, message));
  const installation = await openInstallation(configuration, options);
  try {
    await refuseQuarantined(installation, job, suffix);
    using interruption = listenForInterruption(() => reporting.note('Stopping: what is in flight is finished.'));
    const request = { trigger: 'syncNow', dryRun: false, approved: plan.changes } as const;
    const surroundings = surroundingsOf(reporting, interruption.signal);
    const run = await runOneCycle(installation, job, { request, waitMilliseconds }, surroundings);
    reporting.finished(job.id);
    if (options.json) terminal.out(`${JSON.stringify(appliedDocument(plan.header, run), null, 2)}\n`);
    else terminal.out(`${appliedText(plan.header, run, suffix, terminal.paint)}\n`);
    return [...runExitCodes(run), ...appliedCodes(run)];
  } finally {
    await installation.store.close();
  }
}

/** A plan is about one job with one configuration, and the directory, application and target that it belongs to. */
function refuseForeign(header: PlanFile['header'], job: ReturnType<typeof compileJobOf>, again: string): void {
  const now: Omit<PlanHeader, 'scimsyncPlan' | 'at' | 'job'> = {
    tenantId: job.tenantId,
    servicePrincipalId: job.settings.source.servicePrincipalId,
    target: job.targetRoot,
    configuration: job.configurationHash,
  };
  for (const [key, what] of [
    ['tenantId', 'another directory'],
    ['servicePrincipalId', 'another enterprise application'],
    ['target', 'another target'],
  ] as const)
    if (header[key].toLowerCase() !== now[key].toLowerCase())
      throw new CommandFault(
        `The plan is about ${what}: ${printable(header[key])}; job ${job.id} has ${printable(now[key])}. Nothing was sent. ${again}`,
      );
  if (header.configuration !== now.configuration)
    throw new CommandFault(
      `The plan was made with another configuration: mappings, filters, scope or lifecycle of job ${job.id} have changed since. Nothing was sent. ${again}`,
    );
}

function refuseOld({ at }: PlanHeader, now: number, again: string): void {
  if (now - Date.parse(at) <= OLDEST_MS) return;
  throw new CommandFault(
    `The plan was made ${relativeTime(Date.parse(at), now)}; after 7 days it has to be looked at again. Nothing was sent. ${again}`,
  );
}

function refuseIdle(job: Job, suffix: string): void {
  if (isReadOnly(process.env)) throw new CommandFault('Nothing is sent with --read-only; the plan was not applied.');
  if (job.mode === 'observe')
    throw new CommandFault(
      `Job ${job.id} is in mode observe, in which nothing is sent. Write mode: enforce into its file, then again: ${programName()} apply FILE${suffix}`,
    );
}

/** A quarantine is ended by trying some people, who need not be in the file. */
async function refuseQuarantined({ store }: Installation, { id }: Job, suffix: string): Promise<void> {
  if ((await findQuarantine(store.db, id)) === null) return;
  throw new CommandFault(
    `Job ${id} is in quarantine, so the plan was not applied. What to do: ${programName()} status --job ${id}${suffix}`,
    EXIT.held,
  );
}
