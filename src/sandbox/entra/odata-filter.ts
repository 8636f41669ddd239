/**
 * The part of OData `$filter` that directory objects support here: `eq`, `ne`, `in`, `startswith`, `endswith`, `not`, `and`,
 * `or`, parentheses. Comparisons ignore case, as the directory's do. Anything else is a 400, never an empty result.
 */
import { badRequest, unsupportedQuery } from './graph-fault.ts';

/** A parsed filter. `advanced` ones need `ConsistencyLevel: eventual` and `$count=true`. */
export type FilterNode =
  | { readonly op: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly op: 'not'; readonly inner: FilterNode }
  | { readonly op: 'in'; readonly property: string; readonly values: readonly FilterValue[] }
  | { readonly op: 'startswith' | 'endswith'; readonly property: string; readonly text: string };

/** A literal of a filter. */
type FilterValue = string | boolean | null;

const TOKEN = /\s*(?:('(?:[^']|'')*')|([(),])|([A-Za-z_][A-Za-z0-9_]*|[0-9a-fA-F-]{8,}))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw invalid(text);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

function invalid(text: string): Error {
  return badRequest(`Invalid filter clause: '${text.slice(0, 120)}'.`);
}

/** Parses a filter; `known` says which property names exist (its answer is the right casing). */
export function parseFilter(text: string, known: (name: string) => string | undefined): FilterNode {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): string => tokens[at]?.toLowerCase() ?? '';
  const take = (): string => {
    const token = tokens[at];
    if (token === undefined) throw invalid(text);
    at += 1;
    return token;
  };
  const expect = (wanted: string): void => {
    if (take().toLowerCase() !== wanted) throw invalid(text);
  };
  const property = (): string => {
    const name = take();
    const found = known(name);
    if (found === undefined)
      throw badRequest(`Invalid filter clause: Could not find a property named '${name.slice(0, 60)}'.`);
    return found;
  };
  const literal = (): FilterValue => {
    const token = take();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (/^[0-9a-fA-F-]{36}$/.test(token)) return token;
    throw invalid(text);
  };
  const comparison = (): FilterNode => {
    const name = property();
    const op = take().toLowerCase();
    if (op === 'eq') return { op: 'in', property: name, values: [literal()] };
    if (op === 'ne') return { op: 'not', inner: { op: 'in', property: name, values: [literal()] } };
    if (op !== 'in') throw unsupportedQuery(`Unsupported property filter clause operator '${op.slice(0, 20)}'.`);
    expect('(');
    const values = [literal()];
    while (peek() === ',') {
      take();
      values.push(literal());
    }
    expect(')');
    return { op: 'in', property: name, values };
  };
  const primary = (): FilterNode => {
    if (peek() === '(') {
      take();
      const inner = disjunction();
      expect(')');
      return inner;
    }
    if (peek() === 'not') {
      take();
      return { op: 'not', inner: primary() };
    }
    if (peek() === 'startswith' || peek() === 'endswith') {
      const op = take().toLowerCase() === 'startswith' ? 'startswith' : 'endswith';
      expect('(');
      const name = property();
      expect(',');
      const value = literal();
      expect(')');
      if (typeof value !== 'string') throw invalid(text);
      return { op, property: name, text: value.toLowerCase() };
    }
    return comparison();
  };
  const conjunction = (): FilterNode => {
    let left = primary();
    while (peek() === 'and') {
      take();
      left = { op: 'and', left, right: primary() };
    }
    return left;
  };
  const disjunction = (): FilterNode => {
    let left = conjunction();
    while (peek() === 'or') {
      take();
      left = { op: 'or', left, right: conjunction() };
    }
    return left;
  };
  const tree = disjunction();
  if (at !== tokens.length) throw invalid(text);
  return tree;
}

/** Whether the filter needs the advanced query headers. */
export function isAdvanced(node: FilterNode): boolean {
  switch (node.op) {
    case 'and':
    case 'or':
      return isAdvanced(node.left) || isAdvanced(node.right);
    case 'not':
    case 'endswith':
      return true;
    case 'in':
    case 'startswith':
      return false;
  }
}

/** Evaluates a filter over the values `read` gives; a collection matches when one of its values does. */
export function matches(node: FilterNode, read: (property: string) => unknown): boolean {
  switch (node.op) {
    case 'and':
      return matches(node.left, read) && matches(node.right, read);
    case 'or':
      return matches(node.left, read) || matches(node.right, read);
    case 'not':
      return !matches(node.inner, read);
    case 'in':
      return node.values.some((value) => equal(read(node.property), value));
    case 'startswith':
    case 'endswith': {
      const value = read(node.property);
      if (typeof value !== 'string') return false;
      const folded = value.toLowerCase();
      return node.op === 'startswith' ? folded.startsWith(node.text) : folded.endsWith(node.text);
    }
  }
}

/** The values of a filter that is nothing but `property eq …` or `property in (…)`; used to answer from an index. */
export function onlyValuesOf(node: FilterNode, property: string): readonly FilterValue[] | undefined {
  return node.op === 'in' && node.property === property ? node.values : undefined;
}

function equal(actual: unknown, wanted: FilterValue): boolean {
  if (typeof actual === 'string' && typeof wanted === 'string') return actual.toLowerCase() === wanted.toLowerCase();
  return (actual ?? null) === wanted;
}
