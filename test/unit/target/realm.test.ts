// What jobs share at one target: limits, requests in flight, pauses, and what an earlier process used.
import { describe, expect, it } from 'vitest';
import { Realm, type RecordedUsage, type UsageLedger } from '../../../src/target/realm.ts';
import { realmName, TargetRealms } from '../../../src/target/realms.ts';
import { EventClock } from '../../support/event-clock.ts';

const POST = { method: 'POST', endpoint: 'Users', bodyBytes: 0, operations: 1 };
const HOURLY = { operations: 10, perSeconds: 3600 };
const { signal } = new AbortController();

function aRealm(most = 9): { readonly realm: Realm; readonly clock: EventClock } {
  const clock = new EventClock();
  const realm = new Realm('test', clock);
  realm.claim('job', { rateLimits: [], concurrency: { start: most, most } });
  return { realm, clock };
}

/** Tries to send so many; answers when each went, in seconds; `closed` for those that were refused. */
async function send(realm: Realm, clock: EventClock, count: number, until: number): Promise<(number | 'closed')[]> {
  const sent: (number | 'closed')[] = [];
  for (let request = 0; request < count; request += 1)
    void realm.enter(POST, signal).then((given) => {
      sent.push('closedFor' in given ? 'closed' : clock.now().getTime() / 1000);
      if ('leave' in given) given.leave('answered');
    });
  await clock.runUntil(until * 1000);
  return sent;
}

/** A ledger like the store's: rows are added up, and gone when they count no longer. */
function aLedger(): UsageLedger & { rows: RecordedUsage[]; broken: boolean } {
  const ledger = {
    rows: [] as RecordedUsage[],
    broken: false,
    read: () => Promise.resolve(ledger.rows),
    add: (_realm: string, usage: readonly RecordedUsage[]) => {
      if (ledger.broken) return Promise.reject(new Error('broken'));
      ledger.rows.push(...usage);
      return Promise.resolve();
    },
  };
  return ledger;
}

// spec: vendor-limits
describe('the name of a realm', () => {
  it.each([
    ['tenant', 'https://a.example/scim/v2/?x=1', 't1', 'https://a.example/scim/v2 t1'],
    ['tenant', 'https://a.example/other', 't1', 'https://a.example/other t1'],
    ['tenant', 'https://a.example/scim/v2', 't2', 'https://a.example/scim/v2 t2'],
    ['host', 'https://a.example:8443/scim/v2', 't1', 'a.example:8443'],
  ] as const)('%s of %s for %s', (realm, baseUrl, tenant, name) => {
    expect(realmName(realm, baseUrl, tenant)).toBe(name);
  });

  it('stands for one realm in a process', async () => {
    const realms = new TargetRealms(new EventClock(), null);
    expect(await realms.open('a')).toBe(await realms.open('a'));
    expect(await realms.open('a')).not.toBe(await realms.open('b'));
  });

  it('is asked for again when the store could not be read', async () => {
    let fails = true;
    const read = () => (fails ? Promise.reject(new Error('busy')) : Promise.resolve([]));
    const realms = new TargetRealms(new EventClock(), { read, add: () => Promise.resolve() });
    await expect(realms.open('a')).rejects.toThrow('busy');
    fails = false;
    await expect(realms.open('a')).resolves.toBeInstanceOf(Realm);
  });
});

