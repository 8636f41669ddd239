// Typical mistakes of young SCIM services, one at a time: each is called by its name, and nothing else is.
import { expect, it } from 'vitest';
import { openSuite } from '../../../src/cli/probe-suites.ts';
import type { Dialect } from '../../../src/model/dialect.ts';
import { ENTERPRISE_SCHEMA } from '../../../src/probe/stage.ts';
import { found, NAMES, outcomes, probe, sessionFor } from './probe-world.ts';
import {
  IGNORES_PATHLESS,
  LOSES_MEMBERS,
  operationsOf,
  type Twist,
  WIPES_MEMBERS,
  withTwisted,
} from './twisted-target.ts';

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

it('a life sees what is lost of managers and members, and shows what was answered with success', async () => {
  const result = await suite('entra-cycle', 'rfc7644', {
    request(passing) {
      // Whoever joins in the same step is lost as well, and nobody is ever disabled.
      LOSES_MEMBERS.request?.(passing);
      if (passing.method === 'POST' && passing.path === '/Users')
        passing.body = { ...passing.body, [ENTERPRISE_SCHEMA]: undefined };
      if (JSON.stringify(operationsOf(passing)).includes('active')) passing.method = 'GET';
      if (passing.method === 'PUT' && passing.path.startsWith('/Users/'))
        passing.body = { ...passing.body, active: true };
    },
  });
  expect(found(result)).toContain('error life-differs life.groups');
  expect(found(result).filter((each) => each.includes('members-not-shown'))).toEqual([]);
  const firstDay = result.checks.find(({ id }) => id === 'life.first-cycle')?.findings[0];
  expect(firstDay?.because).toMatch(
    /manager \(enterprise extension\) of Björn Castellan should be ".+", and is missing/,
  );
  expect(firstDay?.because).toMatch(/; and \d+ more$/);
  const blocked = result.checks.find(({ id }) => id === 'life.blocked')?.findings[0];
  expect(blocked?.because).toContain('NotApplied');
  expect(blocked?.exchange?.request.body).toContain('active');
  // What was told on the first day is not told again.
  const told = result.checks
    .flatMap(({ findings }) => findings)
    .filter(({ because }) => because.includes('manager (ent'));
  expect(told.map(({ check }) => check)).toEqual(['life.first-cycle']);
  expect(outcomes(result)['life.everybody']).toMatch(/; differences told before: \d+$/);
});

it('a life sees telephones that are answered as kept, and are not, but not how they are written', async () => {
  const result = await suite('entra-cycle', 'rfc7644', {
    answer({ body }) {
      const numbers = body?.['phoneNumbers'];
      if (!Array.isArray(numbers)) return;
      for (const number of numbers as { value: string }[])
        number.value = number.value === '+1 555 0199' ? '+1 555 0000' : `tel:${number.value.replaceAll(' ', '-')}`;
    },
  });
  const told = result.checks.flatMap(({ findings }) => findings).filter(({ id }) => id === 'life-differs');
  expect(told.map(({ check, because }) => [check, because])).toEqual([
    [
      'life.attributes',
      'phoneNumbers[type eq "mobile"].value of Femke Góngora should be "+15550199", and is "+15550000"',
    ],
  ]);
});

it('the test of the gallery that removes a member sees that everybody is gone for good', async () => {
  let joined = false;
  let wiped = false;
  const result = await suite('entra-gallery', 'rfc7644', {
    request(passing) {
      for (const { op, path, value } of operationsOf(passing)) {
        if (op === 'add' && path === 'members' && Array.isArray(value) && value.length === 1) joined = true;
        if (op === 'remove' && path?.startsWith('members[') === true) wiped = joined;
      }
    },
    answer({ body }) {
      if (wiped && Array.isArray(body?.['members'])) body['members'] = [];
    },
  });
  expect(wiped).toBe(true);
  expect(outcomes(result)['gallery.Group_Update_Remove_Member_Test']).toBe('FAILED');
});

it('the test of the gallery that removes a member passes where the client puts back who went with it', async () => {
  const result = await suite('entra-gallery', 'rfc7644', WIPES_MEMBERS);
  expect(outcomes(result)['gallery.Group_Update_Remove_Member_Test']).toBe('PASSED');
});

it('a list without totalResults, and one that begins with the second result', async () => {
  const without = await protocol({
    answer({ body }) {
      if (Array.isArray(body?.['Resources'])) delete body['totalResults'];
    },
  });
  expect(found(without).filter((each) => each.includes(' paging-'))).toEqual(['error paging-no-total paging.first']);

  const shifted = await protocol({
    request(passing) {
      if (passing.method !== 'GET' || !/^\/(Users|Groups)\?/.test(passing.path)) return;
      const query = new URLSearchParams(passing.path.split('?')[1]);
      query.set('startIndex', String(Math.max(1, Number(query.get('startIndex') ?? '1')) + 1));
      passing.path = `${passing.path.split('?')[0]}?${query}`;
    },
  });
  expect(found(shifted)).toContain('error paging-first-left-out paging.only-result');
});

it('an answer that says it is a web page', async () => {
  const result = await protocol({
    answer({ headers }) {
      headers['content-type'] = 'text/html';
    },
  });
  expect(found(result)).toContain('warning answer-media-type create.account');
});

it('a filter that finds somebody else says so', async () => {
  const result = await protocol({
    request(passing) {
      const upper = /userName eq ("SCIMSYNC-[^"]+")/.exec(decodeURIComponent(passing.path.replaceAll('+', ' ')))?.[1];
      const others = `userName sw "scimsync-probe-" and not (userName eq ${upper})`;
      if (passing.method === 'GET' && upper !== undefined) passing.path = `/Users?filter=${encodeURIComponent(others)}`;
    },
  });
  const check = result.checks.find(({ id }) => id === 'matching.user-name-other-case');
  expect(check?.findings[0]?.because).toMatch(/^expected 1 account, \d+ others came instead$/);
});

it("Entra's form of a manager that is kept as an attribute of its own", async () => {
  const result = await protocol({
    request(passing) {
      if (operationsOf(passing).some(({ path }) => path === 'manager')) passing.method = 'GET';
    },
  });
  expect(found(result)).toContain('warning patch-manager-as-entra patch.manager-as-entra');
});

// spec: probe-own-resources
it('an account that can be read after it was deleted is disabled, and named as left behind', async () => {
  const disabled = new Set<string>();
  const result = await protocol({
    request(passing) {
      if (passing.method === 'DELETE' && passing.path.startsWith('/Users/')) passing.method = 'GET';
      if (JSON.stringify(operationsOf(passing)).includes('"active","value":false')) disabled.add(passing.path);
    },
  });
  expect(result.leftovers.length).toBeGreaterThan(5);
  expect(result.leftovers.every(({ kind, id }) => kind === 'Users' && disabled.has(`/Users/${id}`))).toBe(true);
  expect(result.removed).toBeLessThan(result.leftovers.length);
  expect(found(result).some((each) => each.startsWith('warning left-behind'))).toBe(true);
});
