// Moving from Entra: `schema import` from a file, from stdin and from Graph, `schema export`, and what both say.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { type Ended, runCli } from './support/child-processes.ts';
import { expectExit } from './support/sync-run.ts';
import { editJob, part, startWorld, type World } from './support/world.ts';

const SALESFORCE = fileURLToPath(new URL('../fixtures/entra-schema.json', import.meta.url));
const AWS = fileURLToPath(new URL('../fixtures/entra-template.json', import.meta.url));
const PRINCIPAL = '11111111-2222-3333-4444-555555555555';
const SYNCHRONIZATION = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All', 'Synchronization.Read.All'];

const MAIN = `sources:
  acme: { type: graph, tenantId: t, clientId: c, clientSecret: { fromEnv: ACME_SECRET } }
`;

async function configuration(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-schema-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, 'jobs'));
  await writeFile(join(directory, 'scimsync.yaml'), MAIN);
  return directory;
}

const environment = { ACME_SECRET: 'graph-s3cr3t', CRM_TOKEN: 'crm-s3cr3t' };
const run = (directory: string, ...args: readonly string[]): Promise<Ended> =>
  runCli(['schema', ...args, '--config', directory], { environment });

describe('from a file', () => {
  // spec: imported-schemas
  it('a job that validates once its placeholders are filled in, and goes back as it was', async () => {
    const directory = await configuration();
    const file = join(directory, 'jobs', 'crm.yaml');
    const made = await run(directory, 'import', SALESFORCE, '--out', file);
    expectExit(made, 0);
    expect(made.stdout).toContain('Carried over: 14 of 14 attribute mappings');
    expect(made.stdout).toContain('CRM_TOKEN');
    const text = await readFile(file, 'utf8');
    expect(text).toContain('crm.entra.json');
    const marked = text.match(/FILL_IN/g) ?? [];
    expect(marked).toHaveLength(2);
    const filled = text.replace(/FILL_IN/, `"${PRINCIPAL}"`).replace(/FILL_IN/, 'https://crm.example.com/scim/v2');
    await writeFile(file, filled);
    const valid = await runCli(['validate', '--config', directory], { environment });
    expectExit(valid, 0);

    const back = await run(directory, 'export', 'crm');
    expectExit(back, 0);
    const { _source: _, ...original } = JSON.parse(await readFile(SALESFORCE, 'utf8')) as Record<string, unknown>;
    expect(JSON.parse(back.stdout)).toEqual(original);
    await writeFile(join(directory, 'again.json'), back.stdout);
    const given = ['--service-principal', PRINCIPAL, '--base-url', 'https://crm.example.com/scim/v2', '--id', 'crm'];
    const again = await run(directory, 'import', join(directory, 'again.json'), ...given);
    expectExit(again, 0);
    // Printed, nothing is kept beside it.
    const withoutHead = (yaml: string) => yaml.slice(yaml.indexOf('\nid: ')).replace(/ # <- .*/g, '');
    expect(withoutHead(again.stdout)).toBe(withoutHead(filled));

    const kept = await readFile(file, 'utf8');
    expectExit(await run(directory, 'import', SALESFORCE, '--out', file, '--id', 'other'), 1);
    expect(await readFile(file, 'utf8')).toBe(kept);
    expect((await readdir(join(directory, 'jobs'))).toSorted()).toEqual(['crm.entra.json', 'crm.yaml']);
    await rm(file);
    expectExit(await run(directory, 'import', SALESFORCE, '--out', file), 1);
    expect(await readdir(join(directory, 'jobs'))).toEqual(['crm.entra.json']);
  });

  it('says what was not carried over, with exit code 2, also as JSON', async () => {
    const directory = await configuration();
    const made = await run(directory, 'import', AWS);
    expectExit(made, 2);
    expect(made.stderr).toContain('schema.synchronizationRules[0].objectMappings[0].enabled');
    expect(made.stderr).toMatch(/why +The group mapping has no matching attribute/);
    expect(parse(made.stdout)).toMatchObject({ id: 'awssinglesignon', mode: 'observe' });
    const json = await run(directory, 'import', AWS, '--json', '--fail-on', 'none');
    expectExit(json, 0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      id: 'awssinglesignon',
      leftOut: [{ reason: expect.stringContaining('no matching attribute') as string }],
      unknown: [{ path: '_source' }],
      numbers: { attributeMappings: { found: 1, carriedOver: 1 } },
    });
    const refused = await run(directory, 'import', AWS, '--out', join(directory, 'jobs', 'a.test.yaml'));
    expectExit(refused, 1);
  });

  it.each([
    ['{ "a": ', 'This is not valid JSON.'],
    ['{}', 'synchronizationRules is missing'],
    [
      '{"synchronizationRules":[{"objectMappings":[{"enabled":"yes"}]}]}',
      'synchronizationRules[0].objectMappings[0].enabled  This must be true or false.',
    ],
    ['{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"AppRole"}]}]}', 'nothing for a job'],
  ])('refuses %s', async (text, said) => {
    const directory = await configuration();
    const file = join(directory, 'x.json');
    await writeFile(file, text);
    const refused = await run(directory, 'import', file);
    expectExit(refused, 1);
    expect(refused.stderr).toContain(said);
    expect(refused.stdout).toBe('');
  });

  it.each([
    [[], 'Name a file'],
    [['x.json', '--from-graph'], 'Name a file'],
    [['--from-graph'], 'needs --service-principal'],
    [['nowhere.json'], 'cannot be read (ENOENT)'],
    [[SALESFORCE, '--out', 'x.json'], 'the name of a YAML file'],
    [[SALESFORCE, '--template', 'peakonn'], 'Did you mean "peakon"?'],
    [[SALESFORCE, '--entra-job', 'x'], 'has no meaning without --from-graph'],
  ])('import %j is refused', async (args, said) => {
    const refused = await run(await configuration(), 'import', ...args);
    expectExit(refused, 1);
    expect(refused.stderr).toContain(said);
  });
});

