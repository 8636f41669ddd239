// Functions of on-premises directories: parts of a distinguished name (RFC 4514), and security identifiers as text (MS-DTYP
// 2.4.2).
import type { Value } from './evaluation.ts';
import type { Call, FunctionDefinition } from './function-definition.ts';
import { argumentName, clampIndex, fail, integerAt, strict, textAt } from './function-definition.ts';

export const directoryFunctions: readonly FunctionDefinition[] = [
  { name: 'DNComponent', parameters: ['dn', 'n'], each: 0, body: strict(dnComponent) },
  { name: 'StringFromSid', parameters: ['sid'], each: 0, body: strict(stringFromSid) },
];

// Text up to a separator; a backslash takes the next character, quotes take everything between them.
const COMPONENT = '(?:\\\\.|"(?:\\\\.|[^"\\\\])*"|[^\\\\",;])+';
const WHOLE_NAME = new RegExp(`^${COMPONENT}(?:[,;]${COMPONENT})*$`, 's');
const COMPONENTS = new RegExp(COMPONENT, 'gs');
/** `type=value`, up to a + that joins another one to it. */
const FIRST_VALUE = /^\s*[^=\s]+\s*=\s*((?:\\.|"(?:\\.|[^"\\])*"|[^\\"+])*)/s;

/** The value of the n-th component from the left, counting from 1. */
function dnComponent(call: Call): Value {
  const name = textAt(call, 0);
  const index = clampIndex(integerAt(call, 1));
  if (name === null) return null;
  const components = WHOLE_NAME.test(name) ? (name.match(COMPONENTS) ?? []) : [];
  const values = components.map((component) => FIRST_VALUE.exec(component)?.[1]);
  if (values.length === 0 || values.includes(undefined)) {
    return fail(
      call,
      'format',
      `${argumentName(call, 0)} is no distinguished name such as CN=Ada,OU=People,DC=contoso.`,
    );
  }
  const value = values[index - 1];
  if (value !== undefined) return unescaped(value);
  return fail(call, 'range', `DNComponent: n is ${index}, the name has ${values.length} components (the first is 1).`);
}

function unescaped(value: string): string {
  const end = value.trimEnd().length;
  // A blank behind a backslash belongs to the value.
  const trimmed = value.slice(0, value.charAt(end - 1) === '\\' ? end + 1 : end);
  const inner = /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
  // Pairs of hexadecimal digits are bytes of UTF-8, which may take several for one character.
  return inner.replace(/((?:\\[0-9a-f]{2})+)|\\(.)/gis, (_, bytes: string | undefined, character: string) =>
    bytes === undefined ? character : Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}

const SID_TEXT = /^S-1-\d+(?:-\d+)*$/i;

/** From Base64 of the binary form, as directories give binary attributes; a text that is one already stays as it is. */
function stringFromSid(call: Call): Value {
  const text = textAt(call, 0)?.trim() ?? null;
  if (text === null) return null;
  if (SID_TEXT.test(text)) return text.toUpperCase();
  const bytes = Buffer.from(text, 'base64');
  const count = bytes[1] ?? 0;
  if (bytes[0] !== 1 || bytes.length !== 8 + 4 * count) {
    return fail(call, 'format', `${argumentName(call, 0)} is no security identifier (Base64 of its bytes, or S-1-…).`);
  }
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + 4 * index));
  return ['S', 1, bytes.readUIntBE(2, 6), ...parts].join('-');
}
