// A changed configuration concerns everybody, and sends only what differs.
import { describe, expect, it } from 'vitest';
import { compileJob } from '../../src/engine/compiled-job.ts';
import { buildJob, DEPARTMENT, direct, GROUP_ATTRIBUTES, USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, TENANT } from '../support/world.ts';

const TITLE = direct('title', 'jobTitle');

describe('a changed target', () => {
  it('stops the job before anything is read or written: ids of one target are other people in another', async () => {
    const world = await buildWorld();
    world.people(3);
    await world.run();
    world.configure({ target: { baseUrl: 'https://other.example/scim/v2' } });
    world.target.log.length = 0;
    await expect(world.run()).rejects.toMatchObject({ code: 'TargetChanged' });
    expect(world.target.log).toEqual([]);
    world.configure({ target: { baseUrl: 'https://scim.example/' } });
    expect((await world.run()).counts).toMatchObject({ created: 0, failed: 0 });
  });
});

describe('a changed mapping', () => {
  // spec: changed-configuration
  it('plans everybody anew, and sends only what differs', async () => {
    const world = await buildWorld();
    const ids = world.people(6, { jobTitle: 'Clerk' });
    world.directory.setUser('p0001', { jobTitle: null });
    await world.run();
    world.configure({ user: { attributeMappings: [...USER_ATTRIBUTES, TITLE] } });
    const summary = await world.run();
    expect(summary.cycle.kind).toBe('initial');
    expect(summary.counts).toMatchObject({ updated: 5, unchanged: 1, created: 0 });
    expect(world.target.sent('patch')).toHaveLength(5);
    for (const request of world.target.sent('patch'))
      expect(request.body).toEqual([{ op: 'add', path: 'title', value: 'Clerk' }]);
    expect(ids.filter((id) => world.userOf(id)?.['title'] === 'Clerk')).toHaveLength(5);
    const next = await world.run();
    expect(next.cycle.kind).toBe('incremental');
    expect(world.target.log).toEqual([]);
  });

  it('that takes a mapping away sends nothing', async () => {
    const world = await buildWorld();
    world.people(3, { department: 'Sales' });
    await world.run();
    world.configure({
      user: { attributeMappings: USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== DEPARTMENT) },
    });
    await world.run();
    expect(world.target.writes()).toEqual([]);
  });

  it('asks the target again what it can do', async () => {
    const world = await buildWorld();
    world.people(2);
    await world.run();
    world.configure({ user: { attributeMappings: [...USER_ATTRIBUTES, TITLE] } });
    await world.run();
    expect(world.target.sent('discover')).toHaveLength(1);
  });

  it('of the filters disables who is out and enables who is in', async () => {
    const world = await buildWorld({ group: null });
    world.directory.addUser('a', { department: 'Sales' });
    world.directory.addUser('b', { department: 'Other' });
    for (const id of ['a', 'b']) world.directory.assign(id);
    const only = (value: string) => ({
      group: null,
      user: {
        scope: {
          groups: [
            {
              clauses: [
                { sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: [value] } },
              ],
            },
          ],
        },
      },
    });
    world.configure(only('Sales'));
    await world.run();
    expect(world.userOf('b')).toBeUndefined();
    world.configure(only('Other'));
    const summary = await world.run();
    expect(summary.counts).toMatchObject({ disabled: 1, created: 1 });
    world.configure(only('Sales'));
    expect((await world.run()).counts).toMatchObject({ disabled: 1, enabled: 1 });
  });

  // spec: changed-configuration
  it('voids what was planned with the old one when the process died', async () => {
    const world = await buildWorld({ group: null, target: { concurrency: 1 } });
    world.people(5, { jobTitle: 'Clerk' });
    world.target.disturb = (request) =>
      request.method === 'create' && world.target.resources.User.size === 2 ? { throws: new Error('died') } : undefined;
    await expect(world.run()).rejects.toThrow('died');
    world.target.disturb = undefined;
    world.configure({ group: null, user: { attributeMappings: [...USER_ATTRIBUTES, TITLE] } });
    await world.run();
    expect([...world.target.resources.User.values()].map((each) => each['title'])).toEqual(Array(5).fill('Clerk'));
    expect(await world.openChanges()).toEqual({});
  });
});

it('groups that are no longer provisioned are left alone', async () => {
  const world = await buildWorld();
  world.directory.addUser('a');
  world.directory.addGroup('g', ['a']);
  world.directory.assign('g');
  await world.run();
  world.configure({ group: null });
  world.directory.removeMember('g', 'a');
  await world.run();
  expect(world.groupOf('g')).toBeDefined();
  expect(world.target.sent('remove')).toEqual([]);
  expect(world.userOf('a')).toMatchObject({ active: false });
});

it('from assigned people to everybody and back', async () => {
  const world = await buildWorld({ group: null });
  world.people(3);
  world.directory.addUser('other');
  await world.run();
  world.configure({ group: null, source: { syncAll: true } });
  await world.run();
  expect(world.userOf('other')).toMatchObject({ active: true });
  world.configure({ group: null });
  await world.run();
  expect(world.userOf('other')).toMatchObject({ active: false });
  expect(world.userOf('p0001')).toMatchObject({ active: true });
});

describe('hashes', () => {
  const base = compileJob(buildJob(), TENANT);
  it('a new source attribute changes what is selected', () => {
    const changed = compileJob(buildJob({ user: { attributeMappings: [...USER_ATTRIBUTES, TITLE] } }), TENANT);
    expect(changed.selectHash).not.toBe(base.selectHash);
    expect(changed.configurationHash).not.toBe(base.configurationHash);
  });

  it.each([
    ['lifecycle', { lifecycle: { blocked: 'nothing' } }],
    [
      'filters',
      { user: { scope: { groups: [{ clauses: [{ sourceOperandName: 'city', operatorName: 'IS NOT NULL' }] }] } } },
    ],
    ['references', { profile: { references: { members: 'email' } } }],
    ['group mappings', { group: { attributeMappings: GROUP_ATTRIBUTES.slice(1) } }],
  ])('%s change the configuration', (_name, variation) => {
    expect(compileJob(buildJob(variation), TENANT).configurationHash).not.toBe(base.configurationHash);
  });

  it.each([
    ['guards', { guards: {} }],
    ['concurrency', { target: { concurrency: 2 } }],
  ])('%s do not', (_name, variation) => {
    expect(compileJob(buildJob(variation), TENANT).configurationHash).toBe(base.configurationHash);
  });
});
