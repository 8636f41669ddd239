// Text of a mapping expression -> syntax tree, by recursive descent over the tokens. Knows the grammar only: which
// functions exist and how many arguments they take is decided when the tree is compiled.
import type { ExpressionError } from './errors.ts';
import type { ComparisonOperator, Token } from './lexer.ts';
import { tokenize } from './lexer.ts';
import { nearest } from './suggest.ts';

export type ConstantName =
  | 'IgnoreAttributeFlow'
  | 'IgnoreObjectFlow'
  | 'vbTextCompare'
  | 'vbBinaryCompare'
  | 'NULL'
  | 'True'
  | 'False';

/** Every node carries its `position`: the offset in UTF-16 units in the expression's text. */
export type ExpressionNode =
  | CallNode
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
      readonly position: number;
    }
  | { readonly kind: 'attribute' | 'text' | 'parameter'; readonly value: string; readonly position: number }
  | { readonly kind: 'number'; readonly value: number | bigint; readonly position: number }
  | { readonly kind: 'constant'; readonly name: ConstantName; readonly position: number };

export interface CallNode {
  readonly kind: 'call';
  /** As written; function names are resolved without regard to case. */
  readonly name: string;
  /** An empty slot (`, ,`) is an omitted argument, null here; it is not the same as "". */
  readonly slots: readonly (ExpressionNode | null)[];
  readonly position: number;
}

export type ParseResult =
  | { ok: true; node: ExpressionNode; warnings: string[] }
  | { ok: false; error: ExpressionError };

/** Entra's own limit on the length of an expression. */
export const MAX_EXPRESSION_LENGTH = 10_000;
export const MAX_NESTING_DEPTH = 100;

const CONSTANTS: readonly ConstantName[] = [
  'IgnoreAttributeFlow',
  'IgnoreObjectFlow',
  'vbTextCompare',
  'vbBinaryCompare',
  'NULL',
  'True',
  'False',
];

/** Never throws; reports the first place where the text stops being an expression. */
export function parseExpression(text: string): ParseResult {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `The expression has ${text.length} characters; at most ${MAX_EXPRESSION_LENGTH} are allowed.`;
    return { ok: false, error: { kind: 'parse', message } };
  }
  const lexed = tokenize(text);
  if (!lexed.ok) return lexed;
  const state: ParserState = { tokens: lexed.tokens, index: 0, warnings: [] };
  const node = parseComparison(state, 1);
  if (isFault(node)) return { ok: false, error: node.fault };
  const rest = current(state);
  if (rest.kind !== 'end') return { ok: false, error: unexpected(rest, 'the expression ends before it').fault };
  return { ok: true, node, warnings: state.warnings };
}

interface ParserState {
  readonly tokens: readonly Token[];
  readonly warnings: string[];
  index: number;
}

interface Fault {
  readonly fault: ExpressionError;
}

function parseComparison(state: ParserState, depth: number): ExpressionNode | Fault {
  const left = parseOperand(state, depth);
  if (isFault(left)) return left;
  const token = current(state);
  if (token.kind !== 'comparison') return left;
  state.index += 1;
  const right = parseOperand(state, depth);
  if (isFault(right)) return right;
  const next = current(state);
  if (next.kind === 'comparison') return parseFault('Comparisons cannot be chained; nest IIF instead.', next.position);
  return { kind: 'comparison', operator: token.operator, left, right, position: token.position };
}

function parseOperand(state: ParserState, depth: number): ExpressionNode | Fault {
  const token = current(state);
  if (token.kind === 'attribute' || token.kind === 'text' || token.kind === 'parameter') {
    state.index += 1;
    return { kind: token.kind, value: token.value, position: token.position };
  }
  if (token.kind === 'number') {
    state.index += 1;
    return { kind: 'number', value: token.value, position: token.position };
  }
  if (token.kind !== 'name') return unexpected(token, 'expected a function, an [attribute], a "text" or a number');
  state.index += 1;
  return current(state).kind === '(' ? parseCall(state, token, depth) : parseConstant(state, token);
}

function parseCall(state: ParserState, name: NameToken, depth: number): ExpressionNode | Fault {
  if (depth > MAX_NESTING_DEPTH) {
    return parseFault(`Functions are nested more than ${MAX_NESTING_DEPTH} deep.`, name.position);
  }
  state.index += 1;
  const slots = parseSlots(state, depth);
  if (isFault(slots)) return slots;
  return { kind: 'call', name: name.value, slots, position: name.position };
}

function parseSlots(state: ParserState, depth: number): readonly (ExpressionNode | null)[] | Fault {
  if (current(state).kind === ')') {
    state.index += 1;
    return [];
  }
  const slots: (ExpressionNode | null)[] = [];
  for (;;) {
    const first = current(state).kind;
    const slot = first === ',' || first === ')' ? null : parseComparison(state, depth + 1);
    if (slot !== null && isFault(slot)) return slot;
    slots.push(slot);
    const separator = current(state);
    if (separator.kind !== ',' && separator.kind !== ')') return unexpected(separator, 'expected , or )');
    state.index += 1;
    if (separator.kind === ')') return slots;
  }
}

function parseConstant(state: ParserState, token: NameToken): ExpressionNode | Fault {
  const wanted = token.value.toLowerCase();
  const name = CONSTANTS.find((candidate) => candidate.toLowerCase() === wanted);
  if (name === undefined) {
    const meant = nearest(token.value, CONSTANTS);
    const hint = meant === undefined ? 'write text in double quotes, attributes as [name]' : `did you mean ${meant}?`;
    return parseFault(`The bare word ${token.value} is not known; ${hint}.`.replace('?.', '?'), token.position);
  }
  if (name !== token.value) state.warnings.push(`${token.value} is written ${name}.`);
  return { kind: 'constant', name, position: token.position };
}

type NameToken = { readonly kind: string; readonly value: string; readonly position: number };

function current(state: ParserState): Token {
  return state.tokens[state.index] ?? { kind: 'end', position: 0 };
}

function unexpected(token: Token, expected: string): Fault {
  return parseFault(`${describeToken(token)}: ${expected}.`, token.position);
}

function describeToken(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'The expression stops too early';
    case '(':
    case ')':
    case ',':
      return `Unexpected ${token.kind}`;
    case 'comparison':
      return `Unexpected ${token.operator}`;
    case 'name':
      return `Unexpected word ${token.value}`;
    case 'attribute':
      return `Unexpected attribute [${token.value}]`;
    case 'text':
      return 'Unexpected text (write \\" for a double quote inside a text)';
    case 'number':
      return 'Unexpected number';
    case 'parameter':
      return `Unexpected parameter %${token.value}%`;
  }
}

function parseFault(message: string, position: number): Fault {
  return { fault: { kind: 'parse', message, position } };
}

function isFault(parsed: ExpressionNode | readonly (ExpressionNode | null)[] | Fault): parsed is Fault {
  return 'fault' in parsed;
}
