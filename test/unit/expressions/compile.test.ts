import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvaluationResult, SourceValue } from '../../../src/expressions/compile.ts';
import { compileExpression } from '../../../src/expressions/compile.ts';
import { SUPPORTED_FUNCTIONS } from '../../../src/expressions/function-table.ts';
import { CONNECT_ONLY_FUNCTIONS } from '../../../src/expressions/unavailable-functions.ts';
import { evaluateIn } from './evaluate-in.ts';

type Attributes = Readonly<Record<string, SourceValue>>;

function compiled(text: string) {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(result.errors.map((error) => error.message).join(' '));
  return result.expression;
}

function evaluate(text: string, attributes: Attributes = {}): EvaluationResult {
  return compiled(text).evaluate(evaluateIn(attributes));
}

function valueFrom(text: string, attributes: Attributes = {}): SourceValue {
  const result = evaluate(text, attributes);
  if (result.type !== 'value') throw new Error(`no value: ${JSON.stringify(result)}`);
  return result.value;
}

function faultOf(text: string, attributes: Attributes = {}) {
  const result = evaluate(text, attributes);
  return result.type === 'error' ? result.error : undefined;
}

const faultsOf = (text: string) => {
  const result = compileExpression(text);
  return result.ok ? [] : result.errors;
};

describe('compileExpression', () => {
  it('reports all faults at once, in order, with function and place', () => {
    expect(faultsOf('Join(",", Nope([a]), Mid([b]), Now(1))')).toMatchObject([
      { kind: 'unknown-function', functionName: 'Nope', position: 10 },
      { kind: 'arity', functionName: 'Mid', position: 21 },
      { kind: 'arity', functionName: 'Now', position: 31 },
    ]);
  });

  it.each([
    ['Tolowr([a])', 'Did you mean ToLower?'],
    ['Swicth([a], , "b", "c")', 'Did you mean Switch?'],
    ['Len([a])', 'Entra Connect sync'],
    ['LCASE([a])', 'use ToLower'],
    ['CertSubject([a])', 'Entra Connect sync'],
    ['constructor([a])', 'There is no function constructor.'],
    ['__proto__([a])', 'There is no function __proto__.'],
  ])('helps with the unknown function in %s', (text, message) => {
    expect(faultsOf(text)).toMatchObject([{ kind: 'unknown-function' }]);
    expect(faultsOf(text)[0]?.message).toContain(message);
  });

  it('knows all 51 functions of Entra Connect sync and says what to write instead', () => {
    expect(CONNECT_ONLY_FUNCTIONS.size).toBe(51);
    for (const [name, equivalent] of CONNECT_ONLY_FUNCTIONS) {
      const [fault, ...others] = faultsOf(`${name.toLowerCase()}([a])`);
      expect(others).toEqual([]);
      expect(fault).toMatchObject({ kind: 'unknown-function' });
      expect(fault?.message).toContain(`Entra Connect sync, not of app provisioning: ${equivalent}.`);
    }
  });

  it('names equivalents of Entra Connect functions that can be evaluated', () => {
    const written = [...CONNECT_ONLY_FUNCTIONS.values()].flatMap(
      (text) => /\buse ([A-Za-z]+\(.*\)(?: (?:<>|=) \S+)?)/.exec(text)?.[1] ?? [],
    );
    expect(written).toHaveLength(9);
    for (const text of written)
      expect(faultsOf(text.replaceAll('...', '"x"').replaceAll(' n', ' 1')), text).toEqual([]);
  });

  it.each([
    ['Replace([a], , "[0-9]+", , "x", , )', undefined],
    ['Replace([a], , "(?<n>.)", "n", , [b], )', undefined],
    ['Replace([a], "a", "b")', 'arity'],
    ['Replace([a], [b], , , "x")', undefined],
    ['Mid([a], 0, 1)', 'argument'],
    ['Mid([a], 1, -1)', 'argument'],
    ['ToLower([a], "not a culture")', 'argument'],
    ['Switch([a], , "k")', 'arity'],
    ['Switch([a], , "k", , "l", "v")', 'arity'],
    ['Switch([a], "default")', 'arity'],
    ['IIF([a] = "b", , "c")', 'arity'],
    ['IIF([a], "b", "c", )', 'arity'],
    ['DefaultDomain("x")', 'arity'],
    ['Left( , 3)', 'arity'],
    ['DateAdd("D", 1, [a])', 'argument'],
    ['DateAdd(1, 1, [a])', 'argument'],
    ['DateDiff("q", [a], [b])', 'argument'],
    ['FormatDateTime([a], "AssumeLocal, AssumeUniversal", "d", "d")', 'argument'],
    ['FormatDateTime([a], , "yyyy-MM-dd\'", "d")', 'argument'],
    ['FormatDateTime([a], , "", "d")', 'argument'],
    ['FormatDateTime([a], , "yyyy", "q")', 'argument'],
    ['FormatDateTime([a], , "yyyy")', 'arity'],
    ['RandomString(0, 0, 0, 0, 0)', 'argument'],
    ['RandomString(257, 0, 0, 0, 0)', 'argument'],
    ['RandomString(8, -1, 0, 0, 0)', 'argument'],
    ['RandomString([a], 9, 9, 9, 9)', undefined],
    ['SelectUniqueValue([a], )', 'arity'],
    ['IIF([a] = "x", SelectUniqueValue([a], [b]), "c")', 'nesting'],
    ['SelectUniqueValue(SelectUniqueValue([a], [b]), [c])', 'nesting'],
    ['SelectUniqueValue([a], [b]) = "x"', 'nesting'],
    ['CDate("no date")', undefined],
  ])('refuses when compiled: %s (%s)', (text, kind) => {
    expect(faultsOf(text).map((error) => error.kind)).toEqual(kind === undefined ? [] : [kind]);
  });

  it('names each attribute once, in order, also from branches not taken', () => {
    expect(compiled('IIF([b] = "x", [a], Join([b], [c]))').attributes).toEqual(['b', 'a', 'c']);
  });

  it('asks whether attributes are known and passes the suggestion on', () => {
    const result = compileExpression('Append([Mail], [nope])', (name) => (name === 'Mail' ? 'mail' : false));
    expect(result.ok ? [] : result.errors.map((error) => error.message)).toEqual([
      'The source attribute "Mail" is not known. Did you mean "mail"? Names are case-sensitive.',
      'The source attribute "nope" is not known.',
    ]);
  });

  it.each([
    ['ToLower([a])', {}],
    ['Now()', { readsClock: true }],
    ['IIF([a] = "x", "y", CStr(Now()))', { readsClock: true }],
    ['CDate([a])', {}],
    ['FormatDateTime([a], , "yyyy-MM-dd", "d")', {}],
    ['FormatDateTime([a], "yyyy-MM-dd", "d")', {}],
    ['FormatDateTime([a], , "d", "yyyy")', {}],
    ['FormatDateTime([a], , "MM-dd", "dd.MM.")', { readsClock: true }],
    ['FormatDateTime([a], , [b], "d")', { readsClock: true }],
    ['Guid()', { random: true }],
    ['SelectUniqueValue([a], RandomString(8, 1, 0, 1, 1))', { random: true, asksTarget: true }],
  ])('says what %s depends on', (text, needs) => {
    const { readsClock, random, asksTarget } = compiled(text);
    expect({ readsClock, random, asksTarget }).toEqual({
      readsClock: false,
      random: false,
      asksTarget: false,
      ...needs,
    });
  });

  it.each([
    ['FormatDateTime([a], "yyyy", "yy")', 'with three arguments'],
    ['FormatDateTime(Now(), "yyyy-MM-dd", "yy")', 'with three arguments'],
    ['FormatDateTime(DateAdd("d", 1, [a]), , "M/d/yyyy hh:mm:ss tt", "d")', '"M/d/yyyy h:mm:ss tt"'],
    ['FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "d")', undefined],
    ['FormatDateTime([a], , "yyyy-MM-dd", "d")', undefined],
  ])('warns about formats: %s', (text, warning) => {
    const { warnings } = compiled(text);
    if (warning === undefined) expect(warnings).toEqual([]);
    else expect(warnings[0]).toContain(warning);
  });

  it('warns about spelling and about comparisons that never hold', () => {
    expect(compiled('iif([a] = "", "x", [a])').warnings).toHaveLength(2);
    expect(compiled('IIF(ToLower([a]) = "", "x", [a])').warnings).toEqual([]);
  });
});

