import { describe, expect, it } from 'vitest';
import { compileExpression, type SourceValue } from '../../../src/expressions/compile.ts';
import { evaluateIn } from './evaluate-in.ts';

/** The value, or the kind of the error. */
function outcome(text: string, attributes: Readonly<Record<string, SourceValue>>): unknown {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.errors.map((error) => error.message).join(' '));
  const result = compiled.expression.evaluate(evaluateIn(attributes));
  return result.type === 'value' ? result.value : { error: result.type === 'error' ? result.error.kind : result.type };
}

describe('DNComponent', () => {
  it.each<[SourceValue, SourceValue, unknown]>([
    ['CN=Ada,OU=People,DC=contoso,DC=com', 1, 'Ada'],
    ['CN=Ada,OU=People,DC=contoso,DC=com', '4', 'com'],
    ['cn = Ada Lovelace , ou=People', 1, 'Ada Lovelace'],
    ['CN=Lovelace\\, Ada,OU=People', 1, 'Lovelace, Ada'],
    ['CN=Lovelace\\, Ada,OU=People', 2, 'People'],
    ['CN=Jos\\C3\\A9,OU=a\\=b', 1, 'José'],
    ['CN=Jos\\C3\\A9,OU=a\\=b', 2, 'a=b'],
    ['CN="Lovelace, Ada";OU=People', 1, 'Lovelace, Ada'],
    ['CN=Ada+UID=7,OU=People', 1, 'Ada'],
    ['CN=a\\+b,OU=People', 1, 'a+b'],
    ['CN=a\\  ,OU=People', 1, 'a '],
    ['CN=a b\\20  ,OU=People', 1, 'a b '],
    ['CN=,OU=People', 1, ''],
    ['2.5.4.3=Ada', 1, 'Ada'],
    [['CN=Ada,DC=x', 'CN=Bo,DC=x'], 1, ['Ada', 'Bo']],
    [null, 1, null],
    ['CN=Ada', 0, { error: 'range' }],
    ['CN=Ada', 2, { error: 'range' }],
    ['CN=Ada', -1, { error: 'range' }],
    ['Ada', 1, { error: 'format' }],
    ['', 1, { error: 'format' }],
    ['CN=Ada,', 1, { error: 'format' }],
    ['CN=Ada,,DC=x', 1, { error: 'format' }],
    ['CN="Ada', 1, { error: 'format' }],
    ['CN=Ada\\', 1, { error: 'format' }],
    ['CN=Ada', 'x', { error: 'type' }],
  ])('%j, %j', (dn, n, expected) => {
    expect(outcome('DNComponent([dn], [n])', { dn, n })).toEqual(expected);
  });
});

describe('StringFromSid', () => {
  it.each<[SourceValue, unknown]>([
    // S-1-5-21-…: five parts behind the authority 5.
    ['AQUAAAAAAAUVAAAAoGXPfnhLm1/nfIdwUAQAAA==', 'S-1-5-21-2127521184-1604012920-1887927527-1104'],
    ['AQEAAAAAAAUSAAAA', 'S-1-5-18'],
    ['AQEAAAAAAAEAAAAA', 'S-1-1-0'],
    ['S-1-5-21-1-2-3-500', 'S-1-5-21-1-2-3-500'],
    [' s-1-5-18 ', 'S-1-5-18'],
    [
      ['AQEAAAAAAAUSAAAA', 'S-1-1-0'],
      ['S-1-5-18', 'S-1-1-0'],
    ],
    [null, null],
    ['', { error: 'format' }],
    ['AQIAAAAAAAUSAAAA', { error: 'format' }],
    ['AgEAAAAAAAUSAAAA', { error: 'format' }],
    ['S-1-', { error: 'format' }],
    ['Ada', { error: 'format' }],
  ])('%j', (sid, expected) => {
    expect(outcome('StringFromSid([sid])', { sid })).toEqual(expected);
  });
});
