// `scimsync explain`: why somebody is, or is not, there; what it costs; and that nothing is written by asking.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/engine/explain-result.ts';
import { type Ended, runCli } from './support/child-processes.ts';
import { text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { assign, createPerson, reference, unassign } from './support/tenant-client.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';
const PERMISSIONS = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];

let world: World;
const people: Record<string, string> = {};

async function createGroup(displayName: string, members: readonly string[]): Promise<string> {
  const { tenant } = world;
  const mailNickname = displayName.replaceAll(' ', '');
  const made = await tenant.graph('POST', '/groups', {
    displayName,
    mailNickname,
    mailEnabled: false,
    securityEnabled: true,
  });
  const id = text(made, 'id');
  for (const member of members) await tenant.graph('POST', `/groups/${id}/members/$ref`, reference(member));
  return id;
}

/** The job of these tests: its people must be members of staff, and one attribute is confidential. */
async function configure(): Promise<void> {
  await editJob(world.directory, 'scim', (job) => {
    job['template'] = 'scim';
    part(part(job, 'objectMappings'), 'user')['scope'] = {
      groups: [
        {
          name: 'staff only',
          clauses: [
            { sourceOperandName: 'userType', operatorName: 'EQUALS', targetOperand: { values: ['Member'] } },
            { sourceOperandName: 'department', operatorName: 'IS NOT NULL' },
          ],
        },
      ],
    };
    part(part(job, 'objectMappings'), 'user')['attributeMappings'] = [
      { targetAttributeName: 'nickName', source: 'Redact([department])' },
    ];
    part(part(job, 'guards'), 'leavers')['count'] = 0;
    part(part(job, 'guards'), 'leavers')['from'] = 1;
  });
}

/** Runs the command, with what it asked Graph and the target. */
async function explain(
  name: string,
  ...args: readonly string[]
): Promise<Ended & { readonly graph: number; readonly target: number; readonly writes: number }> {
  const { tenant } = world;
  const target = world.target();
  await tenant.admin('DELETE', '/log');
  await target.clearLog();
  const ended = await runCli(['explain', name, '--config', world.directory, ...args]);
  const asked = await target.requests();
  return {
    ...ended,
    graph: (await tenant.graphRequests()).length,
    target: asked.length,
    writes: asked.filter(({ method }) => method !== 'GET').length,
  };
}

async function explained(name: string, ...args: readonly string[]): Promise<Explanation> {
  const ended = await explain(name, '--json', ...args);
  expectExit(ended, 0);
  const [first] = (JSON.parse(ended.stdout) as { jobs: readonly Explanation[] }).jobs;
  if (first === undefined) throw new Error(`nothing explained: ${ended.stdout}`);
  return first;
}

