// A job made of a template alone, the service of its vendor, and people in one group of the directory.
import { compileJob } from '../../../src/engine/compiled-job.ts';
import type { Clock, ScimTarget } from '../../../src/engine/ports.ts';
import type { Job } from '../../../src/model/job.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { isScimJson, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { type Authorizer, bearerAuthorizer } from '../../../src/target/authorizer.ts';
import { createScimTarget } from '../../../src/target/scim-target.ts';
import { aSecret } from '../../support/a-secret.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { buildWorld, TENANT, type World } from '../../support/world.ts';
import { configurationOf, JOB_HEAD, MAIN } from '../../unit/config/temporary-configuration.ts';
import type { Application } from './applications.ts';
import { ROOT, serveVendor, TOKEN, type Vendor } from './vendor-server.ts';

const LIMIT = { count: 100_000, percent: 100 };
const GUARDS = { leavers: LIMIT, scopeLosses: LIMIT, groupDeletes: LIMIT, memberships: LIMIT, creates: LIMIT };
const PROFILE_ROLE = '22222222-2222-4222-8222-222222222222';

/** Knows how many requests were sent. */
function countingAuthorizer(): Authorizer & { readonly sent: () => number } {
  const authorizer = bearerAuthorizer(aSecret(TOKEN));
  let sent = 0;
  return {
    headers: (signal) => {
      sent += 1;
      return authorizer.headers(signal);
    },
    renew: (refused, signal) => authorizer.renew(refused, signal),
    tokenRequests: 0,
    sent: () => sent,
  };
}

/** Time of which none passes while a request is on its way: what was sent at a moment arrives at that moment. */
function punctualClock(clock: FakeClock, hasArrived: () => boolean): Clock {
  return {
    now: () => clock.now(),
    async sleep(milliseconds, signal) {
      const until = clock.now().getTime() + milliseconds;
      do {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      } while (!hasArrived());
      clock.advance(Math.max(0, until - clock.now().getTime()));
    },
  };
}

export interface Place {
  readonly world: World;
  readonly job: Job;
  readonly vendor: Vendor;
  readonly io: { readonly target: ScimTarget };
  readonly user: (id: string) => ScimJson | undefined;
  readonly members: () => string[];
}

/** Nothing has run yet; `guards` are beside guards that never trip. */
export async function placeOf(application: Application, guards: object = {}): Promise<Place> {
  const { template, profile = {}, habits, people, hasFixedGroups, role } = application;
  const world = await buildWorld();
  const written = JSON.stringify({ ...GUARDS, ...guards });
  const { jobs } = await configurationOf({
    'scimsync.yaml': MAIN,
    'jobs/a.yaml': `template: ${template}\nprofile: ${JSON.stringify(profile)}\nguards: ${written}\n${JOB_HEAD}`,
  });
  const [job] = jobs;
  if (job === undefined) throw new Error('no job');
  world.job = compileJob(job, TENANT);
  const vendor = serveVendor(habits, world.clock);
  const authorizer = countingAuthorizer();
  const target = createScimTarget({
    baseUrl: ROOT,
    authorizer,
    connection: { privateAddresses: 'allow', environment: {} },
    redact: createSecretValues().redact,
    profile: job.profile,
    timeoutSeconds: 30,
    clock: punctualClock(world.clock, () => authorizer.sent() === vendor.received()),
    random: () => 1,
  });
  if (role !== undefined)
    world.directory.appRoles = [
      { id: PROFILE_ROLE, value: role, displayName: role, isEnabled: true, allowedMemberTypes: ['User'] },
    ];
  const ids = Array.from({ length: people }, (_, index) => `p${String(index + 1).padStart(4, '0')}`);
  for (const id of ids) {
    world.directory.addUser(id, { givenName: 'Given', surname: `Sur ${id}`, mailNickname: id });
    world.directory.assign(id, role === undefined ? undefined : PROFILE_ROLE);
  }
  world.directory.addGroup('g', ids.slice(1));
  world.directory.assign('g');
  if (hasFixedGroups === true) vendor.service.seed([{ displayName: 'Group g' }]);
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
  return { world, job, vendor, io: { target }, user, members };
}
