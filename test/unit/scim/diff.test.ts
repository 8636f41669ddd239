import { describe, expect, it } from 'vitest';
import { diffResource } from '../../../src/scim/diff.ts';
import { parsePath, type ScimPath } from '../../../src/scim/path.ts';
import { readPath } from '../../../src/scim/read.ts';
import { ENTERPRISE_SCHEMA, type ScimResource, type ScimValue } from '../../../src/scim/resource.ts';

function path(text: string): ScimPath {
  const result = parsePath(text);
  if (!result.ok) throw new Error(result.message);
  return result.path;
}

const manager = `${ENTERPRISE_SCHEMA}:manager`;
const resource: ScimResource = {
  username: 'ana',
  active: true,
  name: { GivenName: 'Ana' },
  emails: [
    { type: 'home', value: 'h@x' },
    { type: 'Work', value: 'w@x', primary: true },
  ],
  roles: [{ primary: 'true', value: 'admin' }],
  [ENTERPRISE_SCHEMA.toUpperCase()]: { department: 'Sales', manager: { value: 'm1', displayName: 'Max' } },
  'urn:flat:2.0:User:Team': 'Blue',
};

describe('readPath', () => {
  it.each<[string, ScimValue | undefined]>([
    ['userName', 'ana'],
    ['name.givenName', 'Ana'],
    ['name.familyName', undefined],
    ['userName.value', undefined],
    ['emails[type eq "work"].value', 'w@x'],
    ['emails[type eq "home"]', { type: 'home', value: 'h@x' }],
    ['emails[type eq "other"].value', undefined],
    ['emails.value', ['h@x', 'w@x']],
    ['emails.display', undefined],
    ['roles[primary eq "True"].value', 'admin'],
    [`${ENTERPRISE_SCHEMA}:Department`, 'Sales'],
    [manager, { value: 'm1', displayName: 'Max' }],
    [`${manager}.value`, 'm1'],
    ['urn:flat:2.0:User:team', 'Blue'],
    ['urn:other:2.0:User:team', undefined],
    ['toString', undefined],
    ['constructor.name', undefined],
  ])('%s', (name, value) => {
    expect(readPath(resource, path(name))).toEqual(value);
  });

  it('understands one object where a list is expected', () => {
    expect(readPath({ emails: { type: 'work', value: 'a' } }, path('emails[type eq "work"].value'))).toBe('a');
  });
});

describe('diffResource', () => {
  const options = { caseInsensitive: ['userName', 'emails[type EQ "work"].value'] };
  const differs = (current: ScimResource, name: string, value: ScimValue): boolean =>
    diffResource(current, [{ path: path(name), value }], options).length > 0;

  it.each<[string, ScimResource, string, ScimValue]>([
    ['the same text', { title: 'a' }, 'title', 'a'],
    ['another case where case does not matter', { userName: 'ANA' }, 'userName', 'ana'],
    ['a value path where case does not matter', resource, 'emails[type eq "work"].value', 'W@X'],
    ['a boolean as text', { active: 'True' }, 'active', true],
    ['a text as boolean', { active: true }, 'active', 'True'],
    ['a number as text', { n: '42' }, 'n', 42],
    ['a text as number', { n: 42 }, 'n', '42'],
    ['a date with fractions', { d: '2026-01-01T00:00:00.000Z' }, 'd', '2026-01-01T00:00:00Z'],
    ['a date in another zone', { d: '2026-01-01T01:00:00+01:00' }, 'd', '2026-01-01T00:00:00Z'],
    ['a reference as object', resource, manager, 'm1'],
    ['a reference as text', { [ENTERPRISE_SCHEMA]: { manager: 'm1' } }, manager, 'm1'],
    ['a list in another order', { roles: [{ value: 'b' }, { value: 'a', display: 'A' }] }, 'roles', ['a', 'b']],
    ['a list of objects with more in them', { roles: [{ value: 'a', display: 'A' }] }, 'roles', [{ value: 'a' }]],
    ['one of many, without a filter', resource, 'emails.value', 'h@x'],
    ['no value wanted and none there', {}, 'title', null],
    ['an empty text wanted and none there', {}, 'title', ''],
    ['an empty list wanted and null there', { roles: null }, 'roles', []],
  ])('finds no difference: %s', (_why, current, name, value) => {
    expect(differs(current, name, value)).toBe(false);
  });

  it.each<[string, ScimResource, string, ScimValue]>([
    ['another text', { title: 'a' }, 'title', 'b'],
    ['another case where case matters', { title: 'a' }, 'title', 'A'],
    ['another boolean', { active: true }, 'active', false],
    ['no boolean', {}, 'active', false],
    ['an empty text against false', { active: '' }, 'active', false],
    ['zero against an empty text', { n: '' }, 'n', 0],
    ['another manager', resource, manager, 'm2'],
    ['no manager', {}, manager, 'm1'],
    ['an object without value', { [ENTERPRISE_SCHEMA]: { manager: { displayName: 'm1' } } }, manager, 'm1'],
    ['a list with one more', { roles: [{ value: 'a' }, { value: 'b' }] }, 'roles', ['a']],
    ['a list with the same twice', { roles: [{ value: 'a' }, { value: 'b' }] }, 'roles', ['a', 'a']],
    ['an element that is not there', resource, 'emails[type eq "other"].value', 'x'],
    ['a value that should go', { title: 'a' }, 'title', null],
    ['another time', { d: '2026-01-01T00:00:00Z' }, 'd', '2026-01-01T00:00:01Z'],
  ])('finds a difference: %s', (_why, current, name, value) => {
    expect(differs(current, name, value)).toBe(true);
  });

  it('says what exists', () => {
    const wanted = [
      { path: path('emails[type eq "work"].display'), value: 'x' },
      { path: path('emails[type eq "other"].value'), value: 'y' },
      { path: path('phoneNumbers[type eq "work"].value'), value: 'z' },
      { path: path('title'), value: 't' },
      { path: path('name.givenName'), value: 'Bea' },
    ];
    const found = diffResource(resource, wanted, options).map(({ path: _path, newValue: _new, ...rest }) => rest);
    expect(found).toEqual([
      { oldValue: undefined, elementExists: true, attributeExists: true },
      { oldValue: undefined, elementExists: false, attributeExists: true },
      { oldValue: undefined, elementExists: false, attributeExists: false },
      { oldValue: undefined, elementExists: false, attributeExists: false },
      { oldValue: 'Ana', elementExists: false, attributeExists: true },
    ]);
  });
});
