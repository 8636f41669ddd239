// What holds for every person, policy and moment: who was never provisioned gets nothing, a deletion by date never comes
// before the account was disabled for its days, and whoever is to be provisioned is neither disabled nor deleted.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import '../../support/fixed-seed.ts';
import { type Lifecycle, policyOf } from '../../../src/model/lifecycle.ts';
import { intend, type LifecycleFacts, lifecycleEvent } from '../../../src/rules/lifecycle.ts';

const DAY = 86_400_000;
const facts: fc.Arbitrary<LifecycleFacts> = fc.record({
  kind: fc.constantFrom('user' as const, 'group' as const),
  state: fc.constantFrom('present' as const, 'softDeleted' as const, 'hardDeleted' as const, 'unread' as const),
  entitled: fc.boolean(),
  passesScope: fc.boolean(),
  accountEnabled: fc.boolean(),
});
const policy: fc.Arbitrary<Lifecycle['blocked']> = fc.oneof(
  fc.constantFrom('disable' as const, 'delete' as const, 'removeMemberships' as const, 'nothing' as const),
  fc.record(
    {
      action: fc.constantFrom('disable' as const, 'nothing' as const),
      removeMemberships: fc.boolean(),
      set: fc.dictionary(fc.constantFrom('title', 'nickName'), fc.constant('left')),
      deleteAfter: fc.integer({ min: 0, max: 90 }).map((days) => `${days}d`),
    },
    { requiredKeys: ['action', 'removeMemberships', 'set'] },
  ),
);
const lifecycle: fc.Arbitrary<Lifecycle> = fc.record({
  unassigned: policy,
  outOfScope: policy,
  blocked: policy,
  softDeleted: policy,
  hardDeleted: policy,
});
const flowTypes = fc.subarray(['Add', 'Update', 'Delete'] as const);
const absence = fc.record({
  disabledAt: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 200 * DAY })),
  now: fc.integer({ min: 0, max: 400 * DAY }),
});
const everything = [facts, lifecycle, flowTypes, absence] as const;

it('who was never provisioned is left alone, whatever the policy says', () => {
  fc.assert(
    fc.property(...everything, (who, policies, flows, when) => {
      const { type } = intend(who, false, policies, flows, when);
      expect(['provision', 'leave']).toContain(type);
    }),
  );
});

it('who is to be provisioned is neither disabled, reduced nor deleted', () => {
  fc.assert(
    fc.property(...everything, (who, policies, flows, when) => {
      fc.pre(lifecycleEvent(who) === null);
      expect(['provision', 'leave']).toContain(intend(who, true, policies, flows, when).type);
    }),
  );
});

// spec: delayed-deletion
it('a deletion by date comes only after the account was disabled for its days', () => {
  fc.assert(
    fc.property(...everything, (who, policies, flows, when) => {
      const event = lifecycleEvent(who);
      fc.pre(event !== null && who.kind === 'user' && policyOf(policies[event]).action !== 'delete');
      const { type } = intend(who, true, policies, flows, when);
      if (type !== 'delete' || event === null) return;
      const { deleteAfter } = policyOf(policies[event]);
      expect(when.disabledAt).not.toBeNull();
      expect(when.now - (when.disabledAt ?? Number.NaN)).toBeGreaterThanOrEqual(deleteAfter ?? Number.NaN);
    }),
  );
});

it('nothing is deleted without Delete, and nothing else is sent without Update', () => {
  fc.assert(
    fc.property(...everything, (who, policies, flows, when) => {
      const { type } = intend(who, true, policies, flows, when);
      if (!flows.includes('Delete')) expect(type).not.toBe('delete');
      if (!flows.includes('Update')) expect(['disable', 'reduce']).not.toContain(type);
    }),
  );
});
