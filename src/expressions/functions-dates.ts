// Dates, all in UTC. What CDate, Now, DateAdd and DateFromNum give is a moment to 100 ns; every function of texts, and
// whatever is outside the expression, sees it as `7/2/2021 3:33:38 PM`. FormatDateTime reads texts, so its inputFormat has to
// fit that form as well: published expressions rely on it.
import { describeType, fromInteger } from './coerce.ts';
import { addInterval, differenceIn, INTERVALS, type Interval, isInterval } from './date-arithmetic.ts';
import { expandFormat, type FormatUse, formatFault, formatParts } from './date-format.ts';
import { DATE_FORMS, readDate } from './date-read.ts';
import { readExactly } from './date-read-exact.ts';
import { readStyles } from './date-styles.ts';
import { FILETIME_EPOCH, isInRange, ticksOfDate } from './date-ticks.ts';
import { DATE_TEXT_FORMAT, writeDate } from './date-write.ts';
import { DateValue, type Value } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition, Need } from './function-definition.ts';
import { argumentName, constantOf, fail, integerAt, strict, textAt, valueAt } from './function-definition.ts';
import type { CallNode, ExpressionNode } from './parse.ts';

export const dateFunctions: readonly FunctionDefinition[] = [
  { name: 'CDate', parameters: ['expression'], each: 0, body: strict((call) => new DateValue(dateAt(call, 0))) },
  { name: 'Now', parameters: [], body: strict((call) => new DateValue(nowOf(call))), needs: () => 'clock' },
  {
    name: 'DateAdd',
    parameters: ['interval', 'value', 'dateTime'],
    each: 2,
    body: strict(dateAdd),
    check: checkInterval,
  },
  { name: 'DateDiff', parameters: ['interval', 'date1', 'date2'], body: strict(dateDiff), check: checkInterval },
  { name: 'DateFromNum', parameters: ['value'], each: 0, body: strict(dateFromNum) },
  { name: 'NumFromDate', parameters: ['value'], each: 0, body: strict(numFromDate) },
  {
    name: 'FormatDateTime',
    parameters: ['source', 'dateTimeStyles?', 'inputFormat', 'outputFormat'],
    each: 0,
    body: strict(formatDateTime),
    arrange: withStylesSlot,
    check: checkFormats,
    warn: warnAboutFormats,
    needs: needsToday,
  },
];

/** A date, or a text in one of the forms of date-read.ts, as ticks; a `format` fault otherwise (0 is returned then). */
function dateAt(call: Call, index: number): bigint {
  const value = valueAt(call, index);
  if (value instanceof DateValue) return value.ticks;
  const text = textAt(call, index);
  const ticks = text === null ? undefined : readDate(text);
  if (ticks !== undefined) return ticks;
  fail(call, 'format', `${argumentName(call, index)} must be a date (${DATE_FORMS}), not ${describeType(value)}.`);
  return 0n;
}

function nowOf(call: Call): bigint {
  const ticks = ticksOfDate(call.input.environment.now);
  if (ticks === undefined) fail(call, 'argument', 'The present time is outside the years 1 to 9999.');
  return ticks ?? 0n;
}

function intervalAt(call: Call): Interval {
  const interval = textAt(call, 0);
  if (isInterval(interval)) return interval;
  fail(call, 'argument', `${argumentName(call, 0)} is ${INTERVALS}.`);
  return 'd';
}

function checkInterval({ name, slots }: CallNode): ConstantFault | undefined {
  const interval = constantOf(slots[0]);
  if (interval === undefined || isInterval(interval)) return undefined;
  return { kind: 'argument', message: `${name}: interval is ${INTERVALS}.` };
}

function dateAdd(call: Call): Value {
  const interval = intervalAt(call);
  const count = integerAt(call, 1);
  const moved = addInterval(dateAt(call, 2), interval, count);
  if (moved !== undefined) return new DateValue(moved);
  return fail(call, 'argument', 'DateAdd: the result is outside the years 1 to 9999.');
}

function dateDiff(call: Call): Value {
  return fromInteger(differenceIn(intervalAt(call), dateAt(call, 1), dateAt(call, 2)));
}

function dateFromNum(call: Call): Value {
  const number = integerAt(call, 0);
  const ticks = FILETIME_EPOCH + number;
  if (number >= 0n && isInRange(ticks)) return new DateValue(ticks);
  return fail(
    call,
    'argument',
    'DateFromNum: value is no Windows file time of the years 1601 to 9999 (9223372036854775807 stands for "never").',
  );
}

