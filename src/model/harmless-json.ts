// JSON may carry characters that a terminal acts on or that change the order of others: JSON.stringify escapes only those
// below U+0020. Whoever prints it to a stream that a person may look at replaces the others.

/** The same with DEL, C1 controls, line separators and changes of direction as `\u009b`: in JSON it means the same. */
export function harmlessJson(text: string): string {
  return text.replaceAll(/[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu, escaped);
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
