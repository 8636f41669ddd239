// Deciding about what is held: choosing by a condition, rejecting for a time, taking that back, and what a changed mapping
// has caused.
import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { list, text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { editJob } from './support/world.ts';

const freshStart = sharedSandbox({ users: 20, groups: 2 });
const MANY = 10;
const CLOSING = 4;

describe('a set that nobody meant', () => {
  // spec: rejections
  it('is decided about by a condition, and rejected for a time: not sent, not held, shown everywhere, approved after all', async () => {
    await using start = await freshStart();
    const { tenant, directory } = start;
    expectExit(await start.sync(), 0);
    const people = [...(await expectedOf(tenant)).people.keys()].slice(0, MANY);
    const [somebody = ''] = people;
    for (const [index, id] of people.entries())
      await tenant.graph('PATCH', `/users/${id}`, {
        accountEnabled: false,
        department: index < MANY - CLOSING ? 'Head Office' : 'Closing Office',
      });
    expectExit(await start.sync(), 3);
    const cli = (...args: readonly string[]) => runCli([...args, '--config', directory]);
    const approveWhere = (where: string) => cli('approve', '--job', 'scim', '--where', where, '--reason', 'closing');
    const unknown = await approveWhere('departement eq "Closing Office"');
    expectExit(unknown, 1);
    expect(unknown.stderr).toContain('There is no attribute "departement"');
    expectExit(await approveWhere('department eq "Nowhere"'), 1);
    const closing = await approveWhere('event eq "blocked" and department eq "Closing Office"');
    expectExit(closing, 0);
    expect(closing.stdout).toContain(`Approved ${CLOSING} changes of scim.`);
    const shown = list(JSON.parse((await cli('staged', '--json')).stdout), 'sets')[0];
    const set = text(shown, 'set');

    const reject = await cli('reject', '--job', 'scim', '--set', set, '--reason', 'a script went wrong', '--for', '5d');
    expectExit(reject, 0);
    expect(reject.stdout).toMatch(/^Rejected 6 changes of scim until \d{4}-\d\d-\d\d \(5 d\)/);
    const run = await start.sync();
    expectExit(run, 0);
    expect(run.job().counts).toMatchObject({ held: 0, disabled: CLOSING });
    const staged = await cli('staged');
    expectExit(staged, 0);
    expect(staged.stdout).toContain('Nothing is held.');
    expect(staged.stdout).toContain(`6 changes in leavers rejected by ${userInfo().username} on `);
    expect(staged.stdout).toContain(': a script went wrong');
    const status = await cli('status');
    expectExit(status, 0);
    expect(status.stdout).toMatch(/6 rejected until \d{4}-\d\d-\d\d/);
    const explain = await cli('explain', somebody, '--job', 'scim', '--offline');
    expect(explain.stdout).toContain(`disable was rejected by ${userInfo().username} (leavers)`);
    const logged = await cli('logs', '--object', somebody, '--json');
    expect(logged.stdout).toContain('Rejected by');

    const approve = await cli('approve', '--job', 'scim', '--object', somebody, '--json');
    expect(JSON.parse(approve.stdout)).toMatchObject({ approved: 1, by: userInfo().username, reason: null });
    expect((await start.sync()).job().counts).toMatchObject({ held: 0, disabled: 1 });
  });
});

describe('a changed mapping', () => {
  // spec: held-updates
  it('that changes most accounts is held until it is approved; the job works with the accepted one meanwhile', async () => {
    await using start = await freshStart();
    const { tenant, directory } = start;
    await editJob(directory, 'scim', (job) => {
      job['guards'] = { updates: { from: 10 } };
    });
    expectExit(await start.sync(), 0);
    await editJob(directory, 'scim', (job) => {
      const source = { type: 'Function', expression: 'ToUpper([displayName])' };
      job['objectMappings'] = { user: { attributeMappings: [{ targetAttributeName: 'displayName', source }] } };
    });
    const run = await start.sync();
    expectExit(run, 3);
    expect(run.job().counts).toMatchObject({ updated: 0 });
    expect(run.job()).toMatchObject({ configuration: { state: 'held', reasons: [{ guardClass: 'updates' }] } });
    const staged = await runCli(['staged', '--config', directory]);
    expectExit(staged, 3);
    expect(staged.stdout).toMatch(/^scim {2}configuration held, first .*: \d+ people would be updated \(updates\); /);
    expect(staged.stdout).toContain(`scimsync approve --job scim --config --config ${directory}`);
    const status = await runCli(['status', '--config', directory]);
    expectExit(status, 3);
    expect(status.stdout).toContain('The changed configuration is held, first ');
    const [leaver = '', somebody = ''] = (await expectedOf(tenant)).people.keys();
    await tenant.graph('PATCH', `/users/${leaver}`, { accountEnabled: false });
    await tenant.graph('PATCH', `/users/${somebody}`, { displayName: 'Somebody Else' });
    const next = await start.sync();
    expectExit(next, 3);
    expect(next.job().counts).toMatchObject({ disabled: 1, updated: 1 });
    const account = (await start.target.users()).find((each) => each['externalId'] === somebody);
    expect(account).toMatchObject({ displayName: 'Somebody Else' });
    const explain = await runCli(['explain', somebody, '--job', 'scim', '--offline', '--config', directory]);
    expect(explain.stdout).toContain('the changed configuration is held; the job works with that of ');
    const reject = await runCli(['reject', '--job', 'scim', '--config', '--config', directory]);
    expect(reject.stdout).toContain('the job goes on with the last accepted one');
    const approve = await runCli(['approve', '--job', 'scim', '--config', '--config', directory]);
    expectExit(approve, 0);
    expect(approve.stdout).toMatch(
      /^Approved the changed configuration of scim, which would make \d+ changes that guards count/,
    );
    expectExit(await start.sync(), 0);
    expect((await start.sync()).job().requests.scim).toBe(0);
  });
});
