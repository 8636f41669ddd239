// A moment written with a .NET format, as DateTime.ToString does it in the invariant culture; and the form that dates
// have wherever a text is wanted.
import { expandFormat, type FormatPart, formatParts } from './date-format.ts';
import { DAYS, ERA, MONTHS } from './date-names.ts';
import type { DateKind, Moment } from './date-styles.ts';
import { type DateParts, partsOf } from './date-ticks.ts';

/** The text form of a date: `7/2/2021 3:33:38 PM`, in UTC and without parts of a second. */
export const DATE_TEXT_FORMAT = 'M/d/yyyy h:mm:ss tt';

export function dateText(ticks: bigint): string {
  return writeDate({ ticks, kind: 'utc' }, DATE_TEXT_FORMAT);
}

/** The moment in the format; formatFault says beforehand whether a format can be used, "" stands for the general one. */
export function writeDate({ ticks, kind }: Moment, format: string): string {
  const parts = formatParts(expandFormat(format === '' ? 'G' : format) ?? format, 'write');
  if (!parts.ok) return format;
  const date = partsOf(ticks);
  let written = '';
  for (const part of parts.value) {
    const text = part.kind === 'literal' ? part.text : fieldText(part, date, kind);
    // Without digits behind it, the point before F goes as well.
    const isEmptyFraction = part.kind === 'field' && part.letter === 'F' && text === '';
    if (isEmptyFraction && written.endsWith('.')) written = written.slice(0, -1);
    written += text;
  }
  return written;
}

function fieldText({ letter, count }: FormatPart & { kind: 'field' }, date: DateParts, kind: DateKind): string {
  switch (letter) {
    case 'd':
      return count <= 2 ? padded(date.day, count) : named(DAYS, date.dayOfWeek, count);
    case 'M':
      return count <= 2 ? padded(date.month, count) : named(MONTHS, date.month - 1, count);
    case 'y':
      return padded(count <= 2 ? date.year % 100 : date.year, count);
    case 'g':
      return ERA;
    case 'h':
      return padded(date.hour % 12 === 0 ? 12 : date.hour % 12, Math.min(count, 2));
    case 'H':
      return padded(date.hour, Math.min(count, 2));
    case 'm':
      return padded(date.minute, Math.min(count, 2));
    case 's':
      return padded(date.second, Math.min(count, 2));
    case 'f':
      return padded(date.fraction, 7).slice(0, count);
    case 'F':
      return padded(date.fraction, 7).slice(0, count).replace(/0+$/, '');
    case 't':
      return (date.hour < 12 ? 'AM' : 'PM').slice(0, count);
    case 'z':
      return count === 1 ? '+0' : count === 2 ? '+00' : '+00:00';
    default:
      // K, the only letter left.
      return kind === 'utc' ? 'Z' : kind === 'local' ? '+00:00' : '';
  }
}

function padded(value: number, digits: number): string {
  return value.toString().padStart(digits, '0');
}

function named(names: readonly string[], index: number, count: number): string {
  const name = names[index] ?? '';
  return count === 3 ? name.slice(0, 3) : name;
}
