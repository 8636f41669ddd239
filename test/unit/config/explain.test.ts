// Each value of a job in effect names the place it comes from.
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { effectiveJobLines } from '../../../src/cli/effective-job-text.ts';
import { explainJob, leavesOf, NOT_SHOWN } from '../../../src/config/explain.ts';
import { examineConfiguration } from '../../../src/config/load.ts';
import { parseYaml } from '../../../src/config/read-yaml.ts';
import { JOB_HEAD, MAIN, SOURCES, temporaryConfiguration } from './temporary-configuration.ts';

const GALLERY = `name: own
description: d
lifecycle: { blocked: nothing }
objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }
      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }
      - { targetAttributeName: title, source: '"true"' }
`;

const LAYERED = {
  'scimsync.yaml': `${SOURCES}defaults:\n  mode: observe\n  schedule: { every: 2h }\n`,
  'gallery/own.yaml': GALLERY,
  'jobs/base/b.yaml': 'template: own\nprofile: { pageSize: 7 }\n',
  'jobs/a.yaml': `extends: base/b.yaml\n${JOB_HEAD}lifecycle: { softDeleted: delete }\n`,
};

async function examined(files: Readonly<Record<string, string>>) {
  const { directory } = await temporaryConfiguration(files);
  const { jobs } = await examineConfiguration(directory, { TOKEN: 't', GRAPH_SECRET: 'g' });
  const [job] = jobs;
  if (job === undefined) throw new Error('no job');
  const shown = (file: string) => relative(directory, file).replaceAll('\\', '/');
  return { job, shown };
}

async function leaves(files: Readonly<Record<string, string>>) {
  const { job, shown } = await examined(files);
  return new Map(
    leavesOf(explainJob(job)).map(({ path, value, origin }) => [
      path,
      [value, origin === null ? 'default' : `${shown(origin.file)}:${origin.line}`],
    ]),
  );
}

describe('a value of the job in effect', () => {
  it.each([
    ['id', 'wiki', 'jobs/a.yaml:2'],
    ['tenant', 'acme', 'jobs/a.yaml:4'],
    ['mode', 'observe', 'scimsync.yaml:9'],
    ['schedule.every', '2h', 'scimsync.yaml:10'],
    ['profile.pageSize', 7, 'jobs/base/b.yaml:2'],
    ['profile.membersPerRequest', 500, 'default'],
    ['lifecycle.blocked', 'nothing', 'gallery/own.yaml:3'],
    ['lifecycle.softDeleted', 'delete', 'jobs/a.yaml:9'],
    ['lifecycle.hardDeleted', 'delete', 'default'],
    ['enabled', true, 'default'],
    ['protect', [], 'default'],
    ['target.auth.token.fromEnv', 'TOKEN', 'jobs/a.yaml:8'],
    ['objectMappings[0].attributeMappings[1].source.expression', 'Not([IsSoftDeleted])', 'gallery/own.yaml:8'],
    ['objectMappings[0].attributeMappings[1].flowType', 'Always', 'default'],
  ])('%s is %j, from %s', async (path, value, origin) => {
    expect((await leaves(LAYERED)).get(path)).toEqual([value, origin]);
  });

  it('is what the job runs with', async () => {
    const files = await temporaryConfiguration(LAYERED);
    const { result, jobs } = await examineConfiguration(files.directory, { TOKEN: 't', GRAPH_SECRET: 'g' });
    const [job] = result.ok ? result.configuration.jobs : [];
    const [first] = jobs;
    if (first === undefined || job === undefined) throw new Error('no job');
    for (const { path, value } of leavesOf(explainJob(first))) {
      const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
      const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], job);
      expect([path, found]).toEqual([path, value]);
    }
  });

  it('of a job with faults is what was written', async () => {
    const found = await leaves({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': 'id: wiki\nenabled: maybe\n' });
    expect([...found]).toEqual([
      ['mode', ['enforce', 'scimsync.yaml:1']],
      ['id', ['wiki', 'jobs/a.yaml:1']],
      ['enabled', [NOT_SHOWN, 'jobs/a.yaml:2']],
    ]);
  });
});

