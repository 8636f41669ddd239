// When a job is due.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstDue, nextDue } from '../../../src/rules/schedule.ts';

const EVERY = 40 * 60_000;

it('a job is due one interval after its last start', () => {
  expect(nextDue(1000, EVERY)).toBe(1000 + EVERY);
});

it('a single new job is due at once', () => {
  expect(firstDue('peakon', 1, EVERY, 5)).toBe(5);
});

it('new jobs are spread, always the same way, and within one interval', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 2000 }), (id, jobs) => {
      const due = firstDue(id, jobs, EVERY, 0);
      expect(due).toBe(firstDue(id, jobs, EVERY, 0));
      expect(due).toBeGreaterThanOrEqual(0);
      expect(due).toBeLessThanOrEqual(Math.min(EVERY, (jobs - 1) * 10_000));
    }),
  );
  const moments = new Set(Array.from({ length: 100 }, (_, index) => firstDue(`job-${index}`, 100, EVERY, 0)));
  expect(moments.size).toBeGreaterThan(90);
});
