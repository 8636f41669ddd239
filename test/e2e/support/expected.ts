// Who ought to be in a target, worked out from the directory alone, and the comparison with what is there.
import { expect } from 'vitest';
import { type Json, list, member, text } from './http-json.ts';
import type { TargetClient } from './target-client.ts';
import { managerOf, type TenantClient } from './tenant-client.ts';

const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The directory, as far as the targets should show it. */
export interface Expected {
  /** Entitled and not blocked, by id. */
  readonly people: ReadonlyMap<string, Json>;
  /** Members (people only) of every assigned group, by id. */
  readonly groups: ReadonlyMap<string, { readonly name: string; readonly members: readonly string[] }>;
}

/** Reads the directory. */
export async function expectedOf(tenant: TenantClient): Promise<Expected> {
  const rows = await tenant.rows(`/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo?$top=999`);
  const counted = rows.filter((row) => row['appRoleId'] !== DEFAULT_ACCESS);
  const entitled = new Set<string>();
  const groups = new Map<string, { name: string; members: string[] }>();
  for (const row of counted) {
    const id = text(row, 'principalId');
    if (row['principalType'] === 'User') entitled.add(id);
    if (row['principalType'] !== 'Group' || groups.has(id)) continue;
    const members = (await tenant.rows(`/groups/${id}/members?$top=999`))
      .filter((each) => each['@odata.type'] === '#microsoft.graph.user')
      .map((each) => text(each, 'id'));
    groups.set(id, { name: text(await tenant.graph('GET', `/groups/${id}`), 'displayName'), members });
    for (const each of members) entitled.add(each);
  }
  const everybody = await tenant.rows(
    '/users?$select=id,accountEnabled,displayName,userPrincipalName,mail,department,userType&$expand=manager($select=id)&$top=999',
  );
  const people = new Map(
    everybody
      .filter((each) => entitled.has(text(each, 'id')) && each['accountEnabled'] !== false)
      .map((each) => [text(each, 'id'), each]),
  );
  return { people, groups };
}

/** Fails unless an RFC 7644 target holds exactly the expected people (active), their managers and the groups. */
export async function expectInStep(target: TargetClient, tenant: TenantClient): Promise<Expected> {
  const expected = await expectedOf(tenant);
  const [users, groups] = await Promise.all([target.users(), target.groups()]);
  const accounts = new Map(users.map((user) => [text(user, 'externalId'), user]));
  expect(accounts.size, 'no two accounts of one person').toBe(users.length);
  const active = users.filter((user) => user['active'] === true);
  const isActive = (id: string): boolean => accounts.get(id)?.['active'] === true;
  const people = wanted(expected, isActive);
  expect(shown(active, people)).toEqual(people);
  const byTargetId = new Map(users.map((user) => [text(user, 'id'), user]));
  expect(new Set(groups.map((group) => text(group, 'externalId'))).size, 'no two groups of one').toBe(groups.length);
  expect(
    Object.fromEntries(groups.map((group) => [text(group, 'externalId'), shownGroup(group, byTargetId)])),
    'groups and their active members',
  ).toEqual(
    Object.fromEntries(
      [...expected.groups].map(([id, { name, members }]) => [
        id,
        { name, members: members.filter(isActive).toSorted() },
      ]),
    ),
  );
  return expected;
}

/** What is compared of a person. */
interface Shown {
  readonly userName: string;
  readonly displayName: string;
  readonly department: string;
  /** By id; empty when the directory names nobody who has an active account. */
  readonly manager: string;
}

/** What the accounts show. As in Entra an empty source value clears nothing, so a former manager may stay. */
function shown(active: readonly Json[], people: Readonly<Record<string, Shown>>): Record<string, Shown> {
  const owner = new Map(active.map((user) => [text(user, 'id'), text(user, 'externalId')]));
  return Object.fromEntries(
    active.map((user) => {
      const id = text(user, 'externalId');
      const manager = owner.get(text(member(user[ENTERPRISE], 'manager'), 'value')) ?? '';
      return [
        id,
        {
          userName: text(user, 'userName').toLowerCase(),
          displayName: text(user, 'displayName'),
          department: text(user[ENTERPRISE], 'department'),
          manager: people[id]?.manager === '' ? '' : manager,
        },
      ];
    }),
  );
}

function wanted(expected: Expected, isActive: (id: string) => boolean): Record<string, Shown> {
  return Object.fromEntries(
    [...expected.people].map(([id, person]) => [
      id,
      {
        userName: signInName(person).toLowerCase(),
        displayName: text(person, 'displayName'),
        department: text(person, 'department'),
        manager: isActive(managerOf(person)) ? managerOf(person) : '',
      },
    ]),
  );
}

/** Guests are known in applications by the name they have at home, as Entra provisions them. */
function signInName(person: Json): string {
  return text(person, person['userType'] === 'Guest' ? 'mail' : 'userPrincipalName');
}

/** A membership of a disabled account gives nothing, so it may stay or go. */
function shownGroup(group: Json, byTargetId: ReadonlyMap<string, Json>) {
  const accounts = list(group, 'members').map((each) => byTargetId.get(text(each, 'value')));
  const active = accounts.filter((account) => account?.['active'] !== false);
  return {
    name: text(group, 'displayName'),
    members: active.map((account) => text(account, 'externalId')).toSorted(),
  };
}
