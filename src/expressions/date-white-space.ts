// What .NET takes for white space and for letters, which is not quite what JavaScript does.

/** char.IsWhiteSpace: the no-break space and U+0085 are, U+FEFF is not. */
function isWhite(character: string): boolean {
  return character !== '\ufeff' && /^[\s\u0085]$/.test(character);
}

export function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

/** The position of the first character that is no white space. */
export function skipWhite(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWhite(text.charAt(at))) at += 1;
  return at;
}

export function trimEndWhite(text: string): string {
  let end = text.length;
  while (end > 0 && isWhite(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
