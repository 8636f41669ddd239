// The templates and examples that are shipped: each loads into a job without a fault or warning.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeTemplate, listTemplates, readTemplate } from '../../../src/config/gallery.ts';
import { allFaults, configurationOf, JOB_HEAD, MAIN, temporaryConfiguration } from './temporary-configuration.ts';

const shipped = fileURLToPath(new URL('../../../config/', import.meta.url));
const load = (template: string) =>
  configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `template: ${template}\n${JOB_HEAD}` });
const targets = (
  mapping: { attributeMappings: readonly { targetAttributeName: string; matchingPriority: number }[] } | undefined,
) =>
  mapping?.attributeMappings
    .filter(({ matchingPriority }) => matchingPriority > 0)
    .toSorted((left, right) => left.matchingPriority - right.matchingPriority)
    .map(({ targetAttributeName }) => targetAttributeName);

describe('gallery', () => {
  it('has the shipped templates, named as their files', async () => {
    const templates = await listTemplates('/nowhere');
    expect(templates).toHaveLength(32);
    for (const { name, file } of templates) {
      expect((await readTemplate(file, '/nowhere')).faults).toEqual([]);
      expect(await readFile(file, 'utf8')).toContain(`\nname: ${name}\n`);
    }
  });

  it.each([
    ['peakon', [['externalId', 'userName']]],
    [
      'scim',
      [
        ['externalId', 'userName'],
        ['externalId', 'displayName'],
      ],
    ],
    ['scim-entra-default', [['userName'], ['displayName']]],
    ['slack', [['externalId', 'emails[primary eq true].value'], ['displayName']]],
    [
      'github-enterprise-managed-user',
      [
        ['externalId', 'userName'],
        ['externalId', 'displayName'],
      ],
    ],
    ['github-enterprise-cloud-organization', [['externalId', 'userName']]],
    ['atlassian', [['externalId', 'userName'], ['displayName']]],
    ['databricks', [['userName'], ['displayName']]],
    [
      'aws-iam-identity-center',
      [
        ['externalId', 'userName'],
        ['externalId', 'displayName'],
      ],
    ],
  ])('%s makes a job without fault or warning, matched by %j', async (template, matching) => {
    const { jobs, warnings } = await load(template);
    expect(warnings).toEqual([]);
    expect(jobs[0]?.objectMappings.map(targets)).toEqual(matching);
  });

  it('peakon knows the limits and references of Peakon', async () => {
    const [job] = (await load('peakon')).jobs;
    expect(job?.profile).toMatchObject({
      pageSize: 100,
      concurrency: 4,
      groups: false,
      rateLimits: [{ operations: 25_000, perSeconds: 3600 }],
      references: { 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Manager': 'email' },
    });
    expect(job?.lifecycle.hardDeleted).toBe('disable');
    const mappings = new Map(
      job?.objectMappings[0]?.attributeMappings.map((each) => [each.targetAttributeName, each.source]),
    );
    expect(mappings.get('userName')).toEqual(mappings.get('emails[type eq "work"].value'));
  });

  it.each([
    ['slack', { pageSize: 1000, irreversible: ['delete'] }],
    ['github-enterprise-managed-user', { irreversible: ['delete'] }],
    ['github-enterprise-cloud-organization', { irreversible: ['disable', 'delete'] }],
    ['atlassian', { filterable: { User: ['userName', 'externalId'] }, irreversible: ['delete'] }],
    ['databricks', { concurrency: 3, retryableErrors: [{ status: 500, text: 'REQUEST_LIMIT_EXCEEDED' }] }],
    ['aws-iam-identity-center', { paging: 'cursor', pageSize: 100, membersPerRequest: 100, membersReadable: false }],
  ])('%s knows what its application does, and says that nobody has tried it', async (template, profile) => {
    const [job] = (await load(template)).jobs;
    expect(job?.profile).toMatchObject(profile);
    const file = (await listTemplates('/nowhere')).find(({ name }) => name === template)?.file ?? '';
    const text = await readFile(file, 'utf8');
    expect(text).toContain('tried by nobody here');
    expect(text).toContain('not documented');
    if (job?.profile.irreversible.includes('delete')) expect(job.lifecycle.hardDeleted).toBe('disable');
  });

  it('all but the generic ones say that nobody has run them, name their sources and what is not documented', async () => {
    const templates = await listTemplates('/nowhere');
    for (const { name, file } of templates) {
      const template = await describeTemplate(file, '/nowhere');
      if (name.startsWith('scim') && template?.status === undefined) continue;
      expect([name, template?.status]).toEqual([name, 'documented, not run']);
      expect(template?.sources.length).toBeGreaterThan(0);
      if (name !== 'peakon') expect(template?.notes.join('\n')).toMatch(/not documented|tried by nobody/);
    }
  });

  it('the page names every template', async () => {
    const page = await readFile(join(shipped, '../docs/gallery.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    for (const { name } of await listTemplates('/nowhere'))
      if (!name.startsWith('scim'))
        expect([name, rows.filter((row) => row.includes(`\`${name}\``))]).not.toEqual([name, []]);
  });

  it('a template may extend another', async () => {
    const files = await temporaryConfiguration({
      'gallery/own.yaml': 'name: own\ndescription: Own\nextends: zoom\nprofile: { pageSize: 7 }\n',
      'gallery/lost.yaml': 'name: lost\ndescription: Lost\nextends: zomo\n',
      'gallery/round.yaml': 'name: round\ndescription: Round\nextends: around\n',
      'gallery/around.yaml': 'name: around\ndescription: Around\nextends: round\n',
    });
    const read = async (name: string) => readTemplate(join(files.directory, `gallery/${name}.yaml`), files.directory);
    const template = await describeTemplate(join(files.directory, 'gallery/own.yaml'), files.directory);
    expect(template).toMatchObject({ name: 'own', description: 'Own', status: 'documented, not run' });
    expect(template?.profile).toMatchObject({ pageSize: 7, pagedFilters: true, combinedFilter: false });
    expect((await read('own')).files?.map((file) => basename(file))).toEqual([
      'scim.yaml',
      'scim-core.yaml',
      'zoom.yaml',
      'own.yaml',
    ]);
    expect((await read('lost')).faults).toMatchObject([
      { path: 'extends', message: 'There is no template "zomo".', advice: 'Did you mean "zoom"?' },
    ]);
    expect((await read('round')).faults.map(({ message }) => message)).toContain(
      'These templates extend each other in a circle.',
    );
  });

  it('of the configuration directory hides a shipped one of the same name', async () => {
    const files = await temporaryConfiguration({ 'gallery/scim.yaml': 'name: scim\n' });
    const templates = await listTemplates(files.directory);
    expect(templates.find(({ name }) => name === 'scim')?.file).toBe(join(files.directory, 'gallery/scim.yaml'));
  });

  it('reports what a template lacks', async () => {
    const files = await temporaryConfiguration({ 'gallery/own.yaml': 'name: own\ncolour: red\n' });
    const { faults } = await readTemplate(join(files.directory, 'gallery/own.yaml'), files.directory);
    expect(faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'description: This key is missing.',
      'objectMappings: This key is missing.',
      'colour: Unknown key "colour".',
    ]);
  });
});

describe('examples', () => {
  it('load together, once their secrets are there', async () => {
    const files = await temporaryConfiguration({});
    await mkdir(join(files.directory, 'jobs'));
    await copyFile(join(shipped, 'scimsync.example.yaml'), join(files.directory, 'scimsync.yaml'));
    await copyFile(join(shipped, 'jobs/peakon.example.yaml'), join(files.directory, 'jobs/peakon.yaml'));
    await copyFile(join(shipped, 'jobs/scim.example.yaml'), join(files.directory, 'jobs/wiki.yaml'));
    await mkdir(join(files.directory, 'secrets'));
    await writeFile(join(files.directory, 'secrets/graph'), 'g\n', { mode: 0o600 });
    const result = await files.load({ PEAKON_TOKEN: 'p' });
    // The file with the token of the second job is the one thing a test machine cannot have.
    expect(allFaults(result).map(({ path }) => path)).toEqual(['target.auth.token.fromFile']);
  });
});
