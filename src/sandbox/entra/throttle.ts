/**
 * Graph's identity throttling: a token bucket of resource units per ten seconds for the one application of the sandbox. Costs
 * follow "Identity and access service limits": a base per path, one less with `$select`, one more with `$expand`, floor one.
 */
import type { Settings } from './settings.ts';

const WINDOW_SECONDS = 10;
const BASE_COSTS: readonly (readonly [RegExp, number])[] = [
  [/\/transitivemember(?:s|of)(?:\/|$)/i, 5],
  [/^\/groups\/[^/]+\/members(?:\/|$)/i, 3],
  [/\/getbyids$/i, 3],
  [/^\/users$/i, 2],
];

/** Resource units a request costs. */
export function costOf(path: string, search: string): number {
  const base = BASE_COSTS.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
  const query = search.toLowerCase();
  const select = /(?:^|&)(?:\$|%24)select=/.test(query) ? 1 : 0;
  const expand = /(?:^|&)(?:\$|%24)expand=/.test(query) ? 1 : 0;
  const top = Number(/(?:^|&)(?:\$|%24)top=(\d+)/.exec(query)?.[1] ?? 100);
  return Math.max(1, base - select + expand - (top < 20 ? 1 : 0));
}

/** How long to wait, when a request is refused. */
export interface Penalty {
  readonly seconds: number;
}

/** See the file's comment. */
export interface Throttle {
  /** Takes the cost out of the bucket, or says how long to wait. */
  spend(cost: number, at: number, settings: Settings): Penalty | undefined;
  /** Share of the bucket in use, 0 to 1. */
  load(settings: Settings): number;
  /** Requests that came although the client had been told to wait longer. */
  readonly impatient: number;
  reset(): void;
}

/** A full bucket. */
export function makeThrottle(): Throttle {
  let used = 0;
  let last = 0;
  let waitUntil = 0;
  let impatient = 0;
  return {
    get impatient() {
      return impatient;
    },
    spend(cost, at, settings) {
      const limit = settings.resourceUnits;
      if (limit === null) return undefined;
      used = Math.max(0, used - ((at - last) / 1000 / WINDOW_SECONDS) * limit);
      last = at;
      if (at < waitUntil) impatient += 1;
      used += cost;
      if (used <= limit) return undefined;
      const seconds = Math.max(1, ((used - limit) / limit) * WINDOW_SECONDS);
      waitUntil = at + seconds * 1000;
      return { seconds };
    },
    load: (settings) => (settings.resourceUnits === null ? 0 : used / settings.resourceUnits),
    reset() {
      used = 0;
      waitUntil = 0;
      impatient = 0;
    },
  };
}

/** The `Retry-After` header of a penalty in the form the settings ask for. */
export function retryAfter(
  penalty: Penalty,
  form: Settings['retryAfterForm'],
  now: Date,
): Readonly<Record<string, string>> {
  switch (form) {
    case 'decimal':
      return { 'Retry-After': penalty.seconds.toFixed(3) };
    case 'integer':
      return { 'Retry-After': String(Math.ceil(penalty.seconds)) };
    case 'date':
      return { 'Retry-After': new Date(now.getTime() + Math.ceil(penalty.seconds) * 1000).toUTCString() };
    case 'none':
      return {};
  }
}
