import { describe, expect, it } from 'vitest';
import { type Capabilities, NO_DISCOVERY, type ScimAttributeType } from '../../../src/scim/capabilities.ts';
import { parsePath, type ScimPath } from '../../../src/scim/path.ts';
import { ENTERPRISE_SCHEMA, type ScimKind } from '../../../src/scim/resource.ts';
import { attributeType, coerceValue } from '../../../src/scim/types.ts';

function path(text: string): ScimPath {
  const result = parsePath(text);
  if (!result.ok) throw new Error(result.message);
  return result.path;
}

const plain = { multiValued: false, caseExact: false, readOnly: false };

describe('attributeType', () => {
  it.each<[ScimKind, string, ReturnType<typeof attributeType>]>([
    ['User', 'active', { ...plain, type: 'boolean' }],
    ['User', 'ACTIVE', { ...plain, type: 'boolean' }],
    ['User', 'userName', { ...plain, type: 'string' }],
    ['User', 'externalId', { ...plain, type: 'string', caseExact: true }],
    ['User', 'id', { ...plain, type: 'string', caseExact: true, readOnly: true }],
    ['User', 'groups.value', { ...plain, type: 'string', readOnly: true }],
    ['User', 'name', { ...plain, type: 'complex' }],
    ['User', 'name.givenName', { ...plain, type: 'string' }],
    ['User', 'emails', { ...plain, type: 'complex', multiValued: true }],
    ['User', 'emails.value', { ...plain, type: 'string' }],
    ['User', 'emails[type eq "work"].value', { ...plain, type: 'string' }],
    ['User', 'emails[type eq "work"]', { ...plain, type: 'complex' }],
    ['User', 'roles[primary eq "True"].primary', { ...plain, type: 'boolean' }],
    ['User', 'profileUrl', { ...plain, type: 'reference', caseExact: true }],
    ['User', `${ENTERPRISE_SCHEMA}:department`, { ...plain, type: 'string' }],
    ['User', `${ENTERPRISE_SCHEMA.toUpperCase()}:Department`.replace(/^URN/, 'urn'), { ...plain, type: 'string' }],
    ['User', `${ENTERPRISE_SCHEMA}:manager`, { ...plain, type: 'complex' }],
    ['Group', 'members', { ...plain, type: 'complex', multiValued: true }],
    ['Group', 'userName', undefined],
    ['User', 'members', undefined],
    ['User', 'urn:x:y:2.0:User:Salary', undefined],
  ])('%s %s', (kind, name, type) => {
    expect(attributeType(kind, path(name), NO_DISCOVERY)).toEqual(type);
  });

  it('believes the schemas of the target first', () => {
    const capabilities: Capabilities = {
      ...NO_DISCOVERY,
      attributes: {
        User: [
          { ...plain, name: 'urn:x:y:2.0:User:Salary', type: 'integer' },
          { ...plain, name: 'USERNAME', type: 'string', caseExact: true },
        ],
        Group: [],
      },
    };
    expect(attributeType('User', path('urn:x:y:2.0:User:salary'), capabilities)?.type).toBe('integer');
    expect(attributeType('User', path('userName'), capabilities)?.caseExact).toBe(true);
    expect(attributeType('User', path('active'), capabilities)?.type).toBe('boolean');
  });
});

describe('coerceValue', () => {
  it.each<[unknown, ScimAttributeType | undefined, unknown]>([
    ['False', 'boolean', false],
    [' TRUE ', 'boolean', true],
    [false, 'boolean', false],
    ['42', 'integer', 42],
    ['-7', 'integer', -7],
    [42n, 'integer', 42],
    [1.5, 'decimal', 1.5],
    ['1.50', 'decimal', 1.5],
    ['1e3', 'decimal', 1000],
    [42, 'string', '42'],
    [9007199254740993n, 'string', '9007199254740993'],
    [9007199254740993n, undefined, '9007199254740993'],
    [-42n, undefined, -42],
    [true, 'string', 'True'],
    ['2026-01-31', 'dateTime', '2026-01-31'],
    ['', 'string', ''],
    ['x', 'reference', 'x'],
    [null, 'boolean', null],
    [undefined, 'integer', null],
    [{ value: 'x', n: undefined, list: [1, null] }, 'complex', { value: 'x', list: [1, null] }],
    ['id-1', 'complex', 'id-1'],
    ['anything', undefined, 'anything'],
    [7, undefined, 7],
    [['only'], 'string', 'only'],
    [[], 'string', null],
    [['a', 'b'], undefined, ['a', 'b']],
  ])('%o as %s is %o', (value, type, result) => {
    expect(coerceValue(value, type)).toEqual({ ok: true, value: result });
  });

  it.each<[unknown, ScimAttributeType | undefined, string]>([
    ['yes', 'boolean', '"yes" is not a boolean (True or False).'],
    ['1', 'boolean', '"1" is not a boolean (True or False).'],
    [1, 'boolean', '"1" is not a boolean (True or False).'],
    ['', 'boolean', '"" is not a boolean (True or False).'],
    ['4.5', 'integer', '"4.5" is not an integer.'],
    ['', 'integer', '"" is not an integer.'],
    [true, 'integer', '"true" is not an integer.'],
    ['9007199254740993', 'integer', '"9007199254740993" is not an integer that JSON keeps exactly.'],
    ['0x10', 'decimal', '"0x10" is not a decimal number.'],
    [Number.NaN, 'decimal', '"NaN" is not a decimal number.'],
    [Number.POSITIVE_INFINITY, undefined, '"Infinity" is not a number.'],
    [{ a: 1 }, 'string', '"object" is not a text.'],
    [{ a: () => 1 }, 'complex', '"function" is not a value that JSON can hold.'],
    [['a', 'b'], 'string', 'The attribute holds one value, but 2 were mapped to it.'],
    ['x'.repeat(200), 'boolean', `"${'x'.repeat(100)}…" is not a boolean (True or False).`],
  ])('%o as %s is refused', (value, type, message) => {
    expect(coerceValue(value, type)).toEqual({ ok: false, message });
  });

  it('makes lists for attributes of many values', () => {
    const type = { ...plain, type: 'integer', multiValued: true } as const;
    expect(coerceValue(['1', 2], type)).toEqual({ ok: true, value: [1, 2] });
    expect(coerceValue('3', type)).toEqual({ ok: true, value: [3] });
    expect(coerceValue(null, type)).toEqual({ ok: true, value: null });
    expect(coerceValue(['1', 'x'], type)).toMatchObject({ ok: false });
  });
});
