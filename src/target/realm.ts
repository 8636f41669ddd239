// Admission of requests to one target realm: the limits of its vendor, how many requests may be in flight, and the pauses
// that it asks for. All jobs that share the realm wait here, first come, first served, except that nobody waits for a limit
// that does not count him.
import type { Clock } from '../engine/ports.ts';
import type { ConcurrencyBounds, RateLimit } from '../model/profile.ts';
import { type ConcurrencyState, firstConcurrency, nextConcurrency } from './concurrency.ts';
import { amountOf, type CountedRequest, nameOf, RateWindow, type Usage } from './rate-window.ts';

/** What a job says about the target. */
export interface RealmClaim {
  readonly rateLimits: readonly RateLimit[];
  readonly concurrency: ConcurrencyBounds;
}

/** Where the usage of long windows is kept across restarts; rows are added to what is there. */
export interface UsageLedger {
  read(realm: string): Promise<readonly RecordedUsage[]>;
  /** Forgets what is older than each window as well. */
  add(realm: string, usage: readonly RecordedUsage[], now: number): Promise<void>;
}

/** Usage of one limit. */
export interface RecordedUsage extends Usage {
  /** See `nameOf`. */
  readonly limit: string;
  /** The length of its window. */
  readonly perSeconds: number;
}

/** What became of an admitted request. */
export type Feedback = 'answered' | 'refused' | 'unknown';

/** A request that may be sent now; its place is taken until `leave`, which has to be called once. */
export interface Permit {
  leave(feedback: Feedback): void;
}

/** The target asked to be left alone for so long, which is longer than anybody here waits. */
export interface Closed {
  readonly closedFor: number;
}

interface Waiting {
  readonly request: CountedRequest;
  readonly admit: (given: Permit | Closed) => void;
}

const SAVE_EVERY_MS = 2000;

/** See the comment of the file. */
export class Realm {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #ledger: UsageLedger | null;
  readonly #former: readonly RecordedUsage[];
  readonly #claims = new Map<string, RealmClaim>();
  #windows: readonly RateWindow[] = [];
  #bounds: ConcurrencyBounds = { start: 1, most: 1 };
  #concurrency: ConcurrencyState | null = null;
  #inFlight = 0;
  #pausedUntil = 0;
  #closedUntil = 0;
  readonly #waiting = new Set<Waiting>();
  #wake: { readonly at: number; readonly stop: AbortController } | null = null;
  #saved = 0;
  #saving: Promise<void> = Promise.resolve();

  /** `former` is what the ledger holds. */
  constructor(name: string, clock: Clock, ledger: UsageLedger | null = null, former: readonly RecordedUsage[] = []) {
    this.#name = name;
    this.#clock = clock;
    this.#ledger = ledger;
    this.#former = former;
  }

