import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/engine/ports.ts';
import { JobFault } from '../../../src/model/errors.ts';
import { type Attempt, backoffMilliseconds, createBackoff, retryAfterMilliseconds } from '../../../src/source/retry.ts';

const now = new Date('2026-03-01T08:00:00Z');
const never = new AbortController().signal;
const fault = new JobFault('SourceUnreachable', 'busy.');

function virtual(): Clock & { readonly sleeps: number[] } {
  let time = now.getTime();
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(time),
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      time += milliseconds;
    },
  };
}

describe('Retry-After', () => {
  it.each([
    ['1', 1000],
    ['2.128', 2128],
    ['0', 0],
    [' 7 ', 7000],
    ['Sun, 01 Mar 2026 08:01:00 GMT', 60_000],
    ['Sun, 01 Mar 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%s means %s ms', (header, expected) => {
    expect(retryAfterMilliseconds(header, now)).toBe(expected);
  });
});

describe('backoff', () => {
  it('grows from 1 to 64 s, with at most a quarter of chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, chance) => {
        const wait = backoffMilliseconds(tries, () => chance);
        const base = Math.min(2 ** (tries - 1), 64) * 1000;
        expect(wait).toBeGreaterThanOrEqual(base);
        expect(wait).toBeLessThanOrEqual(base * 1.25);
      }),
    );
  });

  it('never waits shorter than asked, and never longer in total than its patience', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 15 }),
        fc.integer({ min: 1, max: 600 }),
        async (waits, maxWaitSeconds) => {
          const clock = virtual();
          const left = [...waits];
          const backoff = createBackoff({ clock, random: () => 0.5, maxWaitSeconds });
          let allowedAt = 0;
          const attempt = async (): Promise<Attempt<string>> => {
            expect(clock.now().getTime()).toBeGreaterThanOrEqual(allowedAt);
            const waitMilliseconds = left.shift();
            if (waitMilliseconds === undefined) return { outcome: 'done', value: 'ok' };
            allowedAt = clock.now().getTime() + waitMilliseconds;
            return { outcome: 'throttled', waitMilliseconds, fault };
          };
          const result = await backoff.run(attempt, never).catch((error: unknown) => error);
          const total = waits.reduce((sum, each) => sum + each, 0);
          if (total <= maxWaitSeconds * 1000) expect(result).toBe('ok');
          else expect(result).toMatchObject({ code: 'SourceUnreachable' });
          expect(clock.sleeps.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(maxWaitSeconds * 1000);
        },
      ),
    );
  });

  it('ends when the service asks to come back at once for ever', async () => {
    const backoff = createBackoff({ clock: virtual(), random: () => 0, maxWaitSeconds: 600 });
    let tries = 0;
    const attempt = async (): Promise<Attempt<never>> => {
      tries += 1;
      return { outcome: 'throttled', waitMilliseconds: 0, fault };
    };
    await expect(backoff.run(attempt, never)).rejects.toBe(fault);
    expect(tries).toBe(20);
  });

  it('asks again after an hour, however long it was told to wait', async () => {
    const clock = virtual();
    const backoff = createBackoff({ clock, random: () => 0, maxWaitSeconds: 600 });
    const year: Attempt<string> = { outcome: 'throttled', waitMilliseconds: 31_536_000_000, fault };
    await expect(backoff.run(async () => year, never)).rejects.toMatchObject({ code: 'SourceUnreachable' });
    await clock.sleep(2_900_000);
    const done: Attempt<string> = { outcome: 'done', value: 'ok' };
    await expect(backoff.run(async () => done, never)).rejects.toMatchObject({ code: 'SourceUnreachable' });
    await clock.sleep(100_000);
    expect(await backoff.run(async () => done, never)).toBe('ok');
  });

  it('does not begin when aborted already', async () => {
    const backoff = createBackoff({ clock: virtual(), random: () => 0, maxWaitSeconds: 600 });
    const attempt = async (): Promise<Attempt<string>> => ({ outcome: 'done', value: 'x' });
    await expect(backoff.run(attempt, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});
