// The gallery's tests that go through the provisioning service: an edit in the tenant, a cycle or provisioning on demand, an
// entry of the provisioning log, and a look at the endpoint.
import { Unmet } from '../check.ts';
import { succeeded } from '../exchange.ts';
import { pathOf, type Stage } from '../stage.ts';
import {
  expectAgreement,
  expectFound,
  expectLog,
  expectManager,
  found,
  type GalleryTest,
  TestFailed,
} from './gallery-test.ts';
import type { LifeWorld } from './life-world.ts';
import type { LifeGroup, LifePerson } from './tenant.ts';

function person({ tenant }: LifeWorld, number: number): LifePerson {
  const one = tenant.people[number - 1];
  if (one === undefined) throw new Error(`there is no person ${number}`);
  return one;
}

function group({ tenant }: LifeWorld, number: number): LifeGroup {
  const one = tenant.groups[number - 1];
  if (one === undefined) throw new Unmet('the endpoint has no groups');
  return one;
}

const byName = ({ userName }: LifePerson): string => `userName eq ${JSON.stringify(userName)}`;
const byDisplayName = ({ displayName }: LifeGroup): string => `displayName eq ${JSON.stringify(displayName)}`;

/** @throws Unmet when the first cycle made no such account or group: what failed there fails once. */
function made(stage: Stage, kind: 'Users' | 'Groups', { firstName }: { readonly firstName: string }): string {
  const id = stage.session.own.idOf(kind, firstName);
  if (id === undefined) throw new Unmet(`the first cycle made no ${kind === 'Users' ? 'account' : 'group'} for it`);
  return id;
}

/** Gone by id, or disabled. */
async function isAway(stage: Stage, kind: 'Users' | 'Groups', id: string): Promise<boolean> {
  const read = await stage.get(pathOf(kind, { id }));
  return (
    !succeeded(read) ||
    (typeof read.json === 'object' && read.json !== null && 'active' in read.json && read.json.active === false)
  );
}

