// Cuts an expression into tokens. Entra's expression language as published on "Reference for writing expressions for
// attribute mappings": a backslash escapes only `"` and `\`, attribute names may hold nested brackets with quoted text.
import type { ExpressionError } from './errors.ts';

export type ComparisonOperator = '=' | '<>' | '>' | '>=' | '<' | '<=';

export type Token =
  | { readonly kind: 'name' | 'attribute' | 'text' | 'parameter'; readonly value: string; readonly position: number }
  | { readonly kind: 'number'; readonly value: number | bigint; readonly position: number }
  | { readonly kind: 'comparison'; readonly operator: ComparisonOperator; readonly position: number }
  | { readonly kind: '(' | ')' | ',' | 'end'; readonly position: number };

type Lexed = { readonly token: Token; readonly end: number } | { readonly error: ExpressionError };

/** All tokens, the last one of kind 'end', or the first place that is no token. */
export function tokenize(text: string): { ok: true; tokens: readonly Token[] } | { ok: false; error: ExpressionError } {
  const tokens: Token[] = [];
  let position = skipWhiteSpace(text, 0);
  while (position < text.length) {
    const lexed = lexToken(text, position);
    if ('error' in lexed) return { ok: false, error: lexed.error };
    tokens.push(lexed.token);
    position = skipWhiteSpace(text, lexed.end);
  }
  tokens.push({ kind: 'end', position: text.length });
  return { ok: true, tokens };
}

// The no-break space comes in when an expression is pasted from a web page.
const WHITE_SPACE = new Set([' ', '\t', '\r', '\n', '\u00a0']);

function skipWhiteSpace(text: string, from: number): number {
  let position = from;
  while (WHITE_SPACE.has(text.charAt(position))) position += 1;
  return position;
}

function lexToken(text: string, position: number): Lexed {
  const character = text.charAt(position);
  if (character === '(' || character === ')' || character === ',') {
    return { token: { kind: character, position }, end: position + 1 };
  }
  if (character === '"') return lexText(text, position);
  if (character === '[') return lexAttribute(text, position);
  if (character === '%') return lexParameter(text, position);
  if (isLetter(character)) return lexName(text, position);
  if (isDigit(character) || (character === '-' && isDigit(text.charAt(position + 1)))) return lexNumber(text, position);
  if (character === '&' && text.charAt(position + 1).toLowerCase() === 'h') return lexHex(text, position);
  if (character === '=' || character === '<' || character === '>') return lexComparison(text, position);
  return { error: { kind: 'parse', message: strangerMessage(text, position), position } };
}

function lexText(text: string, position: number): Lexed {
  let value = '';
  for (let index = position + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') return { token: { kind: 'text', value, position }, end: index + 1 };
    const next = text.charAt(index + 1);
    if (character === '\\' && (next === '"' || next === '\\')) {
      value += next;
      index += 1;
    } else {
      value += character;
    }
  }
  return parseFault('This text has no closing double quote (a quote after a backslash does not close it)', position);
}

function lexAttribute(text: string, position: number): Lexed {
  let depth = 0;
  let quoted = false;
  for (let index = position; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quoted && character === '\\') index += 1;
    else if (depth > 1 && character === '"') quoted = !quoted;
    else if (!quoted && character === '[') depth += 1;
    else if (!quoted && character === ']') depth -= 1;
    if (depth > 0) continue;
    const value = text.slice(position + 1, index);
    if (value.trim() === '') return parseFault('The attribute name between [ and ] is empty', position);
    return { token: { kind: 'attribute', value, position }, end: index + 1 };
  }
  return parseFault('This attribute reference has no closing ]', position);
}

function lexParameter(text: string, position: number): Lexed {
  let end = position + 1;
  while (isNamePart(text.charAt(end)) || text.charAt(end) === '-' || text.charAt(end) === '.') end += 1;
  if (text.charAt(end) !== '%' || end === position + 1) return parseFault('A parameter is written %name%', position);
  return { token: { kind: 'parameter', value: text.slice(position + 1, end), position }, end: end + 1 };
}

function lexName(text: string, position: number): Lexed {
  let end = position + 1;
  while (isNamePart(text.charAt(end))) end += 1;
  return { token: { kind: 'name', value: text.slice(position, end), position }, end };
}

function lexNumber(text: string, position: number): Lexed {
  let end = skipDigits(text, position + 1);
  const decimal = text.charAt(end) === '.';
  if (decimal) end = skipDigits(text, end + 1);
  if (text.charAt(end - 1) === '.' || text.charAt(end) === '.' || isNamePart(text.charAt(end))) {
    return parseFault('This is not a number; write digits, at most one point between them', position);
  }
  const digits = text.slice(position, end);
  return { token: { kind: 'number', value: decimal ? Number(digits) : BigInt(digits), position }, end };
}

function lexHex(text: string, position: number): Lexed {
  let end = position + 2;
  while (isNamePart(text.charAt(end))) end += 1;
  const digits = text.slice(position + 2, end);
  if (!/^[0-9a-f]+$/i.test(digits)) {
    return parseFault('A hexadecimal number is &H followed by digits 0-9 and letters A-F', position);
  }
  return { token: { kind: 'number', value: BigInt(`0x${digits}`), position }, end };
}

const COMPARISONS: readonly ComparisonOperator[] = ['<>', '>=', '<=', '=', '>', '<'];

function lexComparison(text: string, position: number): Lexed {
  const operator = COMPARISONS.find((candidate) => text.startsWith(candidate, position)) ?? '=';
  return { token: { kind: 'comparison', operator, position }, end: position + operator.length };
}

function parseFault(message: string, position: number): Lexed {
  return { error: { kind: 'parse', message: `${message}.`, position } };
}

function strangerMessage(text: string, position: number): string {
  const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
  const said = `${JSON.stringify(character)} is not part of the expression language`;
  if ("'\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb".includes(character)) {
    return `${said}: put text between straight double quotes (").`;
  }
  if (character === '&' || character === '|') {
    return `${said}: nest IIF for AND and OR, use Join or Append to put texts together.`;
  }
  if ('+-*/'.includes(character)) return `${said}: there is no arithmetic; use Join or Append to put texts together.`;
  if (character === '!') return `${said}: use <> or Not(...).`;
  if (character === ']') return `${said} here: no [ opens it.`;
  return `${said} here.`;
}

function skipDigits(text: string, from: number): number {
  let position = from;
  while (isDigit(text.charAt(position))) position += 1;
  return position;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isLetter(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character === '_';
}

function isNamePart(character: string): boolean {
  return isLetter(character) || isDigit(character);
}
