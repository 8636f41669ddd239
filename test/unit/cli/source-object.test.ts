// A file of attributes: names of source attributes, or an object as Microsoft Graph answers it.
import { describe, expect, it } from 'vitest';
import { sourceObject } from '../../../src/cli/source-object.ts';

describe('attributes', () => {
  const object = sourceObject({ givenName: 'Ana', userPrincipalName: 'a_b.com#EXT#@c', level: 3 });

  it('are what the file says', () => {
    expect(object.form).toBe('attributes');
    expect(['givenName', 'level', 'userPrincipalName', 'mail', 'constructor'].map(object.read)).toEqual([
      'Ana',
      3,
      'a_b.com#EXT#@c',
      null,
      null,
    ]);
  });

  it('that nobody knows are doubted', () => {
    expect(object.doubt('level')).toBeUndefined();
    expect(object.doubt('mail')).toBeUndefined();
    expect(object.doubt('givenNam')).toContain('Did you mean [givenName]?');
  });
});

describe('an object of Graph', () => {
  const user = {
    id: '41c2',
    userPrincipalName: 'a_b.com#EXT#@c',
    businessPhones: ['1', '2'],
    manager: { id: '9' },
    onPremisesExtensionAttributes: { extensionAttribute3: 'x' },
    level: 3,
  };

  it("has Entra's attributes", () => {
    const { form, read } = sourceObject(user);
    expect(form).toBe('graph-user');
    const names = [
      'objectId',
      'userPrincipalName',
      'telephoneNumber',
      'manager',
      'extensionAttribute3',
      'level',
      'IsSoftDeleted',
    ];
    expect(names.map(read)).toEqual(['41c2', 'a@b.com', '1', '9', 'x', 3, false]);
  });

  it('may be given what Graph does not answer', () => {
    const roles = [{ id: '1', value: 'admin', displayName: 'Admin' }];
    const { read } = sourceObject({ ...user, IsSoftDeleted: true, appRoleAssignments: roles });
    expect([read('IsSoftDeleted'), read('appRoleAssignments')]).toEqual([true, roles]);
  });

  it('is a group when it looks like one', () => {
    const { form, read } = sourceObject({ id: '1', displayName: 'Sales', groupTypes: [] });
    expect([form, read('displayName')]).toEqual(['graph-group', 'Sales']);
  });
});
