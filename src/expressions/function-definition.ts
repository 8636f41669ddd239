// How a function of the language is described, and how its body reads its arguments. Two sorts of body: a strict one
// gets values, a lazy one gets unevaluated arguments because it must evaluate only what it returns (IIF, Switch, ...).
import type { Coerced } from './coerce.ts';
import { isList, toInteger, toText } from './coerce.ts';
import type { ExpressionError, ExpressionErrorKind } from './errors.ts';
import type { CallSite, Evaluate, PartResult, SlotInput, SourceValue, Value } from './evaluation.ts';
import type { CallNode, ExpressionNode } from './parse.ts';
import type { StepBudget } from './regex.ts';

/**
 * What a function may build, in UTF-16 units, all values of a list together: nested, many functions multiply a text or a list
 * each time. No attribute of a directory comes near either limit.
 */
export const MAX_TEXT_LENGTH = 1_000_000;
export const MAX_LIST_LENGTH = 10_000;

export interface FunctionDefinition {
  /** Canonical spelling; users may write it in any case. */
  readonly name: string;
  /** Names in order; `name?` is optional, `name...` (last ones) repeats and is needed at least once. */
  readonly parameters: readonly string[];
  /** Index of the argument over whose values the function is repeated when it is multi-valued. */
  readonly each?: number;
  readonly body: StrictBody | LazyBody | BodyOfCall;
  /** What can be refused before there is any value: unusable combinations, constants out of range. */
  readonly check?: (call: CallNode) => ConstantFault | undefined;
  /** What is likely meant otherwise, although it can be evaluated. */
  readonly warn?: (call: CallNode) => readonly string[];
  /** Puts another order of arguments, which users also write, into the order of `parameters`. */
  readonly arrange?: (call: CallNode) => CallNode;
  /** What a call depends on besides its arguments. */
  readonly needs?: (call: CallNode) => Need | undefined;
  /** True when no other function may stand around the call. */
  readonly outermost?: boolean;
}

/** The clock, random bytes, the values that the target has, or that logs keep quiet about the value. */
export type Need = 'clock' | 'random' | 'target' | 'silence';

export interface StrictBody {
  readonly kind: 'strict';
  /** Returns the value; a fault noted in the call takes precedence over what is returned. */
  readonly run: (call: Call) => Value;
}

export interface LazyBody {
  readonly kind: 'lazy';
  readonly run: (slots: readonly (Evaluate | undefined)[], input: SlotInput, site: CallSite) => PartResult;
}

/**
 * Makes a body for one call out of its constants, once, when the expression is compiled; also for a call that `check`
 * found fault with. The budget is filled again for every evaluation of the expression.
 */
export type BodyOfCall = (call: CallNode, budget: StepBudget) => StrictBody | LazyBody;

export interface ConstantFault {
  readonly kind: ExpressionErrorKind;
  readonly message: string;
  /** Of the argument at fault, in the expression; the call's when left out. */
  readonly position?: number;
}

/** One call of a strict function: its values (undefined = omitted) and the first fault met while reading them. */
export interface Call {
  readonly site: CallSite;
  readonly parameters: readonly string[];
  readonly values: readonly (Value | undefined)[];
  readonly input: SlotInput;
  /** Whether any argument is redacted. */
  readonly redacted: boolean;
  fault: ExpressionError | undefined;
}

export function strict(run: StrictBody['run']): StrictBody {
  return { kind: 'strict', run };
}

export function lazy(run: LazyBody['run']): LazyBody {
  return { kind: 'lazy', run };
}

/** Notes the fault (the first one wins) and returns null, so that a body can `return fail(...)`. */
export function fail(call: Call, kind: ExpressionErrorKind, message: string): null {
  call.fault ??= { kind, message, ...call.site };
  return null;
}

export function isGiven(call: Call, index: number): boolean {
  return call.values[index] !== undefined;
}

/** The argument as it is; null when omitted. */
export function valueAt(call: Call, index: number): Value {
  return call.values[index] ?? null;
}

/** The argument's text form; null when null or omitted. */
export function textAt(call: Call, index: number): string | null {
  return read(call, index, toText(valueAt(call, index)), null);
}

/** The argument as an integer; a fault when it is null or none (0 is returned then). */
export function integerAt(call: Call, index: number): bigint {
  return read(call, index, toInteger(valueAt(call, index)), 0n);
}

function read<T>(call: Call, index: number, coerced: Coerced<T>, fallback: T): T {
  if (coerced.ok) return coerced.value;
  fail(call, 'type', `${argumentName(call, index)} ${coerced.message}.`);
  return fallback;
}

/** `Left: numChars`, to begin a message with. */
export function argumentName({ site, parameters }: Call, index: number): string {
  const name = (parameters[index] ?? parameters.at(-1) ?? 'argument').replace(/[?.]+$/, '');
  return `${site.functionName}: ${name}`;
}

/** Notes a fault when the value is larger than a function may build. */
export function limit(call: Call, value: Value): Value {
  if (typeof value === 'string') return value.length > MAX_TEXT_LENGTH ? failTooLong(call) : value;
  if (!isList(value)) return value;
  if (value.length > MAX_LIST_LENGTH) {
    return fail(
      call,
      'argument',
      `${call.site.functionName}: the result would hold more than ${MAX_LIST_LENGTH} values.`,
    );
  }
  let length = 0;
  for (const each of value) if (typeof each === 'string') length += each.length;
  return length > MAX_TEXT_LENGTH ? failTooLong(call) : value;
}

export function failTooLong(call: Call): null {
  const message = `${call.site.functionName}: the result would be longer than ${MAX_TEXT_LENGTH} characters.`;
  return fail(call, 'argument', message);
}

/** Index for JavaScript's text functions out of any integer, however large. */
export function clampIndex(integer: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  if (integer > limit) return Number.MAX_SAFE_INTEGER;
  return integer < -limit ? -Number.MAX_SAFE_INTEGER : Number(integer);
}

/** The value of a node that is the same for every object; undefined for anything else. */
export function constantOf(node: ExpressionNode | null | undefined): SourceValue | undefined {
  if (node?.kind === 'text' || node?.kind === 'number') return node.value;
  if (node?.kind !== 'constant') return undefined;
  switch (node.name) {
    case 'NULL':
      return null;
    case 'True':
    case 'False':
      return node.name === 'True';
    case 'vbBinaryCompare':
      return 0;
    case 'vbTextCompare':
      return 1;
    case 'IgnoreAttributeFlow':
    case 'IgnoreObjectFlow':
      return undefined;
  }
}
