import { describe, expect, it } from 'vitest';
import { ALERTS } from '../../../src/model/job.ts';
import type { Quarantine } from '../../../src/model/quarantine.ts';
import type { AlertFacts } from '../../../src/rules/alert-conditions.ts';
import { alertConditions } from '../../../src/rules/alert-conditions.ts';
import { type AlertRecord, decideAlerts } from '../../../src/rules/alerts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-02T08:00:00Z');

const WELL: AlertFacts = {
  wanted: ALERTS,
  interval: 40 * MINUTE,
  noSuccessAfter: 3,
  fault: null,
  quarantine: null,
  held: 0,
  failing: 0,
  newestFailure: 0,
  credentials: [],
  lastSuccess: NOW,
  successDueSince: NOW,
  inInitialCycle: false,
  pause: null,
  observedSince: null,
};

const credential = (daysLeft: number, expires = '2026-03-20', what = 'target.auth.token') => ({
  what,
  expires,
  daysLeft,
});

/** Recipients whose mails can fail, and what they were told: `opened jobFailed`. */
class Recipients {
  now = NOW;
  records: AlertRecord[] = [];
  mailWorks = true;

  /** Decides at this moment; returns what was told. */
  hear(facts: Partial<AlertFacts>): string[] {
    const decisions = decideAlerts(
      { ...WELL, successDueSince: this.now, lastSuccess: null, ...facts },
      this.records,
      this.now,
    );
    this.records = decisions.flatMap(({ next, tell }) => {
      const kept = this.mailWorks && tell !== null ? tell.next : next;
      return kept === null ? [] : [kept];
    });
    return decisions.flatMap(({ kind, tell }) => (tell === null ? [] : [`${tell.alert.telling} ${kind}`]));
  }

  /** As `hear`, so much later. */
  later(milliseconds: number, facts: Partial<AlertFacts>): string[] {
    this.now += milliseconds;
    return this.hear(facts);
  }
}

const FAULT = { fault: 'TargetUnreachable' };

const REFUSED_TOKEN: Quarantine = {
  reason: 'EncounteredQuarantineException',
  currentBegan: NOW,
  nextAttempt: NOW + 5 * MINUTE,
  seriesBegan: NOW,
  seriesCount: 1,
  error: { code: 'TargetCredentialsInvalid', message: 'refused' },
};

describe('conditions', () => {
  const cases: readonly { name: string; facts: Partial<AlertFacts>; expected: string[] }[] = [
    { name: 'a job that is well', facts: {}, expected: [] },
    { name: 'a fault', facts: FAULT, expected: ['jobFailed'] },
    { name: 'another process has the job', facts: { fault: 'JobBusy' }, expected: [] },
    { name: 'the lease was lost', facts: { fault: 'LeaseLost' }, expected: [] },
    { name: 'quarantine', facts: { quarantine: REFUSED_TOKEN }, expected: ['quarantine'] },
    { name: 'held changes', facts: { held: 1 }, expected: ['held'] },
    { name: 'failing objects', facts: { failing: 2, newestFailure: NOW }, expected: ['objectsFailing'] },
    { name: 'a credential', facts: { credentials: [credential(18)] }, expected: ['credentialExpiring'] },
    { name: 'three intervals without success', facts: { successDueSince: NOW - 2 * HOUR }, expected: [] },
    { name: 'longer without success', facts: { successDueSince: NOW - 2 * HOUR - 1 }, expected: ['noSuccess'] },
    {
      name: 'a longer patience',
      facts: { successDueSince: NOW - 3 * HOUR, noSuccessAfter: 5 },
      expected: [],
    },
    { name: 'no success can be expected', facts: { successDueSince: null }, expected: [] },
    {
      name: 'an initial cycle of some hours',
      facts: { successDueSince: NOW - 20 * HOUR, inInitialCycle: true },
      expected: [],
    },
    {
      name: 'an initial cycle of more than a day',
      facts: { successDueSince: NOW - DAY - 1, inInitialCycle: true },
      expected: ['noSuccess'],
    },
    {
      name: 'no success during a pause',
      facts: { successDueSince: NOW - 4 * DAY, pause: { since: NOW - 4 * DAY, until: NOW + DAY, reason: null } },
      expected: [],
    },
    {
      name: 'a pause of 14 days',
      facts: { pause: { since: NOW - 14 * DAY, until: NOW + DAY, reason: null } },
      expected: ['pausedTooLong'],
    },
    {
      name: 'a long pause, two days before Microsoft Graph forgets how far it was read',
      facts: { pause: { since: NOW - 5 * DAY, until: NOW + 2 * DAY, reason: null } },
      expected: ['pausedTooLong'],
    },
    {
      name: 'a long pause before that',
      facts: { pause: { since: NOW - 5 * DAY + 1, until: NOW + 9 * DAY, reason: null } },
      expected: [],
    },
    {
      name: 'a pause that ends before that',
      facts: { pause: { since: NOW - 6 * DAY, until: NOW + DAY - 1, reason: null } },
      expected: [],
    },
    { name: 'observed for 13 days', facts: { observedSince: NOW - 13 * DAY }, expected: [] },
    { name: 'observed for 14 days', facts: { observedSince: NOW - 14 * DAY }, expected: ['observedTooLong'] },
    {
      name: 'several at once, worst first',
      facts: { ...FAULT, held: 1, failing: 1, successDueSince: NOW - DAY },
      expected: ['jobFailed', 'noSuccess', 'held', 'objectsFailing'],
    },
  ];
  it.each(cases)('$name', ({ facts, expected }) => {
    expect(alertConditions({ ...WELL, ...facts }, NOW).map(({ kind }) => kind)).toEqual(expected);
  });
});

