import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvHeader, csvLine } from '../../../src/cli/log-csv.ts';
import { entryLines } from '../../../src/cli/log-text.ts';
import { parseSince } from '../../../src/cli/logs.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import type { ProvisioningLogEntry } from '../../../src/model/cycle.ts';

function anEntry(changes: Partial<ProvisioningLogEntry> = {}): ProvisioningLogEntry {
  return {
    id: 'e1',
    activityDateTime: '2026-05-31T08:00:00.000Z',
    jobId: 'wiki',
    cycleId: 'c1',
    changeId: 'x1',
    provisioningAction: 'update',
    sourceIdentity: { id: 'u1', displayName: 'Ana Ruiz', identityType: 'User' },
    targetIdentity: { id: 't1', displayName: 'Ana Ruiz', identityType: 'User' },
    provisioningSteps: [],
    modifiedProperties: [{ displayName: 'title', oldValue: null, newValue: 'Lead' }],
    provisioningStatusInfo: { status: 'success' },
    durationInMilliseconds: 12,
    ...changes,
  };
}

const FAILURE = {
  status: 'failure',
  errorInformation: { errorCode: 'EntryConflict', reason: 'userName is taken', recommendedAction: 'Find the account.' },
} as const;

describe('entryLines', () => {
  it('is one line for a success: time, mark, job, action, kind, name, old -> new', () => {
    expect(entryLines(anEntry(), plainPaint)).toEqual([
      '2026-05-31T08:00:00.000Z  ✓  wiki  update        user   Ana Ruiz (u1)  title (none) -> "Lead"',
    ]);
  });

  it('adds code, reason and advice of a failure', () => {
    expect(
      entryLines(anEntry({ provisioningStatusInfo: FAILURE, modifiedProperties: [] }), plainPaint).slice(1),
    ).toEqual(['    EntryConflict: userName is taken', '    Find the account.']);
  });

  it('says of what was skipped why', () => {
    const steps = [
      { name: 's', provisioningStepType: 'scoping', status: 'skipped', description: 'Not assigned.' },
    ] as const;
    const entry = anEntry({ provisioningStatusInfo: { status: 'skipped' }, provisioningSteps: steps });
    expect(entryLines(entry, plainPaint)[1]).toBe('    Not assigned.');
  });

  it('shortens long values and long lists', () => {
    const modifiedProperties = Array.from({ length: 11 }, (_, index) => ({
      displayName: `a${index}`,
      oldValue: 'x'.repeat(500),
      newValue: null,
    }));
    const [line = ''] = entryLines(anEntry({ modifiedProperties }), plainPaint);
    expect(line).toContain('and 3 more');
    expect(line.length).toBeLessThan(900);
  });

  it('lets nothing from outside drive the terminal', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, (name, value, reason) => {
        const entry = anEntry({
          sourceIdentity: { id: name, displayName: name, identityType: 'User' },
          modifiedProperties: [{ displayName: name, oldValue: value, newValue: value }],
          provisioningStatusInfo: { ...FAILURE, errorInformation: { ...FAILURE.errorInformation, reason } },
        });
        return entryLines(entry, plainPaint).every((line) => !/[\p{Cc}\p{Bidi_Control}]/u.test(line));
      }),
    );
  });
});

describe('csv', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-1', "'-1"],
    ['@cmd', "'@cmd"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['\u001b]0;x\u0007\u009b31m', String.raw`\x1b]0;x\x07\x9b31m`],
    ['\u202egnp.exe', String.raw`\u202egnp.exe`],
  ])('cell %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it('has one cell for every column', () => {
    const entry = anEntry({ provisioningStatusInfo: FAILURE });
    expect(csvLine(entry)).toBe(
      '2026-05-31T08:00:00.000Z,wiki,c1,update,failure,User,u1,Ana Ruiz,t1,title:  -> Lead,EntryConflict,userName is taken,Find the account.,12\r\n',
    );
    expect(csvHeader().split(',')).toHaveLength(14);
  });
});

describe('parseSince', () => {
  const now = Date.parse('2026-05-31T08:00:00Z');

  it.each([
    ['2h', '2026-05-31T06:00:00.000Z'],
    ['1d', '2026-05-30T08:00:00.000Z'],
    ['2026-05-31T08:00:00Z', '2026-05-31T08:00:00.000Z'],
    ['2026-05-31T10:00+02:00', '2026-05-31T08:00:00.000Z'],
    ['2026-05-31', '2026-05-31T00:00:00.000Z'],
  ])('%s', (text, time) => {
    expect(parseSince(text, now)).toBe(time);
  });

  it.each(['', 'yesterday', '2026', '2026-13-01', "2026-05-31' or 1=1"])('refuses %j', (text) => {
    expect(() => parseSince(text, now)).toThrow('ISO time');
  });
});
