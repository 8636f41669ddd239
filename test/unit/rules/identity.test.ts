// Which differences change who an account is.
import { expect, it } from 'vitest';
import { identityChanges } from '../../../src/rules/identity.ts';
import { parsePath, type ScimPath } from '../../../src/scim/path.ts';
import type { ScimValue } from '../../../src/scim/resource.ts';

function path(text: string): ScimPath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.path;
}

const MATCHING = [
  path('externalId'),
  path('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber'),
];
const CASE_INSENSITIVE = ['userName', 'emails[type eq "work"].value'];

// spec: held-identities
it.each<[string, ScimValue | undefined, ScimValue, boolean]>([
  ['userName', 'a@old', 'a@new', true],
  ['USERNAME', 'a@old', 'a@new', true],
  ['userName', undefined, 'a@new', false],
  ['userName', '', 'a@new', false],
  ['userName', 'a@old', null, true],
  ['userName', 'A@old', 'a@OLD', false],
  ['externalId', 'A', 'a', true],
  ['externalId', null, 'a', false],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'a@old', 'a@new', true],
  ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber', '1', '2', true],
  ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'Sales', 'Ops', false],
  ['emails[type eq "work"].value', 'a@old', 'a@new', true],
  ['emails[type eq "work"].value', 'A@old', 'a@old', false],
  ['emails[type eq "work"].value', undefined, 'a@new', false],
  ['emails[primary eq true].value', 'a@old', 'a@new', true],
  ['emails[primary eq "True"].value', 'a@old', 'a@new', true],
  ['emails[type eq "home"].value', 'a@old', 'a@new', false],
  ['emails[type eq "work"].display', 'a', 'b', false],
  ['emails', [{ value: 'a@old' }], [{ value: 'a@new' }], true],
  ['emails', [], [{ value: 'a@new' }], false],
  ['displayName', 'A', 'B', false],
])('%s: %j -> %j: %s', (name, oldValue, newValue, counts) => {
  const difference = { path: path(name), oldValue, newValue, elementExists: true, attributeExists: true };
  expect(identityChanges([difference], MATCHING, CASE_INSENSITIVE)).toEqual(counts ? [difference] : []);
});
