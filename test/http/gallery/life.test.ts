// The life of people and groups under each vendor template, through the real client, against the strict target with what the
// vendor documents switched on. It shows that a template fits the documents; nobody has tried the services themselves.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compileJob } from '../../../src/engine/compiled-job.ts';
import { compareTarget } from '../../../src/engine/reconcile.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { isScimJson, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { bearerAuthorizer } from '../../../src/target/authorizer.ts';
import { createScimTarget } from '../../../src/target/scim-target.ts';
import { aSecret } from '../../support/a-secret.ts';
import { buildWorld, TENANT, type World } from '../../support/world.ts';
import { configurationOf, JOB_HEAD, MAIN } from '../../unit/config/temporary-configuration.ts';
import { ROOT, serveVendor, TOKEN, type Vendor, type VendorHabits } from './vendor-server.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const LIMIT = { count: 100_000, percent: 100 };
const GUARDS = { leavers: LIMIT, scopeLosses: LIMIT, groupDeletes: LIMIT, memberships: LIMIT, creates: LIMIT };
const GROUPS = ['externalId', 'displayName', 'members'];
const PLAIN = ['externalId', 'userName', 'active', 'displayName', 'name', 'emails'];

interface Place {
  readonly world: World;
  readonly vendor: Vendor;
  readonly io: Parameters<World['run']>[1];
  readonly user: (id: string) => ScimJson | undefined;
  readonly members: () => string[];
}

/** A job made of the template alone, its vendor, and people in one group. */
async function place(template: string, habits: VendorHabits, people: number, guards: object): Promise<Place> {
  const world = await buildWorld();
  const written = JSON.stringify({ ...GUARDS, ...guards });
  const { jobs } = await configurationOf({
    'scimsync.yaml': MAIN,
    'jobs/a.yaml': `template: ${template}\nguards: ${written}\n${JOB_HEAD}`,
  });
  const [job] = jobs;
  if (job === undefined) throw new Error('no job');
  world.job = compileJob(job, TENANT);
  const vendor = serveVendor(habits, world.clock);
  const target = createScimTarget({
    baseUrl: ROOT,
    authorizer: bearerAuthorizer(aSecret(TOKEN)),
    connection: { privateAddresses: 'allow', environment: {} },
    redact: createSecretValues().redact,
    profile: job.profile,
    timeoutSeconds: 30,
    clock: world.clock,
    random: () => 1,
  });
  const ids = Array.from({ length: people }, (_, index) => `p${String(index + 1).padStart(4, '0')}`);
  for (const id of ids) {
    world.directory.addUser(id, { givenName: 'Given', surname: `Sur ${id}`, mailNickname: id });
    world.directory.assign(id);
  }
  world.directory.addGroup('g', ids.slice(1));
  world.directory.assign('g');
  const user = (id: string): ScimJson | undefined =>
    vendor.service.users().find(({ userName }) => typeof userName === 'string' && userName.split('@')[0] === id);
  const members = (): string[] => {
    const [group] = vendor.service.groups();
    const held = Array.isArray(group?.['members']) ? group['members'].filter(isScimJson) : [];
    const names = new Map(
      vendor.service.users().map(({ id, userName }) => [id, readText(userName).split('@')[0] ?? '']),
    );
    return held.map(({ value }) => names.get(value) ?? 'nobody').toSorted();
  };
  return { world, vendor, io: { target }, user, members };
}

interface Application {
  readonly template: string;
  readonly habits: VendorHabits;
  readonly people: number;
  readonly guards?: object;
  readonly hasGroups?: boolean;
}

const APPLICATIONS: readonly Application[] = [
  {
    template: 'slack',
    habits: {
      attributes: { Users: PLAIN, Groups: ['displayName', 'members'] },
      required: ['userName', 'emails'],
      pageCap: 1000,
      handles: true,
      userWritesPerMinute: 180,
    },
    people: 220,
  },
  {
    template: 'github-enterprise-managed-user',
    habits: { attributes: { Users: PLAIN, Groups: GROUPS }, pageCap: 100 },
    people: 6,
  },
  {
    template: 'github-enterprise-cloud-organization',
    habits: {
      attributes: { Users: PLAIN, Groups: [] },
      pageCap: 100,
      plainPaths: true,
      disableRemoves: true,
    },
    people: 6,
    guards: { irreversible: 'allow' },
    hasGroups: false,
  },
  {
    template: 'atlassian',
    habits: {
      attributes: { Users: PLAIN, Groups: ['displayName', 'members'] },
      required: ['emails'],
      filterable: { Users: ['userName', 'externalId'], Groups: ['displayName'] },
      pageCap: 100,
    },
    people: 6,
  },
  {
    template: 'databricks',
    habits: {
      attributes: { Users: PLAIN.filter((name) => name !== 'externalId'), Groups: ['displayName', 'members'] },
      pageCap: 10_000,
      atOnce: {
        requests: 4,
        says: 'REQUEST_LIMIT_EXCEEDED: the workspace has exceeded the concurrent limit of 4 requests.',
        everyWrite: 5,
      },
    },
    people: 12,
  },
  {
    template: 'aws-iam-identity-center',
    habits: {
      attributes: { Users: [...PLAIN, 'phoneNumbers', 'addresses'], Groups: GROUPS },
      required: ['name.givenName', 'name.familyName', 'displayName'],
      filterable: { Users: ['userName', 'externalId'], Groups: ['displayName', 'externalId'] },
      pageCap: 100,
      cursorOnly: true,
      hidesMembers: true,
      mostMemberChanges: 100,
      singleValued: true,
    },
    people: 130,
  },
];

describe.each(APPLICATIONS)(
  'under the template $template',
  ({ template, habits, people, guards, hasGroups = true }) => {
    it('people and groups live a whole life, within what the vendor documents', async () => {
      const { world, vendor, io, user, members } = await place(template, habits, people, guards ?? {});
      const quiet = async () => expect((await world.run({}, io)).requests.scim).toBe(0);

      await world.run({}, io);
      await world.run({}, io);
      expect(vendor.service.users()).toHaveLength(people);
      expect(user('p0001')).toMatchObject({ active: true, name: { givenName: 'Given', familyName: 'Sur p0001' } });
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
      expect(report.members).toMatchObject({ missing: 0, extra: 0, unreadable: habits.hidesMembers === true ? 1 : 0 });
      expect(vendor.refused).toEqual([]);
    });
  },
);

it('a leaver of a GitHub organization is held until somebody approves', async () => {
  const github = APPLICATIONS.find(({ template }) => template === 'github-enterprise-cloud-organization');
  if (github === undefined) throw new Error('no such application');
  const { world, io, user } = await place(github.template, github.habits, 4, {});
  await world.run({}, io);
  world.directory.setUser('p0003', { accountEnabled: false });
  expect((await world.run({}, io)).counts).toMatchObject({ held: 1, disabled: 0 });
  expect(user('p0003')).toMatchObject({ active: true });
});
