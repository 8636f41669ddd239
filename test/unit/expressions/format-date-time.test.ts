// FormatDateTime: .NET's date formats in the invariant culture, read strictly and written. Values were checked against
// DateTime.ParseExact and DateTime.ToString.
import { describe, expect, it } from 'vitest';
import { type CompiledExpression, compileExpression, type SourceValue } from '../../../src/expressions/compile.ts';
import { evaluateIn } from './evaluate-in.ts';

const FORMATTING = compiled('FormatDateTime([source], [styles], [from], [to])');

function compiled(text: string): CompiledExpression {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(result.errors.map((error) => error.message).join(' '));
  return result.expression;
}

/** The text, or the kind of the error. */
function format(source: SourceValue, from: SourceValue, to: SourceValue, styles: SourceValue = null): unknown {
  const result = FORMATTING.evaluate(evaluateIn({ source, styles, from, to }));
  if (result.type === 'value') return result.value;
  return { error: result.type === 'error' ? result.error.kind : result.type };
}

const ISO = 'yyyy-MM-ddTHH:mm:ss.fffffff';
const MOMENT = '2025-08-05T15:04:09.0123400';

describe('written', () => {
  it.each([
    ['d', '08/05/2025'],
    ['D', 'Tuesday, 05 August 2025'],
    ['f', 'Tuesday, 05 August 2025 15:04'],
    ['F', 'Tuesday, 05 August 2025 15:04:09'],
    ['g', '08/05/2025 15:04'],
    ['G', '08/05/2025 15:04:09'],
    ['', '08/05/2025 15:04:09'],
    ['m', 'August 05'],
    ['M', 'August 05'],
    ['o', '2025-08-05T15:04:09.0123400'],
    ['r', 'Tue, 05 Aug 2025 15:04:09 GMT'],
    ['s', '2025-08-05T15:04:09'],
    ['t', '15:04'],
    ['T', '15:04:09'],
    ['u', '2025-08-05 15:04:09Z'],
    ['U', 'Tuesday, 05 August 2025 15:04:09'],
    ['y', '2025 August'],
    ['Y', '2025 August'],
    ['%d', '5'],
    ['d/M/yy', '5/8/25'],
    ['dd MM y', '05 08 25'],
    ['ddd dddd ddddd', 'Tue Tuesday Tuesday'],
    ['MMM MMMM', 'Aug August'],
    ['yyy yyyy yyyyy', '2025 2025 02025'],
    ['h hh H HH', '3 03 15 15'],
    ['hhh:HHH', '03:15'],
    ['m mm s ss', '4 04 9 09'],
    ['t tt', 'P PM'],
    ['f ff fff ffff fffff ffffff fffffff', '0 01 012 0123 01234 012340 0123400'],
    ['F.FF.FFF.FFFFFFF', '.01.012.01234'],
    ['g gg', 'A.D. A.D.'],
    ['z zz zzz', '+0 +00 +00:00'],
    ['%K', ''],
    ['yyyy\'year\'"y"\\y', '2025yearyy'],
    ["'it\\'s' d", "it's 5"],
    ['yyyy-MM-ddTHH:mm:ssZ', '2025-08-05T15:04:09Z'],
    ['yyyy-mm-dd', '2025-04-05'],
    ['yyyyMMddHHmmss.fZ', '20250805150409.0Z'],
  ])('with %j', (to, expected) => {
    expect(format(MOMENT, ISO, to)).toBe(expected);
  });

  it.each([
    ['2025-08-05T00:05:00', 'h:mm tt', '12:05 AM'],
    ['2025-08-05T12:05:00', 'h:mm tt', '12:05 PM'],
    ['2025-08-05T12:05:00', 'ss.FFF', '00'],
    ['0001-01-01T00:00:00', 'd/M/yy', '1/1/01'],
    ['9999-12-31T23:59:59', 'G', '12/31/9999 23:59:59'],
    ['2024-02-29T00:00:00', 'ddd dd MMM', 'Thu 29 Feb'],
    ['2000-01-01T00:00:00', 'dddd', 'Saturday'],
  ])('%s with %j', (source, to, expected) => {
    expect(format(source, 's', to)).toBe(expected);
  });
});

