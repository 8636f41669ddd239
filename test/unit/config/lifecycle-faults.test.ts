// Policies that cannot be carried out, and configurations in which no leaver would ever be disabled.
import { expect, it } from 'vitest';
import { configurationOf, faultsOf, JOB, MAIN } from './temporary-configuration.ts';

const files = (text: string) => ({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': text });
const withFlows = (flows: string) => JOB.replace('  user:', `  user:\n    flowTypes: ${flows}`);
const NOTHING =
  '{ unassigned: nothing, outOfScope: nothing, blocked: nothing, softDeleted: nothing, hardDeleted: nothing }';

it.each([
  [
    'no Update',
    withFlows('[Add, Delete]'),
    'objectMappings.user.flowTypes: Without Update no leaver is ever disabled, although the lifecycle asks for it (unassigned, outOfScope, blocked, softDeleted).',
  ],
  [
    'no Delete for deleteAfter',
    `${withFlows('[Add, Update]')}lifecycle: { unassigned: { deleteAfter: 30d } }\n`,
    'objectMappings.user.flowTypes: Without Delete no account is deleted after its days (lifecycle: unassigned).',
  ],
  [
    'deleteAfter without disabling',
    `${JOB}lifecycle: { unassigned: { action: nothing, deleteAfter: 30d } }\n`,
    'lifecycle.unassigned: deleteAfter counts from when the account was disabled, and action: nothing disables nobody.',
  ],
  [
    'a duration that is none',
    `${JOB}lifecycle: { unassigned: { deleteAfter: 30 days } }\n`,
    'lifecycle.unassigned.deleteAfter: This must be a duration such as 40m, 2h or 1d.',
  ],
  [
    'memberships of a job without groups',
    `${JOB}lifecycle: { unassigned: removeMemberships }\n`,
    'lifecycle.unassigned: There are no memberships to be removed: this job writes no members of groups.',
  ],
  [
    'active among the attributes',
    `${JOB}lifecycle: { unassigned: { set: { active: true } } }\n`,
    'lifecycle.unassigned.set.active: Whether the account is active is said by action.',
  ],
  [
    'an attribute that says whose account it is',
    `${JOB}lifecycle: { unassigned: { set: { userName: gone } } }\n`,
    'lifecycle.unassigned.set.userName: "userName" says whose account it is, so no policy may set it.',
  ],
  [
    'an attribute name that does not parse',
    `${JOB}lifecycle: { unassigned: { set: { "emails[type": x } } }\n`,
    'lifecycle.unassigned.set["emails[type"]: The bracket is not closed.',
  ],
])('%s is refused', async (_name, job, fault) => {
  const found = await faultsOf(files(job));
  expect(found.map((each) => each.replace(/^\S+ /, ''))).toEqual([fault]);
});

// spec: leavers-end
it('nothing for every event is an explicit choice', async () => {
  const { jobs } = await configurationOf(files(`${withFlows('[Add]')}lifecycle: ${NOTHING}\n`));
  expect(jobs).toHaveLength(1);
});

it('an attribute that no mapping restores is a warning', async () => {
  const { warnings } = await configurationOf(
    files(`${JOB}lifecycle: { blocked: { deleteAfter: 30d, set: { title: left } } }\n`),
  );
  expect(warnings.map(({ message }) => message)).toEqual([
    'No mapping keeps "title" up to date, so it is emptied when the person comes back.',
  ]);
});
