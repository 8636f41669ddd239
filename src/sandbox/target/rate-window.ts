// Counts operations in a sliding window (Peakon: 25,000 in an hour, one by one, not per fixed hour). Refused operations
// do not count. The clock is the caller's.

/** A limit: so many operations in any window of that many milliseconds. */
export interface RateLimit {
  readonly operations: number;
  readonly windowMs: number;
}

/** The counter. */
export interface RateWindow {
  /** Counts `cost` operations at `at` (ms); 0 if they fit, else the milliseconds until they may fit. */
  charge(cost: number, at: number): number;
  clear(): void;
}

/** Makes an empty window. */
export function createRateWindow(limit: RateLimit): RateWindow {
  let charges: { readonly at: number; readonly cost: number }[] = [];
  let first = 0;
  let used = 0;

  const expire = (at: number): void => {
    for (let oldest = charges[first]; oldest && oldest.at <= at - limit.windowMs; oldest = charges[first]) {
      used -= oldest.cost;
      first += 1;
    }
    if (first > 1024) {
      charges = charges.slice(first);
      first = 0;
    }
  };

  const waitFor = (cost: number, at: number): number => {
    let free = limit.operations - used;
    for (let index = first; index < charges.length; index += 1) {
      const charge = charges[index];
      if (!charge) break;
      free += charge.cost;
      if (free >= cost) return charge.at + limit.windowMs - at;
    }
    return limit.windowMs;
  };

  return {
    charge(cost, at) {
      expire(at);
      if (used + cost > limit.operations) return Math.max(1, waitFor(cost, at));
      used += cost;
      charges.push({ at, cost });
      return 0;
    },
    clear() {
      charges = [];
      first = 0;
      used = 0;
    },
  };
}
