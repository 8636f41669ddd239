// DateAdd and DateDiff of Visual Basic over ticks: months and years are those of the calendar, everything else is time that
// passes.
import {
  daysInMonth,
  isInRange,
  partsOf,
  TICKS_PER_DAY,
  TICKS_PER_HOUR,
  TICKS_PER_MINUTE,
  TICKS_PER_SECOND,
  ticksOf,
} from './date-ticks.ts';

/** Visual Basic's codes: `m` is a month, `n` a minute. Entra lists these, in lower case; Connect sync has more. */
export type Interval = 'yyyy' | 'm' | 'd' | 'ww' | 'h' | 'n' | 's';

export const INTERVALS = 'yyyy (years), m (months), ww (weeks), d (days), h (hours), n (minutes) or s (seconds)';

const LENGTHS = {
  d: TICKS_PER_DAY,
  ww: 7n * TICKS_PER_DAY,
  h: TICKS_PER_HOUR,
  n: TICKS_PER_MINUTE,
  s: TICKS_PER_SECOND,
} as const;

export function isInterval(text: unknown): text is Interval {
  return text === 'yyyy' || text === 'm' || (typeof text === 'string' && Object.hasOwn(LENGTHS, text));
}

/** The moment moved by so many intervals; undefined beyond the years 1 to 9999. The 31st becomes the last of its month. */
export function addInterval(ticks: bigint, interval: Interval, count: bigint): bigint | undefined {
  if (interval === 'yyyy') return addMonths(ticks, 12n * count);
  if (interval === 'm') return addMonths(ticks, count);
  const moved = ticks + count * LENGTHS[interval];
  return isInRange(moved) ? moved : undefined;
}

function addMonths(ticks: bigint, count: bigint): bigint | undefined {
  const { year, month, day } = partsOf(ticks);
  const months = BigInt(year * 12 + month - 1) + count;
  // ticksOf knows the years 1 to 9999 only; beyond them the number may not fit.
  if (months < 12n || months >= 120_000n) return undefined;
  const newYear = Math.floor(Number(months) / 12);
  const newMonth = (Number(months) % 12) + 1;
  const midnight = ticksOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
  return midnight === undefined ? undefined : midnight + (ticks % TICKS_PER_DAY);
}

/**
 * From the first to the second moment: years and months by the calendar, whatever the day; everything else whole units
 * that have passed. Of weeks, those since the Sundays before both moments, at their times of day.
 */
export function differenceIn(interval: Interval, from: bigint, to: bigint): bigint {
  if (interval === 'yyyy' || interval === 'm') {
    const first = partsOf(from);
    const second = partsOf(to);
    const years = second.year - first.year;
    return BigInt(interval === 'yyyy' ? years : years * 12 + second.month - first.month);
  }
  if (interval !== 'ww') return (to - from) / LENGTHS[interval];
  return (sundayBefore(to) - sundayBefore(from)) / LENGTHS.ww;
}

function sundayBefore(ticks: bigint): bigint {
  return ticks - BigInt(partsOf(ticks).dayOfWeek) * TICKS_PER_DAY;
}
