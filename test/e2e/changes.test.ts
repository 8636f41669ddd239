// Edits of the directory arrive in the targets with the next run: through Graph's write requests over TLS and through
// the admin address.
import { describe, expect, it } from 'vitest';
import { type Expected, expectedOf, expectInStep } from './support/expected.ts';
import { type Json, list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, createPerson, managerOf, reference, unassign } from './support/tenant-client.ts';
import { startWorld, type World } from './support/world.ts';

/** People who lead nobody: of assigned groups, and assigned by themselves. */
function leaves({ people, groups }: Expected): { readonly inGroups: string[]; readonly alone: string[] } {
  const managers = new Set([...people.values()].map(managerOf));
  const members = new Set([...groups.values()].flatMap((group) => group.members));
  const ids = [...people.keys()].filter((id) => !managers.has(id));
  return { inGroups: ids.filter((id) => members.has(id)), alone: ids.filter((id) => !members.has(id)) };
}

function groupOf({ groups }: Expected, personId: string): string {
  const found = [...groups].find(([, { members }]) => members.includes(personId));
  if (found === undefined) throw new Error(`${personId} is in no assigned group`);
  return found[0];
}

async function account(world: World, personId: string, kind: 'rfc7644' | 'peakon' = 'rfc7644'): Promise<Json> {
  const found = (await world.target(kind).users()).filter((user) => user['externalId'] === personId);
  expect(found, `accounts of ${personId}`).toHaveLength(1);
  return found[0] ?? {};
}

function pick(ids: readonly string[], index: number): string {
  const id = ids[index];
  if (id === undefined) throw new Error(`the directory of this test has only ${ids.length} such people`);
  return id;
}

