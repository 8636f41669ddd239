import { describe, expect, it } from 'vitest';
import type { ProvisioningLogEntry } from '../../../src/model/cycle.ts';
import { logRow, readLogRow } from '../../../src/store/log-entry-text.ts';

const ENTRY: ProvisioningLogEntry = {
  id: 'e1',
  activityDateTime: '2026-11-23T20:46:06.467Z',
  jobId: 'peakon',
  cycleId: 'c1',
  changeId: 'ch1',
  provisioningAction: 'create',
  sourceIdentity: { id: 'ana', displayName: 'Ana Lima', identityType: 'User' },
  targetIdentity: { id: 't1', displayName: 'Lima, Ana', identityType: 'User' },
  provisioningSteps: [
    { name: 'EntryImport', provisioningStepType: 'import', status: 'success', description: 'Read.' },
    {
      name: 'EntryMatching',
      provisioningStepType: 'matching',
      status: 'skipped',
      description: 'No account.',
      details: { attribute: 'userName' },
    },
  ],
  modifiedProperties: [
    { displayName: 'userName', oldValue: null, newValue: 'ana' },
    { displayName: 'title', oldValue: '[Redact]', newValue: null },
  ],
  provisioningStatusInfo: { status: 'success' },
  durationInMilliseconds: 12,
};

const FAILED: ProvisioningLogEntry = {
  ...ENTRY,
  sourceIdentity: { id: 'g1', displayName: null, identityType: 'Group' },
  targetIdentity: { id: null, displayName: null, identityType: 'Group' },
  provisioningSteps: [],
  modifiedProperties: [],
  provisioningStatusInfo: {
    status: 'failure',
    errorInformation: { errorCode: 'InvalidValue', reason: 'refused', recommendedAction: 'Look at the mapping.' },
  },
};

describe('a row of the provisioning log', () => {
  it.each([ENTRY, FAILED])('is read as it was written', (entry) => {
    expect(readLogRow(logRow(entry))).toEqual(entry);
  });

  it('of an earlier version holds the entry written out', () => {
    expect(readLogRow({ ...logRow(ENTRY), entry: JSON.stringify(ENTRY) })).toEqual(ENTRY);
  });

  it('says nothing twice', () => {
    const { entry } = logRow(ENTRY);
    for (const [text, times] of [
      ['Ana Lima', 0],
      ['peakon', 0],
      ['provisioningStepType', 0],
      ['userName', 2],
    ] as const)
      expect(entry.split(text).length - 1, text).toBe(times);
  });
});