describe('a job that cannot run', () => {
  it('is told once, once a day while it lasts, and once when it is over', () => {
    const recipients = new Recipients();
    expect(recipients.hear(FAULT)).toEqual(['opened jobFailed']);
    const during = Array.from({ length: 40 }, () => recipients.later(40 * MINUTE, FAULT)).flat();
    expect(during).toEqual(['reminder jobFailed']);
    expect(recipients.later(40 * MINUTE, {})).toEqual(['recovered jobFailed']);
    expect(recipients.later(40 * MINUTE, {})).toEqual([]);
    expect(recipients.later(DAY, {})).toEqual([]);
    expect(recipients.records).toEqual([]);
  });

  it('is told again at once for another fault, but not when the two alternate', () => {
    const recipients = new Recipients();
    recipients.hear(FAULT);
    expect(recipients.later(HOUR, { fault: 'TargetCredentialsInvalid' })).toEqual(['changed jobFailed']);
    expect(recipients.later(HOUR, FAULT)).toEqual([]);
    expect(recipients.later(HOUR, { fault: 'TargetCredentialsInvalid' })).toEqual([]);
  });

  it('that comes and goes is told three times, then once a day', () => {
    const recipients = new Recipients();
    const told: string[] = [];
    for (let round = 0; round < 18; round += 1) {
      told.push(...recipients.later(40 * MINUTE, FAULT));
      told.push(...recipients.later(40 * MINUTE, {}));
    }
    expect(told).toEqual(
      ['opened', 'recovered', 'opened', 'recovered', 'opened', 'recovered'].map((word) => `${word} jobFailed`),
    );
    expect(recipients.later(4 * HOUR, FAULT)).toEqual(['opened jobFailed']);
    expect(recipients.later(HOUR, {})).toEqual([]);
    expect(recipients.later(DAY, {})).toEqual(['recovered jobFailed']);
    expect(recipients.later(HOUR, {})).toEqual([]);
    expect(recipients.records).toEqual([]);
  });

  it('keeps when it began, whatever is told in between', () => {
    const recipients = new Recipients();
    recipients.hear(FAULT);
    recipients.later(HOUR, { fault: 'TargetCredentialsInvalid' });
    expect(recipients.records[0]?.openedAt).toBe(NOW);
  });
});

describe('a mail that could not be sent', () => {
  it('is owed until one is accepted', () => {
    const recipients = new Recipients();
    recipients.mailWorks = false;
    expect(recipients.hear(FAULT)).toEqual(['opened jobFailed']);
    expect(recipients.later(HOUR, FAULT)).toEqual(['opened jobFailed']);
    recipients.mailWorks = true;
    expect(recipients.later(HOUR, FAULT)).toEqual(['opened jobFailed']);
    expect(recipients.records[0]).toMatchObject({ openedAt: NOW, lastSent: NOW + 2 * HOUR });
    recipients.mailWorks = false;
    expect(recipients.later(HOUR, {})).toEqual(['recovered jobFailed']);
    recipients.mailWorks = true;
    expect(recipients.later(HOUR, {})).toEqual(['recovered jobFailed']);
    expect(recipients.later(HOUR, {})).toEqual([]);
  });

  it('is not owed for what was over before anybody heard of it', () => {
    const recipients = new Recipients();
    recipients.mailWorks = false;
    recipients.hear(FAULT);
    recipients.mailWorks = true;
    expect(recipients.later(HOUR, {})).toEqual([]);
    expect(recipients.records).toEqual([]);
  });

  it('about the end says nothing when the fault is back meanwhile', () => {
    const recipients = new Recipients();
    recipients.hear(FAULT);
    recipients.mailWorks = false;
    recipients.later(HOUR, {});
    recipients.mailWorks = true;
    expect(recipients.later(HOUR, FAULT)).toEqual([]);
    expect(recipients.later(HOUR, {})).toEqual(['recovered jobFailed']);
  });
});

