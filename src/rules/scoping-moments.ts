// The moments that scoping filters compare: ISO 8601 texts of the directory, and operands that are a date, a time, or so
// far from now. Days and times are UTC. Only scimsync has these operators: Entra refuses dates in filters.

/** What a value is compared with: a moment (`time`), or a whole day of UTC (`day`). */
export interface Moment {
  readonly precision: 'day' | 'time';
  /** Milliseconds since 1970, UTC; of a day its first one. */
  readonly at: number;
}

/** An operand, fixed or relative to the moment of the evaluation. */
export interface MomentOperand {
  /** True when the answer changes by itself while time passes. */
  readonly readsClock: boolean;
  readonly resolve: (now: number) => Moment;
}

export const MOMENT_FORMS =
  '2026-09-01 (a whole day), 2026-09-01T08:00:00Z, now, now+36h, today or today-30d (h hours, d days; UTC)';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const RELATIVE = /^(now|today)(?:\s*([+-])\s*(\d{1,5})\s*([dh]))?$/i;

/** Reads an operand; undefined when it has none of the forms. */
export function readOperand(text: string): MomentOperand | undefined {
  const relative = RELATIVE.exec(text.trim());
  if (relative === null) {
    const fixed = readMoment(text.trim());
    return fixed === undefined ? undefined : { readsClock: false, resolve: () => fixed };
  }
  const [, base = '', sign, count = '0', unit] = relative;
  const distance = Number(count) * (unit?.toLowerCase() === 'h' ? HOUR : DAY) * (sign === '-' ? -1 : 1);
  const isDay = base.toLowerCase() === 'today';
  return {
    readsClock: true,
    resolve: (now) =>
      isDay
        ? { precision: 'day', at: startOfDay(startOfDay(now) + distance) }
        : { precision: 'time', at: now + distance },
  };
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))?)?$/i;

/** A date, or a date with a time; without an offset it is UTC. Days that no calendar has are none. */
export function readMoment(text: string): Moment | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date = '', time, seconds = '00', fraction = '', sign, hours = '0', minutes = '0'] = match;
  const at = Date.parse(`${date}T${time ?? '00:00'}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date.parse rolls the 30th of February, and 24:00, over into the next day.
  if (Number.isNaN(at) || isoOf(at).slice(0, 10) !== date || Number(hours) > 14 || Number(minutes) > 59)
    return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return { precision: time === undefined ? 'day' : 'time', at: at - offset };
}

/** Below 0 when `value` is before `bound`, 0 when they are the same moment, or on the same day for a bound that is a day. */
export function compareMoments(value: Moment, bound: Moment): number {
  return bound.precision === 'day' ? startOfDay(value.at) - bound.at : value.at - bound.at;
}

/** `2026-09-01`, or `2026-09-01T08:00:00Z`. */
export function momentText({ precision, at }: Moment): string {
  const text = isoOf(at);
  return precision === 'day' ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY) * DAY;
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
