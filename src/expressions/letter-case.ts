// .NET's letter case: simple, one character to one (`ß` stays `ß` in capitals, no final sigma), which JavaScript's
// own functions do not do; and the rules of TextInfo.ToTitleCase that PCase builds on.

export type Culture = string | undefined;

/** Without a culture: .NET's invariant culture, in which the Turkish dotted I has no lower case. */
export function toLowerCase(text: string, culture?: Culture): string {
  return mapSimply(text, (character) => {
    return culture === undefined ? character.toLowerCase() : character.toLocaleLowerCase(culture);
  });
}

/** Without a culture: .NET's invariant culture, in which the Turkish dotless i has no upper case. */
export function toUpperCase(text: string, culture?: Culture): string {
  return mapSimply(text, (character) => {
    if (culture !== undefined) return character.toLocaleUpperCase(culture);
    return character === '\u0131' ? character : character.toUpperCase();
  });
}

/** A mapping that changes the number of UTF-16 units is not a simple one: the character stays as it is. */
function mapSimply(text: string, map: (character: string) => string): string {
  let mapped = '';
  for (const character of text) {
    const other = map(character);
    mapped += other.length === character.length ? other : character;
  }
  return mapped;
}

/** True for a well-formed culture name such as `tr-TR`. */
export function isCulture(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false; // the only way to learn that a tag is malformed
  }
}

const SEPARATOR = /^[\p{Z}\p{Cc}\p{Cf}\p{P}\p{S}]$/u;
const LETTER = /^\p{L}$/u;
const TITLE_LETTERS = new Map([
  ['\u01c6', '\u01c5'],
  ['\u01c9', '\u01c8'],
  ['\u01cc', '\u01cb'],
  ['\u01f3', '\u01f2'],
]);

/**
 * ToTitleCase of the lower-cased text. A word starts at a letter after a separator or leading digits; an ASCII
 * apostrophe inside a word does not end it (`O'neil`), a typographic one does (`L’Été`).
 */
export function toTitleCase(text: string): string {
  let titled = '';
  let insideWord = false;
  for (const character of toLowerCase(text)) {
    if (insideWord) {
      titled += character;
      insideWord = character === "'" || !SEPARATOR.test(character);
    } else {
      insideWord = LETTER.test(character);
      titled += insideWord ? (TITLE_LETTERS.get(character) ?? toUpperCase(character)) : character;
    }
  }
  return titled;
}

/** The first character of each word upper, the rest lower; only the given characters end a word. */
export function toTitleCaseBetween(text: string, separators: string): string {
  const ends = new Set(separators);
  let titled = '';
  let insideWord = false;
  for (const character of toLowerCase(text)) {
    titled += insideWord ? character : toUpperCase(character);
    insideWord = !ends.has(character);
  }
  return titled;
}
