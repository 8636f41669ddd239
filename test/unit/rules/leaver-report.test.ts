// What a report says about a departure: confirmed, over, left alone on purpose, or still open and why.
import { expect, it } from 'vitest';
import { type DepartureFacts, judgeLeaver } from '../../../src/rules/leaver-report.ts';

const OPEN: DepartureFacts = {
  outcome: null,
  firstSeen: 0,
  confirmedAt: null,
  endedBy: null,
  waiting: null,
  failing: null,
};
const MINUTE = 60_000;

// spec: departures
it.each<[string, Partial<DepartureFacts>, ReturnType<typeof judgeLeaver>]>([
  ['seen just now', {}, { outcome: null, minutes: null, open: 'notYet' }],
  ['held', { waiting: 'staged' }, { outcome: null, minutes: null, open: 'held' }],
  [
    'held, and failing before',
    { waiting: 'staged', failing: 'Timeout' },
    { outcome: null, minutes: null, open: 'held' },
  ],
  ['approved', { waiting: 'approved' }, { outcome: null, minutes: null, open: 'approved' }],
  ['rejected', { waiting: 'rejected' }, { outcome: null, minutes: null, open: 'rejected' }],
  ['failing', { failing: 'Timeout' }, { outcome: null, minutes: null, open: 'failed' }],
  [
    'disabled, groups still to come',
    { outcome: 'disabled' },
    { outcome: 'disabled', minutes: null, open: 'memberships' },
  ],
  ['disabled at once', { outcome: 'disabled', confirmedAt: 0 }, { outcome: 'disabled', minutes: 0, open: null }],
  [
    'a moment more than a minute counts as two',
    { outcome: 'disabled', confirmedAt: MINUTE + 1 },
    { outcome: 'disabled', minutes: 2, open: null },
  ],
  [
    'disabled, and a deletion held',
    { outcome: 'disabled', confirmedAt: MINUTE, waiting: 'staged' },
    { outcome: 'disabled', minutes: 1, open: null },
  ],
  ['left alone', { outcome: 'leftAlone' }, { outcome: 'leftAlone', minutes: null, open: null }],
  ['protected', { outcome: 'protected' }, { outcome: 'protected', minutes: null, open: null }],
  ['back before anything', { endedBy: 'returned' }, { outcome: 'returned', minutes: null, open: null }],
  ['another event before anything', { endedBy: 'otherEvent' }, { outcome: 'otherEvent', minutes: null, open: null }],
  [
    'back after it was disabled',
    { outcome: 'disabled', confirmedAt: MINUTE, endedBy: 'returned' },
    { outcome: 'disabled', minutes: 1, open: null },
  ],
  ['gone meanwhile', { endedBy: 'gone' }, { outcome: 'gone', minutes: null, open: null }],
])('%s', (_name, facts, verdict) => {
  expect(judgeLeaver({ ...OPEN, ...facts })).toEqual(verdict);
});
