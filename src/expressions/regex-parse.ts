// .NET's pattern -> tree. Follows "Regular Expression Language - Quick Reference" of .NET with RegexOptions.None.
import { ANYTHING, type CharacterSet, NOT_NEWLINE } from './regex-characters.ts';
import { groupTable, readGroupNames, type WrittenName } from './regex-groups.ts';
import {
  characterSet,
  type PatternReader,
  peek,
  readClass,
  readEscape,
  readShorthand,
  readUnit,
  take,
} from './regex-parse-class.ts';
import { isQuantifierAt, readQuantifier, refuseSecondQuantifier } from './regex-parse-quantifier.ts';
import { type KnownGroups, readBackreference, readCondition, slotOfName } from './regex-parse-reference.ts';
import {
  type Assertion,
  MAX_DEPTH,
  MAX_PATTERN_LENGTH,
  type ParsedPattern,
  PatternError,
  type RegexNode,
} from './regex-syntax.ts';

/** The inline options, by their letters. */
interface Options {
  readonly i: boolean;
  readonly m: boolean;
  readonly n: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

interface Parser extends PatternReader {
  options: Options;
  depth: number;
  /** Undefined in a first reading, which only counts the groups: a reference may stand before its group. */
  readonly known: KnownGroups;
  readonly captures: WrittenName[];
}

/** Throws a PatternError for the first fault. */
export function parsePattern(text: string): ParsedPattern {
  if (text.length > MAX_PATTERN_LENGTH) {
    throw new PatternError(`the pattern is longer than ${MAX_PATTERN_LENGTH} characters`, MAX_PATTERN_LENGTH);
  }
  const known = groupTable(readPattern(text, undefined).captures);
  return { root: readPattern(text, known).root, groups: known.groups };
}

function readPattern(text: string, known: KnownGroups): { root: RegexNode; captures: readonly WrittenName[] } {
  const options: Options = { i: false, m: false, n: false, s: false, x: false };
  const parser: Parser = { text, position: 0, options, depth: 0, known, captures: [] };
  const root = parseChoice(parser);
  if (parser.position < text.length) throw new PatternError('this ) closes nothing', parser.position);
  return { root, captures: parser.captures };
}

function parseChoice(parser: Parser): RegexNode {
  const branches = [parseSequence(parser)];
  while (take(parser, '|')) branches.push(parseSequence(parser));
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : { kind: 'choice', branches };
}

function parseSequence(parser: Parser): RegexNode {
  const items: RegexNode[] = [];
  for (skipIgnored(parser); !'|)'.includes(peek(parser)); skipIgnored(parser)) {
    const item = parseAtom(parser);
    if (item !== undefined) items.push(parseQuantifier(parser, item));
  }
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: 'sequence', items };
}

/** Comments, and with the option x white space. */
function skipIgnored(parser: Parser): void {
  for (;;) {
    const { position } = parser;
    if (take(parser, '(?#')) {
      const end = parser.text.indexOf(')', parser.position);
      if (end < 0) throw new PatternError('the comment has no closing )', position);
      parser.position = end + 1;
    } else if (parser.options.x && /^[ \t-\r]$/.test(peek(parser))) {
      parser.position += 1;
    } else if (parser.options.x && peek(parser) === '#') {
      const end = parser.text.indexOf('\n', position);
      parser.position = end < 0 ? parser.text.length : end + 1;
    } else return;
  }
}

/** Undefined for what stands for nothing, such as `(?i)`. */
function parseAtom(parser: Parser): RegexNode | undefined {
  const { position } = parser;
  const character = peek(parser);
  switch (character) {
    case '(':
      return parseParenthesis(parser);
    case '[':
      return { kind: 'set', set: readClass(parser, parser.options.i) };
    case '\\':
      return parseBackslash(parser);
    case '.':
      parser.position += 1;
      return { kind: 'set', set: parser.options.s ? ANYTHING : NOT_NEWLINE };
    case '^':
      parser.position += 1;
      return { kind: 'assertion', assertion: parser.options.m ? 'lineStart' : 'start' };
    case '$':
      parser.position += 1;
      return { kind: 'assertion', assertion: parser.options.m ? 'lineEnd' : 'endOrNewline' };
    default:
      if ('*+?'.includes(character) || isQuantifierAt(parser)) {
        throw new PatternError(`the quantifier ${character} follows nothing that it could repeat`, position);
      }
      return { kind: 'set', set: literal(parser, readUnit(parser)) };
  }
}

const literal = (parser: Parser, unit: number): CharacterSet => characterSet(unit, parser.options.i);

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map<string, Assertion>([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'endOrNewline'],
  ['b', 'boundary'],
  ['B', 'notBoundary'],
  ['G', 'contiguous'],
]);

function parseBackslash(parser: Parser): RegexNode {
  const assertion = ASSERTIONS.get(peek(parser, 1));
  if (assertion !== undefined) {
    parser.position += 2;
    return { kind: 'assertion', assertion };
  }
  const slot = readBackreference(parser, parser.known);
  if (slot !== undefined) return { kind: 'backreference', slot, ignoreCase: parser.options.i };
  const shorthand = readShorthand(parser, parser.options.i);
  return { kind: 'set', set: shorthand ?? literal(parser, readEscape(parser)) };
}

