// How a job is doing, as data: what its row, its last cycle, its held and failing objects say, and what to do next.
// Reads the store only; never connects to anything.
import type { LoadedConfiguration } from '../config/load.ts';
import type { CycleCounts, JobStatus } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import { countDefaultAccess } from '../store/assignments.ts';
import { countChanges } from '../store/changes.ts';
import { latestCycles } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { countEscrows } from '../store/escrows.ts';
import { listJobs } from '../store/jobs.ts';
import type { CycleTable, JobTable } from '../store/schema.ts';
import type { RunFault } from './run-fault.ts';

/** What concerns somebody, worst first; the order is the order in which jobs are listed. */
export const CONDITIONS = [
  'fault',
  'quarantine',
  'held',
  'failing',
  'unfinished',
  'running',
  'neverRun',
  'disabled',
  'noFile',
  'well',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One job, ready to print. */
export interface JobState {
  readonly id: string;
  readonly condition: Condition;
  readonly status: JobStatus;
  /** False for a job that only the store knows. */
  readonly configured: boolean;
  readonly enabled: boolean;
  readonly lastCycle: LastCycle | null;
  /** ISO time; null while the job is not scheduled. */
  readonly nextDue: string | null;
  readonly escrowed: number;
  readonly held: number;
  readonly lastFault: (RunFault & { readonly at: string }) | null;
  /** The process that runs a cycle now. */
  readonly runningBy: string | null;
  /** Assignments that hold Default Access only; named when nobody is in scope because of it. */
  readonly defaultAccess: number;
}

/** The last cycle that was carried out; a planned one while there is no other. */
export interface LastCycle {
  readonly id: string;
  readonly kind: string;
  readonly dryRun: boolean;
  readonly timeBegan: string;
  readonly timeEnded: string | null;
  readonly counts: CycleCounts | null;
}

/** Everything that is judged; `isGone` recognises a lease whose process has ended. */
export interface Observation {
  readonly now: number;
  readonly isGone: (owner: string) => boolean;
}

/** The state of the jobs, worst first; without a store nothing has run yet. */
export async function readJobStates(
  db: Db | null,
  configuration: LoadedConfiguration,
  observation: Observation,
): Promise<JobState[]> {
  const rows = new Map((db === null ? [] : await listJobs(db)).map((row) => [row.id, row]));
  const states: JobState[] = [];
  for (const job of configuration.jobs) {
    const row = rows.get(job.id);
    states.push(db === null || row === undefined ? neverRun(job) : await stateOf(db, row, job, observation));
    rows.delete(job.id);
  }
  if (db !== null) for (const row of rows.values()) states.push(await stateOf(db, row, undefined, observation));
  return states.toSorted(
    (left, right) =>
      CONDITIONS.indexOf(left.condition) - CONDITIONS.indexOf(right.condition) || left.id.localeCompare(right.id, 'en'),
  );
}

function neverRun(job: Job): JobState {
  return {
    id: job.id,
    condition: job.enabled ? 'neverRun' : 'disabled',
    status: 'NotRun',
    configured: true,
    enabled: job.enabled,
    lastCycle: null,
    nextDue: null,
    escrowed: 0,
    held: 0,
    lastFault: null,
    runningBy: null,
    defaultAccess: 0,
  };
}

async function stateOf(db: Db, row: JobTable, job: Job | undefined, observation: Observation): Promise<JobState> {
  const cycles = await latestCycles(db, row.id, 20);
  const last = cycles.find((cycle) => cycle.dry_run === 0) ?? cycles[0];
  const runs = row.lease_owner !== null && row.lease_until >= observation.now && !observation.isGone(row.lease_owner);
  const facts = {
    id: row.id,
    status: row.status as JobStatus,
    configured: job !== undefined,
    enabled: job?.enabled ?? false,
    lastCycle: last === undefined ? null : lastCycle(last),
    nextDue: job?.enabled === true && row.next_attempt > 0 ? new Date(row.next_attempt).toISOString() : null,
    escrowed: await countEscrows(db, row.id),
    held: await countChanges(db, row.id, 'staged'),
    lastFault: row.last_fault === null ? null : (JSON.parse(row.last_fault) as JobState['lastFault']),
    runningBy: runs ? row.lease_owner : null,
    defaultAccess: await countDefaultAccess(db, row.id),
  };
  return { ...facts, condition: conditionOf(facts) };
}

/** The worst thing about a job. */
export function conditionOf(state: Omit<JobState, 'condition'>): Condition {
  if (!state.configured) return 'noFile';
  if (!state.enabled) return 'disabled';
  if (state.lastFault !== null) return 'fault';
  if (state.status === 'Quarantine') return 'quarantine';
  if (state.held > 0) return 'held';
  if (state.escrowed > 0) return 'failing';
  if (state.runningBy !== null) return 'running';
  if (state.lastCycle?.timeEnded === null && !state.lastCycle.dryRun) return 'unfinished';
  return state.status === 'NotRun' ? 'neverRun' : 'well';
}

function lastCycle(cycle: CycleTable): LastCycle {
  return {
    id: cycle.id,
    kind: cycle.kind,
    dryRun: cycle.dry_run === 1,
    timeBegan: cycle.time_began,
    timeEnded: cycle.time_ended,
    counts: cycle.counts === null ? null : (JSON.parse(cycle.counts) as CycleCounts),
  };
}
