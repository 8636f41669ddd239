// How many requests a target bears at once, found out as TCP does: half as many more after every round of requests that was
// answered as quickly as ever, until one is slower; from then on one more, and a third or half fewer when rounds get slow or
// a request is refused. Pure: answers in, a number out.
import type { ConcurrencyBounds } from '../model/profile.ts';

/** What is known so far. */
export interface ConcurrencyState {
  /** Requests that may be in flight. */
  readonly limit: number;
  /** Milliseconds of a quick answer, as far as known; creeps up, so that a path that got longer for good is learned. */
  readonly usual: number;
  /** Answers until the round is over. */
  readonly left: number;
  /** The quickest answer of the round: what even the luckiest request had to wait. */
  readonly quickest: number;
  /** Whether as many requests as allowed were in flight in this round: only then more of them would have mattered. */
  readonly full: boolean;
  /** Whether no round was slow and no request refused so far: nothing is known yet of what is too much. */
  readonly searching: boolean;
  /** Slow rounds in a row. */
  readonly slow: number;
  /** Answers to come of requests that were sent before the limit was lowered; they say nothing about the lower one. */
  readonly stale: number;
}

/** How a request ended. */
export interface ConcurrencySample {
  /** `refused`: 429, 503, or no answer in time. */
  readonly kind: 'answered' | 'refused';
  readonly milliseconds: number;
  /** Requests that were in flight, this one included. */
  readonly inFlight: number;
}

/** Slower than twice the usual time, and by more than this, is slow. */
const NOTICEABLE_MS = 20;
/** One or two slow rounds may be this program's own doing, while it writes to its store. */
const SLOW_ROUNDS = 3;
const CREEP = 1.02;

/** Before the first request. */
export function firstConcurrency({ start }: ConcurrencyBounds): ConcurrencyState {
  return { ...round(start), usual: Number.POSITIVE_INFINITY, searching: true, slow: 0, stale: 0 };
}

/** After one more request has ended. */
export function nextConcurrency(
  state: ConcurrencyState,
  sample: ConcurrencySample,
  bounds: ConcurrencyBounds,
): ConcurrencyState {
  if (state.stale > 0) return { ...state, stale: state.stale - 1 };
  if (sample.kind === 'refused') return lowered(state, 0.5, sample.inFlight);
  const left = state.left - 1;
  const quickest = Math.min(state.quickest, sample.milliseconds);
  const full = state.full || sample.inFlight >= state.limit;
  return left > 0 ? { ...state, left, quickest, full } : judged({ ...state, quickest, full }, sample.inFlight, bounds);
}

function judged(state: ConcurrencyState, inFlight: number, { most }: ConcurrencyBounds): ConcurrencyState {
  const isSlow = state.quickest > Math.max(2 * state.usual, state.usual + NOTICEABLE_MS);
  const usual = Math.min(state.quickest, state.usual * CREEP);
  const slow = isSlow ? state.slow + 1 : 0;
  if (slow >= SLOW_ROUNDS) return { ...lowered(state, 0.7, inFlight), usual };
  const searching = state.searching && !isSlow;
  const step = searching ? Math.ceil(state.limit / 2) : 1;
  const limit = Math.min(most, !isSlow && state.full ? state.limit + step : state.limit);
  return { ...round(limit), usual, searching, slow, stale: 0 };
}

function lowered(state: ConcurrencyState, factor: number, inFlight: number): ConcurrencyState {
  const limit = Math.max(1, Math.floor(state.limit * factor));
  return { ...state, ...round(limit), searching: false, slow: 0, stale: inFlight - 1 };
}

function round(limit: number): Pick<ConcurrencyState, 'limit' | 'left' | 'quickest' | 'full'> {
  return { limit, left: limit, quickest: Number.POSITIVE_INFINITY, full: false };
}
