// When a failed object is tried again.
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE, type ErrorCode } from '../../../src/model/errors.ts';
import { nextAttempt } from '../../../src/rules/escrow-backoff.ts';

const HOUR = 3_600_000;

describe('the next attempt', () => {
  // spec: escrow
  it.each([
    { attempts: 1, now: 0, hours: 6 },
    { attempts: 2, now: 6, hours: 12 },
    { attempts: 3, now: 12, hours: 24 },
    { attempts: 4, now: 24, hours: 48 },
    { attempts: 9, now: 100, hours: 124 },
    { attempts: 2, now: 30, hours: 30 },
  ])('after failure $attempts at hour $now is at hour $hours', ({ attempts, now, hours }) => {
    expect(nextAttempt('InvalidValue', attempts, 0, now * HOUR)).toBe(hours * HOUR);
  });

  it.each(
    Object.entries(ERROR_TABLE)
      .filter(([, { scope, retry }]) => scope === 'object' && retry === 'nextCycle')
      .map(([code]) => code as ErrorCode),
  )('after %s is the next cycle, however often it failed', (code) => {
    expect(nextAttempt(code, 50, 0, 7 * HOUR)).toBe(7 * HOUR);
  });
});
