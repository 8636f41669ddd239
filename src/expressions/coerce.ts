// Conversions between the types of the expression language, with .NET's text forms (`True`, not `true`). A failed
// conversion is a value; its message names the type, never the content, because the content may be redacted.
import { dateText } from './date-write.ts';
import { DateValue, type Value } from './evaluation.ts';

export type Coerced<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Null stays null. Dates are `7/2/2021 3:33:38 PM` in UTC. Lists and objects have no text form. */
export function toText(value: Value): Coerced<string | null> {
  if (value === null || typeof value === 'string') return { ok: true, value };
  if (typeof value === 'boolean') return { ok: true, value: value ? 'True' : 'False' };
  if (typeof value === 'bigint') return { ok: true, value: value.toString() };
  if (typeof value === 'number') {
    // Through bigint, so that large numbers keep their digits instead of getting an exponent.
    return { ok: true, value: Number.isInteger(value) ? BigInt(value).toString() : String(value) };
  }
  if (value instanceof DateValue) return { ok: true, value: dateText(value.ticks) };
  return { ok: false, message: `must be text, not ${describeType(value)}` };
}

/** Integers and integer texts (white space around them allowed). Null is not 0. */
export function toInteger(value: Value): Coerced<bigint> {
  const integer = integerOf(value);
  if (integer !== undefined) return { ok: true, value: integer };
  return { ok: false, message: `must be an integer, not ${describeType(value)}` };
}

/** The integer a value stands for, or undefined. */
export function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  // Longer digit strings are no numbers anybody counts with, and converting them takes quadratic time.
  return text.length <= 100 && /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

/** Numbers (not 0 is true), `true`/`false` in any case, integer texts; null and "" are false. */
export function toBoolean(value: Value): Coerced<boolean> {
  if (typeof value === 'boolean') return { ok: true, value };
  if (value === null || value === '') return { ok: true, value: false };
  if (typeof value === 'number') return { ok: true, value: value !== 0 };
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true' || word === 'false') return { ok: true, value: word === 'true' };
  const integer = integerOf(value);
  if (integer !== undefined) return { ok: true, value: integer !== 0n };
  return { ok: false, message: `must be true, false or an integer, not ${describeType(value)}` };
}

/** Integers leave the engine as numbers while JavaScript can hold them exactly, as bigint beyond. */
export function fromInteger(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** Null, "" and the empty list; false, 0 and blanks are values. */
export function isNullOrEmpty(value: Value): boolean {
  return value === null || value === '' || isEmptyList(value);
}

export function isEmptyList(value: Value): boolean {
  return isList(value) && value.length === 0;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function describeType(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'this text';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'number' || typeof value === 'bigint') return 'this number';
  if (value instanceof DateValue) return 'a date';
  return isList(value) ? 'a list of values (use Item or Join)' : 'a complex value';
}
