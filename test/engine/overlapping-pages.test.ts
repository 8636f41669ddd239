// The outcomes of one page of changes may still be on their way into the store while the next page is sent. A store that
// another process keeps busy is what makes that take long.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/database.ts';
import { direct, MANAGER } from '../support/build-job.ts';
import type { LoggedRequest } from '../support/fake-target.ts';
import { buildWorld, type World } from '../support/world.ts';

const PAGE = 500;
const LAST_OF_PAGE = 'p0500';
const FIRST_OF_NEXT = 'p0501';

/** A store in which one transaction has to wait for another process, and those that begin after it do not. */
class BusyStore {
  readonly store: Store;
  #next: Promise<void> | null = null;
  #settle: (failure?: Error) => void = () => undefined;

  constructor(store: Store) {
    this.store = {
      db: store.db,
      gone: store.gone,
      close: () => Promise.resolve(),
      transaction: async (work) => {
        const wait = this.#next;
        this.#next = null;
        await wait;
        return store.transaction(work);
      },
    };
  }

  /** The next transaction waits. */
  hold(): void {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#next = promise;
    this.#settle = (failure) => (failure === undefined ? resolve() : reject(failure));
  }

  /** Lets it begin, or fail, after many other things have had their turn. */
  async releaseAfter(turns: number, failure?: Error): Promise<void> {
    for (let taken = 0; taken < turns; taken += 1) await turn();
    this.#settle(failure);
  }
}

function isCreationOf({ method, body }: LoggedRequest, name: string): boolean {
  return method === 'create' && JSON.stringify(body).includes(`"displayName":"${name}"`);
}

/** What the first page has come to is written, or fails to be, when the second one has been under way for long. */
function keepBusy(world: World, failure?: Error): BusyStore {
  const busy = new BusyStore(world.store);
  world.target.before = async (request) => {
    await turn();
    if (isCreationOf(request, LAST_OF_PAGE)) busy.hold();
    if (isCreationOf(request, FIRST_OF_NEXT)) void busy.releaseAfter(failure === undefined ? 200 : 1, failure);
  };
  return busy;
}

function named(world: World, count: number): string[] {
  const ids = world.people(count);
  for (const id of ids) world.directory.setUser(id, { displayName: id });
  return ids;
}

describe('while a page is still being written', () => {
  it('an account that was made in it is not taken for somebody of the next page', async () => {
    const world = await buildWorld({
      group: null,
      user: { attributeMappings: [direct('userName', 'userPrincipalName', 1), direct('displayName', 'displayName')] },
    });
    named(world, PAGE + 1);
    world.directory.setUser(FIRST_OF_NEXT, { userPrincipalName: `${LAST_OF_PAGE}@example.com` });
    const { counts } = await world.run({}, { store: keepBusy(world).store });
    expect(await world.escrows()).toEqual({ [FIRST_OF_NEXT]: 'DuplicateSourceEntries' });
    expect(counts).toMatchObject({ created: PAGE, adopted: 0, failed: 1 });
    expect(world.target.user(`${LAST_OF_PAGE}@example.com`)).toMatchObject({ displayName: LAST_OF_PAGE });
  });

  it('a fault of the job in the next one ends the cycle after everything that was answered is written', async () => {
    const world = await buildWorld({ group: null });
    named(world, 2 * PAGE + 1);
    const { store } = keepBusy(world);
    world.target.disturb = (request) =>
      isCreationOf(request, FIRST_OF_NEXT) ? { throws: new Error('the line is cut') } : undefined;
    await expect(world.run({}, { store })).rejects.toThrow('the line is cut');
    expect(await world.changeStatuses()).toMatchObject({ success: world.target.resources.User.size });
  });

  it('and cannot be written, nothing more is sent', async () => {
    const world = await buildWorld({ group: null });
    named(world, 2 * PAGE);
    const busy = keepBusy(world, new Error('the disk is gone'));
    await expect(world.run({}, { store: busy.store })).rejects.toThrow('the disk is gone');
    expect(world.target.sent('create').length).toBeLessThan(PAGE + 3 * world.job.concurrency);
  });
});

describe('a page that was made ready', () => {
  it('is let go of when the one before ends with a fault of the job, so that nobody in it is asked for', async () => {
    const world = await buildWorld({ group: null });
    named(world, 2 * PAGE);
    world.target.before = () => turn();
    world.target.disturb = (request) =>
      isCreationOf(request, 'p0400') ? { throws: new Error('the line is cut') } : undefined;
    await expect(world.run()).rejects.toThrow('the line is cut');
    expect(await world.changeStatuses()).toMatchObject({ pending: PAGE });
    world.target.disturb = undefined;
    const { counts } = await world.run();
    expect(counts).toMatchObject({ failed: 0 });
    expect(world.target.sent('find', 'findAny').length).toBeLessThan(PAGE);
    expect(await world.changeStatuses()).not.toHaveProperty('sent');
    expect(world.target.resources.User.size).toBe(2 * PAGE);
  });
});

describe('a report who is created in the page after that of the manager', () => {
  async function afterEverybodyChanges(world: World, change: () => void): Promise<void> {
    const ids = named(world, PAGE);
    await world.run();
    for (const id of ids) world.directory.setUser(id, { displayName: `new ${id}` });
    change();
    world.directory.addUser('report', { displayName: 'report' }, LAST_OF_PAGE);
    world.directory.assign('report');
    world.target.before = () => turn();
    await world.run();
  }

  // spec: newest-reference
  it('refers to the e-mail that the manager has by then', async () => {
    const world = await buildWorld({ group: null, profile: { references: { [MANAGER]: 'email' } } });
    await afterEverybodyChanges(world, () => world.directory.setUser(LAST_OF_PAGE, { mail: 'new@example.com' }));
    expect(JSON.stringify(world.userOf('report'))).toContain('"manager":{"value":"new@example.com"}');
  });

  // spec: newest-reference
  it('refers to the account that the manager has by then', async () => {
    const world = await buildWorld({ group: null });
    await afterEverybodyChanges(world, () => {
      world.target.resources.User.delete(String(world.userOf(LAST_OF_PAGE)?.['id']));
    });
    expect(world.managerOf('report')).toBe(LAST_OF_PAGE);
  });
});