describe('objects', () => {
  const failing = (count: number, newestFailure: number): Partial<AlertFacts> => ({ failing: count, newestFailure });

  it('that fail are told again after a day, and only if there are new ones', () => {
    const recipients = new Recipients();
    expect(recipients.hear(failing(4, NOW))).toEqual(['opened objectsFailing']);
    expect(recipients.later(HOUR, failing(5, NOW + HOUR))).toEqual([]);
    expect(recipients.later(DAY, failing(5, NOW + HOUR))).toEqual(['reminder objectsFailing']);
    expect(recipients.later(3 * DAY, failing(5, NOW + HOUR))).toEqual([]);
    expect(recipients.later(HOUR, {})).toEqual(['recovered objectsFailing']);
  });

  it.each([
    { name: 'failing', facts: (count: number): Partial<AlertFacts> => failing(count, NOW), kind: 'objectsFailing' },
    { name: 'held', facts: (count: number): Partial<AlertFacts> => ({ held: count }), kind: 'held' },
  ])('that are $name are told at once when they have doubled', ({ facts, kind }) => {
    const recipients = new Recipients();
    recipients.hear(facts(4));
    expect(recipients.later(HOUR, facts(7))).toEqual([]);
    expect(recipients.later(HOUR, facts(8))).toEqual([`changed ${kind}`]);
    expect(recipients.later(HOUR, facts(4))).toEqual([]);
    expect(recipients.later(HOUR, facts(8))).toEqual([]);
  });
});

describe('credentials', () => {
  const ends = (daysLeft: number): Partial<AlertFacts> => ({ credentials: [credential(daysLeft)] });

  it('are told at 30, 14, 7 and 1 days, when the day is past, and then daily', () => {
    const recipients = new Recipients();
    const told: number[] = [];
    for (let daysLeft = 30; daysLeft >= -3; daysLeft -= 1)
      if (recipients.later(DAY, ends(daysLeft)).length > 0) told.push(daysLeft);
    expect(told).toEqual([30, 14, 7, 1, -1, -2, -3]);
  });

  it('that were renewed are no news', () => {
    const recipients = new Recipients();
    recipients.hear(ends(5));
    expect(recipients.later(HOUR, {})).toEqual([]);
  });

  it('of which another one ends are told at once', () => {
    const recipients = new Recipients();
    recipients.hear(ends(5));
    const both = { credentials: [credential(5), credential(20, '2026-03-22', 'source.clientSecret')] };
    expect(recipients.later(HOUR, both)).toEqual(['changed credentialExpiring']);
  });
});

describe('no success', () => {
  const late = { successDueSince: NOW - DAY };

  it('is over with a success only, not because a pause moved the moment it was due', () => {
    const recipients = new Recipients();
    expect(recipients.hear({ ...late, lastSuccess: NOW - DAY })).toEqual(['opened noSuccess']);
    expect(recipients.later(HOUR, { successDueSince: recipients.now, lastSuccess: NOW - DAY })).toEqual([]);
    expect(recipients.later(HOUR, { successDueSince: recipients.now, lastSuccess: recipients.now })).toEqual([
      'recovered noSuccess',
    ]);
  });
});

describe('a pause', () => {
  it('neither reminds nor recovers: what was wrong is unknown until the job runs again', () => {
    const recipients = new Recipients();
    recipients.hear(FAULT);
    const pause = { since: NOW, until: NOW + 30 * DAY, reason: null };
    expect(recipients.later(2 * DAY, { ...FAULT, pause })).toEqual([]);
    expect(recipients.later(DAY, { pause })).toEqual([]);
    expect(recipients.later(DAY, {})).toEqual(['recovered jobFailed']);
  });

  it('that lasts is told after 5 days, then weekly, and its end is not', () => {
    const recipients = new Recipients();
    const pause = { since: NOW, until: NOW + 30 * DAY, reason: null };
    const told: number[] = [];
    for (let day = 1; day <= 28; day += 1) if (recipients.later(DAY, { pause }).length > 0) told.push(day);
    expect(told).toEqual([5, 12, 19, 26]);
    expect(recipients.later(HOUR, {})).toEqual([]);
  });
});

