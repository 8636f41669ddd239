// The table of transitions, every state with every event; the pace of attempts; and how much failing is too much.
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE, type ErrorCode } from '../../../src/model/errors.ts';
import { jobSchema } from '../../../src/model/job.ts';
import { QUARANTINE_REASONS, type Quarantine } from '../../../src/model/quarantine.ts';
import {
  afterEvent,
  attemptDelay,
  eventOfFault,
  isCauseGone,
  isLongLasting,
  judgeFailures,
  QUARANTINE_EVENTS,
  QUARANTINE_TRANSITIONS,
  type QuarantineEvent,
  type QuarantineState,
} from '../../../src/rules/quarantine.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STATES: readonly QuarantineState[] = ['none', ...QUARANTINE_REASONS];
const REFUSED = 'EncounteredQuarantineException';
const PROPORTION = 'EncounteredEscrowProportionThreshold';
const BASE = 'EncounteredBaseEscrowThreshold';
const TOTAL = 'EncounteredTotalEscrowThreshold';

/** Written out once more, by hand: a slip in the table must not go unnoticed. */
const EXPECTED: Readonly<Record<QuarantineState, Readonly<Record<QuarantineEvent, QuarantineState>>>> = {
  none: {
    cycleEnded: 'none',
    refused: REFUSED,
    attemptFailed: 'none',
    proportion: PROPORTION,
    objects: BASE,
    total: TOTAL,
    lifted: 'none',
  },
  [REFUSED]: {
    cycleEnded: 'none',
    refused: REFUSED,
    attemptFailed: REFUSED,
    proportion: PROPORTION,
    objects: BASE,
    total: TOTAL,
    lifted: 'none',
  },
  [PROPORTION]: {
    cycleEnded: 'none',
    refused: REFUSED,
    attemptFailed: PROPORTION,
    proportion: PROPORTION,
    objects: BASE,
    total: TOTAL,
    lifted: 'none',
  },
  [BASE]: {
    cycleEnded: 'none',
    refused: REFUSED,
    attemptFailed: BASE,
    proportion: PROPORTION,
    objects: BASE,
    total: TOTAL,
    lifted: 'none',
  },
  [TOTAL]: {
    cycleEnded: 'none',
    refused: REFUSED,
    attemptFailed: TOTAL,
    proportion: PROPORTION,
    objects: BASE,
    total: TOTAL,
    lifted: 'none',
  },
};

const NOW = Date.parse('2026-03-02T08:00:00Z');
const ERROR = { code: 'InvalidValue', message: 'many' };

function inState(state: QuarantineState): Quarantine | null {
  if (state === 'none') return null;
  return {
    reason: state,
    currentBegan: NOW - 2 * HOUR,
    nextAttempt: NOW,
    seriesBegan: NOW - 3 * HOUR,
    seriesCount: 4,
    error: { code: 'TargetCredentialsInvalid', message: 'before' },
  };
}

// spec: quarantine
describe('every state with every event', () => {
  const cases = STATES.flatMap((state) => QUARANTINE_EVENTS.map((event) => ({ state, event })));

  it('is in the table', () => {
    expect(QUARANTINE_TRANSITIONS).toEqual(EXPECTED);
    expect(cases).toHaveLength(STATES.length * QUARANTINE_EVENTS.length);
  });

  it.each(cases)('$state, $event', ({ state, event }) => {
    const to = EXPECTED[state][event];
    const after = afterEvent(inState(state), event, { now: NOW, interval: 40 * MINUTE, error: ERROR });
    if (to === 'none') {
      expect(after).toBeNull();
      return;
    }
    const isNew = state === 'none';
    expect(after).toEqual({
      reason: to,
      currentBegan: to === state ? NOW - 2 * HOUR : NOW,
      seriesBegan: isNew ? NOW : NOW - 3 * HOUR,
      seriesCount: isNew ? 1 : 5,
      nextAttempt: NOW + (isNew ? 5 * MINUTE : 80 * MINUTE),
      error: ERROR,
    });
  });
});

it('attempts are five minutes apart at first, then double, up to a day', () => {
  const delays = Array.from({ length: 12 }, (_, index) => attemptDelay(index + 1, 40 * MINUTE) / MINUTE);
  expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]);
  expect(attemptDelay(10_000, 40 * MINUTE)).toBe(DAY);
  expect(attemptDelay(1, MINUTE), 'a job that runs every minute').toBe(MINUTE);
});

it('it lasts long after 28 days', () => {
  expect(isLongLasting({ seriesBegan: NOW }, NOW + 28 * DAY - 1)).toBe(false);
  expect(isLongLasting({ seriesBegan: NOW }, NOW + 28 * DAY)).toBe(true);
});

describe('a fault of the job', () => {
  const refused: readonly ErrorCode[] = [
    'TargetCredentialsInvalid',
    'TargetTokenRefused',
    'TargetIncompatible',
    'SourceCredentialsInvalid',
    'SourceSecretExpired',
    'SourceTenantUnknown',
    'SourceClientUnknown',
  ];
  const ignored: readonly ErrorCode[] = ['JobBusy', 'LeaseLost', 'ReadOnly'];
  const faults = (Object.keys(ERROR_TABLE) as ErrorCode[]).filter((code) => ERROR_TABLE[code].scope === 'job');

  it.each(faults)('%s', (code) => {
    const expected = refused.includes(code) ? 'refused' : ignored.includes(code) ? null : 'attemptFailed';
    expect(eventOfFault(code)).toBe(expected);
  });
});

describe('so much fails', () => {
  const LIMITS = jobSchema.shape.escrowThresholds.parse(undefined);
  const cases: readonly [string, Parameters<typeof judgeFailures>[0], QuarantineEvent | null][] = [
    ['9 of 10', { objects: 9, references: 0, inScope: 10 }, 'proportion'],
    ['5 of 10', { objects: 5, references: 0, inScope: 10 }, 'proportion'],
    ['4 of 10, which is not more than 40 %', { objects: 4, references: 0, inScope: 10 }, null],
    ['9 of 9: too few to judge', { objects: 9, references: 0, inScope: 9 }, null],
    ['10 of nobody in scope', { objects: 10, references: 0, inScope: 0 }, 'proportion'],
    ['12 chronic ones of 2,000', { objects: 12, references: 0, inScope: 2000 }, null],
    ['all managers, and nothing else', { objects: 0, references: 1000, inScope: 1000 }, null],
    // Entra's worked examples, without its rule that nothing is judged below 5,000 failures.
    ['45,000 of 200,000', { objects: 45_000, references: 0, inScope: 200_000 }, 'objects'],
    ['30,000 of 35,000', { objects: 30_000, references: 0, inScope: 35_000 }, 'proportion'],
    ['20,000 of 120,000', { objects: 20_000, references: 0, inScope: 120_000 }, null],
    [
      '40,000 people and 21,000 managers of 200,000',
      { objects: 40_000, references: 21_000, inScope: 200_000 },
      'total',
    ],
  ];

  it.each(cases)('%s', (_, numbers, event) => {
    const verdict = judgeFailures(numbers, LIMITS);
    expect(verdict?.event ?? null).toBe(event);
    if (verdict !== null) expect(verdict.because).toMatch(/escrowThresholds\.\w+: \d+/);
  });
});

it.each([
  [3, 3, false],
  [3, 2, false],
  [3, 1, true],
  [3, 0, true],
  [2, 1, false],
  [1, 1, false],
  [1, 0, true],
  [0, 0, true],
])('of %i that were tried %i failed: the cause is gone? %s', (tried, failed, gone) => {
  expect(isCauseGone(tried, failed)).toBe(gone);
});