describe('export', () => {
  it('of a job that was never in Entra, and of what Entra does not have', async () => {
    await using world = await startWorld({ users: 2, groups: 1 });
    await editJob(world.directory, 'scim', (job) => {
      job['objectMappings'] = {
        user: {
          attributeMappings: [{ targetAttributeName: 'emails', source: '[proxyAddresses]', flowType: 'ValueAddOnly' }],
        },
      };
    });
    const made = await runCli(['schema', 'export', 'scim', '--config', world.directory, '--json']);
    expectExit(made, 2);
    const { schema, leftOut, warnings } = JSON.parse(made.stdout) as Record<string, Record<string, unknown>[]>;
    expect(schema).toMatchObject({
      directories: [{ name: 'Azure Active Directory' }, { name: 'customappsso' }],
      synchronizationRules: [{ objectMappings: [{ sourceObjectName: 'User' }, { sourceObjectName: 'Group' }] }],
    });
    expect(leftOut).toMatchObject([{ value: 'emails <- [proxyAddresses]' }]);
    expect(warnings).toMatchObject([{ value: 'no file beside the job' }]);
    const file = join(world.directory, 'out.json');
    expectExit(await runCli(['schema', 'export', 'scim', '--config', world.directory, '--out', file]), 2);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(schema);
    expectExit(await runCli(['schema', 'export', 'scimm', '--config', world.directory]), 1);
    await writeFile(join(world.directory, 'jobs', 'scim.entra.json'), '{}');
    const spoilt = await runCli(['schema', 'export', 'scim', '--config', world.directory]);
    expectExit(spoilt, 1);
    expect(spoilt.stderr).toContain('is not what schema import wrote');
  });
});

