import { describe, expect, it } from 'vitest';
import { EXIT, type ExitCode, worstExitCode } from '../../../src/cli/exit-code.ts';
import type { JobRun } from '../../../src/cli/run-cycle.ts';
import { faultExitCode, runExitCode, syncDocument } from '../../../src/cli/run-outcome.ts';
import { aCompletedRun, aFailedRun } from './runs.ts';

describe('worstExitCode', () => {
  it.each<[readonly ExitCode[], ExitCode]>([
    [[], 0],
    [[0, 0], 0],
    [[0, 2], 2],
    [[2, 3], 3],
    [[3, 4, 2], 4],
    [[4, 1, 3], 1],
  ])('%j -> %i', (codes, worst) => {
    expect(worstExitCode(codes)).toBe(worst);
  });
});

describe('runExitCode', () => {
  it.each<[string, JobRun, ExitCode]>([
    ['a cycle without trouble', aCompletedRun({ created: 5, warnings: 2 }), EXIT.well],
    ['an object that still waits for its next attempt', aCompletedRun({ escrowed: 1 }), EXIT.objectsFailed],
    ['failed objects', aCompletedRun({ failed: 1 }), EXIT.objectsFailed],
    ['held changes outrank failed objects', aCompletedRun({ failed: 1, held: 1 }), EXIT.held],
    ['quarantine', aCompletedRun({}, 'Quarantine'), EXIT.held],
    ['a fault of the job', aFailedRun('TargetUnreachable'), EXIT.jobFailed],
    ['an interruption', aFailedRun('Interrupted'), EXIT.jobFailed],
    ['a secret that cannot be read is configuration', aFailedRun('ConfigurationInvalid'), EXIT.configuration],
  ])('%s', (_name, run, code) => {
    expect(runExitCode(run)).toBe(code);
  });

  it('knows unknown codes as faults of the job', () => {
    expect(faultExitCode('NoSuchCode')).toBe(EXIT.jobFailed);
  });
});

describe('syncDocument', () => {
  it('has the fields of the contract for a cycle that ended', () => {
    const document = JSON.parse(JSON.stringify(syncDocument([aCompletedRun({ created: 1 })]))) as {
      jobs: [Record<string, unknown>];
    };
    expect(Object.keys(document.jobs[0])).toEqual(['id', 'status', 'cycle', 'counts', 'requests']);
    expect(document.jobs[0]).toMatchObject({ id: 'wiki', status: 'Active', counts: { created: 1 } });
  });

  it('says what is known of a cycle that did not, and why', () => {
    const document: unknown = JSON.parse(JSON.stringify(syncDocument([aFailedRun('TargetUnreachable')])));
    expect(document).toEqual({
      jobs: [
        {
          id: 'wiki',
          status: 'Active',
          requests: { graph: 3, scim: 1, tokens: 2 },
          error: { code: 'TargetUnreachable', message: 'what happened', advice: 'what helps' },
        },
      ],
    });
  });
});
