// Guards as numbers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGuard } from '../../../src/rules/guard.ts';

const LIMITS = { count: 100, percent: 10, from: 5 };

describe('a class', () => {
  // spec: held-removals
  it.each([
    { numbers: { planned: 4, held: 0, recent: 0, linkedActive: 8 }, held: false, why: 'below the floor' },
    { numbers: { planned: 5, held: 0, recent: 0, linkedActive: 40 }, held: true, why: 'percent' },
    { numbers: { planned: 5, held: 0, recent: 0, linkedActive: 50 }, held: false, why: 'within' },
    { numbers: { planned: 100, held: 0, recent: 0, linkedActive: 5000 }, held: false, why: 'within' },
    { numbers: { planned: 101, held: 0, recent: 0, linkedActive: 5000 }, held: true, why: 'count' },
    { numbers: { planned: 1, held: 100, recent: 0, linkedActive: 5000 }, held: true, why: 'count' },
    { numbers: { planned: 1, held: 0, recent: 100, linkedActive: 5000 }, held: true, why: 'count' },
    { numbers: { planned: 3, held: 0, recent: 3, linkedActive: 37 }, held: true, why: 'percent' },
    { numbers: { planned: 0, held: 500, recent: 500, linkedActive: 10 }, held: false, why: 'nothing new' },
    { numbers: { planned: 5, held: 0, recent: 0, linkedActive: 0 }, held: false, why: 'within' },
  ])('$numbers: held $held ($why)', ({ numbers, held, why }) => {
    const verdict = evaluateGuard('scopeLosses', LIMITS, numbers);
    expect(verdict.held).toBe(held);
    expect(verdict.because).toContain(why);
  });

  // spec: everybody-at-once
  it.each([
    { name: 'leavers', numbers: { planned: 1, held: 0, recent: 0, linkedActive: 1 }, held: false },
    { name: 'leavers', numbers: { planned: 2, held: 0, recent: 0, linkedActive: 2 }, held: true },
    { name: 'leavers', numbers: { planned: 2, held: 0, recent: 0, linkedActive: 3 }, held: false },
    { name: 'leavers', numbers: { planned: 1, held: 0, recent: 2, linkedActive: 1 }, held: true },
    { name: 'leavers', numbers: { planned: 1, held: 2, recent: 0, linkedActive: 3 }, held: true },
    { name: 'leavers', numbers: { planned: 0, held: 2, recent: 0, linkedActive: 2 }, held: false },
    { name: 'leavers', numbers: { planned: 2, held: 0, recent: 0, linkedActive: 0 }, held: false },
    { name: 'creates', numbers: { planned: 3, held: 0, recent: 0, linkedActive: 3 }, held: true },
    { name: 'identity', numbers: { planned: 3, held: 0, recent: 0, linkedActive: 3 }, held: true },
    { name: 'groupDeletes', numbers: { planned: 2, held: 0, recent: 0, linkedActive: 2 }, held: true },
    { name: 'memberships', numbers: { planned: 3, held: 0, recent: 0, linkedActive: 3 }, held: false },
  ] as const)('everybody at once, $name of $numbers: held $held', ({ name, numbers, held }) => {
    const verdict = evaluateGuard(name, LIMITS, numbers);
    expect(verdict.held).toBe(held);
    if (held) expect(verdict.because).toContain('everybody');
    expect(evaluateGuard(name, { ...LIMITS, percent: 100 }, numbers).held).toBe(false);
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
