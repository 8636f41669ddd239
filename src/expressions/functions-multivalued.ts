// Functions that make or take multi-valued attributes. A single value acts as a list of one.
import { isList } from './coerce.ts';
import type { Value } from './evaluation.ts';
import type { Call, FunctionDefinition } from './function-definition.ts';
import { clampIndex, fail, integerAt, strict, textAt, valueAt } from './function-definition.ts';

export const multivaluedFunctions: readonly FunctionDefinition[] = [
  { name: 'Split', parameters: ['source', 'delimiter'], each: 0, body: strict(split) },
  { name: 'Item', parameters: ['attribute', 'index'], body: strict(item) },
  { name: 'Count', parameters: ['attribute'], body: strict((call) => valuesOf(valueAt(call, 0)).length) },
  { name: 'RemoveDuplicates', parameters: ['attribute'], body: strict(removeDuplicates) },
];

export function valuesOf(value: Value): readonly Value[] {
  if (value === null) return [];
  return isList(value) ? value : [value];
}

/** The delimiter is literal and taken as a whole; empty parts are kept. */
function split(call: Call): Value {
  const text = textAt(call, 0);
  const delimiter = textAt(call, 1) ?? '';
  if (text === null) return null;
  if (delimiter === '') return fail(call, 'argument', 'Split: delimiter must not be empty.');
  return text.split(delimiter);
}

function item(call: Call): Value {
  const index = clampIndex(integerAt(call, 1));
  const values = valuesOf(valueAt(call, 0));
  const value = values[index - 1];
  if (value !== undefined) return value;
  const held = values.length === 1 ? 'one value' : `${values.length} values`;
  return fail(call, 'range', `Item: index ${index} is outside the list, which has ${held} (the first is 1).`);
}

/** Keeps first occurrences in order, comparing with case: `SMTP:` and `smtp:` differ in meaning. */
function removeDuplicates(call: Call): Value {
  const source = valueAt(call, 0);
  if (source === null) return null;
  const seen = new Set<unknown>();
  return valuesOf(source).filter((value) => {
    const identity = value !== null && typeof value === 'object' ? JSON.stringify(value, bigintAsText) : value;
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
