// The operators of Entra's scoping filters: names, number of operands, when each holds. A missing value is handled by
// the caller (only IS NULL holds then). Comparison of texts is ordinal and case-sensitive, as documented.
import { integerOf, toText } from '../expressions/coerce.ts';
import { nearest } from '../expressions/suggest.ts';

export interface ScopingOperator {
  /** Canonical spelling, as Graph's filterOperators lists it. */
  readonly name: string;
  readonly arity: 'unary' | 'binary';
  /** Attribute types the operator is refused for when the source's schema is known. */
  readonly refusedTypes: readonly AttributeType[];
  /** Whether the operand must be an integer. */
  readonly integerOperand: boolean;
  /** Judges a value that is present, single and simple. */
  readonly holds: (value: PresentValue, operand: string) => boolean;
}

export type AttributeType = 'String' | 'Integer' | 'Reference' | 'Binary' | 'Boolean' | 'DateTime';
export type PresentValue = string | boolean | number | bigint;

function textOf(value: PresentValue): string {
  const text = toText(value);
  return text.ok ? (text.value ?? '') : '';
}

const unary = (name: string, refusedTypes: readonly AttributeType[], holds: ScopingOperator['holds']) =>
  ({ name, arity: 'unary', refusedTypes, integerOperand: false, holds }) as const;

const onText = (name: string, judge: (value: string, operand: string) => boolean): ScopingOperator => ({
  name,
  arity: 'binary',
  refusedTypes: ['Boolean', 'Binary', 'Reference'],
  integerOperand: false,
  holds: (value, operand) => judge(textOf(value), operand),
});

const onInteger = (name: string, judge: (value: bigint, operand: bigint) => boolean): ScopingOperator => ({
  name,
  arity: 'binary',
  refusedTypes: ['Boolean', 'Binary', 'Reference'],
  integerOperand: true,
  holds: (value, operand) => {
    const left = integerOf(value);
    const right = integerOf(operand);
    return left !== undefined && right !== undefined && judge(left, right);
  },
});

const equality = (name: string, holds: ScopingOperator['holds']): ScopingOperator => ({
  name,
  arity: 'binary',
  refusedTypes: ['Binary'],
  integerOperand: false,
  holds,
});

const NOT_BOOLEAN: readonly AttributeType[] = ['Integer', 'Binary', 'Reference'];

const OPERATORS: readonly ScopingOperator[] = [
  equality('EQUALS', equals),
  equality('NOT EQUALS', (value, operand) => !equals(value, operand)),
  unary('IS TRUE', NOT_BOOLEAN, (value) => booleanOf(value) === true),
  unary('IS FALSE', NOT_BOOLEAN, (value) => booleanOf(value) === false),
  unary('IS NULL', [], () => false),
  unary('IS NOT NULL', [], () => true),
  onInteger('Greater_Than', (value, operand) => value > operand),
  onInteger('Greater_Than_OR_EQUALS', (value, operand) => value >= operand),
  onText('Includes', (value, operand) => value.includes(operand)),
  onText('ENDS_WITH', (value, operand) => value.endsWith(operand)),
  // The page's wording is reversed containment: the operand's text holds the attribute's value.
  onText('&', (value, operand) => operand.includes(value)),
  onText('!&', (value, operand) => !operand.includes(value)),
];

/** Why operators that people know from Entra or its portal are refused. */
const REFUSED_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['REGEX MATCH', 'is not available in this version of scimsync; use EQUALS, Includes or ENDS_WITH'],
  ['NOT REGEX MATCH', 'is not available in this version of scimsync; use NOT EQUALS'],
  ['ISMEMBEROF', 'is not supported in scoping filters; assign the group to the application instead'],
]);

const normalize = (name: string) =>
  name
    .trim()
    .replace(/[\s_]+/g, ' ')
    .toUpperCase();

const BY_NAME: ReadonlyMap<string, ScopingOperator> = new Map(OPERATORS.map((each) => [normalize(each.name), each]));

export type FoundOperator =
  | { readonly found: ScopingOperator }
  | { readonly kind: 'unknown-operator' | 'unsupported-operator'; readonly message: string };

/** Operator names are compared without regard to case; blank and underscore are the same. */
export function findOperator(name: string): FoundOperator {
  const found = BY_NAME.get(normalize(name));
  if (found !== undefined) return { found };
  const refused = REFUSED_OPERATORS.get(normalize(name));
  if (refused !== undefined) {
    return { kind: 'unsupported-operator', message: `The operator ${name.trim()} ${refused}.` };
  }
  const names = OPERATORS.map((operator) => operator.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `The operators are ${names.join(', ')}.` : `Did you mean ${meant}?`;
  return { kind: 'unknown-operator', message: `There is no operator ${JSON.stringify(name)}. ${hint}` };
}

/** Numbers compare as numbers ("05" is 5), booleans without case, texts ordinally. */
function equals(value: PresentValue, operand: string): boolean {
  if (typeof value === 'boolean') return String(value) === operand.toLowerCase();
  const integer = typeof value === 'string' ? undefined : integerOf(value);
  const bound = integer === undefined ? undefined : integerOf(operand);
  return bound === undefined ? textOf(value) === operand : integer === bound;
}

/** A boolean, or its text in any case (directory extensions may hold it so). */
function booleanOf(value: PresentValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}
