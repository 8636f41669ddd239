// The replacement table of NormalizeDiacritics: Latin letters lose their marks, ligatures and a few letters that do not
// decompose are spelled out (`ø` becomes oe, but `ö` becomes o). Letters outside the table (þ, ð, đ, ẞ) stay.

const SPELLED_OUT = new Map([
  ['\u00e6', 'ae'],
  ['\u00c6', 'AE'],
  ['\u00f8', 'oe'],
  ['\u00d8', 'OE'],
  ['\u0153', 'oe'],
  ['\u0152', 'OE'],
  ['\u00df', 'ss'],
  ['\u0142', 'l'],
  ['\u0141', 'L'],
  ['\u0131', 'i'],
]);

// Only the blocks of generic combining marks: the vowel signs and voicing marks of other scripts are letters' substance.
const COMBINING_MARKS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
const SPELLED_OUT_LETTERS = /[\u00e6\u00c6\u00f8\u00d8\u0153\u0152\u00df\u0142\u0141\u0131]/g;

export function normalizeDiacritics(text: string): string {
  return text
    .normalize('NFD')
    .replace(COMBINING_MARKS, '')
    .replace(SPELLED_OUT_LETTERS, (letter) => SPELLED_OUT.get(letter) ?? letter)
    .normalize('NFC');
}
