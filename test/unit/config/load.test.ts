// What a configuration without faults becomes: precedence of the layers, short forms, paths, warnings.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  allFaults,
  configurationOf,
  JOB,
  JOB_HEAD,
  MAIN,
  SOURCES,
  summarize,
  temporaryConfiguration,
  USER_MAPPING,
} from './temporary-configuration.ts';

const load = (job: string, rest: Readonly<Record<string, string>> = {}) =>
  configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job, ...rest });

const sourcesOf = async (lines: readonly string[]) => {
  const [job] = (
    await load(
      `${JOB}${lines.map((line, index) => `      - { targetAttributeName: x${index}, source: ${line} }\n`).join('')}`,
    )
  ).jobs;
  return job?.objectMappings[0]?.attributeMappings.slice(2).map(({ source }) => source);
};

describe('settings', () => {
  it('have defaults, absolute paths and the tenant of the source', async () => {
    const files = await temporaryConfiguration({
      'scimsync.yaml': `${MAIN}    caFile: ca.pem\n`,
      'ca.pem': '-----BEGIN CERTIFICATE-----\n',
      'jobs/a.yaml': JOB.replace('  auth:', '  caFile: ca.pem\n  auth:'),
    });
    const result = await files.load();
    expect(result).toMatchObject({
      ok: true,
      configuration: {
        directory: files.directory,
        storeUrl: `sqlite:${join(files.directory, 'data/scimsync.db')}`,
        network: { privateTargets: 'allow' },
        daemon: { maxConcurrentJobs: 4 },
        logging: { personalData: 'ids' },
        jobs: [{ id: 'wiki', tenant: 'acme', enabled: true, target: { caFile: join(files.directory, 'ca.pem') } }],
        warnings: [],
      },
    });
    expect(result.ok && result.configuration.sources.get('acme')?.caFile).toBe(join(files.directory, 'ca.pem'));
  });

  it('ignore examples, tests and hidden files beside the jobs', async () => {
    const { jobs } = await load(JOB, {
      'jobs/b.example.yaml': ': broken',
      'jobs/a.test.yaml': ': broken',
      'jobs/.b.yaml': ': broken',
      'jobs/b.base.yaml': ': broken',
      'jobs/base/b.yaml': ': broken',
      'jobs/readme.md': ': broken',
    });
    expect(jobs.map(({ id }) => id)).toEqual(['wiki']);
  });

  it('may have no jobs yet, with a warning', async () => {
    const { jobs, warnings } = await configurationOf({ 'scimsync.yaml': MAIN.replace('GRAPH_SECRET', 'TOKEN') });
    expect(jobs).toEqual([]);
    expect(warnings.map(({ message }) => message)).toEqual(['There are no jobs.']);
  });

  it('follow anchors', async () => {
    const { jobs } = await load(`${JOB_HEAD}profile: { references: { a: &form email, b: *form } }\n${USER_MAPPING}`);
    expect(jobs[0]?.profile.references).toEqual({ a: 'email', b: 'email' });
  });
});

