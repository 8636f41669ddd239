// Limits in virtual time, against a target that counts as strictly as a vendor may: in any window of the stated length, by
// the time at which each request arrives, which is not the time at which it was sent.
import { describe, expect, it } from 'vitest';
import { type RateLimit, rateLimitSchema } from '../../../src/model/profile.ts';
import { isCounted } from '../../../src/target/rate-window.ts';
import { Realm } from '../../../src/target/realm.ts';
import { EventClock } from '../../support/event-clock.ts';

interface Load {
  readonly limits: readonly RateLimit[];
  readonly seconds: number;
  readonly workers?: number;
  /** Milliseconds to the target and back; each request takes its own way. */
  readonly way?: (request: number) => number;
}

const POST = { method: 'POST', endpoint: 'Users', bodyBytes: 300, operations: 1 };

/** Sends as much as may be sent; answers when requests arrived, in order, in milliseconds. */
async function sendAll({ limits, seconds, workers = 16, way = () => 5 }: Load): Promise<number[]> {
  const clock = new EventClock();
  const realm = new Realm('test', clock);
  realm.claim('job', { rateLimits: limits, concurrency: { start: workers, most: workers } });
  const arrived: number[] = [];
  let sent = 0;
  const stop = new AbortController();
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const permit = await realm.enter(POST, stop.signal);
      if ('closedFor' in permit) throw new Error('closed');
      sent += 1;
      const milliseconds = way(sent);
      await clock.sleep(milliseconds);
      arrived.push(clock.now().getTime());
      await clock.sleep(milliseconds);
      permit.leave('answered');
    }
  };
  const working = Array.from({ length: workers }, () => work().catch(() => undefined));
  await clock.runUntil(seconds * 1000);
  stop.abort();
  await clock.runUntil(seconds * 1000 + 10_000);
  await Promise.all(working);
  return arrived.filter((at) => at <= seconds * 1000).toSorted((a, b) => a - b);
}

/** The most requests in any window. */
function mostWithin(arrived: readonly number[], milliseconds: number): number {
  let first = 0;
  return arrived.reduce((most, at, index) => {
    while ((arrived[first] ?? at) <= at - milliseconds) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

// Between 2 and 8 ms, never twice the same in a row.
const unevenWay = (request: number): number => 2 + ((request * 7919) % 61) / 10;

// Every fiftieth takes 100 ms longer than the others.
const heldUp = (request: number): number => (request % 50 === 7 ? 105 : 5);

// spec: vendor-limits
describe('a limit', () => {
  it.each([
    ['a second', { operations: 25, perSeconds: 1 }, 120],
    ['a second, slowly answered', { operations: 25, perSeconds: 1 }, 120, () => 150],
    ['a second, unevenly', { operations: 50, perSeconds: 1 }, 60, unevenWay],
    ['a second, with requests that are held up on their way', { operations: 25, perSeconds: 1 }, 120, heldUp],
    ['10 seconds', { operations: 40, perSeconds: 10 }, 400],
    ['a minute', { operations: 600, perSeconds: 60 }, 1200, unevenWay],
    ['an hour', { operations: 2500, perSeconds: 3600 }, 4 * 3600],
    ['a day', { operations: 3000, perSeconds: 86_400 }, 3 * 86_400],
  ] as [string, RateLimit, number, ((request: number) => number)?][])(
    'per %s is used to 97 % and never exceeded',
    async (_name, limit, seconds, way) => {
      const arrived = await sendAll({ limits: [limit], seconds, ...(way === undefined ? {} : { way }) });
      expect(mostWithin(arrived, limit.perSeconds * 1000)).toBeLessThanOrEqual(limit.operations);
      expect(arrived.length).toBeGreaterThanOrEqual(0.97 * (limit.operations / limit.perSeconds) * seconds);
    },
  );

  it('a second is spread over the second', async () => {
    const arrived = await sendAll({ limits: [{ operations: 100, perSeconds: 1 }], seconds: 20 });
    expect(mostWithin(arrived.slice(100), 100)).toBeLessThanOrEqual(12);
  });

  it('with a burst is a bucket: the burst at once, then as it fills', async () => {
    const limit = { operations: 60, perSeconds: 60, burst: 20 };
    const arrived = await sendAll({ limits: [limit], seconds: 120 });
    expect(mostWithin(arrived, 1000)).toBeLessThanOrEqual(21);
    expect(arrived.filter((at) => at < 900)).toHaveLength(20);
    expect(arrived).toHaveLength(20 + 119);
  });

  it('holds beside others', async () => {
    const limits = [
      { operations: 10, perSeconds: 1 },
      { operations: 100, perSeconds: 60 },
      { operations: 1000, perSeconds: 3600 },
    ];
    const arrived = await sendAll({ limits, seconds: 7200 });
    for (const { operations, perSeconds } of limits)
      expect(mostWithin(arrived, perSeconds * 1000)).toBeLessThanOrEqual(operations);
    expect(arrived.length).toBeGreaterThanOrEqual(0.97 * 2000);
  });

  it('keeps more distance after a refusal', async () => {
    const clock = new EventClock();
    const realm = new Realm('test', clock);
    realm.claim('job', { rateLimits: [{ operations: 2, perSeconds: 10 }], concurrency: { start: 9, most: 9 } });
    const times: number[] = [];
    const run = async (): Promise<void> => {
      for (let request = 0; request < 6; request += 1) {
        const permit = await realm.enter(POST, new AbortController().signal);
        times.push(clock.now().getTime());
        if ('leave' in permit) permit.leave(request === 2 ? 'refused' : 'answered');
      }
    };
    const running = run();
    await clock.runUntil(60_000);
    await running;
    expect(times).toEqual([0, 0, 10_000, 10_050, 20_050, 20_100]);
  });
});

describe('which requests a limit counts', () => {
  const users = { method: 'POST', endpoint: 'Users', bodyBytes: 300, operations: 1 };
  const read = { ...users, method: 'GET', bodyBytes: 0 };
  const large = { ...users, method: 'PATCH', endpoint: 'Groups', bodyBytes: 501 };
  it.each([
    [{}, [true, true, true]],
    [{ requests: 'reads' }, [false, true, false]],
    [{ requests: 'writes' }, [true, false, true]],
    [{ methods: ['POST', 'GET'] }, [true, true, false]],
    [{ resources: ['Groups'] }, [false, false, true]],
    [{ methods: ['PATCH'], resources: ['Users'] }, [false, false, false]],
    [{ bodyOver: 500 }, [false, false, true]],
    [{ bodyOver: 501 }, [false, false, false]],
  ])('%j', (selection, expected) => {
    const limit = rateLimitSchema.parse({ operations: 1, perSeconds: 1, ...selection });
    expect([users, read, large].map((each) => isCounted(limit, each))).toEqual(expected);
  });

  it('nobody waits for a limit that does not count him', async () => {
    const clock = new EventClock();
    const realm = new Realm('test', clock);
    const limit = { operations: 1, perSeconds: 60, requests: 'writes' } as const;
    realm.claim('job', { rateLimits: [limit], concurrency: { start: 9, most: 9 } });
    const { signal } = new AbortController();
    const order: string[] = [];
    for (const [name, request] of [
      ['write 1', users],
      ['write 2', users],
      ['read', read],
      ['write 3', large],
    ] as const)
      void realm.enter(request, signal).then(() => order.push(`${name} at ${clock.now().getTime()}`));
    await clock.runUntil(200_000);
    expect(order).toEqual(['write 1 at 0', 'read at 0', 'write 2 at 60000', 'write 3 at 120000']);
  });
});
