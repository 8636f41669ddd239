// What people see of a cycle that is undone.
import { describe, expect, it } from 'vitest';
import { plainPaint } from '../../../src/cli/terminal.ts';
import { undoText } from '../../../src/cli/undo-text.ts';
import type { UndoneGroup, UndoReport } from '../../../src/model/undo-report.ts';
import { aCompletedRun } from './runs.ts';

const ana = { id: 'p1', name: 'Ana Ruiz' };
const bo = { id: 'p2', name: null };

function aGroup(changes: Partial<UndoneGroup> = {}): UndoneGroup {
  return { id: 'g', name: 'Sales', outcome: 'planned', added: [ana], removed: [bo], leftAlone: [], ...changes };
}

function linesOf(groups: readonly UndoneGroup[], changes: Partial<UndoReport> = {}, written = 2): string[] {
  const undo = {
    cycleId: 'c0',
    set: 's',
    carriedOut: false,
    held: [],
    objects: [],
    groups,
    memberships: 2,
    ...changes,
  };
  const run = aCompletedRun({});
  const counts = { added: written, removed: 0 };
  return undoText({ ...run, summary: { ...run.summary, undo } }, counts, ' --config x', plainPaint).split('\n');
}

describe('undoText', () => {
  it('shows whom groups lose and get back', () => {
    expect(linesOf([aGroup()])).toEqual([
      'wiki  undo of cycle c0',
      '  would be restored  2 memberships of 1 group',
      '  members  group Sales (g)',
      '      remove  p2 (p2)',
      '      add     Ana Ruiz (p1)',
      '  next          scimsync undo c0 --config x',
    ]);
  });

  it('names who is left alone, counts what is not known, and shows no more than 20', () => {
    const people = Array.from({ length: 22 }, (_, index) => ({ id: `p${index}`, name: null }));
    const lines = linesOf(
      [
        aGroup({ outcome: 'restored', added: [], removed: people }),
        aGroup({ outcome: 'leftAlone', added: [], removed: [], leftAlone: ['the group does not exist any more'] }),
      ],
      { carriedOut: true },
      5,
    );
    expect(lines).toContain('  restored    22 memberships of 1 group');
    expect(lines).toContain('  left alone  members of 1 group');
    expect(lines).toContain('      remove  and 2 more: --json shows them');
    expect(lines).toContain('      left alone: the group does not exist any more');
    expect(lines).toContain('  not touched   3 memberships of which it is not known what was before');
    expect(lines.at(-1)).toBe('  held back     what would do it again: scimsync staged --job wiki --config x');
  });
});