describe('layers', () => {
  const template = `name: own
description: d
lifecycle: { blocked: nothing, softDeleted: nothing }
profile: { pageSize: 7, references: { a: id } }
objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }
      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }
      - { targetAttributeName: title, source: "[jobTitle]" }
      - { targetAttributeName: nickName, source: "[mailNickname]" }
  group:
    attributeMappings:
      - { targetAttributeName: displayName, source: "[displayName]", matchingPriority: 1 }
`;
  const defaults =
    'defaults:\n  mode: observe\n  schedule: { every: 2h }\n  lifecycle: { blocked: delete, unassigned: delete }\n  profile: { pageSize: 9, concurrency: 3 }\n';
  const layered = (job: string) =>
    configurationOf({
      'scimsync.yaml': SOURCES + defaults,
      'gallery/own.yaml': template,
      'jobs/a.yaml': `template: own\n${JOB_HEAD}${job}`,
    });

  it('win in the order job, template, defaults; objects merge', async () => {
    const [job] = (await layered('lifecycle: { softDeleted: delete }\nprofile: { references: { b: email } }\n')).jobs;
    expect(job?.schedule.every).toBe('2h');
    expect(job?.lifecycle).toMatchObject({
      unassigned: 'delete',
      blocked: 'nothing',
      softDeleted: 'delete',
      outOfScope: 'disable',
    });
    expect(job?.profile).toMatchObject({ pageSize: 7, concurrency: 3, references: { a: 'id', b: 'email' } });
  });

  it('merge attribute mappings by target attribute, in place; others are added at the end', async () => {
    const [job] = (
      await layered(`objectMappings:
  user:
    omitAttributes: [NICKNAME]
    attributeMappings:
      - { targetAttributeName: department, source: "[department]" }
      - { targetAttributeName: TITLE, source: '"x"' }
  group: { enabled: false }
`)
    ).jobs;
    const [user, group] = job?.objectMappings ?? [];
    expect(user?.attributeMappings.map(({ targetAttributeName }) => targetAttributeName)).toEqual([
      'userName',
      'active',
      'TITLE',
      'department',
    ]);
    expect(user?.attributeMappings[2]?.source).toEqual({ type: 'Constant', value: 'x' });
    expect(group).toMatchObject({ sourceObjectName: 'group', targetObjectName: 'Group', enabled: false });
  });

  it('keep the place of a fault in the file that has it', async () => {
    const files = await temporaryConfiguration({
      'scimsync.yaml': MAIN,
      'gallery/own.yaml': template.replace('[jobTitle]', '[jobtitle]'),
      'jobs/a.yaml': `template: own\n${JOB_HEAD}`,
    });
    const result = await files.load();
    expect(summarize(files.directory, allFaults(result))).toEqual([
      'gallery/own.yaml:10:47 objectMappings.user.attributeMappings[2].source: The source attribute "jobtitle" is not known.',
    ]);
  });

  it('leave lists of the stronger layer as they are', async () => {
    const main = `${SOURCES}defaults:\n  mode: enforce\n  target: { rateLimits: [{ operations: 1, perSeconds: 1 }, { operations: 2, perSeconds: 2 }] }\n`;
    const job = JOB.replace('  auth:', '  rateLimits: [{ operations: 3, perSeconds: 3 }]\n  auth:');
    const { jobs } = await configurationOf({ 'scimsync.yaml': main, 'jobs/a.yaml': job });
    expect(jobs[0]?.target.rateLimits).toEqual([{ operations: 3, perSeconds: 3 }]);
  });

  it('drop a mapping that is switched off and says nothing else', async () => {
    const { jobs } = await load(`${JOB}  group: { enabled: false }\n`);
    expect(jobs[0]?.objectMappings.map(({ sourceObjectName }) => sourceObjectName)).toEqual(['user']);
  });
});

describe('short forms', () => {
  it('of sources', async () => {
    expect(
      await sourcesOf([
        '"[mail]"',
        '[mail]',
        `'"a \\"b\\" \\\\ \\d"'`,
        '"Mid([mail], 1, 3)"',
        `'"a" = "b"'`,
        'true',
        '7',
        'null',
        '{ name: mail }',
        '{ type: Attribute, name: mail, expression: "[mail]", parameters: [] }',
        `{ type: Constant, name: a, expression: '"a"', parameters: [] }`,
        '{ type: Function, name: ToLower, expression: "ToLower([mail])", parameters: [{ key: source }] }',
      ]),
    ).toEqual([
      { type: 'Attribute', name: 'mail' },
      { type: 'Attribute', name: 'mail' },
      { type: 'Constant', value: 'a "b" \\ \\d' },
      { type: 'Function', expression: 'Mid([mail], 1, 3)' },
      { type: 'Function', expression: '"a" = "b"' },
      { type: 'Constant', value: true },
      { type: 'Constant', value: 7 },
      null,
      { type: 'Attribute', name: 'mail' },
      { type: 'Attribute', name: 'mail' },
      { type: 'Constant', value: 'a' },
      { type: 'Function', expression: 'ToLower([mail])' },
    ]);
  });

  it('of object mappings imply the target; the list form stays', async () => {
    const list = `objectMappings:\n  - sourceObjectName: user\n${USER_MAPPING.split('\n').slice(2).join('\n')}`;
    const [short, long] = await Promise.all([load(JOB), load(`${JOB_HEAD}${list}`)]);
    expect(short.jobs[0]?.objectMappings).toEqual(long.jobs[0]?.objectMappings);
    expect(long.jobs[0]?.objectMappings[0]).toMatchObject({ sourceObjectName: 'user', targetObjectName: 'User' });
  });

  it('of filterable attributes leave the other kind unrestricted', async () => {
    const { jobs } = await load(`${JOB}profile: { filterable: { User: [userName] } }\n`);
    expect(jobs[0]?.profile.filterable).toEqual({ User: ['userName'], Group: [] });
  });
});

