// The date functions. Values were checked against .NET's DateTime.Parse and ToString in the invariant culture; DateAdd and
// DateDiff follow Visual Basic's.
import { describe, expect, it } from 'vitest';
import type { EvaluationResult, SourceValue } from '../../../src/expressions/compile.ts';
import { compileExpression } from '../../../src/expressions/compile.ts';
import { evaluateIn } from './evaluate-in.ts';

type Attributes = Readonly<Record<string, SourceValue>>;

function evaluate(text: string, attributes: Attributes = {}): EvaluationResult {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.errors.map((error) => error.message).join(' '));
  return compiled.expression.evaluate(evaluateIn(attributes));
}

/** The value, or the kind of the error. */
function outcome(text: string, attributes: Attributes = {}): SourceValue | { readonly error: string } {
  const result = evaluate(text, attributes);
  if (result.type === 'value') return result.value;
  return { error: result.type === 'error' ? result.error.kind : result.type };
}

describe('a text is read as a date', () => {
  it.each([
    ['2025-08-15', '8/15/2025 12:00:00 AM'],
    ['2025/8/5', '8/5/2025 12:00:00 AM'],
    ['2025-08-15T10:20', '8/15/2025 10:20:00 AM'],
    ['2025-08-15T10:20:30Z', '8/15/2025 10:20:30 AM'],
    ['2025-08-15t10:20:30.1234567z', '8/15/2025 10:20:30 AM'],
    ['2025-08-15T10:20:30+02:00', '8/15/2025 8:20:30 AM'],
    ['2025-08-15T10:20:30 -0730', '8/15/2025 5:50:30 PM'],
    ['2025-08-15 23:59:59-05:00', '8/16/2025 4:59:59 AM'],
    ['2025-08-15 10:20 PM', '8/15/2025 10:20:00 PM'],
    ['2025-08-15Z', '8/15/2025 12:00:00 AM'],
    ['2021-06-30+08:00', '6/29/2021 4:00:00 PM'],
    ['2013-01-10 4 PM -8', '1/11/2013 12:00:00 AM'],
    ['  8/15/2025  ', '8/15/2025 12:00:00 AM'],
    ['08-15-2025', '8/15/2025 12:00:00 AM'],
    ['8/15/2025 0:05', '8/15/2025 12:05:00 AM'],
    ['8/15/2025 12:05 AM', '8/15/2025 12:05:00 AM'],
    ['8/15/2025 12:05 PM', '8/15/2025 12:05:00 PM'],
    ['8/15/2025 11:05:09pm', '8/15/2025 11:05:09 PM'],
    ['15 Aug 2025', '8/15/2025 12:00:00 AM'],
    ['15-AUG-2025 10:00', '8/15/2025 10:00:00 AM'],
    ['August 15, 2025', '8/15/2025 12:00:00 AM'],
    ['Fri, 15 Aug 2025 10:20:30 GMT', '8/15/2025 10:20:30 AM'],
    ['Friday, August 15, 2025', '8/15/2025 12:00:00 AM'],
    ['2024-02-29', '2/29/2024 12:00:00 AM'],
    ['2000-02-29', '2/29/2000 12:00:00 AM'],
    ['0001-01-01', '1/1/0001 12:00:00 AM'],
    ['9999-12-31T23:59:59.9999999Z', '12/31/9999 11:59:59 PM'],
  ])('%j', (text, expected) => {
    expect(outcome('CDate([d])', { d: text })).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'tomorrow',
    '31/12/2025',
    '20250815',
    '2025-02-30',
    '2025-02-29',
    '1900-02-29',
    '2025-13-01',
    '2025-00-01',
    '2025-08-15T24:00:00',
    '2025-08-15T10:60',
    '2025-08-15T1:00',
    '2025-08-15T10:20:30+15:00',
    '2025-08-15T10:20:30+01:60',
    '2025-08-15T10:20:30 GMT',
    '2025-08-15 13:00 AM',
    '2025-08-15 10',
    '2025-08/15',
    '8/15/25',
    '8/15',
    'Aug 2025',
    'Sat, 15 Aug 2025',
    '15 Augu 2025',
    '10:00',
    '0000-01-01',
    '10000-01-01',
    '9999-12-31T23:59:59-05:00',
    '2025-08-15T10:00:00Zulu',
    `2025-08-15${' '.repeat(200)}`,
  ])('or not: %j', (text) => {
    expect(outcome('CDate([d])', { d: text })).toEqual({ error: 'format' });
  });

  it('or not, without quoting what may be a secret', () => {
    const result = evaluate('CDate([d])', { d: 'hunter2' });
    expect(result).toMatchObject({ type: 'error', error: { kind: 'format', functionName: 'CDate' } });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

describe('a date as a value', () => {
  it.each<[string, Attributes, SourceValue]>([
    ['CStr(Now())', {}, '7/30/2025 3:33:38 PM'],
    ['Join(" ", "on", CDate("2025-08-05"))', {}, 'on 8/5/2025 12:00:00 AM'],
    ['Left(Now(), 9)', {}, '7/30/2025'],
    ['IsString(Now())', {}, false],
    ['IsPresent(Now())', {}, true],
    ['Coalesce([missing], CDate("2025-08-05"))', {}, '8/5/2025 12:00:00 AM'],
    ['Switch(CDate([d]), "other", "8/5/2025 12:00:00 AM", "that day")', { d: '2025-08-05' }, 'that day'],
    ['CDate(CDate([d]))', { d: '2025-08-05' }, '8/5/2025 12:00:00 AM'],
    ['CDate([d])', { d: ['2025-08-05', '2025-08-06'] }, ['8/5/2025 12:00:00 AM', '8/6/2025 12:00:00 AM']],
    ['Count(RemoveDuplicates(CDate([d])))', { d: ['2025-08-05', '8/5/2025'] }, 1],
    ['Redact(Now())', {}, '7/30/2025 3:33:38 PM'],
  ])('%s of %j', (text, attributes, expected) => {
    expect(outcome(text, attributes)).toEqual(expected);
  });

  it.each<[string, Attributes, unknown]>([
    // As texts, "10/1/2025 ..." would come before "9/1/2025 ...".
    ['CDate("2025-10-01") > CDate("2025-09-01")', {}, true],
    ['CDate("2025-10-01") = CDate("10/1/2025")', {}, true],
    ['CDate([d]) <= Now()', { d: '2025-07-30T15:33:38.123Z' }, true],
    ['CDate([d]) < Now()', { d: '2025-07-30T15:33:38.1229999Z' }, true],
    ['Now() >= [d]', { d: '2025-08-01' }, false],
    ['[d] <> CDate("2025-08-01")', { d: '2025-08-01' }, false],
    ['CDate("2025-08-01") > [d]', {}, false],
    ['CDate("2025-08-01") > [d]', { d: 'soon' }, { error: 'type' }],
    ['CDate("2025-08-01") > 5', {}, { error: 'type' }],
    ['CDate("2025-08-01") = True', {}, { error: 'type' }],
    ['IIF(Now(), "a", "b")', {}, { error: 'type' }],
    ['Left("abc", Now())', {}, { error: 'type' }],
  ])('is compared as a moment: %s of %j', (text, attributes, expected) => {
    expect(outcome(text, attributes)).toEqual(expected);
  });
});

describe('DateAdd', () => {
  it.each([
    ['yyyy', 1, '2024-02-29', '2/28/2025 12:00:00 AM'],
    ['yyyy', 4, '2024-02-29', '2/29/2028 12:00:00 AM'],
    ['yyyy', -100, '2000-02-29T01:02:03', '2/28/1900 1:02:03 AM'],
    ['m', 1, '2025-01-31', '2/28/2025 12:00:00 AM'],
    ['m', 1, '2024-01-31', '2/29/2024 12:00:00 AM'],
    ['m', -1, '2025-01-01', '12/1/2024 12:00:00 AM'],
    ['m', 11, '2025-01-31T10:00', '12/31/2025 10:00:00 AM'],
    ['m', -25, '2025-01-31', '12/31/2022 12:00:00 AM'],
    ['ww', 1, '2025-12-29', '1/5/2026 12:00:00 AM'],
    ['d', -60, '2025-03-01', '12/31/2024 12:00:00 AM'],
    ['h', 36, '2025-01-01', '1/2/2025 12:00:00 PM'],
    ['n', 90, '2025-01-01', '1/1/2025 1:30:00 AM'],
    ['s', -1, '2025-01-01', '12/31/2024 11:59:59 PM'],
    ['s', 0, '0001-01-01', '1/1/0001 12:00:00 AM'],
    ['yyyy', 9998, '0001-01-01', '1/1/9999 12:00:00 AM'],
  ])('%s %i to %s', (interval, count, date, expected) => {
    expect(outcome('DateAdd([i], [n], [d])', { i: interval, n: count, d: date })).toBe(expected);
  });

  it.each<[string, Attributes, string]>([
    ['DateAdd("m", 95688, [d])', { d: '2026-01-01' }, 'argument'],
    ['DateAdd("d", -1, [d])', { d: '0001-01-01' }, 'argument'],
    ['DateAdd("s", 1, [d])', { d: '9999-12-31T23:59:59' }, 'argument'],
    ['DateAdd("yyyy", 99999999999999999999999, [d])', { d: '2026-01-01' }, 'argument'],
    ['DateAdd("h", -99999999999999999999999, [d])', { d: '2026-01-01' }, 'argument'],
    ['DateAdd([i], 1, [d])', { d: '2026-01-01', i: 'w' }, 'argument'],
    ['DateAdd([i], 1, [d])', { d: '2026-01-01' }, 'argument'],
    ['DateAdd("d", 1.5, [d])', { d: '2026-01-01' }, 'type'],
    ['DateAdd("d", [n], [d])', { d: '2026-01-01' }, 'type'],
    ['DateAdd("d", 1, [d])', {}, 'format'],
    ['DateAdd("d", 1, [d])', { d: { id: 1 } }, 'type'],
  ])('%s of %j fails with %s', (text, attributes, kind) => {
    expect(outcome(text, attributes)).toEqual({ error: kind });
  });
});

describe('DateDiff', () => {
  it.each([
    ['yyyy', '2024-12-31', '2025-01-01', 1],
    ['yyyy', '2025-01-01', '2024-12-31', -1],
    ['yyyy', '2025-01-01', '2025-12-31', 0],
    ['m', '2025-01-31', '2025-02-01', 1],
    ['m', '2025-12-01', '2024-11-30', -13],
    ['d', '2025-07-30T23:00', '2025-07-31T01:00', 0],
    ['d', '2025-07-31T01:00', '2025-07-30T00:59', -1],
    ['d', '2024-02-28', '2024-03-01', 2],
    ['h', '2025-01-01T10:59', '2025-01-01T12:00', 1],
    ['n', '2025-01-01T10:00:30', '2025-01-01T10:02:00', 1],
    ['s', '2025-01-01T10:00:00.9', '2025-01-01T10:00:00', 0],
    ['s', '0001-01-01', '9999-12-31', 315_537_811_200],
    // Weeks begin on Sunday; 5 January 2025 was one.
    ['ww', '2025-01-04', '2025-01-05', 1],
    ['ww', '2025-01-05', '2025-01-11', 0],
    ['ww', '2025-01-05', '2025-01-04', -1],
    // Visual Basic keeps the times of day of both.
    ['ww', '2025-01-04T23:00', '2025-01-05T01:00', 0],
    ['ww', '2021-08-25T17:41:18', '2012-03-16T07:00', -493],
    ['ww', '0001-01-01', '0001-01-07', 1],
  ])('%s from %s to %s is %i', (interval, from, to, expected) => {
    expect(outcome('DateDiff([i], [a], [b])', { i: interval, a: from, b: to })).toBe(expected);
  });

  it.each<[Attributes, string]>([
    [{ i: 'w', a: '2025-01-01', b: '2025-01-01' }, 'argument'],
    [{ i: 'd', a: null, b: '2025-01-01' }, 'format'],
    [{ i: 'd', a: '2025-01-01', b: 'soon' }, 'format'],
  ])('of %j fails with %s', (attributes, kind) => {
    expect(outcome('DateDiff([i], [a], [b])', attributes)).toEqual({ error: kind });
  });
});

describe('Windows file times', () => {
  it.each<[string, SourceValue, unknown]>([
    ['NumFromDate([x])', '1601-01-01', 0],
    ['NumFromDate([x])', '2012-01-01T23:00:00Z', 129_699_324_000_000_000n],
    ['NumFromDate([x])', '2025-01-01T00:00:00.0000001Z', 133_801_632_000_000_001n],
    ['NumFromDate([x])', '9999-12-31T23:59:59.9999999Z', 2_650_467_743_999_999_999n],
    ['NumFromDate([x])', '1600-12-31T23:59:59Z', { error: 'argument' }],
    ['NumFromDate([x])', null, { error: 'format' }],
    ['NumFromDate([x])', 'never', { error: 'format' }],
    ['DateFromNum([x])', '0', '1/1/1601 12:00:00 AM'],
    ['DateFromNum([x])', 129_699_324_000_000_000n, '1/1/2012 11:00:00 PM'],
    ['DateFromNum([x])', '2650467743999999999', '12/31/9999 11:59:59 PM'],
    ['DateFromNum([x])', '2650467744000000000', { error: 'argument' }],
    ['DateFromNum([x])', '9223372036854775807', { error: 'argument' }],
    ['DateFromNum([x])', -1, { error: 'argument' }],
    ['DateFromNum([x])', 'abc', { error: 'type' }],
    ['DateFromNum([x])', null, { error: 'type' }],
    // Nothing of the 100 ns is lost between functions.
    ['NumFromDate(DateFromNum([x]))', '133801632000000001', 133_801_632_000_000_001n],
    ['NumFromDate(DateAdd("d", 1, DateFromNum([x])))', '133801632000000001', 133_802_496_000_000_001n],
  ])('%s of %s', (text, x, expected) => {
    expect(outcome(text, { x })).toEqual(expected);
  });
});
