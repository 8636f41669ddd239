// The life of people and groups against a target of the sandbox, with the real engine in between.
import { expect, it } from 'vitest';
import { openSuite } from '../../../src/cli/probe-suites.ts';
import type { Dialect } from '../../../src/model/dialect.ts';
import { startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { found, NAMES, outcomes, probe, sessionFor } from './probe-world.ts';

const SEEDED = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: 'foreign', userName: 'ana@contoso.com' };

async function live(dialect: Dialect) {
  const target = await startScimTarget({ kind: 'rfc7644', token: 'probe-token' });
  target.seed([SEEDED]);
  const before = target.users();
  const at = { url: target.url, token: target.token };
  const session = sessionFor(at);
  const { signal } = new AbortController();
  const suite = await openSuite({ suite: 'entra-cycle', dialect }, session, NAMES, signal);
  try {
    const result = await probe({ ...at, session, checks: suite.checks });
    return { result, users: target.users(), before, groups: target.groups() };
  } finally {
    await suite[Symbol.asyncDispose]();
    await target.close();
  }
}

// spec: probe-own-resources
it('goes well from the first day to the last with the requests of the standard', async () => {
  const { result, users, before, groups } = await live('rfc7644');
  expect(found(result)).toEqual([]);
  expect(outcomes(result)).toMatchObject({
    'life.first-cycle': '23 created, memberships +15 -0',
    'life.quiet': 'nothing to do',
    'life.groups': '2 updated, memberships +1 -1',
    'life.blocked': '1 disabled',
    'life.unblocked': '1 enabled',
    'life.recycle-bin': '2 disabled',
    'life.restored': '1 enabled',
    'life.deleted': '1 deleted',
  });
  expect(users).toEqual(before);
  expect(groups).toEqual([]);
});

it("says which steps fail with Entra's, and by which code", async () => {
  const { result, users, before } = await live('entra-legacy');
  expect(found(result)).toEqual(
    expect.arrayContaining(['error life-step-failed life.first-cycle', 'error life-step-failed life.blocked']),
  );
  const blocked = result.checks.find(({ id }) => id === 'life.blocked')?.findings[0];
  expect(blocked?.because).toMatch(/^disable of Hana Ilves: UnprocessableEntity/);
  expect(blocked?.exchange?.request.body).toContain('"value":"False"');
  expect(users).toEqual(before);
});
