// People who should have been found and would be made anew: accounts that are not there any more, lists that show too
// little, and a first contact at which hardly anybody is matched.
import { describe, expect, it } from 'vitest';
import type { ScimResource } from '../../src/scim/resource.ts';
import { direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { DAY } from '../support/fake-clock.ts';
import type { Json } from '../support/patch-resource.ts';
import { buildWorld, type World } from '../support/world.ts';

async function approve(world: World): Promise<void> {
  await world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged').execute();
}

async function linked(count: number, guards: Record<string, unknown> = {}): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld({ guards, group: null });
  world.directory.pageSize = 1000;
  const ids = world.people(count);
  await world.run();
  return { world, ids };
}

/** Somebody emptied the target, and everybody is planned again. */
function vanish(world: World, ids: readonly string[]): void {
  for (const id of ids) {
    const account = world.userOf(id);
    world.target.resources.User.delete(account?.['id'] as string);
    world.directory.setUser(id, { department: `moved ${id}` });
  }
}

describe('accounts that vanished', () => {
  // spec: vanished-accounts
  it('one of them is made anew, asked for by its id and by a search, never by a list', async () => {
    const { world, ids } = await linked(30);
    vanish(world, ids.slice(0, 1));
    expect((await world.run()).counts).toMatchObject({ created: 1, held: 0, failed: 0 });
    expect(world.target.sent().map((each) => each.method)).toEqual(['get', 'find', 'find', 'create']);
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ active: true });
    expect((await world.run()).requests.scim).toBe(0);
  });

  // spec: vanished-accounts
  it('too many of them are held, their links and the others are not', async () => {
    const { world, ids } = await linked(30);
    vanish(world, ids.slice(0, 20));
    world.directory.setUser(ids[29] ?? '', { displayName: 'Renamed' });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20, updated: 1 });
    expect(world.target.writes()).toHaveLength(1);
    expect(await world.openChanges()).toMatchObject({ [ids[0] ?? '']: 'staged create' });
    expect(await world.store.db.selectFrom('link').select('source_id').execute()).toHaveLength(30);

    await approve(world);
    expect((await world.run()).counts).toMatchObject({ created: 20, held: 0 });
    expect(world.target.resources.User.size).toBe(30);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('that show up again are the same accounts as before', async () => {
    const { world, ids } = await linked(30);
    const before = new Map(world.target.resources.User);
    vanish(world, ids.slice(0, 20));
    await world.run();
    for (const [id, resource] of before) world.target.resources.User.set(id, resource);
    await approve(world);
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 0, updated: 20, held: 0 });
    expect(world.target.resources.User.size).toBe(30);
    expect(await world.openChanges()).toEqual({});
  });

  it('stay held when their people change, and are given up when these leave', async () => {
    const { world, ids } = await linked(30);
    vanish(world, ids.slice(0, 20));
    await world.run();
    world.directory.setUser(ids[0] ?? '', { displayName: 'Newest' });
    world.directory.setUser(ids[1] ?? '', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 19 });
    await approve(world);
    expect((await world.run()).counts).toMatchObject({ created: 19, held: 0 });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ displayName: 'Newest' });
    expect(world.userOf(ids[1] ?? '')).toBeUndefined();
  });

  it('but are found by a search are adopted, and one that is listed under its id is a fault', async () => {
    const { world, ids } = await linked(3);
    const [moved = '', hidden = ''] = ids;
    const account = world.userOf(moved);
    world.target.resources.User.delete(account?.['id'] as string);
    world.target.seed('User', { ...account });
    const ghost = world.userOf(hidden)?.['id'];
    world.target.disturb = ({ method, id }) => {
      if (method === 'get' && id === ghost) world.target.resources.User.delete(id as string);
      return undefined;
    };
    const kept = structuredClone(world.userOf(hidden));
    world.target.before = ({ method }) => {
      if (method === 'find' && kept !== undefined) world.target.resources.User.set(ghost as string, kept);
    };
    for (const id of [moved, hidden]) world.directory.setUser(id, { department: 'New' });
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 1, failed: 1 });
    expect(await world.escrows()).toEqual({ [hidden]: 'IncompatibleAnswer' });
    const links = await world.store.db.selectFrom('link').select(['source_id', 'target_id']).execute();
    expect(links.find((each) => each.source_id === hidden)?.target_id).toBe(ghost);
  });

  it('all at once are held in a tenant of any size', async () => {
    const { world, ids } = await linked(3);
    vanish(world, ids);
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 3 });
  });

  it('keep nobody from being disabled: who leaves while the search fails is kept for later', async () => {
    const { world, ids } = await linked(3);
    vanish(world, ids.slice(0, 1));
    world.target.disturb = ({ method }) =>
      method === 'find' ? { fault: { code: 'WebExceptionProtocolError', message: 'down' } } : undefined;
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 1 });
    expect(await world.store.db.selectFrom('link').select('source_id').execute()).toHaveLength(3);
  });
});

