// The operators of scoping filters: names, operands, types, and when each holds. Those of Entra first, then those that only
// scimsync has. A missing value never gets here: scoping-clause.ts decides it. Texts are compared ordinally, with their case.
import { integerOf, toText } from '../expressions/coerce.ts';
import type { StepBudget } from '../expressions/regex.ts';
import { nearest } from '../expressions/suggest.ts';
import type { AttributeType } from './scoping-attributes.ts';
import { compareMoments, MOMENT_FORMS, momentText, readMoment, readOperand } from './scoping-moments.ts';
import { preparePattern } from './scoping-pattern.ts';

export type PresentValue = string | boolean | number | bigint;

/** What an evaluation may know besides the attributes. */
export interface ScopeFacts {
  /** The moment that `now` and `today` stand for. Without it clauses that ask for it are false. */
  readonly now?: Date;
  /** Ids of groups that hold the person, of those that the filter names; null or absent while it is not known. */
  readonly memberOf?: readonly string[] | null;
}

/** Why a clause is false whatever its operator says. */
export interface Trouble {
  readonly trouble:
    | 'unsupported-type'
    | 'unsupported-multivalue'
    | 'too-complex'
    | 'unknown-time'
    | 'unknown-membership';
  /** In words, as they follow a colon. */
  readonly note: string;
}

export type Judgement = boolean | Trouble;

/** An operator with its operand. */
export interface PreparedOperator {
  /** Judges a value that is present, single and simple. */
  readonly judge: (value: PresentValue, facts: ScopeFacts, budget: StepBudget) => Judgement;
  /** True when the answer changes by itself while time passes. */
  readonly readsClock: boolean;
  /** What a relative operand stands for at this moment; undefined when there is nothing to add. */
  readonly note?: (facts: ScopeFacts) => string | undefined;
  /** What is allowed, but probably not meant; with what to write instead. */
  readonly warnings: readonly { readonly message: string; readonly advice: string }[];
}

export interface OperandFault {
  readonly kind: 'invalid-operand' | 'invalid-regex';
  readonly message: string;
  readonly advice: string;
}

export interface ScopingOperator {
  /** Canonical spelling, as Graph's filterOperators lists it. */
  readonly name: string;
  readonly arity: 'unary' | 'binary';
  /** Attribute types the operator is refused for when they are known. */
  readonly refusedTypes: readonly AttributeType[];
  /** True for operators that Entra does not have. */
  readonly scimsyncOnly: boolean;
  readonly prepare: (operand: string) => PreparedOperator | OperandFault;
}

export const IS_NULL = 'IS NULL';
export const IS_NOT_NULL = 'IS NOT NULL';

const operator = (
  name: string,
  arity: ScopingOperator['arity'],
  refusedTypes: readonly AttributeType[],
  prepare: ScopingOperator['prepare'],
): ScopingOperator => ({ name, arity, refusedTypes, prepare, scimsyncOnly: false });

const onlyHere = (each: ScopingOperator): ScopingOperator => ({ ...each, scimsyncOnly: true });

const simply = (judge: PreparedOperator['judge']): PreparedOperator => ({ judge, readsClock: false, warnings: [] });

const presence = (name: string, holds: boolean) => operator(name, 'unary', [], () => simply(() => holds));

const truth = (name: string, wanted: boolean) =>
  operator(name, 'unary', ['Integer', 'Binary', 'Reference', 'DateTime'], () =>
    simply((value) => booleanOf(value) === wanted),
  );

const equality = (name: string, wanted: boolean) =>
  operator(name, 'binary', ['Binary', 'DateTime'], (operand) => ({
    ...simply((value) => equals(value, operand) === wanted),
    warnings: operand === '' ? [emptyOperand(`${name} compares values that are present`)] : [],
  }));

const NO_TEXT: readonly AttributeType[] = ['Boolean', 'Binary', 'Reference', 'DateTime'];

const onText = (name: string, judge: (value: string, operand: string) => boolean) =>
  operator(name, 'binary', NO_TEXT, (operand) => ({
    ...simply((value) => judge(textOf(value), operand)),
    warnings: operand === '' ? [emptyOperand(`Every text holds ""`)] : [],
  }));

const onInteger = (name: string, judge: (value: bigint, bound: bigint) => boolean) =>
  operator(name, 'binary', NO_TEXT, (operand) => {
    const bound = integerOf(operand);
    if (bound === undefined) {
      const message = `${name} compares integers; ${JSON.stringify(operand)} is none.`;
      return { kind: 'invalid-operand', message, advice: 'Write a whole number, for instance "100".' };
    }
    return simply((value) => {
      const integer = integerOf(value);
      return integer === undefined ? wrongType('no integer') : judge(integer, bound);
    });
  });

const onPattern = (name: string, wanted: boolean) =>
  operator(name, 'binary', NO_TEXT, (operand) => {
    const prepared = preparePattern(operand);
    if ('kind' in prepared) return prepared;
    const judge: PreparedOperator['judge'] = (value, _, budget) => {
      const found = prepared.isMatch(textOf(value), budget);
      if (found !== 'too-complex') return found === wanted;
      return { trouble: 'too-complex', note: 'the pattern takes too long on this value, so the clause is false' };
    };
    return { judge, readsClock: false, warnings: prepared.warnings };
  });