describe('read', () => {
  it.each<[string, string, unknown]>([
    ['20150123105347.1Z', 'yyyyMMddHHmmss.fZ', '2015-01-23T10:53:47.1000000'],
    ['5.8.2025', 'd.M.yyyy', '2025-08-05T00:00:00.0000000'],
    ['05.08.2025', 'd.M.yyyy', '2025-08-05T00:00:00.0000000'],
    ['5.8.2025', 'dd.MM.yyyy', { error: 'format' }],
    ['31.04.2025', 'dd.MM.yyyy', { error: 'format' }],
    ['29.02.2024', 'dd.MM.yyyy', '2024-02-29T00:00:00.0000000'],
    ['20250805', 'yyyyMMdd', '2025-08-05T00:00:00.0000000'],
    ['49/50', 'yy/dd', { error: 'format' }],
    ['49-05', 'yy-dd', '2049-01-05T00:00:00.0000000'],
    ['50-05', 'yy-dd', '1950-01-05T00:00:00.0000000'],
    ['15 JAN 2025', 'dd MMM yyyy', '2025-01-15T00:00:00.0000000'],
    ['Wed 15 January 2025', 'ddd dd MMMM yyyy', '2025-01-15T00:00:00.0000000'],
    ['Thu 15 January 2025', 'ddd dd MMMM yyyy', { error: 'format' }],
    ['7/30/2025 3:33:38 PM', 'M/d/yyyy h:mm:ss tt', '2025-07-30T15:33:38.0000000'],
    ['7/30/2025 3:33:38 PM', 'M/d/yyyy hh:mm:ss tt', { error: 'format' }],
    ['7/30/2025 12:00:00 AM', 'M/d/yyyy hh:mm:ss tt', '2025-07-30T00:00:00.0000000'],
    ['7/30/2025 13:00', 'M/d/yyyy h:mm', { error: 'format' }],
    ['7/30/2025 13:00 AM', 'M/d/yyyy H:mm tt', { error: 'format' }],
    ['2025-12-31-08:00', 'yyyy-MM-ddzzz', '2025-12-31T08:00:00.0000000'],
    ['2020-12-31+08:00', 'yyyy-MM-ddzzz', '2020-12-30T16:00:00.0000000'],
    ['2020-12-31', 'yyyy-MM-ddzzz', { error: 'format' }],
    ['2020-12-31+8', 'yyyy-MM-ddz', '2020-12-30T16:00:00.0000000'],
    ['2020-12-31+15', 'yyyy-MM-ddzz', { error: 'format' }],
    ['2020-12-31T10:00:00Z', 'yyyy-MM-ddTHH:mm:ssK', '2020-12-31T10:00:00.0000000'],
    ['2020-12-31T10:00:00', 'yyyy-MM-ddTHH:mm:ssK', '2020-12-31T10:00:00.0000000'],
    ['2020-12-31T10:00:00+01:00', 'yyyy-MM-ddTHH:mm:ssK', '2020-12-31T09:00:00.0000000'],
    ['2020-12-31T10:00:00.123Z', 'o', { error: 'format' }],
    ['2020-12-31T10:00:00.1230000Z', 'o', '2020-12-31T10:00:00.1230000'],
    ['Thu, 31 Dec 2020 10:00:00 GMT', 'r', '2020-12-31T10:00:00.0000000'],
    ['10:00.12', 'HH:mm.FFF', '2025-07-30T10:00:00.1200000'],
    ['10:00', 'HH:mm.FFF', '2025-07-30T10:00:00.0000000'],
    ['2020 at 5', "yyyy 'at' M", '2020-05-01T00:00:00.0000000'],
    ['2020 AT 5', "yyyy 'at' M", { error: 'format' }],
    ['20202020', 'yyyyyyyy', { error: 'format' }],
    ['2020-2020-01', 'yyyy-yyyy-MM', '2020-01-01T00:00:00.0000000'],
    ['2020-2021-01', 'yyyy-yyyy-MM', { error: 'format' }],
    ['A.D. 2020', 'g yyyy', '2020-01-01T00:00:00.0000000'],
    ['0001-01-01', 'yyyy-MM-dd', '0001-01-01T00:00:00.0000000'],
    ['9999-12-31 23:59:59.9999999', 'yyyy-MM-dd HH:mm:ss.fffffff', '9999-12-31T23:59:59.9999999'],
    ['9999-12-31 23:59 -01:00', 'yyyy-MM-dd HH:mm zzz', { error: 'format' }],
    ['0000-01-01', 'yyyy-MM-dd', { error: 'format' }],
    ['', 'yyyy', { error: 'format' }],
    ['2025-08-05 rest', 'yyyy-MM-dd', { error: 'format' }],
    // What the format leaves out is this year, or today (30 July 2025).
    ['08-05', 'MM-dd', '2025-08-05T00:00:00.0000000'],
    ['23:59', 'HH:mm', '2025-07-30T23:59:00.0000000'],
    ['02-29', 'MM-dd', { error: 'format' }],
  ])('%j with %j', (source, from, expected) => {
    expect(format(source, from, 'yyyy-MM-ddTHH:mm:ss.fffffff')).toEqual(expected);
  });

  it.each<[string, string, string, string, unknown]>([
    ['', '  2025-08-05 ', 'yyyy-MM-dd', 'd', '08/05/2025'],
    ['None', ' 2025-08-05', 'yyyy-MM-dd', 'd', { error: 'format' }],
    ['AllowLeadingWhite', ' 2025-08-05', 'yyyy-MM-dd', 'd', '08/05/2025'],
    ['AllowLeadingWhite', '2025-08-05 ', 'yyyy-MM-dd', 'd', { error: 'format' }],
    ['allowtrailingwhite', '2025-08-05 ', 'yyyy-MM-dd', 'd', '08/05/2025'],
    ['AllowInnerWhite', '2025 - 08 - 05', 'yyyy-MM-dd', 'd', '08/05/2025'],
    ['AllowWhiteSpaces', ' 2025 - 08 - 05 ', 'yyyy-MM-dd', 'd', '08/05/2025'],
    ['NoCurrentDateDefault', '10:00', 'HH:mm', 's', '0001-01-01T10:00:00'],
    ['AdjustToUniversal', '2025-01-15 10:00 +02:00', 'yyyy-MM-dd HH:mm zzz', 'HH:mm K', '08:00 Z'],
    ['None', '2025-01-15 10:00 +02:00', 'yyyy-MM-dd HH:mm zzz', 'HH:mm K', '08:00 +00:00'],
    ['RoundtripKind', '2025-01-15T10:00Z', 'yyyy-MM-ddTHH:mmK', 'HH:mm K', '10:00 Z'],
    ['AssumeUniversal, AdjustToUniversal', '2025-01-15', 'yyyy-MM-dd', '%K', 'Z'],
    ['AssumeUniversal', '2025-01-15', 'yyyy-MM-dd', '%K', '+00:00'],
    ['AssumeLocal', '2025-01-15', 'yyyy-MM-dd', '%K', '+00:00'],
    ['AssumeLocal, AssumeUniversal', '2025-01-15', 'yyyy-MM-dd', '%K', { error: 'argument' }],
    ['RoundtripKind, AdjustToUniversal', '2025-01-15', 'yyyy-MM-dd', '%K', { error: 'argument' }],
    ['Bogus', '2025-01-15', 'yyyy-MM-dd', '%K', { error: 'argument' }],
  ])('with the styles %j: %j', (styles, source, from, to, expected) => {
    expect(format(source, from, to, styles)).toEqual(expected);
  });
});

