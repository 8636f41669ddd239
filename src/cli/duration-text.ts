// Durations: as people write them after an option, and as they read them.
import { InvalidArgumentError } from 'commander';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** Milliseconds of `90s`, `10m`, `2h` or `1d`; for commander. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const factor = UNITS[unit ?? ''];
  if (factor === undefined) throw new InvalidArgumentError('Give a duration such as 90s, 10m or 2h.');
  return Number(count) * factor;
}

/** A duration in at most two units: `0.4 s`, `12 s`, `3 min 5 s`, `2 h`, `4 d 3 h`. */
export function durationText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
  if (span < MINUTE) return `${Math.round(span / SECOND)} s`;
  if (span < HOUR) return twoUnits(span, MINUTE, 'min', SECOND, 's');
  if (span < DAY) return twoUnits(span, HOUR, 'h', MINUTE, 'min');
  return twoUnits(span, DAY, 'd', HOUR, 'h');
}

function twoUnits(span: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** `in 12 min`, `3 h ago` or `now`: one unit, rounded down, as far as it says enough. */
export function relativeTime(moment: number, now: number): string {
  const distance = moment - now;
  const span = Math.abs(distance);
  if (span < SECOND) return 'now';
  const text = oneUnit(span);
  return distance > 0 ? `in ${text}` : `${text} ago`;
}

function oneUnit(span: number): string {
  if (span < 2 * MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < 2 * HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} d`;
}
