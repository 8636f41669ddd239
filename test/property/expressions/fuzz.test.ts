import { expect, it } from 'vitest';
import { expressionRound } from '../../fuzz/expression-round.ts';
import { randomSource } from '../../fuzz/random-source.ts';

const ROUNDS = 20_000;

it('random and damaged expressions never crash, and fail with a documented kind of error', () => {
  const random = randomSource(Number(process.env['PROPERTY_SEED'] ?? 20_261_123));
  const rounds = Array.from({ length: ROUNDS }, () => expressionRound(random));
  expect(rounds.filter(({ crash }) => crash !== null)).toEqual([]);
  // Enough of them have to get as far as a value, or nothing was tried.
  expect(rounds.filter(({ outcome }) => outcome === 'value').length).toBeGreaterThan(ROUNDS / 5);
  expect(rounds.filter(({ outcome }) => outcome === 'error').length).toBeGreaterThan(ROUNDS / 20);
});
