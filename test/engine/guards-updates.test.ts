// Updates by a changed configuration or another version of the expressions: held as one class, beside everything else.
import { describe, expect, it } from 'vitest';
import { readHeldSets } from '../../src/cli/held-sets.ts';
import { compileJob } from '../../src/engine/compiled-job.ts';
import { buildJob, direct, type JobVariation, USER_ATTRIBUTES } from '../support/build-job.ts';
import { approveHeld, rejectHeld } from '../support/decisions.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, TENANT, type World } from '../support/world.ts';

const PLAIN: JobVariation = { guards: {}, group: null };

/** The display name, mapped in another way. */
function naming(expression: string, guards: Record<string, unknown> = {}): JobVariation {
  const attributeMappings = [
    ...USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== 'displayName'),
    { targetAttributeName: 'displayName', source: { type: 'Function', expression } },
  ];
  return { ...PLAIN, guards, user: { attributeMappings } };
}

async function linked(count: number): Promise<{ world: World; ids: string[] }> {
  const world = await buildWorld(PLAIN);
  world.directory.pageSize = 2000;
  const ids = world.people(count);
  await world.run();
  return { world, ids };
}

describe('a changed mapping', () => {
  // spec: held-updates
  it('that changes most accounts is held; leavers, newcomers and what the directory says next go on', async () => {
    const { world, ids } = await linked(200);
    world.configure(naming('Join(" ", "Dr.", [displayName])'));
    expect((await world.run()).counts).toMatchObject({ held: 200, updated: 0 });
    expect(world.target.writes()).toEqual([]);
    world.directory.setUser(ids[0] ?? '', { accountEnabled: false });
    world.directory.addUser('p9999');
    world.directory.assign('p9999');
    expect((await world.run()).counts).toMatchObject({ held: 199, disabled: 1, created: 1, updated: 0 });
    world.directory.setUser(ids[1] ?? '', { department: 'Sales' });
    // By the accepted mapping: the other one is held.
    expect((await world.run()).counts).toMatchObject({ held: 199, updated: 1 });
    expect(world.userOf(ids[1] ?? '')).toMatchObject({ displayName: `Name ${ids[1]}` });
  });

  it('is carried out once it is approved, and counts for nothing afterwards', async () => {
    const { world, ids } = await linked(200);
    world.configure(naming('Join(" ", "Dr.", [displayName])'));
    await world.run();
    expect(await approveHeld(world.store, 'job', { byConfiguration: true })).toMatchObject({ ok: true });
    expect((await world.run()).counts).toMatchObject({ held: 0, updated: 200 });
    expect(world.userOf(ids[0] ?? '')).toMatchObject({ displayName: `Dr. Name ${ids[0]}` });
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('that is taken back leaves nothing held', async () => {
    const { world } = await linked(200);
    world.configure(naming('Join(" ", "Dr.", [displayName])'));
    await world.run();
    world.configure(PLAIN);
    expect((await world.run()).counts).toMatchObject({ held: 0, updated: 0 });
    expect(await world.openChanges()).toEqual({});
  });

  it('that is put right is judged anew, also where the first one was approved or rejected', async () => {
    for (const decide of [approveHeld, rejectHeld]) {
      const { world } = await linked(200);
      world.configure(naming('Join(" ", "Dr.", [displayName])'));
      await world.run();
      expect(await decide(world.store, 'job', { byConfiguration: true }, world.clock.now().getTime())).toMatchObject({
        ok: true,
      });
      world.configure(naming('Join(" ", "Mx.", [displayName])'));
      expect((await world.run()).counts).toMatchObject({ held: 200, updated: 0 });
    }
  });

  // spec: held-updates
  it('whose cycle dies before it is judged is held by the next one', async () => {
    const { world } = await linked(200);
    world.configure(naming('Join(" ", "Dr.", [displayName])'));
    const io = { progress: ({ stage }: { stage: string }) => (stage === 'plan' ? stop() : undefined) };
    const stop = (): never => {
      throw new Error('killed');
    };
    await world.run({}, io).catch(() => undefined);
    expect((await world.run()).counts).toMatchObject({ held: 200, updated: 0 });
  });

  it('is held although a restart from the beginning comes with it, and a restart alone holds nobody', async () => {
    const { world, ids } = await linked(200);
    const restart = () => world.store.db.updateTable('job').set({ configuration_hash: '', users_link: null }).execute();
    await restart();
    for (const id of ids) world.directory.setUser(id, { department: 'Sales' });
    expect((await world.run()).counts).toMatchObject({ held: 0, updated: 200 });
    await restart();
    world.configure(naming('Join(" ", "Dr.", [displayName])'));
    expect((await world.run()).counts).toMatchObject({ held: 200, updated: 0 });
  });

  it('that asks for an attribute nobody read before is held as well', async () => {
    const { world, ids } = await linked(200);
    for (const id of ids) world.directory.setUser(id, { jobTitle: 'Clerk' });
    await world.run();
    world.configure({ ...PLAIN, user: { attributeMappings: [...USER_ATTRIBUTES, direct('title', 'jobTitle')] } });
    expect((await world.run()).counts).toMatchObject({ held: 200, updated: 0 });
  });
});

describe('limits of updates', () => {
  it.each([
    { name: 'below the floor everybody may change', people: 90, guards: {}, changed: 90, held: 0 },
    { name: 'half of them', people: 200, guards: {}, changed: 100, held: 0 },
    { name: 'more than half', people: 200, guards: {}, changed: 101, held: 101 },
    { name: 'a percentage of the job', people: 200, guards: { updates: { percent: 75 } }, changed: 150, held: 0 },
    { name: 'a floor of the job', people: 20, guards: { updates: { from: 10 } }, changed: 11, held: 11 },
  ])('$name', async ({ people, guards, changed, held }) => {
    const { world, ids } = await linked(people);
    for (const id of ids.slice(0, changed)) world.directory.setUser(id, { department: 'Sales' });
    world.configure({ ...PLAIN, guards });
    await world.run();
    world.configure(naming('IIF([department]="Sales", Join(" ", "Dr.", [displayName]), [displayName])', guards));
    expect((await world.run()).counts).toMatchObject({ held, updated: changed - held });
  });

  it('count what a changed configuration did within 24 hours', async () => {
    const { world, ids } = await linked(200);
    for (const id of ids.slice(0, 80)) world.directory.setUser(id, { department: 'Sales' });
    for (const id of ids.slice(100, 180)) world.directory.setUser(id, { department: 'Law' });
    await world.run();
    const prefixed = (department: string) =>
      naming(`IIF([department]="${department}", Join(" ", "Dr.", [displayName]), [displayName])`);
    world.configure(prefixed('Sales'));
    expect((await world.run()).counts).toMatchObject({ updated: 80, held: 0 });
    world.clock.advance(DAY / 2);
    const both = 'IIF([department]="Law", Join(" ", "Dr.", [displayName]), [displayName])';
    world.configure(naming(both));
    expect((await world.run()).counts).toMatchObject({ updated: 0, held: 160 });
  });

  it('do not count what the directory changes, however much it is', async () => {
    const { world, ids } = await linked(200);
    for (const id of ids) world.directory.setUser(id, { displayName: 'Renamed' });
    expect((await world.run()).counts).toMatchObject({ updated: 200, held: 0 });
  });
});

describe('what is held by class', () => {
  // spec: held-updates
  it('an upgrade of the expression engine is held when it changes values', async () => {
    const { world, ids } = await linked(200);
    // An earlier version of the language gave other values for the same mapping; it left them in target and store.
    for (const account of world.target.resources.User.values()) account['displayName'] = 'as it was';
    const links = await world.store.db.selectFrom('link').selectAll().execute();
    for (const link of links)
      await world.store.db
        .updateTable('link')
        .set({ exported: JSON.stringify({ ...JSON.parse(link.exported), displayName: 'as it was' }) })
        .where('source_id', '=', link.source_id)
        .execute();
    const earlier = compileJob(buildJob(PLAIN), TENANT, undefined, 'an earlier version');
    expect(earlier.configurationHash).not.toBe(world.job.configurationHash);
    const hash = earlier.configurationHash;
    await world.store.db.updateTable('job').set({ configuration_hash: hash, effective_hash: hash }).execute();
    expect((await world.run()).counts).toMatchObject({ held: 200, updated: 0 });
    const [set] = await readHeldSets(world.store.db, 'job');
    expect(set).toMatchObject({ guardClass: 'updates', count: 200 });
    expect(set?.changes[0]?.updates).toEqual([
      { attribute: 'displayName', oldValue: 'as it was', newValue: `Name ${set?.changes[0]?.objectId}` },
    ]);
    world.directory.setUser(ids[0] ?? '', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ held: 199, disabled: 1 });
  });

  it('an upgrade of the expression engine that changes no value sends nothing and holds nobody', async () => {
    const { world } = await linked(200);
    world.job = compileJob(buildJob(PLAIN), TENANT, undefined, 'a later version');
    expect((await world.run()).counts).toMatchObject({ held: 0, updated: 0, unchanged: 200 });
    expect(world.target.writes()).toEqual([]);
  });

  // spec: named-leavers
  it('600 scope losses do not hold one blocked person', async () => {
    const { world, ids } = await linked(1000);
    world.directory.unassign(...ids.slice(0, 600));
    world.directory.setUser(ids[700] ?? '', { accountEnabled: false });
    expect((await world.run()).counts).toMatchObject({ held: 600, disabled: 1 });
    expect(world.userOf(ids[700] ?? '')).toMatchObject({ active: false });
  });

  it('a domain rename of 1,000 userNames is held', async () => {
    const { world, ids } = await linked(1000);
    for (const id of ids) world.directory.setUser(id, { userPrincipalName: `${id}@renamed.example` });
    expect((await world.run()).counts).toMatchObject({ held: 1000, updated: 0 });
    const [set] = await readHeldSets(world.store.db, 'job');
    expect(set).toMatchObject({ guardClass: 'identity', count: 1000 });
    expect(world.target.writes()).toEqual([]);
  });
});
