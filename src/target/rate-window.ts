// One limit and what has been used of it. A limit without a burst is kept in any window of its length: a token bucket would
// let twice "25,000 in any hour" through across a boundary. One a second is kept at an even pace besides, so that a target
// is not hit by a second's worth at once. One with a burst is a token bucket, as its vendor says.
import type { RateLimit } from '../model/profile.ts';

/** What a limit looks at. */
export interface CountedRequest {
  readonly method: string;
  /** First segment of the path, for instance `Users`. */
  readonly endpoint: string;
  readonly bodyBytes: number;
  /** How many operations the request is. */
  readonly operations: number;
  /** The operations of a bulk request, where the target counts each of them for itself. */
  readonly parts?: readonly CountedRequest[];
}

/** Operations that were sent at about one time. */
export interface Usage {
  /** Milliseconds, rounded up to the grain of the window. */
  readonly at: number;
  readonly operations: number;
}

/** Windows from this length on are worth remembering across restarts. */
const REMEMBERED_MS = 60_000;
/** Remembered times are rounded to this part of the window. */
const GRAINS = 60;
/** Clocks count whole milliseconds, and answers travel for different times as well. */
const FIRST_MARGIN = 0.005;
const MARGIN_STEP = 0.005;
const MOST_MARGIN = 0.1;
/** A pace that was missed is caught up with, as far as this part of the window. */
const CATCH_UP = 0.25;
/** Such a part of the window. */
const LATENESS = 0.01;
/** The usual time of an answer creeps up, so that a path that got longer for good is learned. */
const CREEP = 1.01;

/** How many operations of a limit a request is; 0 when it does not count it. */
export function amountOf(limit: RateLimit, request: CountedRequest): number {
  if (request.parts === undefined) return isCounted(limit, request) ? request.operations : 0;
  return request.parts.reduce((sum, part) => sum + amountOf(limit, part), 0);
}

/** Whether a limit counts a request. */
export function isCounted(limit: RateLimit, request: CountedRequest): boolean {
  const { requests, methods, resources, bodyOver } = limit;
  if (requests !== undefined && (requests === 'reads') !== (request.method === 'GET')) return false;
  if (methods !== undefined && !methods.some((each) => each === request.method)) return false;
  if (resources !== undefined && !resources.some((each) => each === request.endpoint)) return false;
  return bodyOver === undefined || request.bodyBytes > bodyOver;
}

/** What a limit counts, whatever it allows: under this name its usage is remembered. */
export function nameOf({ operations: _operations, burst: _burst, ...counted }: RateLimit): string {
  return JSON.stringify(Object.fromEntries(Object.entries(counted).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** See the comment of the file. Times are in milliseconds. */
export class RateWindow {
  readonly limit: RateLimit;
  readonly name: string;
  readonly #length: number;
  /** Times of the last operations, in order, in a ring; null for a token bucket. */
  readonly #times: Float64Array | null;
  /** Whether operations go out one by one. */
  readonly #paced: boolean;
  /** How many operations were counted altogether. */
  #counted = 0;
  /** When the next operation is due by the pace, or the bucket is full again. */
  #due = 0;
  #margin: number;
  /** Milliseconds of a quick answer. */
  #usual = Number.POSITIVE_INFINITY;
  #marginRaised = 0;
  readonly #unsaved = new Map<number, number>();

  constructor(limit: RateLimit) {
    this.limit = limit;
    this.name = nameOf(limit);
    this.#length = limit.perSeconds * 1000;
    this.#times = limit.burst === undefined ? new Float64Array(limit.operations) : null;
    this.#paced = limit.burst === undefined && limit.perSeconds <= 1;
    this.#margin = this.#paced ? FIRST_MARGIN : 0;
  }

  /** Whole milliseconds until so many operations fit; more than ever fit are let through when everything is free. */
  wait(now: number, operations: number): number {
    if (this.#times === null) {
      const burst = this.limit.burst ?? 1;
      return Math.max(0, Math.ceil(this.#due - (burst - Math.min(operations, burst)) * this.#interval - now));
    }
    const beyond = Math.min(this.#counted, this.#counted + operations - this.#times.length);
    const freed = beyond <= 0 ? 0 : (this.#times[(beyond - 1) % this.#times.length] ?? 0) + this.#effective;
    return Math.max(0, Math.ceil(freed - now), Math.ceil(this.#due - now));
  }

  /** Counts operations. */
  take(now: number, operations: number): void {
    this.#record(now, operations);
    if (this.#length >= REMEMBERED_MS) {
      const at = Math.ceil(now / this.#grain) * this.#grain;
      this.keep({ at, operations });
    }
  }

  /** Notes usage as counted and not remembered yet. */
  keep({ at, operations }: Usage): void {
    this.#unsaved.set(at, (this.#unsaved.get(at) ?? 0) + operations);
  }

  /**
   * An operation that was counted at `sent` was answered. The target may count it as late as that; of what that took as
   * usual, only a small part of the window is given away for it.
   */
  answered(sent: number, now: number): void {
    this.#usual = Math.min(now - sent, this.#usual * CREEP);
    const counts = Math.max(now - this.#usual, Math.min(now, sent + this.#length * LATENESS));
    const times = this.#times;
    if (times === null || counts <= sent) return;
    const oldest = Math.max(0, this.#counted - times.length);
    let at = this.#counted - 1;
    while (at >= oldest && (times[at % times.length] ?? 0) > sent) at -= 1;
    if (at < oldest || times[at % times.length] !== sent) return;
    // Times stay in order, so that only this one place is free later.
    for (; at + 1 < this.#counted; at += 1) {
      const next = times[(at + 1) % times.length] ?? 0;
      if (next >= counts) break;
      times[at % times.length] = next;
    }
    times[at % times.length] = counts;
  }

  /** The target refused a request although there was room here: keeps a little more distance, if the limit was in use. */
  refused(now: number): void {
    const inUse = this.#times === null || this.#counted >= this.#times.length;
    if (!inUse || now < this.#marginRaised + this.#length) return;
    this.#marginRaised = now;
    this.#margin = Math.min(MOST_MARGIN, this.#margin + MARGIN_STEP);
  }

  /** Counts what an earlier process sent, oldest first. */
  restore(usage: readonly Usage[], now: number): void {
    for (const { at, operations } of usage)
      if (at > now - this.#length) this.#record(Math.min(at, now), Math.min(operations, this.limit.operations));
  }

  /** What was counted since the last call and is worth remembering. */
  unsaved(): Usage[] {
    const rows = [...this.#unsaved].map(([at, operations]) => ({ at, operations }));
    this.#unsaved.clear();
    return rows;
  }

  get #effective(): number {
    return this.#length * (1 + this.#margin);
  }

  get #interval(): number {
    return this.#effective / this.limit.operations;
  }

  get #grain(): number {
    return this.#length / GRAINS;
  }

  #record(now: number, operations: number): void {
    if (this.#times === null) {
      this.#counted += operations;
      this.#due = Math.max(this.#due, now) + operations * this.#interval;
      return;
    }
    for (let each = 0; each < operations; each += 1) {
      this.#times[this.#counted % this.#times.length] = now;
      this.#counted += 1;
    }
    // Whoever fell behind the pace may catch up.
    if (this.#paced) this.#due = Math.max(this.#due, now - this.#effective * CATCH_UP) + operations * this.#interval;
  }
}
