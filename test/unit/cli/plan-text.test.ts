import { describe, expect, it } from 'vitest';
import { textPlan } from '../../../src/cli/plan-text.ts';
import { plainPaint, type Terminal } from '../../../src/cli/terminal.ts';
import type { WhatIf } from '../../../src/cli/what-if.ts';
import type { ListedChange } from '../../../src/engine/plan-listing.ts';
import type { Job } from '../../../src/model/job.ts';
import type { PlanReport } from '../../../src/model/plan-report.ts';
import { aCompletedRun, aJob } from './runs.ts';

const NOTHING = { create: 0, adoptUnchanged: 0, adoptChanged: 0, update: 0, enable: 0, disable: 0, delete: 0 };

const REPORT: PlanReport = {
  at: '2026-05-31T08:00:00.000Z',
  target: 'https://wiki.example.com/scim/v2',
  mode: 'observe',
  firstContact: true,
  source: { assigned: 60, inScope: 60, leftOut: [], defaultAccess: 0 },
  matching: null,
  people: { ...NOTHING, create: 60 },
  groups: NOTHING,
  memberships: { added: 0, removed: 0 },
  held: [{ guardClass: 'creates', count: 60, because: 'first contact: hardly anybody was found' }],
  changes: [],
};

async function* objects(count: number): AsyncGenerator<ListedChange> {
  for (let index = 0; index < count; index += 1)
    yield {
      kind: 'user',
      id: `u${index}`,
      displayName: null,
      action: 'create',
      targetId: null,
      event: null,
      guardClass: 'creates',
      because: 'No account found.',
      changes: [],
    };
}

async function textOf(
  report: Partial<PlanReport>,
  mode: Job['mode'],
  all = false,
  whatIfs: readonly WhatIf[] = [],
): Promise<string> {
  let text = '';
  const terminal: Terminal = {
    out: (part) => {
      text += part;
    },
    err: () => undefined,
    paint: plainPaint,
    paintErr: plainPaint,
    redraws: false,
    columns: 80,
  };
  const { summary } = aCompletedRun({ created: 60, held: 60 });
  const described = { ...summary, report: { ...REPORT, ...report } };
  await textPlan(aJob('wiki', { mode }), described, objects(60), { all, whatIfs }, ' --config c', terminal);
  return text;
}

describe('a plan on a terminal', () => {
  it('shows so few objects that the report stays in sight, and says how many there are', async () => {
    const text = await textOf({}, 'observe');
    expect(text.match(/^ {2}create/gm)).toHaveLength(12);
    expect(text).toContain('and 48 more objects: --all shows them');
    expect((await textOf({}, 'observe', true)).match(/^ {2}create/gm)).toHaveLength(60);
  });

  it.each<[Job['mode'], string]>([
    ['observe', 'no: go on with mode: enforce in the file of job wiki; they are held until you approve them'],
    ['enforce', 'no: go on; they are held until you approve them'],
  ])('names both ways on when a first contact (%s) would create too many', async (mode, text) => {
    const lines = await textOf({}, mode);
    expect(lines).toContain('yes: correct the matching attributes in the file of job wiki, then: scimsync plan');
    expect(lines).toContain(`${text}: scimsync staged --job wiki --config c`);
  });

  it('speaks of matching attributes at a first contact only', async () => {
    const text = await textOf({ firstContact: false }, 'enforce');
    expect(text).not.toContain('matching attributes');
    expect(text).toContain('if this is meant, it is approved once it is held: scimsync staged --job wiki --config c');
  });

  it.each<[Job['mode']]>([['observe'], ['enforce']])(
    'with values that were only tried (%s), says where they would have to be written',
    async (mode) => {
      const tried = [{ path: ['source', 'syncAll'], value: true }];
      const text = await textOf({ firstContact: false }, mode, false, tried);
      expect(text).toContain(
        'next      to have it so, write it into the file of job wiki, then: scimsync plan --job wiki',
      );
      expect(text).not.toMatch(/sync-now|staged/);
    },
  );
});
