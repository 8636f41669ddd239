// The built scimsync provisions a service made with scimmy in bulk requests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expected, held } from './agreement.ts';
import { type JobResult, startWorld, type World } from './provisioning.ts';

describe('scimmy, trusted with bulk requests', () => {
  let world: World;
  let first: JobResult;

  beforeAll(async () => {
    world = await startWorld({ users: 150, groups: 12, service: './scimmy-server.ts', bulk: 50 });
    first = await world.synchronize();
  });
  afterAll(() => world.stop());

  async function expectAgreement() {
    const wanted = await expected(world.directory, world.application);
    const { people, groups } = await held(world.application);
    expect({ people, groups }).toEqual({ people: wanted.people, groups: wanted.groups });
    return wanted;
  }

  it('receives everybody, with managers, groups and members, in a few requests', async () => {
    const { people, groups } = await expectAgreement();
    expect(people.filter((person) => person.managerId !== null).length).toBeGreaterThan(20);
    expect(first.counts).toMatchObject({
      created: people.length + groups.length,
      failed: 0,
      warnings: 0,
      memberships: { added: groups.flatMap((group) => group.memberIds).length, removed: 0 },
    });
    const requests = await world.application.requests();
    expect(requests['POST Users']).toBeUndefined();
    expect(requests['POST Bulk']).toBeLessThan(10);
    expect(first.requests.scim).toBeLessThan(20);
  });

  it('receives changes, and is left alone afterwards', async () => {
    const { people } = await world.directory.expectation();
    const before = (await world.application.requests())['POST Bulk'] ?? 0;
    const [one, two, leaver] = [...people.values()];
    await world.directory.edit('PATCH', `users/${one?.id}`, { department: 'Søk & Ånd' });
    await world.directory.edit('PATCH', `users/${two?.id}`, { displayName: 'Zoë' });
    await world.directory.edit('PATCH', `users/${leaver?.id}`, { accountEnabled: false });
    const changed = await world.synchronize();
    expect(changed.counts).toMatchObject({ updated: 2, disabled: 1, failed: 0 });
    // Disabling goes first, by itself; the two changes share a request.
    expect((await world.application.requests())['POST Bulk']).toBe(before + 1);
    const second = await world.synchronize();
    expect(second.requests.scim).toBe(0);
  });
});
