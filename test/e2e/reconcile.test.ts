// What somebody did to the target by hand: found, told and repaired through the real program.
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';
import { startWorld, type World } from './support/world.ts';

async function scim(world: World, method: string, path: string, body?: unknown): Promise<void> {
  const { target } = world.announced;
  const answer = await fetch(`${target?.url ?? ''}${path}`, {
    method,
    headers: { authorization: `Bearer ${target?.token ?? ''}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
}

describe('a target that somebody edited by hand', () => {
  // spec: read-back, discover
  it('is told apart, read back and repaired', async () => {
    await using world = await startWorld({ users: 12, groups: 0 });
    const target = world.target();
    expectExit(await world.sync(), 0);
    const [first = {}, second = {}] = await target.users();
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    const Operations = [{ op: 'replace', path: 'displayName', value: 'Edited by hand' }];
    await scim(world, 'PATCH', `/Users/${text(first, 'id')}`, { schemas, Operations });
    await scim(world, 'DELETE', `/Users/${text(second, 'id')}`);
    await target.seed([{ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'local-admin' }]);
    await target.clearLog();
    const accounts = (await target.users()).length;

    const config = ['--job', 'scim', '--config', world.directory];
    const discovered = await runCli(['discover', ...config, '--json']);
    expect(discovered.exitCode, discovered.stderr).toBe(0);
    expect(JSON.parse(discovered.stdout)).toMatchObject({ counts: { managed: accounts - 1, local: 1 } });
    const csv = await runCli(['discover', ...config, '--format', 'csv']);
    expect(csv.stdout.split('\r\n').filter((line) => line.startsWith('local,'))).toHaveLength(1);
    const told = await runCli(['reconcile', ...config]);
    expect(told.exitCode, told.stderr).toBe(0);
    expect(told.stdout).toContain('found "Edited by hand"');
    expect(told.stdout).toContain('gone');
    expect(writes(await target.requests())).toEqual([]);

    const repaired = await runCli(['reconcile', ...config, '--repair']);
    expect(repaired.exitCode, repaired.stderr).toBe(0);
    expect(await target.users()).toHaveLength(accounts + 1);
    expect((await target.users()).some((user) => user['displayName'] === 'Edited by hand')).toBe(false);
    const again = await runCli(['reconcile', ...config, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ drifted: 0, gone: { count: 0 } });
  });
});
