import { describe, expect, it } from 'vitest';
import { pauseEnded, pauseOf, tokensEndIn } from '../../../src/rules/pause.ts';

const NONE = { paused_since: null, paused_until: null, pause_reason: null };
const PAUSED = { paused_since: 100, paused_until: 200, pause_reason: 'maintenance' };

describe('a pause', () => {
  // spec: pause
  it.each([
    { name: 'was never', stored: NONE, now: 150, pause: null, ended: null },
    { name: 'lasts', stored: PAUSED, now: 150, pause: { since: 100, until: 200, reason: 'maintenance' }, ended: null },
    { name: 'lasts to the last millisecond', stored: PAUSED, now: 199, pause: { until: 200 }, ended: null },
    { name: 'ends by itself', stored: PAUSED, now: 200, pause: null, ended: 200 },
    { name: 'has ended', stored: PAUSED, now: 9000, pause: null, ended: 200 },
    { name: 'without an end is none', stored: { ...PAUSED, paused_until: null }, now: 150, pause: null, ended: null },
  ])('$name', ({ stored, now, pause, ended }) => {
    const found = pauseOf(stored, now);
    if (pause === null) expect(found).toBeNull();
    else expect(found).toMatchObject(pause);
    expect(pauseEnded(stored, now)).toBe(ended);
  });
});

const DAY = 86_400_000;

it.each([
  { days: 1, ends: null },
  { days: 6, ends: null },
  { days: 7, ends: 7 },
  { days: 30, ends: 7 },
])('a pause of $days days and the 7 days of delta tokens', ({ days, ends }) => {
  const pause = { since: 10 * DAY, until: (10 + days) * DAY, reason: null };
  expect(tokensEndIn(pause)).toBe(ends === null ? null : (10 + ends) * DAY);
});
