// A source object under Entra's attribute names.
import { describe, expect, it } from 'vitest';
import { originalGuestAddress, type SourceFacts, viewSource } from '../../../src/rules/source-view.ts';

const FACTS: SourceFacts = {
  kind: 'user',
  id: 'id-1',
  properties: {
    userPrincipalName: 'ana_contoso.com#EXT#@fabrikam.onmicrosoft.com',
    businessPhones: ['+47 1', '+47 2'],
    employeeOrgData: { division: 'North', costCenter: 7 },
    onPremisesExtensionAttributes: { extensionAttribute3: 'three' },
    accountEnabled: false,
    extension_0123456789abcdef0123456789abcdef_shoe: 42,
  },
  managerId: 'boss',
  roles: [{ id: 'r', value: 'Admin', displayName: 'Administrator', isEnabled: true, allowedMemberTypes: ['User'] }],
  isSoftDeleted: true,
};

describe('source attributes', () => {
  it.each([
    ['objectId', 'id-1'],
    ['userPrincipalName', 'ana@contoso.com'],
    ['originalUserPrincipalName', 'ana_contoso.com#EXT#@fabrikam.onmicrosoft.com'],
    ['telephoneNumber', '+47 1'],
    ['businessPhones', ['+47 1', '+47 2']],
    ['employeeOrgData.division', 'North'],
    ['employeeOrgData.costCenter', 7],
    ['extensionAttribute3', 'three'],
    ['extensionAttribute4', null],
    ['extension_0123456789abcdef0123456789abcdef_shoe', 42],
    ['accountEnabled', false],
    ['manager', 'boss'],
    ['IsSoftDeleted', true],
    ['department', null],
    ['noSuchAttribute', null],
    ['constructor', null],
    ['appRoleAssignments', [{ id: 'r', value: 'Admin', displayName: 'Administrator' }]],
  ])('%s is %o', (name, value) => {
    expect(viewSource(FACTS)(name)).toEqual(value);
  });
});

describe('the address a guest brought along', () => {
  it.each([
    ['ana@contoso.com', 'ana@contoso.com'],
    ['ana_contoso.com#EXT#@fabrikam.com', 'ana@contoso.com'],
    ['first_last_contoso.com#ext#@fabrikam.com', 'first_last@contoso.com'],
    ['nounderscore#EXT#@fabrikam.com', 'nounderscore'],
  ])('%s: %s', (name, address) => {
    expect(originalGuestAddress(name)).toBe(address);
  });
});
