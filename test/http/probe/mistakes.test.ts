// Typical mistakes of young SCIM services, one at a time: each is called by its name, and nothing else is.
import { expect, it } from 'vitest';
import { openSuite } from '../../../src/cli/probe-suites.ts';
import type { Dialect } from '../../../src/model/dialect.ts';
import { found, NAMES, outcomes, probe, sessionFor } from './probe-world.ts';
import { IGNORES_PATHLESS, operationsOf, type Twist, WIPES_MEMBERS, withTwisted } from './twisted-target.ts';

const protocol = (twist: Twist) => withTwisted(twist, (at) => probe(at));

function suite(name: 'entra-cycle' | 'entra-gallery', dialect: Dialect, twist: Twist) {
  return withTwisted(twist, async (at) => {
    const session = sessionFor(at);
    const opened = await openSuite({ suite: name, dialect }, session, NAMES, new AbortController().signal);
    try {
      return await probe({ ...at, session, checks: opened.checks });
    } finally {
      await opened[Symbol.asyncDispose]();
    }
  });
}

it('one member is removed by a path, and everybody is gone', async () => {
  const result = await protocol(WIPES_MEMBERS);
  expect(found(result)).toContain('error members-remove-wipes members.remove-by-path');
  expect(found(result).filter((each) => /members-(not-shown|remove-path)/.test(each))).toEqual([]);
  // The next check puts back whom it needs.
  expect(outcomes(result)['members.remove-by-value']).toMatch(/^200 \[2/);
});

it('members that were shown before and are not added are no hidden members', async () => {
  const result = await protocol({
    request(passing) {
      WIPES_MEMBERS.request?.(passing);
      if (passing.path.startsWith('/Groups/')) IGNORES_PATHLESS.request?.(passing);
    },
  });
  expect(found(result)).toContain('note members-no-path members.add-no-path');
  expect(found(result).filter((each) => each.includes('members-not-shown'))).toEqual([]);
});

it('a life sees that a group is empty, where it saw members before', async () => {
  const result = await suite('entra-cycle', 'rfc7644', {
    request(passing) {
      WIPES_MEMBERS.request?.(passing);
      // Whoever joins in the same step is lost as well.
      for (const operation of passing.path.startsWith('/Groups/') ? operationsOf(passing) : [])
        if (operation.op === 'add' && Array.isArray(operation.value) && operation.value.length === 1)
          operation.value = [];
    },
  });
  expect(found(result)).toContain('error life-differs life.groups');
  expect(found(result).filter((each) => each.includes('members-not-shown'))).toEqual([]);
});

it('the test of the gallery that removes a member sees that everybody is gone', async () => {
  const result = await suite('entra-gallery', 'rfc7644', WIPES_MEMBERS);
  expect(outcomes(result)['gallery.Group_Update_Remove_Member_Test']).toBe('FAILED');
});
