// Time that moves only when a test says so; sleeping moves it at once, so no test waits.
import type { Clock } from '../../src/engine/ports.ts';

/** A clock that a test sets forward. */
export class FakeClock implements Clock {
  #now: number;

  constructor(start = '2026-03-02T08:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += milliseconds;
    return Promise.resolve();
  }

  /** Moves time forward. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
