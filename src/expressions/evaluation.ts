// The values expressions work on and what one evaluation yields. Holds types and their constructors only. Dates exist
// inside an expression only: what leaves it is a SourceValue.
import type { ExpressionError, ExpressionErrorKind } from './errors.ts';
import type { SlotValues } from './source-slots.ts';

/** A value of a source attribute. An attribute that is absent and one that is null are the same: null. */
export type SourceValue =
  | null
  | string
  | boolean
  | number
  | bigint
  | readonly SourceValue[]
  | { readonly [key: string]: unknown };

/** A moment in UTC, in ticks of 100 ns since the year 1 (date-ticks.ts). */
export class DateValue {
  readonly ticks: bigint;

  constructor(ticks: bigint) {
    this.ticks = ticks;
  }
}

/** A value between the functions of an expression. */
export type Value = SourceValue | DateValue | readonly Value[];

/** What an evaluation may know besides the object; expressions read no clock and no environment. */
export interface EvaluationEnvironment {
  readonly now: Date;
  /**
   * Cryptographic bytes, for Guid and RandomString. When an evaluation is repeated because it asked (see Outcome), it has to
   * get the same bytes again, or it would ask for another candidate each time.
   */
  readonly random: (count: number) => Uint8Array;
  /** Values of `%name%` parameters. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Answer of DefaultDomain(). */
  readonly tenantDefaultDomain?: string | undefined;
}

/**
 * Whether the target holds this value already, without regard to case; undefined while that is not known. For
 * SelectUniqueValue.
 */
export type IsTaken = (candidate: string) => boolean | undefined;

/** What one evaluation gets: an object whose attributes are looked up by name. */
export interface EvaluationInput extends EvaluationEnvironment {
  readonly attribute: (name: string) => SourceValue;
  readonly isTaken?: IsTaken | undefined;
}

/** What the parts of an expression get: the object's values lie ready in slots. */
export interface SlotInput {
  readonly values: SlotValues;
  readonly environment: EvaluationEnvironment;
  readonly isTaken: IsTaken | undefined;
}

/**
 * `ignoreAttribute` leaves the target attribute out of the request, `ignoreObject` skips the object, an error fails this
 * object only. `asks`: find out whether the target has the candidate, then evaluate again with an `isTaken` that knows.
 * `redacted` says that logs must show `[Redact]` instead of the value.
 */
export type Outcome<V> =
  | { readonly type: 'value'; readonly value: V; readonly redacted: boolean }
  | { readonly type: 'ignoreAttribute' }
  | { readonly type: 'ignoreObject' }
  | { readonly type: 'asks'; readonly candidate: string }
  | { readonly type: 'error'; readonly error: ExpressionError };

/** What a whole expression yields. */
export type EvaluationResult = Outcome<SourceValue>;

/** A value that logs must not show. */
export class Redacted {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** The end of an evaluation without a value. */
export class Stop {
  readonly outcome: Exclude<Outcome<never>, { readonly type: 'value' }>;

  constructor(outcome: Stop['outcome']) {
    this.outcome = outcome;
  }
}

/** What a part of an expression yields: nearly always a plain value, which costs no object around it. */
export type PartResult = Value | Redacted | Stop;

/** A compiled part of an expression. */
export type Evaluate = (input: SlotInput) => PartResult;

/** Where a call stands in the text; completes the errors raised by it. */
export interface CallSite {
  readonly functionName: string;
  readonly position: number;
}

export function errorStop(kind: ExpressionErrorKind, message: string, site?: CallSite): Stop {
  return new Stop({ type: 'error', error: { kind, message, ...site } });
}

/** The value itself. */
export function plain(result: Value | Redacted): Value {
  return result instanceof Redacted ? result.value : result;
}

/** The result, marked as redacted when something it depends on was. */
export function tainted(result: PartResult, redacted: boolean): PartResult {
  return !redacted || result instanceof Redacted || result instanceof Stop ? result : new Redacted(result);
}
