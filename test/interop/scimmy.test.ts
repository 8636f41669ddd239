// The built scimsync provisions a service made with scimmy, from a first cycle into an empty service to leavers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountsByPerson, expected, held } from './agreement.ts';
import type { Person } from './directory.ts';
import { type JobResult, startWorld, type World } from './provisioning.ts';

const USERS = 150;
const GROUPS = 12;

describe('scimmy, empty at first', () => {
  let world: World;
  let first: JobResult;

  beforeAll(async () => {
    world = await startWorld({ users: USERS, groups: GROUPS, service: './scimmy-server.ts' });
    first = await world.synchronize();
  });
  afterAll(() => world.stop());

  /** Synchronizes after an edit; nothing may fail, and the service must agree with the directory. */
  async function agree(): Promise<JobResult> {
    const result = await world.synchronize();
    expect(result.counts).toMatchObject({ failed: 0, escrowed: 0, held: 0, created: 0 });
    await expectAgreement(world);
    return result;
  }

  /** People who are assigned themselves and in no group, so that taking the assignment away ends their access. */
  async function onlyAssignedDirectly(): Promise<Person[]> {
    const { people, groups, assignments } = await world.directory.expectation();
    const grouped = new Set(groups.flatMap((group) => group.memberIds));
    const directly = assignments
      .filter(({ principalType }) => principalType === 'User')
      .map((each) => each.principalId);
    return [...people.values()].filter((person) => directly.includes(person.id) && !grouped.has(person.id));
  }

  /** One of them who is nobody's manager: a manager who is gone shows in nobody's directory entry any more. */
  async function someoneToLose(): Promise<Person> {
    const { people } = await world.directory.expectation();
    const managers = new Set([...people.values()].map((person) => person.manager?.id));
    const person = (await onlyAssignedDirectly()).find((each) => !managers.has(each.id));
    if (person === undefined) throw new Error('everybody who is assigned directly only is a manager');
    return person;
  }

  async function accountOf(person: Person) {
    return (await accountsByPerson(world.application)).get(person.id);
  }

  it('receives everybody who is entitled, with managers, groups and members', async () => {
    const { people, groups, expectation } = await expectAgreement(world);
    expect(people.length).toBeGreaterThan(50);
    expect(people.filter((person) => person.managerId !== null).length).toBeGreaterThan(20);
    expect(groups.flatMap((group) => group.memberIds).length).toBeGreaterThan(20);
    expect(first.counts).toMatchObject({
      created: expectation.people.size + expectation.groups.length,
      failed: 0,
      memberships: { added: groups.flatMap((group) => group.memberIds).length, removed: 0 },
    });
  });

  it('created everybody once: every POST made a resource', async () => {
    const requests = await world.application.requests();
    expect(requests['POST Users']).toBe((await world.application.accounts()).length);
    expect(requests['POST Groups']).toBe((await world.application.groups()).length);
  });

  it('is left alone by a second cycle', async () => {
    const before = await world.application.requests();
    const second = await world.synchronize();
    expect(second.counts).toMatchObject({ created: 0, updated: 0, disabled: 0, memberships: { added: 0, removed: 0 } });
    expect(second.requests.scim).toBe(0);
    const after = await world.application.requests();
    expect(after['GET Users']).toBe(before['GET Users']);
    expect(after['PATCH Groups']).toBe(before['PATCH Groups']);
  });

  it('receives another name and another department', async () => {
    const [person, colleague] = [...(await world.directory.expectation()).people.values()];
    if (person === undefined || colleague === undefined) throw new Error('nobody to rename');
    const names = { displayName: 'Zoë "Zo" O\'Neil', givenName: 'Zoë', surname: "O'Neil" };
    await world.directory.edit('PATCH', `users/${person.id}`, names);
    await world.directory.edit('PATCH', `users/${colleague.id}`, { department: 'Søk & Ånd' });
    const result = await agree();
    expect(result.counts['updated']).toBe(2);
    expect((await accountOf(person))?.name).toEqual({ givenName: 'Zoë', familyName: "O'Neil" });
  });

  it('keeps what was emptied in the directory, as with Entra', async () => {
    const person = [...(await world.directory.expectation()).people.values()].find((each) => each.jobTitle !== null);
    if (person === undefined) throw new Error('nobody has a job title');
    await world.directory.edit('PATCH', `users/${person.id}`, { jobTitle: null });
    expect((await world.synchronize()).counts).toMatchObject({ updated: 0, failed: 0 });
    expect((await accountOf(person))?.title).toBe(person.jobTitle);
    await world.directory.edit('PATCH', `users/${person.id}`, { jobTitle: 'Lighthouse Keeper' });
    expect((await agree()).counts['updated']).toBe(1);
  });

  it('renames a group', async () => {
    const [group] = (await world.directory.expectation()).groups;
    await world.directory.edit('PATCH', `groups/${group?.id}`, { displayName: 'Renamed (2026)' });
    expect((await agree()).counts['updated']).toBe(1);
  });

  it('loses a membership and gets it back', async () => {
    const { groups } = await world.directory.expectation();
    const group = groups.find((each) => each.memberIds.length > 1);
    const memberId = group?.memberIds[0];
    const { people } = await world.directory.expectation();
    const isAssigned = people.has(memberId ?? '');
    expect(isAssigned).toBe(true);
    await world.directory.edit('DELETE', `groups/${group?.id}/members/${memberId}/$ref`);
    expect((await world.synchronize()).counts.memberships).toEqual({ added: 0, removed: 1 });
    const lost = (await held(world.application)).groups.find((each) => each.id === group?.id);
    expect(lost?.memberIds).not.toContain(memberId);
    await world.directory.edit('POST', `groups/${group?.id}/members/$ref`, {
      '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${memberId}`,
    });
    const back = await agree();
    expect(back.counts.memberships).toEqual({ added: 1, removed: 0 });
  });

  it('disables who is unassigned', async () => {
    const person = await someoneToLose();
    const { assignments } = await world.directory.expectation();
    for (const assignment of assignments.filter((each) => each.principalId === person.id))
      await world.directory.unassign(assignment);
    expect((await agree()).counts['disabled']).toBe(1);
    expect((await accountOf(person))?.active).toBe(false);
  });

  it('disables who is blocked, and enables them again', async () => {
    const person = await someoneToLose();
    await world.directory.edit('PATCH', `users/${person.id}`, { accountEnabled: false });
    expect((await agree()).counts['disabled']).toBe(1);
    expect((await accountOf(person))?.active).toBe(false);
    await world.directory.edit('PATCH', `users/${person.id}`, { accountEnabled: true });
    expect((await agree()).counts['enabled']).toBe(1);
    expect((await accountOf(person))?.active).toBe(true);
  });

  it('disables who is deleted, and enables them again when they are restored', async () => {
    const person = await someoneToLose();
    const before = await accountOf(person);
    await world.directory.edit('DELETE', `users/${person.id}`);
    expect((await agree()).counts['disabled']).toBe(1);
    expect((await accountOf(person))?.active).toBe(false);
    await world.directory.edit('POST', `directory/deletedItems/${person.id}/restore`);
    expect((await agree()).counts['enabled']).toBe(1);
    expect((await accountOf(person))?.id).toBe(before?.id);
  });

  it('has nobody twice after all this', async () => {
    const names = (await world.application.accounts()).map((account) => account.userName.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect((await world.application.requests())['POST Users']).toBe(names.length);
    expect((await world.synchronize()).requests.scim).toBe(0);
  });
});

describe.each([
  ['with names in another case than its filters want', false, (name: string) => name.toUpperCase()],
  ['with pages that do not advance', true, (name: string) => name],
])('scimmy, where everybody has an account, %s', (_habit, stuckPages, nameOf) => {
  let world: World;

  beforeAll(async () => {
    const serviceArguments = stuckPages ? ['--stuck-pages'] : [];
    world = await startWorld({ users: USERS, groups: GROUPS, service: './scimmy-server.ts', serviceArguments });
    for (const person of (await world.directory.expectation()).people.values())
      await world.application.createAccount({ userName: nameOf(person.userPrincipalName), active: true });
  });
  afterAll(() => world.stop());

  it('sees all accounts adopted, and none created', async () => {
    const before = await world.application.requests();
    const result = await world.synchronize();
    const { expectation } = await expectAgreement(world);
    expect(result.counts).toMatchObject({
      adopted: expectation.people.size,
      created: expectation.groups.length,
      failed: 0,
    });
    const after = await world.application.requests();
    expect(after['POST Users']).toBe(before['POST Users']);
    expect((await world.synchronize()).requests.scim).toBe(0);
  });
});

async function expectAgreement(world: World) {
  const wanted = await expected(world.directory, world.application);
  const { people, groups } = await held(world.application);
  expect({ people, groups }).toEqual({ people: wanted.people, groups: wanted.groups });
  return wanted;
}
