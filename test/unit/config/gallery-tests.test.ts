// The tests that go with the shipped templates pass, against the template and against a job made from it without changes.
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFile } from '../../../src/cli/test-run.ts';
import { listTemplates, readTemplate } from '../../../src/config/gallery.ts';
import { examineConfiguration } from '../../../src/config/load.ts';
import { readMappingTests } from '../../../src/config/mapping-test-file.ts';
import { findSubject, testFileOf } from '../../../src/config/mapping-test-subject.ts';
import { JOB_HEAD, MAIN, temporaryConfiguration } from './temporary-configuration.ts';

const templates = await Promise.all(
  (await listTemplates('/nowhere')).map(async ({ name, file }) => {
    const { files = [] } = await readTemplate(file, '/nowhere');
    const tests = files.map(testFileOf).findLast((each) => existsSync(each)) ?? '';
    return { name, tests, isOwn: tests === testFileOf(file) };
  }),
);

/** The failures of all tests of a file, by name. */
async function failures(file: string, directory: string) {
  const read = await readMappingTests(file);
  expect(read).toMatchObject({ ok: true });
  if (!read.ok) return null;
  const { jobs } = await examineConfiguration(directory, {});
  const found = await findSubject(read.tests, jobs, directory);
  expect(found).toMatchObject({ ok: true });
  if (!found.ok) return null;
  const { subject, results } = runFile(read.tests, found.subject);
  expect(results.length).toBeGreaterThan(0);
  return { subject, failures: results.filter((each) => each.failures.length > 0) };
}

// spec: mapping-tests
describe('tests of templates', () => {
  it('there are some for each, of its own or of what it extends', () => {
    expect(templates.length).toBeGreaterThan(2);
    expect(templates.filter(({ tests }) => tests === '')).toEqual([]);
  });

  it.each(templates.filter(({ isOwn }) => isOwn))('of $name pass', async ({ name, tests }) => {
    const subject = { type: 'template', name };
    expect(await failures(tests, '/nowhere')).toEqual({ subject, failures: [] });
  });

  it.each(templates)('of $name pass for a job', async ({ name, tests }) => {
    const { directory } = await temporaryConfiguration({
      'scimsync.yaml': MAIN,
      'jobs/wiki.yaml': `template: ${name}\n${JOB_HEAD}`,
    });
    const copy = join(directory, 'jobs/wiki.test.yaml');
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(tests, copy);
    const subject = { type: 'job', name: 'wiki' };
    expect(await failures(copy, directory)).toEqual({ subject, failures: [] });
  });
});
