// How a job is doing, as data: what its row, its last cycle, its held and failing objects say, and what to do next.
// Reads the store only; never connects to anything.
import { formatFaults } from '../config/format-faults.ts';
import type { LoadedConfiguration, RefusedFile } from '../config/load.ts';
import type { CycleCounts, CycleMode, JobStatus } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { pauseOf } from '../rules/pause.ts';
import { countRejected } from '../store/change-decisions.ts';
import { countChanges, oldestHeldRemoval } from '../store/changes.ts';
import { latestCycles } from '../store/cycles.ts';
import { isDaemonRunning } from '../store/daemons.ts';
import type { Db } from '../store/database.ts';
import { plannedDeletions } from '../store/departures.ts';
import { countEscrows, oldestEscrows } from '../store/escrows.ts';
import { countHeld } from '../store/held-configurations.ts';
import { countLinksByJob, isBlank, type LeaseView, leaseHolder } from '../store/inventory.ts';
import { listJobs } from '../store/jobs.ts';
import { findQuarantine } from '../store/quarantines.ts';
import type { CycleTable, JobTable } from '../store/schema.ts';
import { countUnstable, MOST_REWRITES } from '../store/unstable-attributes.ts';
import { type FailingObject, failingObject } from './failing-object.ts';
import { type HeldConfiguration, readHeldConfiguration } from './held-configuration.ts';
import { fileStateOf } from './job-files.ts';
import { type PauseDocument, pauseDocument } from './pause-text.ts';
import { type QuarantineDocument, quarantineDocument } from './quarantine-text.ts';
import type { RunFault } from './run-fault.ts';

/** How many failing objects are named. */
const MOST_FAILING = 5;

