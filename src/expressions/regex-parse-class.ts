// Escapes and bracket classes of .NET's patterns: everything that stands for one character.
import type { Range } from './regex-categories.ts';
import {
  type CharacterSet,
  complement,
  contains,
  DIGIT,
  difference,
  ignoringCase,
  NOT_WHITE_SPACE,
  namedSet,
  setOf,
  union,
  WHITE_SPACE,
  WORD,
} from './regex-characters.ts';
import { MAX_CLASS_DEPTH, PatternError } from './regex-syntax.ts';

/** The pattern and the place that is read next; shared by the functions that read it. */
export interface PatternReader {
  readonly text: string;
  position: number;
}

export function peek(reader: PatternReader, ahead = 0): string {
  return reader.text.charAt(reader.position + ahead);
}

/** True, and moved behind it, when the text stands here. */
export function take(reader: PatternReader, text: string): boolean {
  if (!reader.text.startsWith(text, reader.position)) return false;
  reader.position += text.length;
  return true;
}

export function isWordCharacter(character: string): boolean {
  return character !== '' && contains(WORD, character.charCodeAt(0));
}

export function characterSet(unit: number, ignoreCase: boolean): CharacterSet {
  const ranges: readonly Range[] = [[unit, unit]];
  return setOf(ignoreCase ? ignoringCase(ranges) : ranges);
}

/** The character that stands here as itself. */
export function readUnit(reader: PatternReader): number {
  const unit = reader.text.charCodeAt(reader.position);
  reader.position += 1;
  return unit;
}

const SHORTHANDS: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGIT],
  ['D', complement(DIGIT)],
  ['s', WHITE_SPACE],
  ['S', NOT_WHITE_SPACE],
  ['w', WORD],
  ['W', complement(WORD)],
]);

/** `\d`, `\W`, `\p{…}` and their like; undefined when something else stands behind the backslash. */
export function readShorthand(reader: PatternReader, ignoreCase: boolean): CharacterSet | undefined {
  const letter = peek(reader, 1);
  const known = SHORTHANDS.get(letter);
  if (known !== undefined) {
    reader.position += 2;
    return known;
  }
  if (letter !== 'p' && letter !== 'P') return undefined;
  const { position } = reader;
  const name = /^\{([\w-]*)\}/.exec(reader.text.slice(position + 2, position + 60))?.[1];
  if (name === undefined) throw new PatternError(`\\${letter} needs a name in braces, such as \\p{Lu}`, position);
  const set = namedSet(name, ignoreCase);
  if (set === undefined) {
    throw new PatternError(
      `\\${letter}{${name}} is not known; general categories (\\p{Lu}) and the usual blocks (\\p{IsGreek}) are`,
      position,
    );
  }
  reader.position += 2 + name.length + 2;
  return letter === 'p' ? set : complement(set);
}

const CONTROL = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);

/** The one character that an escape stands for; the reader is at the backslash. */
export function readEscape(reader: PatternReader): number {
  const { position } = reader;
  reader.position += 1;
  const letter = peek(reader);
  if (letter === '') throw new PatternError('a backslash at the end escapes nothing', position);
  const control = CONTROL.get(letter);
  if (control !== undefined) {
    reader.position += 1;
    return control;
  }
  if (letter === 'x') return readHexadecimal(reader, 2, position);
  if (letter === 'u') return readHexadecimal(reader, 4, position);
  if (letter === 'c') return readControl(reader, position);
  if (letter >= '0' && letter <= '7') return readOctal(reader);
  if (isWordCharacter(letter)) throw new PatternError(`\\${letter} is no escape sequence`, position);
  return readUnit(reader);
}

function readHexadecimal(reader: PatternReader, digits: number, position: number): number {
  const written = reader.text.slice(reader.position + 1, reader.position + 1 + digits);
  if (written.length < digits || !/^[0-9a-fA-F]+$/.test(written)) {
    throw new PatternError(`\\${peek(reader)} needs ${digits} hexadecimal digits`, position);
  }
  reader.position += 1 + digits;
  return Number.parseInt(written, 16);
}

function readControl(reader: PatternReader, position: number): number {
  const letter = peek(reader, 1).toUpperCase();
  if (!/^[@-_]$/.test(letter)) throw new PatternError('\\c needs a letter', position);
  reader.position += 2;
  return letter.charCodeAt(0) - 64;
}

function readOctal(reader: PatternReader): number {
  const digits = /^[0-7]{1,3}/.exec(reader.text.slice(reader.position, reader.position + 3))?.[0] ?? '';
  reader.position += digits.length;
  // .NET keeps eight bits.
  return Number.parseInt(digits, 8) % 256;
}

/** A class in brackets with ranges, shorthands and a subtraction (`[a-z-[aeiou]]`); the reader is at its `[`. */
export function readClass(reader: PatternReader, ignoreCase: boolean, depth = 0): CharacterSet {
  const opening = reader.position;
  if (depth > MAX_CLASS_DEPTH) throw new PatternError('the classes nest too deeply', opening);
  reader.position += 1;
  const negated = take(reader, '^');
  const ranges: Range[] = [];
  const sets: CharacterSet[] = [];
  let without: CharacterSet | undefined;
  for (let first = true; first || peek(reader) !== ']'; first = false) {
    refuseInClass(reader, opening);
    if (!first && peek(reader) === '-' && peek(reader, 1) === '[') {
      reader.position += 1;
      without = readClass(reader, ignoreCase, depth + 1);
      if (peek(reader) !== ']') {
        throw new PatternError('a subtraction must be the last part of a class', reader.position);
      }
      break;
    }
    const shorthand = peek(reader) === '\\' ? readShorthand(reader, ignoreCase) : undefined;
    if (shorthand === undefined) ranges.push(readRange(reader));
    else sets.push(shorthand);
  }
  reader.position += 1;
  const positive = union([setOf(ignoreCase ? ignoringCase(ranges) : ranges), ...sets]);
  const set = negated ? complement(positive) : positive;
  return without === undefined ? set : difference(set, without);
}

function refuseInClass(reader: PatternReader, opening: number): void {
  if (peek(reader) === '') throw new PatternError('the class has no closing ]', opening);
  if (/^\[:\w*:\]/.test(reader.text.slice(reader.position, reader.position + 20))) {
    throw new PatternError('classes such as [:alpha:] are not .NET; write \\p{L}', reader.position);
  }
}

/** A character, or two with a hyphen between them. A hyphen before `]` or before a subtraction is itself. */
function readRange(reader: PatternReader): Range {
  const { position } = reader;
  const from = readClassCharacter(reader);
  const isRange = peek(reader) === '-' && peek(reader, 1) !== ']' && peek(reader, 1) !== '[' && peek(reader, 1) !== '';
  if (!isRange) return [from, from];
  reader.position += 1;
  if (peek(reader) === '\\' && /[dDsSwWpP]/.test(peek(reader, 1))) {
    throw new PatternError('a range ends in a character, not in a class', reader.position);
  }
  const to = readClassCharacter(reader);
  if (from > to) throw new PatternError('the range is in reverse order', position);
  return [from, to];
}

function readClassCharacter(reader: PatternReader): number {
  if (peek(reader) !== '\\') return readUnit(reader);
  if (peek(reader, 1) !== 'b') return readEscape(reader);
  reader.position += 2; // a backspace, inside a class only
  return 0x08;
}