describe('a write that is answered 404', () => {
  const NOT_FOUND = { fault: { code: 'InvalidAnchor', message: 'not found' } } as const;

  it('says nothing of a person yet: who is gone then is counted by the guard', async () => {
    const { world, ids } = await linked(30);
    for (const id of ids) world.directory.setUser(id, { department: 'New' });
    world.target.disturb = ({ method }) => (method === 'patch' ? NOT_FOUND : undefined);
    expect((await world.run()).counts).toMatchObject({ failed: 30 });
    world.target.disturb = undefined;
    const accounts = new Map(world.target.resources.User);
    world.target.resources.User.clear();
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 30 });
    for (const [id, resource] of accounts) world.target.resources.User.set(id, resource);
    await approve(world);
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 0, updated: 30 });
  });

  it('nor when a reference is completed', async () => {
    const { world, ids } = await linked(30);
    world.directory.addUser('boss');
    for (const id of ids) world.directory.setManager(id, 'boss');
    await world.run();
    world.directory.assign('boss');
    world.target.disturb = ({ method, kind, id }) => {
      if (method === 'get' && kind === 'User') world.target.resources.User.delete(id ?? '');
      return undefined;
    };
    expect((await world.run()).counts).toMatchObject({ created: 1, failed: 30 });
    world.clock.advance(DAY);
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 30 });
  });
});

describe('a list that shows too little', () => {
  /** Newcomers who have an account already, and a list that shows these resources only. */
  function newcomers(world: World, shown: readonly Json[]): void {
    for (let index = 0; index < 9; index += 1) {
      world.directory.addUser(`new${index}`);
      world.directory.assign(`new${index}`);
      world.target.seed('User', { externalId: `new${index}`, userName: `new${index}@example.com` });
    }
    world.target.list = async function* (kind) {
      world.target.log.push({ method: 'list', kind, id: null });
      await Promise.resolve();
      yield { resources: shown as ScimResource[], totalResults: shown.length };
    };
  }

  it.each([
    ['nothing', 0],
    ['a part', 20],
  ])('(%s) is no proof: newcomers are asked for one by one', async (_name, shown) => {
    const { world } = await linked(50);
    newcomers(world, [...world.target.resources.User.values()].slice(0, shown));
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 9 });
    expect(world.target.sent('list')).toHaveLength(1);
    expect(world.target.sent('create')).toEqual([]);
  });

  it('is not asked about an account that vanished', async () => {
    const { world, ids } = await linked(3);
    const [moved = ''] = ids;
    const others = [...world.target.resources.User.values()].slice(1);
    const { id, ...account } = world.userOf(moved) ?? {};
    world.target.resources.User.delete(id as string);
    world.directory.setUser(moved, { department: 'New' });
    newcomers(world, [...others, ...Array.from({ length: 9 }, (_, index) => ({ id: `local${index}` }))]);
    world.target.seed('User', account);
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 0 });
    expect(world.target.sent('list')).toHaveLength(1);
    const created = world.target.sent('create').map(({ body }) => (body as Json)['externalId']);
    expect(created).not.toContain(moved);
    expect(created).toContain('new0');
  });
});

