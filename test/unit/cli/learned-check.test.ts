import { expect, it } from 'vitest';
import { learnedCheck } from '../../../src/cli/learned-check.ts';
import { NOTHING_LEARNED } from '../../../src/scim/learned.ts';

it('says nothing about a target that never deviated', () => {
  expect(learnedCheck({ ...NOTHING_LEARNED, proven: ['User active'], showsMembers: true })).toBeNull();
});

it('names each deviation, and how it is forgotten', () => {
  const check = learnedCheck({
    ...NOTHING_LEARNED,
    unpatchable: ['Group'],
    replaced: ['User title'],
    ignored: ['User nickname'],
    memberRemoval: 'list',
    undeletable: ['User'],
    version: 'required',
    filterForms: { 'User emails[type eq "work"].value': 2 },
  });
  expect(check).toEqual({
    name: 'learned',
    ok: true,
    detail:
      'Groups are changed by PUT; User title by PUT; User nickname answered with success and not kept; members are removed by a list of values; Users are not deleted; changes name a version; User emails[type eq "work"].value filtered in another form. Forgotten by restart --reset-scope Full.',
  });
});
