// What a target can do wrong, from the outside: exit code, error code in the document, and what the target holds then.
import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/target/faults.ts';
import { createdTwice } from './support/crash.ts';
import { expectInStep } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { editJob, part, writeSecret } from './support/world.ts';

const freshStart = sharedSandbox({ users: 12, groups: 3 });

describe('a fault of the target that keeps the job from running (exit 4, nothing changed)', () => {
  const faults: readonly [string, string, FaultRule][] = [
    ['a web page instead of JSON', 'TargetIncompatible', { match: {}, action: { html: true, status: 200 } }],
    ['404 to every list', 'TargetIncompatible', { match: { path: '^/Users' }, action: { status: 404 } }],
    ['a redirect', 'TargetIncompatible', { action: { status: 302, headers: { location: 'https://example.com/' } } }],
    ['an oversized list', 'TargetIncompatible', { match: { path: '^/Users' }, action: { oversize: true } }],
    ['401 in the middle', 'TargetCredentialsInvalid', { match: { path: '^/Users' }, action: { status: 401 } }],
  ];
  // spec: job-faults
  it.each(faults)('%s: %s', async (_, code, rule) => {
    await using start = await freshStart();
    await start.target.addFaults(rule);
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe(code);
    expect(await start.target.users()).toEqual([]);
    expect(writes(await start.target.requests())).toEqual([]);
    await start.target.clearFaults();
    expectExit(await start.syncHere(), 0);
    await expectInStep(start.target, start.tenant);
  });

  it('filters answered with 404, when an account that exists has to be found: TargetIncompatible', async () => {
    await using start = await freshStart();
    await start.target.addFaults([
      { match: { method: 'POST' }, action: { status: 409 } },
      { match: { method: 'GET', query: 'filter=' }, action: { status: 404 } },
    ]);
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('TargetIncompatible');
    expect(await start.target.users()).toEqual([]);
  });

  it('a web page to a creation: TargetIncompatible', async () => {
    await using start = await freshStart();
    await start.target.addFaults({ match: { method: 'POST' }, action: { html: true, status: 200 } });
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('TargetIncompatible');
    expect(await start.target.users()).toEqual([]);
  });

  it('the wrong token: TargetCredentialsInvalid, and the token shows nowhere', async () => {
    await using start = await freshStart();
    await writeSecret(start.directory, 'scim', 'a-token-that-is-wrong');
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('TargetCredentialsInvalid');
    expect(`${run.stdout}${run.stderr}`).not.toContain('a-token-that-is-wrong');
    expect(await start.target.users()).toEqual([]);
  });
});

describe('one person whom the target refuses', () => {
  it('is kept in escrow; the others go on (exit 2); the next cycle does not ask again, an edit does', async () => {
    await using start = await freshStart();
    await start.target.addFaults({
      match: { method: 'POST', path: '^/Users', nth: 3 },
      action: { status: 400, body: { scimType: 'invalidValue', detail: 'The mobile number is not a number.' } },
    });
    const run = await start.sync();
    expectExit(run, 2);
    expect(run.job().counts).toMatchObject({ failed: 1, escrowed: 1 });
    const users = await start.target.users();
    expect(users).toHaveLength(run.job().counts.created - (await start.target.groups()).length);
    const people = await start.tenant.rows('/users?$select=id,accountEnabled&$top=999');
    const missing = people.filter((person) => !users.some((user) => user['externalId'] === person['id']));
    expect(missing).toHaveLength(1);

    await start.target.clearLog();
    const next = await start.syncHere();
    expectExit(next, 2);
    expect(next.job().counts).toMatchObject({ failed: 0, escrowed: 1, created: 0 });
    expect(await start.target.requests()).toEqual([]);

    await start.tenant.graph('PATCH', `/users/${text(missing[0], 'id')}`, { jobTitle: 'Corrected' });
    const corrected = await start.syncHere();
    expectExit(corrected, 0);
    expect(corrected.job().counts).toMatchObject({ created: 1, escrowed: 0 });
    await expectInStep(start.target, start.tenant);
    expect((await start.syncHere()).job().requests.scim).toBe(0);
  });

  const refusals: readonly [string, FaultRule['action']][] = [
    ['200 without an id and without an account', { status: 200, body: { userName: 'somebody' } }],
    ['403', { status: 403 }],
    ['409 although there is no such account', { status: 409 }],
    ['413', { status: 413 }],
    ['500', { status: 500 }],
  ];
  it.each(refusals)('%s on every creation: quarantine (exit 3), and no account', async (_, action) => {
    await using start = await freshStart();
    await start.target.addFaults({ match: { method: 'POST' }, action });
    const run = await start.sync();
    expectExit(run, 3);
    expect(run.job()).toMatchObject({ status: 'Quarantine', counts: { created: 0, adopted: 0 } });
    expect(run.job().counts.failed).toBeGreaterThanOrEqual(12);
    expect(await start.target.users()).toEqual([]);
  });
});

describe('a write whose outcome is unknown', () => {
  const actions: readonly [string, FaultRule['action']][] = [
    ['the connection breaks after the account was made', { applyThenFail: true, reset: true }],
    ['500 after the account was made', { applyThenFail: true, status: 500 }],
    ['half an answer', { truncate: true }],
    ['an answer without the id of the account', { omitId: true }],
    ['an oversized answer', { oversize: true }],
  ];
  // spec: unknown-fate
  it.each(actions)('%s: found again, nobody twice', async (_, action) => {
    await using start = await freshStart();
    await start.target.addFaults({ match: { method: 'POST', every: 3 }, action });
    const run = await start.sync();
    expectExit(run, 0);
    expect(await createdTwice(start.target)).toEqual([]);
    await start.target.clearFaults();
    const next = await start.syncHere();
    expectExit(next, 0);
    await expectInStep(start.target, start.tenant);
    expect((await start.syncHere()).job().requests.scim).toBe(0);
  });

  it('no answer in time: exit 2, and the next run goes on without a second account', async () => {
    await using start = await freshStart();
    await editJob(start.directory, 'scim', (job) => {
      part(job, 'target')['timeoutSeconds'] = 0.5;
    });
    await start.target.addFaults({ match: { method: 'POST', nth: 2 }, action: { hang: true } });
    const run = await start.sync();
    expectExit(run, 2);
    expect(run.job().counts.failed).toBe(1);
    const next = await start.syncHere();
    expectExit(next, 0);
    expect(await createdTwice(start.target)).toEqual([]);
    await expectInStep(start.target, start.tenant);
  });
});
