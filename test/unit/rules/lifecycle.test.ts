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
const TODAY = { disabledAt: null, now: 0 };
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

describe('a policy of several parts', () => {
  const DAY = 86_400_000;
  const LATER = { action: 'disable', deleteAfter: '30d', removeMemberships: false, set: {} } as const;
  const gone = { ...FINE, entitled: false };

  it.each([
    ['disabled just now', null, 100 * DAY, { type: 'disable', deleteAt: 130 * DAY }],
    ['not disabled for 100 days', null, 200 * DAY, { type: 'disable', deleteAt: 230 * DAY }],
    ['a moment before', 100 * DAY, 130 * DAY - 1, { type: 'disable', deleteAt: 130 * DAY }],
    ['on the day', 100 * DAY, 130 * DAY, { type: 'delete', guardClass: 'scopeLosses' }],
  ])('deleteAfter, %s', (_name, disabledAt, now, expected) => {
    const intention = intend(gone, true, { ...DEFAULTS, unassigned: LATER }, [...ALL], { disabledAt, now });
    expect(intention).toMatchObject(expected);
  });

  it.each([
    ['disable' as const, { type: 'disable', removesMemberships: false, set: {} }],
    ['removeMemberships' as const, { type: 'reduce', removesMemberships: true, set: {} }],
    [
      { action: 'disable', removeMemberships: true, set: { title: 'left' } } as const,
      { type: 'disable', removesMemberships: true, set: { title: 'left' }, deleteAt: null },
    ],
    [
      { action: 'nothing', removeMemberships: false, set: { title: 'left' } } as const,
      { type: 'reduce', set: { title: 'left' } },
    ],
    [
      { action: 'nothing', removeMemberships: false, set: {} } as const,
      { type: 'leave', because: 'lifecycleSaysNothing' },
    ],
  ])('%o is %o', (policy, expected) => {
    expect(intend(gone, true, { ...DEFAULTS, unassigned: policy }, [...ALL], TODAY)).toMatchObject(expected);
  });

  it.each([
    [LATER, { type: 'delete' }],
    ['removeMemberships' as const, { type: 'leave', because: 'lifecycleSaysNothing' }],
  ])('%o concerns a group only as far as it is disabled', (policy, expected) => {
    const group = { ...gone, kind: 'group' as const };
    expect(intend(group, true, { ...DEFAULTS, unassigned: policy }, [...ALL], TODAY)).toMatchObject(expected);
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