describe('jobs that share a realm', () => {
  it('wait for each other’s requests in flight, first come, first served', async () => {
    const { realm } = aRealm(2);
    realm.claim('other', { rateLimits: [], concurrency: { start: 8, most: 8 } });
    const first = await realm.enter(POST, signal);
    await realm.enter(POST, signal);
    const order: string[] = [];
    const third = realm.enter(POST, signal).then(() => order.push('third'));
    const fourth = realm.enter(POST, signal).then(() => order.push('fourth'));
    await Promise.resolve();
    expect(order).toEqual([]);
    if ('leave' in first) first.leave('unknown');
    await third;
    expect(order).toEqual(['third']);
    void fourth;
  });

  it('keep the limits of all of them, and forget those that a job no longer states', async () => {
    const { realm, clock } = aRealm();
    const concurrency = { start: 9, most: 9 };
    realm.claim('one', { rateLimits: [{ operations: 1, perSeconds: 10 }], concurrency });
    realm.claim('two', { rateLimits: [{ operations: 2, perSeconds: 100 }], concurrency });
    expect(await send(realm, clock, 4, 300)).toEqual([0, 10, 100, 110]);
    realm.claim('two', { rateLimits: [], concurrency });
    expect(await send(realm, clock, 3, 600)).toEqual([300, 310, 320]);
  });

  it('obey a pause together, also those that wait already', async () => {
    const { realm, clock } = aRealm();
    realm.claim('job', { rateLimits: [{ operations: 1, perSeconds: 10 }], concurrency: { start: 9, most: 9 } });
    const sending = send(realm, clock, 3, 5);
    realm.pause(30_000);
    expect(await sending).toEqual([0]);
    expect(await send(realm, clock, 1, 29)).toEqual([]);
    expect(await send(realm, clock, 0, 100)).toEqual([]);
    expect(await send(realm, clock, 1, 200)).toEqual([100]);
  });

  it('leave a target alone together when the wait is longer than a call may take', async () => {
    const { realm, clock } = aRealm();
    realm.close(60_000);
    expect(await send(realm, clock, 2, 59)).toEqual(['closed', 'closed']);
    expect(await send(realm, clock, 0, 60)).toEqual([]);
    expect(await send(realm, clock, 1, 61)).toEqual([60]);
  });

  it('a wait ends with the reason of its signal, and keeps nobody awake', async () => {
    const { realm, clock } = aRealm();
    realm.pause(1_000_000);
    const stop = new AbortController();
    const waiting = realm.enter(POST, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await clock.runUntil(10);
    expect(clock.asleep).toBe(0);
  });
});

describe('what was used of a long limit', () => {
  const concurrency = { start: 9, most: 9 };

  async function aProcess(ledger: UsageLedger, clock: EventClock, limit = HOURLY): Promise<Realm> {
    const realm = await new TargetRealms(clock, ledger).open('realm');
    realm.claim('job', { rateLimits: [limit], concurrency });
    return realm;
  }

  it('counts for the next process too', async () => {
    const ledger = aLedger();
    const clock = new EventClock(60_000);
    const before = await aProcess(ledger, clock);
    expect(await send(before, clock, 7, 61)).toHaveLength(7);
    await before.save();
    const after = await aProcess(ledger, clock);
    expect(await send(after, clock, 8, 3600)).toEqual([61, 61, 61]);
    await after.save();
    const third = await aProcess(ledger, clock);
    const sent = await send(third, clock, 5, 8000);
    expect(sent).toHaveLength(5);
    // The first seven count from 0:01:00, or a minute later: what is remembered is rounded up.
    expect(sent[0]).toBeGreaterThanOrEqual(3660);
    expect(sent[0]).toBeLessThanOrEqual(3720);
  });

  it('counts for a limit that was raised meanwhile, and not for one that counts something else', async () => {
    const ledger = aLedger();
    const clock = new EventClock(60_000);
    const before = await aProcess(ledger, clock);
    await send(before, clock, 10, 61);
    await before.save();
    const raised = await aProcess(ledger, clock, { operations: 12, perSeconds: 3600 });
    expect(await send(raised, clock, 12, 100)).toHaveLength(2);
    const daily = await aProcess(ledger, clock, { operations: 12, perSeconds: 86_400 });
    expect(await send(daily, clock, 12, 200)).toHaveLength(12);
  });

  it('is kept now and then while requests are sent, and again when the store was busy', async () => {
    const ledger = aLedger();
    const clock = new EventClock(60_000);
    const realm = await aProcess(ledger, clock, { operations: 1000, perSeconds: 3600 });
    const used = () => ledger.rows.reduce((sum, { operations }) => sum + operations, 0);
    await send(realm, clock, 5, 61);
    expect(used()).toBe(1);
    ledger.broken = true;
    await send(realm, clock, 5, 64);
    await realm.save();
    expect(used()).toBe(1);
    ledger.broken = false;
    await send(realm, clock, 5, 70);
    await realm.save();
    expect(used()).toBe(15);
  });

  it('is not kept of short limits', async () => {
    const ledger = aLedger();
    const clock = new EventClock(60_000);
    const realm = await aProcess(ledger, clock, { operations: 1000, perSeconds: 30 });
    await send(realm, clock, 5, 61);
    await realm.save();
    expect(ledger.rows).toEqual([]);
  });
});
