/**
 * The tenant's clock: the caller's time plus an offset that the admin interface moves forward. Token lifetimes, delta token
 * expiry and the 30 days of the recycle bin are all counted on it. It never runs backwards.
 */

/** A clock that can be moved forward. */
export interface TenantClock {
  now(): Date;
  /** Moves the clock forward by `ms` milliseconds (negative values are refused with a RangeError). */
  advance(ms: number): void;
  /** Milliseconds the clock is ahead of the caller's time. */
  offsetMs(): number;
  /** Back to the caller's time. */
  reset(): void;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Makes a clock on top of `now`. */
export function makeClock(now: () => Date): TenantClock {
  let offset = 0;
  return {
    now: () => new Date(now().getTime() + offset),
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError('The clock of the sandbox only moves forward.');
      offset += ms;
    },
    offsetMs: () => offset,
    reset() {
      offset = 0;
    },
  };
}

/** Reads `31d`, `8h`, `90m`, `45s`, `500ms` or `1w` (several may be joined: `1d12h`); `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return total;
}

/** `2025-02-13T10:17:06Z`: Graph's times have whole seconds. */
export function graphTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** `2021-02-02T04:22:45.9480566Z`: app role assignments carry seven fraction digits. */
export function graphTimeTicks(at: Date): string {
  return `${at.toISOString().slice(0, 23)}0000Z`;
}
