// The comparisons `= <> > >= < <=`. A missing operand makes every comparison false, `<>` included: the service says
// that "the condition check fails" for null and empty attributes.
import type { Coerced } from './coerce.ts';
import { describeType, integerOf, isEmptyList, toBoolean, toText } from './coerce.ts';
import { readDate } from './date-read.ts';
import { DateValue, type Value } from './evaluation.ts';
import type { ComparisonOperator } from './lexer.ts';

export interface Operand {
  readonly value: Value;
  /** True for an attribute reference: only there "" counts as missing. */
  readonly isAttribute: boolean;
}

export function compareValues(operator: ComparisonOperator, left: Operand, right: Operand): Coerced<boolean> {
  if (isMissing(left) || isMissing(right)) return { ok: true, value: false };
  const order = orderOf(operator, left.value, right.value);
  return order.ok ? { ok: true, value: holds(operator, order.value) } : order;
}

function isMissing({ value, isAttribute }: Operand): boolean {
  return value === null || (isAttribute && (value === '' || isEmptyList(value)));
}

/**
 * Negative, zero or positive. A date on one side makes it a comparison of moments, else a boolean one of booleans, else a
 * number one of numbers.
 */
function orderOf(operator: ComparisonOperator, left: Value, right: Value): Coerced<number> {
  if (left instanceof DateValue || right instanceof DateValue)
    return both(toTicks(left), toTicks(right), orderOfNumbers);
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    return both(toBoolean(left), toBoolean(right), (a, b) => Number(a) - Number(b));
  }
  if (isNumber(left) || isNumber(right)) return both(toNumber(left), toNumber(right), orderOfNumbers);
  return both(toText(left), toText(right), (a, b) => orderOfTexts(operator, a ?? '', b ?? ''));
}

function both<T>(left: Coerced<T>, right: Coerced<T>, order: (a: T, b: T) => number): Coerced<number> {
  if (!left.ok) return { ok: false, message: `The left side of the comparison ${left.message}.` };
  if (!right.ok) return { ok: false, message: `The right side of the comparison ${right.message}.` };
  return { ok: true, value: order(left.value, right.value) };
}

function toNumber(value: Value): Coerced<number | bigint> {
  if (typeof value === 'number') return { ok: true, value };
  const integer = integerOf(value);
  if (integer !== undefined) return { ok: true, value: integer };
  return { ok: false, message: `must be a number, not ${describeType(value)}` };
}

function toTicks(value: Value): Coerced<bigint> {
  const ticks = value instanceof DateValue ? value.ticks : typeof value === 'string' ? readDate(value) : undefined;
  return ticks === undefined
    ? { ok: false, message: `must be a date, not ${describeType(value)}` }
    : { ok: true, value: ticks };
}

function isNumber(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function orderOfNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** Equality of texts is ordinal ("007" is not "7"); order is numeric when both are integers. */
function orderOfTexts(operator: ComparisonOperator, left: string, right: string): number {
  if (operator !== '=' && operator !== '<>') {
    const leftInteger = integerOf(left);
    const rightInteger = integerOf(right);
    if (leftInteger !== undefined && rightInteger !== undefined) return orderOfNumbers(leftInteger, rightInteger);
  }
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function holds(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}
