// DateTime.ParseExact in the invariant culture: a text is read with one .NET format, strictly, field by field. A value
// that stands twice must be the same both times; what the format leaves out is taken from today.
import { expandFormat, type FormatPart, formatParts } from './date-format.ts';
import { DAYS, ERA, fullYear, MONTHS, nameAt, SHORT_ERA, startsWithWord } from './date-names.ts';
import { type DateStyles, type Moment, placeInZone, type Zone } from './date-styles.ts';
import { partsOf, TICKS_PER_HOUR, TICKS_PER_MINUTE, ticksOf, ticksOfFraction } from './date-ticks.ts';
import { isDigit, isLetter, skipWhite, trimEndWhite } from './date-white-space.ts';

/** What was read so far; undefined stands for "not in the text". */
interface Fields {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  fraction?: bigint;
  dayOfWeek?: number;
  afternoon?: boolean;
  zone?: Zone;
  twelveHours: boolean;
  shortYear: boolean;
}

interface Reader {
  readonly text: string;
  readonly fields: Fields;
  at: number;
}

const UTC: Zone = { offset: 0n, isUtcMark: true };

/** Reads a text with a format that formatFault accepts; undefined when it does not fit. `now` fills in a missing day. */
export function readExactly(text: string, format: string, styles: DateStyles, now: bigint): Moment | undefined {
  if (text === '') return undefined;
  const custom = expandFormat(format);
  if (custom === undefined) return undefined;
  const parts = formatParts(trimmedFormat(custom, styles), 'read');
  if (!parts.ok) return undefined;
  const trimmed = styles.trailingWhite ? trimEndWhite(text) : text;
  const fields: Fields = { twelveHours: false, shortYear: false, ...(format === 'U' ? { zone: UTC } : {}) };
  const reader: Reader = { text: trimmed, fields, at: styles.leadingWhite ? skipWhite(trimmed, 0) : 0 };
  if (!readParts(reader, parts.value, styles) || reader.at < reader.text.length) return undefined;
  return momentOf(fields, styles, now);
}

