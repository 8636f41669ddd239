// A disable that is answered with success and changes nothing, and a list that must not be believed.
import { expect, it } from 'vitest';
import type { ScimResource } from '../../src/scim/resource.ts';
import { buildWorld } from '../support/world.ts';

// spec: success-is-looked-at
it('an account that the answer shows as active is not taken for disabled, and is tried again', async () => {
  const world = await buildWorld({ group: null });
  world.people(3);
  await world.run();
  const { target } = world;
  const real = target.patch.bind(target);
  target.patch = (_kind, id) =>
    Promise.resolve({ ok: true, value: structuredClone(target.resources.User.get(id) as ScimResource) });
  world.directory.unassign('p0001');
  expect((await world.run()).counts).toMatchObject({ disabled: 0, failed: 1 });
  expect(await world.escrows()).toEqual({ p0001: 'NotApplied' });
  const departures = await world.store.db.selectFrom('departure').select('confirmed_at').execute();
  expect(departures).toEqual([{ confirmed_at: null }]);
  target.patch = real;
  world.clock.advance(7 * 3_600_000);
  await world.run();
  expect(world.userOf('p0001')?.['active']).toBe(false);
});

it.each([0, 4])(
  'a list that announces %i accounts and is short is no proof that nobody is there',
  async (announced) => {
    const world = await buildWorld({ group: null });
    world.people(3);
    await world.run();
    world.directory.addUser('p0009');
    world.directory.assign('p0009');
    const { id: _id, externalId: _externalId, ...rest } = world.userOf('p0001') ?? {};
    const { target } = world;
    target.seed('User', JSON.parse(JSON.stringify(rest).replaceAll('p0001', 'p0009')) as ScimResource);
    const before = target.resources.User.size;
    target.uniqueUserName = false;
    target.disturb = ({ method }) =>
      method === 'find' || method === 'findAny'
        ? { fault: { code: 'InternalServerError', message: 'restarting', status: 500 } }
        : undefined;
    const shown = ([...target.resources.User.values()] as ScimResource[]).slice(0, announced / 2);
    target.list = async function* () {
      yield await Promise.resolve({ resources: structuredClone(shown), totalResults: announced });
    };
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 1 });
    expect(target.resources.User.size).toBe(before);
  },
);
