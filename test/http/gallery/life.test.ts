// The life of people and groups under every template, through the real client, against the strict target with what the vendor
// documents switched on. It shows that a template fits the documents; nobody has tried the services themselves.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listTemplates } from '../../../src/config/gallery.ts';
import { compareTarget } from '../../../src/engine/reconcile.ts';
import { readPath } from '../../../src/scim/read.ts';
import { APPLICATIONS, applicationOf } from './applications.ts';
import { placeOf } from './place.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

it('there is a service for every template', async () => {
  const templates = (await listTemplates('/nowhere')).map(({ name }) => name);
  expect([...new Set(APPLICATIONS.map(({ template }) => template))].toSorted()).toEqual(templates);
});

// spec: vendor-documents
describe.each(APPLICATIONS.map((each) => ({ name: '', ...each })))(
  'under the template $template $name',
  (application) => {
    it('people and groups live a whole life, within what the vendor documents', async () => {
      const { template, habits, people, hasGroups = true, hasFixedGroups = false } = application;
      const { world, job, vendor, io, user, members } = await placeOf(application, { irreversible: 'allow' });
      const quiet = async () => expect((await world.run({}, io)).requests.scim).toBe(0);

      // Somebody has an account already, with a name that was given by hand; another account is nobody's here.
      const accountOf = (name: string) => ({
        userName: template === 'slack' ? name : `${name}@example.com`,
        displayName: 'By hand',
        active: true,
        emails: [{ value: `${name}@example.com`, type: 'work', primary: true }],
      });
      vendor.service.seed([accountOf('p0005'), accountOf('stranger')]);
      expect((await world.run({}, io)).counts).toMatchObject({ adopted: hasFixedGroups ? 2 : 1 });
      await world.run({}, io);
      expect(vendor.service.users()).toHaveLength(people + 1);
      expect(user('p0001')).toMatchObject({ active: true, name: { givenName: 'Given', familyName: 'Sur p0001' } });
      expect(user('p0005')).toMatchObject({ name: { familyName: 'Sur p0005' } });
      if (hasGroups) expect(members()).toHaveLength(people - 1);
      await quiet();

      // A new surname, a new name to sign in with, a member more and one less, another name of the group, and a leaver.
      world.directory.setUser('p0001', { surname: 'Changed' });
      const renamed = {
        userPrincipalName: 'renamed@example.com',
        mail: 'renamed@example.com',
        mailNickname: 'renamed',
      };
      world.directory.setUser('p0002', renamed);
      world.directory.addMember('g', 'p0001');
      world.directory.removeMember('g', 'p0002');
      world.directory.setGroup('g', { displayName: 'Renamed' });
      world.directory.setUser('p0003', { accountEnabled: false });
      await world.run({}, io);
      expect(user('p0001')).toMatchObject({ name: { familyName: 'Changed' } });
      expect(user('renamed')).toMatchObject({ active: true });
      if (habits.disableRemoves === true) expect(user('p0003')).toBeUndefined();
      else expect(user('p0003')).toMatchObject({ active: false });
      if (hasGroups) {
        expect(vendor.service.groups()).toMatchObject([{ displayName: 'Renamed' }]);
        expect(members()).toContain('p0001');
        expect(members()).not.toContain('renamed');
      }
      await quiet();

      world.directory.setUser('p0003', { accountEnabled: true });
      await world.run({}, io);
      await world.run({}, io);
      expect(user('p0003')).toMatchObject({ active: true });
      if (hasGroups) expect(members()).toContain('p0003');
      expect(await world.escrows()).toEqual({});
      expect(await world.openChanges()).toEqual({});
      await quiet();

      const report = await compareTarget(world.job, world.io(io));
      expect(report).toMatchObject({ checked: people + (hasGroups ? 1 : 0), left: 0, drifted: 0, gone: { count: 0 } });
      const unreadable = hasGroups && !job.profile.membersReadable ? 1 : 0;
      expect(report.members).toMatchObject({ missing: 0, extra: 0, unreadable });

      world.directory.hardDelete('p0004');
      world.directory.deleteGroup('g');
      await world.run({}, io);
      const isGone =
        habits.disableRemoves === true || (job.lifecycle.hardDeleted === 'delete' && habits.deletes === undefined);
      if (isGone) expect(user('p0004')).toBeUndefined();
      else expect(user('p0004')).toMatchObject({ active: false });
      if (hasGroups) expect(vendor.service.groups()).toHaveLength(hasFixedGroups ? 1 : 0);
      await quiet();
      expect(user('stranger')).toMatchObject(accountOf('stranger'));
      expect(vendor.refused).toEqual([]);
      expect(vendor.counter.violations).toEqual([]);

      // Whatever matching asks for is answered, with the account that has it.
      for (const { name, path } of world.job.user.matching) {
        const value = readPath(user('p0001') ?? {}, path);
        const named = job.profile.filterable.User ?? [name];
        if (typeof value !== 'string' || !named.includes(name)) continue;
        const found = await io.target.find('User', name, value, new AbortController().signal);
        expect(found).toMatchObject({ ok: true, value: [{ id: user('p0001')?.['id'] }] });
      }
    });
  },
);

it.each(['github-enterprise-cloud-organization', 'pagerduty'])(
  'a leaver is held under %s until somebody approves',
  async (template) => {
    const { world, io, user } = await placeOf({ ...applicationOf(template), people: 4 });
    await world.run({}, io);
    world.directory.setUser('p0003', { accountEnabled: false });
    expect((await world.run({}, io)).counts).toMatchObject({ held: 1, disabled: 0 });
    expect(user('p0003')).toMatchObject({ active: true });
  },
);
