// Filters of RFC 7644 section 3.4.2.2, parsed. The value path is widened by the spelling of attribute mappings:
// `emails[type eq "work"].value co "@partner"`. Evaluating is filter-evaluate.ts.
import { parsePath, type ScimPath } from './path.ts';

export type ComparisonOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** A parsed filter. */
export type ScimFilter =
  | { readonly type: 'and' | 'or'; readonly left: ScimFilter; readonly right: ScimFilter }
  | { readonly type: 'not'; readonly filter: ScimFilter }
  | { readonly type: 'present'; readonly path: ScimPath }
  | {
      readonly type: 'compare';
      readonly path: ScimPath;
      readonly operator: ComparisonOperator;
      readonly value: string | number | boolean | null;
    }
  /** True when one element of a multi-valued attribute fulfils `filter`, whose paths count from the element. */
  | { readonly type: 'element'; readonly path: ScimPath; readonly filter: ScimFilter };

/** What `parseFilter` answers; `position` counts characters from 0. */
export type ParsedFilter =
  | { readonly ok: true; readonly filter: ScimFilter }
  | { readonly ok: false; readonly message: string; readonly position: number };

type TokenType = '(' | ')' | '[' | ']' | 'word' | 'string' | 'end';

interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly position: number;
}

const OPERATORS: ReadonlySet<string> = new Set<ComparisonOperator>([
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'ge',
  'lt',
  'le',
]);
/** Operators that need a text, and those that a boolean has no order for (RFC 7644: invalidFilter). */
const OF_TEXTS: ReadonlySet<string> = new Set(['co', 'sw', 'ew']);
const OF_ORDER: ReadonlySet<string> = new Set(['gt', 'ge', 'lt', 'le']);
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;
/** Nested deeper than this nothing is written by people. */
const DEEPEST = 50;

class FilterFault extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Reads a filter; the message of a refusal says what is expected where. */
export function parseFilter(text: string): ParsedFilter {
  try {
    const parser = new Parser(tokensOf(text));
    const filter = parser.parseOr(0);
    parser.take('end', 'The filter goes on where it should end; are "and" or "or", or quotes missing?');
    return { ok: true, filter };
  } catch (error) {
    if (error instanceof FilterFault) return { ok: false, message: error.message, position: error.position };
    throw error;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let from = 0; from < end; from = TOKEN.lastIndex) {
    TOKEN.lastIndex = from;
    const match = TOKEN.exec(text);
    const [whole, bracket, string, word] = match ?? [];
    if (whole === undefined)
      throw new FilterFault('The text in quotes does not end.', from + leadingBlanks(text, from));
    const found = bracket ?? string ?? word ?? '';
    const type = bracket === undefined ? (string === undefined ? 'word' : 'string') : (bracket as TokenType);
    tokens.push({ type, text: found, position: from + whole.length - found.length });
  }
  tokens.push({ type: 'end', text: '', position: end });
  return tokens;
}

function leadingBlanks(text: string, from: number): number {
  return text.slice(from).length - text.slice(from).trimStart().length;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parseOr(depth: number): ScimFilter {
    let left = this.#parseAnd(depth);
    while (this.#isWord('or')) {
      this.#advance();
      left = { type: 'or', left, right: this.#parseAnd(depth) };
    }
    return left;
  }

  /** Takes a token of this type, or says what was expected. */
  take(type: TokenType, expected: string): Token {
    const token = this.#peek();
    if (token.type !== type) throw new FilterFault(expected, token.position);
    return this.#advance();
  }

  #parseAnd(depth: number): ScimFilter {
    let left = this.#parseTerm(depth);
    while (this.#isWord('and')) {
      this.#advance();
      left = { type: 'and', left, right: this.#parseTerm(depth) };
    }
    return left;
  }

  #parseTerm(depth: number): ScimFilter {
    const begin = this.#peek();
    if (depth > DEEPEST) throw new FilterFault(`More than ${DEEPEST} brackets are nested.`, begin.position);
    if (this.#isWord('not')) {
      this.#advance();
      this.take('(', 'After "not" an opening parenthesis is expected.');
      return { type: 'not', filter: this.#closed(depth, ')', 'The parenthesis is not closed.') };
    }
    if (begin.type === '(') {
      this.#advance();
      return this.#closed(depth, ')', 'The parenthesis is not closed.');
    }
    const path = this.#path();
    if (this.#peek().type !== '[') return this.#comparison(path);
    this.#advance();
    const inner = this.#closed(depth, ']', 'The bracket is not closed.');
    const tail = this.#peek();
    if (tail.type !== 'word' || !tail.text.startsWith('.')) return { type: 'element', path, filter: inner };
    this.#advance();
    const right = this.#comparison(pathAt(tail.text.slice(1), tail.position + 1));
    return { type: 'element', path, filter: { type: 'and', left: inner, right } };
  }

  #closed(depth: number, bracket: ')' | ']', expected: string): ScimFilter {
    const filter = this.parseOr(depth + 1);
    this.take(bracket, expected);
    return filter;
  }

  #path(): ScimPath {
    const token = this.take('word', 'The name of an attribute is expected.');
    return pathAt(token.text, token.position);
  }

  #comparison(path: ScimPath): ScimFilter {
    const token = this.take(
      'word',
      `After ${path.text} an operator is expected (eq, ne, co, sw, ew, pr, gt, ge, lt, le).`,
    );
    const operator = token.text.toLowerCase();
    if (operator === 'pr') return { type: 'present', path };
    if (!isOperator(operator))
      throw new FilterFault(`${token.text} is no operator (eq, ne, co, sw, ew, pr, gt, ge, lt, le).`, token.position);
    const { position } = this.#peek();
    const value = this.#value();
    if (OF_TEXTS.has(operator) && typeof value !== 'string')
      throw new FilterFault(`The operator ${operator} compares texts: a text in double quotes is expected.`, position);
    if (OF_ORDER.has(operator) && (typeof value === 'boolean' || value === null))
      throw new FilterFault(`The operator ${operator} needs a text, a date or a number.`, position);
    return { type: 'compare', path, operator, value };
  }

  #value(): string | number | boolean | null {
    const token = this.#peek();
    const expected = 'A value is expected: a text in double quotes, a number, true, false or null.';
    if (token.type !== 'string' && token.type !== 'word') throw new FilterFault(expected, token.position);
    this.#advance();
    if (token.type === 'string') return stringAt(token);
    const word = token.text.toLowerCase();
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (NUMBER.test(token.text)) return Number(token.text);
    throw new FilterFault(expected, token.position);
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token.type === 'word' && token.text.toLowerCase() === word;
  }

  #peek(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Error('a filter was read beyond its end');
    return token;
  }

  #advance(): Token {
    const token = this.#peek();
    if (token.type !== 'end') this.#next += 1;
    return token;
  }
}

function isOperator(word: string): word is ComparisonOperator {
  return OPERATORS.has(word);
}

function stringAt(token: Token): string {
  try {
    return JSON.parse(token.text) as string;
  } catch {
    throw new FilterFault(
      'The text in quotes has an escape or a control character that JSON does not allow.',
      token.position,
    );
  }
}

function pathAt(text: string, position: number): ScimPath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new FilterFault(parsed.message, position + (parsed.position ?? 0));
  return parsed.path;
}
