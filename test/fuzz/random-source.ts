// Random numbers and values for the fuzzer, from a seed: the same seed gives the same run on any machine.
import type { SourceValue } from '../../src/expressions/compile.ts';

/** A source of chance. */
export interface RandomSource {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
  /** True once in `times`. */
  once(times: number): boolean;
}

/** Mulberry32: small, fast and good enough to look into every corner. */
export function randomSource(seed: number): RandomSource {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    pick: <T>(choices: readonly T[]) => {
      const chosen = choices[below(choices.length)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
    once: (times) => below(times) === 0,
  };
}

const PIECES = [
  'a',
  'b',
  'Z',
  '0',
  '9',
  ' ',
  '',
  '-',
  '_',
  '.',
  ',',
  ';',
  '@',
  '"',
  '\\',
  '$1',
  '\u0024{x}',
  '%',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  '*',
  '+',
  '?',
  '|',
  '^',
  '\n',
  '\t',
  '\u0000',
  '\u00a0',
  '\u0130',
  'ß',
  'ﬁ',
  'é',
  'e\u0301',
  'Ж',
  '中',
  '😀',
  '\ud800',
  '\udfff',
  "'",
  '/',
  ':',
  'T',
  'AM',
  '2021',
  '12',
  '31',
  '00',
  'True',
  'false',
  '=',
  '<',
  '>',
  'aaaaaaaaaaaaaaaaaaaa',
] as const; // prettier-ignore

/** A text of up to `most` pieces: letters of many scripts, controls, halves of surrogate pairs, what has a meaning somewhere. */
export function randomText(random: RandomSource, most: number): string {
  let text = '';
  for (let left = random.below(most + 1); left > 0; left -= 1) text += random.pick(PIECES);
  return text;
}

const TEXTS = [
  '',
  ' ',
  'Ana',
  'ana.ruiz@contoso.com',
  "O'Neil",
  'MARÍA JOSÉ',
  '2021-06-30+08:00',
  '6/29/2021 4:00:00 PM',
  '20200102',
  '0',
  '-1',
  '1e5',
  '9223372036854775807',
  '99999999999999999999',
  'CN=Ana\\, Ruiz,OU=Sales,DC=contoso',
  'AQUAAAAAAAUVAAAA',
  '{"id":"1","value":"a"}',
] as const; // prettier-ignore

/** Any value an attribute may have, and some that none should. */
export function randomValue(random: RandomSource, depth = 0): SourceValue {
  switch (random.below(depth > 2 ? 8 : 11)) {
    case 0:
      return null;
    case 1:
      return random.once(2);
    case 2:
      return random.below(200) - 100;
    case 3:
      return random.pick([Number.NaN, Number.POSITIVE_INFINITY, -0, 1.5, 2 ** 53, 1e308]);
    case 4:
      return BigInt(random.below(2 ** 31)) ** BigInt(random.below(6));
    case 5:
    case 6:
      return random.pick(TEXTS);
    case 7:
      return randomText(random, 20);
    case 8:
    case 9:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
    default:
      return { id: randomText(random, 3), value: randomText(random, 3), displayName: randomValue(random, depth + 1) };
  }
}