describe('warnings', () => {
  const warningsOf = async (files: Readonly<Record<string, string>>) =>
    (await configurationOf(files)).warnings.map(({ path, message }) => `${path}: ${message}`);

  it.each([
    [
      'entra',
      '',
      [
        'target.dialect: The dialect entra adapts to nothing: what the target refuses of it fails, from the first cycle on.',
      ],
    ],
    ['rfc7644', '', []],
    ['entra-legacy', 'enabled: false\n', []],
  ])('of the dialect %s %s', async (dialect, more, expected) => {
    const job = `${more}${JOB.replace('  baseUrl:', `  dialect: ${dialect}\n  baseUrl:`)}`;
    expect(await warningsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job })).toEqual(expected);
  });

  it.each([
    [
      'remove',
      [
        'adoption.groupMembers: This has no effect: groups of this target do not show their members (profile.membersReadable).',
      ],
    ],
    ['keep', []],
  ])('of members that cannot be taken over: groupMembers %s', async (groupMembers, expected) => {
    const job = `template: aws-iam-identity-center\nadoption: { groupMembers: ${groupMembers} }\n${JOB_HEAD}`;
    expect(await warningsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job })).toEqual(expected);
  });

  it('name flow types that the lifecycle needs', async () => {
    const job = JOB.replace('  user:', '  user:\n    flowTypes: [Add, Update]');
    expect(await warningsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job })).toEqual([
      'objectMappings.user.flowTypes: Without Delete no account is deleted, although the lifecycle asks for it (hardDeleted).',
    ]);
  });

  it('name what only disabled jobs lack', async () => {
    const job = JOB.replace('TOKEN', 'UNSET').replace('id: wiki', 'id: wiki\nenabled: false');
    expect(await warningsOf({ 'scimsync.yaml': MAIN.replace('GRAPH_SECRET', 'UNSET'), 'jobs/a.yaml': job })).toEqual([
      'target.auth.token.fromEnv: The environment variable UNSET is not set.',
      'sources.acme.clientSecret.fromEnv: The environment variable UNSET is not set.',
    ]);
  });

  it('name a cloud that has no effect', async () => {
    const main = `${MAIN}    authorityHost: https://a\n    graphBaseUrl: https://g\n    scope: s\n    cloud: usgov\n`;
    expect(await warningsOf({ 'scimsync.yaml': main, 'jobs/a.yaml': JOB })).toEqual([
      'sources.acme.cloud: cloud has no effect beside authorityHost, graphBaseUrl and scope.',
    ]);
  });

  it('name a Peakon job that splits userName from the work e-mail, or deletes', async () => {
    const job = `template: peakon\n${JOB_HEAD}lifecycle: { hardDeleted: delete }\nobjectMappings:\n  user:\n    attributeMappings:\n      - { targetAttributeName: userName, source: "[userPrincipalName]", matchingPriority: 2 }\n`;
    expect(await warningsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job })).toEqual([
      'lifecycle.hardDeleted: Peakon cannot restore a deleted person; survey answers are lost to them.',
      'objectMappings.user.attributeMappings[0].source: Peakon requires userName to equal the work e-mail, but they are mapped from different sources.',
    ]);
  });

  it.skipIf(process.platform === 'win32')('name a secret file that everybody may read', async () => {
    const files = await temporaryConfiguration({
      'scimsync.yaml': MAIN,
      'jobs/a.yaml': JOB.replace('fromEnv: TOKEN', 'fromFile: ./token'),
      token: 'secret\n',
    });
    await chmod(join(files.directory, 'token'), 0o644);
    const result = await files.load();
    expect(result.ok && result.configuration.warnings.map(({ message }) => message)).toEqual([
      `The secret file ${join(files.directory, 'token')} can be read by every user of this machine.`,
    ]);
  });
});

describe('limits', () => {
  it('refuse a file above 1 MiB, one that is not UTF-8, and a folder in the place of a file', async () => {
    const files = await temporaryConfiguration({
      'scimsync.yaml': MAIN,
      'jobs/a.yaml': `# ${'x'.repeat(1024 * 1024)}\n`,
    });
    await writeFile(join(files.directory, 'jobs/b.yaml'), Buffer.from([0x69, 0x64, 0x3a, 0xff]));
    await mkdir(join(files.directory, 'jobs/c.yaml'));
    const result = await files.load();
    expect(summarize(files.directory, allFaults(result))).toEqual([
      'jobs/a.yaml : The file is larger than 1 MiB.',
      'jobs/b.yaml : The file is not UTF-8 text.',
      'jobs/c.yaml : This is not a file.',
    ]);
  });
});
