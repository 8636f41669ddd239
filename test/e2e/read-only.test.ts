// --read-only and SCIMSYNC_READ_ONLY: the program reads, plans and logs, and no write gets as far as a connection.
import { expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { startCli } from './support/child-processes.ts';
import { expectedOf, expectInStep } from './support/expected.ts';
import { endpointClient } from './support/in-process-target.ts';
import { startKillingProxy } from './support/killing-proxy.ts';
import { provision } from './support/provision-run.ts';
import { startRecordingRelay } from './support/recording-relay.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { startWorld } from './support/world.ts';

// spec: read-only
it('read-only opens no socket for a write', async () => {
  const endpoint = await startScimTarget({ kind: 'rfc7644' });
  try {
    const { origin, pathname } = new URL(endpoint.url);
    await using proxy = await startKillingProxy(origin, pathname);
    await using relay = await startRecordingRelay(proxy.url);
    await using world = await startWorld({
      users: 12,
      groups: 2,
      endpoint: { url: relay.url, token: endpoint.token },
    });
    const target = endpointClient(endpoint);

    // The first cycle is killed while it creates people: the rest of them is let through and waits to be sent.
    await using killed = startCli(['--sync-now', '--config', world.directory]);
    await proxy.arm({ request: 8, moment: 'after' }, () => killed.kill('SIGKILL'));
    await killed.ended;
    proxy.disarm();
    const seen = writes(await target.requests()).length;
    expect(seen, 'the cycle was killed among its writes').toBeGreaterThan(0);
    const known = new Set((await target.users()).map((user) => user['externalId']));
    const pending = [...(await expectedOf(world.tenant)).people.keys()].find((id) => !known.has(id)) ?? '';
    relay.forget();

    const runs = [
      { args: ['--read-only'], environment: {} },
      { args: [], environment: { SCIMSYNC_READ_ONLY: 'yes' } },
    ];
    for (const { args, environment } of runs) {
      const run = await world.sync(args, { environment });
      expectExit(run, 0);
      expect(run.job().cycle).toMatchObject({ mode: 'observe', dryRun: false });
      expect(run.job().counts.created).toBeGreaterThan(0);
      const one = await provision(world.directory, [pending], args, { environment });
      expectExit(one, 0);
      expect(one.objects).toMatchObject([{ action: 'create', outcome: 'planned' }]);
      expect(one.document).toMatchObject({ written: false, because: 'readOnly' });
    }
    expect(relay.connections().length, 'it did read').toBeGreaterThan(0);
    expect(new Set(relay.connections().flat()), 'methods over all connections').toEqual(new Set(['GET']));
    expect(writes(await target.requests())).toHaveLength(seen);

    const unclear = await world.sync([], { environment: { SCIMSYNC_READ_ONLY: 'maybe' } });
    expectExit(unclear, 1);
    expect(writes(await target.requests())).toHaveLength(seen);

    expectExit(await world.sync(), 0);
    await expectInStep(target, world.tenant);
  } finally {
    await endpoint.close();
  }
});
