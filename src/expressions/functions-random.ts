// Guid and RandomString, from the random bytes that come with the evaluation.
import type { Value } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition } from './function-definition.ts';
import { constantOf, fail, integerAt, strict, textAt } from './function-definition.ts';
import type { CallNode } from './parse.ts';

export const randomFunctions: readonly FunctionDefinition[] = [
  { name: 'Guid', parameters: [], body: strict(guid), needs: () => 'random' },
  {
    name: 'RandomString',
    parameters: [
      'Length',
      'MinimumNumbers',
      'MinimumSpecialCharacters',
      'MinimumCapital',
      'MinimumLowerCase',
      'CharactersToAvoid?',
    ],
    body: strict(randomString),
    check: checkLengths,
    needs: () => 'random',
  },
];

/** A random GUID (version 4 of RFC 9562), in lower case with hyphens. */
function guid(call: Call): Value {
  const bytes = Buffer.from(call.input.environment.random(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

// In the order of the parameters; the special ones are those of Windows' rule for complex passwords.
const NUMBERS = '0123456789';
const SPECIAL = '~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/';
const CAPITAL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER_CASE = 'abcdefghijklmnopqrstuvwxyz';
const KINDS = [NUMBERS, SPECIAL, CAPITAL, LOWER_CASE] as const;

const LONGEST = 256n;

/**
 * What is left after the minimums is filled with letters and numbers, and with special characters where some are asked
 * for. All places are shuffled.
 */
function randomString(call: Call): Value {
  const length = integerAt(call, 0);
  const minimums = KINDS.map((_, index) => integerAt(call, index + 1));
  const avoided = new Set(textAt(call, 5) ?? '');
  if (call.fault !== undefined) return null;
  const fault = faultOfLengths(length, minimums);
  if (fault !== undefined) return fail(call, 'argument', fault);
  const kinds = KINDS.map((kind) => kind.split('').filter((character) => !avoided.has(character)));
  const filling = kinds.filter((_, index) => KINDS[index] !== SPECIAL || minimums[index] !== 0n).flat();
  const wanted = kinds.flatMap((kind, index) => Array.from({ length: Number(minimums[index]) }, () => kind));
  while (wanted.length < Number(length)) wanted.push(filling);
  if (wanted.some((kind) => kind.length === 0)) {
    return fail(call, 'argument', 'RandomString: CharactersToAvoid leaves no character of a kind that is needed.');
  }
  const characters = wanted.map((kind) => kind[randomBelow(call, kind.length)] ?? '');
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomBelow(call, last + 1);
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters.join('');
}

/** Four bytes, so that the remainder favours nothing that could be noticed: sizes are below 300. */
function randomBelow(call: Call, size: number): number {
  return Buffer.from(call.input.environment.random(4)).readUInt32LE() % size;
}

function faultOfLengths(length: bigint, minimums: readonly bigint[]): string | undefined {
  if (length < 1n || length > LONGEST) return `RandomString: Length is 1 to ${LONGEST}.`;
  if (minimums.some((minimum) => minimum < 0n)) return 'RandomString: a minimum must not be negative.';
  const sum = minimums.reduce((total, minimum) => total + minimum, 0n);
  return sum > length ? `RandomString: the minimums add up to ${sum}, more than Length, ${length}.` : undefined;
}

function checkLengths({ slots }: CallNode): ConstantFault | undefined {
  const [length, ...minimums] = slots.slice(0, 5).map(constantOf);
  if (typeof length !== 'bigint' || !minimums.every((minimum) => typeof minimum === 'bigint')) return undefined;
  const message = faultOfLengths(length, minimums);
  return message === undefined ? undefined : { kind: 'argument', message };
}
