// Replace: which of its five modes a call has, what is refused when it is compiled, and what fails for one object.
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '../../../src/expressions/compile.ts';
import { compileExpression } from '../../../src/expressions/compile.ts';
import { evaluateIn } from './evaluate-in.ts';

type Attributes = Readonly<Record<string, SourceValue>>;

function compiled(text: string) {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(result.errors.map((error) => error.message).join(' '));
  return result.expression;
}

const evaluate = (text: string, attributes: Attributes = {}) => compiled(text).evaluate(evaluateIn(attributes));

const faultsOf = (text: string) => {
  const result = compileExpression(text);
  return result.ok ? [] : result.errors;
};

const HANGING = '(a+)+$';
const LONG = `${'a'.repeat(40)}!`;

describe('the mode of Replace', () => {
  it.each([
    ['1: text by text', 'Replace("a.a", "a", , , "$&", , )', '$&.$&'],
    ['2: the source into a template', 'Replace("x", "{0}", , , , , "{0}-{0}")', 'x-x'],
    ['3: matches by a replacement', 'Replace("a1", , "(\\d)", , "<$1>", , )', 'a<1>'],
    ['4: one group of each match', 'Replace("a1b2", , "[a-z](?<n>\\d)", "n", "$1", , )', 'a$1b$1'],
    ['4: a group by its number', 'Replace("a1b2", , "[a-z](\\d)", "1", "#", , )', 'a#b#'],
    ['5: a group of another attribute', 'Replace([none], , "(?<n>\\d+)", "n", , "a12b3", )', '12'],
    ['5 before 4', 'Replace([none], , "(?<n>\\d)", "n", "x", "a1", )', '1'],
    ['4 before 3, and not 5 without a group', 'Replace("a1", , "(?<n>\\d)", , "x", "b2", )', 'ax'],
    ['a pattern before a text', 'Replace("a1", "a", "\\d", , "x", , )', 'ax'],
    ['1 before 2', 'Replace("aa", "a", , , "b", , "t")', 'bb'],
  ])('%s', (_mode, text, value) => {
    expect(evaluate(text)).toMatchObject({ type: 'value', value });
  });

  it.each([
    ['Replace([a], , "x", , "y", , )', { a: null }, null],
    ['Replace([a], , "x", , "y", , )', { a: '' }, ''],
    ['Replace([a], , "^$", , "y", , )', { a: '' }, 'y'],
    ['Replace([a], , "(?<n>x)", "n", "y", , )', { a: null }, null],
    ['Replace([a], , "(?<n>\\d)", "n", , [b], )', { a: 'x', b: '1' }, 'x'],
    ['Replace([a], , "(?<n>\\d)", "n", , [b], )', { a: '', b: '1' }, '1'],
    ['Replace([a], , "(?<n>\\d)", "n", , [b], )', { b: 'x' }, null],
    ['Replace([a], , "(?<n>\\d)", "n", , [b], )', {}, null],
    ['Replace([a], , "x(?<n>\\d)?", "n", , [b], )', { b: 'x' }, null],
    ['Replace([a], , "\\d", , [b], , )', { a: 'x1' }, 'x'],
    ['Replace([a], , "(\\d)", , [b], , )', { a: 'x1', b: '<$1>' }, 'x<1>'],
    ['Replace([a], , "\\d", , "#", , )', { a: ['x1', 'y2'] }, ['x#', 'y#']],
    ['Replace([a], , "\\d", , "#", , )', { a: 12 }, '##'],
    ['Replace([a], , [p], , "#", , )', { a: 'x1', p: '\\d' }, 'x#'],
    ['Replace([a], , Join("", "^", [p]), [g], "#", , )', { a: 'x1', p: '(?<n>.)', g: 'n' }, '#1'],
  ])('%s of %j', (text, attributes, value) => {
    expect(evaluate(text, attributes)).toMatchObject({ type: 'value', value });
  });
});

