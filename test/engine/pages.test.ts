// Changes are sent in pages: the next one is made ready while one is under way, and let go of when nothing more is to be sent.
import { describe, expect, it } from 'vitest';
import { buildWorld } from '../support/world.ts';

const PAGE = 500;

describe('pages of changes', () => {
  it('the next one is marked while one is under way, and no other', async () => {
    const world = await buildWorld();
    world.people(3 * PAGE + 20);
    const seen: Record<string, number>[] = [];
    world.target.before = async ({ method }) => {
      // An answer takes a moment; otherwise a page is through before anything else happens.
      await new Promise((resolve) => setImmediate(resolve));
      if (method === 'create') seen.push(await world.changeStatuses());
    };
    const { counts } = await world.run();
    expect(counts).toMatchObject({ created: 3 * PAGE + 20, failed: 0 });
    expect(Math.max(...seen.map(({ sent = 0 }) => sent))).toBe(2 * PAGE);
    expect(await world.changeStatuses()).toEqual({ success: 3 * PAGE + 20 });
  });

  // Two thirds fail, which is more than 40 %; a third would not be.
  it('one that was made ready is let go of when too much has failed', async () => {
    const world = await buildWorld();
    world.people(3 * PAGE);
    world.target.disturb = ({ method }) =>
      method === 'create' ? { fault: { code: 'InvalidValue', message: 'not this one', status: 400 } } : undefined;
    const { counts, status } = await world.run();
    expect(status).toBe('Quarantine');
    expect(world.target.log.filter(({ method }) => method === 'create')).toHaveLength(2 * PAGE);
    expect(counts).toMatchObject({ created: 0, failed: 2 * PAGE });
    expect(await world.changeStatuses()).toEqual({ failure: 2 * PAGE, superseded: PAGE });
  });

  it('a fault of the job ends all of them, and the next cycle converges', async () => {
    const world = await buildWorld();
    world.people(2 * PAGE + 1);
    let created = 0;
    world.target.disturb = ({ method }) => {
      if (method === 'create') created += 1;
      return created === PAGE + 7 ? { throws: new Error('the line is cut') } : undefined;
    };
    await expect(world.run()).rejects.toThrow('the line is cut');
    expect(world.target.resources.User.size).toBeLessThan(2 * PAGE);
    world.target.disturb = undefined;
    await world.run();
    expect(world.target.resources.User.size).toBe(2 * PAGE + 1);
    expect(await world.changeStatuses()).not.toHaveProperty('sent');
  });
});
