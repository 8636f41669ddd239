// What the target says about itself: asked once, remembered, and taken seriously.
import { describe, expect, it } from 'vitest';
import { type Capabilities, NO_DISCOVERY } from '../../src/scim/capabilities.ts';
import { direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld } from '../support/world.ts';

const UNKNOWN = direct('urn:example:User:Shoe', 'employeeId');
const KNOWN_SHOE: Capabilities = {
  ...NO_DISCOVERY,
  attributes: {
    User: [{ name: 'urn:example:User:Shoe', type: 'integer', multiValued: false, caseExact: false, readOnly: false }],
    Group: [],
  },
};

describe('a target', () => {
  it('that says it has no PATCH is written to all the same: its client knows another way', async () => {
    const world = await buildWorld();
    world.people(2);
    world.target.capabilities = { ...NO_DISCOVERY, patch: false };
    expect((await world.run()).counts).toMatchObject({ created: 2, failed: 0 });
  });

  it('without a mapped attribute ends the cycle where its schemas are vouched for, until it has it', async () => {
    const world = await buildWorld({
      group: null,
      profile: { attributesFromSchemas: true },
      user: { attributeMappings: [...USER_ATTRIBUTES, UNKNOWN] },
    });
    world.people(2, { employeeId: '42' });
    world.target.capabilities = { ...KNOWN_SHOE, attributes: { User: [], Group: [] } };
    await expect(world.run()).rejects.toMatchObject({
      code: 'SchemaAttributeNotFound',
      message: expect.stringContaining('urn:example:User:Shoe') as string,
    });
    expect(world.target.writes()).toEqual([]);
    world.target.capabilities = KNOWN_SHOE;
    await world.run();
    expect(world.userOf('p0001')?.['urn:example:User']).toEqual({ Shoe: 42 });
  });

  it('that is not to be asked is not asked', async () => {
    const world = await buildWorld({ profile: { discovery: false } });
    world.people(2);
    await world.run();
    expect(world.target.sent('discover')).toEqual([]);
    expect(world.target.resources.User.size).toBe(2);
  });

  it('is asked once for all cycles, and the client is told what was remembered', async () => {
    const world = await buildWorld({ group: null });
    world.people(2);
    await world.run();
    world.directory.setUser('p0001', { displayName: 'New' });
    await world.run();
    expect(world.target.sent('discover')).toEqual([]);
    expect(world.target.remembered).toEqual([NO_DISCOVERY, NO_DISCOVERY]);
  });
});
