// What `\p{…}` and `\w`, `\d`, `\s` are made of: the general category of every UTF-16 unit, and .NET's named blocks. .NET
// matches UTF-16 units: either half of a surrogate pair is a character by itself, of the category Cs.

/** Both ends belong to it. */
export type Range = readonly [from: number, to: number];

// The order gives each category its bit in a mask.
const CATEGORIES = 'Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn'.split(
  ' ',
);
const SURROGATE = CATEGORIES.indexOf('Cs');

const PAGE = 256;
const pages: (Uint8Array | undefined)[] = [];

/** The categories of a page of units, by their places in the list above; made when the page is first asked for. */
function pageOf(unit: number): Uint8Array {
  const number = Math.trunc(unit / PAGE);
  const known = pages[number];
  if (known !== undefined) return known;
  const made = new Uint8Array(PAGE).fill(SURROGATE);
  const first = number * PAGE;
  // Next to each other, halves of surrogate pairs would be read as other characters; all of them are of one category.
  if (first < 0xd800 || first > 0xdfff) {
    const units = Array.from({ length: PAGE }, (_, index) => String.fromCharCode(first + index)).join('');
    for (const [category, name] of CATEGORIES.entries()) {
      for (const { index, 0: run } of units.matchAll(new RegExp(`\\p{gc=${name}}+`, 'gu'))) {
        made.fill(category, index, index + run.length);
      }
    }
  }
  pages[number] = made;
  return made;
}

/** True when the unit's category is one of the mask's. */
export function isOfCategory(unit: number, mask: number): boolean {
  return ((mask >>> (pageOf(unit)[unit % PAGE] ?? SURROGATE)) & 1) === 1;
}

/** All categories whose name begins so: one for `Lu`, five for `L`, none for names that do not exist. */
export function categoryMask(...names: readonly string[]): number {
  let mask = 0;
  for (const [bit, category] of CATEGORIES.entries()) {
    if (names.some((name) => name === category || name === category.charAt(0))) mask |= 1 << bit;
  }
  return mask;
}

/** Every category there is. */
export const ALL_CATEGORIES = (1 << CATEGORIES.length) - 1;

// .NET's "Supported named blocks": those of the scripts that people's names are written in, punctuation and symbols.
const BLOCKS: ReadonlyMap<string, Range> = new Map<string, Range>([
  ['BasicLatin', [0x0000, 0x007f]],
  ['Latin-1Supplement', [0x0080, 0x00ff]],
  ['LatinExtended-A', [0x0100, 0x017f]],
  ['LatinExtended-B', [0x0180, 0x024f]],
  ['IPAExtensions', [0x0250, 0x02af]],
  ['SpacingModifierLetters', [0x02b0, 0x02ff]],
  ['CombiningDiacriticalMarks', [0x0300, 0x036f]],
  ['Greek', [0x0370, 0x03ff]],
  ['GreekandCoptic', [0x0370, 0x03ff]],
  ['Cyrillic', [0x0400, 0x04ff]],
  ['CyrillicSupplement', [0x0500, 0x052f]],
  ['Armenian', [0x0530, 0x058f]],
  ['Hebrew', [0x0590, 0x05ff]],
  ['Arabic', [0x0600, 0x06ff]],
  ['Devanagari', [0x0900, 0x097f]],
  ['Bengali', [0x0980, 0x09ff]],
  ['Tamil', [0x0b80, 0x0bff]],
  ['Thai', [0x0e00, 0x0e7f]],
  ['Georgian', [0x10a0, 0x10ff]],
  ['HangulJamo', [0x1100, 0x11ff]],
  ['LatinExtendedAdditional', [0x1e00, 0x1eff]],
  ['GreekExtended', [0x1f00, 0x1fff]],
  ['GeneralPunctuation', [0x2000, 0x206f]],
  ['SuperscriptsandSubscripts', [0x2070, 0x209f]],
  ['CurrencySymbols', [0x20a0, 0x20cf]],
  ['LetterlikeSymbols', [0x2100, 0x214f]],
  ['Arrows', [0x2190, 0x21ff]],
  ['MathematicalOperators', [0x2200, 0x22ff]],
  ['MiscellaneousSymbols', [0x2600, 0x26ff]],
  ['Dingbats', [0x2700, 0x27bf]],
  ['CJKSymbolsandPunctuation', [0x3000, 0x303f]],
  ['Hiragana', [0x3040, 0x309f]],
  ['Katakana', [0x30a0, 0x30ff]],
  ['CJKUnifiedIdeographsExtensionA', [0x3400, 0x4dbf]],
  ['CJKUnifiedIdeographs', [0x4e00, 0x9fff]],
  ['HangulSyllables', [0xac00, 0xd7af]],
  ['HighSurrogates', [0xd800, 0xdb7f]],
  ['HighPrivateUseSurrogates', [0xdb80, 0xdbff]],
  ['LowSurrogates', [0xdc00, 0xdfff]],
  ['PrivateUse', [0xe000, 0xf8ff]],
  ['PrivateUseArea', [0xe000, 0xf8ff]],
  ['CJKCompatibilityIdeographs', [0xf900, 0xfaff]],
  ['CombiningHalfMarks', [0xfe20, 0xfe2f]],
  ['HalfwidthandFullwidthForms', [0xff00, 0xffef]],
  ['Specials', [0xfff0, 0xffff]],
]);

/** The block of `\p{IsGreek}`, by its name without `Is`. */
export function namedBlock(name: string): Range | undefined {
  return BLOCKS.get(name);
}
