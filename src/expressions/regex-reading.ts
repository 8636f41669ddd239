// What single instructions of a program ask of the text.
import { isSameIgnoringCase } from './regex-characters.ts';
import { BOUNDARY_WORD_TABLE, isMember, type SetTable } from './regex-program.ts';
import type { Assertion } from './regex-syntax.ts';

/** Where the characters of the set end that begin here; at most so many, -1 for any number. */
export function endOfRun(table: SetTable, text: string, from: number, step: number, most: number): number {
  let place = from;
  if (step > 0) {
    const limit = most < 0 ? text.length : Math.min(text.length, from + most);
    while (place < limit && isMember(table, text.charCodeAt(place))) place += 1;
  } else {
    const limit = most < 0 ? 0 : Math.max(0, from - most);
    while (place > limit && isMember(table, text.charCodeAt(place - 1))) place -= 1;
  }
  return place;
}

/** Whether a part of the text stands at another place as well. */
export function isRepeated(text: string, from: number, length: number, place: number, ignoreCase: boolean): boolean {
  if (place < 0 || place + length > text.length) return false;
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [text.charCodeAt(from + index), text.charCodeAt(place + index)];
    if (left !== right && !(ignoreCase && isSameIgnoringCase(left, right))) return false;
  }
  return true;
}

export function holds(assertion: Assertion, text: string, place: number, previousEnd: number): boolean {
  switch (assertion) {
    case 'start':
      return place === 0;
    case 'end':
      return place === text.length;
    case 'endOrNewline':
      return place === text.length || (place === text.length - 1 && text.endsWith('\n'));
    case 'lineStart':
      return place === 0 || text.charAt(place - 1) === '\n';
    case 'lineEnd':
      return place === text.length || text.charAt(place) === '\n';
    case 'boundary':
      return isBoundary(text, place);
    case 'notBoundary':
      return !isBoundary(text, place);
    case 'contiguous':
      return place === previousEnd;
  }
}

function isBoundary(text: string, place: number): boolean {
  const before = isMember(BOUNDARY_WORD_TABLE, text.charCodeAt(place - 1));
  return before !== isMember(BOUNDARY_WORD_TABLE, text.charCodeAt(place));
}
