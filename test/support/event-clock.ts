// Time as a list of events: many sleep at once, and the clock goes from one end of a sleep to the next.
import type { Clock } from '../../src/engine/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** How many steps of promises may lie between the end of a sleep and the next one. */
const STEPS = 30;

/** See the comment of the file; begins at 0. */
export class EventClock implements Clock {
  private time: number;
  private readonly sleepers: Sleeper[] = [];

  constructor(start = 0) {
    this.time = start;
  }

  now(): Date {
    return new Date(this.time);
  }

  /** How many sleep. */
  get asleep(): number {
    return this.sleepers.length;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.time + Math.max(0, milliseconds), wake: resolve };
      // Whoever falls asleep later wakes later.
      const place = this.sleepers.findLastIndex((each) => each.at <= sleeper.at);
      this.sleepers.splice(place + 1, 0, sleeper);
      signal?.addEventListener('abort', () => {
        const index = this.sleepers.indexOf(sleeper);
        if (index >= 0) this.sleepers.splice(index, 1);
        reject(new Error('woken'));
      });
    });
  }

  /** Lets time pass up to a moment, or until nobody sleeps any more. */
  async runUntil(moment: number): Promise<void> {
    for (;;) {
      for (let step = 0; step < STEPS; step += 1) await Promise.resolve();
      const next = this.sleepers[0];
      if (next === undefined || next.at > moment) break;
      this.sleepers.shift();
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
    this.time = Math.max(this.time, moment);
  }
}
