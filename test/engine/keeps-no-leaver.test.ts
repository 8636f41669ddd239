// Ways in which somebody who left could keep access, or somebody could lose it, without anybody noticing.
import { describe, expect, it } from 'vitest';
import type { CycleRequest } from '../../src/model/cycle.ts';
import { direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const withActive = (active: Record<string, unknown>) => ({
  user: {
    attributeMappings: [...USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== 'active'), active],
  },
});

async function onePerson(variation = {}): Promise<World> {
  const world = await buildWorld(variation);
  world.directory.addUser('a');
  world.directory.assign('a');
  await world.run();
  return world;
}

describe('a mapping of active that does not know who left', () => {
  it.each([
    ['[accountEnabled]', direct('active', 'accountEnabled')],
    ['a constant', { targetAttributeName: 'active', source: { type: 'Constant', value: true } }],
    ['a constant as text', { targetAttributeName: 'active', source: { type: 'Constant', value: 'True' } }],
    ['a default value only', { targetAttributeName: 'active', source: null, defaultValue: true }],
    ['an attribute without value', { ...direct('active', 'city'), defaultValue: true }],
  ])('%s disables all the same', async (_name, active) => {
    const world = await onePerson(withActive(active));
    expect(world.userOf('a')).toMatchObject({ active: true });
    world.directory.unassign('a');
    const summary = await world.run();
    expect(summary.counts.disabled).toBe(1);
    expect(world.userOf('a')).toMatchObject({ active: false });
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each(['Active', 'urn:ietf:params:scim:schemas:core:2.0:User:active'])('written as %s', async (name) => {
    const world = await onePerson(
      withActive({ targetAttributeName: name, source: { type: 'Function', expression: 'Not([IsSoftDeleted])' } }),
    );
    world.directory.softDelete('a');
    const summary = await world.run();
    expect(summary.counts.disabled).toBe(1);
    expect(world.userOf('a')).toMatchObject({ active: false });
    world.directory.restore('a');
    expect((await world.run()).counts.enabled).toBe(1);
  });
});
