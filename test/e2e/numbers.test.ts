// How many requests a cycle may cost, on a tenant of the size that the promise names: 2,000 assigned people, 100 assigned
// groups and 6,000 memberships. The target's own log is counted, not only what the program says.
import { describe, expect, it } from 'vitest';
import { expectInStep } from './support/expected.ts';
import { text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, managerOf, reference, type TenantClient, userRole } from './support/tenant-client.ts';
import { startWorld } from './support/world.ts';

const PEOPLE = 2000;
const GROUPS = 100;
const MEMBERSHIPS = 6000;
const INITIAL_BUDGET = 2125;

/** Assigns everything that is not assigned yet, and fills groups until there are 6,000 memberships of people. */
async function completeTenant(tenant: TenantClient): Promise<void> {
  const role = await userRole(tenant);
  const path = `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo?$top=999`;
  const assigned = new Set(
    (await tenant.rows(path)).filter((row) => row['appRoleId'] === role).map((row) => text(row, 'principalId')),
  );
  const people = (await tenant.rows('/users?$select=id&$top=999')).map((each) => text(each, 'id'));
  const groups = (await tenant.rows('/groups?$select=id&$top=999')).map((each) => text(each, 'id'));
  expect([people.length, groups.length]).toEqual([PEOPLE, GROUPS]);
  for (const id of groups) if (!assigned.has(id)) await assign(tenant, id, role);
  const members = new Map<string, Set<string>>();
  let left = MEMBERSHIPS;
  for (const id of groups) {
    const rows = await tenant.rows(`/groups/${id}/members?$select=id&$top=999`);
    members.set(id, new Set(rows.map((row) => text(row, 'id'))));
    left -= rows.filter((row) => row['@odata.type'] === '#microsoft.graph.user').length;
  }
  expect(left, 'the generated tenant has too many memberships').toBeGreaterThanOrEqual(0);
  for (const [id, present] of members) {
    for (const person of people) {
      if (left === 0) break;
      if (present.has(person)) continue;
      await tenant.graph('POST', `/groups/${id}/members/$ref`, reference(person));
      left -= 1;
    }
  }
  // Whoever is in no assigned group and has no assignment of the role is assigned directly.
  const reached = new Set([...members.values()].flatMap((each) => [...each]));
  for (const id of people) if (!assigned.has(id) && !reached.has(id)) await assign(tenant, id, role);
}

/** References that close a cycle in the hierarchy: the people have a tree, so there are none. */
function cyclesIn(people: ReadonlyMap<string, Readonly<Record<string, unknown>>>): number {
  const done = new Set<string>();
  let cycles = 0;
  for (const start of people.keys()) {
    const path = new Set<string>();
    for (let at = start; at !== '' && !done.has(at); at = managerOf(people.get(at) ?? {})) {
      if (path.has(at)) {
        cycles += 1;
        break;
      }
      path.add(at);
    }
    for (const id of path) done.add(id);
  }
  return cycles;
}

describe('2,000 people, 100 groups, 6,000 memberships', () => {
  // spec: quiet-cycles
  it('stay within the requests that are promised', async () => {
    await using world = await startWorld({
      users: PEOPLE,
      groups: GROUPS,
      memberships: MEMBERSHIPS,
      assigned: 'all',
    });
    const { tenant } = world;
    const target = world.target();
    await completeTenant(tenant);
    // Blocked people get no account; here everybody is to have one.
    for (const person of await tenant.rows('/users?$select=id,accountEnabled&$top=999'))
      if (person['accountEnabled'] === false)
        await tenant.graph('PATCH', `/users/${text(person, 'id')}`, { accountEnabled: true });

    const initial = await world.sync();
    expectExit(initial, 0);
    const expected = await expectInStep(target, tenant);
    expect(expected.people.size).toBe(PEOPLE);
    expect(expected.groups.size).toBe(GROUPS);
    expect([...expected.groups.values()].reduce((sum, group) => sum + group.members.length, 0)).toBe(MEMBERSHIPS);
    const sent = (await target.requests()).length;
    expect(initial.job().requests.scim).toBe(sent);
    expect(initial.job().counts.memberships.added).toBe(MEMBERSHIPS);
    expect(sent).toBeLessThanOrEqual(INITIAL_BUDGET + cyclesIn(expected.people));
    const graphInitial = initial.job().requests.graph;

    await target.clearLog();
    await tenant.admin('DELETE', '/log');
    const unchanged = await world.sync();
    expectExit(unchanged, 0);
    expect(await target.requests()).toEqual([]);
    expect(unchanged.job().requests.scim).toBe(0);
    const read = await tenant.graphRequests();
    expect(unchanged.job().requests.graph).toBe(read.length);
    const pages = read.filter(({ path }) => /\/(?:appRoleAssignedTo|members)$/.test(path));
    expect(read.length - pages.length).toBeLessThanOrEqual(5);

    const changed = [...expected.people.keys()].filter((_, index) => index % 100 === 7).slice(0, 20);
    expect(changed).toHaveLength(20);
    for (const id of changed) await tenant.graph('PATCH', `/users/${id}`, { jobTitle: 'Astronaut' });
    const update = await world.sync();
    expectExit(update, 0);
    expect(update.job().counts.updated).toBe(20);
    const log = await target.requests();
    expect(update.job().requests.scim).toBe(log.length);
    const accounts = new Map((await target.users()).map((user) => [text(user, 'externalId'), text(user, 'id')]));
    for (const id of changed) {
      const concerned = log.filter(({ path }) => path.endsWith(`/Users/${accounts.get(id) ?? ''}`));
      expect(writes(concerned)).toHaveLength(1);
      expect(concerned.length).toBeLessThanOrEqual(2);
    }
    expect(log.length).toBeLessThanOrEqual(40);
    process.stdout.write(
      `numbers: initial ${sent} SCIM and ${graphInitial} Graph requests in ${initial.seconds.toFixed(1)} s; ` +
        `unchanged 0 and ${read.length} (${pages.length} pages of lists) in ${unchanged.seconds.toFixed(1)} s; ` +
        `20 changes ${log.length} in ${update.seconds.toFixed(1)} s\n`,
    );
  });
});
