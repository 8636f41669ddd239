// Targets whose filters are refused, or find nobody who is there: the list shows them.
import { describe, expect, it } from 'vitest';
import { JobFault } from '../../src/model/errors.ts';
import { buildWorld, type World } from '../support/world.ts';

/** A job that has met its target, and then somebody new whose account somebody else has made. Asking is cheaper than listing. */
async function newcomer(): Promise<World> {
  const world = await buildWorld({ group: null, profile: { pageSize: 1 } });
  world.people(12);
  await world.run();
  world.target.seed('User', { userName: 'new@contoso.example', active: true });
  world.directory.addUser('new', { userPrincipalName: 'new@contoso.example' });
  world.directory.assign('new');
  return world;
}

const REFUSED = { code: 'InvalidValue', message: 'no such filter', status: 400 } as const;

describe('an account that no filter finds', () => {
  it.each([400, 500, 501])(
    'because filters are refused with %i is found in the list, which is read once for all',
    async (status) => {
      const world = await newcomer();
      world.directory.addUser('other');
      world.directory.assign('other');
      world.target.disturb = ({ method }) =>
        method === 'find' || method === 'findAny' ? { fault: { ...REFUSED, status } } : undefined;
      expect((await world.run()).counts).toMatchObject({ adopted: 1, created: 1, failed: 0 });
      expect(world.target.sent('list')).toHaveLength(1);
    },
  );

  // spec: taken-is-looked-for
  it('is adopted once the target says that it is taken', async () => {
    const world = await newcomer();
    world.target.findsNobody = true;
    const { counts } = await world.run();
    expect(counts).toMatchObject({ adopted: 1, created: 0, failed: 0 });
    expect(world.userOf('new')).toMatchObject({ userName: 'new@contoso.example' });
    world.target.log.length = 0;
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });

  it('stays a fault of the person when the list cannot be read either', async () => {
    const world = await newcomer();
    world.target.disturb = ({ method }) =>
      method === 'find' || method === 'findAny'
        ? { fault: REFUSED }
        : method === 'list'
          ? { throws: new JobFault('TargetIncompatible', 'no list') }
          : undefined;
    expect((await world.run()).counts).toMatchObject({ adopted: 0, created: 0, failed: 1 });
    expect(await world.escrows()).toEqual({ new: 'InvalidValue' });
  });

  it('is looked for in no more pages than a cycle has for doubts', async () => {
    const world = await newcomer();
    world.target.findsNobody = true;
    world.target.pageSize = 1;
    for (let index = 0; index < 250; index += 1)
      world.target.seed('User', { userName: `local${index}@x`, active: true });
    expect((await world.run()).counts).toMatchObject({ adopted: 0, created: 0, failed: 1 });
    expect(world.target.sent('list').length).toBeLessThan(210);
  });

  it('is not looked for when nothing says that it is there', async () => {
    const world = await newcomer();
    world.target.findsNobody = true;
    world.target.uniqueUserName = false;
    expect((await world.run()).counts).toMatchObject({ created: 1 });
    expect(world.target.sent('list')).toEqual([]);
  });
});