describe('a secret in the wrong place', () => {
  const [head = '', auth = ''] = JOB_HEAD.split('  auth: ');
  it.each([
    ['of the token', `${head}  auth: { type: bearer, token: hunter2 }\n`],
    ['of the token, as a number', `${head}  auth: { type: bearer, token: 20771199 }\n`],
    ['below the token', `${head}  auth: { type: bearer, token: { value: hunter2 } }\n`],
    ['of a name', `${head}  auth: { type: bearer, token: { fromEnv: hunter2XYZ } }\n`],
    ['of a file', `${head}  auth: { type: bearer, token: { fromFile: hunter2XYZ } }\n`],
    ['of a command', `${head}  auth: { type: bearer, token: { fromCommand: [hunter2XYZ] } }\n`],
    [
      'of the name of a disabled job',
      `enabled: false\n${head}  auth: { type: bearer, token: { fromEnv: hunter2XYZ } }\n`,
    ],
    ['of a password', `${head}  auth: { type: basic, username: a, password: hunter2 }\n`],
    [
      'of a client secret',
      `${head}  auth: { type: oauth2ClientCredentials, tokenUrl: "https://l.example/t", clientId: c, clientSecret: { value: hunter2 } }\n`,
    ],
    ['of a header', `${head}  auth: ${auth}  headers: { X-Api-Key: hunter2 }\n`],
    ['below a header', `${head}  auth: ${auth}  headers: { X-Api-Key: { value: hunter2 } }\n`],
    ['below an unknown key', `${head}  secret: { token: [hunter2] }\n  auth: ${auth}`],
    ['of the heartbeat', `${JOB_HEAD}heartbeat: { url: "https://hc.example.com/hunter2" }\n`],
    ['of an object id', JOB_HEAD.replace('11111111-2222-3333-4444-555555555555', 'hunter2')],
  ])('is not shown: in place %s', async (_name, text) => {
    const { job } = await examined({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `template: scim\n${text}` });
    const shown = JSON.stringify(leavesOf(explainJob(job)));
    expect(shown).toContain(NOT_SHOWN);
    expect(shown).toContain('wiki.example.com');
    expect(shown).not.toMatch(/hunter2|20771199/);
  });
});

describe('the text', () => {
  it('is YAML with origins as comments, and names layers from the weakest to the strongest', async () => {
    const { job, shown } = await examined(LAYERED);
    expect(job.layers.map(shown)).toEqual(['scimsync.yaml', 'gallery/own.yaml', 'jobs/base/b.yaml', 'jobs/a.yaml']);
    const lines = effectiveJobLines(explainJob(job), ({ file, line }) => `${shown(file)}:${line}`);
    const text = lines.map((line) => line.replace(/ +#/, ' #')).join('\n');
    expect(text).toContain('id: wiki # jobs/a.yaml:2\n');
    expect(text).toContain('enabled: true # default\n');
    expect(text).toContain(
      '\n  auth:\n    type: bearer # jobs/a.yaml:8\n    token:\n      fromEnv: TOKEN # jobs/a.yaml:8\n',
    );
    expect(text).toContain('    flowTypes: [Add, Update, Delete] # default\n');
    expect(text).toContain('      - targetAttributeName: userName # gallery/own.yaml:7\n');
    expect(text).toContain('        source: "Not([IsSoftDeleted])" # gallery/own.yaml:8\n');
    const column = (line: string) => line.indexOf(' # ');
    expect(new Set(lines.filter((line) => line.length < 90 && column(line) > 0).map(column)).size).toBe(1);
  });

  it('can be loaded again and means the same', async () => {
    const { job } = await examined(LAYERED);
    const text = effectiveJobLines(explainJob(job), () => 'somewhere').join('\n');
    expect(parseYaml('f', text).faults).toEqual([]);
    const again = await examined({ 'scimsync.yaml': SOURCES, 'jobs/a.yaml': text });
    expect(again.job.findings.faults).toEqual([]);
    const values = (from: typeof job) => leavesOf(explainJob(from)).map(({ path, value }) => [path, value]);
    expect(values(again.job)).toEqual(values(job));
  });
});
