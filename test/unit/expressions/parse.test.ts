import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EXPRESSION_LENGTH, MAX_NESTING_DEPTH, parseExpression } from '../../../src/expressions/parse.ts';

function faultOf(text: string) {
  const parsed = parseExpression(text);
  return parsed.ok ? undefined : parsed.error;
}

function nodeOf(text: string) {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

describe('parseExpression', () => {
  it('keeps omitted arguments apart from empty texts and gives every node its place', () => {
    expect(nodeOf('Replace([m], "", , -5)')).toEqual({
      kind: 'call',
      name: 'Replace',
      position: 0,
      slots: [
        { kind: 'attribute', value: 'm', position: 8 },
        { kind: 'text', value: '', position: 13 },
        null,
        { kind: 'number', value: -5n, position: 19 },
      ],
    });
    expect(nodeOf('F()')).toMatchObject({ slots: [] });
    expect(nodeOf('F(,)')).toMatchObject({ slots: [null, null] });
  });

  it.each([
    ['[emails[type eq "work"].value]', 'emails[type eq "work"].value'],
    ['[emails[type eq "a]b"].value]', 'emails[type eq "a]b"].value'],
    ['[passwordProfile.password]', 'passwordProfile.password'],
    ['[ mail ]', ' mail '],
    ['[a"b]', 'a"b'],
  ])('reads the attribute %s', (text, name) => {
    expect(nodeOf(text)).toEqual({ kind: 'attribute', value: name, position: 0 });
  });

  it.each([
    ['"\\"a\\\\"', '"a\\'],
    ['"\\+(?<a>\\d)"', '\\+(?<a>\\d)'],
    ['"a,\n)["', 'a,\n)['],
  ])('reads the text %s', (text, value) => {
    expect(nodeOf(text)).toMatchObject({ kind: 'text', value });
  });

  it('reads numbers exactly', () => {
    expect(nodeOf('&hFFFFFFFFFFFFFFFF')).toMatchObject({ value: 18446744073709551615n });
    expect(nodeOf('9223372036854775807')).toMatchObject({ value: 9223372036854775807n });
    expect(nodeOf('-1.5')).toMatchObject({ value: -1.5 });
  });

  it('takes a no-break space for white space and accepts constants in any case, with a warning', () => {
    expect(nodeOf('F\u00a0(\u00a0%Domain%\u00a0)')).toMatchObject({ slots: [{ kind: 'parameter', value: 'Domain' }] });
    const parsed = parseExpression('null');
    expect(parsed).toMatchObject({ node: { kind: 'constant', name: 'NULL' }, warnings: ['null is written NULL.'] });
  });

  it.each([
    ['', 0, 'stops too early'],
    ['   ', 3, 'stops too early'],
    ['F([a]', 5, 'stops too early'],
    ['F([a], "b', 7, 'closing double quote'],
    ['F("x\\")', 2, 'closing double quote'],
    ['F([a)', 2, 'closing ]'],
    ['F([ ])', 2, 'empty'],
    ['[a]]', 3, 'no [ opens it'],
    ["F('a')", 2, 'double quotes'],
    ['F(\u201ca\u201d)', 2, 'double quotes'],
    ['F([a] && [b])', 6, 'nest IIF'],
    ['[a] & "b"', 4, 'Join or Append'],
    ['[a] + "b"', 4, 'no arithmetic'],
    ['[a] != "b"', 4, '<>'],
    ['[a]=[b]=[c]', 7, 'chained'],
    ['[a] = = [b]', 6, 'Unexpected ='],
    ['"a""b"', 3, 'inside a text'],
    ['F([a]) G([b])', 7, 'Unexpected word G'],
    ['$x', 0, 'not part of the expression language'],
    ['%a', 0, '%name%'],
    ['&HG', 0, 'hexadecimal'],
    ['1.', 0, 'not a number'],
    ['12ab', 0, 'not a number'],
    ['vbTextCompar', 0, 'did you mean vbTextCompare?'],
    ['mail', 0, 'attributes as [name]'],
    ['([a])', 0, 'expected a function'],
  ])('refuses %j at %i', (text, position, message) => {
    expect(faultOf(text)).toMatchObject({ kind: 'parse', position });
    expect(faultOf(text)?.message).toContain(message);
  });

  it('limits length and nesting', () => {
    expect(faultOf(`"${'x'.repeat(MAX_EXPRESSION_LENGTH - 2)}"`)).toBeUndefined();
    expect(faultOf(`"${'x'.repeat(MAX_EXPRESSION_LENGTH)}"`)?.message).toContain('at most 10000');
    const nested = (depth: number) => `${'F('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(faultOf(nested(MAX_NESTING_DEPTH))).toBeUndefined();
    expect(faultOf(nested(MAX_NESTING_DEPTH + 1))).toMatchObject({ kind: 'parse', position: 200 });
    expect(faultOf('F('.repeat(5000))?.kind).toBe('parse');
    expect(faultOf('['.repeat(10_000))?.kind).toBe('parse');
  });

  it('never throws, and its errors point into the text', () => {
    const pieces = fc.constantFrom(
      'F(',
      ')',
      ',',
      '[a]',
      '[',
      ']',
      '"',
      '\\',
      '&H',
      '1',
      '-',
      '.',
      '%',
      '=',
      '<',
      '>',
      ' ',
      'x',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const fault = faultOf(text);
        if (fault?.position === undefined) return;
        expect(fault.position).toBeGreaterThanOrEqual(0);
        expect(fault.position).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back every text that is written with its two escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(nodeOf(`"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)).toMatchObject({ value });
      }),
    );
  });
});
