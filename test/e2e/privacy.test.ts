// Personal data stays where it is needed: the log of the process names objects by their ids, whatever target and directory
// say, and the store holds of each person what mappings and filters use.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { runCli, startCli } from './support/child-processes.ts';
import { sharedSandbox } from './support/fresh-start.ts';
import { expectExit } from './support/sync-run.ts';
import { assign, createPerson, type TenantClient } from './support/tenant-client.ts';
import { until } from './support/until.ts';
import { editJob, editMain, part } from './support/world.ts';

const freshStart = sharedSandbox({ users: 30, groups: 3 });

/** What a target quotes in its answers. */
const QUOTED = 'zora.leakname@contoso.example';
const QUOTE = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '400',
  scimType: 'invalidValue',
  detail: `userName ${QUOTED} belongs to Zora Leakname`,
};

/** Names and addresses of everybody in the directory. */
async function personalWords(tenant: TenantClient): Promise<readonly string[]> {
  const rows = await tenant.rows('/users?$select=displayName,userPrincipalName,mail&$top=999');
  const words = rows.flatMap((row) => ['displayName', 'userPrincipalName', 'mail'].map((key) => row[key]));
  return [...new Set(words.filter((word) => typeof word === 'string' && word !== ''))] as string[];
}

function namedIn(log: string, words: readonly string[]): string[] {
  const text = log.toLowerCase();
  return words.filter((word) => text.includes(word.toLowerCase()));
}

describe('the log of the process', () => {
  // spec: nameless-log
  it('names nobody, also where cycles fail, hold and warn', async () => {
    await using start = await freshStart();
    const { tenant, target, directory } = start;
    await assign(tenant, await createPerson(tenant, 'twice', { displayName: 'Person Twice' }));
    const logs: string[] = [];
    const run = async (): Promise<void> => {
      logs.push((await start.sync(['--log-level', 'trace'])).stderr);
    };
    await target.addFaults([
      { match: { method: 'POST', path: '^/Users', every: 3 }, action: { status: 400, body: QUOTE } },
    ]);
    await run();
    await target.clearFaults();
    await target.addFaults([{ match: { method: 'GET', path: '^/Users' }, action: { status: 400, body: QUOTE } }]);
    await run();
    await target.clearFaults();
    await target.addFaults([{ match: { path: '^/Users' }, action: { status: 403, body: QUOTE } }]);
    await run();
    await target.clearFaults();
    const people = await tenant.rows('/users?$select=id&$top=999');
    for (const { id } of people.slice(0, 20))
      await tenant.graph('PATCH', `/users/${String(id)}`, { accountEnabled: false });
    await editJob(directory, 'scim', (job) => {
      job['guards'] = { leavers: { count: 1, percent: 1, from: 1 } };
    });
    await run();
    await using daemon = startCli(['daemon', '--config', directory, '--log-level', 'trace']);
    await until('a start', () => (daemon.printed().stderr.includes('"started"') ? true : undefined));
    daemon.kill('SIGTERM');
    logs.push((await daemon.ended).stderr);

    const text = logs.join('\n');
    expect(text).toContain('cycle opened');
    expect(text).toMatch(/held: /);
    expect(namedIn(text, [...(await personalWords(tenant)), QUOTED, 'Zora', 'Leakname'])).toEqual([]);
  });

  // spec: nameless-log
  it.each([
    ['refuses a question', { match: { path: '^/Users' }, action: { status: 400, body: QUOTE } }],
    ['forbids everything', { match: {}, action: { status: 403, body: QUOTE } }],
    ['answers a page that names somebody', { match: {}, action: { status: 200, body: QUOTE } }],
    ['refuses creations', { match: { method: 'POST' }, action: { status: 409, body: QUOTE } }],
  ])('names nobody in a daemon whose target %s', async (_what, fault) => {
    await using start = await freshStart();
    await start.target.addFaults([fault]);
    await using daemon = startCli(['daemon', '--config', start.directory, '--log-level', 'trace']);
    const ended = (): boolean => /"level":"(error|warn)".*"(code|counts)":/.test(daemon.printed().stderr);
    await until('the end of the first cycle', () => (ended() ? true : undefined));
    daemon.kill('SIGTERM');
    const text = (await daemon.ended).stderr;
    await start.target.clearFaults();
    expect(namedIn(text, [...(await personalWords(start.tenant)), QUOTED, 'Zora', 'Leakname'])).toEqual([]);
  });

  it('may name people only when that is configured', async () => {
    await using start = await freshStart();
    await editMain(start.directory, (main) => {
      part(main, 'logging')['personalData'] = 'full';
    });
    await start.target.addFaults([{ match: { path: '^/Users' }, action: { status: 403, body: QUOTE } }]);
    await using daemon = startCli(['daemon', '--config', start.directory]);
    await until('the fault', () => (daemon.printed().stderr.includes('"level":"error"') ? true : undefined));
    await start.target.clearFaults();
    expect(daemon.printed().stderr).toContain('Zora Leakname');
  });
});

it('the store holds of a person what mappings and filters use, and no value of what is settled', async () => {
  await using start = await freshStart();
  expectExit(await start.syncHere(), 0);
  const store = new Sqlite(join(start.directory, 'data', 'scimsync.db'), { readonly: true });
  try {
    const texts = store.prepare("select attributes from source_object where kind = 'user'").pluck().all() as string[];
    const keys = new Set(texts.flatMap((each) => Object.keys(JSON.parse(each) as object)));
    expect(keys.has('userPrincipalName')).toBe(true);
    // The directory has these, and no mapping of the job does.
    for (const unused of [
      'employeeHireDate',
      'ageGroup',
      'birthday',
      'proxyAddresses',
      'createdDateTime',
      'identities',
    ])
      expect([...keys]).not.toContain(unused);
    const settled = store.prepare('select count(*) from change where settled_at is not null').pluck().get();
    expect(settled).toBeGreaterThan(10);
    const left = `select count(*) from change left join change_content on change_id = id
      where settled_at is not null and (change_id is not null or display_name is not null)`;
    expect(store.prepare(left).pluck().get()).toBe(0);
    // What was listed for matching goes when the cycle ends.
    expect(store.prepare('select count(*) from target_resource').pluck().get()).toBe(0);
  } finally {
    store.close();
  }
});

describe('store purge', () => {
  // spec: retention
  it('removes what was written about somebody from the file itself', async () => {
    await using start = await freshStart();
    const { tenant, directory } = start;
    const id = await createPerson(tenant, 'erase.me', { displayName: 'Quendolin Erasable' });
    await assign(tenant, id);
    expectExit(await start.syncHere(), 0);
    await tenant.graph('DELETE', `/users/${id}`);
    await tenant.admin('POST', '/clock', { advance: '31d' });
    expectExit(await start.syncHere(), 0);
    const file = join(directory, 'data', 'scimsync.db');
    const inFile = (): boolean => readFileSync(file, 'latin1').includes('Quendolin');
    await editJob(directory, 'scim', (job) => {
      job['retention'] = { deletedPeople: '1s' };
    });
    const asked = await runCli(['store', 'purge', '--object', id, '--config', directory]);
    expectExit(asked, 1);
    expect(inFile()).toBe(true);
    await until('a second since the deletion was noticed', async () => {
      expectExit(await runCli(['store', 'purge', '--object', id, '--yes', '--config', directory]), 0);
      return inFile() ? undefined : true;
    });
    expectExit(await start.syncHere(), 0);
  });
});
