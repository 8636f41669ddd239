import { describe, expect, it } from 'vitest';
import { planReportLines } from '../../../src/cli/plan-report-text.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import type { PlanReport } from '../../../src/model/plan-report.ts';

const NOTHING = { create: 0, adoptUnchanged: 0, adoptChanged: 0, update: 0, enable: 0, disable: 0, delete: 0 };

const REPORT: PlanReport = {
  at: '2026-05-31T08:00:00.000Z',
  target: 'https://acme.peakon.com/api/scim/v2',
  mode: 'observe',
  firstContact: true,
  source: {
    assigned: 821,
    inScope: 812,
    leftOut: [
      { because: 'blocked from sign-in', count: 6 },
      { because: 'by filter "staff only"', count: 3 },
    ],
    defaultAccess: 21,
  },
  matching: {
    accounts: 911,
    matchedBy: [
      { attribute: 'externalId', count: 0 },
      { attribute: 'userName', count: 794 },
    ],
    none: 18,
    ambiguous: 0,
    foundBy: [
      { attribute: 'externalId', found: 0, configured: true },
      { attribute: 'userName', found: 794, configured: true },
      { attribute: 'emails[type eq "work"].value', found: 809, configured: false },
    ],
    unmatchedAccounts: 117,
  },
  people: { ...NOTHING, create: 18, adoptUnchanged: 183, adoptChanged: 611 },
  groups: NOTHING,
  memberships: { added: 0, removed: 0 },
  held: [],
  changes: [
    {
      attribute: 'department',
      count: 602,
      example: { who: 'ana.ruiz@acme.com', oldValue: 'Sales EMEA', newValue: 'Sales' },
    },
    { attribute: 'name.familyName', count: 12, example: { who: 'jo.li@acme.com', oldValue: 'LI', newValue: 'Li' } },
  ],
};

const textOf = (change: Partial<PlanReport> = {}) => planReportLines({ ...REPORT, ...change }, plainPaint).join('\n');

describe('a described plan', () => {
  it('says what was done where no list was read', () => {
    expect(textOf({ matching: null })).toMatch(/target +not listed: each account was asked for\n/);
    expect(textOf({ matching: null, people: NOTHING })).toContain('not listed: nobody new had to be looked for');
  });

  it('reads as a whole', () => {
    expect(textOf()).toBe(
      [
        '  source    821 assigned · 812 in scope · 9 not (6 blocked from sign-in, 3 by filter "staff only") · 21 assignments with Default Access left out',
        '  target    911 accounts',
        '  matching  externalId 0 · userName 794 · none 18 · ambiguous 0    97.8 %',
        '            emails[type eq "work"].value would find 809: consider it as matchingPriority 1',
        '  would     create 18 · adopt 794 (183 unchanged, 611 changed) · update 0 · enable 0 · disable 0 · delete 0',
        '            117 accounts are not ours and stay untouched',
        '  changes   department       602  !  e.g. ana.ruiz@acme.com  "Sales EMEA" -> "Sales"',
        '            name.familyName   12     e.g. jo.li@acme.com  "LI" -> "Li"',
      ].join('\n'),
    );
  });

  it('says what a guard would hold', () => {
    expect(textOf({ held: [{ guardClass: 'creates', count: 18, because: 'first contact: …' }] })).toContain(
      '  held      18 in creates: first contact: …',
    );
  });

  it('says why objects cannot be planned', () => {
    const failing = [{ code: 'TargetOwnedByOther', count: 21, who: 'Ana Ruiz', message: 'The account u1 has "HR-1".' }];
    expect(textOf({ failing })).toContain(
      '  failing   21 objects cannot be planned: TargetOwnedByOther, e.g. Ana Ruiz: The account u1 has "HR-1".',
    );
  });

  it('shows a share of everybody only at the first contact', () => {
    expect(textOf({ firstContact: false })).not.toContain('%');
  });

  it('speaks of groups only where there is something to do', () => {
    expect(textOf()).not.toContain('groups:');
    expect(textOf({ groups: { ...NOTHING, create: 2 }, memberships: { added: 9, removed: 1 } })).toContain(
      'groups: create 2',
    );
  });

  it('lets no control character through', () => {
    const because = 'by filter "\u001b[31mred"';
    expect(
      textOf({ source: { assigned: 1, inScope: 0, leftOut: [{ because, count: 1 }], defaultAccess: 0 } }),
    ).not.toContain('\u001b');
  });
});
