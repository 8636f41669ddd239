// What a pattern is compiled to (regex-compile.ts) and run as (regex-machine.ts): numbers in a row, each instruction
// followed by its operands. `step` is 1 where the text is read to the right and -1 in a lookbehind, which reads to the left.
import { BOUNDARY_WORD, type CharacterSet, contains } from './regex-characters.ts';
import type { PatternStart } from './regex-start.ts';
import type { Assertion } from './regex-syntax.ts';

/** The match is complete. */
export const MATCH = 0;
/** unit, step: one character. */
export const UNIT = 1;
/** set, step: one of a set. */
export const SET = 2;
/** text, step: several characters in a row. */
export const TEXT = 3;
/** set, min, max, step: as many of a set as there are, fewer if that fails. A maximum of -1 is none. */
export const GREEDY = 4;
/** set, min, max, step: as few of a set as will do. */
export const LAZY = 5;
/** address: goes on, and at this address if that fails. */
export const SPLIT = 6;
/** address */
export const JUMP = 7;
/** register: notes the place in the text. */
export const MARK = 8;
/** slot, register: the group captures from the mark to here. */
export const CAPTURE = 9;
/** slot or -1, released slot, register: as CAPTURE, and takes the other group's last capture back; fails without one. */
export const BALANCE = 10;
/** register: sets a counter to 0. */
export const ZERO = 11;
/** counter, mark, min, max, address, lazy: the end of a repeated part that begins at the address. */
export const REPEAT = 12;
/** register: notes how many alternatives are open, and in the next register the place. */
export const ENTER = 13;
/** register: forgets the alternatives that came up since. */
export const CUT = 14;
/** register: as CUT, and goes back to the noted place. */
export const RETURN = 15;
/** register: as CUT, and fails. */
export const REFUSE = 16;
/** assertion */
export const ASSERT = 17;
/** slot, step, whether case is ignored: what the group captured, once more. */
export const BACKREFERENCE = 18;
/** slot, address: goes on at the address when the group captured nothing. */
export const UNLESS = 19;

/** The place in this list is the operand of ASSERT. */
export const ASSERTIONS: readonly Assertion[] = [
  'start',
  'end',
  'endOrNewline',
  'lineStart',
  'lineEnd',
  'boundary',
  'notBoundary',
  'contiguous',
];

/** A set with a table of its first characters. */
export interface SetTable {
  readonly set: CharacterSet;
  readonly ascii: Uint8Array;
}

export interface Program {
  readonly code: Int32Array;
  readonly sets: readonly SetTable[];
  readonly texts: readonly string[];
  /** Groups, the whole match included: as many registers, the first ones, hold their last captures. */
  readonly slots: number;
  readonly registers: number;
  readonly start: PatternStart;
  /** Of what a match begins with, where that is known. */
  readonly first: SetTable | undefined;
}

const ASCII = 128;

export function setTable(set: CharacterSet): SetTable {
  return { set, ascii: Uint8Array.from({ length: ASCII }, (_, unit) => (contains(set, unit) ? 1 : 0)) };
}

/** False for NaN, which is the character beyond either end of the text. */
export function isMember(table: SetTable, unit: number): boolean {
  if (unit < ASCII) return table.ascii[unit] === 1;
  return unit >= ASCII && contains(table.set, unit);
}

/** Word characters as `\b` knows them. */
export const BOUNDARY_WORD_TABLE = setTable(BOUNDARY_WORD);
