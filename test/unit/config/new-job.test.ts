// A job file to begin with: valid once everything that is marked was filled in, refused before.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeTemplate, listTemplates, type Template } from '../../../src/config/gallery.ts';
import { FILL_IN, missingIn, type NewJob, newJobText, tokenVariable } from '../../../src/config/new-job.ts';
import { parseYaml } from '../../../src/config/read-yaml.ts';
import { allFaults, SOURCES, temporaryConfiguration } from './temporary-configuration.ts';

const WHOLE: NewJob = {
  id: 'my-app',
  use: 'acme',
  servicePrincipalId: '11111111-2222-3333-4444-555555555555',
  baseUrl: 'https://example.com/scim/v2',
};

async function templateCalled(wanted: string): Promise<Template> {
  const file = (await listTemplates('/nowhere')).find(({ name }) => name === wanted)?.file ?? '';
  const template = await describeTemplate(file, '/nowhere');
  if (template === undefined) throw new Error(`no template ${wanted}`);
  return template;
}

async function load(text: string) {
  const files = await temporaryConfiguration({ 'scimsync.yaml': SOURCES });
  await mkdir(join(files.directory, 'jobs'));
  await writeFile(join(files.directory, 'jobs/a.yaml'), text);
  return files.load({ GRAPH_SECRET: 'g', MY_APP_TOKEN: 't' });
}

describe('a new job', () => {
  it.each(['peakon', 'scim', 'scim-entra-default'])(
    'of template %s is valid as it stands, in mode observe',
    async (name) => {
      const result = await load(newJobText(WHOLE, await templateCalled(name)));
      expect(allFaults(result)).toEqual([]);
      expect(result.ok && result.configuration.jobs).toMatchObject([
        { id: 'my-app', mode: 'observe', source: { use: 'acme' }, target: { baseUrl: 'https://example.com/scim/v2' } },
      ]);
    },
  );

  it('names what is missing, and exactly that is refused', async () => {
    const job = { id: 'my-app' };
    const text = newJobText(job, await templateCalled('peakon'));
    expect(missingIn(job).map(({ what }) => what)).toEqual([
      'source.use',
      'source.servicePrincipalId',
      'target.baseUrl',
      'MY_APP_TOKEN',
    ]);
    expect(text.match(new RegExp(`${FILL_IN} # <-`, 'g'))).toHaveLength(3);
    const faults = allFaults(await load(text)).map(({ path }) => path);
    expect(faults).toEqual(['source.use', 'source.servicePrincipalId', 'target.baseUrl']);
    expect(missingIn(WHOLE).map(({ what }) => what)).toEqual(['MY_APP_TOKEN']);
  });

  it.each(['secrets/my app', '/run/secrets/x', 'a: { b'])(
    'reads its token from the file %j where one is named',
    async (tokenFile) => {
      const job = { ...WHOLE, tokenFile };
      const text = newJobText(job, await templateCalled('scim'));
      const read = parseYaml('a.yaml', text);
      expect(read.faults).toEqual([]);
      const loaded = await load(text);
      expect(allFaults(loaded).map(({ path }) => path)).toEqual(['target.auth.token.fromFile']);
      expect(missingIn(job).map(({ what }) => what)).toEqual([tokenFile]);
    },
  );

  it('remains valid when its comments are taken into use', async () => {
    const text = newJobText(WHOLE, await templateCalled('scim'));
    const [before = '', after = ''] = text.split('# Before the first cycle:');
    expect(after).toContain('# - ');
    const used = before
      .replace(/^# (yaml-language-server|Any SCIM|What stands|What happens|A cycle|Who, beyond).*$/gm, '')
      .replace(/^# /gm, '')
      .replace(/^ {2}# (nestedGroups.*)$/gm, '  $1');
    expect(used).toContain('\nlifecycle:\n  unassigned: disable\n');
    expect(used).toContain('\n  nestedGroups: transitive');
    expect(allFaults(await load(used))).toEqual([]);
  });

  it.each(['a: b', '"', 'x\ny', '{}', 'null', '#'])('takes no YAML from its arguments: %j', async (use) => {
    const text = newJobText({ ...WHOLE, use }, await templateCalled('scim'));
    const { root, faults } = parseYaml('f', text);
    expect(faults).toEqual([]);
    const source = root?.entries.get('source')?.value;
    const value = source?.kind === 'map' ? source.entries.get('use')?.value : undefined;
    expect(value?.kind === 'scalar' && value.value).toBe(use);
  });

  it.each([
    ['peakon', 'PEAKON_TOKEN'],
    ['a.b-c', 'A_B_C_TOKEN'],
    ['7wonders', '_7WONDERS_TOKEN'],
  ])('expects the token of %s in %s', (id, variable) => {
    expect(tokenVariable(id)).toBe(variable);
  });
});
