// From nothing to a job that validates: gallery and validate as a person uses them.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, runCli } from './support/child-processes.ts';

const MAIN = `sources:
  acme: { type: graph, tenantId: t, clientId: c, clientSecret: { fromEnv: ACME_SECRET } }
`;
const PRINCIPAL = '11111111-2222-3333-4444-555555555555';

async function configuration(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-gallery-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'scimsync.yaml'), MAIN);
  return directory;
}

const environment = { ACME_SECRET: 'graph-s3cr3t', WIKI_TOKEN: 'wiki-s3cr3t' };
const run = (directory: string, ...args: readonly string[]): Promise<Ended> =>
  runCli([...args, '--config', directory], { environment });

describe('gallery', () => {
  it('lists and shows templates', async () => {
    const directory = await configuration();
    const list = await run(directory, 'gallery', 'list');
    expect(list).toMatchObject({ exitCode: 0 });
    expect(list.stdout).toMatch(/^peakon +documented, not run +Workday Peakon/m);
    const shown = await run(directory, 'gallery', 'show', 'peakon');
    expect(shown.stdout).toContain('\nname: peakon\n');
    expect(shown.stdout).toContain('\n# Status: documented, not run\n');
    expect(shown.stdout).toContain('# Before the first cycle:');
    const json = await run(directory, 'gallery', 'list', '--json');
    const { templates } = JSON.parse(json.stdout) as { templates: { name: string }[] };
    expect(templates.map(({ name }) => name)).toEqual(expect.arrayContaining(['peakon', 'scim', 'slack']));
    const wrong = await run(directory, 'gallery', 'show', 'peakkon');
    expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
    expect(wrong.stderr).toContain('Did you mean "peakon"?');
  });

  it('adds a job that validates, explains each value, and never overwrites', async () => {
    const directory = await configuration();
    const file = join(directory, 'jobs', 'wiki.yaml');
    const given = ['--service-principal', PRINCIPAL, '--base-url', 'https://wiki.example.com/scim/v2'];
    const added = await run(directory, 'gallery', 'add', 'scim', '--id', 'wiki', ...given);
    expect(added, added.stderr).toMatchObject({ exitCode: 0 });
    expect(added.stdout).toContain('validate --config');
    const valid = await run(directory, 'validate');
    expect(valid, valid.stdout).toMatchObject({ exitCode: 0 });
    expect(valid.stdout).toContain('wiki  observe  every 40m  acme -> https://wiki.example.com/scim/v2');
    expect(valid.stdout).toContain('observe: imports and plans on schedule, sends the target no write.');

    const explained = await run(directory, 'validate', '--explain', 'wiki');
    expect(explained.exitCode).toBe(0);
    const line = (key: string) => explained.stdout.split('\n').find((each) => each.trim().startsWith(key)) ?? '';
    expect(line('mode: observe')).toMatch(/# .*wiki\.yaml:\d+$/);
    expect(line('combinedFilter: true')).toMatch(/# .*scim\.yaml:\d+$/);
    expect(line('timeoutSeconds: 60')).toMatch(/# default$/);
    expect(line('fromEnv: WIKI_TOKEN')).toMatch(/# .*wiki\.yaml:\d+$/);
    expect(explained.stdout + explained.stderr).not.toContain('s3cr3t');
    const json = await run(directory, 'validate', '--explain', 'wiki', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ job: 'wiki', template: 'scim', faults: [] });

    const text = await readFile(file, 'utf8');
    const again = await run(directory, 'gallery', 'add', 'peakon', '--id', 'wiki');
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    await writeFile(file, 'not: [yaml');
    const broken = await run(directory, 'gallery', 'add', 'peakon', '--id', 'wiki');
    expect(broken.stderr).toContain('exists already');
    expect(await readFile(file, 'utf8')).toBe('not: [yaml');
    expect(text).toContain('mode: observe');
  });

  it('marks what is not known, and validate names it', async () => {
    const directory = await configuration();
    const added = await run(directory, 'gallery', 'add', 'peakon', '--json');
    const { fillIn } = JSON.parse(added.stdout) as { fillIn: { what: string }[] };
    expect(fillIn.map(({ what }) => what)).toEqual(['source.servicePrincipalId', 'target.baseUrl', 'PEAKON_TOKEN']);
    const refused = await run(directory, 'validate');
    expect(refused.exitCode).toBe(1);
    for (const part of ['source.servicePrincipalId', 'target.baseUrl', 'PEAKON_TOKEN'])
      expect(refused.stdout).toContain(part);
  });

  it.each([
    [['--id', 'My App'], 'cannot be the id'],
    [['--id', 'a.test'], 'cannot be the id'],
    [['--id', '../a'], 'cannot be the id'],
    [['--source', 'acne'], 'Did you mean "acme"?'],
    [['--service-principal', 'x'], 'object id'],
    [['--base-url', 'wiki'], 'URL'],
    [['--base-url', 'https://me:hunter2@wiki.example.com/scim'], 'must not contain credentials'],
    [['--base-url', 'https://wiki.example.com/scim?token=hunter2'], 'without ? or #'],
    [['--base-url', 'https://wiki.example.com/scim/Users'], 'the SCIM root is expected'],
  ])('refuses %j', async (args, said) => {
    const { exitCode, stderr } = await run(await configuration(), 'gallery', 'add', 'scim', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(said);
  });
});