async function provisioned(target: 'rfc7644' | 'both' = 'rfc7644'): Promise<World> {
  const world = await startWorld({ users: 60, groups: 8, memberships: 130, target });
  try {
    expectExit(await world.syncHere(), 0);
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

describe('an edit of the directory', () => {
  it('over TLS: rename, department, joiner, manager and group arrive with the next run', async () => {
    await using world = await provisioned('both');
    const { tenant } = world;
    const before = await expectInStep(world.target(), tenant);
    const { inGroups, alone } = leaves(before);
    const [renamed, moved, reporting] = [pick(inGroups, 0), pick(inGroups, 1), pick(alone, 0)];
    await tenant.graphOverTls('PATCH', `/users/${renamed}`, { surname: 'Okafor', displayName: 'Ngozi Okafor' });
    await tenant.graphOverTls('PATCH', `/users/${moved}`, { department: 'Space travel' });
    await tenant.graphOverTls('PUT', `/users/${reporting}/manager/$ref`, reference(renamed));
    const joiner = await createPerson(tenant, 'new.joiner', { department: 'Sales' });
    await assign(tenant, joiner);
    const groupId = groupOf(before, renamed);
    await tenant.graphOverTls('PATCH', `/groups/${groupId}`, { displayName: 'Renamed group' });

    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job('scim').counts).toMatchObject({ created: 1, updated: 4, disabled: 0, deleted: 0 });
    expect(run.job('peakon').counts).toMatchObject({ created: 1, updated: 3, disabled: 0, deleted: 0 });
    const after = await expectInStep(world.target(), tenant);
    expect(after.people.has(joiner)).toBe(true);
    expect(after.groups.get(groupId)?.name).toBe('Renamed group');
    const peakon = await account(world, moved, 'peakon');
    const extension = peakon['urn:ietf:params:scim:schemas:extension:peakon:2.0:User'];
    expect(text(extension, 'Department')).toBe('Space travel');
    expect(text((await account(world, renamed, 'peakon'))['name'], 'familyName')).toBe('Okafor');
  });

  it('through the admin address: members who join and leave an assigned group', async () => {
    await using world = await provisioned();
    const { tenant } = world;
    const before = await expectedOf(tenant);
    const leaving = pick(leaves(before).inGroups, 0);
    const groupId = groupOf(before, leaving);
    const joining = await createPerson(tenant, 'joins.group');
    await tenant.graph('POST', `/groups/${groupId}/members/$ref`, reference(joining));
    await tenant.graph('DELETE', `/groups/${groupId}/members/${leaving}/$ref`);
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 1, disabled: 1 });
    expect(run.job().counts.memberships).toEqual({ added: 1, removed: 1 });
    await expectInStep(world.target(), tenant);
    expect(await account(world, leaving)).toMatchObject({ active: false });
  });

  it('unassigned, blocked and deleted people are disabled, and enabled with their memberships when they come back', async () => {
    await using world = await provisioned();
    const { tenant } = world;
    const before = await expectedOf(tenant);
    const { inGroups, alone } = leaves(before);
    const [unassigned, blocked, deleted] = [pick(alone, 0), pick(inGroups, 0), pick(inGroups, 1)];
    await unassign(tenant, unassigned);
    await tenant.graph('PATCH', `/users/${blocked}`, { accountEnabled: false });
    await tenant.graph('DELETE', `/users/${deleted}`);
    const gone = await world.sync();
    expectExit(gone, 0);
    expect(gone.job().counts).toMatchObject({ created: 0, disabled: 3, deleted: 0 });
    for (const id of [unassigned, blocked, deleted]) expect(await account(world, id)).toMatchObject({ active: false });
    await expectInStep(world.target(), tenant);

    await assign(tenant, unassigned);
    await tenant.graph('PATCH', `/users/${blocked}`, { accountEnabled: true });
    await tenant.graph('POST', `/directory/deletedItems/${deleted}/restore`);
    const back = await world.syncHere();
    expectExit(back, 0);
    expect(back.job().counts).toMatchObject({ created: 0, enabled: 3, disabled: 0, deleted: 0 });
    const after = await expectInStep(world.target(), tenant);
    expect(after.groups.get(groupOf(before, deleted))?.members).toContain(deleted);
    const quiet = await world.syncHere();
    expect(quiet.job().requests.scim).toBe(0);
  });

  it('hard deletion after 31 days: deleted in an RFC 7644 target, only disabled in Peakon', async () => {
    await using world = await provisioned('both');
    const { tenant } = world;
    const deleted = pick(leaves(await expectedOf(tenant)).inGroups, 0);
    await tenant.graph('DELETE', `/users/${deleted}`);
    expectExit(await world.syncHere(), 0);
    expect(await account(world, deleted)).toMatchObject({ active: false });
    await tenant.admin('POST', '/clock', { advance: '31d' });
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job('scim').counts).toMatchObject({ deleted: 1, disabled: 0, created: 0 });
    expect(run.job('peakon').counts).toMatchObject({ deleted: 0, disabled: 0, created: 0 });
    await expectInStep(world.target(), tenant);
    expect((await world.target().users()).filter((user) => user['externalId'] === deleted)).toEqual([]);
    expect(await account(world, deleted, 'peakon')).toMatchObject({ active: false });
    expect((await world.target('peakon').requests()).filter(({ method }) => method === 'DELETE')).toEqual([]);
    const quiet = await world.syncHere();
    expect(quiet.jobs.map(({ requests }) => requests.scim)).toEqual([0, 0]);
  });

  it('a group that is no longer assigned is removed, and comes back with its members', async () => {
    await using world = await provisioned();
    const { tenant } = world;
    const before = await expectedOf(tenant);
    const empty = [...before.groups].find(([, { members }]) => members.length === 0)?.[0] ?? '';
    await unassign(tenant, empty);
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ deleted: 1, disabled: 0 });
    const member = pick([...before.people.keys()], 0);
    await tenant.graph('POST', `/groups/${empty}/members/$ref`, reference(member));
    await assign(tenant, empty);
    const back = await world.syncHere();
    expectExit(back, 0);
    expect(back.job().counts).toMatchObject({ created: 1 });
    await expectInStep(world.target(), tenant);
  });

  // spec: quiet-cycles
  it('costs at most one read and one write per changed person', async () => {
    await using world = await provisioned();
    const { tenant } = world;
    const ids = [...(await expectedOf(tenant)).people.keys()].slice(0, 10);
    for (const id of ids) await tenant.graph('PATCH', `/users/${id}`, { jobTitle: `Title ${id.slice(0, 4)}` });
    await world.target().clearLog();
    const run = await world.sync();
    expectExit(run, 0);
    const requests = await world.target().requests();
    expect(requests.length).toBeLessThanOrEqual(20);
    expect(run.job().requests.scim).toBe(requests.length);
    expect(writes(requests).map(({ method }) => method)).toEqual(ids.map(() => 'PATCH'));
    expect(list(writes(requests)[0]?.body, 'Operations')).toHaveLength(1);
  });
});