/** White space at the ends that may vary in the text is no part of the format either, inside quotes included. */
function trimmedFormat(format: string, styles: DateStyles): string {
  let trimmed = format;
  if (styles.trailingWhite) trimmed = trimEndWhite(trimmed).replace(/\s+(['"])$/, '$1');
  if (styles.leadingWhite) trimmed = trimmed.slice(skipWhite(trimmed, 0)).replace(/^(['"])\s+(?=.)/, '$1');
  return trimmed;
}

function readParts(reader: Reader, parts: readonly FormatPart[], styles: DateStyles): boolean {
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    if (part === undefined) break;
    if (styles.innerWhite) reader.at = skipWhite(reader.text, reader.at);
    if (part.kind === 'field') {
      if (!readField(reader, part.letter, part.count)) return false;
    } else if (!readLiteral(reader, part, styles)) {
      const next = parts[index + 1];
      if (next === undefined || part.quoted) return false;
      // A point before FF (not F) may be missing, and its digits with it; so may a blank that was trimmed from the end.
      if (part.text === '.' && next.kind === 'field' && next.letter === 'F' && next.count > 1) index += 1;
      else if (part.text !== ' ' || !styles.trailingWhite) return false;
    }
  }
  return true;
}

function readLiteral(reader: Reader, part: FormatPart & { kind: 'literal' }, styles: DateStyles): boolean {
  for (const character of part.text) {
    if (character === ' ' && styles.innerWhite) reader.at = skipWhite(reader.text, reader.at);
    else if (!take(reader, character)) return false;
  }
  return true;
}

function take(reader: Reader, wanted: string): boolean {
  if (!reader.text.startsWith(wanted, reader.at)) return false;
  reader.at += wanted.length;
  return true;
}

function readField(reader: Reader, letter: string, count: number): boolean {
  const { fields } = reader;
  switch (letter) {
    case 'y':
      if (count <= 2) fields.shortYear = true;
      return keep(fields, 'year', readNumber(reader, count));
    case 'M':
      if (count <= 2) return keep(fields, 'month', readNumber(reader, count));
      return keep(fields, 'month', readName(reader, MONTHS, count, 1));
    case 'd':
      if (count <= 2) return keep(fields, 'day', readNumber(reader, count));
      return keep(fields, 'dayOfWeek', readName(reader, DAYS, count, 0));
    case 'h':
      fields.twelveHours = true;
      return keep(fields, 'hour', readNumber(reader, Math.min(count, 2)));
    case 'H':
      return keep(fields, 'hour', readNumber(reader, Math.min(count, 2)));
    case 'm':
      return keep(fields, 'minute', readNumber(reader, Math.min(count, 2)));
    case 's':
      return keep(fields, 'second', readNumber(reader, Math.min(count, 2)));
    case 'f':
    case 'F':
      return readFraction(reader, count, letter === 'F');
    case 't':
      return readTimeMark(reader, count);
    case 'g':
      return readWord(reader, ERA) || readWord(reader, SHORT_ERA);
    case 'z':
      return keepZone(fields, readOffset(reader, count));
    case 'K':
      if (take(reader, 'Z')) return keepZone(fields, UTC);
      return isSign(reader.text.charAt(reader.at)) ? keepZone(fields, readOffset(reader, 3)) : true;
    case 'Z':
      return keepZone(fields, readZoneName(reader) ? UTC : undefined);
    default:
      // The word GMT, the only field left.
      fields.zone = { offset: 0n, isUtcMark: fields.zone?.isUtcMark ?? false };
      return take(reader, 'GMT');
  }
}

type NumericField = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'dayOfWeek';

function keep(fields: Fields, name: NumericField, value: number | undefined): boolean {
  if (value === undefined) return false;
  if (fields[name] === undefined) fields[name] = value;
  return fields[name] === value;
}

function keepZone(fields: Fields, zone: Zone | undefined): boolean {
  if (zone === undefined) return false;
  if (fields.zone !== undefined && fields.zone.offset !== zone.offset) return false;
  fields.zone = { offset: zone.offset, isUtcMark: zone.isUtcMark || (fields.zone?.isUtcMark ?? false) };
  return true;
}

/** As many digits as the format has letters; a single letter takes one or two. */
function readNumber(reader: Reader, count: number): number | undefined {
  const digits = readDigits(reader, count === 1 ? 2 : count);
  return digits.length === count || (count === 1 && digits.length === 2) ? Number(digits) : undefined;
}

function readDigits(reader: Reader, most: number): string {
  const from = reader.at;
  while (reader.at - from < most && isDigit(reader.text.charAt(reader.at))) reader.at += 1;
  return reader.text.slice(from, reader.at);
}

function readName(reader: Reader, names: readonly string[], count: number, first: number): number | undefined {
  const abbreviated = count === 3;
  const index = nameAt(names, reader.text, reader.at, abbreviated);
  if (index < 0) return undefined;
  reader.at += abbreviated ? 3 : (names[index] ?? '').length;
  return index + first;
}

function readWord(reader: Reader, word: string): boolean {
  if (!startsWithWord(reader.text, reader.at, word)) return false;
  reader.at += word.length;
  return true;
}

function readFraction(reader: Reader, count: number, optional: boolean): boolean {
  const digits = readDigits(reader, count);
  if (digits.length < count && !optional) return false;
  const fraction = ticksOfFraction(digits);
  reader.fields.fraction ??= fraction;
  return reader.fields.fraction === fraction;
}

function readTimeMark(reader: Reader, count: number): boolean {
  const { text, fields } = reader;
  const mark = count === 1 ? text.charAt(reader.at) : text.slice(reader.at, reader.at + 2).toUpperCase();
  if (!['A', 'P', 'AM', 'PM'].includes(mark) || mark.length !== Math.min(count, 2)) return false;
  reader.at += mark.length;
  const afternoon = mark.startsWith('P');
  fields.afternoon ??= afternoon;
  return fields.afternoon === afternoon;
}

function isSign(character: string): boolean {
  return character === '+' || character === '-';
}

/** z: hours of one or two digits; zz: of two; zzz: hours and minutes, the colon between them optional. */
function readOffset(reader: Reader, count: number): Zone | undefined {
  const sign = reader.text.charAt(reader.at);
  if (!isSign(sign)) return undefined;
  reader.at += 1;
  const hours = readNumber(reader, count === 2 ? 2 : 1);
  if (hours === undefined) return undefined;
  if (count > 2) take(reader, ':');
  const minutes = count > 2 ? readNumber(reader, 2) : 0;
  if (minutes === undefined || minutes > 59) return undefined;
  const offset = BigInt(hours) * TICKS_PER_HOUR + BigInt(minutes) * TICKS_PER_MINUTE;
  return { offset: sign === '-' ? -offset : offset, isUtcMark: false };
}

function readZoneName(reader: Reader): boolean {
  return ['GMT', 'Z'].some((name) => {
    const next = reader.text.charAt(reader.at + name.length);
    return !isLetter(next) && readWord(reader, name);
  });
}

function momentOf(fields: Fields, styles: DateStyles, now: bigint): Moment | undefined {
  const hour = hourOf(fields);
  const day = dayOf(fields, styles, now);
  if (hour === undefined || day === undefined) return undefined;
  const whole = ticksOf(day.year, day.month, day.day, hour, fields.minute, fields.second);
  if (whole === undefined) return undefined;
  const ticks = whole + (fields.fraction ?? 0n);
  if (fields.dayOfWeek !== undefined && fields.dayOfWeek !== partsOf(ticks).dayOfWeek) return undefined;
  return placeInZone(ticks, fields.zone, styles);
}

/** With h and without AM or PM it is the morning; with H the mark must agree with the hour. */
function hourOf({ hour, afternoon, twelveHours }: Fields): number | undefined {
  if (twelveHours) {
    if (hour === undefined || hour > 12) return undefined;
    return (hour % 12) + (afternoon === true ? 12 : 0);
  }
  const agrees = afternoon === undefined || (afternoon ? (hour ?? -1) >= 12 : (hour ?? -1) < 12);
  return agrees ? (hour ?? 0) : undefined;
}

/** A missing month or day is the first, a missing year this one; nothing at all is today (or the first day of all). */
function dayOf({ year, month, day, shortYear }: Fields, styles: DateStyles, now: bigint): Day | undefined {
  if (year === undefined && month === undefined && day === undefined) {
    return styles.noCurrentDate ? { year: 1, month: 1, day: 1 } : partsOf(now);
  }
  if (shortYear && year !== undefined && year >= 100) return undefined;
  const written = shortYear && year !== undefined ? fullYear(year) : year;
  return { year: written ?? partsOf(now).year, month: month ?? 1, day: day ?? 1 };
}

/** A day of the calendar. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}
