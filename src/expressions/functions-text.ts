// Text functions that build, cut and search. Positions count from 1, in UTF-16 units as in .NET. Null sources follow
// the table of Entra's functions reference: "" for Left, Mid and Word, null for most others.
import { isList, toText } from './coerce.ts';
import type { CallSite, Evaluate, PartResult, SlotInput, SourceValue, Value } from './evaluation.ts';
import { errorStop, plain, Redacted, Stop, tainted } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition } from './function-definition.ts';
import {
  clampIndex,
  constantOf,
  fail,
  integerAt,
  isGiven,
  lazy,
  MAX_TEXT_LENGTH,
  strict,
  textAt,
} from './function-definition.ts';
import { toUpperCase } from './letter-case.ts';
import type { CallNode } from './parse.ts';

export const textFunctions: readonly FunctionDefinition[] = [
  { name: 'Append', parameters: ['source', 'suffix'], each: 0, body: strict(concatenate) },
  { name: 'Prepend', parameters: ['prefix', 'source'], each: 1, body: strict(concatenate) },
  { name: 'Left', parameters: ['string', 'numChars'], each: 0, body: strict(left) },
  { name: 'Mid', parameters: ['source', 'start', 'length'], each: 0, body: strict(mid), check: checkMid },
  {
    name: 'InStr',
    parameters: ['value1', 'value2', 'start?', 'compareType?'],
    each: 0,
    body: strict(inStr),
  },
  { name: 'Word', parameters: ['string', 'wordNumber', 'delimiters'], each: 0, body: strict(word) },
  { name: 'StripSpaces', parameters: ['source'], each: 0, body: strict(onText((text) => text.replaceAll(' ', ''))) },
  { name: 'Trim', parameters: ['source'], each: 0, body: strict(onText((text) => text.trim())) },
  { name: 'CStr', parameters: ['value'], each: 0, body: strict((call) => textAt(call, 0)) },
  { name: 'Join', parameters: ['separator', 'source...'], body: lazy(join) },
];

/** A body for functions of one text: null in, null out. */
export function onText(change: (text: string) => SourceValue): (call: Call) => SourceValue {
  return (call) => {
    const text = textAt(call, 0);
    return text === null ? null : change(text);
  };
}

function concatenate(call: Call): SourceValue {
  return (textAt(call, 0) ?? '') + (textAt(call, 1) ?? '');
}

/** A negative number of characters gives the whole text, as documented. */
function left(call: Call): SourceValue {
  const text = textAt(call, 0) ?? '';
  const count = clampIndex(integerAt(call, 1));
  return count < 0 ? text : text.slice(0, count);
}

function mid(call: Call): SourceValue {
  const text = textAt(call, 0) ?? '';
  const start = integerAt(call, 1);
  const length = integerAt(call, 2);
  if (start < 1n) return fail(call, 'argument', START_TOO_SMALL('Mid'));
  if (length < 0n) return fail(call, 'argument', LENGTH_NEGATIVE);
  const first = clampIndex(start) - 1;
  return text.slice(first, first + clampIndex(length));
}

function checkMid({ slots }: CallNode): ConstantFault | undefined {
  const start = constantOf(slots[1]);
  const length = constantOf(slots[2]);
  if (typeof start === 'bigint' && start < 1n) return { kind: 'argument', message: START_TOO_SMALL('Mid') };
  if (typeof length === 'bigint' && length < 0n) return { kind: 'argument', message: LENGTH_NEGATIVE };
  return undefined;
}

const START_TOO_SMALL = (name: string) => `${name}: start counts from 1.`;
const LENGTH_NEGATIVE = 'Mid: length must not be negative.';

/** Position of value2 in value1, 0 when absent. Case-sensitive unless compareType is vbTextCompare (1). */
function inStr(call: Call): SourceValue {
  const text = textAt(call, 0) ?? '';
  const wanted = textAt(call, 1);
  const start = isGiven(call, 2) ? integerAt(call, 2) : 1n;
  const compareType = isGiven(call, 3) ? integerAt(call, 3) : 0n;
  if (call.fault !== undefined) return null;
  if (start < 1n) return fail(call, 'argument', START_TOO_SMALL('InStr'));
  if (compareType !== 0n && compareType !== 1n) {
    return fail(call, 'argument', 'InStr: compareType is vbBinaryCompare or vbTextCompare.');
  }
  const from = clampIndex(start) - 1;
  // Nothing is found in an empty text or behind its end, and a missing text is found nowhere.
  if (wanted === null || from >= text.length) return 0;
  if (compareType === 0n) return text.indexOf(wanted, from) + 1;
  return toUpperCase(text).indexOf(toUpperCase(wanted), from) + 1;
}

/** Every character of delimiters separates; runs of them enclose no words. */
function word(call: Call): SourceValue {
  const text = textAt(call, 0);
  const wanted = clampIndex(integerAt(call, 1));
  const delimiters = new Set(textAt(call, 2) ?? '');
  if (text === null || wanted < 1) return '';
  let seen = 0;
  let current = '';
  for (const character of text) {
    if (!delimiters.has(character)) current += character;
    else if (current !== '') {
      seen += 1;
      if (seen === wanted) return current;
      current = '';
    }
  }
  return seen + 1 === wanted ? current : '';
}

/**
 * Null and empty sources vanish together with their separator; lists are flattened in place. Lazy only for speed: it is in
 * nearly every mapping, and mostly joins a few texts.
 */
function join(slots: readonly (Evaluate | undefined)[], input: SlotInput, site: CallSite): PartResult {
  let separator = '';
  let joined = '';
  let redacted = false;
  for (let index = 0; index < slots.length; index += 1) {
    const result = slots[index]?.(input) ?? null;
    if (result instanceof Stop) return result;
    if (result instanceof Redacted) redacted = true;
    const text = typeof result === 'string' ? result : flattened(plain(result), separator, index === 0, site);
    if (text instanceof Stop) return text;
    if (index === 0) separator = text;
    else if (text !== '') joined = joined === '' ? text : joined + separator + text;
    if (joined.length > MAX_TEXT_LENGTH) return tooLong(site);
  }
  return tainted(joined, redacted);
}

/** The text form of a source, "" for null; the values of a list joined. A list is no separator. */
function flattened(value: Value, separator: string, isSeparator: boolean, site: CallSite): string | Stop {
  const texts: string[] = [];
  let length = 0;
  for (const each of isList(value) && !isSeparator ? value : [value]) {
    const text = toText(each);
    if (!text.ok) return errorStop('type', `Join: ${isSeparator ? 'separator' : 'each source'} ${text.message}.`, site);
    if (text.value === null || text.value === '') continue;
    texts.push(text.value);
    length += text.value.length + separator.length;
    if (length > MAX_TEXT_LENGTH) return tooLong(site);
  }
  return texts.join(separator);
}

function tooLong(site: CallSite): Stop {
  return errorStop('argument', `Join: the result would be longer than ${MAX_TEXT_LENGTH} characters.`, site);
}
