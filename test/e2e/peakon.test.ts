// What is Peakon's own: references to managers by e-mail, no DELETE ever, every request an operation.
import { describe, expect, it } from 'vitest';
import { expectedOf } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { type Json, list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import type { TargetClient } from './support/target-client.ts';
import { assign, createPerson, managerOf, reference, type TenantClient } from './support/tenant-client.ts';

const PEAKON = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';

const freshStart = sharedSandbox({ users: 40, groups: 0, target: 'peakon' });

const workEmail = (user: Json): string =>
  text(
    list(user, 'emails').find((each) => each['type'] === 'work'),
    'value',
  );

/** Fails unless everybody expected is there, with the e-mail of the manager where the manager has an account. */
async function expectManagers(target: TargetClient, tenant: TenantClient): Promise<void> {
  const { people } = await expectedOf(tenant);
  const accounts = new Map((await target.users()).map((user) => [text(user, 'externalId'), user]));
  const shown: Record<string, string> = {};
  const wanted: Record<string, string> = {};
  for (const [id, person] of people) {
    const manager = accounts.get(managerOf(person));
    wanted[id] = manager === undefined ? '' : workEmail(manager);
    shown[id] = text(accounts.get(id)?.[PEAKON], 'Manager');
  }
  expect(shown).toEqual(wanted);
  expect([...accounts.keys()].filter((id) => accounts.get(id)?.['active'] === true).toSorted()).toEqual(
    [...people.keys()].toSorted(),
  );
}

describe('a Peakon target', () => {
  it('gets the manager of everybody whose manager is provisioned; every request is counted', async () => {
    await using start = await freshStart();
    const run = await start.sync();
    expectExit(run, 0);
    await expectManagers(start.target, start.tenant);
    const log = await start.target.requests();
    expect(run.job().requests.scim).toBe(log.length);
    const { people } = await expectedOf(start.tenant);
    const posts = log.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(people.size);
    expect([...people.values()].filter((person) => managerOf(person) !== '').length).toBeGreaterThan(20);
    // Managers come before their reports, so a tree needs no second request.
    expect(log.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  it('gets a manager who joins later, and two people who manage each other', async () => {
    await using start = await freshStart();
    const { tenant, target } = start;
    const late = await createPerson(tenant, 'late.manager');
    const report = await createPerson(tenant, 'early.report');
    await tenant.graph('PUT', `/users/${report}/manager/$ref`, reference(late));
    await assign(tenant, report);
    const [one, two] = [await createPerson(tenant, 'one.of.two'), await createPerson(tenant, 'two.of.two')];
    await tenant.graph('PUT', `/users/${one}/manager/$ref`, reference(two));
    await tenant.graph('PUT', `/users/${two}/manager/$ref`, reference(one));
    await assign(tenant, one);
    await assign(tenant, two);
    const first = await start.sync();
    expectExit(first, 0);
    await expectManagers(target, tenant);
    expect((await target.requests()).filter(({ method }) => method === 'PATCH')).toHaveLength(1);

    await assign(tenant, late);
    const second = await start.sync();
    expectExit(second, 0);
    expect(second.job().counts).toMatchObject({ created: 1 });
    await expectManagers(target, tenant);
    expect((await start.syncHere()).job().requests.scim).toBe(0);
  });

  it('follows a manager whose address changes', async () => {
    await using start = await freshStart();
    const { tenant, target } = start;
    expectExit(await start.syncHere(), 0);
    const { people } = await expectedOf(tenant);
    const boss = managerOf([...people.values()].find((person) => people.has(managerOf(person))) ?? {});
    const address = 'somebody.married@contoso.example';
    await tenant.graph('PATCH', `/users/${boss}`, { mail: address, userPrincipalName: address });
    expectExit(await start.syncHere(), 0);
    await expectManagers(target, tenant);
    expect((await target.users()).map(workEmail)).toContain(address);
    expect((await start.syncHere()).job().requests.scim).toBe(0);
  });

  it('never gets a DELETE: people who are purged from the directory stay, disabled', async () => {
    await using start = await freshStart();
    const { tenant, target } = start;
    expectExit(await start.syncHere(), 0);
    const { people } = await expectedOf(tenant);
    const managers = new Set([...people.values()].map(managerOf));
    const [purged = '', deleted = ''] = [...people.keys()].filter((id) => !managers.has(id));
    await tenant.graph('DELETE', `/users/${purged}`);
    await tenant.graph('DELETE', `/directory/deletedItems/${purged}`);
    await tenant.graph('DELETE', `/users/${deleted}`);
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ disabled: 2, deleted: 0 });
    await tenant.admin('POST', '/clock', { advance: '31d' });
    expectExit(await start.syncHere(), 0);
    const users = await target.users();
    for (const id of [purged, deleted])
      expect(users.find((user) => user['externalId'] === id)).toMatchObject({ active: false });
    expect((await target.requests()).filter(({ method }) => method === 'DELETE')).toEqual([]);
    await expectManagers(target, tenant);
  });
});
