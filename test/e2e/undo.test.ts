// A cycle that wrote what nobody wanted, taken back from the command line.
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { writes } from './support/target-client.ts';

const freshStart = sharedSandbox({ users: 20, groups: 2 });

describe('undo', () => {
  // spec: undo
  it('names the latest cycles, shows what it would restore, restores it, and holds what would do it again', async () => {
    await using start = await freshStart();
    const { directory, tenant, target } = start;
    expectExit(await start.sync(), 0);
    const people = [...(await expectedOf(tenant)).people.keys()].slice(0, 3);
    const namesOf = async () =>
      Object.fromEntries((await target.users()).map((user) => [text(user, 'externalId'), text(user, 'displayName')]));
    const before = await namesOf();
    for (const id of people) await tenant.graph('PATCH', `/users/${id}`, { displayName: 'A slip' });
    const slip = await start.sync();
    expectExit(slip, 0);
    const { id } = slip.job().cycle;
    await target.clearLog();
    const unknown = await runCli(['undo', 'nothing', '--config', directory]);
    expectExit(unknown, 1);
    expect(unknown.stderr).toContain(id);
    expectExit(await runCli(['undo', id, '--config', directory, '--read-only']), 1);

    const shown = await runCli(['undo', id, '--dry-run', '--config', directory]);
    expectExit(shown, 0);
    expect(shown.stdout).toContain('would be restored  3 accounts');
    expect(shown.stdout).toContain(`displayName  "A slip" -> ${JSON.stringify(before[people[0] ?? ''])}`);
    expect(writes(await target.requests())).toEqual([]);

    const undone = await runCli(['undo', id, '--config', directory, '--json']);
    expectExit(undone, 0);
    expect(JSON.parse(undone.stdout)).toMatchObject({ undo: { carriedOut: true, held: [] } });
    expect(writes(await target.requests())).toHaveLength(3);
    expect(await namesOf()).toEqual(before);

    const next = await start.sync();
    expectExit(next, 3);
    expect(next.job().counts).toMatchObject({ updated: 0, held: 3 });
    const staged = await runCli(['staged', '--config', directory, '--json']);
    const [set] = list(JSON.parse(staged.stdout), 'sets');
    expect(set).toMatchObject({ guardClass: 'undone', count: 3 });
    expectExit(await runCli(['approve', '--config', directory, '--job', 'scim', '--set', text(set, 'set')]), 0);
    const approved = await start.sync();
    expectExit(approved, 0);
    expect(approved.job().counts).toMatchObject({ updated: 3, held: 0 });
  });
});
