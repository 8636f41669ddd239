// The built scimsync takes services of other people through the whole life of people and groups. What a service holds is read
// from the service itself (/held), beside SCIM, so that what its SCIM answers hide is compared as well.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountsByPerson, expected, held } from './agreement.ts';
import type { Person } from './directory.ts';
import { type JobResult, startWorld, type World } from './provisioning.ts';

const USERS = 40;
const GROUPS = 6;

interface ServiceUnderTest {
  readonly service: string;
  readonly job?: string;
  /** What adoption leaves different, because the service keeps no such thing. */
  readonly groupsKeepExternalId: boolean;
}

const SERVICES: Readonly<Record<string, ServiceUnderTest>> = {
  'better-auth': { service: './better-auth-server.ts', groupsKeepExternalId: true },
  // No discovery; group answers never show members, and say success to attributes that groups do not have.
  jackson: {
    service: './jackson-server.ts',
    job: 'profile: { discovery: false, membersReadable: false }\n',
    groupsKeepExternalId: false,
  },
};

async function expectAgreement(world: World): Promise<void> {
  const { people, groups } = await expected(world.directory, world.application);
  expect(await held(world.application)).toEqual({ people, groups });
}

async function expectQuiet(world: World): Promise<void> {
  expect((await world.synchronize()).requests.scim).toBe(0);
}

describe.each(Object.entries(SERVICES))('%s, empty at first', (_name, { service, job }) => {
  let world: World;
  let first: JobResult;

  beforeAll(async () => {
    world = await startWorld({ users: USERS, groups: GROUPS, service, ...(job === undefined ? {} : { job }) });
    first = await world.synchronize();
  });
  afterAll(() => world.stop());

  async function agree(counts: Record<string, unknown>): Promise<void> {
    const result = await world.synchronize();
    expect(result.counts).toMatchObject({ failed: 0, escrowed: 0, held: 0, created: 0, ...counts });
    await expectAgreement(world);
  }

  /** Somebody with an account who is nobody's manager and in no group, chosen from the end. */
  async function someone(index: number): Promise<Person> {
    const { people, groups } = await world.directory.expectation();
    const managers = new Set([...people.values()].map((person) => person.manager?.id));
    const grouped = new Set(groups.flatMap((group) => group.memberIds));
    const found = [...people.values()].filter(({ id }) => !managers.has(id) && !grouped.has(id)).at(-1 - index);
    if (found === undefined) throw new Error('too few people');
    return found;
  }

  async function aGroup() {
    const { groups, people } = await world.directory.expectation();
    const group = groups.find(({ memberIds }) => memberIds.filter((id) => people.has(id)).length > 1);
    if (group === undefined) throw new Error('no group has two members');
    return group;
  }

  it('receives everybody, with managers, groups and members', async () => {
    await expectAgreement(world);
    const { people, groups } = await world.directory.expectation();
    expect(people.size).toBeGreaterThan(15);
    const memberships = groups.flatMap(({ memberIds }) => memberIds).length;
    expect(memberships).toBeGreaterThan(5);
    expect(first.counts).toMatchObject({ created: people.size + groups.length, failed: 0 });
    expect(first.counts.memberships).toEqual({ added: memberships, removed: 0 });
    await expectQuiet(world);
  });

  it('receives another name, title and department', async () => {
    const person = await someone(0);
    const changes = { displayName: "Zoë O'Neil", givenName: 'Zoë', surname: "O'Neil", jobTitle: 'Lighthouse Keeper' };
    await world.directory.edit('PATCH', `users/${person.id}`, { ...changes, department: 'Søk & Ånd' });
    await agree({ updated: 1, warnings: 0 });
    await world.directory.edit('PATCH', `users/${person.id}`, { department: 'Drift' });
    await agree({ updated: 1, warnings: 0 });
    await expectQuiet(world);
  });

  it('renames a group', async () => {
    const { id } = await aGroup();
    await world.directory.edit('PATCH', `groups/${id}`, { displayName: 'Renamed (2026)' });
    await agree({ updated: 1 });
  });

  it('loses a membership and gets it back', async () => {
    const { id, memberIds } = await aGroup();
    const { assignments, people } = await world.directory.expectation();
    const direct = new Set(assignments.map(({ principalId }) => principalId));
    const member = memberIds.find((each) => direct.has(each)) ?? memberIds[0] ?? '';
    expect(people.has(member)).toBe(true);
    await world.directory.edit('DELETE', `groups/${id}/members/${member}/$ref`);
    expect((await world.synchronize()).counts.memberships).toEqual({ added: 0, removed: 1 });
    const after = (await held(world.application)).groups.find((each) => each.id === id);
    expect(after?.memberIds).not.toContain(member);
    expect(after?.memberIds).toHaveLength(memberIds.length - 1);
    await world.directory.edit('POST', `groups/${id}/members/$ref`, {
      '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${member}`,
    });
    // Whoever lost access by it was disabled meanwhile. A service may forget the memberships of such a person, so where it does
    // not show them, they are all stated again.
    const showsMembers = job === undefined;
    const added = showsMembers || direct.has(member) ? 1 : memberIds.length;
    expect((await world.synchronize()).counts.memberships).toEqual({ added, removed: 0 });
    await expectAgreement(world);
  });

  it('disables who is blocked, and enables them again', async () => {
    const person = await someone(1);
    await world.directory.edit('PATCH', `users/${person.id}`, { accountEnabled: false });
    await agree({ disabled: 1 });
    expect((await accountsByPerson(world.application)).get(person.id)?.active).toBe(false);
    await world.directory.edit('PATCH', `users/${person.id}`, { accountEnabled: true });
    await agree({ enabled: 1 });
    expect((await accountsByPerson(world.application)).get(person.id)?.active).toBe(true);
  });

  it('deletes who is deleted for good, and a group that is unassigned', async () => {
    const person = await someone(2);
    await world.directory.edit('DELETE', `users/${person.id}`);
    await world.directory.edit('DELETE', `directory/deletedItems/${person.id}`);
    await agree({ deleted: 1 });
    expect((await accountsByPerson(world.application)).has(person.id)).toBe(false);

    // One without members: with the others a guard would hold that so many lose access at once.
    const { assignments, groups } = await world.directory.expectation();
    const id = groups.find(({ memberIds }) => memberIds.length === 0)?.id ?? 'no empty group';
    for (const assignment of assignments.filter(({ principalId }) => principalId === id))
      await world.directory.unassign(assignment);
    expect((await world.synchronize()).counts).toMatchObject({ failed: 0, deleted: 1 });
    expect((await held(world.application)).groups.map((each) => each.id)).not.toContain(id);
    await expectQuiet(world);
  });
});

