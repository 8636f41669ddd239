// What the directory's side can do wrong: no conclusion is drawn from an answer that is no answer, and the document names
// what has to be put right.
import { describe, expect, it } from 'vitest';
import { expectInStep } from './support/expected.ts';
import { type FreshStart, sharedSandbox } from './support/fresh-start.ts';
import { text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { assign, createPerson } from './support/tenant-client.ts';
import { editJob, editSource, part, writeSecret } from './support/world.ts';

const freshStart = sharedSandbox({ users: 24, groups: 3 });

const SOMEBODY_ELSE = '9f0a4f5e-6c0f-4b1e-9d37-4d5f5a1c0e11';

type Break = (start: FreshStart) => Promise<unknown>;

describe('a fault of the source that keeps the job from running (exit 4, nothing changed)', () => {
  const faults: readonly [string, string, Break][] = [
    ['a wrong client secret', 'SourceCredentialsInvalid', ({ directory }) => writeSecret(directory, 'graph', 'wrong')],
    [
      'an expired client secret',
      'SourceSecretExpired',
      ({ tenant }) => tenant.admin('POST', '/client-secret', { expired: true }),
    ],
    ['another tenant', 'SourceTenantUnknown', ({ directory }) => setSource(directory, 'tenantId', SOMEBODY_ELSE)],
    ['another client', 'SourceClientUnknown', ({ directory }) => setSource(directory, 'clientId', SOMEBODY_ELSE)],
    [
      'an application that is not there',
      'ServicePrincipalNotFound',
      ({ directory }) =>
        editJob(directory, 'scim', (job) => {
          part(job, 'source')['servicePrincipalId'] = SOMEBODY_ELSE;
        }),
    ],
    [
      'a web page instead of JSON',
      'SourceProtocolError',
      ({ tenant }) =>
        tenant.admin('POST', '/faults', { match: { path: '/v1.0/' }, times: null, action: { html: true } }),
    ],
  ];
  it.each(faults)('%s: %s', async (_, code, breakIt) => {
    await using start = await freshStart();
    await breakIt(start);
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe(code);
    expect(await start.target.requests()).toEqual([]);
  });

  it.each(['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'])(
    'without %s: SourcePermissionMissing, which names it',
    async (missing) => {
      await using start = await freshStart();
      const granted = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];
      await start.tenant.admin('POST', '/permissions', { granted: granted.filter((name) => name !== missing) });
      const run = await start.sync();
      expectExit(run, 4);
      expect(run.job().error?.code).toBe('SourcePermissionMissing');
      expect(run.job().error?.message).toContain(missing);
      expect(await start.target.requests()).toEqual([]);
    },
  );
});

function setSource(directory: string, name: string, value: string): Promise<void> {
  return editSource(directory, (source) => {
    source[name] = value;
  });
}

describe('a source that stumbles', () => {
  const stumbles: readonly [string, object][] = [
    ['a token that is refused in the middle', { match: { path: '/v1.0/groups', nth: 1 }, action: { status: 401 } }],
    ['a connection that is reset', { match: { path: '/v1.0/users', nth: 1 }, action: { reset: true } }],
    ['half an answer', { match: { path: '/v1.0/groups', nth: 2 }, action: { truncate: true } }],
    ['half an answer that ends well', { match: { path: '/v1.0/\\$batch', nth: 1 }, action: { truncateClean: true } }],
    ['a web page with status 502', { match: { path: 'appRoleAssignedTo' }, action: { html: true, status: 502 } }],
    [
      '503 that asks to wait',
      { match: { path: '/v1.0/users', nth: 1 }, action: { status: 503, headers: { 'Retry-After': '1' } } },
    ],
  ];
  it.each(stumbles)('%s is tried again', async (_, fault) => {
    await using start = await freshStart();
    await start.tenant.admin('DELETE', '/log');
    await start.tenant.admin('POST', '/faults', fault);
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().requests.graph).toBe((await start.tenant.graphRequests()).length);
    await expectInStep(start.target, start.tenant);
  });

  it('a token that expires in the middle of a cycle is replaced', async () => {
    await using start = await freshStart();
    await start.tenant.admin('POST', '/faults', { match: { path: '/v1.0/groups/delta' }, action: { delayMs: 400 } });
    const run = start.sync();
    for (let waiting = true; waiting; ) {
      const seen = await start.tenant.graphRequests();
      waiting = !seen.some(({ path }) => path === '/v1.0/users/delta');
    }
    await start.tenant.admin('POST', '/revoke-tokens', {});
    const ended = await run;
    expectExit(ended, 0);
    expect((await start.tenant.graphRequests()).some(({ status }) => status === 401)).toBe(true);
    await expectInStep(start.target, start.tenant);
  });
});