beforeAll(async () => {
  world = await startWorld({ users: 6, groups: 2, assigned: 0, target: 'rfc7644' });
  const { tenant } = world;
  await configure();
  for (const local of ['ana', 'ben', 'cleo', 'dora', 'emil', 'finn'])
    people[local] = await createPerson(tenant, local, { displayName: `${local} Ruiz`, userType: 'Member' });
  const inner = await createGroup('Sales EMEA', [people['ana'] ?? '', people['emil'] ?? '']);
  const sales = await createGroup('Sales', [inner, people['ben'] ?? '']);
  await assign(tenant, sales);
  await assign(tenant, people['cleo'] ?? '', DEFAULT_ACCESS);
  await assign(tenant, people['dora'] ?? '');
  await assign(tenant, people['finn'] ?? '');
  await tenant.graph('PATCH', `/users/${people['finn']}`, { userType: 'Guest' });
  expectExit(await world.sync(), 0);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('scimsync explain', () => {
  it('explain names the nested group and the remedy', async () => {
    const ended = await explain('ana@contoso.example', '--job', 'scim');
    expectExit(ended, 0);
    const lines = ended.stdout.split('\n');
    expect(lines[0]).toMatch(/^ana Ruiz \(ana@contoso\.example, [0-9a-f]{8}…\) is NOT in scope of scim$/);
    expect(lines[1]).toMatch(
      /^ {2}assigned +no +member of "Sales EMEA", which is inside "Sales"; "Sales" is assigned, but nestedGroups is direct +Graph, /,
    );
    expect(ended.stdout).toMatch(/filters +would pass +"staff only": userType EQUALS Member -> Member \(yes\)/);
    expect(ended.stdout).toMatch(/account +none +with .*userName ana@contoso\.example/);
    expect(ended.stdout).toContain('remedy     assign "Sales EMEA"\n');
    expect(ended.stdout).toMatch(
      /or nestedGroups: transitive \(at most 2 more people: .*scimsync plan --job scim --set source\.nestedGroups=transitive/,
    );
    expect(ended.graph).toBeLessThanOrEqual(4);
    expect(ended.target).toBeLessThanOrEqual(2);
    expect(ended.graph).toBeGreaterThan(0);
    expect(ended.target).toBeGreaterThan(0);
  });

  it('a known person: the account, the values without what Redact hides, and nothing to do', async () => {
    const ended = await explain('ben Ruiz', '--job', 'scim');
    expectExit(ended, 0);
    expect(ended.stdout).toMatch(/^ben Ruiz \(ben@contoso\.example, [0-9a-f]{8}…\) is in scope of scim\n/);
    expect(ended.stdout).toMatch(/assigned +yes +member of "Sales", which is assigned \(role "User"\)/);
    expect(ended.stdout).toMatch(/account +active +\S+, linked/);
    expect(ended.stdout).toContain('nickName = (not shown: Redact)');
    expect(ended.stdout).toMatch(/history +last 1 .*create +success/);
    expect(ended.stdout).toContain('nothing to do');
    expect(ended.graph).toBeLessThanOrEqual(3);
    expect(ended.target).toBe(1);
    const data = await explained(people['ben'] ?? '');
    expect(data).toMatchObject({ inScope: true, concern: 'well', remedy: [], account: { active: true } });
    expect(data.values.find(({ name }) => name === 'nickName')).toEqual({
      name: 'nickName',
      value: null,
      redacted: true,
    });
  });

  it('somebody filtered out: the clause that excludes them comes first', async () => {
    const ended = await explain('finn@contoso.example', '--job', 'scim');
    expectExit(ended, 0);
    expect(ended.stdout.split('\n')[1]).toMatch(
      /filters +exclude +"staff only": userType EQUALS Member -> Guest \(no\)/,
    );
    expect(ended.stdout).toContain('"staff only": department IS NOT NULL -> Sales (yes)');
    expect(ended.stdout).toContain(
      'remedy     change userType of finn Ruiz in the directory, or the scoping filter of job scim',
    );
  });

  it('Default Access that is left out, with the setting and its price', async () => {
    const ended = await explain('cleo@contoso.example', '--job', 'scim');
    expectExit(ended, 0);
    expect(ended.stdout.split('\n')[1]).toMatch(
      /assigned +no +directly, but only with Default Access, which is left out \(source\.excludeDefaultAccess: auto, and the application has roles\)/,
    );
    expect(ended.stdout).toMatch(/remedy +assign cleo Ruiz with the role "User" or "Admin"/);
    expect(ended.stdout).toMatch(
      /excludeDefaultAccess: false \(1 assignment with Default Access: .*plan --job scim --set/,
    );
  });

  it('a group, one that is inside an assigned group, and one that is assigned', async () => {
    const inner = await explained('Sales EMEA');
    expect(inner).toMatchObject({ inScope: false, reason: 'unassigned', object: { kind: 'group' } });
    expect(inner.findings[0]?.lines[0]).toContain('a group counts only when it is assigned itself');
    expect(await explained('Sales')).toMatchObject({ inScope: true, account: { foundBy: 'link' } });
  });

  it('nobody of that name, and a name that several have', async () => {
    const nobody = await explain('zoe@contoso.example');
    expect(nobody.exitCode).toBe(1);
    expect(nobody.stderr).toContain('Neither the store nor the directory knows anybody as "zoe@contoso.example"');
    expect(nobody.graph).toBe(1);
    const first = await createPerson(world.tenant, 'twin.one', { displayName: 'Twin' });
    const second = await createPerson(world.tenant, 'twin.two', { displayName: 'Twin' });
    const ambiguous = await explain('Twin', '--job', 'scim');
    expect(ambiguous.exitCode).toBe(1);
    for (const id of [first, second]) expect(ambiguous.stderr).toContain(id);
  });

  it('offline: from the store alone, without a request', async () => {
    const ended = await explain('dora@contoso.example', '--offline');
    expectExit(ended, 0);
    expect(ended.stdout).toMatch(/assigned +yes .*store, as of/);
    expect(ended.stdout).toMatch(/account +linked/);
    expect([ended.graph, ended.target]).toEqual([0, 0]);
    const unknown = await explain('ana@contoso.example', '--offline');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('Without --offline Microsoft Graph is asked as well.');
  });

  it('what may not be read is named with its permission, and the rest is answered', async () => {
    const { tenant } = world;
    await tenant.admin('POST', '/permissions', { granted: ['User.Read.All', 'GroupMember.Read.All'] });
    const data = await explained('ana@contoso.example', '--job', 'scim');
    await tenant.admin('POST', '/permissions', { granted: PERMISSIONS });
    expect(data.inScope).toBeNull();
    expect(data.notRead.join(' ')).toContain('Application.Read.All');
    expect(data.filters?.passes).toBe(true);
  });

  it('blocked, then held: the reason, what is pending, and the next command', async () => {
    const { tenant } = world;
    await tenant.graph('PATCH', `/users/${people['dora']}`, { accountEnabled: false });
    const blocked = await explain('dora@contoso.example', '--job', 'scim');
    expect(blocked.stdout.split('\n')[1]).toMatch(/directory +blocked +sign-in is blocked/);
    expect(blocked.stdout).toMatch(/next +disable/);
    expect(blocked.stdout).toContain('remedy     unblock the sign-in of dora Ruiz');
    expectExit(await world.sync(), 3);
    const held = await explain(people['dora'] ?? '');
    expect(held.stdout).toMatch(/^dora Ruiz \(.*\) is held, and NOT in scope of scim\n/);
    expect(held.stdout).toMatch(/pending +held +disable is held since .* \(leavers\)/);
    expect(held.stdout).toMatch(/remedy +look at it and decide \(.*scimsync staged --job scim/);
  });

  // spec: explanations
  it('writes nothing: neither the store nor the target changes', async () => {
    const file = join(world.directory, 'data', 'scimsync.db');
    const before = await readFile(file);
    for (const name of ['ana@contoso.example', 'ben Ruiz', 'Sales']) expect((await explain(name)).writes).toBe(0);
    expect((await readFile(file)).equals(before)).toBe(true);
    const fresh = await explained(people['ana'] ?? '', '--job', 'scim');
    expect(fresh.account).toBeNull();
  });

  it('somebody who was deleted, and one who lost the assignment', async () => {
    const { tenant } = world;
    await tenant.graph('DELETE', `/users/${people['ben']}`);
    const deleted = await explain('ben@contoso.example', '--job', 'scim');
    expect(deleted.stdout.split('\n')[1]).toMatch(/directory +deleted +in the recycle bin/);
    expect(deleted.stdout).toContain('remedy     restore ben Ruiz in Microsoft Entra');
    await unassign(tenant, people['finn'] ?? '');
    const lost = await explained('finn@contoso.example');
    expect(lost).toMatchObject({ reason: 'unassigned', assigned: { entitled: false, paths: [] } });
  });
});
