// Notices that somebody pauses or restarts a job while its cycle runs, in whatever process: asks the store twice a second. For
// the cycle that is like a request to stop: what is in flight is finished and settled, and the next cycle goes on.
import { type Pause, pauseOf } from '../rules/pause.ts';
import type { Store } from '../store/database.ts';
import { findJob } from '../store/jobs.ts';

const ASK_MS = 500;

/** A job that is watched until this is disposed of. */
export interface PauseWatch extends Disposable {
  /** Aborted once the job is paused, or is to be restarted. */
  readonly signal: AbortSignal;
  /** The pause that was noticed. */
  paused(): Pause | null;
  /** True once somebody has asked for a restart. */
  restarting(): boolean;
}

/** Watches a job; `signal` is aborted at once when it is paused already. */
export async function watchPause(store: Store, jobId: string, now: () => number): Promise<PauseWatch> {
  const controller = new AbortController();
  let pause: Pause | null = null;
  let restart = false;
  let asked: string | null | undefined;
  const look = async (): Promise<void> => {
    const row = await findJob(store.db, jobId);
    pause ??= row === undefined ? null : pauseOf(row, now());
    // A restart that was asked for before is what this cycle begins with.
    const scopes = row?.restart_scopes ?? null;
    restart ||= asked !== undefined && scopes !== null && scopes !== asked;
    asked = scopes;
    if (pause !== null && !controller.signal.aborted) controller.abort(new Error('the job was paused'));
    if (restart && !controller.signal.aborted) controller.abort(new Error('the job is restarted'));
  };
  await look();
  // A store that cannot be read is the cycle's own trouble.
  const timer = setInterval(() => void look().catch(() => undefined), ASK_MS);
  timer.unref();
  return {
    signal: controller.signal,
    paused: () => pause,
    restarting: () => restart,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
