// The life of people and groups at a target without PATCH, over real connections; every process knows what the first one learned.
import { expect, it, onTestFinished } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import type { Adaptation } from '../../src/target/adaptation.ts';
import { clientOf } from '../support/endpoint-client.ts';
import { buildWorld } from '../support/world.ts';

// spec: learned-rungs
it.each([405, 501])('a target that answers %i to every PATCH', async (status) => {
  const endpoint = await startScimTarget({ kind: 'rfc7644' });
  onTestFinished(() => endpoint.close());
  endpoint.faults.add({ match: { method: 'PATCH' }, action: { status } });
  const world = await buildWorld();
  const uses: Adaptation[] = [];
  const run = async () => {
    uses.length = 0;
    endpoint.log.clear();
    const { counts } = await world.run({}, { target: clientOf(endpoint, world, 10, (use) => uses.push(use)) });
    expect(counts).toMatchObject({ failed: 0, warnings: 0 });
    return counts;
  };
  const account = (id: string) => endpoint.users().find((each) => each['externalId'] === id);
  const patches = () => endpoint.log.all().filter(({ method }) => method === 'PATCH').length;

  world.people(4);
  world.directory.addGroup('g', ['p0002', 'p0003']);
  world.directory.assign('g');
  expect(await run()).toMatchObject({ created: 5 });

  world.directory.setUser('p0001', { displayName: 'New', department: 'Sales' });
  world.directory.removeMember('g', 'p0002');
  world.directory.addMember('g', 'p0004');
  await run();
  expect(account('p0001')).toMatchObject({ displayName: 'New' });
  const memberIds = JSON.stringify(endpoint.groups()[0]?.['members']);
  for (const [id, isMember] of [
    ['p0002', false],
    ['p0003', true],
    ['p0004', true],
  ] as const)
    expect(memberIds.includes(account(id)?.['id'] as string), id).toBe(isMember);

  world.directory.unassign('p0001');
  world.directory.setGroup('g', { displayName: 'Renamed' });
  expect(await run()).toMatchObject({ disabled: 1, updated: 1 });
  expect(account('p0001')).toMatchObject({ active: false, displayName: 'New' });
  expect(endpoint.groups()[0]).toMatchObject({ displayName: 'Renamed' });
  // 405 says it of the whole kind, 501 of an attribute: what is new is tried once more.
  if (status === 405) expect(patches()).toBe(0);
  expect(uses.map(({ rung }) => rung)).toContain('replacedResource');
  expect(await run()).toMatchObject({ updated: 0, disabled: 0 });
  expect(endpoint.log.all()).toEqual([]);
});