describe('evaluation', () => {
  it.each<[string, Attributes, SourceValue]>([
    ['Append([x], "!")', { x: ['a', 'b'] }, ['a!', 'b!']],
    ['Prepend("smtp:", [x])', { x: ['a', 'b'] }, ['smtp:a', 'smtp:b']],
    ['Split([x], ",")', { x: ['a,b', 'c'] }, ['a', 'b', 'c']],
    ['Left("abc", -1)', {}, 'abc'],
    ['Left("abc", 99999999999999999999)', {}, 'abc'],
    ['Mid("abc", 9, 2)', {}, ''],
    ['InStr("repEated", "e", 3, vbBinaryCompare)', {}, 7],
    ['InStr("repEated", "e", 3, vbTextCompare)', {}, 4],
    ['InStr("null", [missing])', {}, 0],
    ['InStr("abc", "", 9)', {}, 0],
    ['InStr("abc", "c", 9)', {}, 0],
    ['Word("a b", 3, " ")', {}, ''],
    ['Word([missing], 1, " ")', {}, ''],
    ['ToLower("TITLE İ", "tr-TR")', {}, 'tıtle i'],
    ['ToLower("İ")', {}, 'İ'],
    ['ToUpper("ı")', {}, 'ı'],
    ['ToUpper("i", "tr-TR")', {}, 'İ'],
    ['PCase("123abc x1y o\'neil-smith")', {}, "123Abc X1y O'neil-Smith"],
    ['PCase("ǆ")', {}, 'ǅ'],
    ['PCase([x])', { x: ['ANN', 'BO'] }, ['Ann', 'Bo']],
    ['NormalizeDiacritics("Øyvind Ångström ガ 한 đ")', {}, 'OEyvind Angstrom ガ 한 đ'],
    ['ConvertFromBase64("aMOp", "UTF8")', {}, 'hé'],
    ['Not([x])', { x: 'TRUE' }, false],
    ['Not([x])', { x: 'other' }, true],
    ['CBool(-3)', {}, true],
    ['CBool([x])', { x: '' }, false],
    ['Item([x], 1)', { x: 'single' }, 'single'],
    ['Count([x])', { x: 'single' }, 1],
    ['RemoveDuplicates([x])', { x: ['SMTP:a', 'smtp:a', 'SMTP:a'] }, ['SMTP:a', 'smtp:a']],
    ['RemoveDuplicates([x])', { x: [{ id: 1 }, { id: 1 }] }, [{ id: 1 }]],
    ['BitAnd(-1, &HFFFFFFFFFFFFFFFF)', {}, 18446744073709551615n],
    ['Switch([x], "d", [y], "both missing")', {}, 'both missing'],
    ['Switch([x], "d", "", "empty list")', { x: [] }, 'empty list'],
    ['Coalesce([x], "")', {}, ''],
    ['Coalesce([x], NULL)', {}, null],
    ['[x] >= "a"', { x: 'b' }, true],
    ['2 >= 2', {}, true],
    ['2 <= 2', {}, true],
    ['2 > 2', {}, false],
    ['2 < 2', {}, false],
    ['Switch([x], , "a", "b", )', { x: 'a' }, 'b'],
    ['[x] = 1', { x: true }, true],
    ['[x] <> [y]', { x: 'a' }, false],
    ['[x] = "a"', { x: [] }, false],
    ['1.5 < 2', {}, true],
    ['[x] > 9007199254740992', { x: '9007199254740993' }, true],
    ['AppRoleAssignments([x])', { x: [{ value: 'A' }, { value: '', displayName: 'B' }, { value: null }] }, ['A', 'B']],
    ['SingleAppRoleAssignment([x])', { x: [] }, null],
    ['AppRoleAssignmentsComplex([x])', {}, null],
    ['Replace([x], "a", , , [missing], , )', { x: 'banana' }, 'bnn'],
    ['Replace([x], "o", , , "0", , )', { x: ['foo', 'bo'] }, ['f00', 'b0']],
    ['[x]', { x: { nested: true } }, { nested: true }],
  ])('%s of %j', (text, attributes, expected) => {
    expect(valueFrom(text, attributes)).toEqual(expected);
  });

  it.each<[string, Attributes, string]>([
    ['InStr("a", "a", 0)', {}, 'argument'],
    ['InStr("a", "a", 1, 7)', {}, 'argument'],
    ['Split("a", "")', {}, 'argument'],
    ['Replace("a", [missing], , , "b", , )', {}, 'argument'],
    ['Mid("abc", [n], 1)', { n: '0' }, 'argument'],
    ['Left("abc", [missing])', {}, 'type'],
    ['Left("abc", 1.5)', {}, 'type'],
    ['IIF([x], "a", "b")', { x: 'maybe' }, 'type'],
    ['[x] > 5', { x: 'ten' }, 'type'],
    ['[x] = "a"', { x: ['a', 'b'] }, 'type'],
    ['Switch([x], , "a", "b")', { x: ['a', 'b'] }, 'type'],
    ['CStr([x])', { x: { id: 1 } }, 'type'],
    ['Join(",", [x])', { x: [{ id: 1 }] }, 'type'],
    ['BitAnd([missing], 1)', {}, 'type'],
    ['BitAnd([x], 1)', { x: '1'.repeat(101) }, 'type'],
    ['Append([x], "!")', { x: ['a', { id: 1 }] }, 'type'],
    ['Item([x], 3)', { x: ['a', 'b'] }, 'range'],
    ['ConvertFromBase64("a*")', {}, 'format'],
    ['DefaultDomain()', {}, 'argument'],
    ['Append(%toString%, "")', {}, 'unknown-parameter'],
    ['Error("no account")', {}, 'custom'],
  ])('%s of %j fails with %s', (text, attributes, kind) => {
    expect(faultOf(text, attributes)?.kind).toBe(kind);
  });

  it('says which function failed where, and never what the value was', () => {
    const fault = faultOf('Append("x", Left([s], [s]))', { s: 'hunter2' });
    expect(fault).toMatchObject({ kind: 'type', functionName: 'Left', position: 12 });
    expect(fault?.message).toBe('Left: numChars must be an integer, not this text.');
    expect(faultOf('[s] > 1', { s: 'hunter2' })?.message).not.toContain('hunter2');
    expect(faultOf('Error(Redact([s]))', { s: 'hunter2' })?.message).toBe('[Redact]');
  });

  it.each([
    ['Append("x", Redact([s]))', true],
    ['IIF(Redact([s]) = "a", "yes", "no")', true],
    ['Switch(Redact([s]), "d", "a", "b")', true],
    ['Switch([s], "d", Redact("a"), "b")', true],
    ['"b" = Redact([s])', true],
    ['Coalesce(Redact(NULL), "b")', true],
    ['IIF([s] = "zzz", Redact([s]), "clear")', false],
  ])('carries redaction outward: %s', (text, redacted) => {
    expect(evaluate(text, { s: 'a' })).toMatchObject({ type: 'value', redacted });
  });

  it('lets flow markers out of every function around them', () => {
    expect(evaluate('Append("x", IIF([a] = "b", "c", IgnoreObjectFlow))', { a: 'z' })).toEqual({
      type: 'ignoreObject',
    });
    expect(evaluate('Append("x", IgnoreFlowIfNullOrEmpty([a]))')).toEqual({ type: 'ignoreAttribute' });
  });

  it('bounds what Replace and Join can grow to', () => {
    const grown = Array.from({ length: 40 }).reduce<string>((text) => `Replace(${text}, "a", , , "aa", , )`, '"a"');
    expect(faultOf(grown)).toMatchObject({ kind: 'argument', functionName: 'Replace' });
    const wide = { s: 'x'.repeat(1000), list: Array.from({ length: 2000 }, () => 'y') };
    expect(faultOf('Join([s], [list])', wide)).toMatchObject({ kind: 'argument', functionName: 'Join' });
  });

  it.each(['ConvertToBase64', 'ConvertToUTF8Hex'])('bounds what nested calls can grow to: %s', (name) => {
    expect(faultOf(`${`${name}(`.repeat(60)}[a]${')'.repeat(60)}`, { a: 'a'.repeat(1000) })).toMatchObject({
      kind: 'argument',
      functionName: name,
    });
  });

  it.each([
    ['values', 'Split(Append(', ', ",z"), ",")', 'more than 10000 values'],
    ['characters', 'Append(', `, "${'z'.repeat(100)}")`, 'longer than 1000000 characters'],
  ])('bounds lists in their %s', (_, before, after, message) => {
    const many = Array.from({ length: 300 }, () => 'a'.repeat(10));
    expect(faultOf(`${before.repeat(45)}[a]${after.repeat(45)}`, { a: many })?.message).toContain(message);
  });

  it('gives no half of a surrogate pair, and joins the halves', () => {
    expect(valueFrom('Left([a], 1)', { a: '😀x' })).toBe('\ufffd');
    expect(valueFrom('Split(Left([a], 3), "x")', { a: 'x😀' })).toEqual(['', '😀']);
    expect(valueFrom('Join("", Left([a], 1), Mid([a], 2, 9))', { a: '😀x' })).toBe('😀x');
  });

  // spec: expressions-end
  it('never throws, whatever the function and the values', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.bigInt(), fc.double(), fc.constant(null));
    const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.record({ id: scalar, value: scalar }));
    const call = fc.tuple(
      fc.constantFrom(...SUPPORTED_FUNCTIONS),
      fc.array(fc.constantFrom('[a]', '[b]', '', '"x"', '2'), { maxLength: 7 }),
    );
    fc.assert(
      fc.property(call, value, value, ([name, slots], a, b) => {
        const result = compileExpression(`${name}(${slots.join(', ')})`);
        if (!result.ok) return;
        const first = result.expression.evaluate(evaluateIn({ a, b }));
        expect(['value', 'error', 'ignoreAttribute', 'asks']).toContain(first.type);
        expect(result.expression.evaluate(evaluateIn({ a, b }))).toEqual(first);
      }),
      { numRuns: 5000 },
    );
  });

  it('joins what it split, and splits what it joined', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes(';'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const joined = words.join(';');
        expect(valueFrom('Split(Join(";", [words]), ";")', { words })).toEqual(words);
        expect(valueFrom('Join(";", Split([joined], ";"))', { joined })).toBe(joined);
      }),
    );
  });

  it('cuts every text where Left and Mid meet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 30 }), (text, at) => {
        const attributes = { text, at, next: at + 1 };
        expect(valueFrom('Append(Left([text], [at]), Mid([text], [next], 100000))', attributes)).toBe(text);
      }),
    );
  });

  it('keeps the length of a text when it changes its case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(valueFrom('ToUpper(ToLower([text]))', { text })).toHaveLength(text.length);
      }),
    );
  });
});