describe('arguments', () => {
  it.each<[SourceValue, SourceValue, SourceValue, unknown]>([
    [null, 'yyyy', 'yyyy', null],
    [['2024', '2025', null], 'yyyy', 'yy', ['24', '25', null]],
    [2025, 'yyyy', 'yy', '25'],
    [{ id: 1 }, 'yyyy', 'yyyy', { error: 'type' }],
    ['2025', null, 'yyyy', { error: 'argument' }],
    ['2025', '', 'yyyy', { error: 'argument' }],
    ['2025', 'q', 'yyyy', { error: 'argument' }],
    ['2025', 'yyyy', 'q', { error: 'argument' }],
    ['2025', "yyyy'", 'yyyy', { error: 'argument' }],
    ['2025', 'yyyy\\', 'yyyy', { error: 'argument' }],
    ['2025', 'yyyyffffffff', 'yyyy', { error: 'argument' }],
    ['2025', 'yyyy', '%', { error: 'argument' }],
    ['2025', 'yyyy', 'y'.repeat(1001), { error: 'argument' }],
  ])('%j, %j, %j', (source, from, to, expected) => {
    expect(format(source, from, to)).toEqual(expected);
  });

  it('may leave out the styles, as on older pages', () => {
    const legacy = compiled('FormatDateTime([d], "yyyy-MM-dd", "dd.MM.yyyy")');
    expect(legacy.evaluate(evaluateIn({ d: '2025-08-05' }))).toMatchObject({ type: 'value', value: '05.08.2025' });
  });

  it('has to fit the text form of a date, and the message says so', () => {
    const result = compiled('FormatDateTime(CDate([d]), , [f], "s")').evaluate(evaluateIn({ d: '2025-08-05', f: 's' }));
    expect(result).toMatchObject({ type: 'error', error: { kind: 'format' } });
    expect(JSON.stringify(result)).toContain('M/d/yyyy h:mm:ss tt');
  });
});
