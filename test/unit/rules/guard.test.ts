// Accidental-deletion guards as numbers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGuard } from '../../../src/rules/guard.ts';

const LIMITS = { count: 100, percent: 10, from: 5 };

describe('a class of removals', () => {
  it.each([
    { numbers: { planned: 4, held: 0, recent: 0, linkedActive: 4 }, held: false, why: 'below the floor' },
    { numbers: { planned: 5, held: 0, recent: 0, linkedActive: 40 }, held: true, why: 'percent' },
    { numbers: { planned: 5, held: 0, recent: 0, linkedActive: 50 }, held: false, why: 'within' },
    { numbers: { planned: 100, held: 0, recent: 0, linkedActive: 5000 }, held: false, why: 'within' },
    { numbers: { planned: 101, held: 0, recent: 0, linkedActive: 5000 }, held: true, why: 'count' },
    { numbers: { planned: 1, held: 100, recent: 0, linkedActive: 5000 }, held: true, why: 'count' },
    { numbers: { planned: 1, held: 0, recent: 100, linkedActive: 5000 }, held: true, why: 'count' },
    { numbers: { planned: 3, held: 0, recent: 3, linkedActive: 37 }, held: true, why: 'percent' },
    { numbers: { planned: 0, held: 500, recent: 500, linkedActive: 10 }, held: false, why: 'below the floor' },
    { numbers: { planned: 5, held: 0, recent: 0, linkedActive: 0 }, held: false, why: 'within' },
  ])('$numbers: held $held ($why)', ({ numbers, held, why }) => {
    const verdict = evaluateGuard('scopeLosses', LIMITS, numbers);
    expect(verdict.held).toBe(held);
    expect(verdict.because).toContain(why);
  });

  it('that is held stays held when more is added', () => {
    const number = fc.nat(1000);
    fc.assert(
      fc.property(number, number, number, number, fc.nat(50), (planned, held, recent, linkedActive, more) => {
        const before = evaluateGuard('leavers', LIMITS, { planned, held, recent, linkedActive });
        const after = evaluateGuard('leavers', LIMITS, { planned: planned + more, held, recent, linkedActive });
        expect(!before.held || after.held).toBe(true);
      }),
    );
  });
});
