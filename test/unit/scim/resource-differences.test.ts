// Two resources side by side: what counts as the same, how a difference is named, and what is not looked at.
import { describe, expect, it } from 'vitest';
import type { ScimResource } from '../../../src/scim/resource.ts';
import { faultOfKey, isSameValue, resourceDifferences } from '../../../src/scim/resource-differences.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ANA: ScimResource = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
  userName: 'ana',
  active: true,
  name: { givenName: 'Ana', familyName: 'Ruiz' },
  emails: [
    { type: 'work', value: 'ana@a', primary: true },
    { type: 'home', value: 'ana@b' },
  ],
  roles: [{ primary: true, value: 'admin', display: 'Admin' }],
  [ENTERPRISE]: { department: 'Sales', manager: { value: '7' } },
};

const lines = (expected: ScimResource, complete: boolean, actual: ScimResource = ANA) =>
  resourceDifferences(expected, actual, complete).map(
    (each) =>
      `${each.path}: ${JSON.stringify(each.expected) ?? 'nothing'} / ${JSON.stringify(each.actual) ?? 'nothing'}`,
  );

describe('the same', () => {
  it.each<[string, ScimResource]>([
    ['itself', ANA],
    ['without schemas', { ...ANA, schemas: undefined }],
    [
      'paths instead of nesting',
      {
        userName: 'ana',
        active: true,
        'name.givenName': 'Ana',
        'name.familyName': 'Ruiz',
        'emails[type eq "work"].value': 'ana@a',
        'emails[type eq "work"].primary': true,
        'emails[type eq "home"].value': 'ana@b',
        'roles[primary eq "True"].value': 'admin',
        'roles[primary eq "True"].display': 'Admin',
        [`${ENTERPRISE}:department`]: 'Sales',
        [`${ENTERPRISE}:manager`]: { value: '7' },
      },
    ],
    ['another case of names', { ...ANA, userName: undefined, USERNAME: 'ana' }],
    ['another order of elements', { ...ANA, emails: (ANA['emails'] as []).toReversed() }],
    ['null for what is not there', { ...ANA, title: null, 'name.middleName': null }],
  ])('%s', (_name, expected) => {
    expect(lines(expected, true)).toEqual([]);
  });

  it('lists of plain values have no order', () => {
    expect(lines({ tags: ['b', 'a'] }, true, { tags: ['a', 'b'] })).toEqual([]);
    expect(lines({ tags: ['a', 'a', 'b'] }, true, { tags: ['a', 'b', 'b'] })).toHaveLength(1);
  });
});

describe('different', () => {
  it('what is missing, what is otherwise, what is unexpected', () => {
    expect(lines({ title: 'x', active: false, name: { givenName: 'Ana' } }, true)).toEqual([
      'title: "x" / nothing',
      'active: false / true',
      'userName: nothing / "ana"',
      'name.familyName: nothing / "Ruiz"',
      'emails[type eq "work"].value: nothing / "ana@a"',
      'emails[type eq "work"].primary: nothing / true',
      'emails[type eq "home"].value: nothing / "ana@b"',
      'roles[value eq "admin"].primary: nothing / true',
      'roles[value eq "admin"].value: nothing / "admin"',
      'roles[value eq "admin"].display: nothing / "Admin"',
      `${ENTERPRISE}:department: nothing / "Sales"`,
      `${ENTERPRISE}:manager.value: nothing / "7"`,
    ]);
  });

  it('a part says nothing of the rest', () => {
    expect(lines({ active: true }, false)).toEqual([]);
    expect(lines({ active: null }, false)).toEqual(['active: nothing / true']);
    expect(lines({ 'emails[type eq "other"].value': 'x' }, false)).toEqual([
      'emails[type eq "other"].value: "x" / nothing',
    ]);
  });

  it.each<[ScimResource, ScimResource]>([
    [{ employeeNumber: 42 }, { employeeNumber: '42' }],
    [{ active: 'True' }, { active: true }],
    [{ userName: 'Ana' }, { userName: 'ana' }],
    [{ members: [{ value: '1' }] }, { members: [{ value: '1' }, { value: '2' }] }],
    [{ schemas: ['x'] }, { schemas: ['y'] }],
  ])('%j is not %j', (expected, actual) => {
    expect(lines(expected, true, actual)).toHaveLength(1);
  });
});

it('values are compared with their type and without the order of members', () => {
  expect(isSameValue([{ a: 1, b: 'x' }], [{ b: 'x', a: 1 }])).toBe(true);
  expect(isSameValue({ a: 1 }, { a: '1' })).toBe(false);
  expect(isSameValue(null, '')).toBe(false);
});

it('keys are attributes, paths, or the URN of an extension', () => {
  for (const key of [
    'userName',
    'name.givenName',
    'emails[type eq "work"].value',
    ENTERPRISE,
    `${ENTERPRISE}:department`,
  ])
    expect(faultOfKey(key), key).toBeUndefined();
  for (const key of ['', 'user name', 'emails[type = "work"]']) expect(faultOfKey(key), key).toBeDefined();
});
