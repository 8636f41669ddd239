/** The generated tenant: the same for the same seed, plausible at every size. */
import { describe, expect, test } from 'vitest';
import { type GeneratedTenant, type GenerateOptions, generateTenant } from '../../../src/sandbox/entra/generate.ts';

const now = (): Date => new Date('2026-03-01T00:00:00Z');
const make = (options: GenerateOptions): GeneratedTenant => generateTenant(options, now);

/** Everybody who is assigned directly or as a direct member of an assigned group. */
function assignedPeople({ directory, identity }: GeneratedTenant): Set<string> {
  const people = new Set<string>();
  for (const row of directory.assignments.ofResource(identity.servicePrincipalId)) {
    if (row.principalType === 'User') people.add(row.principalId);
    for (const [id, member] of directory.groups.live.get(row.principalId)?.members ?? [])
      if (member.kind === 'user') people.add(id);
  }
  return people;
}

function contents({ directory, identity }: GeneratedTenant): string {
  const groups = [...directory.groups.live.values()].map((group) => ({ ...group, members: [...group.members] }));
  const rows = [...directory.assignments.ofResource(identity.servicePrincipalId)];
  return JSON.stringify([identity, [...directory.users.live.values()], groups, rows]);
}

test('the same seed gives the same tenant, another seed another one', () => {
  expect(contents(make({ users: 50, groups: 8, seed: 3 }))).toBe(contents(make({ users: 50, groups: 8, seed: 3 })));
  expect(contents(make({ users: 50, groups: 8, seed: 4 }))).not.toBe(contents(make({ users: 50, groups: 8, seed: 3 })));
});

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [5, 3],
  [10, 6],
  [300, 0],
])('%i people and %i groups', (users, groups) => {
  const tenant = make({ users, groups, seed: 1 });
  expect(tenant.directory.users.live.size).toBe(users);
  expect(tenant.directory.groups.live.size).toBe(groups);
  expect(assignedPeople(tenant).size).toBe(Math.round(users * 0.75));
});

test.each([
  ['all' as const, 200],
  [17, 17],
  [0, 0],
])('assigned: %s', (assigned, count) => {
  expect(assignedPeople(make({ users: 200, groups: 20, seed: 6, assigned })).size).toBe(count);
});

describe('2,000 people in 100 groups', () => {
  const tenant = make({ users: 2000, groups: 100, seed: 42, memberships: 6000 });
  const people = [...tenant.directory.users.live.values()];

  test('as many memberships as asked for', () => {
    const sizes = [...tenant.directory.groups.live.values()].map((group) => group.members.size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6000);
  });

  test('addresses are unique ASCII, names are not all ASCII', () => {
    const mails = people.flatMap((person) =>
      typeof person.properties['mail'] === 'string' ? [person.properties['mail']] : [],
    );
    expect(new Set(mails).size).toBe(mails.length);
    for (const mail of mails) expect(mail).toMatch(/^[a-z]+\.[a-z]+\d*@[a-z]+\.example$/);
    const foreign = people.filter((person) => /[^\x20-\x7e]/.test(String(person.properties['displayName'])));
    expect(foreign.length).toBeGreaterThan(500);
    expect(people.some((person) => String(person.properties['surname']).includes("'"))).toBe(true);
  });

  test('one tree of managers, four to six levels deep, with a few people outside', () => {
    const depths = people.map((person) => {
      let depth = 1;
      for (let id = person.managerId; id !== null; id = tenant.directory.users.live.get(id)?.managerId ?? null)
        depth += 1;
      return depth;
    });
    expect(Math.max(...depths)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...depths)).toBeLessThanOrEqual(6);
    const alone = people.filter((person) => person.managerId === null).length;
    expect(alone).toBeGreaterThan(1);
    expect(alone).toBeLessThan(200);
  });

  test('the irregular cases are there', () => {
    const count = (test: (properties: Record<string, unknown>) => boolean): number =>
      people.filter((person) => test(person.properties)).length;
    expect(count((properties) => String(properties['userPrincipalName']).includes('#EXT#'))).toBeGreaterThan(20);
    expect(count((properties) => properties['accountEnabled'] === false)).toBeGreaterThan(20);
    expect(count((properties) => properties['mail'] === undefined)).toBeGreaterThan(5);
    expect(count((properties) => properties['department'] === undefined)).toBeGreaterThan(20);
    const roles = new Map<string, number>();
    for (const row of tenant.directory.assignments.ofResource(tenant.identity.servicePrincipalId)) {
      roles.set(row.principalId, (roles.get(row.principalId) ?? 0) + 1);
    }
    expect([...roles.values()].filter((rows) => rows === 2).length).toBeGreaterThanOrEqual(1);
  });
});