const onMoment = (name: string, holds: (difference: number) => boolean) =>
  operator(name, 'binary', ['Boolean', 'Integer', 'Binary', 'Reference'], (text) => {
    const operand = readOperand(text);
    if (operand === undefined) {
      const message = `${name} compares dates; ${JSON.stringify(text)} is none.`;
      return { kind: 'invalid-operand', message, advice: `Write for instance ${MOMENT_FORMS}.` };
    }
    const { readsClock } = operand;
    return {
      readsClock,
      warnings: [],
      judge: (value, { now }) => {
        const moment = typeof value === 'string' ? readMoment(value.trim()) : undefined;
        if (moment === undefined) return wrongType('no date');
        if (readsClock && !isKnown(now)) return { trouble: 'unknown-time', note: 'the time is not known' };
        return holds(compareMoments(moment, operand.resolve(now?.getTime() ?? 0)));
      },
      note: ({ now }) =>
        readsClock && isKnown(now) ? `${text.trim()} is ${momentText(operand.resolve(now.getTime()))}` : undefined,
    };
  });

const OPERATORS: readonly ScopingOperator[] = [
  equality('EQUALS', true),
  equality('NOT EQUALS', false),
  truth('IS TRUE', true),
  truth('IS FALSE', false),
  presence(IS_NULL, false),
  presence(IS_NOT_NULL, true),
  onPattern('REGEX MATCH', true),
  onPattern('NOT REGEX MATCH', false),
  onInteger('Greater_Than', (value, bound) => value > bound),
  onInteger('Greater_Than_OR_EQUALS', (value, bound) => value >= bound),
  onText('Includes', (value, operand) => value.includes(operand)),
  onText('ENDS_WITH', (value, operand) => value.endsWith(operand)),
  // The page's wording is reversed containment: the operand's text holds the attribute's value.
  onText('&', (value, operand) => operand.includes(value)),
  onText('!&', (value, operand) => !operand.includes(value)),
  onlyHere(onInteger('Less_Than', (value, bound) => value < bound)),
  onlyHere(onInteger('Less_Than_OR_EQUALS', (value, bound) => value <= bound)),
  onlyHere(onMoment('Before', (difference) => difference < 0)),
  onlyHere(onMoment('Before_OR_EQUALS', (difference) => difference <= 0)),
  onlyHere(onMoment('After', (difference) => difference > 0)),
  onlyHere(onMoment('After_OR_EQUALS', (difference) => difference >= 0)),
];

/** Operators on the groups that hold a person; what they compare is no value of an attribute (scoping-membership.ts). */
export const MEMBERSHIP_OPERATORS = { Member_Of: true, Not_Member_Of: false } as const;

/** Names that people try, and what to write instead. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['STARTS WITH', 'Write REGEX MATCH with ^ in front of the text.'],
  ['CONTAINS', 'Write Includes.'],
  ['NOT CONTAINS', 'Write NOT REGEX MATCH with the text as pattern.'],
  ['NOT INCLUDES', 'Write NOT REGEX MATCH with the text as pattern.'],
  ['IN', 'Write one group per value with EQUALS, or REGEX MATCH with ^(one|other)$.'],
  ['PRESENT', 'Write IS NOT NULL.'],
  ['>', 'Write Greater_Than.'],
  ['<', 'Write Less_Than (scimsync only).'],
]);

export const normalize = (name: string): string =>
  name
    .trim()
    .replace(/[\s_]+/g, ' ')
    .toUpperCase();

const BY_NAME: ReadonlyMap<string, ScopingOperator> = new Map(OPERATORS.map((each) => [normalize(each.name), each]));
/** Names of all operators, those that only scimsync has last. */
export const SCOPING_OPERATORS: readonly string[] = [
  ...OPERATORS.map((each) => each.name),
  ...Object.keys(MEMBERSHIP_OPERATORS),
];

export type FoundOperator =
  | { readonly found: ScopingOperator }
  | {
      readonly kind: 'unknown-operator' | 'unsupported-operator';
      readonly message: string;
      readonly advice: string;
    };

/** Operator names are compared without regard to case; blank and underscore are the same. */
export function findOperator(name: string): FoundOperator {
  const key = normalize(name);
  const found = BY_NAME.get(key);
  if (found !== undefined) return { found };
  if (key === 'ISMEMBEROF' || key === 'IS MEMBER OF') {
    const message = `The operator ${name.trim()} is not supported in scoping filters.`;
    const advice = 'Assign the group to the application, or write memberOf Member_Of with the ids of groups.';
    return { kind: 'unsupported-operator', message, advice: `${advice} Only scimsync has it.` };
  }
  const meant = nearest(name, SCOPING_OPERATORS);
  const all = `The operators are ${SCOPING_OPERATORS.join(', ')}.`;
  const advice = INSTEAD.get(key) ?? (meant === undefined ? all : `Did you mean ${meant}?`);
  return { kind: 'unknown-operator', message: `There is no operator ${JSON.stringify(name)}.`, advice };
}

function textOf(value: PresentValue): string {
  const text = toText(value);
  return text.ok ? (text.value ?? '') : '';
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

function isKnown(now: Date | undefined): now is Date {
  return now !== undefined && !Number.isNaN(now.getTime());
}

function wrongType(note: string): Trouble {
  return { trouble: 'unsupported-type', note };
}

function emptyOperand(why: string): PreparedOperator['warnings'][number] {
  return { message: `The operand is empty. ${why}.`, advice: 'Write IS NULL for people without a value.' };
}