/** What concerns somebody, worst first; the order is the order in which jobs are listed. */
export const CONDITIONS = [
  'refused',
  'quarantine',
  'fault',
  'vanished',
  'held',
  'failing',
  'unfinished',
  'paused',
  'running',
  'observing',
  'neverRun',
  'disabled',
  'well',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One job, ready to print. */
export interface JobState {
  readonly id: string;
  readonly condition: Condition;
  readonly status: JobStatus;
  /** False for a job that only the store knows, or whose file is refused. */
  readonly configured: boolean;
  readonly enabled: boolean;
  /** Where it is configured, or was last. */
  readonly file: string | null;
  /** Null while it is not configured. */
  readonly mode: CycleMode | null;
  readonly links: number;
  readonly lastCycle: LastCycle | null;
  /** ISO time; null while the job is not scheduled. */
  readonly nextDue: string | null;
  readonly escrowed: number;
  readonly held: number;
  /** A changed configuration that the job does not work with, or not yet. */
  readonly configuration: HeldConfiguration | null;
  /** Changes that were held, were approved, and wait for the next cycle. */
  readonly approved: number;
  /** Changes that somebody rejected; `until`, in ISO, is when the first of these rejections ends. */
  readonly rejected: { readonly count: number; readonly until: string } | null;
  readonly paused: PauseDocument | null;
  /** In Entra's terms; held removals are its TooManyDeletes, which slows nothing here. */
  readonly quarantine: QuarantineDocument | null;
  /** Accounts of people who left that are to be deleted, and when the next one is (ISO). */
  readonly deletions: { readonly count: number; readonly next: string | null };
  /** The objects that have failed longest, few of them. */
  readonly failing: readonly FailingObject[];
  /** A restart that the running process is about to begin: its reset scopes. */
  readonly restarting: string | null;
  /** Observed cycles in a row after which nothing was to be changed. */
  readonly quietCycles: number;
  readonly lastFault: (RunFault & { readonly at: string }) | null;
  /** Faults of its file, as text; null while it is not refused. */
  readonly refusal: string | null;
  /** The process that runs a cycle now. */
  readonly runningBy: string | null;
  /** Assignments that are left out because they hold Default Access only. */
  readonly defaultAccess: number;
  /** Attributes that the target keeps changing, so that they are not written again. */
  readonly unstable: readonly { readonly attribute: string; readonly objects: number }[];
}

/** The last cycle that was carried out; a planned one while there is no other. */
export interface LastCycle {
  readonly id: string;
  readonly kind: string;
  readonly dryRun: boolean;
  readonly mode: CycleMode;
  readonly timeBegan: string;
  /** When it was last gone on with; later than `timeBegan` after an interruption. */
  readonly timeResumed: string;
  readonly timeEnded: string | null;
  readonly counts: CycleCounts | null;
}

/** The jobs, worst first, and whether somebody runs them when they are due. */
export interface StatusReport {
  readonly jobs: readonly JobState[];
  readonly daemonRuns: boolean;
}

/** The state of the jobs; without a store nothing has run yet. */
export async function readJobStates(
  db: Db | null,
  configuration: Pick<LoadedConfiguration, 'jobs' | 'refused' | 'files'>,
  view: LeaseView,
): Promise<StatusReport> {
  const rows = db === null ? [] : await listJobs(db);
  const links = db === null ? new Map<string, number>() : await countLinksByJob(db);
  const states: JobState[] = [];
  const shown = new Set<RefusedFile>();
  for (const row of rows) {
    const job = configuration.jobs.find((each) => each.id === row.id);
    const fileState = fileStateOf(row, configuration);
    const count = links.get(row.id) ?? 0;
    // A row that only a plan has made is nothing to miss.
    if (fileState.type === 'vanished' && count === 0 && isBlank(row)) continue;
    if (fileState.type === 'refused') shown.add(fileState.file);
    const refused = fileState.type === 'refused' ? fileState.file : null;
    if (db !== null) states.push(await stateOf(db, row, { job, refused, links: count, configuration, view }));
  }
  const known = new Set(rows.map((row) => row.id));
  for (const job of configuration.jobs) if (!known.has(job.id)) states.push(neverRun(job, configuration));
  for (const file of configuration.refused) if (!shown.has(file)) states.push(refusedState(file));
  return {
    jobs: states.toSorted(
      (left, right) =>
        CONDITIONS.indexOf(left.condition) - CONDITIONS.indexOf(right.condition) ||
        left.id.localeCompare(right.id, 'en'),
    ),
    daemonRuns: db !== null && (await isDaemonRunning(db, view)),
  };
}

const NOTHING_YET = {
  status: 'NotRun',
  links: 0,
  lastCycle: null,
  nextDue: null,
  escrowed: 0,
  held: 0,
  configuration: null,
  approved: 0,
  rejected: null,
  paused: null,
  quarantine: null,
  deletions: { count: 0, next: null },
  failing: [],
  restarting: null,
  quietCycles: 0,
  lastFault: null,
  refusal: null,
  runningBy: null,
  defaultAccess: 0,
  unstable: [],
} as const;

function neverRun(job: Job, { files }: Pick<LoadedConfiguration, 'files'>): JobState {
  return {
    ...NOTHING_YET,
    id: job.id,
    condition: job.enabled ? 'neverRun' : 'disabled',
    configured: true,
    enabled: job.enabled,
    file: files.get(job.id) ?? null,
    mode: job.mode,
  };
}

/** A refused file of which the store knows no job. */
function refusedState({ file, id, faults }: RefusedFile): JobState {
  return {
    ...NOTHING_YET,
    id: id ?? file,
    condition: 'refused',
    configured: false,
    enabled: false,
    file,
    mode: null,
    refusal: formatFaults(faults),
  };
}

interface Aspects {
  readonly job: Job | undefined;
  readonly refused: RefusedFile | null;
  readonly links: number;
  readonly configuration: Pick<LoadedConfiguration, 'files'>;
  readonly view: LeaseView;
}

async function stateOf(db: Db, row: JobTable, aspects: Aspects): Promise<JobState> {
  const { job, refused, links, configuration, view } = aspects;
  const cycles = await latestCycles(db, row.id, 20);
  // What was done on demand says nothing about the job as a whole.
  const whole = cycles.filter((cycle) => cycle.trigger !== 'onDemand');
  const last = whole.find((cycle) => cycle.dry_run === 0) ?? whole[0];
  const pause = pauseOf(row, view.now);
  const facts = {
    id: row.id,
    status: pause === null ? (row.status as JobStatus) : 'Paused',
    configured: job !== undefined,
    enabled: job?.enabled ?? false,
    file: configuration.files.get(row.id) ?? refused?.file ?? row.file,
    mode: job?.mode ?? null,
    links,
    lastCycle: last === undefined ? null : lastCycle(last, row),
    nextDue: job?.enabled === true && row.next_attempt > 0 ? new Date(row.next_attempt).toISOString() : null,
    escrowed: await countEscrows(db, row.id),
    held: await countHeld(db, row.id),
    configuration: await readHeldConfiguration(db, row.id, view.now),
    approved: await countChanges(db, row.id, 'approved'),
    rejected: await countRejected(db, row.id),
    paused: pause === null ? null : pauseDocument(pause),
    quarantine: await quarantineOf(db, row),
    deletions: await plannedDeletions(db, row.id),
    failing: (await oldestEscrows(db, row.id, MOST_FAILING)).map(failingObject),
    restarting: row.restart_scopes,
    quietCycles: row.quiet_cycles,
    lastFault: row.last_fault === null ? null : (JSON.parse(row.last_fault) as JobState['lastFault']),
    refusal: refused === null ? null : formatFaults(refused.faults),
    runningBy: leaseHolder(row, view),
    defaultAccess: row.default_access_left_out,
    unstable: await countUnstable(db, row.id, MOST_REWRITES),
  };
  return { ...facts, condition: conditionOf(facts) };
}

/** The worst thing about a job. */
export function conditionOf(state: Omit<JobState, 'condition'>): Condition {
  if (state.refusal !== null) return 'refused';
  if (!state.configured) return 'vanished';
  if (!state.enabled) return 'disabled';
  if (state.status === 'Quarantine') return 'quarantine';
  if (state.lastFault !== null) return 'fault';
  const isHeld = state.configuration !== null && state.configuration.state !== 'approved';
  if (state.held > 0 || isHeld) return 'held';
  if (state.escrowed > 0) return 'failing';
  if (state.runningBy !== null) return 'running';
  if (state.paused !== null) return 'paused';
  if (state.lastCycle?.timeEnded === null && !state.lastCycle.dryRun) return 'unfinished';
  if (state.status === 'NotRun') return 'neverRun';
  return state.mode === 'observe' ? 'observing' : 'well';
}

function lastCycle(cycle: CycleTable, row: JobTable): LastCycle {
  const resumed = row.open_cycle_id === cycle.id && row.last_started !== null ? row.last_started : 0;
  return {
    id: cycle.id,
    kind: cycle.kind,
    dryRun: cycle.dry_run === 1,
    mode: cycle.mode as CycleMode,
    timeBegan: cycle.time_began,
    timeResumed: new Date(Math.max(resumed, Date.parse(cycle.time_began))).toISOString(),
    timeEnded: cycle.time_ended,
    counts: cycle.counts === null ? null : (JSON.parse(cycle.counts) as CycleCounts),
  };
}

/** The quarantine of a job; held removals count as one in Entra's terms, although nothing waits for them. */
async function quarantineOf(db: Db, row: JobTable): Promise<QuarantineDocument | null> {
  const quarantine = await findQuarantine(db, row.id);
  if (quarantine !== null) return quarantineDocument(quarantine);
  const since = await oldestHeldRemoval(db, row.id);
  if (since === null) return null;
  const began = new Date(since).toISOString();
  const nextAttempt = row.next_attempt > 0 ? new Date(row.next_attempt).toISOString() : null;
  return {
    reason: 'TooManyDeletes',
    currentBegan: began,
    nextAttempt,
    seriesBegan: began,
    seriesCount: 0,
    error: null,
  };
}
