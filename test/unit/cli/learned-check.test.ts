import { expect, it } from 'vitest';
import { learnedCheck } from '../../../src/cli/learned-check.ts';
import { compileJob } from '../../../src/engine/compiled-job.ts';
import { NOTHING_LEARNED } from '../../../src/scim/learned.ts';
import { buildJob, direct, USER_ATTRIBUTES } from '../../support/build-job.ts';

/** Its mappings have attributes that no standard knows, and one in another spelling than the standard's. */
const mapped = ['urn:acme:User:costCenter', 'Title', 'addresses[type eq "work"].streetAddress'];
const attributeMappings = [...USER_ATTRIBUTES, ...mapped.map((name) => direct(name, 'jobTitle'))];
const JOB = compileJob(buildJob({ user: { attributeMappings } }), 'tenant');

it('says nothing about a target that never deviated', () => {
  expect(learnedCheck({ ...NOTHING_LEARNED, proven: ['User active'], showsMembers: true }, JOB)).toBeNull();
});

it('names each deviation, and how it is forgotten', () => {
  const check = learnedCheck(
    {
      ...NOTHING_LEARNED,
      unpatchable: ['Group'],
      replaced: ['User title', 'User name', 'User phonenumbers[]'],
      ignored: ['User nickname', 'User urn:acme:user:costcenter'],
      statedWhole: ['User emails addition'],
      memberRemoval: 'list',
      undeletable: ['User'],
      version: 'required',
      filterForms: {
        'User emails[type eq "work"].value': 2,
        'User addresses[type eq "work"].streetaddress': 1,
        'User urn:acme:user:unknown': 1,
      },
    },
    JOB,
  );
  expect(check).toEqual({
    name: 'learned',
    ok: true,
    detail:
      'Groups are changed by PUT; User Title, User name, User phoneNumbers[] by PUT; User emails stated as a whole list; User nickName, User urn:acme:User:costCenter answered with success and not kept; members are removed by a list of values; Users are not deleted; changes name a version; User emails[type eq "work"].value, User addresses[type eq "work"].streetAddress, User urn:acme:user:unknown filtered in another form. Forgotten by restart --reset-scope Full.',
  });
});
