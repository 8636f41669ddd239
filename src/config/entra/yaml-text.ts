// Texts as YAML values that read well: plain where YAML allows it, single-quoted around double quotes, and as a block where
// there are several lines. Reading them back gives the same text, whatever it holds.

/** Characters that are written as escapes: controls, changes of writing direction, line separators, unpaired surrogates. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u00a0\ufeff]/u;
const WORD = /^(?:true|false|null)$/i;

/** One value inside `{ … }`, on one line. */
export function flowText(text: string): string {
  return isPlain(text) && !/[,[\]{}]/.test(text) ? text : quotedYaml(text);
}

/** One value behind `key: `; texts of several lines go below it, indented by `indent`. */
export function blockText(text: string, indent: string): string {
  if (isPlain(text)) return text;
  return isBlock(text) ? `|-\n${text.replaceAll(/^(?=.)/gm, indent)}` : quotedYaml(text);
}

/** A text that must not be taken for a number or a word of YAML. */
export function quotedYaml(text: string): string {
  if (!text.includes('"') && !text.includes('\\') && !HIDDEN.test(text)) return `"${text}"`;
  if (!text.includes("'") && !HIDDEN.test(text)) return `'${text}'`;
  return JSON.stringify(text).replaceAll(/[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u007f-\u00a0\ufeff]/gu, escaped);
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

function isPlain(text: string): boolean {
  return /^[A-Za-z]/.test(text) && !/: |:$| #|\s$/.test(text) && !WORD.test(text) && !HIDDEN.test(text);
}

function isBlock(text: string): boolean {
  const lines = text.split('\n');
  return lines.length > 1 && lines.every((line) => !HIDDEN.test(line) && !/^\s|^$/.test(line));
}

/** A text as the rest of a comment line. */
export function commentText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
}
