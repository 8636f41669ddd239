// The resource that a PUT sends in place of a PATCH: what the operations mean, and nothing else changed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, replacementBody } from '../../../src/scim/apply-patch.ts';
import { diffResource } from '../../../src/scim/diff.ts';
import { addMembers, buildPatch, removeMembers } from '../../../src/scim/patch.ts';
import { parsePath } from '../../../src/scim/path.ts';
import {
  ENTERPRISE_SCHEMA,
  type PatchOperation,
  type ScimResource,
  type ScimValue,
} from '../../../src/scim/resource.ts';

const PERSON: ScimResource = {
  id: '1',
  userName: 'ada',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { type: 'home', value: 'h@x', primary: true },
    { type: 'work', value: 'w@x', display: 'Work' },
  ],
  [ENTERPRISE_SCHEMA]: { department: 'Maths', manager: { value: '7' } },
  'urn:acme:User': { Shoe: 42 },
};

describe('an operation', () => {
  it.each<[string, PatchOperation, ScimResource]>([
    ['replaces an attribute', { op: 'replace', path: 'userName', value: 'al' }, { userName: 'al' }],
    ['adds one, spelled as the resource spells it', { op: 'add', path: 'USERNAME', value: 'al' }, { userName: 'al' }],
    [
      'replaces a sub-attribute and leaves its sisters',
      { op: 'replace', path: 'name.givenName', value: 'A.' },
      { name: { givenName: 'A.', familyName: 'Lovelace' } },
    ],
    [
      'replaces an attribute of an extension and leaves its sisters',
      { op: 'replace', path: `${ENTERPRISE_SCHEMA}:department`, value: 'Engines' },
      { [ENTERPRISE_SCHEMA]: { department: 'Engines', manager: { value: '7' } } },
    ],
    [
      'replaces a part of an element',
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@x' },
      {
        emails: [
          { type: 'home', value: 'h@x', primary: true },
          { type: 'work', value: 'new@x', display: 'Work' },
        ],
      },
    ],
    [
      'makes the element that is not there',
      { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '1' },
      { phoneNumbers: [{ type: 'work', value: '1' }] },
    ],
    [
      'adds elements that are not there, and leaves one primary',
      { op: 'add', path: 'emails', value: [{ value: 'h@x' }, { type: 'other', value: 'o@x', primary: true }] },
      {
        emails: [
          { type: 'home', value: 'h@x', primary: false },
          { type: 'work', value: 'w@x', display: 'Work' },
          { type: 'other', value: 'o@x', primary: true },
        ],
      },
    ],
    [
      'removes an element',
      { op: 'remove', path: 'emails[type eq "home"]' },
      { emails: [{ type: 'work', value: 'w@x', display: 'Work' }] },
    ],
    ['removes a list', { op: 'remove', path: 'emails' }, { emails: [] }],
    [
      'removes an attribute of an extension',
      { op: 'remove', path: `${ENTERPRISE_SCHEMA}:manager` },
      { [ENTERPRISE_SCHEMA]: { department: 'Maths', manager: undefined } },
    ],
    [
      'without path is merged',
      { op: 'replace', value: { title: 'Countess', [ENTERPRISE_SCHEMA]: { department: 'Engines' } } },
      { title: 'Countess', [ENTERPRISE_SCHEMA]: { department: 'Engines', manager: { value: '7' } } },
    ],
  ])('%s', (_name, operation, change) => {
    expect(applyPatch(PERSON, [operation])).toEqual({ ...PERSON, ...change });
  });

  it('changes members by their ids', () => {
    const group = { id: 'g', members: [{ value: 'a', display: 'A' }, { value: 'b' }] };
    const changed = applyPatch(group, [...addMembers(['b', 'c']), ...removeMembers(['b'])]);
    expect(changed).toEqual({ id: 'g', members: [{ value: 'a', display: 'A' }, { value: 'c' }] });
  });

  it('that is not understood is no guess', () => {
    expect(applyPatch(PERSON, [{ op: 'replace', path: 'emails[value co "x"]', value: 'y' }])).toBeUndefined();
    expect(applyPatch(PERSON, [{ op: 'remove' }])).toBeUndefined();
  });

  it('does not touch the resource that it was given', () => {
    const before = structuredClone(PERSON);
    applyPatch(PERSON, [
      { op: 'replace', path: 'name.givenName', value: 'A.' },
      { op: 'remove', path: 'emails' },
    ]);
    expect(PERSON).toEqual(before);
  });
});

const NAMES = [
  'title',
  'name.givenName',
  'emails[type eq "work"].value',
  'emails[type eq "other"].value',
  `${ENTERPRISE_SCHEMA}:department`,
];

it('after the operations of any differences, nothing differs', () => {
  const value = fc.constantFrom<ScimValue>('one', 'two', null, '');
  const wanted = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), value }), {
    selector: ({ name }) => name,
  });
  fc.assert(
    fc.property(wanted, (attributes) => {
      const desired = attributes.flatMap((each) => {
        const parsed = parsePath(each.name);
        return parsed.ok ? [{ path: parsed.path, value: each.value }] : [];
      });
      const differences = diffResource(PERSON, desired, { caseInsensitive: [] });
      const changed = applyPatch(PERSON, buildPatch(differences));
      expect(diffResource(changed ?? {}, desired, { caseInsensitive: [] })).toEqual([]);
      expect(changed?.['urn:acme:User']).toEqual({ Shoe: 42 });
    }),
  );
});

describe('the body of a PUT', () => {
  const isReadOnly = (name: string) => ['meta', 'groups', `${ENTERPRISE_SCHEMA}:manager.displayName`].includes(name);

  it('leaves out what is read only or null, names the schemas it has, and keeps everything else', () => {
    const body = replacementBody(
      {
        ...PERSON,
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        meta: { version: '1' },
        groups: [{ value: 'g' }],
        nickName: null,
        locale: '',
        photos: [],
        [ENTERPRISE_SCHEMA]: { department: 'Maths', manager: { value: '7', displayName: 'B', $ref: null } },
      },
      isReadOnly,
    );
    expect(body).toEqual({
      ...PERSON,
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_SCHEMA, 'urn:acme:User'],
      photos: [],
    });
  });

  // spec: put-keeps-the-rest
  it('keeps attributes that nobody here knows', () => {
    const odd = { 'x-badge': { colour: 'red' }, list: [1, 'two', { three: 3 }] };
    expect(replacementBody({ ...PERSON, ...odd }, () => false)).toMatchObject(odd);
  });
});
