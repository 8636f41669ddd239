// What a target takes in single attributes: which wanted values exceed it, and how one element takes the place of another.
import { describe, expect, it } from 'vitest';
import { targetProfileSchema } from '../../../src/model/profile.ts';
import { compileLimits, exceededLimit } from '../../../src/rules/attribute-limits.ts';
import type { DesiredAttribute } from '../../../src/scim/desired.ts';
import { diffResource } from '../../../src/scim/diff.ts';
import { buildPatch } from '../../../src/scim/patch.ts';
import { parsePath } from '../../../src/scim/path.ts';
import type { ScimResource, ScimValue } from '../../../src/scim/resource.ts';

function wanted(name: string, value: ScimValue, more: Partial<DesiredAttribute> = {}): DesiredAttribute {
  const parsed = parsePath(name);
  if (!parsed.ok) throw new Error(name);
  return { path: parsed.path, value, ...more };
}

function limits(written: object) {
  const compiled = compileLimits(targetProfileSchema.parse({ attributes: { User: written } }).attributes.User);
  if (compiled === null) throw new Error('no limits');
  return compiled;
}

const WORK = 'emails[type eq "work"].value';
const HOME = 'emails[type eq "home"].value';

// spec: attribute-limits
describe('a limit of an attribute', () => {
  it.each([
    ['a text that is just short enough', { userName: { maxLength: 3 } }, [wanted('userName', 'abc')], null],
    [
      'a text that is too long',
      { userName: { maxLength: 3 } },
      [wanted('username', 'abcd')],
      'userName: the value has 4',
    ],
    [
      'a part of a name',
      { 'name.givenName': { maxLength: 1 } },
      [wanted('name.givenName', 'ab')],
      'name.givenName: the',
    ],
    ['another part of it', { 'name.givenName': { maxLength: 1 } }, [wanted('name.familyName', 'ab')], null],
    ['an element', { 'emails.value': { maxLength: 2 } }, [wanted(WORK, 'a@b')], 'emails.value: the value has 3'],
    ['what is required and there', { emails: { required: true } }, [wanted(WORK, 'a@b')], null],
    [
      'what is required and missing',
      { emails: { required: true } },
      [wanted('userName', 'a')],
      'emails: this target req',
    ],
    ['what is required and empty', { emails: { required: true } }, [wanted(WORK, '')], 'emails: this target req'],
    ['one element', { emails: { single: true } }, [wanted(WORK, 'a@b'), wanted('userName', 'a')], null],
    [
      'parts of one element',
      { emails: { single: true } },
      [wanted(WORK, 'a'), wanted('emails[type eq "work"].display', 'b')],
      null,
    ],
    ['two elements', { emails: { single: true } }, [wanted(WORK, 'a'), wanted(HOME, 'b')], 'emails: 2 elements'],
    ['a second element without a value', { emails: { single: true } }, [wanted(WORK, 'a'), wanted(HOME, null)], null],
    ['a list', { roles: { single: true } }, [wanted('roles', ['a', 'b', 'c'])], 'roles: 3 elements'],
  ] as const)('judges %s', (_what, written, desired, message) => {
    const fault = exceededLimit(limits(written), desired, true);
    if (message === null) expect(fault).toBeNull();
    else expect(fault?.message).toContain(message);
  });

  it('does not ask for what an update leaves alone, and does not let it be cleared', () => {
    const required = limits({ userName: { required: true } });
    expect(exceededLimit(required, [wanted('title', 'a')], false)).toBeNull();
    expect(exceededLimit(required, [wanted('userName', null)], false)?.code).toBe('InvalidValue');
  });

  it('is none where a profile says nothing', () => {
    expect(compileLimits({})).toBeNull();
    expect(compileLimits(undefined)).toBeNull();
  });
});

const patchOf = (current: ScimResource, desired: readonly DesiredAttribute[]) =>
  buildPatch(diffResource(current, desired, { caseInsensitive: [] }));

// spec: attribute-limits
describe('an element of which the target holds one', () => {
  const other = { emails: [{ type: 'other', value: 'old@acme.com', primary: true }] };
  const added = { type: 'work', value: 'ana@acme.com' };

  it('takes the place of another', () => {
    expect(patchOf(other, [wanted(WORK, 'ana@acme.com', { single: true })])).toEqual([
      { op: 'replace', path: 'emails', value: [{ ...added, primary: true }] },
    ]);
  });

  it('stands beside it everywhere else', () => {
    expect(patchOf(other, [wanted(WORK, 'ana@acme.com')])).toEqual([{ op: 'add', path: 'emails', value: [added] }]);
  });

  it('is added where there is none', () => {
    expect(patchOf({}, [wanted(WORK, 'ana@acme.com', { single: true })])).toEqual([
      { op: 'add', path: 'emails', value: [{ ...added, primary: true }] },
    ]);
  });
});

describe('an element that does not show its type', () => {
  it.each([
    ['holds the wanted value', [{ value: 'ana@acme.com' }], 0],
    ['holds another one', [{ value: 'other@acme.com' }], 1],
    ['is one of several', [{ value: 'ana@acme.com' }, { value: 'b@acme.com' }], 1],
  ])('%s', (_what, emails, differences) => {
    expect(diffResource({ emails }, [wanted(WORK, 'ana@acme.com')], { caseInsensitive: [] })).toHaveLength(differences);
  });

  it('is not taken for one that is to be cleared', () => {
    expect(patchOf({ emails: [{ value: 'ana@acme.com' }] }, [wanted(WORK, null)])).toEqual([]);
  });
});
