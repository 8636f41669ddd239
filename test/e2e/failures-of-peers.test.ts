// Six situations in which other engines removed accounts, ended in the middle or said that all was well. 200 people, 20
// groups, 600 memberships: nothing is removed that nobody asked for, no run is given up, and the exit code tells the truth.
import { fetch } from 'undici';
import { describe, expect, it } from 'vitest';
import { createdTwice } from './support/crash.ts';
import { expectedOf, expectInStep } from './support/expected.ts';
import { list, text } from './support/http-json.ts';
import { provision } from './support/provision-run.ts';
import { scimRequestsOfNextCycle } from './support/quiet-cycle.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { startWorld, type World } from './support/world.ts';

const SIZE = { users: 200, groups: 20, memberships: 600, assigned: 'all' } as const;

async function everythingProvisioned(): Promise<World> {
  const world = await startWorld(SIZE);
  expectExit(await world.syncHere(), 0);
  await expectInStep(world.target(), world.tenant);
  await world.target().clearLog();
  return world;
}

/** What the target shows of people and groups. */
async function shownBy(world: World): Promise<unknown> {
  return [await world.target().users(), await world.target().groups()];
}

/** Deletes an account as somebody would who is signed in to the target; returns whose it was. */
async function deleteByHand(world: World): Promise<string> {
  const { people, groups } = await expectedOf(world.tenant);
  const members = new Set([...groups.values()].flatMap((group) => group.members));
  const account = (await world.target().users()).find((user) => {
    const id = text(user, 'externalId');
    return people.has(id) && members.has(id);
  });
  const { url = '', token = '' } = world.announced.target ?? {};
  const answer = await fetch(`${url}/Users/${text(account, 'id')}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(204);
  await world.target().clearLog();
  return text(account, 'externalId');
}

// spec: job-faults
describe('a first cycle', () => {
  it('in which one person is refused makes everybody else, all groups and their memberships (exit 2)', async () => {
    await using world = await startWorld(SIZE);
    const target = world.target();
    await target.addFaults({ match: { method: 'POST', path: '^/Users', nth: 100 }, action: { status: 400 } });
    const run = await world.sync();
    expectExit(run, 2);
    expect(run.job().counts).toMatchObject({ failed: 1, escrowed: 1, disabled: 0, deleted: 0 });
    const { people, groups } = await expectedOf(world.tenant);
    const [users, made] = [await target.users(), await target.groups()];
    const present = new Map(users.map((user) => [text(user, 'externalId'), text(user, 'id')]));
    expect(users).toHaveLength(people.size - 1);
    expect(made).toHaveLength(groups.size);
    for (const group of made) {
      const expected = groups.get(text(group, 'externalId'))?.members.flatMap((id) => present.get(id) ?? []);
      const members = list(group, 'members').map((each) => text(each, 'value'));
      expect(members.toSorted()).toEqual(expected?.toSorted());
    }

    const [refused = ''] = [...people.keys()].filter((id) => !present.has(id));
    await world.tenant.graph('PATCH', `/users/${refused}`, { jobTitle: 'Corrected' });
    expectExit(await world.syncHere(), 0);
    await expectInStep(target, world.tenant);
  });

  it('in which a fifth of all answers ask to wait ends well (exit 0)', async () => {
    await using world = await startWorld(SIZE);
    const target = world.target();
    await target.addFaults({ match: { every: 5 }, action: { status: 429, headers: { 'retry-after': '0.05' } } });
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts.failed).toBe(0);
    const requests = await target.requests();
    expect(requests.filter(({ status }) => status === 429).length).toBeGreaterThan(40);
    expect(await createdTwice(target)).toEqual([]);
    await target.clearFaults();
    await expectInStep(target, world.tenant);
    expect(await scimRequestsOfNextCycle(world.directory)).toBe(0);
  });
});

describe('a second cycle, while the directory answers', () => {
  const empty = (): Promise<object> => Promise.resolve({ emptyValue: true });

  /** The list of assignments as if only two groups were there. */
  async function twoGroups(world: World): Promise<object> {
    const path = `/servicePrincipals/${world.tenant.servicePrincipalId}/appRoleAssignedTo?$top=999`;
    const rows = await world.tenant.rows(path);
    const value = rows.filter((row) => row['principalType'] === 'Group').slice(0, 2);
    expect(value).toHaveLength(2);
    return { status: 200, body: { value } };
  }

  it.each<[string, string, (world: World) => Promise<object>]>([
    ['with empty lists', '/v1.0/', empty],
    ['with two of its groups', 'appRoleAssignedTo', twoGroups],
  ])('%s, removes nobody and says so (exit 3); nothing is left of it afterwards', async (_name, path, action) => {
    await using world = await everythingProvisioned();
    const before = await shownBy(world);
    await world.tenant.admin('POST', '/faults', { match: { path }, times: null, action: await action(world) });
    const run = await world.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ disabled: 0, deleted: 0, memberships: { removed: 0 } });
    expect(run.job().counts.held).toBeGreaterThan(100);
    expect(writes(await world.target().requests())).toEqual([]);
    expect(await shownBy(world)).toEqual(before);

    await world.tenant.admin('DELETE', '/faults');
    const whole = await world.syncHere();
    expectExit(whole, 0);
    expect(whole.job().counts).toMatchObject({ held: 0, created: 0, disabled: 0, deleted: 0 });
    expect(writes(await world.target().requests())).toEqual([]);
    expect(await shownBy(world)).toEqual(before);
  });
});

describe('an account that somebody deleted in the target', () => {
  it('is not asked for while nothing changes (exit 0), and made anew, with its memberships, when somebody asks', async () => {
    await using world = await everythingProvisioned();
    const id = await deleteByHand(world);
    const run = await world.sync();
    expectExit(run, 0);
    expect(await world.target().requests()).toEqual([]);

    const repaired = await provision(world.directory, [id]);
    expectExit(repaired, 0);
    expect(repaired.job().counts.created).toBe(1);
    expectExit(await world.syncHere(), 0);
    await expectInStep(world.target(), world.tenant);
    expect(await scimRequestsOfNextCycle(world.directory)).toBe(0);
  });

  it('is made anew when everybody changes, and everybody else is updated (exit 0)', async () => {
    await using world = await everythingProvisioned();
    await deleteByHand(world);
    const { people } = await expectedOf(world.tenant);
    for (const id of people.keys()) await world.tenant.graph('PATCH', `/users/${id}`, { displayName: `New ${id}` });
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({
      created: 1,
      updated: expect.any(Number) as number,
      failed: 0,
      held: 0,
      disabled: 0,
      deleted: 0,
    });
    await expectInStep(world.target(), world.tenant);
    expect(await scimRequestsOfNextCycle(world.directory)).toBe(0);
  });
});
