// References between people: completed when both ends have an account, renewed when the account or its address changes,
// and never sent when the target holds them already.
import { describe, expect, it } from 'vitest';
import { DEPARTMENT, MANAGER, USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const EMAIL = { profile: { references: { [MANAGER]: 'email' } } };

async function reportAndBoss(variation = {}): Promise<World> {
  const world = await buildWorld(variation);
  world.directory.addUser('boss');
  world.directory.addUser('report', {}, 'boss');
  world.directory.assign('boss');
  world.directory.assign('report');
  await world.run();
  return world;
}

function managerText(world: World, id: string): unknown {
  const extension = world.userOf(id)?.['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'];
  return (extension as Record<string, { value: string }> | undefined)?.['manager']?.value;
}

describe('a manager', () => {
  it('who comes into scope later is written without a restart', async () => {
    const world = await buildWorld();
    world.directory.addUser('boss');
    world.directory.addUser('report', {}, 'boss');
    world.directory.assign('report');
    await world.run();
    expect(world.managerOf('report')).toBeUndefined();
    world.directory.assign('boss');
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  // spec: newest-reference
  it('who changes while the new one has no account is completed with the newest one only', async () => {
    const world = await reportAndBoss();
    world.directory.addUser('second');
    world.directory.addUser('third');
    world.directory.setManager('report', 'second');
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
    world.directory.setManager('report', 'third');
    await world.run();
    world.directory.assign('second');
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
    world.directory.assign('third');
    await world.run();
    expect(world.managerOf('report')).toBe('third');
  });

  it('who changes back while the new one has no account stays', async () => {
    const world = await reportAndBoss();
    world.directory.addUser('second');
    world.directory.setManager('report', 'second');
    await world.run();
    world.directory.setManager('report', 'boss');
    await world.run();
    world.directory.assign('second');
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
  });

  it('whose account was deleted and created anew is written again', async () => {
    const world = await reportAndBoss({ lifecycle: { unassigned: 'delete' } });
    world.directory.unassign('boss');
    await world.run();
    expect(world.userOf('boss')).toBeUndefined();
    world.directory.assign('boss');
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('whose account somebody deleted in the target is created anew and written again', async () => {
    const world = await reportAndBoss();
    world.target.resources.User.delete(String(world.userOf('boss')?.['id']));
    world.directory.setUser('boss', { department: 'Board' });
    world.directory.setUser('report', { department: 'Sales' });
    await world.run();
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
  });

  it('who is set while the account of the report is gone leads to a new account', async () => {
    const world = await buildWorld();
    world.directory.addUser('boss');
    world.directory.addUser('report', {}, 'boss');
    world.directory.assign('report');
    await world.run();
    world.target.resources.User.delete(String(world.userOf('report')?.['id']));
    world.directory.assign('boss');
    await world.run();
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
    expect(await world.escrows()).toEqual({});
  });

  it.each([
    { meanwhile: 'read again', fate: 'restored' },
    { meanwhile: 'read again', fate: 'purged' },
    { meanwhile: 'read again', fate: 'cleared' },
    { meanwhile: 'read first', fate: 'restored' },
    { meanwhile: 'read first', fate: 'changed' },
    { meanwhile: 'read on demand', fate: 'restored' },
  ])('who is in the recycle bin while the report is $meanwhile, then $fate', async ({ meanwhile, fate }) => {
    const world = await buildWorld();
    for (const id of ['chief', 'boss']) world.directory.addUser(id);
    world.directory.addUser('report', {}, 'boss');
    world.directory.addUser('other', {}, 'chief');
    world.directory.assign('other');
    if (meanwhile !== 'read first') world.directory.assign('report');
    await world.run();
    world.directory.softDelete('boss');
    if (meanwhile === 'read first') world.directory.assign('report');
    if (meanwhile === 'read again') world.directory.expireTokens();
    if (meanwhile === 'read on demand')
      await world.run({ trigger: 'onDemand', selection: { user: ['report'], group: [] } });
    await world.run();
    if (fate === 'purged') world.directory.hardDelete('boss');
    else world.directory.restore('boss');
    if (fate === 'cleared') world.directory.setManager('report', null);
    if (fate === 'changed') world.directory.setUser('report', { department: 'Sales' });
    await world.run();
    if (fate !== 'purged') world.directory.assign('boss');
    await world.run();
    expect(world.managerOf('report')).toBe(fate === 'restored' || fate === 'changed' ? 'boss' : undefined);
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('who was in the recycle bin while the report was not assigned stands with the report that is assigned again', async () => {
    const world = await buildWorld();
    for (const id of ['chief', 'boss']) world.directory.addUser(id);
    world.directory.addUser('report', {}, 'boss');
    world.directory.addUser('other', {}, 'chief');
    for (const id of ['other', 'report']) world.directory.assign(id);
    await world.run();
    world.directory.unassign('report');
    world.directory.softDelete('boss');
    world.directory.expireTokens();
    await world.run();
    world.directory.restore('boss');
    await world.run();
    for (const id of ['boss', 'report']) world.directory.assign(id);
    await world.run();
    expect(world.managerOf('report')).toBe('boss');
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it('who is provisioned on demand once they are restored stands with the reports again', async () => {
    const world = await reportAndBoss();
    world.directory.addUser('chief', {}, 'boss');
    world.directory.assign('chief');
    await world.run();
    world.directory.softDelete('boss');
    await world.run();
    world.directory.addUser('joiner', {}, 'boss');
    world.directory.assign('joiner');
    await world.run();
    world.directory.restore('boss');
    await world.run({ trigger: 'onDemand', selection: { user: ['boss'], group: [] } });
    await world.run();
    expect(world.managerOf('joiner')).toBe('boss');
  });

  it('whom adopted accounts already name is not sent again', async () => {
    const world = await buildWorld({ group: null });
    await world.hasWritten();
    const ids: string[] = [];
    const targetIds = new Map<string, string>();
    for (let index = 0; index < 12; index += 1) {
      const id = `p${String(index).padStart(2, '0')}`;
      const managerId = index === 0 ? null : 'p00';
      world.directory.addUser(id, {}, managerId);
      world.directory.assign(id);
      ids.push(id);
    }
    for (const id of ids) {
      const manager = targetIds.get('p00');
      targetIds.set(
        id,
        world.target.seed('User', {
          externalId: id,
          userName: `${id}@example.com`,
          active: true,
          displayName: `Name ${id}`,
          emails: [{ type: 'work', value: `${id}@example.com` }],
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':
            manager === undefined ? {} : { manager: { value: manager } },
        }),
      );
    }
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ adopted: 12, updated: 0 });
    expect(world.target.writes()).toEqual([]);
    expect(world.target.sent('get')).toEqual([]);
  });

  it('whom an adopted account names wrongly is corrected', async () => {
    const world = await buildWorld({ group: null });
    for (const id of ['a', 'b']) {
      world.directory.addUser(id, {}, id === 'a' ? 'b' : null);
      world.directory.assign(id);
      world.target.seed('User', { externalId: id, userName: `${id}@example.com` });
    }
    await world.run();
    expect(world.managerOf('a')).toBe('b');
  });
});

describe('references by e-mail', () => {
  it('are written as the work address of the manager', async () => {
    const world = await reportAndBoss(EMAIL);
    expect(managerText(world, 'report')).toBe('boss@example.com');
  });

  it('follow the address of the manager', async () => {
    const world = await reportAndBoss(EMAIL);
    world.directory.setUser('boss', { mail: 'chief@example.com' });
    await world.run();
    expect(managerText(world, 'report')).toBe('chief@example.com');
    await world.run();
    expect(world.target.log).toEqual([]);
  });

  it.each(['boss', 'report'])('follow although both change in the same cycle, %s first', async (first) => {
    const world = await reportAndBoss(EMAIL);
    world.target.before = async (request) => {
      const isFirst = request.id === String(world.userOf(first)?.['id']);
      if (request.method === 'patch' && !isFirst) await new Promise((resolve) => setTimeout(resolve, 300));
    };
    world.directory.setUser('boss', { mail: 'chief@example.com' });
    world.directory.setUser('report', { department: 'Sales' });
    await world.run();
    expect(managerText(world, 'report')).toBe('chief@example.com');
  });

  it('follow although the answer to the change of the address was lost', async () => {
    const world = await reportAndBoss(EMAIL);
    world.directory.setUser('boss', { mail: 'chief@example.com' });
    let once = true;
    world.target.disturb = (request) => {
      if (request.method !== 'patch' || !once) return undefined;
      once = false;
      return { fault: { code: 'Timeout', message: 'no answer', ambiguous: true }, applied: true };
    };
    await world.run();
    await world.run();
    await world.run();
    expect(managerText(world, 'report')).toBe('chief@example.com');
  });
});

it('two references of one person are both known afterwards', async () => {
  const second = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User:Manager';
  const attributeMappings = [
    ...USER_ATTRIBUTES,
    { targetAttributeName: second, source: { type: 'Attribute', name: 'manager' } },
  ];
  const world = await buildWorld({ user: { attributeMappings } });
  world.directory.addUser('boss');
  world.directory.addUser('report', { department: 'Sales' }, 'boss');
  world.directory.assign('report');
  await world.run();
  world.directory.assign('boss');
  await world.run();
  const link = await world.store.db.selectFrom('link').selectAll().where('source_id', '=', 'report').executeTakeFirst();
  expect(Object.keys(JSON.parse(link?.exported ?? '{}') as object)).toEqual(
    expect.arrayContaining([MANAGER, second, DEPARTMENT]),
  );
});
