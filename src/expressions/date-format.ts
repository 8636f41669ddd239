// .NET date formats cut into parts, for writing and for exact reading. One letter alone is a standard format of the
// invariant culture; everything else is a custom one ("Custom date and time format strings" of the .NET documentation).
import type { Coerced } from './coerce.ts';

/**
 * A run of one format letter, or text that stands for itself. When reading, `Z` and the word `GMT` are fields too, and
 * an unquoted `.` or blank is told apart because it may be missing.
 */
export type FormatPart =
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }
  | { readonly kind: 'literal'; readonly text: string; readonly quoted: boolean };

export type FormatUse = 'read' | 'write';

const SHORT_DATE = 'MM/dd/yyyy';
const LONG_DATE = 'dddd, dd MMMM yyyy';

const STANDARD: ReadonlyMap<string, string> = new Map([
  ['d', SHORT_DATE],
  ['D', LONG_DATE],
  ['f', `${LONG_DATE} HH:mm`],
  ['F', `${LONG_DATE} HH:mm:ss`],
  ['g', `${SHORT_DATE} HH:mm`],
  ['G', `${SHORT_DATE} HH:mm:ss`],
  ['m', 'MMMM dd'],
  ['M', 'MMMM dd'],
  ['o', "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK"],
  ['O', "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK"],
  ['r', "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'"],
  ['R', "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'"],
  ['s', "yyyy'-'MM'-'dd'T'HH':'mm':'ss"],
  ['t', 'HH:mm'],
  ['T', 'HH:mm:ss'],
  ['u', "yyyy'-'MM'-'dd HH':'mm':'ss'Z'"],
  ['U', `${LONG_DATE} HH:mm:ss`],
  ['y', 'yyyy MMMM'],
  ['Y', 'yyyy MMMM'],
]);

/** The custom format a standard one stands for; a custom one as it is; undefined for a letter without meaning. */
export function expandFormat(format: string): string | undefined {
  return format.length === 1 ? STANDARD.get(format) : format;
}

const MAX_FORMAT_LENGTH = 1000;

/** What is wrong with a format, as the end of a sentence; undefined when it can be used. */
export function formatFault(format: string, use: FormatUse): string | undefined {
  // Writing with an empty format is the general one; nothing can be read with it.
  if (format.length > MAX_FORMAT_LENGTH) return `must not have more than ${MAX_FORMAT_LENGTH} characters`;
  if (format === '') return use === 'read' ? 'must not be empty' : undefined;
  const custom = expandFormat(format);
  if (custom === undefined) return 'is one letter that is no standard format; write % before it to have it alone';
  const parts = formatParts(custom, use);
  return parts.ok ? undefined : parts.message;
}

const FIELDS = { read: new Set('dfFghHKmMstyzZ'), write: new Set('dfFghHKmMstyz') };
// These are never repeated: KK is two of them.
const SINGLE = new Set('KZ');
const MOST_FRACTION_DIGITS = 7;

/** The parts of a custom format. */
export function formatParts(format: string, use: FormatUse): Coerced<readonly FormatPart[]> {
  const parts: FormatPart[] = [];
  let at = 0;
  while (at < format.length) {
    const letter = format.charAt(at);
    if (letter === '"' || letter === "'") {
      const quoted = quotedText(format, at);
      if (quoted === undefined) return fault(`has no closing ${letter}`);
      parts.push({ kind: 'literal', text: quoted.text, quoted: true });
      at = quoted.end;
    } else if (letter === '\\') {
      if (at + 1 === format.length) return fault('ends with a backslash');
      parts.push({ kind: 'literal', text: format.charAt(at + 1), quoted: true });
      at += 2;
    } else if (letter === '%') {
      const next = format.charAt(at + 1);
      const cannotStand = use === 'write' ? '%"\'\\' : '%';
      if (next === '' || cannotStand.includes(next)) return fault('has a % without a letter behind it');
      // Writing takes the one letter behind it; reading goes on as if it were not there.
      const isField = use === 'write' && FIELDS.write.has(next);
      if (isField) parts.push({ kind: 'field', letter: next, count: 1 });
      at += isField ? 2 : 1;
    } else if (FIELDS[use].has(letter)) {
      const count = SINGLE.has(letter) ? 1 : runLength(format, at);
      if ((letter === 'f' || letter === 'F') && count > MOST_FRACTION_DIGITS) {
        return fault(`has more than ${MOST_FRACTION_DIGITS} digits of a second`);
      }
      parts.push({ kind: 'field', letter, count });
      at += count;
    } else if (use === 'read' && format.slice(at, at + 3).toUpperCase() === 'GMT') {
      parts.push({ kind: 'field', letter: 'GMT', count: 1 });
      at += 3;
    } else {
      parts.push({ kind: 'literal', text: letter, quoted: false });
      at += 1;
    }
  }
  return { ok: true, value: parts };
}

function fault(message: string): Coerced<never> {
  return { ok: false, message };
}

function runLength(format: string, from: number): number {
  let end = from + 1;
  while (format.charAt(end) === format.charAt(from)) end += 1;
  return end - from;
}

/** Text between quotes; a backslash inside takes the next character as it is. */
function quotedText(format: string, from: number): { readonly text: string; readonly end: number } | undefined {
  const quote = format.charAt(from);
  let text = '';
  for (let at = from + 1; at < format.length; at += 1) {
    const character = format.charAt(at);
    if (character === quote) return { text, end: at + 1 };
    if (character === '\\') at += 1;
    text += format.charAt(at);
  }
  return undefined;
}