describe('what somebody wants to hear', () => {
  it('leaves the rest out and forgets it', () => {
    const recipients = new Recipients();
    recipients.hear({ ...FAULT, held: 3 });
    const wanted = { wanted: ['held'] as const };
    expect(recipients.later(2 * DAY, { ...FAULT, held: 3, ...wanted })).toEqual(['reminder held']);
    expect(recipients.records.map(({ kind }) => kind)).toEqual(['held']);
    expect(recipients.later(HOUR, wanted)).toEqual([]);
  });

  it('is told again when it was over without a word and comes back', () => {
    const recipients = new Recipients();
    const wanted = { wanted: ['held'] as const };
    recipients.hear({ held: 3, ...wanted });
    recipients.later(HOUR, wanted);
    expect(recipients.later(HOUR, { held: 3, ...wanted })).toEqual(['opened held']);
  });
});

describe('a quarantine', () => {
  const quarantined = (changes: Partial<Quarantine> = {}): Partial<AlertFacts> => ({
    fault: 'TargetCredentialsInvalid',
    quarantine: { ...REFUSED_TOKEN, ...changes },
  });
  const failing: Partial<Quarantine> = {
    reason: 'EncounteredEscrowProportionThreshold',
    error: { code: 'InvalidValue', message: '9 of 10 objects fail' },
  };

  it('is told when it begins, when the reason changes, and when it is over', () => {
    const it = new Recipients();
    expect(it.hear(quarantined())).toEqual(['opened quarantine']);
    expect(it.later(5 * MINUTE, quarantined({ seriesCount: 2 }))).toEqual([]);
    expect(
      it.later(MINUTE, quarantined({ error: { code: 'TargetUnreachable', message: '' } })),
      'what an attempt meets',
    ).toEqual([]);
    expect(it.later(3 * DAY, { ...quarantined(), successDueSince: NOW - DAY })).toEqual([]);
    expect(it.later(MINUTE, { ...quarantined(failing), failing: 9, newestFailure: it.now })).toEqual([
      'changed quarantine',
    ]);
    expect(it.later(MINUTE, {})).toEqual(['recovered quarantine']);
    expect(it.later(MINUTE, {})).toEqual([]);
  });

  it('is told again when another side refuses', () => {
    const it = new Recipients();
    expect(it.hear(quarantined())).toEqual(['opened quarantine']);
    expect(it.later(MINUTE, quarantined({ error: { code: 'SourceSecretExpired', message: '' } }))).toEqual([
      'changed quarantine',
    ]);
    expect(it.later(MINUTE, quarantined())).toEqual([]);
  });

  it('is reminded of weekly, and after 28 days it is said how long', () => {
    const it = new Recipients();
    const seriesBegan = it.now;
    it.hear(quarantined({ seriesBegan }));
    expect(it.later(6 * DAY, quarantined({ seriesBegan }))).toEqual([]);
    expect(it.later(DAY, quarantined({ seriesBegan }))).toEqual(['reminder quarantine']);
    it.later(7 * DAY, quarantined({ seriesBegan }));
    it.later(7 * DAY, quarantined({ seriesBegan }));
    expect(it.later(6 * DAY, quarantined({ seriesBegan }))).toEqual([]);
    expect(it.later(DAY, quarantined({ seriesBegan }))).toEqual(['changed quarantine']);
  });

  it('leaves what was told before as it is until it is over', () => {
    const it = new Recipients();
    expect(it.hear({ fault: 'TargetUnreachable' })).toEqual(['opened jobFailed']);
    expect(it.later(HOUR, quarantined())).toEqual(['opened quarantine']);
    expect(it.later(HOUR, {})).toEqual(['recovered jobFailed', 'recovered quarantine']);
  });

  it('does not speak for faults and failures to those who are not told of it', () => {
    const it = new Recipients();
    const wanted = ['jobFailed', 'objectsFailing', 'recovered'] as const;
    expect(it.hear({ ...quarantined(failing), wanted, failing: 9, newestFailure: NOW })).toEqual([
      'opened jobFailed',
      'opened objectsFailing',
    ]);
  });
});
