// The search for the number of requests in flight, answer by answer.
import { describe, expect, it } from 'vitest';
import { concurrencyBounds, targetProfileSchema } from '../../../src/model/profile.ts';
import {
  type ConcurrencySample,
  type ConcurrencyState,
  firstConcurrency,
  nextConcurrency,
} from '../../../src/target/concurrency.ts';

const BOUNDS = { start: 4, most: 32 };

function after(state: ConcurrencyState, samples: readonly ConcurrencySample[]): ConcurrencyState {
  return samples.reduce((now, sample) => nextConcurrency(now, sample, BOUNDS), state);
}

/** A round of answers while as many requests as allowed are in flight. */
function round(state: ConcurrencyState, milliseconds: number, inFlight = state.limit): ConcurrencyState {
  return after(
    state,
    Array.from({ length: state.left }, () => ({ kind: 'answered', milliseconds, inFlight })),
  );
}

function rounds(state: ConcurrencyState, times: readonly number[]): ConcurrencyState {
  return times.reduce((now, milliseconds) => round(now, milliseconds), state);
}

const start = firstConcurrency(BOUNDS);
/** As it goes on after something was slow once. */
const cautious = { ...start, searching: false };
const refusal = (inFlight: number): ConcurrencySample => ({ kind: 'refused', milliseconds: 1, inFlight });
const quick = Array.from({ length: 28 }, () => 10);

describe('the number of requests in flight', () => {
  it.each([
    ['begins where the bounds say', start, 4],
    ['grows by half a round', rounds(start, [10, 10, 10]), 14],
    ['grows by half up to the bound', rounds(start, [10, 10, 10, 10, 10, 10]), 32],
    ['grows by one a round once a round was slow', rounds(start, [10, 10, 31, 10, 10]), 11],
    ['grows by one a round once a request was refused', rounds(after(start, [refusal(1)]), [10, 10]), 4],
    ['grows by one up to the bound', rounds(cautious, [...quick, 10, 10]), 32],
    ['does not grow within a round', after(start, [{ kind: 'answered', milliseconds: 1, inFlight: 4 }]), 4],
    ['does not grow while fewer are in flight', round(start, 10, 3), 4],
    ['grows when a round is a little slower', rounds(cautious, [10, 10, 29]), 7],
    ['does not grow after a slow round', rounds(cautious, [10, 10, 31]), 6],
    ['stays after two slow rounds', rounds(cautious, [10, 10, 50, 50]), 6],
    ['shrinks after three', rounds(start, [...quick, 50, 50, 50]), 22],
    ['takes doubled times of a slow target for slow', rounds(cautious, [200, 200, 450, 450, 450]), 4],
    ['does not count slow rounds that are not in a row', rounds(cautious, [10, 50, 50, 10, 50, 50]), 6],
    ['halves when refused', after(rounds(start, quick), [refusal(32)]), 16],
    ['halves once for all that were in flight', after(rounds(start, quick), Array(32).fill(refusal(32))), 16],
    ['halves again for what was sent later', after(rounds(start, quick), Array(33).fill(refusal(32))), 8],
    ['never falls below one', after(start, Array(99).fill(refusal(1))), 1],
    ['grows again from one', rounds(after(start, Array(99).fill(refusal(1))), [10, 10, 10]), 4],
  ])('%s', (_name, state, limit) => {
    expect(state.limit).toBe(limit);
  });

  it('takes a path that got longer for the usual one in the end', () => {
    const settled = rounds(start, [...quick, ...Array.from({ length: 200 }, () => 60)]);
    expect(settled.limit).toBeGreaterThan(20);
  });
});

describe('the bounds', () => {
  it.each([
    [{}, undefined, { start: 4, most: 32 }],
    [{ concurrency: 8 }, undefined, { start: 8, most: 8 }],
    [{ concurrency: 8, maxConcurrency: 64 }, undefined, { start: 8, most: 64 }],
    [{ maxConcurrency: 2 }, undefined, { start: 2, most: 2 }],
    [{ concurrency: 8, maxConcurrency: 64 }, 3, { start: 3, most: 3 }],
  ])('of a profile %j where a job says %s', (profile, stated, bounds) => {
    expect(concurrencyBounds(targetProfileSchema.parse(profile), stated)).toEqual(bounds);
  });
});
