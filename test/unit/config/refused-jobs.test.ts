// A fault refuses the job that has it, and no other.
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JOB, MAIN, SOURCES, summarize, temporaryConfiguration } from './temporary-configuration.ts';

const jobCalled = (id: string) => JOB.replaceAll('wiki', id);

/** Ids that run, and of each refused file its id and what is wrong. */
async function outcome(files: Readonly<Record<string, string>>) {
  const configuration = await temporaryConfiguration({ 'scimsync.yaml': MAIN, ...files });
  const result = await configuration.load();
  if (!result.ok) throw new Error(summarize(configuration.directory, result.faults).join('\n'));
  const { jobs, refused, sources, warnings } = result.configuration;
  return {
    runs: jobs.map(({ id }) => id),
    files: Object.fromEntries(
      [...result.configuration.files].map(([id, file]) => [id, relative(configuration.directory, file)]),
    ),
    refused: refused.map(({ file, id, faults }) => [
      relative(configuration.directory, file),
      id,
      summarize(configuration.directory, faults).map((fault) => fault.slice(fault.indexOf(' ') + 1)),
    ]),
    sources: [...sources.keys()],
    warnings: warnings.map(({ message }) => message),
  };
}

describe('a job file with a fault', () => {
  // spec: refused-files
  it.each([
    ['YAML', ': {', null, ': The indentation'],
    ['form', `${jobCalled('b')}enabled: 1\n`, 'b', 'enabled: This must be true or false.'],
    ['an id that is none', jobCalled('B'), null, 'id: This must be lower-case letters'],
    [
      'an expression',
      jobCalled('b').replace('[mail]', '[mial]'),
      'b',
      'objectMappings.user.attributeMappings[0].source',
    ],
    ['a secret', jobCalled('b').replace('TOKEN', 'UNSET'), 'b', 'target.auth.token.fromEnv: The environment'],
    ['a template', `template: none\n${jobCalled('b')}`, 'b', 'template: There is no template'],
    ['a source', jobCalled('b').replace('acme', 'acne'), 'b', 'source.use: There is no source'],
  ])('in its %s is refused alone', async (_name, text, id, fault) => {
    const found = await outcome({ 'jobs/a.yaml': jobCalled('a'), 'jobs/b.yaml': text, 'jobs/c.yaml': jobCalled('c') });
    expect(found.runs).toEqual(['a', 'c']);
    expect(found.files).toEqual({ a: join('jobs', 'a.yaml'), c: join('jobs', 'c.yaml') });
    const [file, refusedId, faults] = found.refused[0] ?? [];
    expect([found.refused.length, file, refusedId]).toEqual([1, join('jobs', 'b.yaml'), id]);
    expect((faults as string[]).length).toBeGreaterThan(0);
    if (id !== null) expect((faults as string[])[0]).toContain(fault);
  });

  it('is told which key was probably meant, also one of the layers', async () => {
    const files = await temporaryConfiguration({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `${JOB}extend: a\n` });
    const result = await files.load();
    const advice = result.ok
      ? result.configuration.refused.flatMap((file) => file.faults.map((fault) => fault.advice))
      : [];
    expect(advice).toEqual(['Did you mean "extends"?']);
  });

  it('keeps its warnings to itself', async () => {
    const job = jobCalled('b').replace('[mail]', '[mial]').replace('  user:', '  user:\n    flowTypes: [Add]');
    expect((await outcome({ 'jobs/a.yaml': jobCalled('a'), 'jobs/b.yaml': job })).warnings).toEqual([]);
  });
});

describe('two jobs that do not agree', () => {
  it('about an id: the later one is refused', async () => {
    const found = await outcome({ 'jobs/a.yaml': JOB, 'jobs/b.yaml': jobCalled('b').replace('id: b', 'id: wiki') });
    expect(found.files).toEqual({ wiki: join('jobs', 'a.yaml') });
    expect(found.refused).toEqual([[join('jobs', 'b.yaml'), 'wiki', ['id: The id "wiki" is taken by another job.']]]);
  });

  it('about a target: the later one is refused', async () => {
    const found = await outcome({ 'jobs/a.yaml': JOB, 'jobs/b.yaml': JOB.replace('id: wiki', 'id: b') });
    expect(found.runs).toEqual(['wiki']);
    expect(found.refused).toHaveLength(1);
  });

  // spec: refused-files
  it('a typo in the first one does not hand its id or target to the second', async () => {
    const typo = JOB.replace('[mail]', '[mial]');
    const found = await outcome({ 'jobs/a.yaml': typo, 'jobs/b.yaml': JOB });
    expect(found.runs).toEqual([]);
    expect(found.refused.map(([file]) => file)).toEqual([join('jobs', 'a.yaml'), join('jobs', 'b.yaml')]);
  });
});

