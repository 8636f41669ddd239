// Laws of the date functions, for any moment and any text.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CompiledExpression, compileExpression, type SourceValue } from '../../../src/expressions/compile.ts';
import { evaluateIn } from '../../unit/expressions/evaluate-in.ts';

function compiled(text: string): CompiledExpression {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(result.errors.map((error) => error.message).join(' '));
  return result.expression;
}

function valueFrom(expression: CompiledExpression, attributes: Readonly<Record<string, SourceValue>>): SourceValue {
  const result = expression.evaluate(evaluateIn(attributes));
  if (result.type !== 'value') throw new Error(`no value: ${JSON.stringify(result)}`);
  return result.value;
}

const LAST_FILETIME = 2_650_467_743_999_999_999n;
const fileTime = fc.bigInt({ min: 0n, max: LAST_FILETIME });
/** From 1601 to 9998, so that a year can be added. */
const earlyFileTime = fc.bigInt({ min: 0n, max: LAST_FILETIME - 400n * 864_000_000_000n });

it('a Windows file time survives the way through a date', () => {
  const there = compiled('NumFromDate(DateFromNum([x]))');
  fc.assert(
    fc.property(fileTime, (x) => {
      expect(BigInt(valueFrom(there, { x }) as bigint | number)).toBe(x);
    }),
  );
});

it('the text form of a date is read as the same second', () => {
  const text = compiled('DateFromNum([x])');
  const again = compiled('NumFromDate([t])');
  fc.assert(
    fc.property(fileTime, (x) => {
      const t = valueFrom(text, { x });
      expect(BigInt(valueFrom(again, { t }) as bigint | number)).toBe(x - (x % 10_000_000n));
    }),
  );
});

it.each([
  'yyyy-MM-dd HH:mm:ss',
  'M/d/yyyy h:mm:ss tt',
  'yyyyMMddHHmmss',
  'dddd, dd MMMM yyyy HH.mm.ss',
  "d'.'M'.'yyyy H:m:s",
  'ss mm HH dd MMM yyyyy',
  's',
  'u',
  'r',
  'F',
])('what was written with %s is read again', (format) => {
  const there = compiled('FormatDateTime(DateFromNum([x]), , "M/d/yyyy h:mm:ss tt", [f])');
  const back = compiled('NumFromDate(FormatDateTime([t], , [f], "yyyy-MM-ddTHH:mm:ss"))');
  fc.assert(
    fc.property(fileTime, (x) => {
      const t = valueFrom(there, { x, f: format });
      expect(BigInt(valueFrom(back, { t, f: format }) as bigint | number)).toBe(x - (x % 10_000_000n));
    }),
  );
});

it('what was added is the difference, and can be taken away again', () => {
  const difference = compiled('DateDiff([i], DateFromNum([x]), DateAdd([i], [n], DateFromNum([x])))');
  const back = compiled('NumFromDate(DateAdd([i], [m], DateAdd([i], [n], DateFromNum([x]))))');
  const interval = fc.constantFrom('d', 'ww', 'h', 'n', 's', 'm', 'yyyy');
  fc.assert(
    fc.property(earlyFileTime, interval, fc.integer({ min: 0, max: 12 }), (x, i, added) => {
      const n = i === 'yyyy' ? Math.min(added, 1) : added;
      expect(valueFrom(difference, { x, i, n })).toBe(n);
      if (i !== 'm' && i !== 'yyyy') expect(BigInt(valueFrom(back, { x, i, n, m: -n }) as bigint | number)).toBe(x);
    }),
  );
});

it('the difference the other way round is the negative one', () => {
  const forth = compiled('DateDiff([i], DateFromNum([a]), DateFromNum([b]))');
  const back = compiled('DateDiff([i], DateFromNum([b]), DateFromNum([a]))');
  fc.assert(
    fc.property(fileTime, fileTime, fc.constantFrom('d', 'ww', 'h', 'n', 's', 'm', 'yyyy'), (a, b, i) => {
      expect(Number(valueFrom(forth, { a, b, i })) + Number(valueFrom(back, { a, b, i }))).toBe(0);
    }),
  );
});

it('dates compare as their file times do', () => {
  const later = compiled('DateFromNum([a]) > DateFromNum([b])');
  fc.assert(
    fc.property(fileTime, fileTime, (a, b) => {
      expect(valueFrom(later, { a, b })).toBe(a > b);
    }),
  );
});

it('a year later is the same day and month, or the day before 1 March', () => {
  const day = compiled('FormatDateTime(DateAdd("yyyy", [n], DateFromNum([x])), , "M/d/yyyy h:mm:ss tt", "MMdd")');
  fc.assert(
    fc.property(earlyFileTime, (x) => {
      const before = valueFrom(day, { x, n: 0 });
      const after = valueFrom(day, { x, n: 1 });
      expect([before, before === '0229' ? '0228' : before]).toContain(after);
    }),
  );
});

const DATE_LIKE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('2025', '12', '3', '-', '/', ':', ' ', 'T', 'Z', 'PM', 'GMT', 'Jan', 'Monday', ',', '.5', '+'),
      {
        maxLength: 14,
      },
    )
    .map((parts) => parts.join('')),
);

it('any text is read as a date or is a fault', () => {
  const reading = compiled('CDate([t])');
  fc.assert(
    fc.property(DATE_LIKE, (t) => {
      const result = reading.evaluate(evaluateIn({ t }));
      if (result.type !== 'value') expect(result).toMatchObject({ type: 'error', error: { kind: 'format' } });
    }),
    { numRuns: 5000 },
  );
});

it('any text and any formats give a text or a fault', () => {
  const formatting = compiled('FormatDateTime([t], [s], [f], [g])');
  const format = fc
    .array(
      fc.constantFrom(
        ...'dfFghHKmMstyzZ'.split(''),
        'yyyy',
        'MM',
        'dd',
        'tt',
        'MMM',
        'zzz',
        "'",
        '"',
        '\\',
        '%',
        '.',
        ' ',
        'x',
      ),
    )
    .map((parts) => parts.join(''));
  const styles = fc.constantFrom('', 'None', 'AllowWhiteSpaces', 'RoundtripKind', 'AdjustToUniversal, AssumeLocal');
  fc.assert(
    fc.property(DATE_LIKE, styles, format, format, (t, s, f, g) => {
      const result = formatting.evaluate(evaluateIn({ t, s, f, g }));
      if (result.type === 'value') expect(result.value).toBeTypeOf('string');
      else
        expect(result).toMatchObject({ type: 'error', error: { kind: expect.stringMatching(/^(format|argument)$/) } });
    }),
    { numRuns: 5000 },
  );
});