describe('from Graph', () => {
  const importFrom = ({ directory, announced }: World, ...args: readonly string[]): Promise<Ended> =>
    runCli([
      'schema',
      'import',
      '--from-graph',
      '--service-principal',
      announced.graph.servicePrincipalId,
      '--config',
      directory,
      ...args,
    ]);

  const settings = [
    { name: 'SyncAll', value: 'False' },
    { name: 'QuarantineTooManyDeletes', value: 'True' },
    { name: 'QuarantineTooManyDeletesThreshold', value: '40' },
  ];

  it('mappings, scope and thresholds of the job that Entra runs, and a clear word about two writers', async () => {
    await using world = await startWorld({ users: 5, groups: 1 });
    const { tenant, directory } = world;
    const refused = await importFrom(world);
    expectExit(refused, 4);
    expect(refused.stderr).toContain('Synchronization.Read.All (role id 5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce)');

    await tenant.admin('POST', '/permissions', { granted: SYNCHRONIZATION });
    const nothing = await importFrom(world);
    expectExit(nothing, 1);
    expect(nothing.stderr).toContain('has no provisioning job');

    const schema = scimSchema();
    await tenant.admin('POST', '/synchronization-jobs', {
      jobs: [
        { id: 'scim.a', schema, settings },
        { id: 'scim.b', code: 'Paused' },
      ],
    });
    const several = await importFrom(world);
    expectExit(several, 1);
    expect(several.stderr).toContain('scim.a (scim, Active)\n  scim.b (scim, Paused)');

    const out = join(directory, 'jobs', 'moved.yaml');
    const target = world.announced.target?.url ?? '';
    const made = await importFrom(
      world,
      '--entra-job',
      'scim.a',
      '--base-url',
      target,
      '--token-file',
      'secrets/scim',
      '--out',
      out,
    );
    expectExit(made, 0);
    expect(made.stderr).toContain(
      'Two writers: Microsoft Entra still provisions this application: job scim.a (scim, Active).',
    );
    expect(made.stderr).toContain('Stop provisioning');
    expect(made.stderr).toMatch(/POST \/servicePrincipals\/[0-9a-f-]+\/synchronization\/jobs\/scim\.a\/pause/);
    expect(parse(await readFile(out, 'utf8'))).toMatchObject({
      id: 'moved',
      mode: 'observe',
      source: { syncAll: false, servicePrincipalId: world.announced.graph.servicePrincipalId },
      guards: { leavers: { count: 40 }, scopeLosses: { count: 40 } },
    });

    // The job runs as it was written: everybody in scope is planned, nothing is written.
    await editJob(directory, 'scim', (job) => {
      job['enabled'] = false;
    });
    const observed = await world.sync(['--job', 'moved']);
    expectExit(observed, 0);
    expect(observed.job('moved').counts.inScope).toBeGreaterThan(0);
    expect(await world.target().users()).toEqual([]);

    await editJob(directory, 'moved', (job) => {
      const user = part(part(job, 'objectMappings'), 'user');
      user['attributeMappings'] = (user['attributeMappings'] as unknown[]).slice(0, 2);
    });
    const back = await runCli(['schema', 'export', 'moved', '--config', directory]);
    expectExit(back, 0);
    const [rule] = schema.synchronizationRules;
    expect(JSON.parse(back.stdout)).toEqual({
      ...schema,
      synchronizationRules: [
        {
          ...rule,
          objectMappings: rule?.objectMappings.map((each) => ({
            ...each,
            attributeMappings: each.attributeMappings.slice(0, 2),
          })),
        },
      ],
    });
    const asked = (await tenant.graphRequests())
      .map(({ path }) => path)
      .filter((path) => path.includes('synchronization'));
    expect(asked.some((path) => path.includes('secrets'))).toBe(false);
  });
});

function scimSchema() {
  const source = (name: string) => ({ type: 'Attribute', name, expression: `[${name}]`, parameters: [] });
  const attribute = (targetAttributeName: string, from: object, matchingPriority = 0) => ({
    defaultValue: null,
    exportMissingReferences: false,
    flowBehavior: 'FlowWhenChanged',
    flowType: 'Always',
    matchingPriority,
    source: from,
    targetAttributeName,
  });
  const active = {
    type: 'Function',
    name: 'Switch',
    expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    parameters: [],
  };
  return {
    id: 'scim.a',
    version: 'v1',
    directories: [],
    synchronizationRules: [
      {
        id: '03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8',
        name: 'USER_OUTBOUND_USER',
        priority: 1,
        sourceDirectoryName: 'Azure Active Directory',
        targetDirectoryName: 'customappsso',
        objectMappings: [
          {
            enabled: true,
            flowTypes: 'Add,Update,Delete',
            name: 'Provision Azure Active Directory Users',
            scope: {
              groups: [
                {
                  name: 'known',
                  clauses: [
                    {
                      sourceOperandName: 'userPrincipalName',
                      operatorName: 'IS NOT NULL',
                      targetOperand: { values: [] },
                    },
                  ],
                },
              ],
              inputFilterGroups: [],
              categoryFilterGroups: [],
            },
            sourceObjectName: 'User',
            targetObjectName: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
            attributeMappings: [
              attribute('userName', source('userPrincipalName'), 1),
              attribute('active', active),
              attribute('displayName', source('displayName')),
            ],
          },
        ],
      },
    ],
  };
}
