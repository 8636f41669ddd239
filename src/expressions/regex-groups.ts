// Names and numbers of groups. .NET numbers unnamed groups first, from left to right, then the named ones; a name or
// number that is used again is the same group.
import { isWordCharacter, type PatternReader, peek } from './regex-parse-class.ts';
import { PatternError, type RegexGroup } from './regex-syntax.ts';

/** A capturing parenthesis as written: a name, a number in digits, or undefined for neither. */
export type WrittenName = string | undefined;

const LARGEST_NUMBER = 999;

/** Which group every parenthesis and every name stands for. */
export interface GroupTable {
  readonly groups: readonly RegexGroup[];
  /** Slots of the capturing parentheses, in their order. */
  readonly ofParenthesis: readonly number[];
  /** The slot of a name, or of a number in digits. */
  slotOf(name: string): number | undefined;
}

/** The names in `(?<name>`, `(?<name-other>` or `(?<-other>`; the reader stands behind the opening mark. */
export function readGroupNames(
  reader: PatternReader,
  end: string,
  position: number,
): { readonly name: string; readonly releases: string | undefined } {
  const name = readName(reader, position);
  let releases: string | undefined;
  if (peek(reader) === '-') {
    reader.position += 1;
    releases = readName(reader, position);
  }
  if ((name === '' && releases === undefined) || releases === '' || peek(reader) !== end) {
    throw new PatternError(`the name of a group is letters and digits, and ends with ${end}`, position);
  }
  reader.position += 1;
  return { name, releases };
}

/** Empty when no name stands here. */
function readName(reader: PatternReader, position: number): string {
  const start = reader.position;
  while (isWordCharacter(peek(reader))) reader.position += 1;
  const name = reader.text.slice(start, reader.position);
  if (/^[0-9]/.test(name) && (!/^[1-9][0-9]*$/.test(name) || Number(name) > LARGEST_NUMBER)) {
    throw new PatternError(
      `a group's number is between 1 and ${LARGEST_NUMBER}, its name begins with a letter`,
      position,
    );
  }
  return name;
}

const isNumber = (name: string) => /^[0-9]+$/.test(name);

export function groupTable(written: readonly WrittenName[]): GroupTable {
  const numbers = new Set([0]);
  let next = 1;
  const ofParenthesis = written.map((name) => {
    if (name !== undefined && !isNumber(name)) return name;
    const number = name === undefined ? next++ : Number(name);
    numbers.add(number);
    return number;
  });
  const byName = new Map<string, number>();
  for (const name of ofParenthesis) {
    if (typeof name === 'number' || byName.has(name)) continue;
    while (numbers.has(next)) next += 1;
    numbers.add(next);
    byName.set(name, next);
  }
  const names = new Map([...byName].map(([name, number]) => [number, name]));
  const groups = [...numbers].toSorted((a, b) => a - b).map((number) => ({ number, name: names.get(number) }));
  const slots = new Map(groups.map(({ number }, slot) => [number, slot]));
  const slotOf = (name: string) => slots.get(isNumber(name) ? Number(name) : (byName.get(name) ?? -1));
  return { groups, ofParenthesis: ofParenthesis.map((name) => slotOf(String(name)) ?? 0), slotOf };
}