function parseParenthesis(parser: Parser): RegexNode | undefined {
  const { position } = parser;
  if (take(parser, '(?')) return parseSpecialGroup(parser, position);
  parser.position += 1;
  if (parser.options.n) return parseInside(parser, position, parser.options);
  return parseCapture(parser, position, undefined, undefined);
}

function parseSpecialGroup(parser: Parser, position: number): RegexNode | undefined {
  if (take(parser, ':')) return parseInside(parser, position, parser.options);
  if (take(parser, '>')) return { kind: 'atomic', item: parseInside(parser, position, parser.options) };
  for (const ahead of [true, false]) {
    for (const negated of [true, false]) {
      if (!take(parser, `${ahead ? '' : '<'}${negated ? '!' : '='}`)) continue;
      return { kind: 'look', ahead, negated, item: parseInside(parser, position, parser.options) };
    }
  }
  if (peek(parser) === '(') return parseCondition(parser, position);
  if (take(parser, '<')) return parseNamed(parser, position, '>');
  if (take(parser, "'")) return parseNamed(parser, position, "'");
  if (peek(parser) === 'P') throw new PatternError('(?P is not .NET; a named group is (?<name>…)', position);
  return parseOptions(parser, position);
}

function parseOptions(parser: Parser, position: number): RegexNode | undefined {
  const written = /^([imnsx]*)(?:-([imnsx]*))?/i.exec(parser.text.slice(parser.position, parser.position + 20));
  const [whole = '', on = '', off = ''] = written ?? [];
  parser.position += whole.length;
  const has = (letter: string, current: boolean) =>
    !off.toLowerCase().includes(letter) && (current || on.toLowerCase().includes(letter));
  const { i, m, n, s, x } = parser.options;
  const options = { i: has('i', i), m: has('m', m), n: has('n', n), s: has('s', s), x: has('x', x) };
  if (take(parser, ':')) return parseInside(parser, position, options);
  if (!take(parser, ')')) {
    throw new PatternError(
      `(?${whole}${peek(parser)} begins no group that is known; options are i, m, n, s, x`,
      position,
    );
  }
  parser.options = options; // until the group that holds them ends
  return undefined;
}

function parseNamed(parser: Parser, position: number, end: string): RegexNode {
  const { name, releases } = readGroupNames(parser, end, position);
  const released = releases === undefined ? undefined : slotOfName(parser.known, releases, position);
  if (name !== '') return parseCapture(parser, position, name, released);
  return {
    kind: 'capture',
    slot: undefined,
    releases: released,
    item: parseInside(parser, position, parser.options),
  };
}

function parseCapture(parser: Parser, position: number, name: WrittenName, releases: number | undefined): RegexNode {
  const slot = parser.known?.ofParenthesis[parser.captures.length];
  parser.captures.push(name);
  return { kind: 'capture', slot, releases, item: parseInside(parser, position, parser.options) };
}

/** `(?(1)yes|no)`; the reader is at the condition's parenthesis. */
function parseCondition(parser: Parser, position: number): RegexNode {
  const test = readCondition(parser, parser.known) ?? parseLookedFor(parser);
  const inside = parseInside(parser, position, parser.options);
  const only = inside.kind === 'sequence' ? inside.items[0] : undefined;
  const [yes, no, more] = only?.kind === 'choice' ? only.branches : [inside];
  if (more !== undefined) throw new PatternError('a condition has two alternatives at most', position);
  const nothing: RegexNode = { kind: 'sequence', items: [] };
  return { kind: 'condition', test, yes: yes ?? nothing, no: no ?? nothing };
}

/** What a condition looks for; its own parentheses capture nothing. */
function parseLookedFor(parser: Parser): RegexNode {
  const { position } = parser;
  if (!take(parser, '(')) throw new PatternError('a condition is in parentheses', position);
  if (!take(parser, '?')) return parseInside(parser, position, parser.options);
  const item = parseSpecialGroup(parser, position);
  if (item === undefined) throw new PatternError('a condition holds something to look for', position);
  return item;
}

/** The inside of a group up to its parenthesis; options set inside end with it. */
function parseInside(parser: Parser, position: number, options: Options): RegexNode {
  const outside = parser.options;
  parser.options = options;
  parser.depth += 1;
  if (parser.depth > MAX_DEPTH) throw new PatternError('the groups nest too deeply', position);
  const inside = parseChoice(parser);
  if (!take(parser, ')')) throw new PatternError('the group has no closing )', position);
  parser.depth -= 1;
  parser.options = outside;
  // A sequence of its own, so that what is quantified or joined is the group.
  return { kind: 'sequence', items: [inside] };
}

function parseQuantifier(parser: Parser, item: RegexNode): RegexNode {
  skipIgnored(parser);
  const quantifier = readQuantifier(parser);
  if (quantifier === undefined) return item;
  skipIgnored(parser);
  refuseSecondQuantifier(parser);
  return { kind: 'repeat', item, ...quantifier };
}
