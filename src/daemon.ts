// The long-running part: which job is due, how many run at once, how to stop and how to take over a new configuration.
// Due times are in the store, so they survive a restart. Time, cycles and the next waking come in from outside; it reads no
// files, handles no signals and never runs a cycle itself.
import type { LoadedConfiguration } from './config/load.ts';
import type { EngineLog } from './engine/context.ts';
import type { Clock } from './engine/ports.ts';
import { durationMilliseconds } from './model/duration.ts';
import type { Job } from './model/job.ts';
import { pauseOf } from './rules/pause.ts';
import { LONGEST_DELAY_MS } from './rules/quarantine.ts';
import { firstDue, nextDue } from './rules/schedule.ts';
import type { Store } from './store/database.ts';
import { ensureJob, listJobs, updateJob } from './store/jobs.ts';

/** What a daemon works with. */
export interface DaemonOptions {
  readonly store: Store;
  readonly configuration: LoadedConfiguration;
  readonly clock: Pick<Clock, 'now'>;
  /** Runs one cycle and reports it; moves the due time of the job when it begins. Rejects only for the unexpected. */
  readonly runCycle: (job: Job, configuration: LoadedConfiguration, signal: AbortSignal) => Promise<void>;
  /** Asks for a tick at that moment (milliseconds) at the latest; replaces what was asked before. */
  readonly wakeAt: (moment: number) => void;
  readonly log: EngineLog;
}

/** A running daemon. */
export interface Daemon {
  /** Gives every job a due time; a cycle that an earlier process did not finish goes on at once. Then the first tick. */
  start(): Promise<void>;
  /** Starts the jobs that are due, as far as there is room. Ticks never overlap. */
  tick(): Promise<void>;
  /** Uses this configuration from the next cycle on; what runs is not disturbed. */
  reload(configuration: LoadedConfiguration): Promise<void>;
  /** Starts nothing more, asks running cycles to stop, and waits for them. */
  stop(): Promise<void>;
  /** Ids of the jobs that run now. */
  readonly running: readonly string[];
}

/** A daemon that does nothing before `start`. */
export function createDaemon(options: DaemonOptions): Daemon {
  const { store, clock, log } = options;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  let configuration = options.configuration;
  let lastTick: Promise<void> = Promise.resolve();

  const now = (): number => clock.now().getTime();
  const enabledJobs = (): Job[] => configuration.jobs.filter((job) => job.enabled);

  async function settleDueTimes(goOn: boolean): Promise<void> {
    const jobs = enabledJobs();
    for (const job of jobs) await ensureJob(store.db, job.id);
    const rows = new Map((await listJobs(store.db)).map((row) => [row.id, row]));
    for (const job of jobs) {
      const row = rows.get(job.id);
      if (row === undefined) continue;
      const every = durationMilliseconds(job.schedule.every);
      const due = dueTime(row, every, jobs.length, now(), goOn);
      if (due !== row.next_attempt) await updateJob(store.db, job.id, { next_attempt: due });
    }
  }

  async function startDueJobs(): Promise<void> {
    if (stopping.signal.aborted) return;
    const jobs = enabledJobs();
    let rows = await listJobs(store.db);
    if (isClockSetBack(rows, jobs, now())) {
      await settleDueTimes(false);
      rows = await listJobs(store.db);
    }
    // What was due during a pause is due when it ends.
    const dueTimes = new Map(rows.map((row) => [row.id, Math.max(row.next_attempt, pauseOf(row, now())?.until ?? 0)]));
    const idle = jobs
      .filter((job) => !running.has(job.id))
      .map((job) => ({ job, due: dueTimes.get(job.id) ?? 0 }))
      .toSorted((left, right) => left.due - right.due);
    for (const { job, due } of idle) {
      if (running.size >= configuration.daemon.maxConcurrentJobs) return;
      if (due > now()) {
        options.wakeAt(due);
        return;
      }
      running.set(job.id, runAndForget(job));
    }
  }

  async function runAndForget(job: Job): Promise<void> {
    try {
      await Promise.resolve().then(() => options.runCycle(job, configuration, stopping.signal));
      running.delete(job.id);
    } catch (error) {
      running.delete(job.id);
      // No tick here: whatever failed so early would fail again at once, without end.
      log.warn({ jobId: job.id, err: error }, 'the cycle ended unexpectedly; the job is tried again within a minute');
      return;
    }
    // Not awaited: whoever waits for the cycle must not wait for the ones that follow.
    if (!stopping.signal.aborted) void tick();
  }

  function tick(): Promise<void> {
    const turn = lastTick.then(startDueJobs).catch((error: unknown) => {
      log.warn({ err: error }, 'the store could not be asked which job is due; asked again with the next tick');
    });
    lastTick = turn;
    return turn;
  }

  return {
    async start() {
      await settleDueTimes(true);
      await tick();
    },
    tick,
    async reload(next) {
      configuration = next;
      await settleDueTimes(false);
      await tick();
    },
    async stop() {
      stopping.abort(new Error('the daemon stops'));
      await lastTick;
      await Promise.all(running.values());
    },
    get running() {
      return [...running.keys()];
    },
  };
}

/** Whether a job would wait for longer than its interval, although nobody paused it. */
function isClockSetBack(rows: Awaited<ReturnType<typeof listJobs>>, jobs: readonly Job[], now: number): boolean {
  const intervals = new Map(jobs.map((job) => [job.id, durationMilliseconds(job.schedule.every)]));
  return rows.some(
    (row) =>
      row.next_attempt > now + longestWait(row, intervals.get(row.id) ?? Number.POSITIVE_INFINITY) &&
      pauseOf(row, now) === null,
  );
}

/** The attempts of a job in quarantine are up to a day apart. */
function longestWait({ status }: { readonly status: string }, every: number): number {
  return status === 'Quarantine' ? Math.max(every, LONGEST_DELAY_MS) : every;
}

/** A job that never had a due time gets its first one; a shorter interval counts from the last start. */
function dueTime(
  row: {
    readonly id: string;
    readonly status: string;
    readonly next_attempt: number;
    readonly last_started: number | null;
    readonly open_cycle_id: string | null;
  },
  every: number,
  jobs: number,
  now: number,
  goOn: boolean,
): number {
  if (goOn && row.open_cycle_id !== null && row.status !== 'Quarantine') return now;
  if (row.next_attempt === 0) return firstDue(row.id, jobs, every, now);
  if (row.next_attempt <= now + longestWait(row, every)) return row.next_attempt;
  // A start in the future was before the clock was set back.
  return nextDue(Math.min(row.last_started ?? now, now), every);
}
