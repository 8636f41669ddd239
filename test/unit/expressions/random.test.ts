import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression, type EvaluationResult } from '../../../src/expressions/compile.ts';
import { evaluateIn } from './evaluate-in.ts';
import { randomFrom } from './random-bytes.ts';

function evaluate(text: string, seed = 1, attributes = {}): EvaluationResult {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.errors.map((error) => error.message).join(' '));
  return compiled.expression.evaluate(evaluateIn(attributes, { random: randomFrom(seed) }));
}

function textOf(text: string, seed = 1, attributes = {}): string {
  const result = evaluate(text, seed, attributes);
  if (result.type !== 'value' || typeof result.value !== 'string') throw new Error(JSON.stringify(result));
  return result.value;
}

const SPECIAL = '~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/';

describe('Guid', () => {
  it('is a random one of version 4, in lower case', () => {
    const guids = Array.from({ length: 200 }, (_, seed) => textOf('Guid()', seed + 1));
    for (const guid of guids)
      expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(guids).size).toBe(200);
  });

  it('is made of all the bytes that it asks for', () => {
    const compiled = compileExpression('Guid()');
    const random = (count: number) => new Uint8Array(count).fill(0xff);
    const result = compiled.ok && compiled.expression.evaluate(evaluateIn({}, { random }));
    expect(result).toMatchObject({ value: 'ffffffff-ffff-4fff-bfff-ffffffffffff' });
  });
});

describe('RandomString', () => {
  it('has the length, at least the minimums, and none of the characters to avoid', () => {
    const counts = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(30), fc.integer({ min: 1, max: 1e6 }));
    fc.assert(
      fc.property(counts, ([numbers, special, capital, lower, more, seed]) => {
        const length = Math.max(1, numbers + special + capital + lower + more);
        const text = `RandomString(${[length, numbers, special, capital, lower].join(', ')}, "0O1lI~,")`;
        const value = textOf(text, seed);
        expect(value).toHaveLength(length);
        expect(value.match(/[0-9]/g)?.length ?? 0).toBeGreaterThanOrEqual(numbers);
        expect(value.match(/[A-Z]/g)?.length ?? 0).toBeGreaterThanOrEqual(capital);
        expect(value.match(/[a-z]/g)?.length ?? 0).toBeGreaterThanOrEqual(lower);
        const specials = value.split('').filter((character) => SPECIAL.includes(character)).length;
        expect(specials).toBeGreaterThanOrEqual(special);
        if (special === 0) expect(specials).toBe(0);
        expect(value).not.toMatch(/[0O1lI~,]/);
        expect(value).toMatch(/^[!-~]*$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('puts every kind into every place', () => {
    const seen = [0, 1, 2, 3].map(() => new Set<string>());
    for (let seed = 1; seed < 300; seed += 1) {
      textOf('RandomString(4, 1, 1, 1, 1)', seed)
        .split('')
        .forEach((character, place) => {
          seen[place]?.add(
            /\d/.test(character) ? '0' : /[A-Z]/.test(character) ? 'A' : /[a-z]/.test(character) ? 'a' : '!',
          );
        });
    }
    expect(seen.map((kinds) => kinds.size)).toEqual([4, 4, 4, 4]);
  });

  it('uses every special character', () => {
    const used = new Set(textOf(`RandomString(256, 0, 256, 0, 0)`) + textOf('RandomString(256, 0, 256, 0, 0)', 2));
    expect([...used].toSorted()).toEqual(SPECIAL.split('').toSorted());
  });

  it.each([
    ['RandomString([n], 0, 0, 0, 0)', { n: 257 }, 'argument'],
    ['RandomString([n], 3, 3, 0, 0)', { n: '5' }, 'argument'],
    ['RandomString(8, [n], 0, 0, 0)', { n: -1 }, 'argument'],
    ['RandomString(8, 1, 0, 0, 0, "0123456789")', {}, 'argument'],
    ['RandomString([n], 1, 0, 0, 0)', {}, 'type'],
  ])('%s of %j fails with %s', (text, attributes, kind) => {
    expect(evaluate(text, 1, attributes)).toMatchObject({
      type: 'error',
      error: { kind, functionName: 'RandomString' },
    });
  });

  it('of digits only may avoid letters', () => {
    expect(textOf('RandomString(6, 6, 0, 0, 0, "abc")')).toMatch(/^\d{6}$/);
  });
});
