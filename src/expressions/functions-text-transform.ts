// Text functions that change letters or the encoding: letter case, diacritics, Base64, hexadecimal.

import { normalizeDiacritics } from './diacritics.ts';
import type { SourceValue } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition } from './function-definition.ts';
import { constantOf, fail, strict, textAt } from './function-definition.ts';
import { onText } from './functions-text.ts';
import type { Culture } from './letter-case.ts';
import { isCulture, toLowerCase, toTitleCase, toTitleCaseBetween, toUpperCase } from './letter-case.ts';
import type { CallNode } from './parse.ts';

export const textTransformFunctions: readonly FunctionDefinition[] = [
  {
    name: 'ToLower',
    parameters: ['source', 'culture?'],
    each: 0,
    body: strict(inCase(toLowerCase)),
    check: checkCulture,
  },
  {
    name: 'ToUpper',
    parameters: ['source', 'culture?'],
    each: 0,
    body: strict(inCase(toUpperCase)),
    check: checkCulture,
  },
  { name: 'PCase', parameters: ['source', 'wordSeparators?'], each: 0, body: strict(pCase) },
  { name: 'NormalizeDiacritics', parameters: ['source'], each: 0, body: strict(onText(normalizeDiacritics)) },
  { name: 'ConvertToBase64', parameters: ['source'], each: 0, body: strict(onText(toBase64)) },
  { name: 'ConvertFromBase64', parameters: ['source', 'encoding?'], each: 0, body: strict(fromBase64) },
  { name: 'ConvertToUTF8Hex', parameters: ['source'], each: 0, body: strict(onText(toUtf8Hex)) },
];

function inCase(change: (text: string, culture: Culture) => string): (call: Call) => SourceValue {
  return (call) => {
    const text = textAt(call, 0);
    const culture = textAt(call, 1) ?? '';
    // "" names .NET's invariant culture.
    if (culture !== '' && !isCulture(culture)) return fail(call, 'argument', CULTURE_UNKNOWN);
    return text === null ? null : change(text, culture === '' ? undefined : culture);
  };
}

const CULTURE_UNKNOWN = 'The culture must be a name such as "tr-TR".';

function checkCulture({ slots }: CallNode): ConstantFault | undefined {
  const culture = constantOf(slots[1]);
  if (typeof culture !== 'string' || culture === '' || isCulture(culture)) return undefined;
  return { kind: 'argument', message: CULTURE_UNKNOWN };
}

function pCase(call: Call): SourceValue {
  const text = textAt(call, 0);
  const separators = textAt(call, 1);
  if (text === null) return null;
  return separators === null ? toTitleCase(text) : toTitleCaseBetween(text, separators);
}

/** Base64 over the UTF-16LE bytes, as .NET's Encoding.Unicode gives them. */
function toBase64(text: string): SourceValue {
  return Buffer.from(text, 'utf16le').toString('base64');
}

function toUtf8Hex(text: string): SourceValue {
  return Buffer.from(text, 'utf8').toString('hex').toUpperCase();
}

function fromBase64(call: Call): SourceValue {
  const text = textAt(call, 0);
  const encoding = ENCODINGS.get((textAt(call, 1) ?? 'unicode').toLowerCase());
  if (encoding === undefined) {
    return fail(call, 'argument', 'ConvertFromBase64: encoding is "Unicode" (the default) or "UTF8".');
  }
  if (text === null) return null;
  const compact = text.replace(/[ \t\r\n]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    return fail(call, 'format', 'ConvertFromBase64: source is not Base64 text.');
  }
  return Buffer.from(compact, 'base64').toString(encoding);
}

const ENCODINGS = new Map<string, 'utf16le' | 'utf8'>([
  ['unicode', 'utf16le'],
  ['utf-16', 'utf16le'],
  ['utf8', 'utf8'],
  ['utf-8', 'utf8'],
]);
