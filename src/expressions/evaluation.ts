// The values expressions work on and what one evaluation yields. Holds types and their constructors only.
import type { ExpressionError, ExpressionErrorKind } from './errors.ts';

/** A value of a source attribute. An attribute that is absent and one that is null are the same: null. */
export type SourceValue =
  | null
  | string
  | boolean
  | number
  | bigint
  | readonly SourceValue[]
  | { readonly [key: string]: unknown };

/** Everything an evaluation may know; expressions read no clock and no environment. */
export interface EvaluationInput {
  attribute(name: string): SourceValue;
  now?: Date;
  /** Values of `%name%` parameters. */
  params?: Readonly<Record<string, string>>;
  /** Answer of DefaultDomain(). */
  tenantDefaultDomain?: string;
}

/**
 * `ignoreAttribute` leaves the target attribute out of the request, `ignoreObject` skips the object, an error fails this
 * object only. `redacted` says that logs must show `[Redact]` instead of the value.
 */
export type EvaluationResult =
  | { readonly type: 'value'; readonly value: SourceValue; readonly redacted: boolean }
  | { readonly type: 'ignoreAttribute' }
  | { readonly type: 'ignoreObject' }
  | { readonly type: 'error'; readonly error: ExpressionError };

/** A compiled part of an expression. */
export type Evaluate = (input: EvaluationInput) => EvaluationResult;

/** Where a call stands in the text; completes the errors raised by it. */
export interface CallSite {
  readonly functionName: string;
  readonly position: number;
}

export function valueResult(value: SourceValue, redacted = false): EvaluationResult {
  return { type: 'value', value, redacted };
}

export function errorResult(kind: ExpressionErrorKind, message: string, site?: CallSite): EvaluationResult {
  return { type: 'error', error: { kind, message, ...site } };
}

/** The result, marked as redacted when something it depends on was. */
export function tainted(result: EvaluationResult, redacted: boolean): EvaluationResult {
  return redacted && result.type === 'value' && !result.redacted ? valueResult(result.value, true) : result;
}
