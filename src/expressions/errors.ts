// What can be wrong with an expression: with its text (found when it is compiled) or with one object's values (found
// when it is evaluated). Errors are values. Messages never quote attribute values, which may be redacted.

export type ExpressionErrorKind =
  | 'parse'
  | 'unknown-function'
  | 'unknown-attribute'
  | 'unknown-parameter'
  | 'arity'
  | 'type'
  | 'format'
  | 'argument'
  | 'range'
  | 'regex'
  | 'nesting'
  | 'not-unique'
  | 'multiple-grants'
  | 'custom';

export interface ExpressionError {
  kind: ExpressionErrorKind;
  message: string;
  /** Offset in UTF-16 units from the start of the expression's text. */
  position?: number;
  /** Canonical name of the function that failed. */
  functionName?: string;
}
