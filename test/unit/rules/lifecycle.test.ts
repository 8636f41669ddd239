// The deprovisioning table (Entra, "how provisioning works"), row by row, and the words for whoever is left alone.
import { describe, expect, it } from 'vitest';
import type { Lifecycle } from '../../../src/model/lifecycle.ts';
import { guardClass, intend, type LifecycleFacts, lifecycleEvent } from '../../../src/rules/lifecycle.ts';

const FINE: LifecycleFacts = {
  kind: 'user',
  state: 'present',
  entitled: true,
  passesScope: true,
  accountEnabled: true,
};
const DEFAULTS: Lifecycle = {
  unassigned: 'disable',
  outOfScope: 'disable',
  blocked: 'disable',
  softDeleted: 'disable',
  hardDeleted: 'delete',
};
const TODAY = { since: 0, now: 0 };
const ALL = ['Add', 'Update', 'Delete'] as const;

describe('the event', () => {
  it.each([
    [{}, null],
    [{ passesScope: false }, 'outOfScope'],
    [{ entitled: false }, 'unassigned'],
    [{ entitled: false, passesScope: false }, 'unassigned'],
    [{ accountEnabled: false }, 'blocked'],
    [{ accountEnabled: false, entitled: false }, 'blocked'],
    [{ state: 'softDeleted' as const, entitled: false, accountEnabled: false }, 'softDeleted'],
    [{ state: 'hardDeleted' as const, entitled: false, accountEnabled: false }, 'hardDeleted'],
  ])('of %o is %s', (facts, event) => {
    expect(lifecycleEvent({ ...FINE, ...facts })).toBe(event);
  });
});

describe('the intention for somebody with an account', () => {
  it.each([
    [{ entitled: false }, 'disable', 'scopeLosses'],
    [{ passesScope: false }, 'disable', 'scopeLosses'],
    [{ accountEnabled: false }, 'disable', 'leavers'],
    [{ state: 'softDeleted' as const }, 'disable', 'leavers'],
    [{ state: 'hardDeleted' as const }, 'delete', 'leavers'],
  ])('%o: %s, counted as %s', (facts, type, guard) => {
    const intention = intend({ ...FINE, ...facts }, true, DEFAULTS, [...ALL], TODAY);
    expect(intention).toMatchObject({ type, guardClass: guard });
  });

  it('of a group is to delete where a person would be disabled', () => {
    const intention = intend({ ...FINE, kind: 'group', entitled: false }, true, DEFAULTS, [...ALL], TODAY);
    expect(intention).toEqual({ type: 'delete', event: 'unassigned', guardClass: 'groupDeletes' });
  });

  it('is none where the policy says so', () => {
    const policy = { ...DEFAULTS, unassigned: 'nothing' } as const;
    expect(intend({ ...FINE, entitled: false }, true, policy, [...ALL], TODAY)).toEqual({
      type: 'leave',
      because: 'lifecycleSaysNothing',
    });
  });

  it.each([
    [{ entitled: false }, ['Add', 'Delete'] as const],
    [{ state: 'hardDeleted' as const }, ['Add', 'Update'] as const],
    [{}, ['Add', 'Delete'] as const],
  ])('%o is none where the flow types %o exclude it', (facts, flowTypes) => {
    expect(intend({ ...FINE, ...facts }, true, DEFAULTS, [...flowTypes], TODAY)).toEqual({
      type: 'leave',
      because: 'flowTypesExclude',
    });
  });
});

describe('the intention for somebody without an account', () => {
  it.each([
    [{}, { type: 'provision' }],
    [{ entitled: false }, { type: 'leave', because: 'notAssigned' }],
    [{ passesScope: false }, { type: 'leave', because: 'outOfScope' }],
    [{ accountEnabled: false }, { type: 'leave', because: 'blockedAndNeverProvisioned' }],
    [{ state: 'softDeleted' as const }, { type: 'leave', because: 'deletedAndNeverProvisioned' }],
    [{ state: 'hardDeleted' as const }, { type: 'leave', because: 'deletedAndNeverProvisioned' }],
    [{ state: 'unread' as const }, { type: 'leave', because: 'notReadYet' }],
  ])('%o is %o', (facts, intention) => {
    expect(intend({ ...FINE, ...facts }, false, DEFAULTS, [...ALL], TODAY)).toEqual(intention);
  });
});

it('only explicit statements about one person count as leavers', () => {
  const classes = (['unassigned', 'outOfScope', 'blocked', 'softDeleted', 'hardDeleted'] as const).map((event) =>
    guardClass('user', event),
  );
  expect(classes).toEqual(['scopeLosses', 'scopeLosses', 'leavers', 'leavers', 'leavers']);
});