export const CYCLE_TESTS: readonly GalleryTest[] = [
  {
    name: 'Create_User_Test',
    async run(stage, world) {
      const one = person(world, 1);
      expectLog(await world.cycle(stage), one.id, ['create']);
      await expectFound(stage, 'Users', byName(one), 1);
    },
  },
  {
    name: 'Update_User_Test',
    async run(stage, world) {
      const one = person(world, 2);
      made(stage, 'Users', one);
      one.displayName = 'Björn Castellan-Ruiz';
      one.surname = 'Castellan-Ruiz';
      one.department = 'Support';
      await world.tenant.write('PATCH', `/users/${one.id}`, {
        displayName: one.displayName,
        surname: one.surname,
        department: one.department,
      });
      expectLog(await world.cycle(stage), one.id, ['update']);
      await expectAgreement(stage, world, [one]);
    },
  },
  {
    name: 'Disable_User_Test',
    async run(stage, world) {
      const one = person(world, 3);
      made(stage, 'Users', one);
      await world.tenant.write('PATCH', `/users/${one.id}`, { accountEnabled: false });
      one.state = 'disabled';
      expectLog(await world.cycle(stage), one.id, ['disable']);
      await expectAgreement(stage, world, [one]);
    },
  },
  {
    name: 'Delete_User_Test',
    optional: true,
    async run(stage, world) {
      const one = person(world, 4);
      made(stage, 'Users', one);
      await world.tenant.write('DELETE', `/users/${one.id}`);
      await world.cycle(stage);
      await world.tenant.write('DELETE', `/directory/deletedItems/${one.id}`);
      expectLog(await world.cycle(stage), one.id, ['delete']);
      one.state = 'gone';
      // Who is no more is no member of anything.
      for (const each of world.tenant.groups) each.members.delete(one);
      await expectAgreement(stage, world, [one]);
    },
  },
  {
    name: 'User_Update_Manager_Test',
    async run(stage, world) {
      const one = person(world, 13);
      made(stage, 'Users', one);
      for (const manager of [person(world, 1), person(world, 2)]) {
        await world.tenant.setManager(one, manager);
        expectLog(await world.cycle(stage), one.id, ['update'], 'manager');
        await expectManager(stage, world, one);
      }
      await world.tenant.removeManager(one);
      expectLog(await world.cycle(stage), one.id, ['update'], 'manager');
    },
  },
  {
    name: 'Restore_User_Test',
    async run(stage, world) {
      const one = person(world, 17);
      const id = made(stage, 'Users', one);
      await world.tenant.unassign(one);
      await world.cycle(stage);
      if (!(await isAway(stage, 'Users', id)))
        throw new TestFailed('unassigned: the account is neither gone nor disabled');
      await world.tenant.assign(one);
      await world.cycle(stage);
      if ((await found(stage, 'Users', byName(one))).filter(({ active }) => active !== false).length !== 1)
        throw new TestFailed('assigned again: there is not one active account');
    },
  },
  {
    name: 'POD_User_Test',
    async run(stage, world) {
      const one = person(world, 18);
      one.displayName = 'Rosa Demand';
      one.surname = 'Demand';
      await world.tenant.write('PATCH', `/users/${one.id}`, { displayName: one.displayName, surname: one.surname });
      expectLog(await world.cycle(stage, { user: [one.id], group: [] }), one.id, ['update', 'create']);
      await expectFound(stage, 'Users', byName(one), 1);
    },
  },
  {
    name: 'Create_Group_Test',
    async run(stage, world) {
      // Not skipped: Microsoft counts an application without groups as failed.
      if (world.tenant.groups.length === 0) throw new TestFailed('the endpoint has no groups', null);
      const one = group(world, 1);
      if (stage.session.own.idOf('Groups', one.firstName) === undefined)
        throw new TestFailed('the first cycle made no group', lastRefusal(stage));
      await expectFound(stage, 'Groups', byDisplayName(one), 1);
    },
  },
  {
    name: 'Update_Group_Test',
    async run(stage, world) {
      const one = group(world, 1);
      made(stage, 'Groups', one);
      one.displayName = `${one.displayName} EMEA`;
      await world.tenant.write('PATCH', `/groups/${one.id}`, { displayName: one.displayName });
      expectLog(await world.cycle(stage), one.id, ['update']);
      await expectFound(stage, 'Groups', byDisplayName(one), 1);
    },
  },
  {
    name: 'Group_Update_Add_Member_Test',
    async run(stage, world) {
      const [one, joined] = [group(world, 1), person(world, 16)];
      made(stage, 'Groups', one);
      made(stage, 'Users', joined);
      await world.tenant.addMember(one, joined);
      expectLog(await world.cycle(stage), one.id, ['update', 'other'], 'members');
      await expectAgreement(stage, world, [], [one]);
    },
  },
  {
    name: 'Group_Update_Remove_Member_Test',
    async run(stage, world) {
      const [one, left] = [group(world, 1), person(world, 16)];
      made(stage, 'Groups', one);
      await world.tenant.removeMember(one, left);
      expectLog(await world.cycle(stage), one.id, ['update', 'other'], 'members');
      await expectAgreement(stage, world, [], [one]);
    },
  },
  {
    name: 'POD_Group_Test',
    async run(stage, world) {
      const one = group(world, 2);
      made(stage, 'Groups', one);
      one.displayName = `${one.displayName} Demand`;
      await world.tenant.write('PATCH', `/groups/${one.id}`, { displayName: one.displayName });
      expectLog(await world.cycle(stage, { user: [], group: [one.id] }), one.id, ['update']);
      await expectFound(stage, 'Groups', byDisplayName(one), 1);
    },
  },
  {
    name: 'Restore_Group_Test',
    optional: true,
    async run(stage, world) {
      const one = group(world, 2);
      const id = made(stage, 'Groups', one);
      await world.tenant.unassign(one);
      await world.cycle(stage);
      if (!(await isAway(stage, 'Groups', id))) throw new TestFailed('unassigned: the group is still there');
      await world.tenant.assign(one);
      await world.cycle(stage);
      await expectFound(stage, 'Groups', byDisplayName(one), 1);
    },
  },
  {
    name: 'Delete_Group_Test',
    optional: true,
    async run(stage, world) {
      const one = group(world, 3);
      made(stage, 'Groups', one);
      await world.tenant.write('DELETE', `/groups/${one.id}`);
      expectLog(await world.cycle(stage), one.id, ['delete']);
      await expectFound(stage, 'Groups', byDisplayName(one), 0);
    },
  },
];

function lastRefusal(stage: Stage) {
  return (
    stage.seen.findLast(
      ({ request, status }) => request.method === 'POST' && request.target === '/Groups' && status >= 400,
    ) ?? null
  );
}
