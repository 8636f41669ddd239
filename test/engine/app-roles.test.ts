// App roles as a list of the account: what is added, what is taken away, and what belongs to somebody else.
import { describe, expect, it } from 'vitest';
import { USER_ATTRIBUTES } from '../support/build-job.ts';
import { ambiguous } from '../support/fake-target.ts';
import { buildWorld, type World } from '../support/world.ts';

const EDITOR = '00000000-0000-4000-8000-0000000000e1';
const ADMIN = '00000000-0000-4000-8000-0000000000a1';
const ROLES = [
  { id: EDITOR, value: 'editor', displayName: 'Editors', isEnabled: true, allowedMemberTypes: ['User'] },
  { id: ADMIN, value: 'admin', displayName: 'Administrators', isEnabled: true, allowedMemberTypes: ['User'] },
];

async function worldWith(functionName: string, targetAttributeName = 'roles', more = {}): Promise<World> {
  const roles = {
    targetAttributeName,
    source: { type: 'Function', expression: `${functionName}([appRoleAssignments])` },
    ...more,
  };
  const world = await buildWorld({ group: null, user: { attributeMappings: [...USER_ATTRIBUTES, roles] } });
  world.directory.appRoles = ROLES;
  world.directory.addUser('p0001');
  return world;
}

function hold(world: World, ...roles: readonly string[]): void {
  world.directory.unassign('p0001');
  for (const role of roles) world.directory.assign('p0001', role);
}

function rolesOf(world: World): unknown {
  return world.userOf('p0001')?.['roles'];
}

const editor = { value: 'editor', display: 'Editors' };
const admin = { value: 'admin', display: 'Administrators' };
const byHand = { value: 'by-hand', type: 'local' };

/** Somebody gives the person a role in the target. */
function giveByHand(world: World): void {
  for (const resource of world.target.resources.User.values())
    resource['roles'] = [...((resource['roles'] as unknown[] | undefined) ?? []), byHand];
}

describe('AssertiveAppRoleAssignmentsComplex', () => {
  // spec: patches
  it('gives and takes its own roles, as objects, and no others', async () => {
    const world = await worldWith('AssertiveAppRoleAssignmentsComplex');
    hold(world, EDITOR);
    await world.run();
    expect(rolesOf(world)).toEqual([editor]);
    expect((await world.run()).requests.scim).toBe(0);

    giveByHand(world);
    hold(world, EDITOR, ADMIN);
    await world.run();
    expect(world.target.writes()[0]?.body).toEqual([{ op: 'add', path: 'roles', value: [admin] }]);

    hold(world, ADMIN);
    await world.run();
    expect(world.target.writes()[0]?.body).toEqual([{ op: 'remove', path: 'roles[value eq "editor"]' }]);
    expect(rolesOf(world)).toEqual([byHand, admin]);
    expect((await world.run()).requests.scim).toBe(0);
  });

  it('takes the last role away', async () => {
    const world = await worldWith('AssertiveAppRoleAssignmentsComplex');
    hold(world, EDITOR, ADMIN);
    await world.run();
    giveByHand(world);
    // Assigned still, but the roles are switched off.
    world.directory.appRoles = ROLES.map((role) => ({ ...role, isEnabled: false }));
    await world.run();
    expect(rolesOf(world)).toEqual([byHand]);
  });

  it('leaves what an adopted account holds, and knows what it found there of its own', async () => {
    const world = await worldWith('AssertiveAppRoleAssignmentsComplex');
    world.target.seed('User', {
      userName: 'p0001@example.com',
      externalId: 'p0001',
      roles: [{ value: 'editor' }, { value: 'legacy' }],
    });
    hold(world, EDITOR);
    await world.run();
    expect(rolesOf(world)).toEqual([{ value: 'editor' }, { value: 'legacy' }]);
    hold(world, ADMIN);
    await world.run();
    expect(rolesOf(world)).toEqual([{ value: 'legacy' }, admin]);
  });

  it('takes a role away although the first attempt failed', async () => {
    const world = await worldWith('AssertiveAppRoleAssignmentsComplex');
    hold(world, EDITOR, ADMIN);
    await world.run();
    hold(world, ADMIN);
    world.target.disturb = ({ method }) => (method === 'patch' ? { fault: ambiguous() } : undefined);
    await world.run();
    expect(rolesOf(world)).toEqual([editor, admin]);
    world.target.disturb = undefined;
    await world.run();
    expect(rolesOf(world)).toEqual([admin]);
  });
});

describe('AppRoleAssignmentsComplex', () => {
  it('only gives, as in Entra', async () => {
    const world = await worldWith('AppRoleAssignmentsComplex');
    hold(world, EDITOR);
    await world.run();
    giveByHand(world);
    hold(world, ADMIN);
    await world.run();
    expect(rolesOf(world)).toEqual([editor, byHand, admin]);
    expect((await world.run()).requests.scim).toBe(0);
  });
});

describe('AppRoleAssignments', () => {
  it('owns the whole list', async () => {
    const world = await worldWith('AppRoleAssignments');
    hold(world, EDITOR);
    await world.run();
    giveByHand(world);
    hold(world, ADMIN);
    await world.run();
    expect(rolesOf(world)).toEqual([{ value: 'admin' }]);
  });
});

describe('SingleAppRoleAssignment', () => {
  const PRIMARY = 'roles[primary eq "True"].value';

  it('is the primary role, as a boolean', async () => {
    const world = await worldWith('SingleAppRoleAssignment', PRIMARY);
    hold(world, EDITOR);
    await world.run();
    expect(rolesOf(world)).toEqual([{ primary: true, value: 'editor' }]);
  });

  it('fails whoever has several, and nobody else', async () => {
    const world = await worldWith('SingleAppRoleAssignment', PRIMARY);
    hold(world, EDITOR, ADMIN);
    world.directory.addUser('p0002');
    world.directory.assign('p0002', EDITOR);
    expect((await world.run()).counts).toMatchObject({ created: 1, failed: 1 });
    expect((await world.log('p0001')).at(-1)?.provisioningStatusInfo.errorInformation).toMatchObject({
      errorCode: 'ExpressionFailed',
      reason: expect.stringMatching(/^roles\[primary eq "True"\]\.value: .*\(multiple-grants\)$/) as string,
    });
  });
});
