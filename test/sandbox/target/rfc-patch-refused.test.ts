import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { type Client, ENTERPRISE, startClient, user } from './scim-client.ts';

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

describe('PATCH that is refused', () => {
  it.each<[string, unknown, string]>([
    [
      'a replace through a filter without a match',
      [{ op: 'replace', path: 'emails[type eq "fax"].value', value: 'x' }],
      'noTarget',
    ],
    [
      'a replace of values of an empty list',
      [{ op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: 'x' }],
      'noTarget',
    ],
    [
      'an add whose filter says no value',
      [{ op: 'add', path: 'emails[type ne "work" and type ne "home"].value', value: 'x' }],
      'noTarget',
    ],
    ['a remove without a path', [{ op: 'remove' }], 'noTarget'],
    ['an unknown path', [{ op: 'replace', path: 'shoeSize', value: 1 }], 'invalidPath'],
    ['an unknown sub-attribute', [{ op: 'replace', path: 'name.firstName', value: 'x' }], 'invalidPath'],
    ['an unknown extension attribute', [{ op: 'replace', path: `${ENTERPRISE}:team`, value: 'x' }], 'invalidPath'],
    ['an unknown name without a path', [{ op: 'replace', value: { shoeSize: 1 } }], 'invalidPath'],
    ['a dotted name without a path', [{ op: 'replace', value: { 'name.givenName': 'x' } }], 'invalidPath'],
    ['a URN name without a path', [{ op: 'replace', value: { [`${ENTERPRISE}:department`]: 'x' } }], 'invalidPath'],
    [
      'a filter on a single value',
      [{ op: 'replace', path: 'name[givenName eq "Ana"].givenName', value: 'x' }],
      'invalidPath',
    ],
    ['brackets that do not pair', [{ op: 'replace', path: 'emails[type eq "work".value', value: 'x' }], 'invalidPath'],
    [
      'a filter that cannot be read',
      [{ op: 'replace', path: 'emails[type == "work"].value', value: 'x' }],
      'invalidFilter',
    ],
    [
      'a filter on an unknown sub-attribute',
      [{ op: 'replace', path: 'emails[kind eq "work"].value', value: 'x' }],
      'invalidFilter',
    ],
    ['a boolean as text', [{ op: 'replace', path: 'active', value: 'False' }], 'invalidValue'],
    [
      'a string for a complex attribute',
      [{ op: 'replace', path: `${ENTERPRISE}:manager`, value: 'x' }],
      'invalidValue',
    ],
    ['an object for a string', [{ op: 'add', path: 'title', value: { value: 'x' } }], 'invalidValue'],
    ['a list for a string', [{ op: 'replace', path: 'title', value: ['x'] }], 'invalidValue'],
    ['a value that is missing', [{ op: 'add', path: 'title' }], 'invalidValue'],
    ['a path-less value that is no object', [{ op: 'add', value: 'x' }], 'invalidValue'],
    [
      'two new primaries',
      [
        {
          op: 'add',
          path: 'emails',
          value: [
            { value: '1', primary: true },
            { value: '2', primary: true },
          ],
        },
      ],
      'invalidValue',
    ],
    ['a read-only attribute', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability'],
    ['the groups of a user', [{ op: 'add', path: 'groups', value: [{ value: 'x' }] }], 'mutability'],
    ['the removal of a required attribute', [{ op: 'remove', path: 'userName' }], 'mutability'],
    ['an unknown op', [{ op: 'move', path: 'title', value: 'x' }], 'invalidSyntax'],
    ['no operations', [], 'invalidSyntax'],
  ])('refuses %s', async (_, operations, scimType) => {
    const before = (await client.get(path)).body;
    const reply = await client.patch(path, operations);
    expect(reply.status, reply.text).toBe(400);
    expect(reply.body['scimType'], reply.text).toBe(scimType);
    expect((await client.get(path)).body).toEqual(before);
  });

  it('refuses a body without the PatchOp schema', async () => {
    const reply = await client.send('PATCH', path, { Operations: [{ op: 'remove', path: 'title' }] });
    expect([reply.status, reply.body['scimType']]).toEqual([400, 'invalidSyntax']);
  });
});
