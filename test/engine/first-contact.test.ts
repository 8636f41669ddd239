// The first plan against a target that holds accounts is described: who is found by what, and what would change.
import { describe, expect, it } from 'vitest';
import { DEPARTMENT, direct, USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const OBSERVE = { mode: 'observe', group: null } as const;
const WORK = 'emails[type eq "work"].value';

/** People with mail, userPrincipalName and department; every second one has an account of that userName. */
function company(world: World, size: number): string[] {
  const ids = world.people(size);
  for (const [index, id] of ids.entries()) {
    world.directory.setUser(id, { mail: `${id}@mail.example`, department: 'Sales' });
    if (index % 2 === 1) continue;
    world.target.seed('User', {
      userName: `${id}@example.com`,
      active: true,
      displayName: `Person ${id}`,
      emails: [{ type: 'work', value: `${id}@MAIL.example` }],
    });
  }
  world.target.seed('User', { userName: 'local@example.com', emails: [{ type: 'work', value: 'p0002@mail.example' }] });
  return ids;
}

describe('the report of a first contact', () => {
  it('names what each attribute would find, whatever the configuration matches by', async () => {
    const world = await buildWorld(OBSERVE);
    company(world, 10);
    const { report } = await world.run();
    expect(report?.matching).toEqual({
      accounts: 6,
      matchedBy: [
        { attribute: 'externalId', count: 0 },
        { attribute: 'userName', count: 5 },
      ],
      none: 5,
      ambiguous: 0,
      foundBy: [
        { attribute: 'externalId', found: 0, configured: true },
        { attribute: 'userName', found: 5, configured: true },
        { attribute: WORK, found: 6, configured: false },
      ],
      unmatchedAccounts: 1,
    });
    expect(report?.people).toMatchObject({ create: 5, adoptChanged: 5, adoptUnchanged: 0 });
    expect(report).toMatchObject({ firstContact: true, mode: 'observe', source: { assigned: 10, inScope: 10 } });
  });

  it('counts changes per attribute with one example', async () => {
    const world = await buildWorld(OBSERVE);
    company(world, 4);
    const { report } = await world.run();
    const department = report?.changes.find((each) => each.attribute === DEPARTMENT);
    expect(department).toMatchObject({ count: 2, example: { oldValue: null, newValue: 'Sales' } });
    expect(report?.changes[0]?.count).toBeGreaterThanOrEqual(report?.changes.at(-1)?.count ?? 0);
  });

  it('says why people cannot be planned, with an example', async () => {
    const world = await buildWorld({ group: null });
    for (const id of world.people(3))
      world.target.seed('User', { userName: `${id}@example.com`, externalId: `HR-${id}` });
    world.target.seed('User', { userName: 'p0002@example.com' });
    const { report, counts } = await world.run({ dryRun: true, describe: true });
    expect(counts.failed).toBe(3);
    expect(report?.failing).toEqual([
      { code: 'TargetOwnedByOther', count: 2, who: 'Name p0001', message: expect.stringContaining('HR-p0001') },
      { code: 'DuplicateTargetEntries', count: 1, who: 'Name p0002', message: expect.any(String) },
    ]);
  });

  it('takes accounts that are linked for its own in the plan of a later cycle', async () => {
    const world = await buildWorld({ group: null });
    world.people(4);
    world.target.seed('User', { userName: 'local@example.com' });
    await world.run();
    world.directory.addUser('new');
    world.directory.assign('new');
    world.target.seed('User', { userName: 'new@example.com', active: true });
    const { report } = await world.run({ dryRun: true, describe: true });
    expect(report).toMatchObject({ firstContact: false, people: { adoptChanged: 1 } });
    expect(report?.matching).toMatchObject({ accounts: 6, unmatchedAccounts: 1 });
  });

  it('shows no value that an expression redacts', async () => {
    const attributeMappings = [
      ...USER_ATTRIBUTES,
      { targetAttributeName: 'title', source: { type: 'Function', expression: 'Redact([jobTitle])' } },
    ];
    const world = await buildWorld({ ...OBSERVE, user: { attributeMappings } });
    company(world, 2);
    world.directory.setUser('p0001', { jobTitle: 'Secret agent' });
    const { report } = await world.run();
    expect(report?.changes.find((each) => each.attribute === 'title')?.example.newValue).toBe('[Redact]');
    expect(JSON.stringify(report)).not.toContain('Secret agent');
  });

  it('says why people who are assigned are left out', async () => {
    const scope = {
      groups: [
        {
          name: 'staff only',
          clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['Sales'] } }],
        },
      ],
    };
    const world = await buildWorld({ ...OBSERVE, user: { scope } });
    company(world, 6);
    world.directory.setUser('p0001', { accountEnabled: false });
    world.directory.setUser('p0002', { department: 'Guests' });
    world.directory.setUser('p0003', { department: 'Guests' });
    const { report } = await world.run();
    expect(report?.source).toEqual({
      assigned: 6,
      inScope: 3,
      leftOut: [
        { because: 'by filter "staff only"', count: 2 },
        { because: 'blocked from sign-in', count: 1 },
      ],
      defaultAccess: 0,
    });
  });

  it('counts people whom several accounts match', async () => {
    const world = await buildWorld({
      ...OBSERVE,
      user: { attributeMappings: [...USER_ATTRIBUTES.slice(1, 4), direct(WORK, 'mail', 1)] },
    });
    company(world, 3);
    world.target.seed('User', { userName: 'other', emails: [{ type: 'work', value: 'p0001@mail.example' }] });
    const { report } = await world.run();
    expect(report?.matching?.ambiguous).toBe(1);
  });

  it('is kept with the job, and not made for an empty target or a later cycle', async () => {
    const world = await buildWorld({ group: null });
    world.people(3);
    expect((await world.run()).report).toBeUndefined();
    const observed = await buildWorld(OBSERVE);
    company(observed, 3);
    const { report } = await observed.run();
    const row = await observed.store.db.selectFrom('job').select('match_report').executeTakeFirstOrThrow();
    expect(JSON.parse(row.match_report ?? 'null')).toEqual(report);
    expect((await observed.run()).report).toBeUndefined();
  });

  it('is not made again for what a careful start has linked', async () => {
    const world = await buildWorld({ group: null });
    company(world, 10);
    expect((await world.run({ limit: 2 })).report?.matching?.accounts).toBe(6);
    expect((await world.run()).report).toBeUndefined();
  });

  it('is made for a dry run without being kept', async () => {
    const world = await buildWorld({ group: null });
    company(world, 4);
    expect((await world.run({ dryRun: true })).report?.matching?.accounts).toBe(3);
  });
});
