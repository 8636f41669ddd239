import { describe, expect, it } from 'vitest';
import { equalsFilter } from '../../../src/scim/filter.ts';
import { attributeText, parsePath, pathKey, pathText, type ScimPath } from '../../../src/scim/path.ts';
import { ENTERPRISE_SCHEMA } from '../../../src/scim/resource.ts';

const PEAKON = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';

function parsed(text: string): ScimPath {
  const result = parsePath(text);
  if (!result.ok) throw new Error(`${text}: ${result.message}`);
  return result.path;
}

describe('parsePath', () => {
  it.each<[string, Omit<ScimPath, 'text'>]>([
    ['userName', { attribute: 'userName' }],
    ['$ref', { attribute: '$ref' }],
    ['name.givenName', { attribute: 'name', subAttribute: 'givenName' }],
    ['emails.value', { attribute: 'emails', subAttribute: 'value' }],
    [
      'emails[type eq "work"].value',
      { attribute: 'emails', filter: { attribute: 'type', value: 'work' }, subAttribute: 'value' },
    ],
    [
      'emails[ type  EQ "wo\\"rk]" ].value',
      { attribute: 'emails', filter: { attribute: 'type', value: 'wo"rk]' }, subAttribute: 'value' },
    ],
    ['members[value eq "a:b.c"]', { attribute: 'members', filter: { attribute: 'value', value: 'a:b.c' } }],
    [
      'roles[primary eq "True"].value',
      { attribute: 'roles', filter: { attribute: 'primary', value: true }, subAttribute: 'value' },
    ],
    [
      'roles[primary eq false].display',
      { attribute: 'roles', filter: { attribute: 'primary', value: false }, subAttribute: 'display' },
    ],
    [
      'x[type eq "True"].value',
      { attribute: 'x', filter: { attribute: 'type', value: 'True' }, subAttribute: 'value' },
    ],
    [
      'emails[type eq "a and b" AND primary eq "True" and display eq "x"].value',
      {
        attribute: 'emails',
        filter: {
          attribute: 'type',
          value: 'a and b',
          and: [
            { attribute: 'primary', value: true },
            { attribute: 'display', value: 'x' },
          ],
        },
        subAttribute: 'value',
      },
    ],
    [`${ENTERPRISE_SCHEMA}:department`, { schema: ENTERPRISE_SCHEMA, attribute: 'department' }],
    [`${ENTERPRISE_SCHEMA}:manager.value`, { schema: ENTERPRISE_SCHEMA, attribute: 'manager', subAttribute: 'value' }],
    [`${PEAKON}:Business Unit`, { schema: PEAKON, attribute: 'Business Unit' }],
    [`${PEAKON}:Dept. Name`, { schema: PEAKON, attribute: 'Dept. Name' }],
    [`${PEAKON}:Straße (neu)`, { schema: PEAKON, attribute: 'Straße (neu)' }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', { attribute: 'userName' }],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value',
      { attribute: 'emails', filter: { attribute: 'type', value: 'work' }, subAttribute: 'value' },
    ],
  ])('reads %s', (text, path) => {
    expect(parsePath(text)).toEqual({ ok: true, path: { text, ...path } });
  });

  it.each([
    ['', 'empty', 0],
    [' userName', 'blank', 0],
    ['user name', 'not a SCIM attribute name', 0],
    ['1st', 'not a SCIM attribute name', 0],
    ['name.given name', 'sub-attribute', 5],
    ['name.', 'sub-attribute', 5],
    ['emails[type eq "work"', 'not closed', 6],
    ['emails[type eq "work"]value', 'After the bracket', 22],
    ['emails[type eq "work"].', 'After the bracket', 22],
    ['emails[type eq work].value', 'only comparisons', 7],
    ['emails[type ne "work"].value', 'only comparisons', 7],
    ['emails[type eq "a" or primary eq true].value', 'only comparisons', 7],
    ['emails[type eq "a" and].value', 'only comparisons', 7],
    ['emails[type eq "a" and type eq "b"].value', 'only comparisons', 7],
    ['emails[type eq "a"and primary eq true].value', 'only comparisons', 7],
    ['emails[].value', 'only comparisons', 7],
    ['schema:attribute', 'URN', 0],
    [`${PEAKON}:`, 'missing', PEAKON.length + 1],
    [PEAKON, 'names a schema', PEAKON.length],
    [`${PEAKON}:a"b`, 'not the name', PEAKON.length + 1],
    [`${PEAKON}:a\nb`, 'not the name', PEAKON.length + 1],
    [`${PEAKON}:__proto__`, 'not the name', PEAKON.length + 1],
  ])('refuses %j', (text, part, position) => {
    const result = parsePath(text);
    expect(result).toMatchObject({ ok: false, position });
    expect(result.ok ? '' : result.message).toContain(part);
  });
});

describe('the text of a path', () => {
  it.each([
    ['roles[primary eq "True"].value', 'roles[primary eq true].value', 'roles'],
    ['emails[type EQ "work"].value', 'emails[type eq "work"].value', 'emails'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:title', 'title', 'title'],
    [`${PEAKON}:Business Unit`, `${PEAKON}:Business Unit`, `${PEAKON}:Business Unit`],
  ])('%s is sent as %s', (text, sent, attribute) => {
    expect(pathText(parsed(text))).toBe(sent);
    expect(attributeText(parsed(text))).toBe(attribute);
    expect(parsed(pathText(parsed(text)))).toEqual({ ...parsed(text), text: sent });
  });

  it('has the same key in every spelling', () => {
    expect(pathKey(parsed('EMAILS[Type eq "Work"].Value'))).toBe(pathKey(parsed('emails[type eq "work"].value')));
    expect(pathKey(parsed('emails[type eq "home"].value'))).not.toBe(pathKey(parsed('emails[type eq "work"].value')));
  });
});

describe('equalsFilter', () => {
  it.each([
    ['ana', 'userName eq "ana"'],
    ['a"b', 'userName eq "a\\"b"'],
    ['x" or active eq true or userName eq "y', 'userName eq "x\\" or active eq true or userName eq \\"y"'],
    ['a\\', 'userName eq "a\\\\"'],
    ['a\nb\u0000', 'userName eq "a\\nb\\u0000"'],
    ['Žofie', 'userName eq "Žofie"'],
  ])('escapes %j', (value, filter) => {
    expect(equalsFilter('userName', value)).toBe(filter);
  });
});