describe('a feed of changes that cannot be read (exit 4): nothing is written, and the next cycle begins at the same link', () => {
  const faults: readonly [string, string, object][] = [
    ['both links on a page', 'SourceProtocolError', { bothLinks: true }],
    ['no link on a page', 'SourceProtocolError', { dropLinks: true }],
    ['a page that leads to itself', 'SourceProtocolError', { nextLinkLoop: true }],
    ['a link to another host', 'SourceProtocolError', { linkOrigin: 'https://graph.example' }],
    ['a link without TLS', 'SourceProtocolError', { linkOrigin: 'http://127.0.0.1:1' }],
    ['a web page', 'SourceProtocolError', { html: true }],
    ['429 for an hour', 'SourceUnreachable', { status: 429, headers: { 'Retry-After': '3600' } }],
    ['403', 'SourcePermissionMissing', { status: 403 }],
  ];
  const readings = [
    ...faults.map((fault) => ['users', ...fault] as const),
    ...faults
      .filter(([name]) => name === 'no link on a page' || name === '403')
      .map((fault) => ['groups', ...fault] as const),
  ];
  // spec: partial-lists, job-faults
  it.each(readings)('in the %s feed: %s', async (feed, _, code, action) => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await start.target.clearLog();
    const [person] = await start.tenant.rows('/users?$select=id&$top=999');
    await start.tenant.graph('PATCH', `/users/${text(person, 'id')}`, { displayName: 'Meanwhile' });
    const [group] = await start.tenant.rows('/groups?$select=id&$top=999');
    await start.tenant.graph('PATCH', `/groups/${text(group, 'id')}`, { displayName: 'Meanwhile' });
    await start.tenant.admin('POST', '/faults', { match: { path: `/v1.0/${feed}/delta` }, times: null, action });
    const run = await start.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe(code);
    expect(await start.target.requests()).toEqual([]);

    await start.tenant.admin('DELETE', '/faults');
    await start.tenant.admin('DELETE', '/log');
    const whole = await start.syncHere();
    expectExit(whole, 0);
    expect(whole.job().counts).toMatchObject({ created: 0, disabled: 0, deleted: 0, held: 0 });
    await expectInStep(start.target, start.tenant);
    const asked = (await start.tenant.graphRequests()).filter(({ path }) => path.endsWith('/delta'));
    expect(asked.every(({ query }) => query.includes('deltatoken') && !query.includes('latest'))).toBe(true);
  });
});

describe('a delta link that is no longer accepted', () => {
  it('because it is eight days old: said to be, everything is read again, and nobody is removed', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await start.target.clearLog();
    await start.tenant.admin('POST', '/clock', { advance: '8d' });
    const run = await start.sync(['--log-level', 'warn']);
    expectExit(run, 0);
    expect(run.stderr).toContain('everything in scope is read again');
    expect(run.job().counts).toMatchObject({ created: 0, disabled: 0, deleted: 0, held: 0 });
    expect(writes(await start.target.requests())).toEqual([]);
    await expectInStep(start.target, start.tenant);
  });

  it.each([400, 410])('%d: everything is read again, nobody is removed, and changes arrive', async (status) => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await start.target.clearLog();
    await start.tenant.admin('POST', '/settings', { expiredDeltaStatus: status });
    await start.tenant.admin('POST', '/expire-delta');
    const joiner = await createPerson(start.tenant, 'meanwhile');
    await assign(start.tenant, joiner);
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ created: 1, disabled: 0, deleted: 0, updated: 0 });
    expect(writes(await start.target.requests())).toHaveLength(1);
    await expectInStep(start.target, start.tenant);
  });

  it('and lists that come back empty: what is missing twice is held (exit 3)', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    const before = await start.target.users();
    await start.tenant.admin('POST', '/expire-delta');
    await start.tenant.admin('POST', '/faults', [
      { match: { path: '/v1.0/groups/[^/]+/members' }, times: null, action: { emptyValue: true } },
      { match: { path: 'appRoleAssignedTo' }, times: null, action: { emptyValue: true } },
    ]);
    const run = await start.sync();
    expectExit(run, 3);
    expect(run.job().counts.disabled).toBe(0);
    expect(await activeIds(start)).toEqual(idsOf(before));
  });
});

function idsOf(users: readonly Readonly<Record<string, unknown>>[]): string[] {
  return users
    .filter((user) => user['active'] === true)
    .map((user) => text(user, 'externalId'))
    .toSorted();
}

async function activeIds(start: FreshStart): Promise<string[]> {
  return idsOf(await start.target.users());
}

describe('a list of assignments that is not whole', () => {
  const freshStart = sharedSandbox({ users: 24, groups: 0 });
  it.each([
    ['empty', { emptyValue: true }],
    ['half', { halfValue: true }],
  ])(
    '%s, twice: the removals are held (exit 3) and nobody loses anything; whole again: nothing is left',
    async (_, action) => {
      await using start = await freshStart();
      expectExit(await start.syncHere(), 0);
      const before = await activeIds(start);
      await start.target.clearLog();
      await start.tenant.admin('POST', '/faults', { match: { path: 'appRoleAssignedTo' }, times: null, action });
      const run = await start.sync();
      expectExit(run, 3);
      expect(run.job().counts.held).toBeGreaterThanOrEqual(5);
      expect(run.job().counts.disabled).toBe(0);
      expect(await activeIds(start)).toEqual(before);
      const again = await start.syncHere();
      expectExit(again, 3);
      expect(await activeIds(start)).toEqual(before);

      await start.tenant.admin('DELETE', '/faults');
      const whole = await start.syncHere();
      expectExit(whole, 0);
      expect(whole.job().counts).toMatchObject({ held: 0, disabled: 0, created: 0 });
      await expectInStep(start.target, start.tenant);
    },
  );

  it('once: a second reading says otherwise, and nothing happens', async () => {
    await using start = await freshStart();
    expectExit(await start.syncHere(), 0);
    await start.target.clearLog();
    await start.tenant.admin('POST', '/faults', { match: { path: 'appRoleAssignedTo' }, action: { emptyValue: true } });
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ held: 0, disabled: 0 });
    expect(await start.target.requests()).toEqual([]);
    await expectInStep(start.target, start.tenant);
  });
});
