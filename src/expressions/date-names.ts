// Words of .NET's invariant culture for dates: English names of months and days, AM and PM, the era.

export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const DAYS: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export const ERA = 'A.D.';
export const SHORT_ERA = 'AD';

/** Index of the name a text starts with at a position, case aside, full or cut to three letters; -1 for none. */
export function nameAt(names: readonly string[], text: string, position: number, abbreviated: boolean): number {
  return names.findIndex((name) => startsWithWord(text, position, abbreviated ? name.slice(0, 3) : name));
}

/** True when the text has the word at the position, ASCII case aside. */
export function startsWithWord(text: string, position: number, word: string): boolean {
  return text.slice(position, position + word.length).toLowerCase() === word.toLowerCase();
}

/** The window of two-digit years, as in .NET 8 and later: 00-49 are 2000-2049, 50-99 are 1950-1999. */
export function fullYear(year: number): number {
  if (year >= 100) return year;
  return year <= 49 ? 2000 + year : 1900 + year;
}
