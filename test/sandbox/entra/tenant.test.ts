/** Starting, resetting, restarting and stopping a tenant. */
import { expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { codeOf, type GraphCaller, type Json, makeCaller, readRound } from './graph-caller.ts';

async function withTenant(
  options: Parameters<typeof startEntraTenant>[0],
  use: (tenant: EntraTenant, caller: GraphCaller) => Promise<void>,
): Promise<void> {
  const tenant = await startEntraTenant(options);
  const caller = makeCaller(tenant);
  try {
    await use(tenant, caller);
  } finally {
    await caller.close();
    await tenant.close();
  }
}

const small = { users: 6, groups: 2, seed: 1 };

test('a restart keeps CA, ids and secret, and sends old delta tokens to a full round', async () => {
  const before = { deltaLink: '', port: 0, tls: undefined as EntraTenant['tls'] | undefined, identity: '' };
  const identityOf = (tenant: EntraTenant): string =>
    [tenant.tenantId, tenant.clientId, tenant.clientSecret, tenant.appId, tenant.servicePrincipalId].join(' ');
  await withTenant(small, async (tenant, caller) => {
    before.deltaLink = (await readRound(caller, '/users/delta?$select=id')).deltaLink;
    before.port = Number(new URL(tenant.url).port);
    before.tls = tenant.tls;
    before.identity = identityOf(tenant);
  });
  const tls = before.tls;
  if (tls === undefined) throw new Error('the first tenant has no certificate');
  await withTenant({ ...small, port: before.port, tls }, async (tenant, caller) => {
    expect(tenant.caPem).toBe(tls.caPem);
    expect(identityOf(tenant)).toBe(before.identity);
    expect((await caller.get(before.deltaLink)).status).toBe(410);
  });
});

test('a client without the CA does not get in', async () => {
  await withTenant(small, async (tenant) => {
    await expect(fetch(`${tenant.url}/v1.0/users`)).rejects.toThrow();
  });
});

test('a port that is taken is an error and leaves nothing running', async () => {
  await withTenant(small, async (tenant) => {
    const adminPort = Number(new URL(tenant.adminUrl).port);
    await expect(startEntraTenant({ ...small, adminPort })).rejects.toThrow(/EADDRINUSE/);
  });
});

test('reset brings the generated directory, the clock, permissions and settings back', async () => {
  await withTenant(small, async (tenant, caller) => {
    const [id = ''] = tenant.directory.users.live.keys();
    const { deltaLink } = await readRound(caller, '/users/delta?$select=id');
    const name = tenant.directory.user(id)?.properties['displayName'];
    await caller.edit('PATCH', `/users/${id}`, { displayName: 'Somebody else' });
    await caller.admin('POST', '/_emu/clock', { advance: '2d' });
    await caller.admin('POST', '/_emu/settings', { pageSize: 1 });
    await caller.admin('POST', '/_emu/permissions', { granted: [] });
    await caller.admin('POST', '/_emu/reset');
    expect(tenant.directory.user(id)?.properties['displayName']).toBe(name);
    expect(await caller.admin('GET', '/_emu/clock')).toMatchObject({ offsetMs: 0 });
    expect(await caller.admin('GET', '/_emu/settings')).toMatchObject({ pageSize: 200 });
    expect(codeOf(await caller.get(deltaLink))).toBe('SyncStateNotFound');
    expect((await readRound(caller, '/users/delta?$select=id')).rows).toHaveLength(6);
  });
});

test('the log counts requests by kind and holds neither tokens nor page tokens', async () => {
  await withTenant(small, async (tenant, caller) => {
    const token = await caller.token();
    const [id = ''] = tenant.directory.users.live.keys();
    await caller.graph('GET', `/users/${id}`, { token });
    await caller.graph('GET', '/users/nobody@contoso.example', { token });
    const { deltaLink } = await readRound(caller, '/users/delta?$select=id');
    await caller.get(deltaLink);
    const log = (await caller.admin('GET', '/_emu/log')) as Json[];
    expect(log.map((entry) => entry['status'])).toEqual([200, 200, 404, 200, 200, 200]);
    expect(JSON.stringify(log)).not.toContain(token);
    expect(JSON.stringify(log)).not.toContain(new URL(deltaLink).searchParams.get('$deltatoken'));
    expect(await caller.admin('GET', '/_emu/counters')).toMatchObject({
      requests: { 'GET /v1.0/users/{id}': 1, 'GET /v1.0/users/{upn}': 1, 'GET /v1.0/users/delta': 2 },
    });
    await caller.admin('DELETE', '/_emu/log');
    expect(await caller.admin('GET', '/_emu/log')).toEqual([]);
  });
});
