// Whether what is known of an account says that it is protected, or that it has to be read.
import { expect, it } from 'vitest';
import { compileProtection, protects, protectsKnown, protectsNew } from '../../../src/rules/protect.ts';

const KNOWN = {
  userName: 'Ana@acme.com',
  active: true,
  'emails[type eq "work"].value': 'ana@acme.com',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department': 'Sales',
};

// spec: protected
it.each<[string, boolean | null]>([
  ['userName eq "ana@acme.com"', true],
  ['userName eq "jo@acme.com"', false],
  ['id eq "t1"', true],
  ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Sales"', true],
  ['title eq "Admin"', null],
  ['title ne "Admin"', null],
  ['userName eq "ana@acme.com" or title eq "Admin"', null],
  ['emails[type eq "work" and value co "acme"]', null],
  ['not (groups pr)', null],
])('%s: %s', (filter, answer) => {
  expect(protectsKnown(compileProtection([filter]), KNOWN, 't1')).toBe(answer);
});

it('of several filters one is enough', () => {
  const protection = compileProtection(['userName eq "jo"', 'userName sw "ana"']);
  expect(protects(protection, { userName: 'ana' })).toBe(true);
  expect(protects(protection, { userName: 'li' })).toBe(false);
  expect(protects(compileProtection([]), { userName: 'ana' })).toBe(false);
});

it('of an account that was created this moment everything is known', () => {
  expect(protectsNew(compileProtection(['title pr']), KNOWN, 't1')).toBe(false);
  expect(protectsNew(compileProtection(['emails[type eq "work"].value co "acme"']), KNOWN, 't1')).toBe(true);
});

it('other filters have another hash', () => {
  expect(compileProtection(['title pr']).hash).not.toBe(compileProtection(['active pr']).hash);
});