  /** What a job says about the target from now on; of several jobs, all limits are kept, and the lowest concurrency. */
  claim(job: string, claim: RealmClaim): void {
    this.#claims.set(job, claim);
    const claims = [...this.#claims.values()];
    const limits = new Map(claims.flatMap(({ rateLimits }) => rateLimits).map((each) => [JSON.stringify(each), each]));
    const now = this.#now();
    this.#windows = [...limits].map(([text, limit]) => {
      const known = this.#windows.find((each) => JSON.stringify(each.limit) === text);
      return known ?? this.#restored(limit, now);
    });
    const most = Math.min(...claims.map(({ concurrency }) => concurrency.most));
    this.#bounds = { start: Math.min(most, ...claims.map(({ concurrency }) => concurrency.start)), most };
    const state = this.#concurrency ?? firstConcurrency(this.#bounds);
    this.#concurrency = { ...state, limit: Math.min(state.limit, most) };
  }

  /**
   * Resolves when the request may be sent, or at once when the target wants to be left alone for long. Rejects with the
   * reason of the signal.
   */
  enter(request: CountedRequest, signal: AbortSignal): Promise<Permit | Closed> {
    signal.throwIfAborted();
    if (this.#waiting.size === 0) {
      const given = this.#decide(request, this.#now());
      if (typeof given !== 'number') return Promise.resolve(given);
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(entry);
        if (this.#waiting.size === 0) this.#sleepUntil(null);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }));
      };
      const entry: Waiting = {
        request,
        admit: (given) => {
          signal.removeEventListener('abort', giveUp);
          resolve(given);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(entry);
      this.#pump();
    });
  }

  /** No request is sent for this long; whoever wants to send one waits. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + milliseconds);
  }

  /** Requests are refused for this long, because the wait is longer than a call may take. */
  close(milliseconds: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#now() + milliseconds);
  }

  /** Remembers what was counted and is not remembered yet; never rejects. */
  save(): Promise<void> {
    if (this.#ledger === null) return Promise.resolve();
    const { limits, usage } = this.#unsaved();
    if (usage.length === 0) return this.#saving;
    const ledger = this.#ledger;
    this.#saved = this.#now();
    this.#saving = this.#saving
      .then(() => ledger.add(this.#name, usage, this.#now()))
      // A store that cannot be written stops the jobs by itself; the counts go there with the next attempt.
      .catch(() => {
        for (const { limit, at, operations } of usage) limits.get(limit)?.keep({ at, operations });
      });
    return this.#saving;
  }

  #unsaved(): { readonly limits: ReadonlyMap<string, RateWindow>; readonly usage: readonly RecordedUsage[] } {
    // Limits that count the same have the same usage: it is remembered once.
    const limits = new Map(this.#windows.map((window) => [window.name, window]));
    const usage = [...limits].flatMap(([limit, window]) =>
      window.unsaved().map((each) => ({ limit, perSeconds: window.limit.perSeconds, ...each })),
    );
    return { limits, usage };
  }

  #restored(limit: RateLimit, now: number): RateWindow {
    const window = new RateWindow(limit);
    const name = nameOf(limit);
    const former = this.#former.filter((each) => each.limit === name).toSorted((a, b) => a.at - b.at);
    window.restore(former, now);
    return window;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }

  /** A permit, a refusal, the milliseconds after which it may be asked again, or infinity: when somebody leaves. */
  #decide(request: CountedRequest, now: number): Permit | Closed | number {
    if (this.#closedUntil > now) return { closedFor: this.#closedUntil - now };
    if (this.#pausedUntil > now) return this.#pausedUntil - now;
    if (this.#inFlight >= (this.#concurrency?.limit ?? 1)) return Number.POSITIVE_INFINITY;
    let wait = 0;
    const counting = this.#windows
      .map((window) => ({ window, operations: amountOf(window.limit, request) }))
      .filter(({ operations }) => operations > 0);
    for (const { window, operations } of counting) wait = Math.max(wait, window.wait(now, operations));
    return wait > 0 ? wait : this.#permit(counting, now);
  }

  #permit(counting: readonly { readonly window: RateWindow; readonly operations: number }[], now: number): Permit {
    for (const { window, operations } of counting) window.take(now, operations);
    this.#inFlight += 1;
    if (this.#ledger !== null && counting.length > 0 && now - this.#saved >= SAVE_EVERY_MS) void this.save();
    return {
      leave: (feedback) => {
        const left = this.#now();
        for (const { window, operations } of counting) {
          for (let each = 0; each < operations; each += 1) window.answered(now, left);
          if (feedback === 'refused') window.refused(left);
        }
        this.#learn(feedback, left - now);
        this.#inFlight -= 1;
        if (this.#waiting.size > 0) this.#pump();
      },
    };
  }

  #learn(feedback: Feedback, milliseconds: number): void {
    if (feedback === 'unknown' || this.#concurrency === null) return;
    const sample = { kind: feedback, milliseconds, inFlight: this.#inFlight };
    this.#concurrency = nextConcurrency(this.#concurrency, sample, this.#bounds);
  }

  /** Admits whoever may go, and sleeps until the next one may. */
  #pump(): void {
    const now = this.#now();
    let soonest = Number.POSITIVE_INFINITY;
    for (const entry of this.#waiting) {
      const given = this.#decide(entry.request, now);
      if (typeof given === 'number') {
        soonest = Math.min(soonest, given);
        if (given === Number.POSITIVE_INFINITY) break;
        continue;
      }
      this.#waiting.delete(entry);
      entry.admit(given);
    }
    this.#sleepUntil(this.#waiting.size > 0 && soonest < Number.POSITIVE_INFINITY ? now + soonest : null);
  }

  #sleepUntil(at: number | null): void {
    if (at !== null && this.#wake !== null && this.#wake.at <= at) return;
    this.#wake?.stop.abort();
    this.#wake = null;
    if (at === null) return;
    const wake = { at, stop: new AbortController() };
    this.#wake = wake;
    const woken = (): void => {
      if (this.#wake !== wake) return;
      this.#wake = null;
      this.#pump();
    };
    // The sleep ends early only when it was stopped here.
    this.#clock.sleep(Math.max(1, at - this.#now()), wake.stop.signal).then(woken, () => undefined);
  }
}