describe('a source with a fault', () => {
  const main = `${MAIN}  other:\n    type: graph\n    tenantId: t\n    clientId: c\n    clientSecret: { fromEnv: GRAPH_SECRET }\n    cloud: moon\n`;

  it('refuses the jobs that use it, and is named itself', async () => {
    const found = await outcome({
      'scimsync.yaml': main,
      'jobs/a.yaml': jobCalled('a'),
      'jobs/b.yaml': jobCalled('b').replace('acme', 'other'),
    });
    expect(found.runs).toEqual(['a']);
    expect(found.sources).toEqual(['acme']);
    expect(found.refused).toEqual([
      [join('jobs', 'b.yaml'), 'b', ['source.use: The source "other" has a fault.']],
      ['scimsync.yaml', null, ['sources.other.cloud: This must be global, usgov, dod or china.']],
    ]);
  });

  it('is named when nobody uses it', async () => {
    const found = await outcome({ 'scimsync.yaml': main, 'jobs/a.yaml': jobCalled('a') });
    expect([found.runs, found.refused.length]).toEqual([['a'], 1]);
  });
});

describe('a fault that concerns all', () => {
  it('in scimsync.yaml refuses everything, and all faults are named', async () => {
    const files = await temporaryConfiguration({
      'scimsync.yaml': `${MAIN}deamon: {}\n`,
      'jobs/a.yaml': JOB.replace('[mail]', '[mial]'),
      'jobs/b.yaml': ': {',
    });
    const result = await files.load();
    expect(result.ok).toBe(false);
    const named = result.ok ? [] : result.faults.map(({ file }) => relative(files.directory, file));
    expect(new Set(named)).toEqual(new Set(['scimsync.yaml', join('jobs', 'a.yaml'), join('jobs', 'b.yaml')]));
  });

  it('in a value of the defaults refuses the jobs that take it over', async () => {
    const found = await outcome({
      'scimsync.yaml': `${SOURCES}defaults: { mode: enforce, schedule: { every: soon } }\n`,
      'jobs/a.yaml': jobCalled('a'),
      'jobs/b.yaml': `${jobCalled('b')}schedule: { every: 1h }\n`,
    });
    expect(found.runs).toEqual(['b']);
  });
});

// spec: stated-mode
describe('mode and plain http', () => {
  const sandbox = `${SOURCES}    authorityHost: https://localhost:1\n    graphBaseUrl: https://localhost:1\n    scope: s\n`;
  const http = JOB.replace('https://wiki.example.com', 'http://target:8080');

  it('a job on another cloud defaults to enforce', async () => {
    const files = await temporaryConfiguration({ 'scimsync.yaml': sandbox, 'jobs/a.yaml': JOB });
    const result = await files.load();
    expect(result.ok && result.configuration.jobs.map(({ mode }) => mode)).toEqual(['enforce']);
  });

  it.each(['observe', 'enforce'])('a job may say %s', async (mode) => {
    const files = await temporaryConfiguration({ 'scimsync.yaml': SOURCES, 'jobs/a.yaml': `mode: ${mode}\n${JOB}` });
    const result = await files.load();
    expect(result.ok && result.configuration.jobs.map((job) => job.mode)).toEqual([mode]);
  });

  it('the advice explains both modes, once for a job', async () => {
    const files = await temporaryConfiguration({ 'scimsync.yaml': SOURCES, 'jobs/a.yaml': JOB });
    const result = await files.load();
    const faults = result.ok ? result.configuration.refused.flatMap((file) => file.faults) : [];
    expect(faults.map(({ advice }) => advice)).toEqual([
      'mode: observe imports and plans on schedule and sends the target no write. mode: enforce writes to the target.',
    ]);
  });

  it('a cloud that is Microsoft under another name is a real one', async () => {
    const main = sandbox.replace('graphBaseUrl: https://localhost:1', 'graphBaseUrl: https://graph.microsoft.us');
    expect((await outcome({ 'scimsync.yaml': main, 'jobs/a.yaml': JOB })).refused).toHaveLength(1);
  });

  it('plain http within a network of containers is accepted with one warning', async () => {
    const found = await outcome({ 'scimsync.yaml': sandbox, 'jobs/a.yaml': http });
    expect(found.runs).toEqual(['wiki']);
    expect(found.warnings).toEqual([
      'Plain http sends the token unprotected; accepted because the source is no Microsoft cloud.',
    ]);
  });

  it('plain http to this machine needs no warning, whatever the source', async () => {
    const job = http.replace('target:8080', '127.0.0.1:8080');
    for (const main of [MAIN, sandbox]) {
      const found = await outcome({ 'scimsync.yaml': main, 'jobs/a.yaml': job });
      expect([found.runs, found.warnings]).toEqual([['wiki'], []]);
    }
  });
});
