// Sets of characters as .NET's classes define them, in UTF-16 units: `\w`, `\d`, `\s`, classes in brackets, and which
// characters are the same when case is ignored (invariant culture: those with the same simple lower case).
import { toLowerCase } from './letter-case.ts';
import { ALL_CATEGORIES, categoryMask, isOfCategory, namedBlock, type Range } from './regex-categories.ts';

/** Whatever is in one of `ranges`, `categories` or `parts`, or everything else when negated; less what `without` holds. */
export interface CharacterSet {
  /** Sorted, and not touching each other. */
  readonly ranges: readonly Range[];
  /** A mask of general categories. */
  readonly categories: number;
  readonly parts: readonly CharacterSet[];
  readonly negated: boolean;
  readonly without: CharacterSet | undefined;
}

const LAST = 0xffff;

export function setOf(ranges: readonly Range[], categories = 0): CharacterSet {
  return { ranges: merged(ranges), categories, parts: [], negated: false, without: undefined };
}

export function contains(set: CharacterSet, unit: number): boolean {
  const listed =
    inRanges(set.ranges, unit) ||
    (set.categories !== 0 && isOfCategory(unit, set.categories)) ||
    set.parts.some((part) => contains(part, unit));
  return listed !== set.negated && (set.without === undefined || !contains(set.without, unit));
}

function inRanges(ranges: readonly Range[], unit: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || unit < range[0]) high = middle - 1;
    else if (unit > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

export function complement(set: CharacterSet): CharacterSet {
  if (set.without !== undefined) return { ...setOf([]), parts: [set], negated: true };
  if (set.parts.length > 0 || set.negated) return { ...set, negated: !set.negated };
  if (set.ranges.length === 0) return setOf([], ALL_CATEGORIES & ~set.categories); // every unit has one category
  return set.categories === 0 ? setOf(inverted(set.ranges)) : { ...set, negated: true };
}

export function union(sets: readonly CharacterSet[]): CharacterSet {
  const [only] = sets;
  if (sets.length === 1 && only !== undefined) return only;
  const simple = sets.filter((set) => !set.negated && set.without === undefined);
  const joined = setOf(
    simple.flatMap((set) => set.ranges),
    simple.reduce((mask, set) => mask | set.categories, 0),
  );
  const parts = [...simple.flatMap((set) => set.parts), ...sets.filter((set) => !simple.includes(set))];
  return { ...joined, parts: [...new Set(parts)] };
}

export function difference(set: CharacterSet, without: CharacterSet): CharacterSet {
  return { ...setOf([]), parts: [set], without };
}

/** The only character of the set; undefined when there are several, or none. */
export function onlyMember(set: CharacterSet): number | undefined {
  const [range] = set.ranges;
  const isPlain = set.categories === 0 && set.parts.length === 0 && !set.negated && set.without === undefined;
  return isPlain && set.ranges.length === 1 && range !== undefined && range[0] === range[1] ? range[0] : undefined;
}

const single = (character: string): Range => [character.charCodeAt(0), character.charCodeAt(0)];

export const ANYTHING = setOf([[0, LAST]]);
export const NOT_NEWLINE = complement(setOf([single('\n')]));
export const DIGIT = setOf([], categoryMask('Nd'));
export const WHITE_SPACE = setOf(
  [
    [0x09, 0x0d],
    [0x85, 0x85],
  ],
  categoryMask('Z'),
);
export const NOT_WHITE_SPACE = complement(WHITE_SPACE);
export const WORD = setOf([], categoryMask('L', 'Mn', 'Nd', 'Pc'));
/** At `\b`, .NET counts the two joiners as word characters, though not in `\w`. */
export const BOUNDARY_WORD = union([WORD, setOf([[0x200c, 0x200d]])]);

const LETTERS_WITH_CASE = ['Lu', 'Ll', 'Lt'];

/** The set of `\p{name}`: a general category, or a block written `IsName`; undefined for names this version lacks. */
export function namedSet(name: string, ignoreCase: boolean): CharacterSet | undefined {
  // As .NET does: without regard to case, either of the three is all of them.
  const names = ignoreCase && LETTERS_WITH_CASE.includes(name) ? LETTERS_WITH_CASE : [name];
  const categories = categoryMask(...names);
  if (categories !== 0) return setOf([], categories);
  const block = name.startsWith('Is') ? namedBlock(name.slice(2)) : undefined;
  return block === undefined ? undefined : setOf([block]);
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const result: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((left, right) => left[0] - right[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** The gaps between sorted ranges. */
function inverted(ranges: readonly Range[]): readonly Range[] {
  const gaps: Range[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return gaps;
}

let sameLetters: ReadonlyMap<number, readonly number[]> | undefined;

/** Characters that have relatives when case is ignored, each with all of them (itself included). */
function caseTable(): ReadonlyMap<number, readonly number[]> {
  if (sameLetters !== undefined) return sameLetters;
  const byLower = new Map<string, number[]>();
  for (let unit = 0; unit <= LAST; unit += 1) {
    const character = String.fromCharCode(unit);
    // Without capital and small form: no relatives, and most of all characters.
    if (character.toLowerCase() === character && character.toUpperCase() === character) continue;
    const lower = toLowerCase(character);
    const relatives = byLower.get(lower);
    if (relatives === undefined) byLower.set(lower, [unit]);
    else relatives.push(unit);
  }
  const table = new Map<number, readonly number[]>();
  for (const relatives of byLower.values()) {
    if (relatives.length > 1) for (const unit of relatives) table.set(unit, relatives);
  }
  sameLetters = table;
  return table;
}

/** The ranges with every character's relatives. */
export function ignoringCase(ranges: readonly Range[]): readonly Range[] {
  const added: Range[] = [...ranges];
  const add = (relatives: readonly number[]) => {
    for (const relative of relatives) added.push([relative, relative]);
  };
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined && only[0] === only[1]) {
    add(caseTable().get(only[0]) ?? []);
    return merged(added);
  }
  const sorted = merged(ranges);
  for (const [unit, relatives] of caseTable()) if (inRanges(sorted, unit)) add(relatives);
  return merged(added);
}

export function isSameIgnoringCase(left: number, right: number): boolean {
  return left === right || (caseTable().get(left)?.includes(right) ?? false);
}
