import { describe, expect, it } from 'vitest';
import { compareAccount } from '../../../src/rules/same-account.ts';

const EMAIL = 'emails[type eq "work"].value';
const EXPORTED = { externalId: '41c2', userName: 'Ana.Ruiz@acme.com', [EMAIL]: 'ana@acme.com', active: true };
const ATTRIBUTES = ['externalId', 'userName', EMAIL, 'active'];

describe('compareAccount', () => {
  it.each([
    ['all values are there', { externalId: '41c2', userName: 'ana.ruiz@ACME.com' }, { type: 'same' }],
    ['the target shows no externalId', { userName: 'ana.ruiz@acme.com' }, { type: 'same' }],
    [
      'another externalId',
      { externalId: '41C2', userName: 'ana.ruiz@acme.com' },
      { type: 'other', attribute: 'externalId' },
    ],
    ['another userName', { externalId: '41c2', userName: 'jo.li@acme.com' }, { type: 'other', attribute: 'userName' }],
    [
      'another work e-mail',
      { externalId: '41c2', emails: [{ type: 'work', value: 'jo@acme.com' }] },
      { type: 'other', attribute: EMAIL },
    ],
    ['nothing to compare', { displayName: 'Ana', active: true }, { type: 'unknown' }],
  ])('%s', (_name, resource, sameness) => {
    expect(compareAccount(EXPORTED, resource, ATTRIBUTES)).toEqual(sameness);
  });

  it('knows nothing when nothing was ever confirmed', () => {
    expect(compareAccount({}, { externalId: '41c2' }, ATTRIBUTES)).toEqual({ type: 'unknown' });
  });
});
