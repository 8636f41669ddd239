// The limits that vendors document, counted at the vendor's side in virtual time: never exceeded, in any window, and used.
import nock from 'nock';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { concurrencyBounds } from '../../../src/model/profile.ts';
import { addMembers, removeMembers } from '../../../src/scim/patch.ts';
import { PATCH_SCHEMA } from '../../../src/scim/resource.ts';
import { Realm, type RecordedUsage } from '../../../src/target/realm.ts';
import { EventClock } from '../../support/event-clock.ts';
import { HOUR, MINUTE } from '../../support/fake-clock.ts';
import { configurationOf, JOB_HEAD, MAIN } from '../../unit/config/temporary-configuration.ts';
import { applicationOf } from './applications.ts';
import { placeOf } from './place.ts';
import { RequestCounter } from './request-counter.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const { signal } = new AbortController();

// spec: vendor-documents
it('AWS never sees more than 100 member changes in a request, also when a group is created', async () => {
  const people = 210;
  const { world, vendor, io, members } = await placeOf({
    ...applicationOf('aws-iam-identity-center'),
    people,
  });
  await world.run({}, io);
  await world.run({}, io);
  expect(members()).toHaveLength(people - 1);
  // Whether the members of the creation are stated once more, since AWS shows none, is another matter.
  const [created, ...added] = vendor.memberChanges;
  expect(created).toEqual({ method: 'POST', changes: 100 });
  expect(added.every(({ method, changes }) => method === 'PATCH' && changes <= 100)).toBe(true);
  expect(added.at(-1)).toEqual({ method: 'PATCH', changes: 9 });

  vendor.memberChanges.length = 0;
  for (let index = 2; index <= 121; index += 1) world.directory.removeMember('g', `p${String(index).padStart(4, '0')}`);
  world.directory.addMember('g', 'p0001');
  await world.run({}, io);
  expect(members()).toHaveLength(people - 120);
  expect(vendor.memberChanges.map(({ changes }) => changes)).toEqual([100, 21]);
  expect(vendor.refused).toEqual([]);
});

// spec: vendor-documents
it('Slack never sees more than 180 user writes within any minute', async () => {
  const people = 250;
  const { world, vendor, io } = await placeOf({ ...applicationOf('slack'), people });
  const before = world.clock.now().getTime();
  await world.run({}, io);
  const took = world.clock.now().getTime() - before - 40 * MINUTE;
  expect(vendor.service.users()).toHaveLength(people);
  expect(vendor.counter.violations).toEqual([]);
  expect(vendor.counter.most[0]).toBe(180);
  // 250 at 180 a minute cannot be done within one minute, and need not take two.
  expect(took).toBeGreaterThan(MINUTE);
  expect(took).toBeLessThan(2 * MINUTE);
});

// spec: vendor-documents
it('Peakon never sees more than 25,000 operations in any hour, also across a restart', async () => {
  const { jobs } = await configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `template: peakon\n${JOB_HEAD}` });
  const profile = jobs[0]?.profile;
  if (profile === undefined) throw new Error('no job');
  const clock = new EventClock();
  const rows: RecordedUsage[] = [];
  const ledger = {
    read: () => Promise.resolve(rows),
    add: (_: string, usage: readonly RecordedUsage[]) => keep(usage),
  };
  const keep = (usage: readonly RecordedUsage[]): Promise<void> => {
    rows.push(...usage);
    return Promise.resolve();
  };
  const counter = new RequestCounter([{ requests: 25_000, perSeconds: 3600 }]);
  let done = 0;
  const worker = async (realm: Realm, until: number): Promise<void> => {
    while (done < until) {
      done += 1;
      const isRead = done % 3 === 0;
      const request = { method: isRead ? 'GET' : 'PATCH', endpoint: 'Users', bodyBytes: 200, operations: 1 };
      const given = await realm.enter(request, signal);
      if ('closedFor' in given) throw new Error('closed');
      counter.note({ method: request.method, endpoint: request.endpoint, bytes: 200, at: clock.now().getTime() });
      await clock.sleep(40);
      given.leave('answered');
    }
  };
  const process = async (until: number, time: number): Promise<void> => {
    const realm = new Realm('peakon', clock, ledger, [...rows]);
    const concurrency = concurrencyBounds(profile);
    realm.claim('job', { rateLimits: profile.rateLimits, concurrency });
    const workers = Array.from({ length: concurrency.most }, () => worker(realm, until));
    await clock.runUntil(time);
    await realm.save();
    await Promise.all(workers);
  };
  await process(20_000, HOUR / 2);
  await process(30_000, 2 * HOUR);
  expect(done).toBe(30_000);
  expect(counter.violations).toEqual([]);
  expect(counter.most).toEqual([25_000]);
});

// spec: vendor-documents
it('Miro never sees more than 800,000 bytes, for as many members as it takes', async () => {
  const { jobs } = await configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `template: miro\n${JOB_HEAD}` });
  const limit = jobs[0]?.profile.membersPerRequest ?? 0;
  expect(limit).toBe(8000);
  const ids = Array.from({ length: limit }, () => '00000000-0000-4000-8000-000000000000');
  for (const operations of [addMembers(ids), removeMembers(ids)])
    expect(Buffer.byteLength(JSON.stringify({ schemas: [PATCH_SCHEMA], Operations: operations }))).toBeLessThan(
      800_000,
    );
});

// A service that refused nothing would prove nothing.
it.each(
  [
    ['aws-iam-identity-center', 'startIndex is not supported'],
    ['atlassian', 'is not supported'],
    ['salesforce', 'is not supported'],
    ['pagerduty', 'is not supported'],
    ['miro', 'is not supported'],
    ['webex', 'a member without type'],
    ['zscaler-zia', 'no filter by externalId'],
  ].map(([template = '', says = '']) => ({ template, says })),
)('the service of $template refuses what it does not take', async ({ template, says }) => {
  const { world, vendor, io } = await placeOf({ ...applicationOf(template), template: 'scim' });
  await world.run({}, io).catch(() => undefined);
  await world.run({}, io).catch(() => undefined);
  await io.target.find('User', 'externalId', 'p0001', signal);
  expect(vendor.refused.join('\n')).toContain(says);
});
