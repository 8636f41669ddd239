// A store that was lost meets accounts that it made itself: nothing is written until somebody says what is meant.
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

/** A target that holds accounts of people with the ids that the job would write. */
async function lostWorld(count: number, variation = {}): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld({ group: null, ...variation });
  const ids = world.people(count);
  for (const id of ids) world.target.seed('User', { externalId: id, userName: `${id}@example.com`, active: true });
  return { world, ids };
}

describe('a first cycle that finds its own ids', () => {
  // spec: lost-store
  it.each([{ request: {} }, { request: { limit: 2 } }])(
    'writes nothing, however often it is run: $request',
    async ({ request }) => {
      const { world } = await lostWorld(6);
      for (let cycle = 0; cycle < 3; cycle += 1) {
        await expect(world.run(request)).rejects.toMatchObject({
          code: 'StoreLost',
          message: expect.stringContaining('6 of the 6'),
        });
        expect(world.target.writes()).toEqual([]);
      }
      expect(await world.store.db.selectFrom('link').selectAll().execute()).toEqual([]);
    },
  );

  it('is no dead end: observed once, it adopts them', async () => {
    const { world } = await lostWorld(6);
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreLost' });
    world.configure({ group: null, mode: 'observe' });
    await world.run();
    expect(world.target.writes()).toEqual([]);
    world.configure({ group: null });
    expect((await world.run()).counts).toMatchObject({ adopted: 6, created: 0, failed: 0 });
  });

  it('is shown by a plan, which goes on', async () => {
    const { world } = await lostWorld(6);
    expect((await world.run({ dryRun: true })).counts.adopted).toBe(6);
    expect(world.logged.map((each) => each.fields['code'])).toContain('StoreLost');
    await expect(world.run()).rejects.toMatchObject({ code: 'StoreLost' });
  });
});

describe('a first cycle goes on', () => {
  it('when fewer than half of the accounts carry its ids', async () => {
    const { world } = await lostWorld(3);
    for (let index = 0; index < 4; index += 1) {
      world.directory.addUser(`n${index}`);
      world.directory.assign(`n${index}`);
      world.target.seed('User', { userName: `n${index}@example.com` });
    }
    expect((await world.run()).counts).toMatchObject({ adopted: 7 });
  });

  it('when one or two do', async () => {
    const { world } = await lostWorld(2);
    expect((await world.run()).counts).toMatchObject({ adopted: 2 });
  });

  it('when the externalId is another one', async () => {
    const world = await buildWorld({ group: null, adoption: { otherOwner: 'allow' } });
    for (const id of world.people(6))
      world.target.seed('User', { externalId: `x-${id}`, userName: `${id}@example.com` });
    expect((await world.run()).counts).toMatchObject({ adopted: 6 });
  });

  it('when its own process died while it wrote', async () => {
    const world = await buildWorld({ group: null });
    world.people(6);
    const dies = new Error('the process dies');
    const transaction = world.store.transaction.bind(world.store);
    let posts = 0;
    const store = {
      ...world.store,
      // Whatever follows the first answered creation is lost.
      transaction: (work: Parameters<typeof transaction>[0]) =>
        world.target.sent('create').length > posts ? Promise.reject(dies) : transaction(work),
    } as World['store'];
    await expect(world.run({}, { store })).rejects.toBeDefined();
    posts = world.target.sent('create').length;
    expect(world.target.resources.User.size).toBeGreaterThanOrEqual(3);
    world.clock.advance(5 * MINUTE);
    expect((await world.run()).counts).toMatchObject({ failed: 0 });
    expect(world.target.resources.User.size).toBe(6);
  });
});