describe('Replace is refused when compiled', () => {
  it.each([
    ['Replace([a], , "[0-9", , "x", , )', 'regex', 15, 'at its character 1: the class has no closing ]'],
    ['Replace([a], , "ab(?<n>c", "n", "x", , )', 'regex', 15, 'at its character 3: the group has no closing )'],
    ['Replace([a], , "(?<n>.)", "m", "x", , )', 'regex', 26, 'has no group m'],
    ['Replace([a], , "(?<n>.)", "N", , [b], )', 'regex', 26, 'has no group N'],
    ['Replace([a], , "(.)", "2", "x", , )', 'regex', 22, 'has no group 2'],
    ['Replace([a], , ".", , , , )', 'arity', 0, 'needs a replacement'],
    ['Replace([a], , "(?<n>.)", "n", , , )', 'arity', 0, 'needs a replacement'],
    ['Replace([a], , ".", , , [b], )', 'arity', 0, 'needs a replacement'],
    ['Replace([a], , ".", , , , "t")', 'arity', 0, 'needs a replacement'],
    ['Replace([a], "a", "b")', 'arity', 0, 'For plain text'],
  ])('%s', (text, kind, position, message) => {
    expect(faultsOf(text)).toMatchObject([{ kind, functionName: 'Replace', position }]);
    expect(faultsOf(text)[0]?.message).toContain(message);
  });

  it('and warned about when a pattern hardly means what it says', () => {
    expect(compiled('Replace([a], , "^a|b$", , "", , )').warnings).toEqual([
      'Replace: in regexPattern, ^ and $ belong to the alternatives they stand in only; write ^(?:a|b)$ to anchor all of them.',
    ]);
    expect(compiled('Replace([a], , "^(?:a|b)$", , "", , )').warnings).toEqual([]);
  });
});

describe('Replace fails for one object', () => {
  it.each([
    ['Replace([a], , [p], , "x", , )', { a: 'a', p: '(secret' }, 'regex', 'at its character 1'],
    ['Replace([a], , [p], , "x", , )', { a: 'a', p: null }, 'argument', 'must not be null'],
    ['Replace([a], , "(.)", [g], "x", , )', { a: 'a', g: 'secret' }, 'regex', 'has no group'],
    ['Replace([a], , "(.)", [g], "x", , )', { a: 'a' }, 'regex', 'has no group'],
    ['Replace([a], , ".", , "x", , )', { a: { secret: 1 } }, 'type', 'must be text'],
    ['Replace([a], , "a", , [b], , )', { a: 'a'.repeat(2_000), b: '$_' }, 'argument', 'longer than 1000000'],
    [`Replace([a], , "${HANGING}", , "", , )`, { a: LONG }, 'regex', 'needs more than 1000000 steps'],
    [`Replace([b], , "(?<n>${HANGING})", "n", , [a], )`, { a: LONG }, 'regex', 'needs more than 1000000 steps'],
  ])('%s', (text, attributes, kind, message) => {
    const result = evaluate(text, attributes);
    expect(result).toMatchObject({ type: 'error', error: { kind, functionName: 'Replace', position: 0 } });
    expect(result.type === 'error' && result.error.message).toContain(message);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  // spec: expressions-end
  it('whose steps all calls of the expression share, and every evaluation has anew', () => {
    const twice = compiled('Join("", Replace([a], , "(a|b|ab)*c", , "", , ), Replace([a], , "(a|b|ab)*c", , "", , ))');
    const once = compiled('Replace([a], , "(a|b|ab)*c", , "", , )');
    const results = Array.from({ length: 30 }, (_, length) => 'ab'.repeat(length)).map((a) => [
      once.evaluate(evaluateIn({ a })).type,
      twice.evaluate(evaluateIn({ a })).type,
    ]);
    expect(results[2]).toEqual(['value', 'value']);
    expect(results).toContainEqual(['value', 'error']);
    expect(results[29]).toEqual(['error', 'error']);
    expect(once.evaluate(evaluateIn({ a: 'abc' }))).toMatchObject({ type: 'value', value: '' });
  });

  it('and no list of values has more steps than a single one', () => {
    const a = Array.from({ length: 10_000 }, () => LONG);
    expect(evaluate(`Replace([a], , "${HANGING}", , "", , )`, { a })).toMatchObject({ type: 'error' });
  });

  it('but not when its branch is not taken', () => {
    expect(evaluate(`IIF(IsNull([b]), "ok", Replace([a], , "${HANGING}", , "", , ))`, { a: LONG })).toMatchObject({
      value: 'ok',
    });
  });
});