describe('a first contact', () => {
  async function meeting(accounts: number): Promise<{ world: World; ids: string[] }> {
    const world = await buildWorld({ guards: {}, group: null });
    world.directory.pageSize = 1000;
    for (let index = 0; index < accounts; index += 1)
      world.target.seed('User', { externalId: `x${index}`, userName: `x${index}@elsewhere.example`, active: true });
    return { world, ids: world.people(20) };
  }

  it('with an empty target creates everybody', async () => {
    const { world } = await meeting(0);
    expect((await world.run()).counts).toMatchObject({ created: 20, held: 0 });
  });

  // spec: first-contact
  it('at which nobody is found holds every creation until it is approved, and once only', async () => {
    const { world, ids } = await meeting(20);
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });
    expect(world.target.writes()).toEqual([]);
    const held = (await world.log(ids[0])).at(-1);
    expect(held).toMatchObject({ provisioningAction: 'create', provisioningStatusInfo: { status: 'skipped' } });
    expect(held?.provisioningSteps.at(-1)?.description).toContain('20 accounts');

    world.directory.setUser(ids[0] ?? '', { displayName: 'Changed while held' });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });

    await approve(world);
    expect((await world.run()).counts).toMatchObject({ created: 20, held: 0 });
    expect(world.target.resources.User.size).toBe(40);
    world.directory.addUser('late');
    world.directory.assign('late');
    expect((await world.run()).counts).toMatchObject({ created: 1, held: 0 });
  });

  it('is approved for single people, too; the others stay held', async () => {
    const { world, ids } = await meeting(20);
    await world.run();
    await world.store.db
      .updateTable('change')
      .set({ status: 'approved' })
      .where('status', '=', 'staged')
      .where('source_id', 'in', ids.slice(0, 3))
      .execute();
    expect((await world.run()).counts).toMatchObject({ created: 3, held: 17 });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 17 });
  });

  it('that finds everybody after the configuration was put right holds nothing any more', async () => {
    const { world, ids } = await meeting(0);
    for (const id of ids)
      world.target.seed('User', { externalId: '', userName: `legacy-${id}`, displayName: `Name ${id}` });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });
    const display = { targetAttributeName: 'displayName', source: { type: 'Attribute', name: 'displayName' } };
    world.configure({
      guards: { identity: { count: 1000, percent: 100 } },
      group: null,
      user: {
        attributeMappings: [
          { ...display, matchingPriority: 1 },
          { targetAttributeName: 'userName', source: { type: 'Attribute', name: 'userPrincipalName' } },
          { targetAttributeName: 'active', source: { type: 'Function', expression: 'Not([IsSoftDeleted])' } },
        ],
      },
    });
    expect((await world.run()).counts).toMatchObject({ created: 0, adopted: 20, held: 0 });
    expect(await world.openChanges()).toEqual({});
  });

  /** A matching attribute without a value for anybody: nobody can be planned. */
  const NOBODY_MATCHES = {
    guards: {},
    group: null,
    user: { attributeMappings: [direct('externalId', 'city', 1), ...USER_ATTRIBUTES.slice(1).map(unmatched)] },
  };

  function unmatched(attribute: (typeof USER_ATTRIBUTES)[number]) {
    return { ...attribute, matchingPriority: 0 };
  }

  it('counts what is listed where a target announces a page in place of everything', async () => {
    const { world } = await meeting(30);
    const list = world.target.list.bind(world.target);
    world.target.pageSize = 10;
    world.target.list = async function* (kind) {
      for await (const { resources } of list(kind)) yield { resources, totalResults: resources.length };
    };
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });
  });

  it('is not over before anybody was assigned', async () => {
    const { world } = await meeting(20);
    const { assignments } = world.directory;
    world.directory.assignments = [];
    await world.run();
    await world.run();
    world.directory.assignments = assignments;
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });
  });

  it('is not over when nobody could be planned', async () => {
    const { world } = await meeting(20);
    world.configure(NOBODY_MATCHES);
    expect((await world.run()).counts).toMatchObject({ failed: 20, held: 0 });
    world.configure({ guards: {}, group: null });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });
  });

  it('holds whom it held although they cannot be planned meanwhile', async () => {
    const { world } = await meeting(20);
    await world.run();
    world.configure(NOBODY_MATCHES);
    expect((await world.run()).counts).toMatchObject({ failed: 20, held: 20 });
    world.configure({ guards: {}, group: null });
    expect((await world.run()).counts).toMatchObject({ created: 0, held: 20, failed: 0 });
  });

  // spec: first-contact
  it('holds every creation wherever the process died before', async () => {
    for (let at = 1; at < 25; at += 1) {
      const { world } = await meeting(20);
      await world.run({}, { store: crashingStore(world.store, { at, committed: true }).store }).catch(() => undefined);
      await world.run();
      expect((await world.run()).counts).toMatchObject({ created: 0, held: 20 });
      expect(world.target.resources.User.size).toBe(20);
    }
  });

  it('says in a plan what it would hold, and sends nothing', async () => {
    const { world } = await meeting(20);
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ held: 20 });
    expect(world.target.writes()).toEqual([]);
  });
});

it('accounts that were made on demand prove nothing about the matching of the others', async () => {
  const world = await buildWorld({ guards: {}, group: null });
  for (let index = 0; index < 20; index += 1) world.target.seed('User', { userName: `employee-${index}` });
  const ids = world.people(20);
  const selection = { user: ids.slice(0, 12), group: [] };
  expect((await world.run({ trigger: 'onDemand', selection })).counts.created).toBe(12);
  expect((await world.run()).counts).toMatchObject({ created: 0, held: 8 });
  expect(world.target.resources.User.size).toBe(32);
});

it('a careful start in an empty target holds nobody', async () => {
  const world = await buildWorld({ guards: {}, group: null });
  world.people(40);
  expect((await world.run({ limit: 25 })).counts.created).toBe(25);
  expect((await world.run()).counts).toMatchObject({ created: 15, held: 0 });
});
