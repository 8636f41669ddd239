// Which source a new job uses: the only one there is, whatever else is wrong with the configuration.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_CONDITIONS } from '../../../src/cli/exit-code.ts';
import { addJob } from '../../../src/cli/gallery-add.ts';
import { JOB, MAIN, temporaryConfiguration } from '../config/temporary-configuration.ts';
import { captured } from './captured-terminal.ts';

const OTHER_JOB = JOB.replace('attributeMappings', 'atributeMappings');
const SECOND = '  fabrikam: { type: graph, tenantId: t2, clientId: c, clientSecret: { fromEnv: OTHER } }\n';

async function added(files: Readonly<Record<string, string>>): Promise<{ job: string; said: string }> {
  const { directory } = await temporaryConfiguration(files);
  const terminal = captured();
  const global = { config: directory, json: false, color: false, readOnly: false, tolerant: false, takeOver: false };
  await addJob('scim', { id: 'new' }, { ...global, failOn: ALL_CONDITIONS }, terminal);
  return { job: readFileSync(join(directory, 'jobs/new.yaml'), 'utf8'), said: terminal.text() };
}

describe('the source of a new job', () => {
  it.each([
    ['another job has faults', { 'scimsync.yaml': MAIN, 'jobs/wiki.yaml': OTHER_JOB }],
    ['another job is no YAML', { 'scimsync.yaml': MAIN, 'jobs/wiki.yaml': 'not: [yaml' }],
    ['its secret is not set', { 'scimsync.yaml': MAIN, 'jobs/wiki.yaml': JOB }],
    ['it has faults itself', { 'scimsync.yaml': MAIN.replace('type: graph', 'typo: graph') }],
    ['the main file has faults', { 'scimsync.yaml': `${MAIN}store: { url: "postgres:x" }\n` }],
  ])('is the only one there is, although %s', async (_name, files) => {
    const { job, said } = await added(files);
    expect(job).toContain('\n  use: acme\n');
    expect(said).not.toContain('source.use');
  });

  it.each([
    ['several', `${MAIN}${SECOND}`, 'one of the sources of scimsync.yaml: acme, fabrikam'],
    ['none', 'sources: {}\n', 'the name of a source; scimsync.yaml has none yet'],
    ['nobody knows what', 'sources: [\n', 'the name of a source; scimsync.yaml cannot be read'],
  ])('is to be filled in where there is %s, and why', async (_name, main, meaning) => {
    const { job, said } = await added({ 'scimsync.yaml': main });
    expect(job).toContain(`\n  use: FILL_IN # <- ${meaning}\n`);
    expect(said).toMatch(new RegExp(`^  source\\.use +${meaning}$`, 'm'));
  });

  it('comes with a word on the faults of other files', async () => {
    const { said } = await added({ 'scimsync.yaml': MAIN, 'jobs/wiki.yaml': OTHER_JOB });
    expect(said).toContain('Other parts of the configuration have faults; scimsync validate --config ');
  });
});
