import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { type Client, ENTERPRISE, startClient, USER, user } from './scim-client.ts';

let client: Client;
let path = '';
beforeAll(async () => {
  client = await startClient({ kind: 'rfc7644' });
});
afterAll(() => client.target.close());

const START: ScimJson = {
  name: { givenName: 'Ana', familyName: 'Ruiz' },
  active: true,
  title: 'Engineer',
  emails: [
    { type: 'work', value: 'ana@acme.com', primary: true },
    { type: 'home', value: 'ana@home.org' },
  ],
  [ENTERPRISE]: { department: 'Sales', employeeNumber: '7', manager: { value: 'boss' } },
};
beforeEach(async () => {
  client.target.reset();
  path = `/Users/${await client.create('/Users', user('ana', START))}`;
});

const work = (more: ScimJson = {}): ScimJson => ({ type: 'work', value: 'ana@acme.com', primary: true, ...more });
const home: ScimJson = { type: 'home', value: 'ana@home.org' };
const extension = (more: ScimJson): ScimJson => ({
  [ENTERPRISE]: { department: 'Sales', employeeNumber: '7', manager: { value: 'boss' }, ...more },
});

describe('PATCH that is applied', () => {
  it.each<[string, ScimJson[], ScimJson]>([
    ['replaces a simple attribute', [{ op: 'replace', path: 'title', value: 'Lead' }], { title: 'Lead' }],
    ['takes op and names in any case', [{ OP: 'Replace', Path: 'TITLE', Value: 'Lead' }], { title: 'Lead' }],
    ['replaces false by true and back', [{ op: 'replace', path: 'active', value: false }], { active: false }],
    [
      'replaces a sub-attribute',
      [{ op: 'replace', path: 'name.givenName', value: 'Eva' }],
      { name: { givenName: 'Eva', familyName: 'Ruiz' } },
    ],
    [
      'merges a complex attribute',
      [{ op: 'replace', path: 'name', value: { GIVENNAME: 'Eva' } }],
      { name: { givenName: 'Eva', familyName: 'Ruiz' } },
    ],
    [
      'unassigns a sub-attribute by null',
      [{ op: 'replace', path: 'name', value: { givenName: null } }],
      { name: { familyName: 'Ruiz' } },
    ],
    [
      'takes the core URN as prefix',
      [{ op: 'replace', path: `${USER}:name.givenName`, value: 'Eva' }],
      { name: { givenName: 'Eva', familyName: 'Ruiz' } },
    ],
    [
      'replaces an extension attribute by URN path',
      [{ op: 'replace', path: `${ENTERPRISE}:department`, value: 'IT' }],
      extension({ department: 'IT' }),
    ],
    [
      'takes the URN in any case',
      [{ op: 'add', path: `${ENTERPRISE.toUpperCase()}:Department`, value: 'IT' }],
      extension({ department: 'IT' }),
    ],
    [
      'replaces a sub-attribute in an extension',
      [{ op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'x' }],
      extension({ manager: { value: 'x' } }),
    ],
    [
      'replaces a complex attribute in an extension',
      [{ op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: 'x' } }],
      extension({ manager: { value: 'x' } }),
    ],
    [
      'merges an extension named as path',
      [{ op: 'replace', path: ENTERPRISE, value: { division: 'D' } }],
      extension({ division: 'D' }),
    ],
    [
      'merges an extension object without a path',
      [{ op: 'replace', value: { [ENTERPRISE]: { Department: 'IT' } } }],
      extension({ department: 'IT' }),
    ],
    [
      'adds several attributes without a path',
      [{ op: 'add', value: { title: 'Lead', nickName: 'An' } }],
      { title: 'Lead', nickName: 'An' },
    ],
    [
      'passes over readOnly attributes without a path',
      [{ op: 'replace', value: { id: 'x', meta: {}, title: 'Lead' } }],
      { title: 'Lead' },
    ],
    [
      'replaces through a value filter',
      [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@b' }],
      { emails: [work({ value: 'a@b' }), home] },
    ],
    [
      'compares in a value filter without case',
      [{ op: 'replace', path: 'emails[TYPE EQ "Work"].VALUE', value: 'a@b' }],
      { emails: [work({ value: 'a@b' }), home] },
    ],
    [
      'replaces by a value filter with "and"',
      [{ op: 'replace', path: 'emails[type eq "work" and primary eq true].display', value: 'A' }],
      { emails: [work({ display: 'A' }), home] },
    ],
    [
      'replaces a whole value through a filter',
      [{ op: 'replace', path: 'emails[type eq "home"]', value: { value: 'h@h' } }],
      { emails: [work(), { ...home, value: 'h@h' }] },
    ],
    [
      'adds a value that the filter does not find',
      [{ op: 'add', path: 'emails[type eq "other"].value', value: 'o@o' }],
      { emails: [work(), home, { type: 'other', value: 'o@o' }] },
    ],
    [
      'adds to a list',
      [{ op: 'add', path: 'emails', value: [{ type: 'other', value: 'o@o' }] }],
      { emails: [work(), home, { type: 'other', value: 'o@o' }] },
    ],
    [
      'adds one object to a list',
      [{ op: 'add', path: 'emails', value: { type: 'other', value: 'o@o' } }],
      { emails: [work(), home, { type: 'other', value: 'o@o' }] },
    ],
    ['adds what is there only once', [{ op: 'add', path: 'emails', value: [home] }], { emails: [work(), home] }],
    ['replaces a list', [{ op: 'replace', path: 'emails', value: [home] }], { emails: [home] }],
    ['replaces a list by one object', [{ op: 'replace', path: 'emails', value: home }], { emails: [home] }],
    [
      'makes the new primary the only one',
      [{ op: 'add', path: 'emails', value: [{ value: 'p@p', primary: true }] }],
      { emails: [work({ primary: false }), home, { value: 'p@p', primary: true }] },
    ],
    [
      'moves primary through a filter',
      [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }],
      { emails: [work({ primary: false }), { ...home, primary: true }] },
    ],
    [
      'sets a sub-attribute of every value',
      [{ op: 'replace', path: 'emails.display', value: 'A' }],
      { emails: [work({ display: 'A' }), { ...home, display: 'A' }] },
    ],
    ['removes one value by filter', [{ op: 'remove', path: 'emails[type eq "home"]' }], { emails: [work()] }],
    [
      'removes a sub-attribute by filter',
      [{ op: 'remove', path: 'emails[type eq "work"].primary' }],
      { emails: [{ type: 'work', value: 'ana@acme.com' }, home] },
    ],
    [
      'removes by a value list, compared by value',
      [{ op: 'remove', path: 'emails', value: [{ value: 'ana@home.org' }] }],
      { emails: [work()] },
    ],
    [
      'removes by a value list without values',
      [{ op: 'remove', path: 'emails', value: [{ type: 'home' }] }],
      { emails: [work()] },
    ],
    [
      'removes what is not there without complaint',
      [
        { op: 'remove', path: 'nickName' },
        { op: 'remove', path: 'emails[type eq "x"]' },
      ],
      { title: 'Engineer' },
    ],
    [
      'applies in order',
      [
        { op: 'add', path: 'title', value: '1' },
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: '2' },
      ],
      { title: '2' },
    ],
    ['ignores the password', [{ op: 'replace', path: 'password', value: 'secret' }], { title: 'Engineer' }],
  ])('%s', async (_, operations, expected) => {
    const reply = await client.patch(path, operations);
    expect(reply.status, reply.text).toBe(200);
    expect(reply.body).toMatchObject(expected);
    expect((await client.get(path)).body).toEqual(reply.body);
  });

  it.each([
    ['title', 'title'],
    ['name', 'name'],
    ['emails', 'emails'],
    [ENTERPRISE, ENTERPRISE],
  ])('removes all of %s', async (name, key) => {
    const removed = await client.patch(path, [{ op: 'remove', path: name }]);
    expect(removed.status).toBe(200);
    expect(removed.body).not.toHaveProperty([key]);
    if (key === ENTERPRISE) expect(removed.body['schemas']).toEqual([USER]);
  });

  it('unassigns by null and empty list, and drops what has become empty', async () => {
    const reply = await client.patch(path, [
      { op: 'replace', path: 'title', value: null },
      { op: 'replace', path: 'emails', value: [] },
      { op: 'remove', path: 'name.givenName' },
      { op: 'remove', path: 'name.familyName' },
      { op: 'replace', value: { [ENTERPRISE]: { department: null, employeeNumber: null, manager: null } } },
    ]);
    expect(Object.keys(reply.body).toSorted()).toEqual(['active', 'id', 'meta', 'schemas', 'userName']);
  });

  it.each(['a"b', 'a\\b', 'ends with \\', 'quote \\" both', 'urn:x:1.0:y', 'a].b', 'a[b', '(x) and "y"', 'tab\tß'])(
    'finds %j in a value filter',
    async (value) => {
      const quoted = JSON.stringify(value);
      await client.patch(path, [{ op: 'add', path: 'emails', value: [{ type: 'other', value }] }]);
      const reply = await client.patch(path, [
        { op: 'replace', path: `emails[value eq ${quoted}].display`, value: 'D' },
      ]);
      expect(reply.body['emails']).toEqual([work(), home, { type: 'other', value, display: 'D' }]);
      const removed = await client.patch(path, [{ op: 'remove', path: `emails[value eq ${quoted}]` }]);
      expect(removed.body['emails']).toEqual([work(), home]);
    },
  );
});
