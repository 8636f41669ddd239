import { expect, it } from 'vitest';
import { shortAttribute } from '../../../src/cli/attribute-text.ts';

it.each([
  ['userName', 'userName'],
  ['emails[type eq "work"].value', 'emails[type eq "work"].value'],
  ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', 'enterprise:manager'],
  ['urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Job Title', 'peakon:Job Title'],
  ['urn:example:other:1.0:User:x', 'urn:example:other:1.0:User:x'],
])('%s -> %s', (name, short) => {
  expect(shortAttribute(name)).toBe(short);
});
