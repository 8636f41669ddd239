// When a request is sent again: Graph's throttling rules (Retry-After obeyed to the letter, for all requests of the
// source) and exponential backoff for what is transient. Knows nothing of HTTP beyond the Retry-After header.
import type { Clock } from '../engine/ports.ts';
import { JobFault } from '../model/errors.ts';

/** What one try brought: a value, an order to wait, or a failure that may pass. Anything final is thrown instead. */
export type Attempt<T> =
  | { readonly outcome: 'done'; readonly value: T }
  | {
      readonly outcome: 'throttled';
      /** As asked by the service; undefined when it did not say. */
      readonly waitMilliseconds: number | undefined;
      readonly fault: JobFault;
    }
  | { readonly outcome: 'failed'; readonly fault: JobFault };

/** Time, chance and patience. */
export interface BackoffSettings {
  readonly clock: Clock;
  /** Answers a number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** The longest time one request waits for throttling, in seconds. */
  readonly maxWaitSeconds: number;
}

/** Repeats tries; one instance is shared by all requests that have to pause together. */
export interface Backoff {
  /** The value of the first try that succeeds. Throws the fault of the last try, or the signal's reason. */
  run<T>(attempt: () => Promise<Attempt<T>>, signal: AbortSignal): Promise<T>;
}

const MAX_FAILED_TRIES = 5;
const MAX_THROTTLED_TRIES = 20;
const LONGEST_STEP_SECONDS = 64;
/** An absurd Retry-After must not silence the source for ever: after an hour one request may ask again. */
const LONGEST_PAUSE_MILLISECONDS = 3_600_000;

/**
 * Milliseconds that a Retry-After header asks for: decimal seconds (Graph's documented form) or an HTTP date
 * (RFC 9110 section 10.2.3). A date in the past is 0; undefined when absent or unreadable.
 */
export function retryAfterMilliseconds(header: string | null | undefined, now: Date): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** Milliseconds before try number `tries + 1`: 1, 2, 4 … 64 s plus up to a quarter of chance. */
export function backoffMilliseconds(tries: number, random: () => number): number {
  const seconds = Math.min(2 ** Math.max(0, tries - 1), LONGEST_STEP_SECONDS);
  return Math.round(seconds * 1000 * (1 + random() / 4));
}

/** A backoff with its own pause; see {@link Backoff}. */
export function createBackoff(settings: BackoffSettings): Backoff {
  const { clock, random } = settings;
  const patience = settings.maxWaitSeconds * 1000;
  let pausedUntil = 0;
  let pauseFault: JobFault | undefined;

  async function passPause(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const remaining = pausedUntil - clock.now().getTime();
      if (remaining <= 0) return;
      if (remaining > patience) throw impatient(remaining, settings.maxWaitSeconds, pauseFault);
      await clock.sleep(remaining, signal);
    }
  }

  function extendPause(wait: number, fault: JobFault): void {
    const until = clock.now().getTime() + Math.min(wait, Math.max(patience, LONGEST_PAUSE_MILLISECONDS));
    if (until <= pausedUntil) return;
    pausedUntil = until;
    pauseFault = fault;
  }

  return {
    async run(attempt, signal) {
      let failures = 0;
      let refusals = 0;
      let waited = 0;
      for (;;) {
        await passPause(signal);
        const result = await attempt();
        signal.throwIfAborted();
        if (result.outcome === 'done') return result.value;
        if (result.outcome === 'failed') {
          failures += 1;
          if (failures >= MAX_FAILED_TRIES) throw result.fault;
          await clock.sleep(backoffMilliseconds(failures, random), signal);
          continue;
        }
        refusals += 1;
        const wait = result.waitMilliseconds ?? backoffMilliseconds(refusals, random);
        extendPause(wait, result.fault);
        waited += wait;
        if (waited > patience) throw impatient(wait, settings.maxWaitSeconds, result.fault);
        if (refusals >= MAX_THROTTLED_TRIES) throw result.fault;
      }
    },
  };
}

function impatient(wait: number, maxWaitSeconds: number, cause: JobFault | undefined): JobFault {
  const reason = cause?.message ?? 'The service asks to wait.';
  return new JobFault(
    'SourceUnreachable',
    `${reason} The next request would have to wait ${Math.ceil(wait / 1000)} s; one request waits at most ${maxWaitSeconds} s in total, so the cycle is postponed.`,
    { cause },
  );
}
