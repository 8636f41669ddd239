// The bodies of each dialect, as a table: the neutral form, and what goes on the wire.
import { describe, expect, it } from 'vitest';
import { type Dialect, dialectOfFlag, profileUnder, STRATEGIES } from '../../../src/model/dialect.ts';
import { targetProfileSchema } from '../../../src/model/profile.ts';
import { createBody, patchOperations, removalsAsList } from '../../../src/scim/dialect-body.ts';
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, type PatchOperation, USER_SCHEMA } from '../../../src/scim/resource.ts';

const ROOT = 'https://scim.test/scim';
const MANAGER = `${ENTERPRISE_SCHEMA}:manager`;
const wire = (dialect: Dialect, ...operations: PatchOperation[]) =>
  patchOperations(STRATEGIES[dialect].patch, operations, ROOT);

// spec: dialects
describe('operations', () => {
  it.each<[string, PatchOperation[], unknown[], unknown[]]>([
    [
      'a boolean is text without the flag, also inside of objects and lists',
      [{ op: 'replace', path: 'roles', value: [{ value: 'a', primary: true, weight: 2 }, false, null, 'true'] }],
      [
        {
          op: 'Replace',
          path: 'roles',
          value: [{ value: 'a', primary: 'True', weight: '2' }, 'False', null, 'true'],
        },
      ],
      [{ op: 'replace', path: 'roles', value: [{ value: 'a', primary: true, weight: 2 }, false, null, 'true'] }],
    ],
    [
      'one replacement keeps its path',
      [{ op: 'replace', path: 'active', value: false }],
      [{ op: 'Replace', path: 'active', value: 'False' }],
      [{ op: 'replace', path: 'active', value: false }],
    ],
    [
      'several are one with dotted names, and what is added or has a filter stays',
      [
        { op: 'replace', path: 'displayName', value: 'x' },
        { op: 'add', path: 'nickName', value: 'n' },
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'm' },
        { op: 'replace', path: 'name.givenName', value: 'y' },
        { op: 'replace', path: `${ENTERPRISE_SCHEMA}:employeeNumber`, value: 'z' },
      ],
      [
        { op: 'Replace', path: 'displayName', value: 'x' },
        { op: 'Add', path: 'nickName', value: 'n' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'm' },
        { op: 'Replace', path: 'name.givenName', value: 'y' },
        { op: 'Replace', path: `${ENTERPRISE_SCHEMA}:employeeNumber`, value: 'z' },
      ],
      [
        { op: 'add', path: 'nickName', value: 'n' },
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'm' },
        {
          op: 'replace',
          value: { displayName: 'x', 'name.givenName': 'y', [`${ENTERPRISE_SCHEMA}:employeeNumber`]: 'z' },
        },
      ],
    ],
    [
      'a manager',
      [{ op: 'replace', path: MANAGER, value: { value: 'm 1/2' } }],
      [{ op: 'Add', path: 'manager', value: [{ $ref: `${ROOT}/Users/m%201%2F2`, value: 'm 1/2' }] }],
      [{ op: 'add', path: MANAGER, value: 'm 1/2' }],
    ],
    [
      'a manager who is taken away',
      [{ op: 'remove', path: MANAGER }],
      [{ op: 'Remove', path: MANAGER }],
      [{ op: 'remove', path: MANAGER }],
    ],
    [
      'members',
      [{ op: 'add', path: 'members', value: [{ value: 'a' }] }],
      [{ op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }] }],
      [{ op: 'add', path: 'members', value: [{ $ref: null, value: 'a' }] }],
    ],
  ])('%s', (_what, neutral, legacy, entra) => {
    expect(wire('entra-legacy', ...neutral)).toEqual(legacy);
    expect(wire('entra', ...neutral)).toEqual(entra);
  });

  it('rfc7644 sends them as they are', () => {
    const neutral: PatchOperation[] = [{ op: 'replace', path: MANAGER, value: { value: 'm' } }];
    expect(patchOperations(STRATEGIES.rfc7644.patch, neutral, ROOT)).toBe(neutral);
  });

  it('removals of members become one list, and nothing else does', () => {
    const other: PatchOperation = { op: 'remove', path: 'members[display eq "x"]' };
    expect(
      removalsAsList([
        { op: 'remove', path: String.raw`members[value eq "a\"b"]` },
        { op: 'replace', path: 'displayName', value: 'x' },
        { op: 'remove', path: 'members[value eq "c"]' },
        other,
      ]),
    ).toEqual([
      { op: 'replace', path: 'displayName', value: 'x' },
      other,
      { op: 'remove', path: 'members', value: [{ value: 'a"b' }, { value: 'c' }] },
    ]);
    const untouched: PatchOperation[] = [{ op: 'remove', path: 'title' }];
    expect(removalsAsList(untouched)).toEqual(untouched);
  });
});

describe('creations', () => {
  it('name both schemas of a person, the kind, and roles that are empty unless mapped', () => {
    const plain = createBody(STRATEGIES.entra, 'User', { schemas: [USER_SCHEMA], userName: 'a', active: false });
    expect(plain).toEqual({
      schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA],
      userName: 'a',
      active: false,
      meta: { resourceType: 'User' },
      roles: [],
    });
    const roles = [{ value: 'Admin' }];
    expect(createBody(STRATEGIES.entra, 'User', { schemas: [], roles })).toMatchObject({ roles });
  });

  it('name the schema of Microsoft for groups', () => {
    expect(createBody(STRATEGIES['entra-legacy'], 'Group', { schemas: [GROUP_SCHEMA], displayName: 'g' })).toEqual({
      schemas: [GROUP_SCHEMA, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      displayName: 'g',
      meta: { resourceType: 'Group' },
    });
  });

  it('are as they were in rfc7644', () => {
    const resource = { schemas: [USER_SCHEMA], userName: 'a' };
    expect(createBody(STRATEGIES.rfc7644, 'User', resource)).toBe(resource);
  });
});

describe('the profile of a target', () => {
  it('says nothing about what a dialect fixes', () => {
    const profile = targetProfileSchema.parse({ combinedFilter: true, attributesFromSchemas: true });
    expect(profileUnder('rfc7644', profile)).toBe(profile);
    expect(profileUnder('entra', profile)).toMatchObject({
      membersPerRequest: 1,
      memberRemoval: 'path',
      membersReadable: false,
      combinedFilter: false,
      discovery: false,
      attributesFromSchemas: false,
    });
    expect(profileUnder('entra-legacy', profile)).toMatchObject({ memberRemoval: 'list' });
  });
});

it.each([
  ['?aadOptscim062020', 'entra'],
  ['?AADOPTSCIM062020=', 'entra'],
  ['?x=1&AzureAdScimPatch062020', 'entra'],
  ['?AzureAdScimPatch2017', 'entra-legacy'],
  ['?x=1', undefined],
  ['', undefined],
])('the flag %s stands for %s', (query, dialect) => {
  expect(dialectOfFlag(query)).toBe(dialect);
});
