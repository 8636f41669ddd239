// What people see of provisioning on demand and of a careful start.
import { describe, expect, it } from 'vitest';
import { curlLines, provisionDocument, provisionText } from '../../../src/cli/provision-text.ts';
import { limitedRows } from '../../../src/cli/read-back-text.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import { MOST_COMMANDS } from '../../../src/compose-recording.ts';
import type { ObjectReport } from '../../../src/model/object-report.ts';
import { aCompletedRun, aJob } from './runs.ts';

const WRITTEN = [{ displayName: 'title', oldValue: null, newValue: 'Lead' }];

function aReport(changes: Partial<ObjectReport> = {}): ObjectReport {
  return {
    kind: 'user',
    id: 'id-1',
    displayName: 'Ana Ruiz',
    targetId: 'u1',
    action: 'update',
    outcome: 'success',
    steps: [
      { name: 'EntryImport', provisioningStepType: 'import', status: 'success', description: 'Read.' },
      {
        name: 'EntryExportUpdate',
        provisioningStepType: 'export',
        status: 'success',
        description: 'update: done.',
        modifiedProperties: WRITTEN,
      },
    ],
    modifiedProperties: WRITTEN,
    ...changes,
  };
}

function aRun(reports: readonly ObjectReport[]) {
  const run = aCompletedRun({});
  return { ...run, summary: { ...run.summary, objects: reports } };
}

describe('provisionText', () => {
  it('shows each object with its steps and values', () => {
    expect(
      provisionText(aRun([aReport()]), null, '', plainPaint)
        .split('\n')
        .slice(0, 5),
    ).toEqual([
      'wiki  on demand',
      '  user Ana Ruiz  id-1  update: success',
      '    import  + Read.',
      '    export  + update: done.',
      '              title  (none) -> "Lead"',
    ]);
  });

  it('shows values under the step that wrote them, and what was only planned at the end', () => {
    const steps: ObjectReport['steps'] = [
      {
        name: 'EntryExportUpdate',
        provisioningStepType: 'export',
        status: 'success',
        description: 'update: done.',
        modifiedProperties: WRITTEN,
      },
      {
        name: 'ReferenceResolution',
        provisioningStepType: 'referenceResolution',
        status: 'failure',
        description: 'refused.',
      },
    ];
    const lines = (report: Partial<ObjectReport>): string[] =>
      provisionText(aRun([aReport({ steps, outcome: 'failure', ...report })]), null, '', plainPaint)
        .split('\n')
        .slice(1, -1);
    expect(lines({})).toEqual([
      '  user Ana Ruiz  id-1  update: done, but not all of it',
      '    export      + update: done.',
      '                  title  (none) -> "Lead"',
      '    references  x refused.',
    ]);
    const nickName = { displayName: 'nickName', oldValue: 'a', newValue: 'b' };
    expect(lines({ modifiedProperties: [...WRITTEN, nickName] }).slice(1)).toEqual([
      '    export       + update: done.',
      '                   title  (none) -> "Lead"',
      '    references   x refused.',
      '    not written    nickName  "a" -> "b"',
    ]);
  });

  it.each([
    ['dryRun', '--dry-run'],
    ['observe', 'mode observe'],
    ['readOnly', '--read-only'],
  ] as const)('says why nothing was written: %s', (because, words) => {
    const text = provisionText(aRun([aReport({ outcome: 'planned', action: 'create' })]), because, '', plainPaint);
    expect(text).toContain(words);
    expect(text).toContain('nothing was written');
    expect(text).toContain('would create');
    expect(provisionDocument(aRun([]), because)).toMatchObject({ written: false, because });
  });

  it('prints commands as they are pasted, and has them in the document when asked', () => {
    const curl = [{ command: 'curl -sS \\\n  x', answer: '400' }];
    expect(curlLines(curl, false)).toEqual(['', '# answered 400', 'curl -sS \\', '  x']);
    expect(curlLines([], false)).toEqual([]);
    expect(provisionDocument(aRun([]), null, curl)).toMatchObject({ curl });
    expect(provisionDocument(aRun([]), null)).not.toHaveProperty('curl');
  });

  it('says that there may be more commands than are kept', () => {
    const curl = Array.from({ length: MOST_COMMANDS }, () => ({ command: 'curl -sS x', answer: '200' }));
    expect(curlLines(curl, false).at(-1)).toBe('# Only the first 50 are shown.');
    expect(curlLines(curl.slice(1), false).at(-1)).toBe('curl -sS x');
  });

  it('says of a dry run which commands would be sent, and what is left out', () => {
    const lines = curlLines([{ command: 'curl -X POST', answer: null }], true);
    expect(lines.slice(0, -1)).toEqual(['', '# would be sent', 'curl -X POST', '']);
    expect(lines.at(-1)).toContain('# Not shown, because it depends on the answers: ');
    expect(curlLines([], true)).toEqual([
      '',
      '# No write is known beforehand. Members of groups that exist, and managers, may follow.',
    ]);
  });

  it('says that a paused job sends nothing, until when and why', () => {
    const pause = { since: 0, until: Date.UTC(2026, 2, 2, 12), reason: 'maintenance' };
    const text = provisionText({ job: aJob(), pause }, null, '', plainPaint);
    expect(text).toMatch(/paused until 2026-03-02 12:00 UTC \(maintenance\): nothing was sent/);
    expect(text).toContain('scimsync resume --job wiki');
  });

  it('shows the advice of a fault and the next command for what is held', () => {
    const errorInformation = { errorCode: 'InvalidValue', reason: 'no', recommendedAction: 'Correct it.' };
    const failed = provisionText(aRun([aReport({ outcome: 'failure', errorInformation })]), null, '', plainPaint);
    expect(failed).toMatch(/advice\s+Correct it\./);
    const held = provisionText(aRun([aReport({ outcome: 'held' })]), null, ' --config c', plainPaint);
    expect(held).toContain('scimsync staged --job wiki --config c');
  });

  it('lets no control characters of a name through', () => {
    const text = provisionText(aRun([aReport({ displayName: 'a\u001b[2Jb' })]), null, '', plainPaint);
    expect(text).not.toContain('\u001b');
  });
});

describe('limitedRows', () => {
  it('has nothing to say without a limit', () => {
    expect(limitedRows({}, plainPaint)).toEqual([]);
  });

  it('names what differs first', () => {
    const rows = limitedRows(
      {
        limited: { sent: 2, left: 5 },
        objects: [
          aReport({ readBack: { result: 'asSent', differences: [] } }),
          aReport({
            displayName: 'Jo Li',
            readBack: { result: 'differs', differences: [{ attribute: 'title', sent: 'Lead', held: null }] },
          }),
        ],
      },
      plainPaint,
    );
    expect(rows).toEqual([
      ['limit', '2 of 7 sent · 5 left: run again with a larger --limit or without'],
      ['read back', 'user Jo Li: title was sent as "Lead" and is (none)'],
      ['', 'user Ana Ruiz: as sent'],
    ]);
  });

  it('names twenty and counts the rest', () => {
    const objects = Array.from({ length: 25 }, () => aReport({ readBack: { result: 'asSent', differences: [] } }));
    const rows = limitedRows({ limited: { sent: 25, left: 0 }, objects }, plainPaint);
    expect(rows[0]?.[1]).toBe('25 of 25 sent · nothing is left');
    expect(rows.at(-1)?.[1]).toBe('5 more objects: --json shows all');
  });
});
