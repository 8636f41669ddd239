// What is sent: bodies of POST and operations of PATCH.
import { describe, expect, it } from 'vitest';
import { buildResource } from '../../../src/scim/create.ts';
import type { DesiredAttribute } from '../../../src/scim/desired.ts';
import { diffResource } from '../../../src/scim/diff.ts';
import { addMembers, buildPatch, removeMembers } from '../../../src/scim/patch.ts';
import { parsePath } from '../../../src/scim/path.ts';
import { pathlessPatch } from '../../../src/scim/pathless.ts';
import {
  ENTERPRISE_SCHEMA,
  GROUP_SCHEMA,
  type PatchOperation,
  resourceId,
  type ScimResource,
  type ScimValue,
  USER_SCHEMA,
} from '../../../src/scim/resource.ts';

const PEAKON = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';
type Wanted = Readonly<Record<string, ScimValue>>;

function desired(wanted: Wanted): DesiredAttribute[] {
  return Object.entries(wanted).map(([name, value]) => {
    const parsed = parsePath(name);
    if (!parsed.ok) throw new Error(parsed.message);
    return { path: parsed.path, value };
  });
}

const differences = (current: ScimResource, wanted: Wanted) =>
  diffResource(current, desired(wanted), { caseInsensitive: [] });

describe('buildPatch', () => {
  it.each<[string, ScimResource, Wanted, PatchOperation[]]>([
    ['nothing', { title: 'a' }, { title: 'a' }, []],
    ['a changed value', { title: 'a' }, { title: 'b' }, [{ op: 'replace', path: 'title', value: 'b' }]],
    ['a new value', {}, { title: 'b' }, [{ op: 'add', path: 'title', value: 'b' }]],
    ['null counts as no value', { title: null }, { title: 'b' }, [{ op: 'add', path: 'title', value: 'b' }]],
    ['a boolean', { active: true }, { active: false }, [{ op: 'replace', path: 'active', value: false }]],
    ['a removed value', { title: 'a' }, { title: null }, [{ op: 'remove', path: 'title' }]],
    ['an emptied value', { title: 'a' }, { title: '' }, [{ op: 'remove', path: 'title' }]],
    [
      'a sub-attribute',
      { name: { givenName: 'A' } },
      { 'name.givenName': 'B', 'name.familyName': 'C' },
      [
        { op: 'replace', path: 'name.givenName', value: 'B' },
        { op: 'add', path: 'name.familyName', value: 'C' },
      ],
    ],
    [
      'an existing element',
      { emails: [{ type: 'work', value: 'a' }] },
      { 'emails[type eq "work"].value': 'b' },
      [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'b' }],
    ],
    [
      'a missing element beside others',
      { emails: [{ type: 'home', value: 'a' }] },
      { 'emails[type eq "work"].value': 'b' },
      [{ op: 'add', path: 'emails', value: [{ type: 'work', value: 'b' }] }],
    ],
    [
      'the first e-mail addresses',
      {},
      { 'emails[type eq "home"].value': 'h', 'emails[type eq "work"].value': 'w' },
      [
        {
          op: 'add',
          path: 'emails',
          value: [
            { type: 'home', value: 'h' },
            { type: 'work', value: 'w', primary: true },
          ],
        },
      ],
    ],
    [
      'several sub-attributes of one missing element',
      {},
      { 'addresses[type eq "work"].locality': 'L', title: 't', 'addresses[type eq "work"].region': 'R' },
      [
        { op: 'add', path: 'title', value: 't' },
        { op: 'add', path: 'addresses', value: [{ type: 'work', locality: 'L', region: 'R' }] },
      ],
    ],
    [
      'a value of any element',
      { emails: [{ type: 'work', value: 'a' }] },
      { 'emails.value': 'b' },
      [{ op: 'add', path: 'emails', value: [{ value: 'b' }] }],
    ],
    [
      'a role chosen by primary',
      { roles: [{ primary: true, value: 'a' }] },
      { 'roles[primary eq "True"].value': 'b' },
      [{ op: 'replace', path: 'roles[primary eq true].value', value: 'b' }],
    ],
    [
      'a whole list of texts',
      { roles: [{ value: 'a' }] },
      { roles: ['a', 'b'] },
      [{ op: 'replace', path: 'roles', value: [{ value: 'a' }, { value: 'b' }] }],
    ],
    [
      'extension attributes and the manager',
      { [ENTERPRISE_SCHEMA]: { manager: { value: 'm1' } } },
      { [`${ENTERPRISE_SCHEMA}:manager`]: 'm2', [`${PEAKON}:Business Unit`]: 'Sales' },
      [
        { op: 'replace', path: `${ENTERPRISE_SCHEMA}:manager`, value: { value: 'm2' } },
        { op: 'add', path: `${PEAKON}:Business Unit`, value: 'Sales' },
      ],
    ],
  ])('%s', (_what, current, wanted, operations) => {
    expect(buildPatch(differences(current, wanted))).toEqual(operations);
  });
});

