// What is said about a held configuration.
import { describe, expect, it } from 'vitest';
import type { HeldConfiguration } from '../../../src/cli/held-configuration.ts';
import { configurationText, reportText, stateText } from '../../../src/cli/held-configuration-text.ts';
import type { ConfigurationReport } from '../../../src/model/configuration-report.ts';

const HELD: HeldConfiguration = {
  jobId: 'wiki',
  state: 'held',
  since: '2026-05-31T08:00:00.000Z',
  acceptedSince: '2026-04-01T09:15:00.000Z',
  reasons: [{ guardClass: 'scopeLosses', because: '600 removals (60.0 % of 1000): guards.scopeLosses.count is 100' }],
  counts: [
    { guardClass: 'scopeLosses', kind: 'user', action: 'disable', objects: 600, amount: 600 },
    { guardClass: 'updates', kind: 'user', action: 'update', objects: 1, amount: 1 },
    { guardClass: 'memberships', kind: 'group', action: 'remove', objects: 2, amount: 28 },
  ],
  decision: null,
};
const DECISION = { by: 'ana', at: '2026-05-31T09:00:00.000Z', reason: 'a slip', until: '2026-06-30T09:00:00.000Z' };

describe('stateText', () => {
  it.each([
    [
      HELD,
      /^held, first \d+ d ago: 600 people would be disabled \(scopeLosses\), 1 person would be updated \(updates\), 28 memberships of 2 groups would be removed \(memberships\); the job works with that of 2026-04-01 09:15 UTC$/,
    ],
    [{ ...HELD, counts: [], acceptedSince: null }, /d ago; the job works with the last accepted one$/],
    [
      { ...HELD, state: 'rejected' as const, decision: DECISION },
      /; rejected by ana on 2026-05-31 until 2026-06-30: a slip$/,
    ],
    [
      { ...HELD, state: 'approved' as const, decision: { ...DECISION, until: null } },
      /^approved by ana on 2026-05-31, the next cycle works with it: a slip$/,
    ],
  ])('case %#', (held, expected) => {
    expect(stateText(held)).toMatch(expected);
  });
});

describe('configurationText', () => {
  const changes = Array.from({ length: 22 }, (_, index) => ({
    objectId: `p${index}`,
    kind: 'user',
    displayName: index === 0 ? 'Ann\u001b[31m' : null,
    action: 'disable',
    guardClass: 'scopeLosses',
    amount: 1,
  }));
  it('shows why, the first changes and the commands; names cannot write to the terminal', () => {
    const lines = configurationText({ ...HELD, changes }, ' --config ./c', (_, text) => text).split('\n');
    expect(lines[1]).toContain('guards.scopeLosses.count is 100');
    expect(lines[2]).toMatch(/disable +user +Ann\\x1b\[31m +p0 +scopeLosses/);
    expect(lines.slice(-3)).toEqual([
      '  and 2 more (--json lists all)',
      '  approve: scimsync approve --job wiki --config --config ./c',
      '  reject:  scimsync reject --job wiki --config --config ./c',
    ]);
  });

  it('is one line once it is approved', () => {
    const approved = { ...HELD, state: 'approved' as const, decision: { ...DECISION, until: null }, changes };
    expect(configurationText(approved, '', (_, text) => text)).toMatch(/^wiki {2}configuration approved by ana/);
  });
});

it.each<[ConfigurationReport, RegExp]>([
  [{ state: 'wouldBeHeld', since: null, acceptedSince: null, reasons: HELD.reasons }, /would be held: 600 removals/],
  [{ ...HELD, state: 'held' }, /^the changed configuration is held, first \d+ d ago; the job works with that of 2026/],
])('reportText %#', (report, expected) => {
  expect(reportText(report)).toMatch(expected);
});
