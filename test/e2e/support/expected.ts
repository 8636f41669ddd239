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
    '/users?$select=id,accountEnabled,displayName,userPrincipalName,mail,department,surname&$expand=manager($select=id)&$top=999',
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
  expect(shown(active, users)).toEqual(wanted(expected, accounts));
  const byTargetId = new Map(users.map((user) => [text(user, 'id'), text(user, 'externalId')]));
  expect(new Set(groups.map((group) => text(group, 'externalId'))).size, 'no two groups of one').toBe(groups.length);
  expect(
    Object.fromEntries(groups.map((group) => [text(group, 'externalId'), shownGroup(group, byTargetId)])),
    'groups and members',
  ).toEqual(
    Object.fromEntries(
      [...expected.groups].map(([id, { name, members }]) => [
        id,
        { name, members: members.filter((each) => accounts.has(each)).toSorted() },
      ]),
    ),
  );
  return expected;
}

function shown(active: readonly Json[], all: readonly Json[]): Record<string, unknown> {
  const owner = new Map(all.map((user) => [text(user, 'id'), text(user, 'externalId')]));
  return Object.fromEntries(
    active.map((user) => [
      text(user, 'externalId'),
      {
        userName: text(user, 'userName'),
        displayName: text(user, 'displayName'),
        department: text(user[ENTERPRISE], 'department'),
        manager: owner.get(text(member(user[ENTERPRISE], 'manager'), 'value')) ?? '',
      },
    ]),
  );
}

function wanted(expected: Expected, accounts: ReadonlyMap<string, Json>): Record<string, unknown> {
  return Object.fromEntries(
    [...expected.people].map(([id, person]) => [
      id,
      {
        userName: text(person, 'userPrincipalName'),
        displayName: text(person, 'displayName'),
        department: text(person, 'department'),
        manager: accounts.has(managerOf(person)) ? managerOf(person) : '',
      },
    ]),
  );
}

function shownGroup(group: Json, byTargetId: ReadonlyMap<string, string>) {
  const members = list(group, 'members').map((each) => byTargetId.get(text(each, 'value')) ?? 'nobody');
  return { name: text(group, 'displayName'), members: members.toSorted() };
}
