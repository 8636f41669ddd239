// What `scimsync undo` does: which job and which accounts the cycle was about, then one cycle that restores them.
import { type Installation, openInstallation } from '../compose.ts';
import { isReadOnly } from '../config/read-only.ts';
import type { CycleCounts, CycleRequest } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { imagesOfCycle, latestImages } from '../store/before-images.ts';
import { findCycle } from '../store/cycles.ts';
import { groupsOfImages } from '../store/membership-images.ts';
import type { CycleTable } from '../store/schema.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJob, loadOrFail } from './load.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { runOneCycle } from './run-cycle.ts';
import { runExitCodes } from './run-outcome.ts';
import { checkStorePlace } from './store-preflight.ts';
import type { Terminal } from './terminal.ts';
import { undoDocument, undoText } from './undo-text.ts';

/** What was asked for. */
interface UndoAsked {
  readonly cycleId: string;
  readonly dryRun: boolean;
  readonly set?: string;
}

/** Undoes a cycle, or shows what that would be. */
export async function undoInStore(
  asked: UndoAsked,
  waitMilliseconds: number,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<readonly ExitCode[]> {
  const configuration = await loadOrFail(options);
  const reporting = await createReporting(options, configuration, terminal);
  checkStorePlace(configuration, (message) => reporting.log.warn({}, message));
  const installation = await openInstallation(configuration, options);
  try {
    const cycle = await knownCycle(installation, asked.cycleId);
    const job = chosenJob(configuration, cycle.job_id);
    if (!asked.dryRun) refuseIdle(job);
    const request = await requestOf(installation, cycle, asked);
    using interruption = listenForInterruption(() => reporting.note('Stopping: what is in flight is finished.'));
    const surroundings = surroundingsOf(reporting, interruption.signal);
    const run = await runOneCycle(installation, job, { request, waitMilliseconds }, surroundings);
    reporting.finished(job.id);
    const { memberships } = JSON.parse(cycle.counts ?? '{}') as Partial<CycleCounts>;
    if (options.json) terminal.out(`${JSON.stringify(undoDocument(run), null, 2)}\n`);
    else terminal.out(`${undoText(run, memberships, sameConfiguration(options), terminal.paint)}\n`);
    const undo = 'summary' in run ? run.summary.undo : undefined;
    return [...runExitCodes(run), undo !== undefined && undo.held.length > 0 ? EXIT.held : EXIT.well];
  } finally {
    await installation.store.close();
  }
}

async function knownCycle({ store }: Installation, id: string): Promise<CycleTable> {
  const cycle = await findCycle(store.db, id);
  if (cycle !== undefined) return cycle;
  const latest = await latestImages(store.db, 5);
  const some = latest.map((each) => `  ${each.cycle_id}  ${each.job_id}, ${new Date(each.at).toISOString()}`);
  const list =
    some.length === 0 ? 'No cycle has overwritten anything yet.' : `The latest that wrote:\n${some.join('\n')}`;
  throw new CommandFault(`There is no cycle ${JSON.stringify(id)}. ${list}`);
}

function refuseIdle(job: Job): void {
  if (isReadOnly(process.env)) throw new CommandFault('Nothing is sent with --read-only. Look with --dry-run.');
  if (job.mode === 'observe')
    throw new CommandFault(`Job ${job.id} is in mode observe, in which nothing is sent. Look with --dry-run.`);
}

async function requestOf(
  { store }: Installation,
  cycle: CycleTable,
  { cycleId, dryRun, set }: UndoAsked,
): Promise<CycleRequest> {
  const images = await imagesOfCycle(store.db, cycle.job_id, cycleId);
  const groups = await groupsOfImages(store.db, cycle.job_id, cycleId);
  if (images.length + groups.length === 0)
    throw new CommandFault(
      `Nothing is known that cycle ${cycleId} has overwritten: it wrote neither attributes nor memberships, or that is beyond retention.log.`,
    );
  const idsOf = (kind: string) => [
    ...new Set(images.flatMap((image) => (image.kind === kind ? [image.source_id] : []))),
  ];
  return {
    trigger: 'onDemand',
    dryRun,
    selection: { user: idsOf('user'), group: [...new Set([...idsOf('group'), ...groups])] },
    // Nothing but what is restored is sent: no members that are due, no references that wait.
    approved: [],
    undo: { cycleId, ...(set === undefined ? {} : { set }) },
  };
}