function numFromDate(call: Call): Value {
  const number = dateAt(call, 0) - FILETIME_EPOCH;
  if (number >= 0n) return fromInteger(number);
  return fail(call, 'argument', 'NumFromDate: Windows file times begin with the year 1601.');
}

function formatDateTime(call: Call): Value {
  const styles = readStyles(textAt(call, 1) ?? '');
  const inputFormat = textAt(call, 2) ?? '';
  const outputFormat = textAt(call, 3) ?? '';
  if (!styles.ok) return fail(call, 'argument', `${argumentName(call, 1)} ${styles.message}.`);
  const fault =
    faultOfFormat('inputFormat', inputFormat, 'read') ?? faultOfFormat('outputFormat', outputFormat, 'write');
  if (fault !== undefined) return fail(call, 'argument', fault);
  const text = textAt(call, 0);
  if (text === null) return null;
  const moment = readExactly(text, inputFormat, styles.value, nowOf(call));
  if (moment !== undefined) return writeDate(moment, outputFormat);
  const hint = valueAt(call, 0) instanceof DateValue ? ` A date needs the inputFormat "${DATE_TEXT_FORMAT}".` : '';
  return fail(call, 'format', `FormatDateTime: source does not fit inputFormat.${hint}`);
}

function faultOfFormat(name: string, format: string, use: FormatUse): string | undefined {
  const fault = formatFault(format, use);
  return fault === undefined ? undefined : `FormatDateTime: ${name} ${fault}.`;
}

/** Older pages have no dateTimeStyles: FormatDateTime(source, inputFormat, outputFormat). */
function withStylesSlot(call: CallNode): CallNode {
  const [source, inputFormat, outputFormat] = call.slots;
  if (call.slots.length !== 3 || !source || !inputFormat || !outputFormat) return call;
  return { ...call, slots: [source, null, inputFormat, outputFormat] };
}

function constantText(node: ExpressionNode | null | undefined): string | undefined {
  const value = constantOf(node);
  return typeof value === 'string' ? value : undefined;
}

function checkFormats({ slots }: CallNode): ConstantFault | undefined {
  const styles = readStyles(constantText(slots[1]) ?? '');
  if (!styles.ok) return { kind: 'argument', message: `FormatDateTime: dateTimeStyles ${styles.message}.` };
  const inputFormat = constantText(slots[2]);
  const outputFormat = constantText(slots[3]);
  const message =
    (inputFormat === undefined ? undefined : faultOfFormat('inputFormat', inputFormat, 'read')) ??
    (outputFormat === undefined ? undefined : faultOfFormat('outputFormat', outputFormat, 'write'));
  return message === undefined ? undefined : { kind: 'argument', message };
}

const GIVE_DATES: readonly string[] = ['now', 'cdate', 'dateadd', 'datefromnum'];

function warnAboutFormats(written: CallNode): string[] {
  const warnings: string[] = [];
  const { slots } = withStylesSlot(written);
  if (slots !== written.slots) {
    warnings.push(
      'FormatDateTime with three arguments takes them for source, inputFormat and outputFormat, as older pages do. Write an ' +
        'empty second argument: FormatDateTime(source, , inputFormat, outputFormat).',
    );
  }
  const [source, , inputFormat] = slots;
  const format = constantText(inputFormat);
  if (source?.kind === 'call' && GIVE_DATES.includes(source.name.toLowerCase()) && format !== undefined) {
    if (format !== DATE_TEXT_FORMAT) {
      warnings.push(
        `FormatDateTime: what ${source.name} gives reads 7/2/2021 3:33:38 PM, so inputFormat has to be ` +
          `"${DATE_TEXT_FORMAT}", not "${format}".`,
      );
    }
  }
  return warnings;
}

/** What a format leaves out is taken from today, so without a year the result depends on the clock. */
function needsToday({ slots }: CallNode): Need | undefined {
  const format = constantText(slots[2]);
  const parts = format === undefined ? undefined : formatParts(expandFormat(format) ?? format, 'read');
  const hasYear = parts?.ok === true && parts.value.some((part) => part.kind === 'field' && part.letter === 'y');
  return hasYear ? undefined : 'clock';
}
