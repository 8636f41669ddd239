// Cases of expressions and filters: every one gives an entry, malformed ones with their index, and nothing is lost in JSON.
import { describe, expect, it } from 'vitest';
import { parseExactly } from '../../../src/cli/case-input.ts';
import { evaluateCases } from '../../../src/cli/eval-cases.ts';
import { plainValue } from '../../../src/cli/expression-value.ts';
import { judgeCases } from '../../../src/cli/scope-cases.ts';

const NOW = new Date('2026-03-31T08:00:00Z');

const evaluated = (one: object): object => {
  const [result] = evaluateCases([{ id: 'x', ...one }], NOW);
  const { id, ...rest } = result ?? { id: 'none' };
  expect(id).toBe('x');
  return rest;
};

describe('expressions', () => {
  it.each([
    [{ expression: 'ToUpper([a])', attributes: { a: 'x' } }, { result: 'X' }],
    [{ expression: '[a]' }, { result: null }],
    [{ expression: '[a]', attributes: null }, { result: null }],
    [{ expression: 'Count([a])', attributes: { a: [1, 2] } }, { result: 2 }],
    [{ expression: '[__proto__]', attributes: {} }, { result: null }],
    [{ expression: 'IgnoreAttributeFlow' }, { flow: 'ignore-attribute' }],
    [{ expression: 'IgnoreObjectFlow' }, { flow: 'ignore-object' }],
    [{ expression: 'Append(%t%, "!")', params: { t: 'T' } }, { result: 'T!' }],
    [{ expression: 'DefaultDomain()', tenantDefaultDomain: 'contoso.com' }, { result: 'contoso.com' }],
  ])('%j', (one, result) => {
    expect(evaluated(one)).toEqual(result);
  });

  it('integers beyond 2^53 are text', () => {
    const large = 9_007_199_254_740_993n;
    expect(evaluated({ expression: '[a]', attributes: { a: large } })).toEqual({ result: '9007199254740993' });
    expect(evaluated({ expression: '[a]', attributes: { a: [large, 1.5, true] } })).toEqual({
      result: ['9007199254740993', 1.5, true],
    });
  });

  it('errors have their kind, and the place where there is one', () => {
    expect(evaluated({ expression: 'Nope([a])' })).toEqual({
      error: { kind: 'unknown-function', message: expect.any(String) as string, position: 0 },
    });
    expect(evaluated({ expression: 'Item(Split("a", ","), 2)' })).toMatchObject({ error: { kind: 'range' } });
    expect(evaluated({ expression: 'Append([Mail], "x")', schema: ['mail'] })).toMatchObject({
      error: { kind: 'unknown-attribute', message: expect.stringContaining('"mail"') as string },
    });
  });

  it('malformed cases are named, and the others evaluated', () => {
    const cases = [
      { id: 'a', expression: '"x"' },
      { id: 'b' },
      'c',
      { expression: '"x"' },
      { id: 'e', expression: '"x"', now: 'soon' },
      { id: 'f', expression: '"x"', taken: 'x' },
      { id: 7, expression: '"y"' },
    ];
    const results = evaluateCases(cases, NOW);
    expect(results).toMatchObject([
      { id: 'a', result: 'x' },
      {
        id: 'b',
        index: 1,
        error: { kind: 'malformed-case', message: expect.stringMatching(/^case\[1\]\.expression: /) as string },
      },
      { id: null, index: 2 },
      { id: null, index: 3, error: { message: expect.stringMatching(/^case\[3\]\.id: /) as string } },
      { id: 'e', index: 4, error: { message: 'case[4].now: must be an ISO time' } },
      { id: 'f', index: 5 },
      { id: 7, result: 'y' },
    ]);
  });
});

describe('filters', () => {
  const clause = (attribute: string, operator: string, value?: unknown) => ({
    attribute,
    operator,
    ...(value === undefined ? {} : { value }),
  });
  const filter = (...clauses: object[]) => ({ groups: [{ clauses }] });
  const judged = (one: object, ...others: object[]) => judgeCases([{ id: 'x', ...one }, ...others], NOW)[0];

  it.each([
    [filter(clause('department', 'EQUALS', 'Sales')), { department: 'Sales' }, true],
    [filter(clause('department', 'EQUALS', 'Sales')), {}, false],
    [filter(clause('level', 'Greater_Than', 5)), { level: 6 }, true],
    [{ groups: [] }, {}, true],
    [null, {}, true],
  ])('%j lets %j in: %j', (given, attributes, inScope) => {
    expect(judged({ filter: given, attributes })).toMatchObject({ id: 'x', inScope });
  });

  it("takes Graph's form as well", () => {
    const graph = { sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['Sales'] } };
    expect(judged({ filter: filter(graph), attributes: { department: 'Sales' } })).toEqual({
      id: 'x',
      inScope: true,
      reasons: ['group 1: department EQUALS Sales -> Sales (yes)'],
    });
  });

  it('a filter that is refused lets nobody in', () => {
    expect(
      judged({ filter: filter(clause('department', 'STARTS_WITH', 'S')), attributes: { department: 'S' } }),
    ).toEqual({
      id: 'x',
      error: { kind: 'unknown-operator', message: expect.any(String) as string },
      inScope: false,
    });
  });

  it('an attribute exists when a case has it, or Entra', () => {
    const one = { filter: filter(clause('level', 'IS NULL')), attributes: { mail: 'x' } };
    expect(judged(one)).toMatchObject({ error: { kind: 'unknown-attribute' }, inScope: false });
    expect(judged(one, { id: 'y', filter: null, attributes: { level: 1 } })).toMatchObject({ inScope: true });
    expect(judged({ ...one, filter: filter(clause('department', 'IS NULL')) })).toMatchObject({ inScope: true });
  });

  it('malformed cases let nobody in', () => {
    const cases = [
      { id: 'a', filter: { group: [] }, attributes: {} },
      { id: 'b', filter: filter({ attribute: 'x' }), attributes: {} },
      1,
    ];
    expect(judgeCases(cases, NOW)).toMatchObject([
      { id: 'a', index: 0, inScope: false, error: { kind: 'malformed-case' } },
      { id: 'b', index: 1, inScope: false },
      { id: null, index: 2, inScope: false },
    ]);
  });
});

describe('numbers', () => {
  it('keep their digits', () => {
    const text =
      '{"a": 9007199254740993, "b": [-9007199254740995], "c": 1.5, "d": 1e20, "e": 7, "f": "9007199254740993"}';
    const read = parseExactly(text);
    expect(read).toEqual({
      a: 9_007_199_254_740_993n,
      b: [-9_007_199_254_740_995n],
      c: 1.5,
      d: 1e20,
      e: 7,
      f: '9007199254740993',
    });
    expect(plainValue((read as { a: bigint }).a)).toBe('9007199254740993');
    expect(plainValue(42n)).toBe(42);
  });
});
