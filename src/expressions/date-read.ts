// How CDate and the other date functions read a text: the forms in which the service and directories write dates, each
// read as DateTime.Parse(text, Invariant, AssumeUniversal | AdjustToUniversal) reads it. .NET takes more than these; a
// text that leaves something out (a year, a day), or has two digits for a year, is refused here instead of guessed at.
import { DAYS, MONTHS } from './date-names.ts';
import { NO_STYLES, placeInZone, type Zone } from './date-styles.ts';
import { partsOf, TICKS_PER_HOUR, TICKS_PER_MINUTE, ticksOf, ticksOfFraction } from './date-ticks.ts';

/** The forms for a message. */
export const DATE_FORMS =
  'such as 2025-08-15, 2025-08-15T10:00:00Z, 8/15/2025 10:00 AM or 15 August 2025; month before day';

const WEEKDAY = '(?:(?<weekday>[A-Z]+),?\\s+)?';
const NAME = '(?<name>[A-Z]{3,9})';
const DATES = [
  '(?<year>\\d{4})(?<mark>[-/])(?<month>\\d{1,2})\\k<mark>(?<day>\\d{1,2})(?!\\d)(?<iso>T)?',
  '(?<month>\\d{1,2})(?<mark>[-/])(?<day>\\d{1,2})\\k<mark>(?<year>\\d{4})(?!\\d)',
  `(?<day>\\d{1,2})(?:\\s+|-)${NAME}(?:,?\\s+|-)(?<year>\\d{4})(?!\\d)`,
  `${NAME}\\s+(?<day>\\d{1,2}),?\\s+(?<year>\\d{4})(?!\\d)`,
].map((date) => new RegExp(`^\\s*${WEEKDAY}${date}`, 'i'));

const HALF = '(?<half>AM|PM)(?![A-Z])';
/** Minutes follow a colon, or two digits of hours at once. A name of a group twice is more than Node 22 can read. */
const ZONE = '(?:(?<utc>Z|GMT)|(?<sign>[+-])(?<hours>\\d{1,2})(?:(?::|(?<=[+-]\\d{2}))(?<minutes>[0-5]\\d))?)';
const TIMES = timePatterns([
  '',
  `\\s+(?<hour>\\d{1,2}):(?<minute>\\d{1,2})(?::(?<second>\\d{1,2})(?:\\.(?<fraction>\\d+))?)?(?:\\s*${HALF})?`,
  `\\s+(?<hour>\\d{1,2})\\s*${HALF}`,
]);
const TIME_AFTER_T = timePatterns([
  '(?<hour>\\d{2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:\\.(?<fraction>\\d+))?)?(?!\\s*GMT)',
]);

function timePatterns(times: readonly string[]): readonly RegExp[] {
  return times.map((time) => new RegExp(`^${time}\\s*${ZONE}?\\s*$`, 'i'));
}

const LONGEST = 100;
const STYLES = { ...NO_STYLES, assumeUniversal: true, adjustToUniversal: true };

type Groups = Readonly<Record<string, string | undefined>>;

/** The moment a text stands for, in ticks of UTC; without an offset the text is UTC. Undefined when it is no such date. */
export function readDate(text: string): bigint | undefined {
  if (text.length > LONGEST) return undefined;
  const date = firstMatch(DATES, text);
  if (date === null) return undefined;
  const day: Groups = date.groups ?? {};
  const time = firstMatch(day['iso'] === undefined ? TIMES : TIME_AFTER_T, text.slice(date[0].length));
  if (time === null) return undefined;
  const clock: Groups = time.groups ?? {};
  const hour = hourOf(clock);
  const month = day['name'] === undefined ? Number(day['month']) : nameIndex(MONTHS, day['name']) + 1;
  if (hour === undefined) return undefined;
  const whole = ticksOf(
    Number(day['year']),
    month,
    Number(day['day']),
    hour,
    numberOf(clock, 'minute'),
    numberOf(clock, 'second'),
  );
  if (whole === undefined || !isWeekday(day['weekday'], whole)) return undefined;
  return placeInZone(whole + ticksOfFraction(clock['fraction'] ?? ''), zoneOf(clock), STYLES)?.ticks;
}

function firstMatch(patterns: readonly RegExp[], text: string): RegExpExecArray | null {
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return match;
  }
  return null;
}

function numberOf(groups: Groups, name: string): number {
  return Number(groups[name] ?? 0);
}

/** 12 AM is midnight; an hour above 12 may stand with PM, not with AM. */
function hourOf(clock: Groups): number | undefined {
  const hour = numberOf(clock, 'hour');
  const half = clock['half']?.toUpperCase();
  if (half === undefined) return hour;
  if (half === 'AM') return hour > 12 ? undefined : hour % 12;
  return hour < 12 ? hour + 12 : hour;
}

/** Index of a name, full or of three letters; -1 for none. */
function nameIndex(names: readonly string[], written: string): number {
  const wanted = written.toLowerCase();
  return names.findIndex((name) => name.toLowerCase() === wanted || name.slice(0, 3).toLowerCase() === wanted);
}

/** A weekday that is named has to be the right one. */
function isWeekday(written: string | undefined, ticks: bigint): boolean {
  return written === undefined || nameIndex(DAYS, written) === partsOf(ticks).dayOfWeek;
}

function zoneOf(clock: Groups): Zone | undefined {
  if (clock['utc'] !== undefined) return { offset: 0n, isUtcMark: true };
  if (clock['sign'] === undefined) return undefined;
  const offset =
    BigInt(numberOf(clock, 'hours')) * TICKS_PER_HOUR + BigInt(numberOf(clock, 'minutes')) * TICKS_PER_MINUTE;
  return { offset: clock['sign'] === '-' ? -offset : offset, isUtcMark: false };
}