describe.each(Object.entries(SERVICES))('%s, where everybody and every group is there', (_name, about) => {
  let world: World;

  beforeAll(async () => {
    const { service, job } = about;
    world = await startWorld({ users: USERS, groups: GROUPS, service, ...(job === undefined ? {} : { job }) });
    const { people, groups } = await world.directory.expectation();
    for (const { userPrincipalName } of people.values())
      await world.application.createAccount({
        userName: userPrincipalName,
        active: true,
        emails: [{ type: 'work', value: userPrincipalName }],
      });
    for (const { displayName } of groups) await world.application.createGroup({ displayName });
  });
  afterAll(() => world.stop());

  it('sees all adopted, none created, and nothing left to do', async () => {
    const result = await world.synchronize();
    const { expectation, people, groups } = await expected(world.directory, world.application);
    expect(result.counts).toMatchObject({
      adopted: expectation.people.size + expectation.groups.length,
      created: 0,
      failed: 0,
    });
    const now = await held(world.application);
    expect(now.people).toEqual(people);
    if (about.groupsKeepExternalId) expect(now.groups).toEqual(groups);
    else {
      const named = (list: typeof groups) => list.map(({ displayName, memberIds }) => ({ displayName, memberIds }));
      expect(new Set(named(now.groups))).toEqual(new Set(named(groups)));
      expect(result.counts['warnings']).toBe(groups.length);
    }
    await expectQuiet(world);
  });
});
