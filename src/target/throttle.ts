// When the next request may be sent: the vendor's limits as sliding windows ("25,000 operations in any hour" - a token
// bucket would let twice that through across a boundary), and the pause that a 429 or 503 asks of all requests of the job.
// The windows live in memory: a restarted process starts with empty ones.
import type { Clock } from '../engine/ports.ts';
import type { RateLimit } from '../model/profile.ts';

/** The last N send times of one limit, in a ring. */
class SlidingWindow {
  private readonly times: Float64Array;
  private readonly milliseconds: number;
  private next = 0;
  private filled = 0;

  constructor(limit: RateLimit) {
    this.times = new Float64Array(limit.operations);
    this.milliseconds = limit.perSeconds * 1000;
  }

  /** Milliseconds until one more operation fits. */
  wait(now: number): number {
    if (this.filled < this.times.length) return 0;
    const oldest = this.times[this.next] ?? 0;
    return Math.max(0, oldest + this.milliseconds - now);
  }

  record(now: number): void {
    this.times[this.next] = now;
    this.next = (this.next + 1) % this.times.length;
    this.filled = Math.min(this.filled + 1, this.times.length);
  }
}

/** Admission of requests; one per target, shared by all its requests. */
export class Throttle {
  private readonly windows: readonly SlidingWindow[];
  private readonly clock: Clock;
  private pausedUntil = 0;
  private closedUntil = 0;

  constructor(limits: readonly RateLimit[], clock: Clock) {
    this.windows = limits.map((limit) => new SlidingWindow(limit));
    this.clock = clock;
  }

  /**
   * Resolves with 0 when a request may be sent now and has been counted, or with the milliseconds for which the target
   * asked to be left alone, when that is longer than anybody here waits. Rejects when the signal is aborted.
   */
  async admit(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      const now = this.clock.now().getTime();
      if (this.closedUntil > now) return this.closedUntil - now;
      const wait = this.windows.reduce(
        (longest, window) => Math.max(longest, window.wait(now)),
        this.pausedUntil - now,
      );
      if (wait <= 0) {
        for (const window of this.windows) window.record(now);
        return 0;
      }
      await this.clock.sleep(wait, signal);
    }
  }

  /** No request is sent for this long; waiting ones wait. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.now().getTime() + milliseconds);
  }

  /** Requests are refused for this long, because the wait is longer than a call may take. */
  close(milliseconds: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.clock.now().getTime() + milliseconds);
  }
}
