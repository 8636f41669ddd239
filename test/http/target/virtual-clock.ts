// Time that only passes when somebody sleeps.
import type { Clock } from '../../../src/engine/ports.ts';

/** A clock whose sleeps take no real time; `slept` lists them in milliseconds. */
export class VirtualClock implements Clock {
  readonly slept: number[] = [];
  /** While it is set, no sleep ends before it is kept. */
  held: Promise<void> | undefined;
  private time: number;

  constructor(start = '2026-11-23T10:00:00.000Z') {
    this.time = Date.parse(start);
  }

  now(): Date {
    return new Date(this.time);
  }

  /** Lets time pass without a sleep. */
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    const until = this.time + milliseconds;
    await this.held;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.time = Math.max(this.time, until);
  }
}
