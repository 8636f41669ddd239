// Names, ids and addresses of existing accounts: what many of them at once means, and what becomes of the other attributes.
import { describe, expect, it } from 'vitest';
import { buildWorld, type World } from '../support/world.ts';

async function approve(world: World, ...ids: readonly string[]): Promise<void> {
  let query = world.store.db.updateTable('change').set({ status: 'approved' }).where('status', '=', 'staged');
  if (ids.length > 0) query = query.where('source_id', 'in', ids);
  await query.execute();
}

async function linked(count: number, guards: Record<string, unknown> = {}): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld({ guards, group: null });
  world.directory.pageSize = 1000;
  const ids = world.people(count);
  await world.run();
  return { world, ids };
}

function rename(world: World, ids: readonly string[], domain = 'renamed.example'): void {
  for (const id of ids) world.directory.setUser(id, { userPrincipalName: `${id}@${domain}` });
}

describe('a domain that is renamed', () => {
  // spec: held-identities
  it('is held as a whole, with the other attributes of these people; everybody else goes on', async () => {
    const { world, ids } = await linked(40);
    rename(world, ids.slice(0, 10));
    world.directory.setUser(ids[0] ?? '', { displayName: 'Waits too' });
    world.directory.setUser(ids[20] ?? '', { displayName: 'Goes on' });
    expect((await world.run()).counts).toMatchObject({ updated: 1, held: 10 });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({
      userName: `${ids[0]}@example.com`,
      displayName: `Name ${ids[0]}`,
    });
    const entry = (await world.log(ids[0])).at(-1);
    expect(entry).toMatchObject({
      provisioningAction: 'update',
      provisioningStatusInfo: { status: 'skipped' },
      modifiedProperties: [
        { displayName: 'userName', oldValue: `${ids[0]}@example.com`, newValue: `${ids[0]}@renamed.example` },
      ],
    });

    await approve(world);
    expect((await world.run()).counts).toMatchObject({ updated: 10, held: 0 });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({
      userName: `${ids[0]}@renamed.example`,
      displayName: 'Waits too',
    });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('and taken back is forgotten', async () => {
    const { world, ids } = await linked(40);
    rename(world, ids.slice(0, 10));
    await world.run();
    rename(world, ids.slice(0, 10), 'example.com');
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 0, unchanged: 10 });
    expect(await world.openChanges()).toEqual({});
  });

  it('is approved as it was shown: another name is judged again', async () => {
    const { world, ids } = await linked(40);
    rename(world, ids.slice(0, 10));
    await world.run();
    await approve(world);
    rename(world, ids.slice(0, 10), 'another.example');
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 10 });
    expect(world.target.writes()).toEqual([]);
    await approve(world, ids[0] ?? '');
    world.directory.setUser(ids[0] ?? '', { displayName: 'Same name, other attribute' });
    expect((await world.run()).counts).toMatchObject({ updated: 1, held: 9 });
  });

  // spec: named-leavers
  it('keeps no leaver: who is blocked is disabled, although the name is held', async () => {
    const { world, ids } = await linked(40);
    rename(world, ids.slice(0, 10));
    await world.run();
    world.directory.setUser(ids[0] ?? '', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ disabled: 1, held: 9 });
  });

  it('is held with the newest state when somebody changes meanwhile', async () => {
    const { world, ids } = await linked(40);
    rename(world, ids.slice(0, 10));
    await world.run();
    world.directory.setUser(ids[0] ?? '', { displayName: 'Newest' });
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 10 });
    expect((await world.run({ dryRun: true })).counts).toMatchObject({ held: 10 });
    await approve(world);
    await world.run();
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ displayName: 'Newest' });
  });
});

describe('limits', () => {
  it.each([
    { name: 'below the floor', people: 20, renamed: 4, held: 0 },
    { name: 'within the percentage', people: 100, renamed: 5, held: 0 },
    { name: 'above the percentage', people: 100, renamed: 6, held: 6 },
    { name: 'everybody', people: 3, renamed: 3, held: 3 },
  ])('$name', async ({ people, renamed, held }) => {
    const { world, ids } = await linked(people);
    rename(world, ids.slice(0, renamed));
    expect((await world.run()).counts).toMatchObject({ updated: renamed - held, held });
  });

  it('neither filling an empty address nor another spelling counts', async () => {
    const { world, ids } = await linked(20);
    for (const account of world.target.resources.User.values()) delete account['emails'];
    for (const id of ids.slice(0, 10))
      world.directory.setUser(id, { mail: `first-${id}@example.com`, userPrincipalName: `${id}@EXAMPLE.com` });
    expect((await world.run()).counts).toMatchObject({ updated: 10, held: 0 });
  });
});

describe('adoption', () => {
  it('at a first contact: who would get another id is held in relation to all who are adopted', async () => {
    const world = await buildWorld({ guards: {}, group: null, adoption: { otherOwner: 'allow' } });
    const ids = world.people(40);
    ids.forEach((id, index) => {
      const externalId = index < 10 ? { externalId: `old-${id}` } : {};
      world.target.seed('User', { userName: `${id}@example.com`, active: true, ...externalId });
    });
    expect((await world.run()).counts).toMatchObject({ adopted: 30, created: 0, held: 10 });
    await approve(world);
    expect((await world.run()).counts).toMatchObject({ adopted: 10, held: 0 });
    expect(world.target.resources.User.size).toBe(40);
  });
});
