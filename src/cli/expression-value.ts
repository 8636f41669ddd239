// Values of expressions as they are printed: in JSON, where integers beyond 2^53 and dates are text, and for people.
import { toText } from '../expressions/coerce.ts';
import type { SourceValue } from '../expressions/compile.ts';
import { counted, printable, shortened } from './terminal-text.ts';

/** What JSON can hold without loss. */
export type PlainValue =
  | null
  | string
  | number
  | boolean
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** The value for JSON. */
export function plainValue(value: unknown): PlainValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  // Nothing else comes out of JSON, a directory or an expression.
  if (typeof value !== 'object') return null;
  const text = toText(value as SourceValue);
  if (text.ok) return text.value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainValue(member)]));
}

/** The name of the type of a value, in the words of the reference. */
export function typeName(value: SourceValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  return Array.isArray(value) ? 'multi-valued' : 'complex';
}

const MAX_SHOWN = 200;

/** One line for people. */
export function valueText(value: SourceValue): string {
  // Digits need no quotes because they are many.
  if (typeof value === 'bigint') return value.toString();
  return printable(shortened(JSON.stringify(plainValue(value)), MAX_SHOWN));
}

/** What a mapping would do with the value. */
export function valueRemark(value: SourceValue): string {
  if (value === null || value === '') return 'no value: a mapping would send nothing';
  if (!Array.isArray(value)) return typeName(value);
  return value.length === 0
    ? 'no value: a mapping would send nothing'
    : `multi-valued, ${counted(value.length, 'value')}`;
}