describe('members', () => {
  it('are added in one operation', () => {
    expect(addMembers(['a', 'b'])).toEqual([{ op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }]);
    expect(addMembers([])).toEqual([]);
  });

  it('are removed one by one, escaped', () => {
    expect(removeMembers(['a', 'b"]'])).toEqual([
      { op: 'remove', path: 'members[value eq "a"]' },
      { op: 'remove', path: 'members[value eq "b\\"]"]' },
    ]);
    expect(removeMembers([])).toEqual([]);
  });
});

describe('pathlessPatch', () => {
  it('nests values, and keeps value paths and removals', () => {
    const current = { title: 'old', name: { givenName: 'x' }, emails: [{ type: 'work', value: 'a' }], nickName: 'n' };
    const wanted = {
      title: 'new',
      nickName: null,
      'name.givenName': 'A',
      'name.familyName': 'B',
      'emails[type eq "work"].value': 'b',
      [`${PEAKON}:Business Unit`]: 'Sales',
      [`${PEAKON}:Team`]: 'Blue',
      [`${ENTERPRISE_SCHEMA}:manager`]: 'm',
    };
    expect(pathlessPatch(differences(current, wanted))).toEqual([
      { op: 'remove', path: 'nickName' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b' },
      { op: 'replace', value: { title: 'new', name: { givenName: 'A' } } },
      {
        op: 'add',
        value: {
          name: { familyName: 'B' },
          [PEAKON]: { 'Business Unit': 'Sales', Team: 'Blue' },
          [ENTERPRISE_SCHEMA]: { manager: { value: 'm' } },
        },
      },
    ]);
  });
});

describe('buildResource', () => {
  it('writes a person with the schemas that are used', () => {
    const wanted = {
      userName: 'ana',
      active: true,
      title: '',
      nickName: null,
      'name.givenName': 'Ana',
      'Name.familyName': 'Ruiz',
      'emails[type eq "home"].value': 'h',
      'emails[type eq "work"].value': 'w',
      'phoneNumbers[type eq "work"].value': '1',
      'addresses[type eq "work"].locality': 'L',
      'addresses[type eq "work"].region': 'R',
      'addresses[type eq "work"].country': '',
      'roles[primary eq "True"].value': 'admin',
      'roles[primary eq "True"].display': 'Admin',
      [`${ENTERPRISE_SCHEMA}:manager`]: 'm1',
      [`${ENTERPRISE_SCHEMA}:department`]: 'Sales',
      [`${PEAKON}:Business Unit`]: 'EMEA',
      'urn:unused:2.0:User:x': '',
    };
    expect(buildResource('User', desired(wanted))).toEqual({
      schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA, PEAKON],
      userName: 'ana',
      active: true,
      name: { givenName: 'Ana', familyName: 'Ruiz' },
      emails: [
        { type: 'home', value: 'h' },
        { type: 'work', value: 'w', primary: true },
      ],
      phoneNumbers: [{ type: 'work', value: '1' }],
      addresses: [{ type: 'work', locality: 'L', region: 'R' }],
      roles: [{ primary: true, value: 'admin', display: 'Admin' }],
      [ENTERPRISE_SCHEMA]: { manager: { value: 'm1' }, department: 'Sales' },
      [PEAKON]: { 'Business Unit': 'EMEA' },
    });
  });

  it('keeps an e-mail address primary that is said to be', () => {
    const wanted = { 'emails[type eq "work"].value': 'w', 'emails[primary eq true].value': 'p' };
    expect(buildResource('User', desired(wanted))['emails']).toEqual([
      { type: 'work', value: 'w' },
      { primary: true, value: 'p' },
    ]);
  });

  it('writes lists and names without a filter as elements', () => {
    expect(buildResource('User', desired({ roles: ['a', 'b'], 'emails.value': 'e' }))).toMatchObject({
      roles: [{ value: 'a' }, { value: 'b' }],
      emails: [{ value: 'e', primary: true }],
    });
  });

  it('writes a group with and without members', () => {
    const wanted = desired({ displayName: 'G', externalId: 'x' });
    expect(buildResource('Group', wanted)).toEqual({ schemas: [GROUP_SCHEMA], displayName: 'G', externalId: 'x' });
    expect(buildResource('Group', wanted, ['a', 'b'])['members']).toEqual([{ value: 'a' }, { value: 'b' }]);
  });

  it('reads ids only where they can be used', () => {
    expect([{ id: 'a' }, { id: ' ' }, { id: 1 }, {}].map((one) => resourceId(one))).toEqual([
      'a',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
